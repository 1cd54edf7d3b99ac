"""What is wrong with a transcript, and where."""

from __future__ import annotations


class BadTranscript(Exception):
    """A file that cannot be understood. Its text says where, what is wrong, and what to write instead:

        guide.md:12: unknown directive "skipp"; did you mean "skip"?
    """

    def __init__(self, path: str, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem
