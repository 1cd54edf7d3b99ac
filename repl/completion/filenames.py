"""File names in strings."""

from __future__ import annotations

import os

from pyex.repl.completion.candidate import MOST


def looks_like_path(text: str) -> bool:
    """Whether what is typed in a string can hardly be anything but a path."""
    return "/" in text or text.startswith(("~", "."))


def files(path: str, *, folders_only: bool = False) -> list[str]:
    """The last parts of the paths that begin with `path`, in order, folders with a `/` at the end.

        files("/us")      # ["usr/"]

    `~` is the home folder. Names that begin with a dot are left out unless the dot is typed. A folder that cannot be
    read has none. Of very many, whether they are folders is found out for the first ones only.
    """
    folder, _, typed = path.rpartition("/")
    folder = f"{folder}/" if "/" in path else ""
    if folder == "" and typed.startswith("~"):
        return ["~/"] if typed == "~" else []
    if folder == "" and typed in (".", ".."):
        return [*(["./"] if typed == "." else []), "../", *_inside(".", typed, folders_only)]
    return _inside(os.path.expanduser(folder) or ".", typed, folders_only)


def _inside(folder: str, typed: str, folders_only: bool) -> list[str]:
    try:
        names = os.listdir(folder)
    except (OSError, ValueError):
        return []
    found = [name for name in names if name.startswith(typed) and (typed or name[0] != ".")]
    if not found:
        folded = typed.casefold()
        found = [name for name in names if name.casefold().startswith(folded)]
    found.sort()
    shown: list[str] = []
    for place, name in enumerate(found):
        if len(shown) < MOST and os.path.isdir(os.path.join(folder, name)):
            shown.append(f"{name}/")
        elif not folders_only or place > 2 * MOST:
            shown.append(name)
    return shown
