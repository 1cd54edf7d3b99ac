"""Playing a transcript: its inputs are typed at a fresh shell, and each step then holds what it printed.

Who types is a thread, as a person beside the program is: it waits for the prompt, types the next input, and answers
`input()` with what is written there. Where a line of the output is `^C`, it presses Ctrl+C.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from pyex import Pid, Process, send
from pyex.control_block import ControlBlock
from pyex.device import LineRequest
from pyex.interrupt import interrupt
from pyex.repl.configuration import Settings, settings
from pyex.repl.console import ANSWER
from pyex.repl.language import Language
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.shell.shell import CONTROL, INTERRUPT, LOAD, Shell
from pyex.repl.terminal.prompt import Prompt
from pyex.repl.transcript.document import Document, SetUp
from pyex.repl.transcript.kept_output import KeptOutput
from pyex.repl.transcript.labels import Labels, labels_in
from pyex.repl.transcript.output import line_pattern, matches, matches_so_far, rewritten
from pyex.repl.transcript.screen_text import screen_text
from pyex.repl.transcript.session import TIMEOUT, Session, Step
from pyex.run import run_on
from pyex.scheduler import scheduler

# How long an input that took too long has to stop, when it is interrupted and when it is killed.
STOP_SECONDS = 2.0
CONTROL_C = "^C"

# The typist also does what it is given between inputs: calls, in its thread.
Part = Step | SetUp | Callable[[], None]


def play_document(document: Document, on_step: Callable[[Step], None] = lambda step: None) -> list[Step]:
    """Play the sessions of a document that are not to be skipped. `on_step` is called, in the typist's thread, when a
    step is about to be typed; what comes from then on belongs to that step. Returns what was printed by set-up code
    that went wrong."""
    shells: list[list[Part]] = [[]]
    for block in document.blocks:
        if isinstance(block, SetUp):
            shells[-1].append(block)
        elif isinstance(block, Session) and not block.is_skipped:
            if block.is_fresh and any(isinstance(part, Step) for part in shells[-1]):
                shells.append([])
            shells[-1] += block.steps
    written = labels_of(document)
    failed = []
    for parts in shells:
        if parts:
            failed += play(parts, PythonLanguage(), path=document.path, labels=Labels(written=written), on_step=on_step)
    return failed


def labels_of(document: Document) -> frozenset[str]:
    """All labels that a document has in its outputs."""
    return labels_in("\n".join(step.expected or "" for step in document.steps))


def play(
    parts: Iterable[Part],
    language: Language,
    *,
    path: str = "<text>",
    labels: Labels | None = None,
    on_step: Callable[[Step], None] = lambda step: None,
    prepare: Callable[[Shell], None] = lambda shell: None,
) -> list[Step]:
    """Type the steps at a fresh shell, with fresh settings; each then holds what was printed. `prepare` is given the
    shell before it runs. Returns what was printed by set-up code that went wrong."""
    main = sys.modules["__main__"]
    console = TranscriptConsole(parts, path=path, labels=labels, on_step=on_step)
    before = vars(settings).copy()
    vars(settings).update(vars(Settings()))
    shell = Shell(console, language)
    prepare(shell)
    console.failures = lambda: shell.failures
    try:
        run_on(console, shell.run)
    finally:
        sys.modules["__main__"] = main
        vars(settings).update(before)
        console.end()
    if console.error is not None:
        raise console.error
    return console.failed


class TranscriptConsole:
    """A console that types the steps of a session, and keeps what is printed below each."""

    columns = 80
    has_colours = False
    interrupt_leaves = False
    is_at_front = False
    backlog = 0
    broken = False

    def __init__(
        self,
        parts: Iterable[Part],
        *,
        path: str = "<text>",
        labels: Labels | None = None,
        on_step: Callable[[Step], None] = lambda step: None,
    ) -> None:
        self.labels = labels or Labels()
        self.listeners: list[Callable[[str], None]] = []
        self._path = path
        self._parts = deque(parts)
        self._on_step = on_step
        # How many inputs have gone wrong so far; and the set-up code that has, with what it printed.
        self.failures: Callable[[], int] = lambda: 0
        self.failed: list[Step] = []
        # What ended the typist, if anything did.
        self.error: BaseException | None = None
        # Whose output it is; before the first input, nobody's.
        self._current: Step | None = None
        self._output = KeptOutput()
        self._shell: Pid | None = None
        # An input has been typed, and the shell has it, or will have it soon, in its mailbox.
        self._is_on_its_way = False
        self._is_delivered = False
        self._prompt = Prompt("")
        self._prompts: SimpleQueue[Prompt | None] = SimpleQueue()
        # Has something in it when more was printed. No Event: who prints may be interrupted while it holds its lock.
        self._has_more: SimpleQueue[None] = SimpleQueue()
        self._typist = Thread(target=self._type_all, name="pyex typist", daemon=True)

    def attach(self, shell: Pid) -> None:
        self._shell = shell
        self._typist.start()

    def ask(self, prompt: Prompt) -> None:
        self._prompt = prompt
        # Whether a process may be stopped for a pry is asked in the middle of a step.
        answer = self._written_answer(prompt.text) if prompt.kind == "line" else None
        if answer is None:
            # A shell process that dies while an input is on its way makes the shell ask once more; that is no answer to
            # the input.
            if not self._is_unheard():
                self._prompts.put(prompt)
        else:
            self.write(f"{prompt.text}{answer}\n")
            self._answer(("input", answer))

    def write(self, text: str) -> None:
        step = self._current
        if step is not None:
            if text and text[0] != "\n" and self._output.last_line == CONTROL_C:
                text = f"\n{text}"
            self._output.add(text)
            for hear in self.listeners:
                hear(text)
            if self._has_more.empty():
                self._has_more.put(None)

    def write_error(self, text: str) -> None:
        self.write(text)

    def foreground(self, block: ControlBlock | None) -> None:
        scheduler.foreground = block

    def read_line(self, request: LineRequest) -> str:
        """The line that is written behind the prompt of `input()`; the end of the input where there is none."""
        answer = self._written_answer(request.prompt)
        if answer is None:
            return ""
        self.write(f"{request.prompt}{answer}\n")
        if answer == CONTROL_C:
            scheduler.post(interrupt)
        return f"{answer}\n"

    def _written_answer(self, prompt: str) -> str | None:
        if self._current is None:
            return None
        self._look(self._current)
        return written_answer(self._current, prompt)

    def _look(self, step: Step) -> Step:
        """The step with what it has printed so far."""
        step.printed = self._output.text()
        return step

    def _begin(self, step: Step) -> None:
        """What comes from now on belongs to this step."""
        self._finish()
        self._output = KeptOutput()
        self._current = step
        self._on_step(step)

    def _finish(self) -> None:
        """Have the step so far hold what came, also what came after it was done."""
        if self._current is not None:
            self._current.printed = screen_text(self._output.text())

    def withdraw(self, request: LineRequest) -> None: ...

    def flush(self) -> None: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def end(self) -> None:
        """The shell is gone: the typist is, too."""
        self._prompts.put(None)
        if self._typist.is_alive():
            self._typist.join()
        self._finish()

    # The typist's thread

    def _type_all(self) -> None:
        try:
            self._type_parts()
        except BaseException as error:
            # Whoever plays the steps is told when the shell has ended.
            self.error = error
            self._answer(("eof",))

    def _type_parts(self) -> None:
        if self._prompts.get() is None:
            return
        while self._parts:
            part = self._parts.popleft()
            if isinstance(part, SetUp):
                came = self._set_up(part)
            elif isinstance(part, Step):
                came = self._type(part)
            else:
                part()
                continue
            if not came:
                return
        self._finish()
        self._current = None
        self._answer(("eof",))

    def _type(self, step: Step) -> bool:
        """Type a step and wait until the shell asks for the next; False where it does not any more."""
        self._begin(step)
        step.prompts = (self._prompt.text, self._prompt.continuation)
        step.typed = self.labels.put_in(step.text)
        self._send_input(step.typed)
        came = self._wait_for_prompt(step)
        if came:
            self._wait_for_output(step)
            step.printed = screen_text(self._look(step).printed)
            if step.expected is not None:
                # The labels in those of its lines that are right are known, even where others are not.
                rewritten(step.expected, step.printed, self.labels, any_order=step.any_order)
        return came

    def _send_input(self, text: str) -> None:
        self._is_delivered = False
        self._is_on_its_way = True
        # What was asked for before is answered by this.
        while not self._prompts.empty():
            self._prompts.get()
        scheduler.post(self._deliver, text)

    def _deliver(self, text: str) -> None:
        """In the hub."""
        assert self._shell is not None
        send(self._shell, (ANSWER, ("input", text)))
        self._is_delivered = True

    def _is_unheard(self) -> bool:
        """Whether an input that was typed has not come to the shell yet. In the shell's process."""
        if self._is_on_its_way:
            messages = Process.info(Process.self(), "messages")[1] if self._is_delivered else ()
            self._is_on_its_way = not self._is_delivered or any(message[0] == ANSWER for message in messages)
        return self._is_on_its_way

    def _set_up(self, part: SetUp) -> bool:
        step = Step(part.line, part.text, None, timeout=part.timeout or TIMEOUT)
        self._begin(step)
        assert self._shell is not None
        before = self.failures()
        send(self._shell, (CONTROL, (LOAD, part.text, part.name_in(self._path))))
        came = self._wait_for_prompt(step)
        self._look(step)
        if step.problem or self.failures() > before:
            step.problem = step.problem or "this set-up went wrong"
            self.failed.append(step)
        return came

    def _wait_for_prompt(self, step: Step) -> bool:
        """Wait until the step is done. One that takes too long is interrupted, and then killed."""
        ends = monotonic() + step.timeout / 1000
        is_pressed = False
        while (left := ends - monotonic()) > 0:
            if not is_pressed and has_control_c(step) and is_at_control_c(self._look(step)):
                is_pressed = True
                self._press_control_c()
            try:
                # Waiting to press a key, it looks at what comes.
                patience = min(left, 0.02) if not is_pressed and has_control_c(step) else left
                return self._prompts.get(timeout=patience) is not None
            except Empty:
                continue
        step.problem = f"it took longer than {step.timeout} ms; <!-- pyex: timeout MILLISECONDS --> gives it more time"
        printed = self._look(step).printed
        for stop in (self._press_control_c, self._kill):
            stop()
            try:
                came = self._prompts.get(timeout=STOP_SECONDS) is not None
            except Empty:
                continue
            self._output = KeptOutput(printed)
            return came
        step.problem += "; it could not be stopped, and what follows was not typed"
        return False

    def _wait_for_output(self, step: Step) -> None:
        """Wait a little for processes that print late what is written here."""
        ends = monotonic() + step.late / 1000
        while not is_all_there(self._look(step), self.labels) and (left := ends - monotonic()) > 0:
            try:
                self._has_more.get(timeout=left)
            except Empty:
                return

    def _press_control_c(self) -> None:
        self.write(f"\n{CONTROL_C}" if self._output.last_line else CONTROL_C)
        scheduler.post(interrupt)

    def _kill(self) -> None:
        assert self._shell is not None
        send(self._shell, (CONTROL, INTERRUPT))

    def _answer(self, answer: tuple[str, ...]) -> None:
        assert self._shell is not None
        send(self._shell, (ANSWER, answer))


