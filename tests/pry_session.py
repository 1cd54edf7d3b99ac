"""Sessions with processes that stop: what is typed, at which prompts, and all that is shown."""

from __future__ import annotations

import re
import sys
import textwrap

from pyex import Pid, send
from pyex.repl.configuration import Settings, settings
from pyex.repl.console import ANSWER
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.pry.breakpoint import remove_breakpoints
from pyex.repl.shell.shell import Shell
from pyex.repl.terminal.prompt import Prompt
from pyex.repl.transcript.play import TranscriptConsole
from pyex.run import run_on


class Typist(TranscriptConsole):
    """Types one input at each prompt, and keeps the screen."""

    def __init__(self, inputs: list[str]) -> None:
        super().__init__([])
        self.waiting = inputs
        self.screen = ""

    def attach(self, shell: Pid) -> None:
        self._shell = shell

    def ask(self, prompt: Prompt) -> None:
        assert self._shell is not None
        if not self.waiting:
            send(self._shell, (ANSWER, ("eof",)))
            return
        text = prompt.initial + self.waiting.pop(0)
        self.screen += (prompt.text + text).rstrip() + "\n"
        send(self._shell, (ANSWER, ("input", text)))

    def write(self, text: str) -> None:
        self.screen += text


def shown(*inputs: str) -> str:
    """The screen of a session in a shell of its own, from the first prompt on; every pid is `#PID`."""
    main = sys.modules["__main__"]
    before = vars(settings).copy()
    vars(settings).update(vars(Settings()))
    console = Typist([textwrap.dedent(each).strip("\n") for each in inputs])
    try:
        run_on(console, Shell(console, PythonLanguage()).run)
    finally:
        sys.modules["__main__"] = main
        vars(settings).update(before)
        remove_breakpoints(lambda function: True)
    assert not console.waiting, f"not typed: {console.waiting}; the screen:\n{console.screen}"
    _, _, screen = re.sub(r"#PID<[\d.]+>", "#PID", console.screen).partition("\n")
    return screen


def screen(text: str) -> str:
    """A screen as it is written in a test."""
    return textwrap.dedent(text).lstrip("\n")
