"""Transcripts: sessions written down in Markdown, executed in a fresh shell and compared.

A fence that begins with ```` ```pyex ```` holds a session as the screen shows it. All such fences of a file are one
session, in a shell of its own. What the shell prints must be what stands there, but for:

- the numbers of prompts;
- pids and references: the first `#PID<0.98.0>` stands for the pid that comes, and must be the same one everywhere
  after;
- times of reports, and the version in the banner;
- `...` at the end of a line stands for the rest of that line, and on a line of its own for any lines.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pyex import Pid, send
from pyex.control_block import ControlBlock
from pyex.device import LineRequest
from pyex.repl.configuration import Settings, settings
from pyex.repl.console import ANSWER
from pyex.repl.language import Language
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.shell.shell import Shell
from pyex.repl.terminal.prompt import Prompt
from pyex.run import run_on
from pyex.scheduler import scheduler

_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})\s*(?P<language>[\w-]*)")
_PROMPT = re.compile(r"(?:pyex|pry)(?:\(\d+\))?> ?(.*)")
_CONTINUATION = re.compile(r"\.\.\.(?:\(\d+\))?> ?(.*)")
# What differs from run to run: labels, which are bound, and times and versions, which are not compared.
_CHANGING = re.compile(
    r"(?P<label>#(?:PID|Reference)<[\d.]+>)|(?P<time>\d\d:\d\d:\d\d\.\d{3})"
    r"|(?P<version>Pyex \([^)\s]*\))|(?P<rest>\.\.\.$)"
)


@dataclass
class Step:
    """One input of a session, what is written below it, and what came."""

    line: int
    text: str
    expected: str
    printed: str = ""


@dataclass
class Mismatch:
    """A step whose output is not what is written."""

    path: str
    step: Step

    def __str__(self) -> str:
        typed = self.step.text.replace("\n", "\n    ")
        return (
            f"{self.path}:{self.step.line}:\n    {typed}\nis written to print\n{_margin(self.step.expected)}\n"
            f"and printed\n{_margin(self.step.printed)}"
        )


@dataclass
class Labels:
    """Which pid, or reference, each label of a file stands for; one label each."""

    meant: dict[str, str] = field(default_factory=dict)

    def bind(self, label: str, value: str) -> bool:
        """Whether the label can stand for the value."""
        if label in self.meant:
            return self.meant[label] == value
        if value in self.meant.values():
            return False
        self.meant[label] = value
        return True


def check_files(paths: Iterable[str]) -> int:
    """Execute the sessions in Markdown files and print what differs: `pyex check FILE...`. Returns the exit status."""
    status = 0
    for path in paths:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            print(f"pyex: {path}: {error.strerror if isinstance(error, OSError) else error}", file=sys.stderr)
            status = 1
            continue
        steps, mismatches = check(text, path)
        for mismatch in mismatches:
            print(mismatch, end="\n\n", file=sys.stderr)
        status = status or int(bool(mismatches))
        print(f"{path}: {len(steps)} inputs, {len(mismatches) or 'none'} with another output than written")
    return status


def check(text: str, path: str = "<text>") -> tuple[list[Step], list[Mismatch]]:
    """Execute the sessions of a Markdown text in a fresh shell, and compare."""
    steps = parse(text)
    if steps:
        play(steps, PythonLanguage())
    labels = Labels()
    return steps, [Mismatch(path, step) for step in steps if not matches(step.expected, step.printed, labels)]


def parse(text: str) -> list[Step]:
    """The steps of all sessions in a Markdown text, in order."""
    steps: list[Step] = []
    fence: str | None = None
    indent = 0
    typing = inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        mark = _FENCE.match(line)
        if fence is None:
            if mark:
                fence, indent, inside = mark["fence"], len(mark["indent"]), mark["language"] == "pyex"
                typing = False
            continue
        if mark and mark["fence"].startswith(fence) and not mark["language"]:
            fence = None
            continue
        if not inside:
            continue
        content = line[min(indent, len(line) - len(line.lstrip(" "))) :]
        if prompt := _PROMPT.fullmatch(content):
            # An empty prompt is where a session ends, or where a report came in between: no input.
            typing = bool(prompt[1].strip())
            if typing:
                steps.append(Step(number, prompt[1], ""))
        elif typing and (prompt := _CONTINUATION.fullmatch(content)):
            steps[-1].text += "\n" + prompt[1]
        elif steps:
            steps[-1].expected += content + "\n"
            typing = False
    return steps


def matches(expected: str, printed: str, labels: Labels) -> bool:
    """Whether an output is the one that is written; labels that it shows for the first time are bound."""
    written, names = _pattern(expected.strip("\n"))
    found = re.fullmatch(written, printed.strip("\n"))
    return found is not None and all(labels.bind(label, found[group]) for group, label in names.items())


def _pattern(expected: str) -> tuple[str, dict[str, str]]:
    """A regular expression for an output, and the labels that its groups stand for."""
    names: dict[str, str] = {}
    lines = []
    for line in expected.split("\n"):
        if line.strip() == "...":
            lines.append("(?s:.*)")
            continue
        pattern, end = "", 0
        for found in _CHANGING.finditer(line):
            pattern += re.escape(line[end : found.start()])
            end = found.end()
            if label := found["label"]:
                group = f"label{len(names)}"
                names[group] = label
                pattern += rf"(?P<{group}>{label.partition('<')[0]}<[\d.]+>)"
            else:
                pattern += {"time": r"\d\d:\d\d:\d\d\.\d{3}", "version": r"Pyex \([^)\s]*\)", "rest": ".*"}[
                    str(found.lastgroup)
                ]
        lines.append(pattern + re.escape(line[end:]))
    text = "\n".join(lines)
    # Lines that may be any may also be none.
    return text.replace("\n(?s:.*)", "(?s:(?:\n.*)?)").replace("(?s:.*)\n", "(?s:(?:.*\n)?)"), names


class TranscriptConsole:
    """A console that types the steps of a session, and keeps what is printed below each."""

    columns = 80
    has_colours = False
    interrupt_leaves = False
    backlog = 0
    broken = False

    def __init__(self, steps: list[Step]) -> None:
        self._steps = deque(steps)
        self._current: Step | None = None
        self._shell: Pid | None = None

    def attach(self, shell: Pid) -> None:
        self._shell = shell

    def ask(self, prompt: Prompt) -> None:
        assert self._shell is not None
        self._current = self._steps.popleft() if self._steps else None
        send(self._shell, (ANSWER, ("eof",) if self._current is None else ("input", self._current.text)))

    def write(self, text: str) -> None:
        if self._current is not None:
            self._current.printed += text

    def write_error(self, text: str) -> None:
        self.write(text)

    def foreground(self, block: ControlBlock | None) -> None:
        scheduler.foreground = block

    def read_line(self, request: LineRequest) -> str:
        """`input()` finds the end of the input: a session has nobody to answer."""
        return ""

    def withdraw(self, request: LineRequest) -> None: ...

    def flush(self) -> None: ...

    def open(self) -> None: ...

    def close(self) -> None: ...


def play(steps: list[Step], language: Language) -> None:
    """Type the steps at a fresh shell, with fresh settings; each then holds what was printed."""
    main = sys.modules["__main__"]
    console = TranscriptConsole(steps)
    before = vars(settings).copy()
    vars(settings).update(vars(Settings()))
    try:
        run_on(console, Shell(console, language).run)
    finally:
        sys.modules["__main__"] = main
        vars(settings).update(before)


def _margin(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip("\n").split("\n"))
