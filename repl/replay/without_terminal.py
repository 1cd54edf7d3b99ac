"""A replay without a terminal: all of it as text, as fast as it goes."""

from __future__ import annotations

import faulthandler
import os
import sys
from typing import TextIO

from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.replay.plan import Fresh, Item, Page, Plan
from pyex.repl.replay.prose import lines_of
from pyex.repl.transcript.document import SetUp
from pyex.repl.transcript.labels import Labels
from pyex.repl.transcript.play import STOP_SECONDS, play
from pyex.repl.transcript.session import Step

COLUMNS = 80
# How much longer than its time a step may take to stop, before all of Python is taken to be stuck.
STUCK_SECONDS = 2 * STOP_SECONDS + 2


def print_all(plan: Plan, path: str, *, begin: int = 0, only: bool = False) -> int:
    """Play the items from `begin` on, and print them; what stands before them is played, too, unless `only`. Returns
    1 when an input took too long, or could not be played, else 0."""
    out = _Out(plan.items, sys.stdout, begin)
    base = 0
    for end in [*(n for n, item in enumerate(plan.items) if isinstance(item.what, Fresh)), len(plan.items)]:
        first = max(base, begin) if only else base
        parts = [item.what for item in plan.items[first:end] if isinstance(item.what, Step | SetUp)]
        if parts and end > begin:
            play(parts, PythonLanguage(), path=path, labels=Labels(written=plan.labels), on_step=out.advance)
        out.write_until(end)
        base = end
    out.close()
    return int(any(isinstance(item.what, Step) and bool(item.what.problem) for item in plan.items))


class _Out:
    """Where it is printed, up to which item. `advance` is called in another thread, which must not be lost; `close`
    when all is over."""

    def __init__(self, items: list[Item], stream: TextIO, begin: int) -> None:
        self._items = items
        self._stream = stream
        self._at = begin
        self._is_gone = False

    def advance(self, step: Step) -> None:
        """What stands before a step has been played."""
        self.write_until(next((n for n, item in enumerate(self._items) if item.line >= step.line), self._at))
        # A call in C may keep every thread of Python from running: then this says where it stands, and leaves with 1.
        faulthandler.dump_traceback_later((step.timeout + step.late) / 1000 + STUCK_SECONDS, exit=True)

    def write_until(self, end: int) -> None:
        while self._at < end:
            self._write(_text(self._items[self._at]))
            self._at += 1

    def close(self) -> None:
        faulthandler.cancel_dump_traceback_later()
        if self._is_gone:
            # What is left in the buffer has nowhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def _write(self, text: str) -> None:
        if self._is_gone:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            self._is_gone = True


def _text(item: Item) -> str:
    match item.what:
        case Page():
            lines = lines_of(item.what.blocks, COLUMNS, has_colours=False)
            return "\n" + "\n".join(lines) + "\n\n"
        case Step() as step:
            first, more = step.prompts
            typed = step.typed.rstrip().replace("\n", f"\n{more}")
            problem = f"(replay: {step.problem})\n" if step.problem else ""
            return f"{first}{typed}\n{step.printed}{problem}"
    return ""
