"""Attaching to a program that runs: from a terminal of its own, with shells of its own, and the program goes on."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from program import PATIENCE, started
from screen import CTRL_C, CTRL_D, Screen

from pyex.repl.attach import address, frame
from pyex.repl.attach.address import BadAddress

PROGRAM = """
    from pyex import *
    from pyex import repl

    def counter(n):
        match receive():
            case "next":
                print("counting", n)
                return become(counter, n + 1)
            case "stop":
                return n

    def main():
        pid, monitor = spawn_monitor(counter, 0)
        Process.register(pid, "counter")
        print(repl.listen(), flush=True)
        receive(("DOWN", monitor, ..., ..., ...))

    run(main)
"""
ATTACH = (sys.executable, "-m", "pyex", "attach")
CTRL_BACKSLASH, CTRL_G = "\x1c", "\x07"


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for sockets that is the test's alone."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "pyex"


@contextmanager
def program() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A program that counts, and listens; and the path of its socket."""
    with started(PROGRAM) as running:
        try:
            assert running.stdout is not None
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


def line(running: subprocess.Popen[str]) -> str:
    """The next line that the program prints on its own output."""
    assert running.stdout is not None
    return running.stdout.readline().strip()


def test_a_terminal_attaches_by_the_programs_number() -> None:
    """It gets a prompt that sees the program's processes; what those print stays on the program's own output."""
    with program() as (running, _), Screen(*ATTACH, str(running.pid)) as screen:
        screen.types('send("counter", "next")')
        screen.shows("'next'", "pyex(2)>")
        assert line(running) == "counting 0"


def test_a_path_will_do_and_so_will_nothing_where_there_is_one_program() -> None:
    """`pyex attach PATH` and `pyex attach` lead there as well."""
    with program() as (_, path), Screen(*ATTACH, path) as one, Screen(*ATTACH) as other:
        one.types("1 + 1")
        one.shows("2", "pyex(2)>")
        other.types("2 + 2")
        other.shows("4", "pyex(2)>")


def test_what_is_printed_at_a_prompt_comes_to_its_terminal() -> None:
    """Each terminal has the output of its own shell, and of the processes that come from it."""
    with program() as (_, path), Screen(*ATTACH, path) as one, Screen(*ATTACH, path) as other:
        one.types("spawn(lambda: print('mine'));")
        one.shows("mine", "pyex(2)>")
        other.types("1")
        other.shows("1", "pyex(2)>")
        assert "mine" not in other.text()


def test_data_is_the_terminals_and_code_is_the_programs() -> None:
    """What one terminal assigns the other does not see; what it defines it does."""
    with program() as (_, path), Screen(*ATTACH, path) as one, Screen(*ATTACH, path) as other:
        one.types("x = 1")
        one.shows("1", "pyex(2)>")
        one.types("def double(n): return n * 2\r")
        one.shows("pyex(3)>")
        other.types("double(4)")
        other.shows("8", "pyex(2)>")
        other.types("x")
        other.shows("** (NameError) name 'x' is not defined", "...", "pyex(2)>")


@pytest.mark.parametrize("keys", ["exit\r", CTRL_D])
def test_leaving_leaves_the_program_running(keys: str) -> None:
    """exit() and Ctrl+D end the session; the program counts on, and can be attached to again."""
    with program() as (running, path):
        with Screen(*ATTACH, path) as screen:
            screen.presses(keys)
            assert screen.exit_status() == 0
        with Screen(*ATTACH, path) as screen:
            screen.types('send("counter", "next")')
            assert line(running) == "counting 0"


def test_the_shell_process_dies_and_comes_back() -> None:
    """As at any prompt."""
    with program() as (_, path), Screen(*ATTACH, path) as screen:
        screen.types('Process.exit(self(), "boom")')
        screen.shows(
            "** (EXIT from #PID<...>) shell process exited with reason: 'boom'", "", "Interactive Pyex ...", "pyex(1)>"
        )


def test_ctrl_c_interrupts_what_runs() -> None:
    """Ctrl+C ends what this terminal evaluates, and nothing else."""
    with program() as (running, path), Screen(*ATTACH, path) as screen:
        screen.types("print('u' + 'p'); [0 for _ in iter(int, 1)]")
        screen.shows("up")
        screen.presses(CTRL_C)
        screen.shows_somewhere("** (KeyboardInterrupt)")
        screen.types("1 + 1")
        screen.shows("2", "pyex(2)>")
        assert running.poll() is None


def test_ctrl_z_stops_nothing() -> None:
    """It would stop the program, which nobody at this terminal could continue: the prompt says so, and stays."""
    with program() as (running, _), Screen(*ATTACH, str(running.pid)) as screen:
        screen.shows("pyex(1)>")
        screen.presses("\x1a")
        screen.shows_somewhere("(Ctrl+Z would stop the program that this prompt is in; Ctrl+\\ detaches from it)")
        screen.types("6 * 7")
        screen.shows("42", "pyex(2)>")


