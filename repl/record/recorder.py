"""What happens at a console, on its way to the file: a thread of its own writes, so that nobody waits for the disk."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

from pyex.repl.record.writer import TranscriptWriter

# So much is taken from the queue before it is written.
AT_ONCE = 1000
CLOSE_SECONDS = 10.0


class Recorder:
    """Takes down what happens. All but `close` can be called in any thread, in processes and in signal handlers."""

    def __init__(self, writer: TranscriptWriter, name: str) -> None:
        self.writer = writer
        # Why what came last is not in the file; "" while it is.
        self.problem = ""
        # How to tell the person something, above the prompt.
        self.tell: Callable[[str], None] = lambda text: None
        self._name = name
        self._has_warned = False
        self._queue: SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="pyex recorder", daemon=True)
        self._thread.start()

    def input(self, prompt: str, text: str) -> None:
        self._queue.put((self._input, (prompt, text, monotonic())))

    def output(self, text: str) -> None:
        self._queue.put((self.writer.output, (text, monotonic())))

    def answer(self, line: str) -> None:
        self._queue.put((self.writer.answer, (line,)))

    def control_c(self) -> None:
        self._queue.put((self.writer.control_c, ()))

    def asked(self) -> None:
        self._queue.put((self.writer.asked, (monotonic(),)))

    def another_shell(self) -> None:
        self._queue.put((self.writer.another_shell, ()))

    def close(self) -> None:
        """Wait until all is written."""
        self._queue.put(None)
        self._thread.join(CLOSE_SECONDS)
        if self._thread.is_alive():
            self.problem = "it takes too long to write"

    # The thread

    def _work(self) -> None:
        taken = 0
        while (event := self._queue.get()) is not None:
            act, details = event
            act(*details)
            taken += 1
            if taken == AT_ONCE or self._queue.empty():
                taken = 0
                self._save()
        self._save()

    def _input(self, prompt: str, text: str, now: float) -> None:
        for problem in self.writer.input(prompt, text, now):
            self.tell(f"warning: not recorded: {problem}\n")

    def _save(self) -> None:
        try:
            self.writer.save()
            self.problem = ""
        except OSError as error:
            self.problem = error.strerror or str(error)
            if not self._has_warned:
                self._has_warned = True
                what = f"{self._name} could not be written: {self.problem}"
                self.tell(f"warning: {what}; what is typed is kept, and tried again with each input\n")
