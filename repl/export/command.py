"""The command `pyex export`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from getopt import GetoptError, gnu_getopt
from pathlib import Path

from pyex.command_line import BadCommand
from pyex.inspection.safe_text import safe
from pyex.repl.export.section import NoSuchSection, section
from pyex.repl.transcript.document import Document, read
from pyex.repl.transcript.errors import BadTranscript

HELP = """\
NAME
    pyex export - make a page, a picture, a cast or a script of a session

SYNOPSIS
    pyex export [OPTIONS] --to FORMAT FILE
    pyex export [OPTIONS] -o OUT FILE

DESCRIPTION
    The formats are made from FILE as it is written: nothing is run, and the same file gives the same bytes. The result
    goes to the standard output, or to OUT.

    html    a page that needs no other file and no network; its buttons copy inputs without prompts
    svg     a picture of a terminal that moves, for a page or a README
    cast    for asciinema's player, version 2
    txt     plain text
    py      a script for `pyex run`

OPTIONS
    -t, --to FORMAT         one of the above; without it, the ending of OUT tells
    -o, --output OUT        write to a file; "-" is the standard output
    --section HEADING       only what stands below this heading
    --title TITLE           of svg and cast: another title than the first heading
    --lang LANGUAGE         of html: the language of the prose, as de; en if it is not given
    --width COLUMNS         of svg, cast and txt: 80 if it is not given
    --height ROWS           of svg and cast: 24 if it is not given
    --speed FACTOR          of svg and cast: 2 is twice as fast
    --idle-limit SECONDS    of svg and cast: nothing takes longer than that
    --no-prose              of svg and cast: only the sessions
    --still                 of svg: its end, without motion
    -h, --help              print this page

EXIT STATUS
    0 when it is made; 1 for a file that cannot be read, understood or written, and a heading that is not there; 2 for a
    command that cannot be understood.

EXAMPLES
    pyex export guide.md -o guide.html
    pyex export README.md --section "A walk" --no-prose -o walk.svg
"""
FORMATS = {
    "html": ("lang",),
    "svg": ("title", "width", "height", "speed", "idle-limit", "no-prose", "still"),
    "cast": ("title", "width", "height", "speed", "idle-limit", "no-prose"),
    "txt": ("width",),
    "py": (),
}
_FOR_ALL = ("to", "output", "section", "help")
_NAMES = [
    "to=", "output=", "section=", "title=", "lang=", "width=", "height=", "speed=", "idle-limit=", "no-prose", "still",
    "help",
]  # fmt: skip


@dataclass
class Options:
    """What was asked for."""

    path: str
    format: str
    output: str = "-"
    section: str | None = None
    # The other options that were given, by their names.
    given: dict[str, str] = field(default_factory=dict)

    def whole(self, name: str, default: int, least: int) -> int:
        """A number of columns or rows."""
        text = self.given.get(name, str(default))
        if not text.isdecimal() or not least <= int(text) <= 1000:
            raise BadCommand(f"export: --{name} takes a number from {least} to 1000, not {text}")
        return int(text)

    def number(self, name: str, default: float | None) -> float | None:
        """A number above 0, which may have a fraction."""
        if name not in self.given:
            return default
        try:
            value = float(self.given[name])
        except ValueError:
            value = 0.0
        if not 0.001 <= value <= 1_000_000:
            raise BadCommand(f"export: --{name} takes a number above 0, as 1.5, not {self.given[name]}")
        return value


def main(words: Sequence[str]) -> int:
    """Make what is asked for. Returns the exit status; raises `BadCommand`."""
    options = _read(words)
    if options is None:
        print(HELP, end="")
        return 0
    try:
        document = read(options.path)
        if options.section is not None:
            document = section(document, options.section)
    except (BadTranscript, NoSuchSection) as error:
        print(f"pyex: {error}", file=sys.stderr)
        return 1
    return _write(_made(document, options), options.output)


def _read(words: Sequence[str]) -> Options | None:
    """The options; None when help is asked for."""
    try:
        found, paths = gnu_getopt(list(words), "t:o:h", _NAMES)
    except GetoptError as error:
        raise BadCommand(f"export: {error}") from None
    long = {"-t": "to", "-o": "output", "-h": "help"}
    given = {long.get(name, name.removeprefix("--")): value for name, value in found}
    if "help" in given:
        return None
    if not paths:
        raise BadCommand("export: a file is missing")
    if len(paths) > 1:
        raise BadCommand(f"export: {paths[1]}: unexpected after {paths[0]}; one file at a time")
    output = given.get("output", "-")
    if output != "-" and os.path.exists(output) and os.path.exists(paths[0]) and os.path.samefile(output, paths[0]):
        raise BadCommand(f"export: {output}: it would be written over itself; give -o another name")
    chosen = _format(given.get("to"), output)
    for name in given:
        if name not in (*_FOR_ALL, *FORMATS[chosen]):
            raise BadCommand(f"export: --{name}: means nothing for {chosen}")
    more = {name: value for name, value in given.items() if name not in _FOR_ALL}
    return Options(paths[0], chosen, output, given.get("section"), more)


def _format(asked: str | None, output: str) -> str:
    known = ", ".join(FORMATS)
    if asked is None:
        ending = Path(output).suffix.removeprefix(".").lower()
        if ending in FORMATS:
            return ending
        raise BadCommand(f"export: --to is missing; known formats are {known}")
    if asked in FORMATS:
        return asked
    near = get_close_matches(asked.lower().removeprefix("."), FORMATS, 1)
    hint = f'; did you mean "{near[0]}"?' if near else f"; known are {known}"
    raise BadCommand(f'export: unknown format "{asked}"{hint}')


def _made(document: Document, options: Options) -> str:
    match options.format:
        case "html":
            from pyex.repl.export.html_page import html_page

            return html_page(document, language=options.given.get("lang", "en"))
        case "txt":
            from pyex.repl.export.plain_text import plain_text

            return plain_text(document, columns=options.whole("width", 80, 20))
        case "py":
            from pyex.repl.export.script import script

            return script(document)
    return _recorded(document, options)


def _recorded(document: Document, options: Options) -> str:
    """A cast, or a picture of one."""
    from pyex.repl.export.cast import cast
    from pyex.repl.export.prose import title_line
    from pyex.repl.export.recording import recording
    from pyex.repl.export.svg import svg

    columns, rows = options.whole("width", 80, 20), options.whole("height", 24, 2)
    title = safe(options.given["title"]) if "title" in options.given else title_line(document.title)
    events = recording(
        document,
        columns=columns,
        prose="no-prose" not in options.given,
        speed=options.number("speed", 1.0) or 1.0,
        idle_limit=options.number("idle-limit", None),
    )
    if options.format == "cast":
        return cast(events, title=title, columns=columns, rows=rows)
    return svg(events, title=title, columns=columns, rows=rows, still="still" in options.given)


def _write(text: str, output: str) -> int:
    try:
        if output == "-":
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
        else:
            Path(output).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        if output == "-":
            # What could not be written is not to be tried again at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            where = "the standard output" if output == "-" else output
            print(f"pyex: {where}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0
