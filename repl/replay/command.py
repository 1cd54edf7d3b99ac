"""The command `pyex replay`."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Sequence
from getopt import GetoptError, gnu_getopt
from pathlib import Path
from typing import TYPE_CHECKING

from pyex.command_line import BadCommand
from pyex.repl.replay.pace import FASTEST, SLOWEST
from pyex.repl.replay.place import BadPlace, Keeper, item_of, path_for, read
from pyex.repl.replay.plan import Plan, UnknownHeading, plan_of
from pyex.repl.transcript import document
from pyex.repl.transcript.errors import BadTranscript

if TYPE_CHECKING:
    from pyex.repl.replay.player import Options

HELP = """\
NAME
    pyex replay - play a session in the real shell, typed at a human pace

SYNOPSIS
    pyex replay [OPTIONS] FILE
    pyex replay --list FILE
    pyex replay --notes FILE

DESCRIPTION
    FILE is a transcript: Markdown with sessions in fences marked pyex, or a .pyex file. Its text is shown, and its
    inputs are typed at the prompt, one with each press of Space. Ctrl+T takes the keyboard at any moment and gives it
    back; ? shows all keys. Without a terminal everything is printed, as fast as it goes.

OPTIONS
    --step chunk|line     what a key leads to: a whole input (this is usual), or a line of it
    --auto                no keys: at the pace of a person, with time to read; leaves at the end
    --fast                type without a pace; goes with all others
    --magic               any key types the next characters, Enter runs them
    --speed N             type so many times as fast: 0.1 to 20
    --from HEADING        begin at a heading, by its number or a part of it; what stands before it is played at once
    --only                with --from or --resume: do not play what stands before
    --resume              go on where the last replay of the file was
    --list                print the numbered headings, and how many inputs each has
    --notes               follow the replay of FILE in another terminal: the speaker's notes, and what comes next
    -h, --help            print this page

FILES
    $XDG_STATE_HOME/pyex/replay/
                          where each file's replay is

EXIT STATUS
    0 when it was played, and left; 1 for a file that cannot be played, and, without a terminal, for an input that took
    too long; 2 for a command that cannot be understood; 128 + N after signal N

EXAMPLES
    pyex replay examples/processes.md
    pyex replay --from links --magic talk.md
    pyex replay --auto --speed 2 README.md
