"""Paste mode, for terminals that do not mark what is pasted: F3 (or Ctrl+X p) begins it, and ends it by running the
text. In between every key is text: Enter runs nothing, and nothing is indented or completed.
"""

from __future__ import annotations

from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from pyex.repl.terminal.editing import Editing


def paste_mode_keys(editing: Editing) -> KeyBindings:
    """The keys that begin and end paste mode."""
    keys = KeyBindings()

    @keys.add("f3", filter=editing.coding)
    @keys.add("c-x", "p", filter=editing.coding)
    def begin_or_end(event: KeyPressEvent) -> None:
        if not editing.pasting:
            editing.pasting = True
            return
        editing.pasting = False
        text = editing.language.strip_prompts(event.current_buffer.text)
        if text.strip():
            editing.finish(("input", text))

    return keys
