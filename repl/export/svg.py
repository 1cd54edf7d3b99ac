"""A terminal as an SVG picture that moves, by CSS alone.

Everything that is ever written stands on one long paper, once. A curtain in the colour of the background hides what
comes after the cursor, and moves on with it; the paper moves up when the screen is full. So a frame costs one line of
CSS. Each run of text has its width written down, so that the columns stand below each other in any font.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from itertools import groupby

from pyex.repl.export.palette import DARK, HUES, LIGHT, LINES
from pyex.repl.export.recording import Event
from pyex.repl.export.terminal_paper import Cell, Cursor, written

# A cell, the margin around the text and the bar with the title, in pixels.
WIDE, HIGH, MARGIN, BAR = 9, 20, 14, 34
# Where a line's text stands in its cells.
BASELINE = 15
END_SECONDS = 4.0
FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"


def svg(events: Iterable[Event], *, title: str, columns: int, rows: int, still: bool = False) -> str:
    """The picture of a terminal of that size, that shows the events and begins anew; its last moment when `still`, and
    where the reader's system asks for less motion."""
    lines, way = written(events, columns)
    way = way or [Cursor(0.0, 0, 0)]
    rows = min(rows, len(lines))
    first = max(0, len(lines) - rows) if still else 0
    end = way[-1]
    width, height = columns * WIDE + 2 * MARGIN, rows * HIGH + 2 * MARGIN + BAR
    name = escape(title)
    style = _style(end, rows) + ("" if still else _motion(way, rows))
    screen_width, screen_height = columns * WIDE, rows * HIGH
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="name">',
        f'<title id="name">{name}</title>',
        f"<style>{style}</style>",
        f'<rect class="window" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        *(f'<circle class="line" cx="{MARGIN + 6 + 18 * number}" cy="18" r="5"/>' for number in range(3)),
        f'<text class="name" x="{width / 2:g}" y="22" text-anchor="middle">{name}</text>',
        f'<svg x="{MARGIN}" y="{BAR + MARGIN}" width="{screen_width}" height="{screen_height}" '
        f'viewBox="0 0 {screen_width} {screen_height}" xml:space="preserve">',
        '<g id="paper">',
        *_rows(lines, first),
        f'<g id="curtain"><path class="panel" d="M0-1H{screen_width}V{HIGH}H0zM-{screen_width} {HIGH}'
        f'h{2 * screen_width}v{screen_height}h-{2 * screen_width}z"/>',
        f'<rect class="cursor" y="1" width="{WIDE}" height="{HIGH - 2}"/></g>',
        "</g></svg></svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _rows(lines: list[list[Cell]], first: int) -> Iterable[str]:
    for row, line in enumerate(lines[first:], start=first):
        # What is not ASCII may come from another font, of another width.
        runs = groupby(line, lambda cell: (cell.style, cell.text.isascii(), cell.width))
        yield "".join(_run([*cells], row) for _, cells in runs)


def _run(cells: list[Cell], row: int) -> str:
    while cells and cells[-1].text == " ":
        cells.pop()
    while cells and cells[0].text == " ":
        cells.pop(0)
    if not cells:
        return ""
    wide = cells[-1].column + cells[-1].width - cells[0].column
    style = f' class="{" ".join(cells[0].style)}"' if cells[0].style else ""
    text = escape("".join(cell.text for cell in cells), quote=False)
    return (
        f'<text x="{cells[0].column * WIDE}" y="{row * HIGH + BASELINE}" textLength="{wide * WIDE}" '
        f'lengthAdjust="spacingAndGlyphs"{style}>{text}</text>'
    )


def _style(end: Cursor, rows: int) -> str:
    """The colours, and the last moment."""
    rules = [f"text{{font:15px {FONTS};white-space:pre}}", ".name{font-size:13px}.bright{font-weight:bold}"]
    rules.append(".italic{font-style:italic}.underline{text-decoration:underline}.reverse{font-weight:bold}")
    rules.append(_colours(LIGHT, LINES["light"]))
    rules.append(f"@media(prefers-color-scheme:dark){{{_colours(DARK, LINES['dark'])}}}")
    rules.append(f"#paper{{{_paper(end, rows)}}}#curtain{{{_curtain(end)}}}")
    return "".join(rules)


def _colours(palette: dict[str, str], line: str) -> str:
    hues = "".join(f".{hue}{{fill:{palette[hue]}}}" for hue in HUES)
    return (
        f"text{{fill:{palette['text']}}}{hues}.quiet,.name{{fill:{palette['quiet']}}}"
        f".panel{{fill:{palette['panel']}}}.window{{fill:{palette['panel']};stroke:{line}}}"
        f".line{{fill:{line}}}.cursor{{fill:{palette['quiet']}}}"
    )


def _motion(way: list[Cursor], rows: int) -> str:
    """The key frames: where the curtain is and how far up the paper, by hundredths of the whole time."""
    whole = way[-1].seconds + END_SECONDS
    start = Cursor(0.0, 0, 0)
    frames = [start, *way]
    curtain = _frames("type", frames, _curtain, whole)
    paper = _frames("scroll", frames, lambda cursor: _paper(cursor, rows), whole)
    return (
        f"{curtain}{paper}@media(prefers-reduced-motion:no-preference){{"
        f"#curtain{{animation:type {whole:.3f}s step-end infinite}}"
        f"#paper{{animation:scroll {whole:.3f}s step-end infinite}}}}"
    )


def _frames(name: str, way: list[Cursor], place: Callable[[Cursor], str], whole: float) -> str:
    frames: dict[str, str] = {}
    last = ""
    for cursor in way:
        here = place(cursor)
        if here != last:
            frames[f"{100 * cursor.seconds / whole:.3f}".rstrip("0").rstrip(".") + "%"] = here
            last = here
    frames["100%"] = last
    return f"@keyframes {name}{{" + "".join(f"{at}{{{here}}}" for at, here in frames.items()) + "}"


def _curtain(cursor: Cursor) -> str:
    return f"transform:translate({cursor.column * WIDE}px,{cursor.row * HIGH}px)"


def _paper(cursor: Cursor, rows: int) -> str:
    return f"transform:translateY({-max(0, cursor.row - rows + 1) * HIGH}px)"
