"""What the person's keys mean while the player types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

Command = Literal[
    "next", "back", "skip", "jump", "blank", "keys", "take", "leave", "pause", "faster", "slower", "place", "interrupt"
]

# The one key that is the same on both sides: it takes the keyboard, and gives it back.
TAKE_KEYS = (Keys.ControlT, Keys.F8)

_ANYWHERE: dict[str, Command] = {
    Keys.ControlT: "take",
    Keys.F8: "take",
    Keys.ControlC: "interrupt",
    Keys.Right: "next",
    Keys.Down: "next",
    Keys.PageDown: "next",
    Keys.Left: "back",
    Keys.Up: "back",
    Keys.PageUp: "back",
    Keys.F1: "keys",
}
_LETTERS: dict[str, Command] = {
    " ": "next",
    "n": "next",
    "s": "skip",
    "j": "jump",
    "b": "blank",
    ".": "blank",
    "?": "keys",
    "h": "keys",
    "t": "take",
    "q": "leave",
    "p": "pause",
    "+": "faster",
    "=": "faster",
    "-": "slower",
    "i": "place",
}
_EDITING: dict[str, Command] = {Keys.ControlM: "next", Keys.ControlJ: "next", Keys.ControlH: "back"}

# (keys, in the other modes, in --magic), for `?` and the documentation.
TABLE = (
    ("Space, Enter, Right, PageDown", "the next step; while it types, the rest of it at once"),
    ("Left, PageUp, Backspace", "one step back: what was done stays done, and is typed again"),
    ("s", "skip the next step"),
    ("j", "jump to a heading, by number or a part of it; up to there all is played at once"),
    ("t, Ctrl+T, F8", "type yourself, at any moment; Ctrl+T or F8 gives back"),
    ("p", "pause, and go on"),
    ("+, -", "faster, slower"),
    ("b, .", "blank the screen; any key brings it back"),
    ("i", "show the place"),
    ("?, F1", "these keys"),
    ("Ctrl+C", "interrupts what runs; at the prompt, pauses"),
    ("q", "leave"),
)
MAGIC = "any letter types the next characters, Enter runs; the keys above that are letters are Alt+letter"


def command_of(key: KeyPress, *, after_escape: bool, is_magic: bool) -> Command | None:
    """What a key asks for; None where it asks for nothing. In `is_magic` letters are for typing, and so are Enter,
    Backspace; with Alt they are what they are otherwise."""
    name = str(key.key.value) if isinstance(key.key, Keys) else key.key
    if not is_magic or after_escape:
        found = _LETTERS.get(name) or _EDITING.get(name)
        if found is not None:
            return found
    return None if after_escape else _ANYWHERE.get(name)


def characters(keys: Sequence[KeyPress]) -> str:
    """The text that keys type."""
    return "".join(key.data for key in keys if key.data.isprintable())
