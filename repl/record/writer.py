"""A session as a transcript, which is written as it goes and is whole at any moment.

    writer = TranscriptWriter(file, Markdown(), PythonLanguage(), title="A walk")
    writer.input("pyex(1)> ", "1 + 1", now)
    writer.output("2\\n")
    writer.save()

What is typed and shown is kept until it could be written: where that fails, the next time takes it along.
"""

from __future__ import annotations

import math
import re

from pyex.repl.language import Language
from pyex.repl.record.comment import Comment, comments, is_comment, is_for_sessions
from pyex.repl.record.growing_file import GrowingFile
from pyex.repl.record.style import Style
from pyex.repl.transcript.play import CONTROL_C
from pyex.repl.transcript.screen_text import screen_text
from pyex.repl.transcript.session import LATE, TIMEOUT, parse_session

# An input that takes longer gets a time-out of its own: the machine that checks it may be slower.
SLOW_SECONDS = TIMEOUT / 1000 / 2
# So does one whose output comes so long after the next prompt.
LATE_SECONDS = LATE / 1000 / 2
ANYTHING = "..."


class TranscriptWriter:
    """Used in one thread."""

    def __init__(
        self,
        file: GrowingFile,
        style: Style,
        language: Language,
        *,
        title: str = "",
        is_title_given: bool = False,
        below: str = "",
        is_fresh: bool = False,
    ) -> None:
        """`title` is the first heading; unless it `is_title_given`, one that is typed before all inputs replaces it.
        `below` is what stands in the file and is to stay there; `is_fresh`, that the inputs below it are of a new
        shell. Nothing is written before the first input or comment."""
        self.inputs = 0
        self.is_untouched = True
        self._file = file
        self._style = style
        self._language = language
        # What is in the file up to here stays, and what is new comes below it.
        self._at = file.size if below else 0
        self._new = "\n" if below and not below.endswith("\n") else ""
        self._is_changed = False
        self._is_empty = not below
        # What was typed as comments since the last input; the title is one that nobody typed.
        self._said = [Comment("heading", title, 1)] if title else []
        self._has_default_title = bool(title) and not is_title_given
        # For the next inputs.
        self._directives = ["fresh"] if is_fresh else []
        # The mark and the directives of the fence that the last input stands in; and of that input: what stands above
        # its prompt, the place of that in the file, and its text.
        self._mark = ""
        self._fence_directives: list[str] = []
        self._above = ""
        self._own_directives: list[str] | None = None
        self._step_at = 0
        self._step: list[str] = []
        self._last_line = ""
        self._has_output = False
        self._unfinished = ""
        self._is_interrupted = False
        # When it was typed, while it runs and its time says something.
        self._began: float | None = None
        self._runs = False
        # When it was done; and how long after that its output may come without having more time given.
        self._done: float | None = None
        self._late = LATE_SECONDS
        # Before the first input of a shell, output is nobody's.
        self._has_step = False

    # What happens

    def input(self, prompt: str, text: str, now: float) -> list[str]:
        """An input was typed. Returns what is wrong with it, as a comment."""
        text = text.rstrip()
        if not text:
            return []
        if is_comment(text):
            return self._comment(text)
        self._finish_line()
        self._begin_step()
        first, *rest = text.split("\n")
        if self._language.state(text) == "incomplete":
            # A block has been ended with an empty line.
            rest.append("")
        canonical, continuation = _prompts(prompt)
        self._add("".join(f"{line}\n" for line in [canonical + first, *(continuation + line for line in rest)]))
        self.inputs += 1
        self._last_line, self._has_output = "", False
        self._has_step = self._runs = True
        self._began = now
        self._done, self._late = None, LATE_SECONDS
        return []

    def output(self, text: str, now: float = 0.0) -> None:
        """Something was printed."""
        if not self._has_step or not text:
            return
        if self._done is not None and now - self._done > self._late:
            self._late = self._give_time(now - self._done) / 2
        if self._is_interrupted:
            self._is_interrupted = False
            # As the terminal shows it: it stands where the cursor was, and a report begins with a new line.
            text = f"{CONTROL_C}{text if text.startswith(chr(10)) else chr(10) + text}"
            self._unfinished = ""
        finished, newline, self._unfinished = (self._unfinished + text).rpartition("\n")
        self._is_changed = True
        if newline:
            self._lines(screen_text(finished).split("\n"), is_typed=finished.startswith(CONTROL_C + "\n"))

    def answer(self, text: str) -> None:
        """`input()` was answered: the line, with its prompt."""
        self._began = None
        self.output(f"{text}\n")

    def control_c(self) -> None:
        """Ctrl+C was pressed."""
        if self._runs and not self._is_interrupted:
            self._finish_line()
            self._is_interrupted = True
            self._unfinished = CONTROL_C
            self._began = None
            self._is_changed = True

    def asked(self, now: float) -> None:
        """The shell asks for the next input: what was typed has run."""
        if self._runs:
            self._done = now
        self._runs = False
        if self._began is not None and now - self._began > SLOW_SECONDS:
            self._give_time(now - self._began)
        self._began = None

    def another_shell(self) -> None:
        """What follows is typed at a new shell."""
        if self._has_step:
            self._finish_line()
            self._has_step = self._runs = False
            self._directives = [each for each in self._directives if each != "fresh"] + ["fresh"]

    def save(self) -> None:
        """Write what has changed. Raises `OSError`; it is written the next time then."""
        if not self._is_changed:
            return
        new = _encoded(self._new)
        self._file.write(new + _encoded(self._below(is_last=True)), self._at)
        self._at += len(new)
        self._new = ""
        self._is_changed = self.is_untouched = False

    # Comments

    def _comment(self, text: str) -> list[str]:
        problems = []
        for each in comments(text):
            if each.kind == "problem":
                problems.append(each.text)
            elif each.kind in ("note", "directive") and not self._style.has_directives:
                problems.append("a .pyex file has no notes and directives; one that ends in .md has")
            elif is_for_sessions(each):
                self._directives.append(each.text)
            else:
                if self._has_default_title and each.kind == "heading":
                    del self._said[0]
                    self._has_default_title = False
                self._said.append(each)
                self._is_changed = True
        return problems

    # The step

    def _begin_step(self) -> None:
        is_open = bool(self._step) and not self._said and not self._directives
        if not is_open:
            self._new += self._below(is_last=False)
            self._is_empty = self._is_empty and not self._new
        self._said.clear()
        self._has_default_title = False
        self._step_at = self._at + len(_encoded(self._new))
        self._step.clear()
        self._above, self._own_directives = "", None
        if not is_open:
            self._mark = self._style.mark([])
            self._above = "" if self._is_empty else "\n"
            self._own_directives = self._fence_directives = self._directives
            self._directives = []
            self._new += self._opening()
        self._is_empty = False

    def _opening(self) -> str:
        if self._own_directives is None:
            return ""
        directives = self._own_directives if self._style.has_directives else []
        return self._above + self._style.opening(self._mark, directives)

    def _give_time(self, seconds: float) -> float:
        """Have a time-out for what took so long here; returns how many seconds that allows for."""
        needed = max(math.ceil(3 * seconds) * 1000, TIMEOUT)
        given = [int(each.removeprefix("timeout ")) for each in self._fence_directives if each.startswith("timeout ")]
        if self._style.has_directives and needed > max(given, default=0):
            others = [each for each in self._fence_directives if not each.startswith("timeout ")]
            self._set_apart([*others, f"timeout {needed}"])
        return max([needed, *given]) / 1000

    def _set_apart(self, directives: list[str]) -> None:
        """Have the step in a fence of its own, with these directives above it."""
        if self._own_directives is None:
            self._above = self._style.closing(self._mark) + "\n"
            # The shell is the one of the inputs above.
            directives = [each for each in directives if each != "fresh"]
        self._own_directives = self._fence_directives = directives
        self._write_step_anew()

    def _write_step_anew(self) -> None:
        # What stands above the step may not be in the file yet.
        above = _encoded(self._new)[: max(0, self._step_at - self._at)].decode()
        self._at = min(self._at, self._step_at)
        self._new = above + self._opening() + "".join(self._step)
        self._is_changed = True

    def _add(self, text: str) -> None:
        self._step.append(text)
        self._new += text
        self._is_changed = True

    def _finish_line(self) -> None:
        if self._unfinished:
            line, self._unfinished = self._unfinished, ""
            self._lines([screen_text(line)], is_typed=self._is_interrupted)
            self._is_interrupted = False

    def _lines(self, lines: list[str], *, is_typed: bool = False) -> None:
        """Lines of output. `is_typed`: the first is a key that was pressed."""
        written = []
        for index, line in enumerate(lines):
            if (not is_typed or index) and self._is_misread(line):
                line = ANYTHING
                if self._last_line == ANYTHING:
                    continue
            written.append(line)
            self._last_line, self._has_output = line, True
        mark = self._style.mark(written)
        if len(mark) > len(self._mark):
            if self._own_directives is None:
                self._set_apart(self._fence_directives)
            self._mark = mark
            self._write_step_anew()
        self._add("".join(f"{line}\n" for line in written))

    def _is_misread(self, line: str) -> bool:
        """Whether this line of output would be read as something else."""
        if line == CONTROL_C or self._style.is_misread(line, self._last_line):
            return True
        if not line.startswith(("pyex", "pry", ANYTHING)):
            return False
        above = "0\n" if self._has_output else ""
        steps = parse_session(f"pyex> x\n{above}{line}\n", 1, self._style.name)
        return len(steps) != 1 or steps[0].text != "x" or steps[0].expected != f"{above}{line}\n"

    def _below(self, *, is_last: bool) -> str:
        """What stands below the step: the rest of its fence, and what was said since; at the file's end, or where
        inputs follow."""
        text = ""
        if self._step:
            if self._unfinished:
                line = screen_text(self._unfinished)
                text = f"{ANYTHING if not self._is_interrupted and self._is_misread(line) else line}\n"
            text += self._style.closing(self._mark)
        said = self._style.prose(self._said, before_session=not is_last)
        return text + ("\n" if said and (self._step or not self._is_empty) else "") + said


def _prompts(prompt: str) -> tuple[str, str]:
    """A prompt and that of further lines, as transcripts have them whatever they are set to."""
    shown = screen_text(prompt)
    kind = "pry" if "pry" in shown else "pyex"
    numbers = re.findall(r"\d+", shown)
    number = f"({numbers[-1]})" if numbers else ""
    return f"{kind}{number}> ", f"...{number}> "


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
