"""Which files are meant by the words of a command line."""

from __future__ import annotations

import os
from collections.abc import Iterable

ENDINGS = (".md", ".pyex")


def files_in(words: Iterable[str]) -> list[str]:
    """The files that are named, and those that end in `.md` or `.pyex` in the folders that are, and below, each once.

    Folders that are hidden, and hidden files in folders, are passed over. A name that there is no file for is returned
    as it is: to say so is for whoever opens it.
    """
    found: dict[str, None] = {}
    for word in words:
        found |= dict.fromkeys(sorted(_files_below(word)) if os.path.isdir(word) else [word])
    return list(found)


def _files_below(folder: str) -> list[str]:
    names = []
    for here, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        names += [os.path.join(here, each) for each in files if each.endswith(ENDINGS) and not each.startswith(".")]
    return names
