"""The command `pyex check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from getopt import GetoptError, gnu_getopt

from pyex.command_line import BadCommand
from pyex.repl.check.files import files_in
from pyex.repl.check.outcome import Outcome, counted, summary, summary_of
from pyex.repl.check.report import has_colours, report
from pyex.repl.check.update import CannotUpdate, update
from pyex.repl.check.workers import play_files

HELP = """\
NAME
    pyex check - play the sessions in files, and tell what differs from what is written

SYNOPSIS
    pyex check [OPTIONS] FILE|FOLDER...

DESCRIPTION
    Plays each file's sessions in a Python of its own and compares what is printed with what is written below the
    inputs. Of a folder, all files that end in .md or .pyex, there and below. What is compared how: docs/transcripts.md.

OPTIONS
    --update          write what was printed into the files; lines that match stay as they are written
    --jobs N          how many files to play at once; as many as there are processors, unless said otherwise
    --timeout MS      how long an input may take where the file does not say; 10000
    -h, --help        print this page

EXIT STATUS
    0 when all is as written, 1 when something differs or a file cannot be played, 2 for a command that cannot be
    understood, 130 after Ctrl+C.

EXAMPLES
    pyex check README.md docs
    pyex check --update docs/guide.md
"""


@dataclass
class Options:
    """What was asked for."""

    words: list[str] = field(default_factory=list)
    is_update: bool = False
    jobs: int = 1
    timeout: int | None = None
    help: bool = False


def main(words: Sequence[str]) -> int:
    """Play the sessions in files and print what differs. Returns the exit status; raises `BadCommand`."""
    options = read(words)
    if options.help:
        print(HELP, end="")
        return 0
    paths = files_in(options.words)
    if not paths:
        raise BadCommand(f"check: no file that ends in .md or .pyex in {', '.join(options.words)}")
    try:
        return _checked(paths, options)
    except BrokenPipeError:
        # Nobody reads any more, as of `pyex check docs | head`; nor is anything to be flushed when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _checked(paths: Sequence[str], options: Options) -> int:
    outcomes = []
    is_right = True
    for outcome in play_files(paths, jobs=options.jobs, timeout=options.timeout):
        outcomes.append(outcome)
        is_right &= _updated(outcome) if options.is_update and outcome.failures else _told(outcome)
        sys.stdout.flush()
    if len(outcomes) > 1 and not options.is_update:
        print(summary(outcomes))
    return 0 if is_right else 1


def read(words: Sequence[str]) -> Options:
    """The options in the words behind `check`. Raises `BadCommand`."""
    try:
        found, rest = gnu_getopt([*words], "h", ["update", "jobs=", "timeout=", "help"])
    except GetoptError as error:
        raise BadCommand(f"check: {error.msg}") from None
    options = Options(rest, jobs=_processors())
    for name, value in found:
        match name:
            case "--update":
                options.is_update = True
            case "--jobs":
                options.jobs = _count(name, value, "files, as in --jobs 4")
            case "--timeout":
                options.timeout = _count(name, value, "milliseconds, as in --timeout 5000")
            case _:
                options.help = True
    if not rest and not options.help:
        raise BadCommand("check: a file is missing")
    return options


def _count(name: str, value: str, what: str) -> int:
    if not value.isascii() or not value.isdecimal() or int(value) == 0:
        raise BadCommand(f"check: {name} {value}: write a number of {what}")
    return int(value)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _told(outcome: Outcome) -> bool:
    for line in report(outcome, coloured=has_colours()):
        print(line)
    print(summary_of(outcome))
    return outcome.is_right


def _updated(outcome: Outcome) -> bool:
    """Rewrite a file that differs, and tell of it. Returns whether it is right now."""
    if outcome.problem:
        return _told(outcome)
    try:
        count = update(outcome)
    except CannotUpdate as error:
        print(error)
        return False
    print(f"{outcome.path}: {count} of {counted(outcome.inputs, 'input')} rewritten")
    return True
