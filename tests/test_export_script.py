"""`pyex export --to py`: a script that runs to its end, as far as a script can do what a prompt does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE

from pyex.repl.export.script import script
from pyex.repl.transcript.document import parse, read

ROOT = Path(__file__).parent.parent


def fence(*lines: str) -> str:
    return "\n".join(["```pyex", *lines, "```", ""])


def body(markdown: str) -> list[str]:
    """The lines of a script below what it begins with."""
    text = script(parse(markdown))
    return text[text.rindex("\n\n\n") :].strip("\n").split("\n")


def run(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script by `pyex run`."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pyex", "run", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=folder)


@pytest.mark.parametrize(
    ("path", "printed", "reported"),
    [
        ("README.md", ["Hello, world", "New state is 2", "(:EXIT, #PID<", "Supervisor, one_for_one"], ""),
        (
            "examples/processes.md",
            ["Sold 1 so far", "What?", "(:EXIT, ", "(:DOWN, ", "Hello, again"],
            "division by zero",
        ),
        (
            "examples/servers_and_supervisors.md",
            ["Hello, world", *["Sold 2 so far"] * 2, "Sold 1"],
            "no function clause",
        ),
        ("docs/shell.md", ["Data type", "'pong'", "<lambda>/0, permanent"], "division by zero"),
    ],
)
def test_the_project_s_own_texts_run_as_scripts(path: str, printed: list[str], reported: str, tmp_path: Path) -> None:
    """The script of each text runs to its end, through deaths of the shell, and prints in order what the text shows."""
    done = run(script(read(str(ROOT / path))), tmp_path)
    assert done.returncode == 0, done.stderr
    assert reported in done.stderr and bool(reported) == bool(done.stderr)
    rest = done.stdout
    for line in printed:
        before, found, rest = rest.partition(line)
        assert found, (line, before)


def test_prose_and_outputs_are_comments() -> None:
    """Inputs stand as they are, with what they printed below them, and prose between."""
    text = "Add them.\n\n" + fence("pyex(1)> 1 + 1", "2", "pyex(2)> def f():", "...(2)>     return 1", "...(2)> ")
    assert body(text) == ["# Add them.", "", "1 + 1", "#   2", "def f():", "    return 1"]


def test_helpers_are_imported_and_called() -> None:
    """`self` and `flush` alone are calls; helpers are imported where they are used and not the file's own names."""
    text = script(parse(fence("pyex(1)> self", "#PID<0.1.0>", "pyex(2)> flush", ":ok", "pyex(3)> tree()", "x")))
    assert "from pyex.repl.helpers import flush, tree\n" in text
    assert "\nself()\n#   #PID<0.1.0>\nflush()\n" in text
    own = script(parse(fence("pyex(1)> def tree(x):", "...(1)>     return x", "...(1)> ", "pyex(2)> tree(1)", "1")))
    assert "pyex.repl.helpers" not in own


def test_what_only_a_prompt_can_do_is_a_comment() -> None:
    """Earlier values, breakpoints and what is typed at them, and a pid by its number."""
    inputs = ["v(1)", "_ + 1", "break_(f)", 'pid("0.9.0")', ":kill"]
    for text in inputs:
        assert f"# {text}" in body(fence(f"pyex(1)> {text}", "x")), text
    assert "# x" in body(fence("pyex(1)> f()", "Break reached", "pry(1)> x", "2"))
    assert "[(_, pid)] = f()" in body(fence("pyex(1)> [(_, pid)] = f()"))


