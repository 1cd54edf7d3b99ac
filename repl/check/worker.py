"""The worker: a Python of its own that plays one file and tells, in lines of JSON, what comes of it.

    python -m pyex.repl.check.worker '{"path": "guide.md", "pipe": 5, "timeout": null}'

It tells of each input when it begins, so that the file and the line are known if it never ends.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from pyex.repl.check.flood import without_flood
from pyex.repl.check.mismatch import Comparison, Mismatch, played, set_up_mismatch
from pyex.repl.check.outcome import Difference, Kind
from pyex.repl.check.reading import read_to_check
from pyex.repl.transcript.document import Document, SetUp
from pyex.repl.transcript.errors import BadTranscript
from pyex.repl.transcript.output import lines_of
from pyex.repl.transcript.play import play_document
from pyex.repl.transcript.session import Step


class Teller:
    """Tells the parent what happens to a document while it is played."""

    def __init__(self, pipe: int) -> None:
        self._pipe = os.fdopen(pipe, "w", encoding="utf-8", errors="backslashreplace")
        # Children of the session are not to hold it open.
        os.set_inheritable(pipe, False)

    def tell(self, what: str, value: Any) -> None:
        try:
            print(json.dumps({what: value}), file=self._pipe, flush=True)
        except BrokenPipeError:
            # Nobody is there any more for whom it plays.
            os._exit(1)

    def begin(self, step: Step) -> None:
        self.tell("begin", [step.line, step.timeout, step.late])

    def differs(self, mismatch: Mismatch) -> None:
        self._differs(difference_of(mismatch))

    def went_wrong(self, path: str, step: Step, kind: Kind) -> None:
        self._differs(difference_of(set_up_mismatch(path, step), kind))

    def _differs(self, difference: Difference) -> None:
        self.tell("difference", dataclasses.asdict(without_flood(difference)))


def difference_of(mismatch: Mismatch, kind: Kind = "input") -> Difference:
    """A mismatch as plain data."""
    step = mismatch.step
    written = lines_of(step.expected or "")
    leading = len(step.expected or "") - len((step.expected or "").lstrip("\n"))
    return Difference(
        line=step.line,
        after=step.line + step.text.count("\n"),
        text=step.text,
        written=written,
        printed=mismatch.lines,
        numbers=step.output_lines[leading : leading + len(written)],
        reasons=mismatch.reasons,
        may_fail=step.may_fail,
        is_broken=bool(step.problem) or not step.typed,
        kind=kind,
    )


def play(path: str, timeout: int | None, teller: Teller) -> None:
    """Play a file and tell what comes of it."""
    try:
        document = read_to_check(path)
        # Before a session can change it, or where it is looked for.
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        if timeout is not None:
            limit(document, timeout)
        skipped = sum(session.is_skipped for session in document.sessions)
        teller.tell("read", {"inputs": len(played(document)), "skipped": skipped, "digest": digest})
        _play(document, teller)
    except BadTranscript as error:
        teller.tell("bad", [error.line, error.problem])


def limit(document: Document, timeout: int) -> None:
    """Give what is played so many milliseconds, where the file does not say."""
    for at, block in enumerate(document.blocks):
        if isinstance(block, SetUp) and block.timeout is None:
            document.blocks[at] = dataclasses.replace(block, timeout=timeout)
    for step in (step for session in document.sessions if not session.is_timed for step in session.steps):
        step.timeout = timeout


def _play(document: Document, teller: Teller) -> None:
    comparison = Comparison(document)
    waiting = played(document)
    known = {id(step) for step in waiting}
    set_ups = {block.line for block in document.blocks if isinstance(block, SetUp)}
    # The set-up that has been played last, until it is looked at.
    preparing: list[Step] = []
    told: list[Step] = []

    def compare_until(step: Step | None) -> None:
        """Compare the steps before this one, that is the one which has been played since."""
        while waiting and waiting[0] is not step:
            done = waiting.pop(0)
            mismatch = comparison.mismatch(done)
            if mismatch is not None:
                teller.differs(mismatch)
            if not done.typed:
                # What follows was not typed either, and it is said once.
                waiting.clear()

    def tell_of_set_up() -> None:
        """At once: what comes of it may be the end of this interpreter."""
        for step in preparing:
            if step.problem:
                told.append(step)
                teller.went_wrong(document.path, step, "set-up")
        preparing.clear()

    def on_step(step: Step) -> None:
        tell_of_set_up()
        if id(step) in known:
            compare_until(step)
        else:
            preparing.append(step)
        teller.begin(step)

    from pyex.repl.lesson.lesson import is_lesson

    if is_lesson(document):
        from pyex.repl.lesson.answers import play_lesson

        failed = play_lesson(document, on_step)
    else:
        failed = play_document(document, on_step)
    tell_of_set_up()
    for step in failed:
        if not any(step is each for each in told):
            teller.went_wrong(document.path, step, "set-up" if step.line in set_ups else "check")
    compare_until(None)


def main() -> None:
    order = json.loads(sys.argv.pop())
    teller = Teller(order["pipe"])
    play(order["path"], order["timeout"], teller)
    teller.tell("end", None)


if __name__ == "__main__":
    main()
