"""Ctrl+X Ctrl+E: the text of the prompt in an editor of one's own.

Which editor that is says `repl/editor.py`. It has the terminal while it runs; what the
program writes meanwhile is held back. The text it leaves comes to the prompt, to be run with Enter. When it fails, that
is said, and the text stays as it was.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

from prompt_toolkit.filters import vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from pyex import ArgumentError
from pyex.repl.terminal.editing import Editing


class EditorFailed(Exception):
    """Why there is no edited text."""


def editor_keys(editing: Editing) -> KeyBindings:
    """The keys that open the editor."""
    keys = KeyBindings()

    @keys.add("c-x", "c-e", filter=editing.coding)
    @keys.add("v", filter=editing.coding & vi_navigation_mode)
    def edit(event: KeyPressEvent) -> None:
        editing.edit_outside()

    return keys


def edited(text: str, suffix: str, started: Callable[[subprocess.Popen[bytes]], None]) -> str:
    """The text as the editor leaves it; waits for it. `started(editor)` is told of the running program, so that it can
    be ended. Raises `EditorFailed`."""
    import tempfile

    from pyex.repl.editor import command_for

    with tempfile.TemporaryDirectory(prefix="pyex-") as folder:
        path = os.path.join(folder, "input" + suffix)
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(text + "\n" if text else "")
        try:
            command = command_for(path, 1)
            editor = subprocess.Popen(command)
        except ArgumentError as error:
            raise EditorFailed(str(error)) from None
        except OSError as error:
            raise EditorFailed(f"the editor {command[0]!r} cannot be started: {error.strerror}") from None
        started(editor)
        status = editor.wait()
        if status != 0:
            raise EditorFailed(f"the editor {command[0]!r} ended with status {status}; the text is unchanged")
        try:
            with open(path, encoding="utf-8") as file:
                return file.read().rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise EditorFailed(f"what the editor left cannot be read: {error}") from None
