"""What the keys do while a prompt is up; each group has a file.

- `typing_keys`: Enter, Alt+Enter, Backspace, indentation, pasted text;
- `completion_keys`: Tab;
- `history_keys`: Up, Down and their like; `history_search`: Ctrl+R and Ctrl+S;
- `paste_mode`: F3; `external_editor`: Ctrl+X Ctrl+E; `status_line`: F2;
- `leaving_keys`: Ctrl+C, Ctrl+D, Ctrl+G, Ctrl+Z.

Everything else (moving, killing, undoing …) is prompt_toolkit's usual set, for Emacs or for vi.
"""

from __future__ import annotations

from prompt_toolkit.key_binding import KeyBindingsBase, merge_key_bindings

from pyex.repl.terminal.completion_keys import completion_keys
from pyex.repl.terminal.editing import Editing
from pyex.repl.terminal.external_editor import editor_keys
from pyex.repl.terminal.history_keys import history_keys
from pyex.repl.terminal.history_search import search_keys
from pyex.repl.terminal.leaving_keys import leaving_keys
from pyex.repl.terminal.paste_mode import paste_mode_keys
from pyex.repl.terminal.status_line import status_keys
from pyex.repl.terminal.typing_keys import typing_keys


def key_bindings(editing: Editing) -> KeyBindingsBase:
    """The bindings of a prompt. Where two groups know a key, the later one counts."""
    groups = (
        typing_keys,
        completion_keys,
        history_keys,
        paste_mode_keys,
        editor_keys,
        status_keys,
        leaving_keys,
        search_keys,
    )
    return merge_key_bindings([group(editing) for group in groups])
