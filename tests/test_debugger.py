"""Python's debugger in a process."""

from __future__ import annotations

from program import program

DEBUGGED = """
from pyex import *

def worker(boss, number):
    breakpoint()
    send(boss, ("worker", number))

def count(boss, number):
    Process.sleep(1)
    send(boss, "others go on")
    return become(count, boss, number + 1)

def main():
    pid = spawn(count, self(), 0)
    spawn(worker, self(), 7)
    print(receive(("worker", int)))
    print(receive())

run(main)
"""


def test_breakpoint_in_a_process_reads_from_the_input() -> None:
    """breakpoint() stops its process alone, which can be looked at and changed from a pipe; then it goes on."""
    ended = program(DEBUGGED, input="where\nprint('number is', number)\nnumber = 8\nnext\ncontinue\n")
    assert ended.returncode == 0, ended.stderr
    assert "worker()" not in ended.stderr
    assert "number is 7" in ended.stdout
    assert ended.stdout.endswith("('worker', 8)\nothers go on\n")


def test_quitting_the_debugger_ends_the_process() -> None:
    """`quit` in the debugger is an exception in the process that was stopped, as in any program."""
    text = DEBUGGED.replace("spawn(worker, self(), 7)", "_, ref = spawn_monitor(worker, self(), 7)").replace(
        'print(receive(("worker", int)))', 'print(type(receive(("DOWN", ref, ..., ..., ...))[4][0]).__name__)'
    )
    ended = program(text, input="quit\n")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith("BdbQuit\nothers go on\n")
