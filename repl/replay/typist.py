"""Types one input into the prompt, key by key, and waits until what it does is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys

from pyex import send
from pyex.interrupt import interrupt
from pyex.repl.console.terminal_console import Asked
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.replay.keystrokes import DONE, ENTER, NEW_LINE, STUCK, next_key, presses
from pyex.repl.replay.lead import INTERRUPT_KEY, GivenBack, Lead
from pyex.repl.shell.shell import CONTROL, INTERRUPT, LOAD
from pyex.repl.terminal.editing import runs
from pyex.repl.transcript.document import SetUp
from pyex.repl.transcript.labels import Labels
from pyex.repl.transcript.output import rewritten
from pyex.repl.transcript.play import CONTROL_C, STOP_SECONDS, is_all_there, is_at_control_c, written_answer
from pyex.repl.transcript.screen_text import screen_text
from pyex.repl.transcript.session import TIMEOUT, Step
from pyex.scheduler import scheduler

# How often Enter is pressed for an input to run: a block needs two.
ENTERS = 4
# How long the terminal may take to hand an input over.
HAND_OVER_SECONDS = 5.0
ENTER_SECONDS = 0.12
MAGIC_CHARACTERS = 3
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Line:
    """What stands in the line, and whether Enter would run it."""

    text: str
    cursor: int
    runs: bool


class Typist:
    """Types at the session of `lead.console`. `stops_at_lines`: it waits for a key at the end of each line. `is_alone`:
    nobody is there to interrupt what takes too long, or to answer what is asked."""

    def __init__(self, lead: Lead, labels: Labels, *, stops_at_lines: bool, is_alone: bool) -> None:
        self.labels = labels
        self._lead = lead
        self._console = lead.console
        self._keyboard = lead.keyboard
        self._stops_at_lines = stops_at_lines
        self._is_alone = is_alone
        self._language = PythonLanguage()
        # The labels that each step, by its line, was the first to name.
        self._named: dict[int, set[str]] = {}

    def prepare(self) -> None:
        """Wait until the session's prompt is up, whatever has to be answered first; and have an empty line."""
        while not self._lead.wait_until(self._lead.is_at_prompt, 0.1):
            self._help_prompt(None)
        self.clean()

    def clean(self) -> None:
        """Take away what the player has typed."""
        self._keyboard.in_terminal(_clean)

    def type(self, step: Step) -> None:
        """Type it, all but the Enter that runs it."""
        target = self._target(step)
        hurries = False
        keys = 0
        credit = 0
        while True:
            line = self._keyboard.in_terminal(self._line)
            if line is None or not self._lead.is_at_prompt():
                self._lead.wait_until(self._lead.is_at_prompt)
                continue
            key = next_key(line.text, line.cursor, target)
            if key == DONE:
                return
            keys += 1
            if key == STUCK or keys > 3 * len(target) + 100:
                self._keyboard.in_terminal(lambda app: _put(app, target))
                return
            if self._lead.is_magic:
                if not credit:
                    self._lead.wait_for_next()
                    credit = MAGIC_CHARACTERS
                credit -= 1
            elif key == ENTER and self._stops_at_lines:
                self._lead.wait_for_next()
                hurries = False
            else:
                hurries = hurries or self._lead.attend(self._lead.pace.after(line.text))
                if hurries:
                    self._lead.attend(0)
                    self._lead.forget_next()
            self._press(NEW_LINE if key == ENTER and line.runs else key)

    def run(self, step: Step) -> bool:
        """Press Enter until the text in the line runs. False where it does not."""
        if self._lead.is_magic:
            while (key := self._lead.wait_for_next()) is not None and key.key not in (Keys.ControlM, Keys.ControlJ):
                pass
        elif self._stops_at_lines:
            self._lead.wait_for_next()
        else:
            self._lead.attend(self._lead.pace.seconds(2 * ENTER_SECONDS))
        step.printed = ""
        for label in self._named.pop(step.line, ()):
            self.labels.meant.pop(label, None)
        self._console.step = step
        answered = self._console.answered
        for _ in range(ENTERS):
            if self._lead.press(ENTER):
                self._lead.wait_until(lambda: self._console.answered > answered, HAND_OVER_SECONDS)
                return True
            self._lead.attend(self._lead.pace.seconds(ENTER_SECONDS))
        self._console.step = None
        self._keyboard.press(INTERRUPT_KEY)
        return False

    def run_quietly(self, step: Step) -> None:
        """Have it evaluated, with nothing on the screen."""
        self._target(step)
        step.printed = ""
        self._console.step = step
        asked = self._console.asked
        self._console.answer(("input", step.typed))
        self.wait(step, lambda: self._console.asked > asked, is_alone=True)

    def set_up(self, part: SetUp, path: str) -> None:
        """Have its code evaluated; nothing is shown, but what it prints."""
        session = self._console.session
        if session is None:
            return
        step = self._console.step = Step(part.line, part.text, None, timeout=part.timeout or TIMEOUT)
        asked = self._console.asked
        send(session, (CONTROL, (LOAD, part.text, part.name_in(path))))
        self.wait(step, lambda: self._console.asked > asked, is_alone=True)

    def wait(self, step: Step, is_done: Callable[[], bool] | None = None, *, is_alone: bool = False) -> None:
        """Wait until a step that runs is done, pressing Ctrl+C and answering `input()` as it is written; and then, a
        little, for processes that print late. What is typed by the person meanwhile does not disturb it."""
        ends = monotonic() + step.timeout / 1000
        stops = [self._tell_late] if not (is_alone or self._is_alone) else [_interrupt, self._kill, self._tell_stuck]
        has_pressed = False
        while not self._calmly(is_done or self._lead.is_at_prompt, POLL_SECONDS):
            if not has_pressed and is_at_control_c(step):
                has_pressed = True
                self._console.write("^C")
                _interrupt(step)
            self._help_prompt(step)
            # What is asked for may take its time; the prompt stays up while something is run quietly.
            if stops and monotonic() >= ends and (self._console.asks() is None or self._lead.is_at_prompt()):
                stops.pop(0)(step)
                ends = monotonic() + STOP_SECONDS
        self._calmly(lambda: is_all_there(step, self.labels), step.late / 1000)
        before = set(self.labels.meant)
        if step.expected is not None:
            # The labels in those of its lines that are right are known, even where others are not.
            rewritten(step.expected, screen_text(step.printed), self.labels, any_order=step.any_order)
        self._named[step.line] = set(self.labels.meant) - before
        self._console.step = None

    def _calmly(self, holds: Callable[[], object], seconds: float) -> bool:
        """As `wait_until`, and after the person has typed it goes on: what runs is not typed again."""
        try:
            return self._lead.wait_until(holds, seconds)
        except GivenBack:
            return bool(holds())

    def _target(self, step: Step) -> str:
        """What is typed for a step."""
        step.typed = self.labels.put_in(step.text)
        return step.typed.rstrip()

    def _line(self, app: Application[Any]) -> Line:
        buffer = app.current_buffer
        return Line(buffer.text, buffer.cursor_position, runs(self._language, buffer))

    def _press(self, key: str) -> None:
        if key == NEW_LINE and self._keyboard.in_terminal(lambda app: app.editing_mode == EditingMode.VI):
            # There, Escape and Enter are two keys.
            self._keyboard.in_terminal(lambda app: app.current_buffer.insert_text("\n"))
            return
        self._keyboard.press(presses(key))

    # What else a session asks for

    def _help_prompt(self, step: Step | None) -> None:
        """Answer a line that is asked for."""
        asked = self._console.asks()
        if asked is None or self._keyboard.is_persons or not self._keyboard.is_up or self._lead.is_at_prompt():
            return
        written = written_answer(step, asked.prompt.text) if step is not None else None
        if written is not None:
            assert step is not None
            step.printed += f"{asked.prompt.text}{written}\n"
            self._type_line(written, asked)
        elif self._is_alone and asked.request is not None:
            self._keyboard.press([KeyPress(Keys.ControlD, "\x04")])
        elif self._is_alone:
            self._type_line("", asked)
        else:
            self._have_it_typed(asked)

    def _type_line(self, text: str, asked: Asked) -> None:
        if text == CONTROL_C:
            self._keyboard.press(INTERRUPT_KEY)
            return
        for character in [*text, ENTER]:
            try:
                self._lead.attend(self._lead.pace.after(text))
            except GivenBack:
                return
            if self._console.asks() is not asked:
                return
            self._lead.press(character)
        self._lead.wait_until(lambda: self._console.asks() is not asked, 1.0)

    def _have_it_typed(self, asked: Asked) -> None:
        """There is no answer for it: the person types one."""
        self._lead.say("an answer is asked for: type it", stays=True)
        self._keyboard.is_persons = True
        self._lead.wait_until(lambda: self._console.asks() is not asked or not self._keyboard.is_persons)
        self._keyboard.is_persons = False
        self._lead.say("")

    # What takes too long

    def _tell_late(self, step: Step) -> None:
        self._console.show(f"(replay: this runs for more than {step.timeout} ms; Ctrl+C interrupts it)\n")

    def _kill(self, step: Step) -> None:
        if self._console.session is not None:
            send(self._console.session, (CONTROL, INTERRUPT))

    def _tell_stuck(self, step: Step) -> None:
        self._console.show(f"(replay: line {step.line} took longer than {step.timeout} ms, and cannot be stopped)\n")


def _interrupt(step: Step) -> None:
    scheduler.post(interrupt)


def _clean(app: Application[Any]) -> None:
    _insert_letters(app)
    if app.current_buffer.text:
        app.current_buffer.reset()
        app.invalidate()


def _put(app: Application[Any], text: str) -> None:
    app.current_buffer.document = Document(text, len(text))
    app.invalidate()


def _insert_letters(app: Application[Any]) -> None:
    """In vi mode, letters are to be text."""
    app.vi_state.input_mode = InputMode.INSERT
