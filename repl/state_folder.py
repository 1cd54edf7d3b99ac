"""Where the shell keeps what is to be there another time: the history, what is done of lessons, places in replays."""

from __future__ import annotations

import errno
import os


def state_folder() -> str:
    """`$XDG_STATE_HOME/pyex`, by default `~/.local/state/pyex`.

    Raises `OSError` when there is no home folder: it is not ours to make.
    """
    state = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):  # the standard says: a relative one counts for nothing
        home = os.path.expanduser("~")
        if not os.path.isdir(home):
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), home)
        state = os.path.join(home, ".local", "state")
    return os.path.join(state, "pyex")


def make_private_folder(path: str) -> None:
    """Make a folder and those around it, all of them private. (`os.makedirs` gives its mode to the last one only.)"""
    if os.path.isdir(path):
        return
    make_private_folder(os.path.dirname(path))
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        if not os.path.isdir(path):
            raise
