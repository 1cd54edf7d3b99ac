"""`pyex replay --notes FILE`: the speaker's notes for a replay that runs in another terminal."""

from __future__ import annotations

import os
import select
import shutil
import sys
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyex.repl.documentation.inline import width_of
from pyex.repl.documentation.layout import filled, laid_out
from pyex.repl.documentation.paint import Paint
from pyex.repl.replay.place import BadPlace, Place, read

LOOK_SECONDS = 0.2
CLEAR, HIDE, SHOW = "\x1b[H\x1b[2J", "\x1b[?25l", "\x1b[?25h"
OTHER_SCREEN, OWN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
LEAVE_KEYS = (b"q", b"\x03", b"\x04", b"\x1b")


def follow(path: Path, title: str) -> int:
    """Show the notes until the replay ends, or `q` is pressed; once, where there is no terminal. Waits for a replay
    that has not begun yet. Returns 0."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("\n".join(page(_read(path), title, 80, time.time(), Paint())))
        return 0
    paint = Paint(not os.environ.get("NO_COLOR"))
    has_begun = False
    with _screen():
        shown: list[str] = []
        while True:
            place = _read(path)
            if place is not None and _is_alive(place.process):
                has_begun = True
            elif has_begun:
                break
            else:
                place = None
            size = shutil.get_terminal_size()
            lines = page(place, title, size.columns, time.time(), paint)[: size.lines]
            if lines != shown:
                shown = lines
                print(CLEAR + "\r\n".join(lines), end="", flush=True)
            if select.select([sys.stdin], [], [], LOOK_SECONDS)[0]:
                key = os.read(sys.stdin.fileno(), 16)
                if not key or key in LEAVE_KEYS or key[:1] == b"q":
                    return 0
    print("The replay has ended.")
    return 0


def page(place: Place | None, title: str, columns: int, now: float, paint: Paint) -> list[str]:
    """What a speaker sees: the place, the notes, and what comes next."""
    if place is None:
        return [*filled(f"{title}: no replay runs. It is waited for; q leaves.", columns)]
    place_words = f"{place.number}/{place.inputs}  {place.heading}"
    clock = _clock(now - place.began)
    gap = max(columns - width_of(place_words) - len(clock), 2)
    lines = [paint.whole(place_words, "doc_bold") + " " * gap + clock, ""]
    for note in (place.note, place.next_note):
        if note:
            lines += [*laid_out(note, columns, paint), ""]
    if not (place.note or place.next_note):
        lines += ["(no note here)", ""]
    if place.text:
        lines += [paint.whole("next input", "doc_headings"), *(f"  {line}" for line in place.text.split("\n")), ""]
    else:
        lines += ["no input follows", ""]
    if place.next_heading:
        lines += [f"{paint.whole('next heading', 'doc_headings')}  {place.next_heading}"]
    return lines


def _clock(seconds: float) -> str:
    minutes, second = divmod(max(int(seconds), 0), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}" if minutes >= 60 else f"{minutes}:{second:02}"


def _read(path: Path) -> Place | None:
    try:
        return read(path)
    except BadPlace:
        return None  # somebody is at it; the next look will do


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def _screen() -> Iterator[None]:
    """The terminal's other screen, with keys that come at once."""
    before = termios.tcgetattr(sys.stdin.fileno())
    try:
        tty.setcbreak(sys.stdin.fileno())
        print(OTHER_SCREEN + HIDE, end="", flush=True)
        yield
    except KeyboardInterrupt:
        pass
    finally:
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)
        print(SHOW + OWN_SCREEN, end="", flush=True)
