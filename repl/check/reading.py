"""Reading a file that is to be checked."""

from __future__ import annotations

import os
import stat

from pyex.repl.transcript.document import Document, read
from pyex.repl.transcript.errors import BadTranscript


def read_to_check(path: str) -> Document:
    """Read a transcript. Raises `BadTranscript`, also for what is no regular file, a pipe that nobody writes to among
    them, and for a plain session without an input."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        mode = stat.S_IFREG  # why it cannot be read, reading it tells
    if not stat.S_ISREG(mode):
        raise BadTranscript(path, 0, "is no regular file: name one that can be read again and again")
    document = read(path)
    if path.endswith(".pyex") and not document.steps:
        raise BadTranscript(path, 0, "there is no input in it: write one, as in 1 + 1")
    return document
