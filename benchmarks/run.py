"""`make bench`: the same work for pyex, Elixir and everybody else, and one table.

python benchmarks/run.py [--quick] [--passes N] [--work NAME ...] [--who NAME ...]
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 -- said here, for what follows is no Python 3.10
    sys.exit("The benchmarks need Python 3.11 or newer: make bench PYTHON=python3.12")

import environments
import report
import start_up
from contestants import CPYTHON, ELIXIR, IEX, PEERS, SHELLS, Contestant, Shell, bare_prompt, pyex
from environments import HERE, Unavailable
from results import Results
from start_up import Starter
from work import WORK, Work

PASSES = 3
# The name of what is measured by `start_up`.
START_UP = "start_up"


@dataclass(frozen=True)
class Runner:
    """A contestant that is ready: the command before the script's name."""

    contestant: Contestant
    command: tuple[str, ...]


def main() -> None:
    options = parse()
    results = Results()
    begin = time.monotonic()
    runners = prepare(options.who, results)
    works = [work for work in WORK if not options.work or work.name in options.work]
    works = [work for work in works if not (options.quick and work.slow)]
    passes = options.passes or (1 if options.quick else PASSES)
    for number in range(1, passes + 1):
        for work in works:
            if work.once and number > 1:
                continue
            for runner in runners:
                if runner.contestant.name.startswith(work.only):
                    say(f"pass {number} of {passes}: {work.name}: {runner.contestant.name}")
                    measure(runner, work, options.quick, results)
    names: list[str] = []
    if not options.work or START_UP in options.work:
        starters = prepare_shells(options.who, runners, results)
        names = [starter.shell.name for starter in starters]
        start_up.measure(starters, start_up.QUICK_STARTS if options.quick else start_up.STARTS, results, say)
    say("")
    columns = [runner.contestant.name for runner in runners]
    show(results, columns, names)
    if options.quick or options.work or options.who:
        print("RESULTS.md is left as it was: only a full run writes it.")
        return
    minutes = (time.monotonic() - begin) / 60
    how = f"the median of {passes} passes, interleaved, in {minutes:.0f} minutes; {load()}"
    (HERE / "RESULTS.md").write_text(report.markdown(results, columns, names, reference(), how))
    print("Written to benchmarks/RESULTS.md.")


def parse() -> argparse.Namespace:
    names = [*(work.name for work in WORK), START_UP]
    parser = argparse.ArgumentParser(description="Measure pyex beside its peers.")
    parser.add_argument("--quick", action="store_true", help="one pass over a tenth of the work; only prints")
    parser.add_argument("--passes", type=int, help=f"how often everything is done ({PASSES})")
    parser.add_argument("--work", nargs="+", choices=names, metavar="NAME", help=f"only these: {', '.join(names)}")
    parser.add_argument("--who", nargs="+", metavar="NAME", help='only these columns: "pyex 3.11" Elixir pykka ...')
    return parser.parse_args()


def reference() -> str:
    """The column of pyex on the Python that the peers run on, too."""
    return pyex(environments.own_version()).name


def say(text: str) -> None:
    """What is going on now, in one line that the next overwrites; nothing where nobody looks on."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


# Getting ready


def prepare(who: list[str] | None, results: Results) -> list[Runner]:
    """Everybody who can take part; for the others, why they cannot."""
    wanted = {pyex(version): python for version, python in environments.pythons().items()}
    wanted |= dict.fromkeys(PEERS, sys.executable)
    names = [*(contestant.name for contestant in wanted), *(shell.name for shell in SHELLS)]
    if unknown := set(who or ()) - {*names}:
        sys.exit(f"unknown: {', '.join(unknown)}; there are: {', '.join(names)}")
    runners: list[Runner] = []
    with tempfile.TemporaryDirectory() as folder:
        for contestant, python in wanted.items():
            if who and contestant.name not in who:
                continue
            say(f"preparing {contestant.name}")
            try:
                runners.append(Runner(contestant, command_of(contestant, python, Path(folder), results)))
            except (Unavailable, OSError) as reason:
                results.absent[contestant.name] = str(reason)
    results.versions["the peers' Python"] = sys.version.split()[0]
    return runners


def command_of(contestant: Contestant, python: str, folder: Path, results: Results) -> tuple[str, ...]:
    """What starts a script of this contestant, which is installed for that if need be."""
    name = contestant.name
    if contestant is ELIXIR:
        elixir = environments.find_elixir()
        results.versions[name] = environments.elixir_version(elixir)
        return elixir, "--erl", "+S 1:1"
    if name.startswith("pyex"):
        inside = environments.prepare_pyex(name, python, folder)
        results.versions[name] = environments.installed_version(inside, "pyex-otp")
        results.versions["greenlet"] = environments.installed_version(inside, "greenlet")
    elif contestant.requirements:
        inside = environments.prepare(name, python, contestant.requirements)
        results.versions[name] = environments.installed_version(inside, name)
    else:
        # The floors need nothing but what pyex itself stands on.
        inside = environments.prepare("floors", python, environments.pyex_requirements())
    return str(inside), "-P"


def prepare_shells(who: list[str] | None, runners: list[Runner], results: Results) -> list[Starter]:
    """The shells that can be started: pyex on each Python beside the bare prompt there, and the others."""
    starters = []
    for runner in runners:
        version = runner.contestant.name.removeprefix("pyex ")
        if version != runner.contestant.name:
            python = Path(runner.command[0])
            bare = str(HERE / "peers" / "bare_prompt.py")
            starters.append(Starter(Shell(runner.contestant.name, "pyex(1)>"), (str(python.with_name("pyex")),)))
            starters.append(Starter(bare_prompt(version), (str(python), "-P", bare)))
    for shell in SHELLS:
        if not who or shell.name in who:
            say(f"preparing {shell.name}")
            try:
                starters.append(Starter(shell, command_of_shell(shell, results)))
            except (Unavailable, OSError) as reason:
                results.absent[shell.name] = str(reason)
    return starters


def command_of_shell(shell: Shell, results: Results) -> tuple[str, ...]:
    """What starts it; it is installed for that if need be."""
    if shell is CPYTHON:
        return (sys.executable,)
    if shell is IEX:
        return (environments.find_elixir("iex"),)
    inside = environments.prepare(shell.name, sys.executable, shell.requirements)
    results.versions[shell.name] = environments.installed_version(inside, shell.requirements[0])
    return (str(inside.with_name(shell.requirements[0])),)


# Measuring


def measure(runner: Runner, work: Work, quick: bool, results: Results) -> None:
    """One piece of work in a process of its own."""
    name = runner.contestant.name
    if (name, work.name) in results.missing:
        return
    script = work.script or runner.contestant.script
    size = work.size_for(runner.contestant.speed, quick)
    command = [*runner.command, str(HERE / "peers" / script), work.name, str(size)]
    try:
        answer = outcome(command, work.timeout)
        if "missing" in answer:
            raise Unavailable(answer["missing"] or work.usually_missing)
        results.add(name, {key: float(value) for key, value in answer.items()})
    except (Unavailable, OSError, TypeError, ValueError) as reason:
        # Whatever is wrong with one must not stop the others.
        results.missing[name, work.name] = str(reason)


def outcome(command: list[str], timeout: float) -> dict[str, float | str]:
    """The line of JSON that a script prints; raises `Unavailable` when it fails, or takes too long."""
    # The scripts are named after what they import: with -P they are found on this path, and their folder is not.
    environment = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tempfile.gettempdir(),
        start_new_session=True,
    )
    try:
        output, complaint = process.communicate(timeout=timeout)
    except BaseException as error:
        # With everything that it has started; also when the run itself is interrupted.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise Unavailable(f"not done within {timeout:.0f} s") from None
        raise
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if process.returncode == 0 and lines:
        answer: dict[str, float | str] = json.loads(lines[-1])
        return answer
    complaints = [line.strip() for line in complaint.splitlines() if line.strip()]
    raise Unavailable(complaints[-1] if complaints else f"ended with exit status {process.returncode}")


# Telling


def load() -> str:
    return f"load at the end {os.getloadavg()[0]:.1f}"


def show(results: Results, columns: list[str], shells: list[str]) -> None:
    print(report.as_text(report.figures_table(results, columns)), end="\n\n")
    if shells:
        print(report.as_text(report.shells_table(results, shells)), end="\n\n")
    print(report.as_text(report.targets_table(results, columns, reference())), end="\n\n")
    for line in report.missing_lines(results):
        print(f"Missing: {line}")


if __name__ == "__main__":
    main()
