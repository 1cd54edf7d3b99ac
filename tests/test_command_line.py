"""The command `pyex`: files, expressions, options, and what each of them ends with."""

from __future__ import annotations

import importlib.metadata
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from program import PATIENCE

COMMANDS = {
    "python -m pyex": [sys.executable, "-m", "pyex"],
    "pyex": [os.path.join(sysconfig.get_path("scripts"), "pyex")],
}

Write = Callable[[str], str]


def pyex(*arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program."""
    command = [sys.executable, "-m", "pyex", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=more.get("cwd")
    )


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a program into a file and returns its path."""

    def write(text: str) -> str:
        path = tmp_path / "program.py"
        path.write_text(text)
        return str(path)

    return write


def outcome(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


# Options


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version(command: list[str], option: str) -> None:
    """--version prints the version that is installed, under both names of the command."""
    done = subprocess.run([*command, option], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert outcome(done) == (0, f"pyex {importlib.metadata.version('pyex-otp')}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_names_every_way_to_start(option: str) -> None:
    """--help is a page with the usual headings, and shows each form of the command on a line of its own."""
    done = pyex(option)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    headings = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "FILES", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES"]
    assert [line for line in lines if line and not line.startswith(" ")] == headings
    commands = ("run FILE [ARGS...]", "attach [PID|PATH]", "check [--update] FILE...", "replay [OPTIONS] FILE")
    more = ("record FILE", "export FILE --to FORMAT", "lesson [NAME|FILE]", "workshop [FILE...]")
    for form in ("FILE", "-e EXPR", "--version", *commands, *more):
        assert any(form in line for line in lines), form
    assert max(map(len, lines)) <= 120


MISTAKES = {
    ("--bogus",): "--bogus: unknown option",
    ("-x", "file.py"): "-x: unknown option",
    ("run",): "run: a file is missing",
    ("-e",): "-e: an expression is missing",
    ("--eval",): "--eval: an expression is missing",
    ("-r",): "-r: a file is missing",
    ("--dot-pyex",): "--dot-pyex: a file is missing",
    ("run", "-x"): "-x: unexpected after run; options come before it, and then a file",
    ("attach", "1", "2"): "2: unexpected after attach 1",
    ("--no-halt",): "--no-halt: goes with -e or run; the prompt stays until it is left",
    ("file.py", "more"): "more: unexpected after a file; write `pyex run file.py ...` to pass arguments",
}


@pytest.mark.parametrize(("arguments", "problem"), MISTAKES.items(), ids=lambda value: " ".join(value))
def test_a_command_that_is_wrong_says_how(arguments: tuple[str, ...], problem: str) -> None:
    """What cannot be understood is named on standard error, with status 2."""
    assert outcome(pyex(*arguments)) == (2, "", f"pyex: {problem} (pyex --help shows what there is)\n")


@pytest.mark.parametrize("command", ["check", "replay", "record", "export"])
def test_a_command_without_its_file_says_so(command: str) -> None:
    """Each command that takes a file asks for it, and names its own page of help."""
    status, shown, problem = outcome(pyex(command))
    assert (status, shown) == (2, "")
    assert problem.startswith(f"pyex: {command}: ")
    assert problem.endswith(f"(pyex {command} --help shows what there is)\n")


# pyex run FILE


def test_a_file_runs_as_the_main_process(write: Write) -> None:
    """`pyex run FILE` runs the file in a process: it can spawn, send and receive."""
    path = write(
        "from pyex import *\n"
        "me = self()\n"
        "spawn(lambda: send(me, 'from a process'))\n"
        "print(receive(after=5000), __name__)\n"
    )
    assert outcome(pyex("run", path)) == (0, "from a process __main__\n", "")


def test_a_file_gets_its_arguments(write: Write) -> None:
    """`sys.argv` holds the file and what follows it, options too, as under Python itself."""
    path = write("import sys; print(sys.argv[1:], sys.argv[0] == __file__)")
    assert outcome(pyex("run", path, "a", "--version", "-e")) == (0, "['a', '--version', '-e'] True\n", "")


def test_a_file_imports_its_neighbours(write: Write, tmp_path: Path) -> None:
    """A file finds the modules beside it, wherever it is run from."""
    (tmp_path / "neighbour.py").write_text("greeting = 'hello'")
    path = write("from neighbour import greeting; print(greeting)")
    assert outcome(pyex("run", path, cwd="/")) == (0, "hello\n", "")


def test_a_file_reads_standard_input(write: Write) -> None:
    """`input()` reads a line of standard input, and raises EOFError at its end."""
    path = write("print(input('? '))\ntry: input()\nexcept EOFError: print('end')")
    assert outcome(pyex("run", path, stdin="line\n")) == (0, "? line\nend\n", "")


def test_output_and_errors_are_kept_apart(write: Write) -> None:
    """What is printed to standard output and to standard error arrives there, also from other processes."""
    path = write(
        "import sys\nfrom pyex import *\n"
        "print('out'); print('err', file=sys.stderr)\n"
        "spawn(lambda: (print('out too'), print('err too', file=sys.stderr)))\n"
        "Process.sleep(50)\nprint('end', end='')"
    )
    assert outcome(pyex("run", path)) == (0, "out\nout too\nend", "err\nerr too\n")


@pytest.mark.parametrize("form", ["run", "load"])
def test_a_file_that_is_missing(form: str) -> None:
    """A file that does not exist is named, with status 1."""
    arguments = ("run", "nowhere.py") if form == "run" else ("nowhere.py",)
    assert outcome(pyex(*arguments)) == (1, "", "pyex: nowhere.py: No such file or directory\n")


@pytest.mark.parametrize("form", ["run", "load"])
def test_a_file_that_is_no_python(write: Write, form: str) -> None:
    """A syntax error is shown with its place, and nothing runs."""
    path = write("print('never')\nx = = 1\n")
    arguments = ("run", path) if form == "run" else (path,)
    assert outcome(pyex(*arguments)) == (1, "", f"** (SyntaxError) {path}:2:5: invalid syntax\n    x = = 1\n")


def test_a_folder_or_a_picture_is_no_program(tmp_path: Path) -> None:
    """What is no text file is refused with a line that says so."""
    picture = tmp_path / "picture.py"
    picture.write_bytes(b"\x89PNG\xff\xfe\x00")
    assert outcome(pyex("run", str(tmp_path))) == (1, "", f"pyex: {tmp_path}: Is a directory\n")
    done = pyex("run", str(picture))
    assert done.returncode == 1
    assert done.stderr.startswith(f"pyex: {picture}: not a text in UTF-8")


@pytest.mark.parametrize("form", ["run", "load"])
@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbfprint(len('caf\xc3\xa9'))\n", b"# coding: latin-1\nprint(len('caf\xe9'))\n"],
    ids=["byte order mark", "latin-1"],
)
def test_a_file_is_read_in_the_encoding_that_python_reads_it_in(tmp_path: Path, content: bytes, form: str) -> None:
    """A byte order mark, and an encoding that the file names, are what they are to Python."""
    path = tmp_path / "cafe.py"
    path.write_bytes(content)
    done = pyex("run", str(path)) if form == "run" else pyex(str(path))
    assert done.stderr == "" and "4" in done.stdout.splitlines()


# How a program ends

ENDS = {
    "pass": (0, ""),
    "import sys; sys.exit()": (0, ""),
    "import sys; sys.exit(0)": (0, ""),
    "import sys; sys.exit(3)": (3, ""),
    "import sys; sys.exit('no more')": (1, "no more\n"),
    "raise SystemExit(4)": (4, ""),
    "exit('normal')": (0, ""),
    "exit('shutdown')": (0, ""),
    "exit('boom')": (1, "** (exit) 'boom'\n    <-e>:1: <module>\n"),
    "exit(('some', 1))": (1, "** (exit) ('some', 1)\n    <-e>:1: <module>\n"),
    "Process.exit(self(), 'kill')": (1, "** (EXIT from #PID<0.3.0>) killed\n"),
    "spawn(lambda: __import__('sys').exit(4)); Process.sleep(50)": (0, ""),
    "1 / 0": (1, "** (ZeroDivisionError) division by zero\n    <-e>:1: <module>\n"),
    "raise ValueError": (1, "** (ValueError)\n    <-e>:1: <module>\n"),
}


@pytest.mark.parametrize(("text", "end"), ENDS.items())
def test_how_a_program_ends(text: str, end: tuple[int, str]) -> None:
    """The exit status is what the main process ended with, and a reason that is an error is told."""
    status, errors = end
    assert outcome(pyex("-e", text)) == (status, "", errors)


def test_an_uncaught_exception_shows_the_program_and_nothing_else(write: Write) -> None:
    """An exception that nobody catches shows my own places, innermost first, after all that was printed."""
    path = write("def inner():\n    return {}['key']\n\ndef outer():\n    return inner()\n\nprint('before')\nouter()\n")
    assert outcome(pyex("run", path)) == (
        1,
        "before\n",
        f"** (KeyError) 'key'\n    {path}:2: inner\n    {path}:5: outer\n    {path}:8: <module>\n",
    )


def test_an_exit_shows_its_places_too(write: Write) -> None:
    """An `exit` that nobody catches is told with its place in my program, as an exception is."""
    path = write("from pyex import exit\n\ndef leave():\n    exit('boom')\n\nleave()\n")
    assert outcome(pyex("run", path)) == (
        1,
        "",
        f"** (exit) 'boom'\n    {path}:4: leave\n    {path}:6: <module>\n",
    )


def test_the_cause_of_an_exception_is_shown_too(write: Write) -> None:
    """An exception raised from another shows both."""
    path = write("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('wrapped') from error\n")
    assert outcome(pyex("run", path)) == (
        1,
        "",
        f"** (ValueError) wrapped\n    {path}:4: <module>\n"
        f"  caused by ** (ZeroDivisionError) division by zero\n    {path}:2: <module>\n",
    )


def test_a_crash_of_another_process_is_reported_and_changes_no_status(write: Write) -> None:
    """A process that crashes is reported on standard error, with its place; the program goes on and ends with 0."""
    path = write("from pyex import *\nspawn(lambda: 1 / 0)\nProcess.sleep(50)\nprint('on')\n")
    status, out, errors = outcome(pyex("run", path))
    assert (status, out) == (0, "on\n")
    lines = errors.splitlines()
    assert lines[0] == ""
    assert "[error] Process #PID<0." in lines[1]
    assert lines[2:] == ["** (ZeroDivisionError) division by zero", f"    {path}:2: <lambda>"]


def test_an_exit_signal_ends_the_program(write: Write) -> None:
    """A linked process that exits with a reason takes the program with it, and the status says so."""
    path = write("from pyex import *\nspawn_link(lambda: exit('boom'))\nProcess.sleep(5000)\nprint('never')\n")
    status, out, errors = outcome(pyex("run", path))
    assert (status, out) == (1, "")
    assert "'boom'" in errors


def test_the_end_of_the_main_process_is_the_end(write: Write) -> None:
    """When the main process has ended, the others are killed: an endless one does not keep the program."""
    path = write("from pyex import *\nspawn(lambda: [0 for _ in iter(int, 1)])\nprint('done')\n")
    assert outcome(pyex("run", path)) == (0, "done\n", "")


@pytest.mark.parametrize(
    "text", ["receive()", "__import__('time').sleep(60)", "[0 for _ in iter(int, 1)]", "Process.sleep('infinity')"]
)
def test_ctrl_c_ends_a_program(text: str) -> None:
    """Ctrl+C ends a program that waits or calculates, with the status 130."""
    command = [sys.executable, "-m", "pyex", "-e", f"print('up', flush=True); {text}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.send_signal(signal.SIGINT)
        try:
            running.wait(PATIENCE)
        finally:
            running.kill()
        assert running.stderr is not None
        assert "Traceback" not in running.stderr.read()
    assert running.returncode == 130


def test_ctrl_c_ends_a_program_that_is_still_being_read(tmp_path: Path) -> None:
    """Ctrl+C while the file is read, as from a pipe, ends pyex with the status 130, and without a traceback."""
    path = tmp_path / "pipe.py"
    os.mkfifo(path)
    command = [sys.executable, "-m", "pyex", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        with path.open("w"):  # it has opened the other end
            running.send_signal(signal.SIGINT)
            assert running.wait(PATIENCE) == 130
        assert running.stderr is not None
        assert running.stderr.read() == ""


# pyex -e


def test_an_expression_has_all_names_at_hand() -> None:
    """In `pyex -e` everything of `from pyex import *` is there, and the arguments after it are in sys.argv."""
    text = "import sys; me = self(); spawn(lambda: send(me, 1)); print(receive(after=5000), sys.argv)"
    assert outcome(pyex("-e", text, "a", "--help")) == (0, "1 ['-e', 'a', '--help']\n", "")


def test_an_expression_that_is_no_python() -> None:
    """A syntax error in `pyex -e` is shown with its place."""
    assert outcome(pyex("-e", "x = = 1")) == (1, "", "** (SyntaxError) <-e>:1:5: invalid syntax\n    x = = 1\n")


def test_several_expressions_run_one_after_another() -> None:
    """-e may be given more than once, as --eval too: the later see what the earlier have bound."""
    assert outcome(pyex("-e", "x = 20", "--eval", "print(x + 1)")) == (0, "21\n", "")


def test_a_required_file_is_loaded_before_an_expression(write: Write) -> None:
    """What a file given by -r defines is at hand in -e."""
    path = write("def double(n):\n    return n * 2\n")
    assert outcome(pyex("-r", path, "-e", "print(double(4))")) == (0, "8\n", "")


def test_a_program_that_is_not_to_halt_goes_on_until_a_signal() -> None:
    """With --no-halt the other processes go on when the main process has done its work."""
    text = "spawn(lambda: (Process.sleep(20), print('still here', flush=True)))"
    command = [sys.executable, "-m", "pyex", "--no-halt", "-e", text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "still here\n"
        assert running.poll() is None
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE) == 130


# pyex FILE


def test_the_shell_is_left_with_a_status() -> None:
    """quit(3) is the exit status; nonsense is refused, and exit(3) says how it is done."""
    done = pyex(stdin="quit('three')\nexit(3)\nquit(3)\n")
    assert done.returncode == 3
    assert "quit takes an exit status, a number from 0 to 255, not 'three'" in done.stdout
    assert "(to leave the shell with this status: quit(3))" in done.stdout


def test_several_files_are_loaded_before_the_prompt(write: Write, tmp_path: Path) -> None:
    """`pyex -r FILE FILE` loads one after the other, and the prompt has what both have defined."""
    (tmp_path / "first.py").write_text("def one():\n    return 1\n")
    path = write("def two():\n    return one() + 1\n")
    done = pyex("-r", str(tmp_path / "first.py"), path, stdin="two()\n")
    assert (done.returncode, done.stdout.splitlines()[1:3]) == (0, ["pyex(1)> two()", "2"])



def test_a_file_is_loaded_before_the_prompt(write: Write) -> None:
    """`pyex FILE` runs the file, echoes none of its values, and the prompt has what it defined."""
    path = write("print('loading', __name__)\ndef double(n):\n    return n * 2\nx = 20\nx + 1\n")
    done = pyex(path, stdin="double(x)\n")
    assert done.stdout.splitlines()[1:] == ["loading __main__", "pyex(1)> double(x)", "40", "pyex(2)> "]
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_that_fails_while_it_is_loaded_leaves_the_prompt(write: Write) -> None:
    """An error in a loaded file is shown with its place, what came before it is there, and the status says 1."""
    path = write("x = 1\ndef fail():\n    1 / 0\nfail()\n")
    done = pyex(path, stdin="x\n")
    assert done.stdout.splitlines()[1:] == [
        "** (ZeroDivisionError) division by zero",
        f"    {path}:3: fail",
        f"    {path}:4: <module>",
        "pyex(1)> x",
        "1",
        "pyex(2)> ",
    ]
    assert done.returncode == 1


def test_functions_of_a_loaded_file_outlive_the_shell_process(write: Write) -> None:
    """What a file defines is code and stays, what it assigns is data and goes, as with what is typed."""
    path = write("def double(n):\n    return n * 2\nx = 1\n")
    out = pyex(path, stdin="Process.exit(self(), 'boom')\ndouble(4)\nx\n").stdout
    assert "\npyex(1)> double(4)\n8\npyex(2)> x\n** (NameError) name 'x' is not defined\nx was data of " in out


def test_starting_is_quick() -> None:
    """The version and the help come without loading the shell: they take no longer than Python and the engine."""
    code = "import sys, pyex.__main__ as m; m.main(['--version']); print('prompt_toolkit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stdout.splitlines()[1:] == ["False"]
