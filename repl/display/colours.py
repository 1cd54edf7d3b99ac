"""Colours: which there are, what each is used for, and text painted in them.

    coloured("eval_error", "** (ValueError) oops")       # in red, where the console shows colours

The keys are IEx's, and so are most defaults. The sixteen colours of a terminal follow its theme. Black, white, grey,
blue and yellow are not among the defaults: each of them is hard to read on some usual background. Where IEx uses
yellow there is magenta or no colour here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyex.errors import ArgumentError, describe
from pyex.repl.configuration import settings
from pyex.repl.shell.current import has_colours

_HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
# The names of IO.ANSI, and the parameters of their escape sequences.
NAMES: dict[str, int] = {
    "default": 39,
    "normal": 22,
    "reset": 0,
    "bright": 1,
    "faint": 2,
    "italic": 3,
    "underline": 4,
    "blink": 5,
    "reverse": 7,
    "conceal": 8,
    "not_italic": 23,
    "no_underline": 24,
    "default_color": 39,
    "default_background": 49,
    **{hue: 30 + number for number, hue in enumerate(_HUES)},
    **{f"light_{hue}": 90 + number for number, hue in enumerate(_HUES)},
    **{f"{hue}_background": 40 + number for number, hue in enumerate(_HUES)},
    **{f"light_{hue}_background": 100 + number for number, hue in enumerate(_HUES)},
}
_NAMES_IN_WORDS = (
    f"{', '.join(_HUES)}, these as light_… and …_background, bright, faint, italic, underline, reverse and default"
)
RESET = "\x1b[0m"
# They say "as it is anyway": no sequence is needed for them at the beginning of a text.
_NEUTRAL = ("default", "default_color", "normal", "reset")

Colour = str | list[str] | tuple[str, ...]

DEFAULTS: dict[str, Colour] = {
    "eval_result": "default",
    "eval_info": "normal",
    "eval_error": "red",
    "eval_interrupt": "magenta",
    "stack_info": "red",
    "blame_diff": "red",
    "warning": "magenta",
    "ls_directory": "cyan",
    "ls_device": "green",
    "doc_bold": "bright",
    "doc_code": "cyan",
    "doc_headings": "magenta",
    "doc_inline_code": "cyan",
    "doc_metadata": "magenta",
    "doc_quote": "italic",
    "doc_table_heading": "reverse",
    "doc_title": ["reverse", "bright"],
    "doc_underline": "underline",
    # The levels of log lines and reports.
    "log_debug": "cyan",
    "log_info": "normal",
    "log_notice": "normal",
    "log_warning": "magenta",
    "log_error": "red",
    "log_critical": "red",
    "log_alert": "red",
    "log_emergency": "red",
}
# The parts of values. "list", "tuple" and "map" are their brackets.
SYNTAX_DEFAULTS: dict[str, Colour] = {
    "atom": "cyan",
    "binary": "green",
    "boolean": ["magenta", "italic"],
    "key": "cyan",
    "list": "default",
    "map": "default",
    "nil": ["magenta", "italic"],
    "number": "magenta",
    "pid": "bright",
    "reference": "bright",
    "string": "green",
    "tuple": "default",
}


def coloured(kind: str, text: str) -> str:
    """`text` in the colour that `kind` is configured for; as it is where no colours are shown.

        coloured("doc_headings", "Links")

    Each line is painted for itself. `kind` is a key of `colors` ("eval_error", "doc_title", …) or of its
    `syntax_colors` ("atom", "number", …). Raises `ArgumentError` for any other. Mirrors `IEx.color/2`.
    """
    begin = sequence_of(kind)
    return paint(text, begin) if has_colours() else text


def color(kind: str, text: str) -> str:
    """`text` in the colour that `kind` is configured for, as a str with escape sequences.

        color("eval_error", "no such file")

    `kind` is a key of the configuration's `colors`, such as "eval_error" or "doc_title". Returns `text` as it is where
    no colours are shown. Raises `ArgumentError` for an unknown kind, and for what is no text. Mirrors `IEx.color/2`.
    """
    if not isinstance(text, str):
        raise ArgumentError(f"not a text: {describe(text)}; write color(kind, str(value))")
    return coloured(kind, text)


def checked_colors(colors: object) -> dict[str, Any]:
    """The configuration of `colors`, when it can be one. Raises `ArgumentError`, which says what to write instead."""
    checked = _checked_keys("colors", colors, ["enabled", "syntax_colors", *DEFAULTS])
    for key, value in checked.items():
        if key == "enabled":
            if not isinstance(value, bool):
                raise ArgumentError(f'colors["enabled"] is True or False, got: {describe(value)}')
        elif key == "syntax_colors":
            _check_syntax_colors(value)
        else:
            _check_colour(f"colors[{key!r}]", value)
    return checked


def syntax_sequences() -> dict[str, str]:
    """The escape sequence for each kind of token of a value, as configured; that of "" is for all others."""
    configured = settings.colors
    chosen = configured.get("syntax_colors")
    colours = {} if chosen is False else {**SYNTAX_DEFAULTS, **(chosen or {})}
    rest = _sequence(_colour("eval_result"))
    return {"": rest, **{kind: _sequence(colour) or rest for kind, colour in colours.items()}}


def sequence_of(kind: str) -> str:
    """The escape sequence that begins the colour of a kind, "" where none is needed; `RESET` ends it. For those who
    lay out text themselves: whether to colour at all is for `has_colours()` to say."""
    return _sequence(_colour(kind))


def _sequence(colour: Colour) -> str:
    names = [colour] if isinstance(colour, str) else colour
    wanted = [name for name in names if name not in _NEUTRAL]
    return f"\x1b[{';'.join(str(NAMES[name]) for name in wanted)}m" if wanted else ""


def paint(text: str, begin: str) -> str:
    """Each line of a text with a sequence in front and a reset behind."""
    if not begin:
        return text
    return "\n".join(f"{begin}{line}{RESET}" if line.strip() else line for line in text.split("\n"))


def _colour(kind: str) -> Colour:
    configured = settings.colors
    for defaults, chosen in ((DEFAULTS, configured), (SYNTAX_DEFAULTS, configured.get("syntax_colors") or {})):
        if kind in defaults:
            colour: Colour = chosen.get(kind, defaults[kind])
            return colour
    known = ", ".join([*DEFAULTS, *SYNTAX_DEFAULTS])
    raise ArgumentError(f"nothing is coloured as {describe(kind)}; known are {known}")


def _check_syntax_colors(value: object) -> None:
    if value is False:
        return
    for key, each in _checked_keys('colors["syntax_colors"]', value, [*SYNTAX_DEFAULTS]).items():
        _check_colour(f'colors["syntax_colors"][{key!r}]', each)


def _checked_keys(name: str, value: object, known: list[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ArgumentError(f'{name} is a dict such as {{"{known[-1]}": "red"}}, got: {describe(value)}')
    for key in value:
        if not isinstance(key, str) or key not in known:
            raise ArgumentError(f"unknown key {describe(key)} in {name}; known are {', '.join(known)}")
    return dict(value)


def _check_colour(name: str, value: object) -> None:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(each, str) for each in names):
        raise ArgumentError(
            f'{name} is a colour such as "red", a list of them such as ["red", "bright"], or "default", '
            f"got: {describe(value)}"
        )
    for each in names:
        if each not in NAMES:
            raise ArgumentError(f"{name}: unknown colour {describe(each)}; known are {_NAMES_IN_WORDS}")