def test_the_switch_command_is_there_while_something_hangs() -> None:
    """Ctrl+G opens the switch command although an input runs; `i` ends that."""
    with program() as (_, path), Screen(*ATTACH, path) as screen:
        screen.types("print('u' + 'p'); Process.sleep('infinity')")
        screen.shows("up")
        screen.presses(CTRL_G)
        screen.shows("User switch command", " -->")
        screen.types("i")
        screen.shows("** (EXIT) interrupted", " -->")
        screen.types("c")
        screen.shows(" --> c", "pyex(1)>")


def test_detaching_needs_no_answer_from_the_program() -> None:
    """Ctrl+\\ leaves at once, whatever goes on there."""
    with program() as (running, path), Screen(*ATTACH, path) as screen:
        screen.types("print('u' + 'p'); __import__('time').sleep(60)")
        screen.shows("up")
        screen.presses(CTRL_BACKSLASH)
        assert screen.exit_status() == 0
        assert running.poll() is None


def test_the_end_of_the_program_is_told() -> None:
    """The terminal is restored, and says why it is back."""
    with program() as (running, path), Screen(*ATTACH, path) as screen:
        running.kill()
        assert screen.exit_status() == 1
        assert screen.last_line() == "pyex: the program is gone"


def test_a_session_ends_with_its_terminal() -> None:
    """A terminal that vanishes leaves no process behind."""
    with program() as (_, path), Screen(*ATTACH, path) as watching:
        with Screen(*ATTACH, path) as screen:
            screen.types("while True: pass\r")
        watching.types("while len(Process.list()) > 7: Process.sleep(5)\r")
        watching.shows("pyex(2)>")


def test_only_the_user_can_attach(runtime_folder: Path) -> None:
    """The folder and the socket are private."""
    with program() as (_, path):
        assert stat.S_IMODE(os.stat(runtime_folder).st_mode) == 0o700
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_folder_that_others_can_enter_is_refused(runtime_folder: Path) -> None:
    """A program does not listen where somebody else could have put something."""
    runtime_folder.mkdir(mode=0o755)
    runtime_folder.chmod(0o755)
    with pytest.raises(BadAddress, match="must be a folder that only you can enter"):
        address.own_folder()


def test_garbage_does_no_harm() -> None:
    """Whoever connects and talks nonsense is sent away; the program listens on."""
    with program() as (_, path):
        for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100, b"h\0\0\0\2{}", b""):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(path)
                connection.sendall(nonsense)
                connection.shutdown(socket.SHUT_WR)
                with suppress(ConnectionResetError):
                    while connection.recv(100):
                        pass
        with Screen(*ATTACH, path) as screen:
            screen.types("1 + 1")
            screen.shows("2", "pyex(2)>")


def test_a_socket_that_was_left_behind_is_removed(runtime_folder: Path) -> None:
    """A program that was killed could not remove its own."""
    address.own_folder()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(runtime_folder / "1.sock"))
    assert address.listening() == []
    assert not (runtime_folder / "1.sock").exists()


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (None, "no program listens; a program can be attached to when it calls pyex.repl.listen()"),
        ("1", "program 1 does not listen; a program can be attached to when"),
        ("/nowhere", "there is no socket /nowhere; a program can be attached to when"),
    ],
)
def test_where_nobody_listens(target: str | None, problem: str) -> None:
    """It is said what is missing, and what a program has to do."""
    with pytest.raises(BadAddress) as caught:
        address.find(target)
    assert str(caught.value).startswith(problem)


def test_attaching_needs_a_terminal() -> None:
    """From a pipe it is refused at once."""
    done = subprocess.run(
        [*ATTACH], input="1\n", capture_output=True, text=True, timeout=PATIENCE, check=False, env=os.environ
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "pyex: attach needs a terminal\n")


def test_a_program_can_be_started_so_that_it_listens() -> None:
    """`pyex --listen` needs no line in the program."""
    text = "print('up', flush=True); receive()"
    command = [sys.executable, "-m", "pyex", "--listen", "-e", text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert line(running) == "up"
            with Screen(*ATTACH, str(running.pid)) as screen:
                screen.types("1 + 1")
                screen.shows("2", "pyex(2)>")
        finally:
            running.kill()


def test_frames_are_kept_apart() -> None:
    """What is sent arrives, long texts in pieces, and what is too long is refused."""
    one, other = socket.socketpair()
    with one, other:
        frame.send(one, frame.KEYS, b"abc")
        frame.send(one, frame.SIZE, frame.packed_size(80, 24))
        one.sendall(b"k\xff\xff\xff\xff")
        one.close()
        assert frame.receive(other) == (frame.KEYS, b"abc")
        kind, size = frame.receive(other) or (b"", b"")
        assert (kind, frame.unpacked_size(size)) == (frame.SIZE, (80, 24))
        with pytest.raises(ValueError, match="a frame of"):
            frame.receive(other)
