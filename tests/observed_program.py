"""Programs with an Observer, for the tests that look at its page: each is told by lines of Python what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from program import PATIENCE, started

POOLY = Path(__file__).parent.parent / "examples" / "pooly"
# It does what a line says, in its main process, and prints what comes of it.
_PROGRAM = """\
import sys
sys.path.insert(0, {pooly!r})
from pyex import *
from pyex import observer
def pid_text(pid):
    return repr(pid)[5:-1]
{text}
def main():
    print(observer.start(browser=False{options}), flush=True)
    while line := blocking(sys.stdin.readline):
        try:
            print(eval(line, globals()), flush=True)
        except (Exit, Exception) as error:
            print(repr(error), flush=True)
run(main)
"""


class Observed:
    """A program that runs, and the address of its Observer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = ""

    def ask(self, expression: str) -> str:
        """What an expression is there, as it is printed."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{expression}\n")
        self.process.stdin.flush()
        return self.line()

    def line(self) -> str:
        """The next line that it prints."""
        return self._lines.get(timeout=PATIENCE)

    def line_with(self, part: str) -> str:
        """The next line that it prints in which this stands."""
        while part not in (line := self.line()):
            pass
        return line

    def memory(self) -> int:
        """How much of the machine's memory it has, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def end(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))


@contextmanager
def observed(text: str = "", **options: Any) -> Iterator[Observed]:
    """A program that has an Observer, started with these options. `text` is what it defines."""
    given = "".join(f", {name}={value!r}" for name, value in options.items())
    source = _PROGRAM.format(pooly=str(POOLY), text=text, options=given)
    program = Observed(started(source, "-P", stdin=subprocess.PIPE, stderr=None))
    try:
        program.url = program.line()
        assert program.url.startswith("http"), program.url
        yield program
    finally:
        program.end()


@contextmanager
def at_a_prompt(*lines: str) -> Iterator[Observed]:
    """A shell at whose prompt these lines are typed, and then an Observer is started."""
    command = [sys.executable, "-P", "-m", "pyex"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True, cwd=POOLY)
    program = Observed(process)
    try:
        assert process.stdin is not None
        process.stdin.write("".join(f"{line}\n" for line in (*lines, "observer.start(browser=False)")))
        process.stdin.flush()
        program.url = program.line_with("http").strip("' ")
        yield program
    finally:
        program.end()
