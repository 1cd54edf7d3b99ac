"""The BREAK menu, Ctrl+C twice on an empty prompt: what the BEAM's offers, for this system."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pyex import Process
from pyex.repl.jobs import system_listing
from pyex.repl.jobs.job_control import JobControl
from pyex.repl.terminal.prompt import Prompt

MENU = """\
BREAK: (a)bort (A)bort with dump (c)ontinue (p)roc info (i)nfo
       (l)oaded (v)ersion (k)ill (D)b-tables (d)istribution"""
KILLER = "(k)ill (n)ext (r)eturn:"
LINE = Prompt("", kind="line")
# The status of a program that has aborted.
ABORTED = 134

Listing = Callable[[int], Iterator[str]]
LISTINGS: dict[str, Listing] = {
    "p": system_listing.processes,
    "i": system_listing.figures,
    "l": system_listing.modules,
    "v": system_listing.version,
    "D": system_listing.tables,
    "d": system_listing.distribution,
}


def break_menu(control: JobControl) -> None:
    """Obey one letter, and return. Ctrl+C and Ctrl+D end the program, as in the BEAM."""
    print(MENU)
    while (answer := control.ask(LINE))[0] == "input":
        letter = answer[1][:1]
        match letter:
            case "":
                continue
            case "c":
                pass
            case "a" | "q":
                control.leave()
            case "A":
                print("There are no crash dumps here: nothing is written")
                control.leave(ABORTED)
            case "k":
                _kill_processes(control)
            case _ if letter in LISTINGS:
                _show(LISTINGS[letter](control.console.columns))
            case _:
                print(f"Invalid option '{letter}'. Please enter one of the following:\n{MENU}")
                continue
        return
    if answer[0] != "switch":
        control.leave()


def _show(lines: Iterator[str]) -> None:
    for line in lines:
        print(line)


def _kill_processes(control: JobControl) -> None:
    """Walk through the processes, the newest first."""
    print("\nProcess Information\n\n--------------------------------------------------")
    for pid in reversed(Process.list()):
        lines = system_listing.process(pid)
        if not lines:
            continue
        print("\n".join([*lines, KILLER]))
        match control.ask(LINE):
            case ("input", text) if text[:1] == "k":
                Process.exit(pid, "kill")
            case ("input", text) if text[:1] == "n":
                pass
            case ("interrupt",) | ("eof",):
                control.leave()
                return
            case _:
                return
