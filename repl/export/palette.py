"""The colours of pages and pictures, on a light and on a dark background.

All of them can be read: their contrast is that of WCAG's level AA, 4.5 to 1 at least, on `page` and on `panel`, the
background of sessions. The names are those of a terminal's colours.
"""

from __future__ import annotations

BACKGROUNDS = ("page", "panel")

LIGHT = {
    "page": "#ffffff",
    "panel": "#f5f6f7",
    "text": "#1f2328",
    "quiet": "#59636e",
    "link": "#0b57a4",
    "red": "#b3261e",
    "green": "#1a6b2d",
    "magenta": "#8a2c8a",
    "cyan": "#0b6472",
}
DARK = {
    "page": "#14171a",
    "panel": "#1d2126",
    "text": "#e4e6e8",
    "quiet": "#9aa4ad",
    "link": "#8ab8ff",
    "red": "#ff8f85",
    "green": "#7fd18b",
    "magenta": "#e39be3",
    "cyan": "#6fcfe0",
}
# Lines around things: what they show can be told without them.
LINES = {"light": "#d0d5da", "dark": "#3a4149"}
# Those that a style of the shell's can name.
HUES = ("red", "green", "magenta", "cyan")
