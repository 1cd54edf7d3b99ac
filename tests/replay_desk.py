"""A replay in process: a person who presses keys, the player who types, and the screen that both fill."""

from __future__ import annotations

import io
import json
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, cast

import pyte
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

import pyex
from pyex.repl.configuration import Settings, settings
from pyex.repl.jobs.job_control import JobControl
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.replay.place import Keeper
from pyex.repl.replay.plan import plan_of
from pyex.repl.replay.player import Options, Player
from pyex.repl.shell.shell import Shell
from pyex.repl.transcript.document import parse
from pyex.repl.transcript.labels import Labels
from pyex.run import run_on

PATIENCE = 20.0
CTRL_C, CTRL_D, CTRL_G, CTRL_T, ENTER, BACKSPACE = "\x03", "\x04", "\x07", "\x14", "\r", "\x7f"
RIGHT, LEFT, PAGE_UP, PAGE_DOWN, F8 = "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[19~"


class Glass(io.TextIOBase):
    """The terminal's screen, which knows of a second one."""

    def __init__(self, rows: int, columns: int) -> None:
        self.screens = [pyte.Screen(columns, rows), pyte.Screen(columns, rows)]
        self.streams = [pyte.Stream(screen) for screen in self.screens]
        self.shown = 0
        self.changed = threading.Condition()

    def write(self, text: str) -> int:
        with self.changed:
            for piece in re.split(r"(\x1b\[\?1049[hl])", text):
                if piece.startswith("\x1b[?1049"):
                    self.shown = int(piece.endswith("h"))
                else:
                    self.streams[self.shown].feed(piece.replace("\n", "\r\n"))
            self.changed.notify_all()
        return len(text)

    def lines(self) -> list[str]:
        rows = [row.rstrip() for row in self.screens[self.shown].display]
        return rows[: max((number for number, row in enumerate(rows, start=1) if row), default=0)]


class Desk:
    """Somebody who leads a replay; used from a thread of its own, while the main thread runs the processes."""

    def __init__(self, keyboard: PipeInput, text: str, place: Path | None, size: Size, options: Options) -> None:
        self.keyboard = keyboard
        self.ended = threading.Event()
        self.glass = Glass(size.rows, size.columns)
        self.size = size
        self.place = place
        output = Vt100_Output(cast(TextIO, self.glass), lambda: self.size, term="xterm", enable_cpr=False)
        plan = plan_of(parse(text, "talk.md"))
        labels = Labels(written=plan.labels)
        self.player = Player(plan, "talk.md", keyboard, options, Keeper(place), labels, output=output)
        self.control = JobControl(self.player.console, lambda job: Shell(job, PythonLanguage()))

    def presses(self, keys: str) -> None:
        self.keyboard.send_text(keys)

    def steps(self, *lines: str) -> None:
        """Space, and wait for these last lines."""
        self.presses(" ")
        self.shows(*lines)

    def shows(self, *lines: str) -> None:
        """Wait until the last lines are these; `...` in them stands for anything."""
        wanted = [re.compile(".*".join(map(re.escape, line.split("...")))) for line in lines]

        def shown() -> bool:
            last = self.glass.lines()[-len(wanted) :]
            return len(last) == len(wanted) and all(
                pattern.fullmatch(line) for pattern, line in zip(wanted, last, strict=True)
            )

        self.waits_for(shown, "\n".join(lines))

    def shows_somewhere(self, text: str) -> None:
        self.waits_for(lambda: text in self.text(), text)

    def text(self) -> str:
        return "\n".join(self.glass.lines())

    def is_at(self, number: int) -> None:
        """Wait until the place says that so many inputs are done."""
        self.waits_for(lambda: self.kept().get("number") == number, f"the place after {number} inputs")

    def kept(self) -> dict[str, Any]:
        assert self.place is not None
        return cast(dict[str, Any], json.loads(self.place.read_text())) if self.place.exists() else {}

    def player_is_at(self) -> str:
        """Where the player's thread is, for a test that waits in vain."""
        frame = sys._current_frames().get(self.player._thread.ident or 0)
        return "".join(traceback.format_stack(frame)) if frame is not None else "(it has ended)"

    def waits_for(self, holds: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        with self.glass.changed:
            while not holds():
                left = deadline - time.monotonic()
                assert left > 0, f"waited in vain for {what}; the screen:\n{self.text()}"
                self.glass.changed.wait(min(left, 0.05))


@contextmanager
def _seated(text: str, place: Path | None, size: Size, options: Options) -> Iterator[Desk]:
    main, before = sys.modules["__main__"], vars(settings).copy()
    vars(settings).update(vars(Settings()))
    settings.history_file = None
    settings.colors = {"enabled": False}
    try:
        with create_pipe_input() as keyboard:
            yield Desk(keyboard, text, place, size, options)
    finally:
        sys.modules["__main__"] = main
        vars(settings).update(before)


def replay(
    text: str,
    acts: Callable[[Desk], None] = lambda desk: None,
    *,
    place: Path | None = None,
    rows: int = 200,
    columns: int = 80,
    **options: Any,
) -> Desk:
    """Play a text, fast unless `is_fast=False`, while somebody does these acts, after which the shell is left (or has
    been). Returns the desk: its screen, and the player."""
    problems: list[BaseException] = []
    with _seated(text, place, Size(rows, columns), Options(**{"is_fast": True, **options})) as desk:
        person = threading.Thread(target=_act, args=(desk, acts, problems))
        desk.player.start()
        person.start()
        try:
            run_on(desk.player.console, desk.control.run)
        except pyex.Exit:
            if not problems:
                raise
        finally:
            desk.player.stop()
            desk.ended.set()
            person.join()
            if problems:
                raise problems[0]
    return desk


def _act(desk: Desk, acts: Callable[[Desk], None], problems: list[BaseException]) -> None:
    try:
        acts(desk)
        if desk.player._options.mode != "auto":
            desk.player.console.leave()
        assert desk.ended.wait(PATIENCE), f"the replay goes on; the screen:\n{desk.text()}"
    except BaseException as error:
        error.add_note("the player is at:\n" + desk.player_is_at())
        problems.append(error)
        desk.control.end(15, None)