def test_what_fails_is_caught(tmp_path: Path) -> None:
    """An input that fails at the prompt does not end the script either; a process that crashes is another matter."""
    text = fence(
        "pyex(1)> nothing", "** (NameError) name 'nothing' is not defined", 'pyex(2)> exit("no")', "** (exit) no",
        "pyex(3)> print('end')", "end",
    )  # fmt: skip
    done = run(script(parse(text)), tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")
    report = fence("pyex(1)> spawn(lambda: 1 / 0)", "", "12:00:00.000 [error] Process", "** (ZeroDivisionError) x")
    assert "suppress" not in script(parse(report))


def test_a_death_takes_what_was_linked(tmp_path: Path) -> None:
    """Where the shell process dies, those linked to it end as they did there, and the mailbox is empty behind it."""
    text = fence(
        "pyex(1)> other = spawn_link(Process.sleep, 60000)",
        "pyex(2)> pid = spawn_link(Process.sleep, 60000)",
        'pyex(3)> Process.exit(pid, "kill")',
        "** (EXIT from #PID<0.1.0>) shell process exited with reason: killed",
        "pyex(1)> print(Process.alive(other), receive(after=0, default=0), Process.flag('trap_exit', False))",
    )
    done = run(script(parse(text)), tmp_path)
    assert (done.returncode, done.stdout) == (0, "False 0 False\n")


def test_a_script_outlives_each_death_of_its_shell(tmp_path: Path) -> None:
    """By one's own hand, by another's, by an exit and by what crashes: the next input is run."""
    death = "** (EXIT from #PID<0.1.0>) shell process exited with reason: killed"
    text = fence(
        'pyex(1)> Process.exit(self(), "kill")', "...",
        "pyex(1)> me = self()",
        'pyex(2)> spawn(lambda: Process.exit(me, "kill"))', "#PID<0.2.0>", death,
        'pyex(1)> Process.exit(self(), "why")', death,
        "pyex(1)> exit('so')", death,
        "pyex(1)> spawn_link(lambda: 1 / 0)", "#PID<0.2.0>", death,
        "pyex(1)> worker, ref = spawn_monitor(Process.sleep, 'infinity')",
        "pyex(2)> Process.exit(worker, 'kill')",
        "pyex(3)> print(receive(after=5000)[4], 'end')", "end",
    )  # fmt: skip
    done = run(script(parse(text)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("killed end\n")


def test_what_control_c_ended_does_not_run_for_ever(tmp_path: Path) -> None:
    """Nobody presses it in a script; `raise SystemExit` ends no more than it did at the prompt."""
    text = fence(
        "pyex(1)> while True: pass", "...(1)> ", "^C", "** (KeyboardInterrupt)",
        "pyex(1)> raise SystemExit(3)", "** (SystemExit) 3",
        "pyex(1)> print('end')", "end",
    )  # fmt: skip
    done = run(script(parse(text)), tmp_path)
    assert (done.returncode, done.stdout) == (0, "end\n")


def test_a_long_text_in_what_fails_is_not_indented(tmp_path: Path) -> None:
    """It is the text that it was, and the script goes on."""
    text = fence(
        'pyex(1)> x = """a', "...(1)>   b", '...(1)> """', "'a\\n  b\\n'",
        'pyex(2)> assert x != """a', "...(2)>   b", '...(2)> """, print(x)', "** (AssertionError)",
        "pyex(2)> print('end')", "end",
    )  # fmt: skip
    done = run(script(parse(text)), tmp_path)
    assert (done.returncode, done.stdout) == (0, "a\n  b\n\nend\n")


def test_no_text_escapes_its_comment() -> None:
    """A line break of another kind in a stranger's prose or output does not begin a line of the script."""
    text = "Prose\x0cprint(1)\n\n" + fence("pyex(1)> 1", "x\x0bprint(2)") + "\n```sh\na\x0cprint(3)\n```\n"
    lines = script(parse(text)).splitlines()
    assert not [line for line in lines if line.startswith("print")]


def test_sessions_that_are_skipped_stay_comments_and_set_ups_are_code() -> None:
    """A script runs what a check would run: hidden set-ups too, and no session that is skipped."""
    text = "<!-- pyex: set-up x = 1 -->\n\n<!-- pyex: skip -->\n\n" + fence("pyex(1)> launch()", "gone")
    assert body(text) == ["x = 1", "", "# Not to be run:", "# pyex(1)> launch()", "# gone"]
