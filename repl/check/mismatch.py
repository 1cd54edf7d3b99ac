"""Steps whose output is not the one that is written."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.transcript.document import Document, parse
from pyex.repl.transcript.labels import Labels, numbers_in
from pyex.repl.transcript.output import conflicts, lines_of, matches, matches_so_far, rewritten
from pyex.repl.transcript.play import labels_of, play_document
from pyex.repl.transcript.session import Step


@dataclass
class Mismatch:
    """A step whose output is not what is written, what else is known about why, and the lines that should be written
    instead: those that match are as they are written."""

    path: str
    step: Step
    reasons: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        from pyex.repl.check.difference import difference

        written = lines_of(self.step.expected or "")
        below = difference(written, self.lines, self.step.output_lines)
        return "\n".join([f"{self.path}:{self.step.line}", self.step.text.rstrip("\n"), *below, *self.reasons])


class Comparison:
    """Compares the steps of a document, in their order, each when it has been played."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._written = labels_of(document)
        self._labels = Labels(written=self._written)
        fresh = [session for session in document.sessions if session.is_fresh and session.steps]
        # Of inputs without an output, whether they can be compiled; it knows of their `from __future__` imports.
        self._language = PythonLanguage()
        self._begins_anew = {session.steps[0].line for session in fresh}

    def mismatch(self, step: Step) -> Mismatch | None:
        """What is wrong with a step; None where it is as written."""
        if step.line in self._begins_anew:
            self._labels = Labels(written=self._written)
        if step.expected is None:
            problem = step.problem or self._syntax_problem(step)
            return Mismatch(self._document.path, step, [problem]) if problem else None
        unbound = self._unbound(step)
        before = self._labels.copy()
        if matches(step.expected, step.printed, self._labels, any_order=step.any_order):
            problem = step.problem or ("" if step.typed else NOT_TYPED)
            return Mismatch(self._document.path, step, [problem], lines_of(step.expected)) if problem else None
        reasons = [step.problem] if step.problem else [] if step.typed else [NOT_TYPED]
        if not reasons:
            reasons = conflicts(step.expected, step.printed, before, any_order=step.any_order) + unbound
        if not reasons and not step.any_order and matches_so_far(step.expected, step.printed):
            reasons.append(f"no more than this came within {step.late} ms")
        lines = rewritten(step.expected, step.printed, self._labels, any_order=step.any_order)
        return Mismatch(self._document.path, step, reasons, lines)

    def _syntax_problem(self, step: Step) -> str:
        """Why an input cannot be compiled; "" where it can. Any output will do where none is written, but it must come
        of something that was run."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._language.compile(step.text, "<input>")
        except SyntaxError as error:
            line = step.line + (error.lineno or 1) - 1
            return f"line {line} cannot be compiled, so that nothing of this input was run: {error.msg}"
        return ""

    def _unbound(self, step: Step) -> list[str]:
        """The labels in an input that stand for nothing yet, though the file has them."""
        problems = []
        for called, numbers in numbers_in(step.text):
            for label in (f"#PID<{numbers}>", f"#Reference<{numbers}>"):
                if label in self._written and label not in self._labels.meant:
                    problems.append(f"{called} in the input stands for nothing yet: no output above has shown {label}")
        return problems


NOT_TYPED = "it was not typed: the shell had been left; <!-- pyex: fresh --> above a session opens a new one"


def check(text: str, path: str = "<text>") -> tuple[list[Step], list[Mismatch]]:
    """Play the sessions of a text in this program and compare. Returns the steps that were played, and those that
    differ, set-up code that went wrong among them. Raises `BadTranscript`."""
    document = parse(text, path)
    failed = play_document(document)
    return played(document), [*(set_up_mismatch(path, step) for step in failed), *mismatches(document)]


def set_up_mismatch(path: str, step: Step) -> Mismatch:
    """What is wrong with set-up code that went wrong."""
    return Mismatch(path, step, [step.problem, *lines_of(step.printed)])


def played(document: Document) -> list[Step]:
    """The steps that are not to be skipped."""
    return [step for session in document.sessions if not session.is_skipped for step in session.steps]


def mismatches(document: Document) -> list[Mismatch]:
    """The steps of a document that has been played whose output is not what is written, but for those that may fail."""
    comparison = Comparison(document)
    found = [comparison.mismatch(step) for step in played(document)]
    return [mismatch for mismatch in found if mismatch is not None and not mismatch.step.may_fail]
