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

from pyex.repl.check.mismatch import Comparison, Mismatch, played, set_up_mismatch
from pyex.repl.check.outcome import Difference
from pyex.repl.transcript.document import Document, read
from pyex.repl.transcript.errors import BadTranscript
from pyex.repl.transcript.output import lines_of
from pyex.repl.transcript.play import play_document
from pyex.repl.transcript.session import TIMEOUT, Step


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
        self.tell("difference", dataclasses.asdict(difference_of(mismatch)))


def difference_of(mismatch: Mismatch) -> Difference:
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
    )


def play(path: str, timeout: int | None, teller: Teller) -> None:
    """Play a file and tell what comes of it."""
    try:
        document = read(path)
        # Before a session can change it, or where it is looked for.
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        for step in document.steps:
            if timeout is not None and step.timeout == TIMEOUT:
                step.timeout = timeout
        skipped = sum(session.is_skipped for session in document.sessions)
        teller.tell("read", {"inputs": len(played(document)), "skipped": skipped, "digest": digest})
        _play(document, teller)
    except BadTranscript as error:
        teller.tell("bad", [error.line, error.problem])


def _play(document: Document, teller: Teller) -> None:
    comparison = Comparison(document)
    waiting = played(document)
    known = {id(step) for step in waiting}

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

    def on_step(step: Step) -> None:
        if id(step) in known:
            compare_until(step)
        teller.begin(step)

    from pyex.repl.lesson.lesson import is_lesson

    if is_lesson(document):
        from pyex.repl.lesson.answers import play_lesson

        failed = play_lesson(document, on_step)
    else:
        failed = play_document(document, on_step)
    for step in failed:
        teller.differs(set_up_mismatch(document.path, step))
    compare_until(None)


def main() -> None:
    order = json.loads(sys.argv.pop())
    teller = Teller(order["pipe"])
    play(order["path"], order["timeout"], teller)
    teller.tell("end", None)


if __name__ == "__main__":
    main()
