"""A document typed in time: what a terminal would be told, and when, if a person typed the inputs.

The pace is a person's, and yet the same each time: it depends on the text alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from pyex.repl.export.colouring import Piece, ansi, code_pieces
from pyex.repl.export.prose import prose_lines
from pyex.repl.export.screen_lines import Line, lines_of
from pyex.repl.transcript.document import Code, Document, Heading, Pause, Prose
from pyex.repl.transcript.session import Session

# Seconds: for a key, behind a word, before an input is begun, before a line that goes on, until an output comes.
KEY, WORD, THINK, NEXT_LINE, ANSWER = 0.055, 0.05, 0.7, 0.25, 0.08
# For each word of a prose and for each line of an output, as far as a reader is waited for at all.
READ_WORD, READ_LINE = 0.18, 0.2
LONGEST_READ = 6.0
# A pause that waits for a key when it is replayed.
KEY_PAUSE = 2.0
NEWLINE = "\r\n"


@dataclass(frozen=True)
class Event:
    """What comes to the terminal, and so many seconds after the beginning."""

    seconds: float
    text: str


@dataclass
class _Clock:
    """Gathers events. Of a wait, no more than `idle_limit` is kept; the rest goes by at `speed`."""

    random: Random
    speed: float
    idle_limit: float | None
    now: float = 0.0
    waited: float = 0.0
    events: list[Event] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waited += seconds / self.speed

    def tap(self, seconds: float) -> None:
        """Wait about so long, as a hand does."""
        self.wait(seconds * (0.5 + self.random.random()))

    def write(self, text: str) -> None:
        self.now += self.waited if self.idle_limit is None else min(self.waited, self.idle_limit)
        self.waited = 0.0
        self.events.append(Event(round(self.now, 3), text))


def recording(
    document: Document, *, columns: int = 80, prose: bool = True, speed: float = 1.0, idle_limit: float | None = None
) -> list[Event]:
    """What a terminal of so many columns is told, in order.

    Without `prose` there are only the sessions. `idle_limit` is the longest time, in seconds, in which nothing happens.
    """
    clock = _Clock(Random(crc32(document.text.encode())), speed, idle_limit)
    begun = False
    for block in document.blocks:
        match block:
            case Session():
                if begun and prose:
                    clock.write(NEWLINE)
                _session(clock, lines_of(block, document))
                begun = True
            case Pause(milliseconds=milliseconds):
                clock.wait(KEY_PAUSE if milliseconds is None else milliseconds / 1000)
            case Heading() | Prose() | Code() if prose and (lines := _prose(block, columns)):
                clock.wait(THINK if begun else 0)
                clock.write((NEWLINE if begun else "") + "".join(line + NEWLINE for line in lines))
                clock.wait(min(sum(len(line.split()) for line in lines) * READ_WORD, LONGEST_READ))
                begun = True
    return clock.events


def _prose(block: Heading | Prose | Code, columns: int) -> list[str]:
    if not isinstance(block, Code):
        return prose_lines(block, columns, has_colours=True)
    return [f"    {ansi(pieces)}".rstrip() for pieces in code_pieces(block.text.rstrip(), block.language)]


def _session(clock: _Clock, lines: list[Line]) -> None:
    unread = 0
    for index, line in enumerate(lines):
        if line.kind == "output":
            # An output comes at once, so that it is one event.
            before = lines[index - 1].kind if index else ""
            clock.wait(0 if before == "output" else ANSWER)
            clock.write(ansi(line.pieces) + NEWLINE)
            unread += 1
            continue
        clock.write(f"{line.prompt} ")
        clock.wait(min(unread * READ_LINE, LONGEST_READ))
        unread = 0
        clock.tap(THINK if line.kind == "input" else NEXT_LINE)
        _type(clock, line.pieces)
        clock.tap(KEY)
        clock.write(NEWLINE)


def _type(clock: _Clock, pieces: list[Piece]) -> None:
    is_margin = True
    for style, text in pieces:
        for character in text:
            if is_margin and character == " ":
                # The prompt indents by itself.
                clock.write(character)
                continue
            is_margin = False
            clock.write(ansi([(style, character)]))
            clock.tap(KEY)
            if character == " ":
                clock.wait(WORD)