def is_all_there(step: Step, labels: Labels) -> bool:
    """Whether what came is what is written, or cannot become it any more."""
    if matches(step.expected, step.printed, labels.copy(), any_order=step.any_order):
        return True
    return step.expected is not None and not step.any_order and not matches_so_far(step.expected, step.printed)


def is_at_control_c(step: Step) -> bool:
    """Whether what stands before `^C` has come, and somebody is there to be interrupted."""
    if not has_control_c(step) or scheduler.foreground is None:
        return False
    assert step.expected is not None
    before = step.expected.split("\n")
    before = before[: before.index(CONTROL_C)]
    printed = step.printed.rstrip("\n").split("\n") if step.printed else []
    return len(printed) >= len(before) and all(
        line_pattern(line).fullmatch(came) for line, came in zip(before, printed, strict=False)
    )


def has_control_c(step: Step) -> bool:
    """Whether Ctrl+C is pressed while the step runs."""
    return step.expected is not None and CONTROL_C in step.expected.split("\n")


def written_answer(step: Step, prompt: str) -> str | None:
    """What is written behind this prompt of `input()`, where the output stands now; None where nothing is."""
    if step.expected is None:
        return None
    so_far = step.printed + prompt
    last = so_far.rpartition("\n")[2]
    written = step.expected.split("\n")[so_far.count("\n") :]
    if not written[1:] or not written[0].startswith(last):
        return None
    return written[0][len(last) :]