"""
FEWEST_COLUMNS, FEWEST_ROWS = 20, 5
_OPTIONS = ["help", "auto", "step=", "fast", "magic", "from=", "only", "list", "speed=", "resume", "notes"]


def main(words: Sequence[str]) -> int:
    """Do what the command line says. Returns the exit status; raises `BadCommand`."""
    try:
        pairs, files = gnu_getopt(list(words), "h", _OPTIONS)
    except GetoptError as error:
        written = f"--{error.opt}" if len(error.opt) > 1 else f"-{error.opt}"
        raise BadCommand(f"replay: {written}: {_problem(error)}") from None
    found = dict(pairs)
    if "--help" in found or "-h" in found:
        print(HELP, end="")
        return 0
    if not files:
        raise BadCommand("replay: a file is missing")
    if len(files) > 1:
        raise BadCommand(f"replay: {files[1]}: unexpected after {files[0]}; it plays one file")
    path = files[0]
    options = _play_options(found)
    try:
        plan = _plan(path)
        if "--list" in found:
            return _print_list(plan)
        if "--notes" in found:
            from pyex.repl.replay.notes import follow

            return follow(path_for(path), path)
        if "--from" in found:
            options.begin = plan.find(found["--from"])
        if "--resume" in found:
            options.begin = _resumed(plan, path)
        return _replay(plan, path, options)
    except (BadTranscript, BadPlace, UnknownHeading) as error:
        print(f"pyex: {error}", file=sys.stderr)
        if isinstance(error, UnknownHeading):
            print(f"pyex replay --list {path} lists them", file=sys.stderr)
        return 1


def _problem(error: GetoptError) -> str:
    if "requires argument" in error.msg:
        return "something is missing behind it"
    if "must not have an argument" in error.msg:
        return "nothing follows it"
    return "unknown option"


def _play_options(found: dict[str, str]) -> Options:
    from pyex.repl.replay.player import Options

    options = Options(is_fast="--fast" in found, only="--only" in found)
    modes = [name for name in ("--auto", "--magic", "--step") if name in found]
    if len(modes) > 1:
        raise BadCommand(f"replay: {modes[0]} and {modes[1]} do not go together")
    if "--from" in found and "--resume" in found:
        raise BadCommand("replay: --from and --resume do not go together")
    if options.only and "--from" not in found and "--resume" not in found:
        raise BadCommand("replay: --only goes with --from or --resume")
    if "--auto" in found:
        options.mode = "auto"
    elif "--magic" in found:
        options.mode = "magic"
    elif "--step" in found:
        step = found["--step"]
        if step not in ("chunk", "line"):
            raise BadCommand(f'replay: --step: write "chunk" or "line", not "{step}"')
        options.mode = "line" if step == "line" else "chunk"
    if "--speed" in found:
        try:
            options.speed = float(found["--speed"])
        except ValueError:
            options.speed = 0
        if not SLOWEST <= options.speed <= FASTEST:
            raise BadCommand(f"replay: --speed: write a number from {SLOWEST:g} to {FASTEST:g}, as --speed 2")
    return options


def _plan(path: str) -> Plan:
    plan = plan_of(document.read(path))
    if not plan.inputs:
        raise BadTranscript(path, 0, "there is no session in it: write one in a fence marked ```pyex")
    return plan


def _print_list(plan: Plan) -> int:
    if not plan.sections:
        print(f"(no headings; {_inputs(plan.inputs)})")
        return 0
    top = min(section.level for section in plan.sections)
    rows = [("  " * (section.level - top) + section.title, section) for section in plan.sections]
    width = max(len(title) for title, _ in rows)
    for number, (title, section) in enumerate(rows, start=1):
        print(f"{number:3}  {title:{width}}  {_inputs(section.inputs) if section.inputs else ''}".rstrip())
    return 0


def _inputs(count: int) -> str:
    return "1 input" if count == 1 else f"{count} inputs"


def _resumed(plan: Plan, path: str) -> int:
    place = read(path_for(path))
    index = item_of(plan, place) if place is not None else 0
    if place is None or index == len(plan.items):
        why = "was played to its end" if place is not None else "has not been played yet"
        print(f"pyex: {path} {why}: it begins at the beginning", file=sys.stderr)
        return 0
    if index < 0:
        was = f'"{place.text.partition(chr(10))[0]}" is not in it any more' if place.text else "it has more inputs now"
        raise BadPlace(f"{path} has changed, and {was}: begin with --from HEADING")
    return index


def _replay(plan: Plan, path: str, options: Options) -> int:
    if not _is_terminal():
        from pyex.repl.replay.without_terminal import print_all

        return print_all(plan, path, begin=options.begin, only=options.only)
    size = shutil.get_terminal_size()
    if size.columns < FEWEST_COLUMNS or size.lines < FEWEST_ROWS:
        has = f"{size.columns} columns and {size.lines} rows"
        print(f"pyex: the terminal has {has}: at least {FEWEST_COLUMNS} and {FEWEST_ROWS} are needed", file=sys.stderr)
        return 1
    return _play_at_terminal(plan, path, options)


def _play_at_terminal(plan: Plan, path: str, options: Options) -> int:
    """Play; each session that is to be in a new shell has a runtime of its own."""
    from pyex.errors import Exit
    from pyex.format_exit import format_banner
    from pyex.repl.configuration import settings
    from pyex.repl.jobs.job_control import JobControl
    from pyex.repl.language.python_language import PythonLanguage
    from pyex.repl.replay.player import Player
    from pyex.repl.shell.shell import Shell
    from pyex.repl.terminal.own_terminal import process_input
    from pyex.repl.transcript.labels import Labels
    from pyex.run import run_on

    # What this person has typed elsewhere is nothing for an audience.
    settings.history_file = None
    main, before = sys.modules["__main__"], vars(settings).copy()
    keeper = Keeper(_place_file(path))
    terminal = process_input()
    while True:
        player = Player(plan, path, terminal, options, keeper, Labels(written=plan.labels))
        control = JobControl(player.console, lambda job: Shell(job, PythonLanguage()))
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, control.end)
        player.start()
        try:
            status: int = run_on(player.console, control.run)
        except Exit as error:
            if control.ended_by:
                return 128 + control.ended_by
            print(format_banner("EXIT", (error.pid, error.reason)), file=sys.stderr)
            return 1
        finally:
            player.stop()
            sys.modules["__main__"] = main
            vars(settings).update(before)
        if player.renews_at is None:
            return status
        options.begin = player.renews_at


def _place_file(path: str) -> Path | None:
    try:
        return path_for(path)
    except OSError as error:
        print(f"pyex: the place is not kept: {error}", file=sys.stderr)
        return None


def _is_terminal() -> bool:
    streams = (sys.__stdin__, sys.__stdout__)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"
