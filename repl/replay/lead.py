"""The person who leads the player: what they ask for by keys, while the player waits or types.

Each wait of the player is one of this: `attend` for so long, `wait_until` something is so, `wait_for_next` for a key.
What the person asks for meanwhile is done at once, or comes out of the wait as an exception: `Go` elsewhere,
`GivenBack` after a time in which the person typed, `Left`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic

from prompt_toolkit.application import Application
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output

from pyex.interrupt import interrupt
from pyex.repl.documentation.layout import filled
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.replay.console import ReplayConsole
from pyex.repl.replay.keyboard import Keyboard
from pyex.repl.replay.keys import MAGIC, TABLE, Command, command_of
from pyex.repl.replay.keystrokes import presses
from pyex.repl.replay.notice import Notice
from pyex.repl.replay.pace import Pace
from pyex.repl.replay.plan import UnknownHeading
from pyex.scheduler import scheduler

POLL_SECONDS = 0.1
NOTICE_SECONDS = 6.0
FEWEST_COLUMNS = 20
# These are followed by a key, or by words.
ASKING: tuple[Command, ...] = ("jump", "leave", "keys", "blank")
INTERRUPT_KEY = [KeyPress(Keys.ControlC, "\x03")]


@dataclass(frozen=True)
class _Happened:
    """What is no key: `CHANGED`, something about the session; `END`, it is over."""

    name: str


CHANGED, END = _Happened("changed"), _Happened("end")


class Go(Exception):
    """To another item; `index` is None for one step back, or forward where `skips`."""

    def __init__(self, index: int | None, *, skips: bool = False) -> None:
        self.index = index
        self.skips = skips


class GivenBack(Exception):
    """The person had the keyboard, and the line is clean again."""


class Left(Exception):
    """The session is over."""


class Lead:
    """The person's side. `output` is None for the process's own terminal.

    `find(words)` is the item that a jump leads to; `place()` is what the place line shows.
    """

    def __init__(
        self,
        terminal: Input,
        output: Output | None,
        pace: Pace,
        *,
        is_magic: bool,
        find: Callable[[str], int],
        place: Callable[[], str],
    ) -> None:
        self.pace = pace
        self.is_magic = is_magic
        self.is_paused = False
        # While something runs that must not be left half done: only Ctrl+C and the end count.
        self.is_busy = False
        self._find = find
        self._place = place
        self._shows_place = False
        self._is_reading = False
        self._has_next = False
        self._heard: SimpleQueue[Command | KeyPress | _Happened] = SimpleQueue()
        self._notice = Notice()
        self._notice_ends = 0.0
        self.keyboard = Keyboard(terminal, on_key=self._key, on_up=self._is_up, is_ours=self._is_ours)
        self.console = ReplayConsole(PythonLanguage(), self.keyboard, lambda: self._heard.put(CHANGED), output=output)
        self.console.on_close = self.lighten

    def end(self) -> None:
        """The session is over: every wait ends."""
        self._heard.put(END)

    # In the terminal's thread

    def _is_up(self, app: Application[object]) -> None:
        self._notice.equip(app)
        self._heard.put(CHANGED)

    def _is_ours(self) -> bool:
        return self.console.asks() is not None

    def _key(self, key: KeyPress, after_escape: bool) -> None:
        if self._notice.is_dark or self._is_reading:
            self._heard.put(key)
            return
        command = self._command(key, after_escape=after_escape)
        if command is not None or self.is_magic:
            self._heard.put(command or key)

    def _command(self, key: KeyPress, *, after_escape: bool) -> Command | None:
        command = command_of(key, after_escape=after_escape, is_magic=self.is_magic)
        # What follows is for the person's answer already.
        self._is_reading = command in ASKING
        if command == "take":
            self.keyboard.is_persons = not self.keyboard.is_persons
        return command

    # Waiting, in the player's thread

    def attend(self, seconds: float) -> bool:
        """Wait so long; True, at once, when the person wants the next step."""
        ends = monotonic() + seconds
        while True:
            if self._heed(ends - monotonic()) == "next" or self._take_next():
                return True
            if monotonic() >= ends:
                return False

    def wait_until(self, holds: Callable[[], object], seconds: float | None = None) -> bool:
        """Wait until something is so; False when it is not after so many seconds. A next step that is asked for
        meanwhile comes afterwards."""
        ends = None if seconds is None else monotonic() + seconds
        while not holds():
            left = POLL_SECONDS if ends is None else min(POLL_SECONDS, ends - monotonic())
            if left <= 0:
                return False
            self._has_next = self._heed(left) == "next" or self._has_next
        return True

    def wait_for_next(self) -> KeyPress | None:
        """Wait for the key that leads on; in `--magic` that is any."""
        while not self._take_next():
            heard = self._heed(None)
            if heard == "next":
                break
            if isinstance(heard, KeyPress) and self.is_magic:
                return heard
        return None

    def forget_next(self) -> None:
        """What was asked for too early counts no more."""
        self._has_next = False

    def _take_next(self) -> bool:
        had, self._has_next = self._has_next, False
        return had

    def _heed(self, seconds: float | None) -> Command | KeyPress | None:
        """Hear one thing and do what it asks for; what remains is for the caller."""
        heard = self._hear(seconds)
        while True:
            if isinstance(heard, KeyPress) and not self.is_magic:
                # It was pressed while a question was about to be over.
                heard = self._command(heard, after_escape=False)
            if isinstance(heard, str):
                heard = self._obeyed(heard)
            if not self.is_paused:
                return heard
            if heard == "next":
                self.is_paused = False
                self.say("")
                return None
            heard = self._hear(None)

    def _hear(self, seconds: float | None) -> Command | KeyPress | None:
        """The next thing that is heard within so many seconds."""
        now = monotonic()
        if self._notice_ends and now >= self._notice_ends:
            self.say("")
        ends = None if seconds is None else now + max(seconds, 0)
        limits = [each for each in (ends, self._notice_ends or None) if each is not None]
        try:
            # What has been heard already counts, even when there is no time.
            heard = self._heard.get(timeout=max(min(limits) - now, 0.000_001)) if limits else self._heard.get()
        except Empty:
            return None
        if heard is END:
            raise Left
        return None if isinstance(heard, _Happened) else heard

    # What the person asks for

    def _obeyed(self, command: Command) -> Command | None:
        """Do it, where it can be done here."""
        if self.is_busy and command != "leave":
            self._is_reading = False
            if command == "interrupt":
                scheduler.post(interrupt)
            elif command == "take":
                self.keyboard.is_persons = False
            return None
        match command:
            case "next":
                return command
            case "back":
                raise Go(None)
            case "skip":
                raise Go(None, skips=True)
            case "jump":
                self._jump()
            case "take":
                # Otherwise it has been given back already.
                if self.keyboard.is_persons:
                    self._lend()
            case "leave":
                if self._read("leave? (y/n) ", one_key=True).casefold() == "y":
                    self.console.leave()
                    raise Left
                self.say("")
            case "blank":
                self._darken()
            case "pause" | "interrupt":
                self.is_paused = command == "interrupt" or not self.is_paused
                self.say("paused: Space goes on" if self.is_paused else "", stays=True)
            case "faster" | "slower":
                self.pace.change(1.25 if command == "faster" else 0.8)
                self.say(f"speed {self.pace.speed:.2g}")
            case "place":
                self._shows_place = not self._shows_place
                self.say("")
            case "keys":
                self._show_keys()
        return None

    def say(self, text: str, *, stays: bool = False) -> None:
        """Show a few words below the prompt, for a while; or take them away."""
        self._notice.text = text or (self._place() if self._shows_place else "")
        self._notice_ends = monotonic() + NOTICE_SECONDS if text and not stays else 0.0
        self.keyboard.post(lambda app: app.invalidate())

    def _show_keys(self) -> None:
        columns = max(self.console.columns - 1, FEWEST_COLUMNS)
        width = max(len(keys) for keys, _ in TABLE) + 2
        if columns < 2 * width:
            width = 2
        lines: list[str] = []
        for keys, what in TABLE:
            front = keys.ljust(width) if len(keys) < width else f"{keys}: "
            lines += filled(what, columns, front, " " * width)
        lines += filled(MAGIC, columns) if self.is_magic else []
        self.say("\n".join(lines), stays=True)
        self._any_key()
        self.say("")

    def _any_key(self) -> None:
        self._is_reading = True
        try:
            while not isinstance(self._hear(None), KeyPress):
                pass
        finally:
            self._is_reading = False

    def _read(self, question: str, *, one_key: bool = False) -> str:
        """Have the person type a few words below the prompt; "" when they think better of it."""
        self._is_reading = True
        text = ""
        try:
            while True:
                self.say(f"{question}{text}_", stays=True)
                heard = self._hear(None)
                if not isinstance(heard, KeyPress):
                    continue
                if heard.key in (Keys.ControlM, Keys.ControlJ) or (one_key and heard.key != Keys.CPRResponse):
                    return text or (heard.data if one_key else "")
                if heard.key == Keys.ControlC:
                    return ""
                typed = heard.data if heard.data.isprintable() else ""
                text = text[:-1] if heard.key == Keys.ControlH else text + typed
        finally:
            self._is_reading = False

    def _jump(self) -> None:
        words = self._read("jump to the heading (number, or a part of it): ")
        self.say("")
        if not words.strip():
            return
        try:
            index = self._find(words)
        except UnknownHeading as error:
            self.say(str(error))
            return
        raise Go(index)

    def _darken(self) -> None:
        self.console.keep()
        self.keyboard.in_terminal(self._notice.darken)
        self._any_key()
        self.lighten()

    def lighten(self) -> None:
        """Show the screen again, if it is dark."""
        if self._notice.is_dark:
            self.keyboard.in_terminal(self._notice.lighten)
            self.console.show_kept()

    # The keyboard is the person's

    def hand_over(self, words: str) -> None:
        """Give the person the keyboard, until they give it back."""
        self.keyboard.is_persons = True
        self._lend(words)

    def _lend(self, words: str = "you type; Ctrl+T gives the keyboard back") -> None:
        """Let the person type, until they give back; then have a clean line."""
        if self.keyboard.is_persons:
            self.say(words)
        while True:
            while self.keyboard.is_persons or not self.is_at_prompt():
                self._hear(POLL_SECONDS)
            text = self.typed()
            if text == "":
                break
            if text is not None:
                # As a person puts a line away.
                self.keyboard.press(INTERRUPT_KEY)
            self._hear(POLL_SECONDS)
        self.is_paused = self._is_reading = False
        self.say("the player types; Ctrl+T takes the keyboard")
        raise GivenBack

    def is_at_prompt(self) -> bool:
        """Whether the session's prompt for an input is up."""
        asked = self.console.asks()
        return asked is not None and asked.request is None and asked.prompt.kind == "code" and self.keyboard.is_up

    def typed(self) -> str | None:
        """What stands in the line; None when no prompt is up."""
        return self.keyboard.in_terminal(lambda app: app.current_buffer.text)

    def press(self, key: str) -> bool | None:
        """Press one key of the player's; see `keystrokes`."""
        return self.keyboard.press(presses(key))
