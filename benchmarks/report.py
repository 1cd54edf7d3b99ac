"""The tables: for the terminal, and as Markdown in RESULTS.md."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from contestants import ELIXIR
from results import Results
from targets import targets
from work import FIGURES, WORK, Figure

Row = list[str]


def shown(value: float | None) -> str:
    """A value as tables have it: three digits that count."""
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def presentable(reason: str) -> str:
    """A reason without the paths and addresses of this machine."""
    without_addresses = re.sub(r"\w+://\S+", "…", reason)
    without_paths = re.sub(r"(?<![\w.])~?/(?:[^\s'\":,()]*/)?([^\s'\":,()/]*)", r"\1", without_addresses)
    return without_paths if len(without_paths) <= 120 else without_paths[:119] + "…"


def figures_table(results: Results, columns: list[str]) -> list[Row]:
    """The one table: a row for each figure that anybody has, a column for each contestant."""
    rows = [["", "unit", *columns]]
    for figure in FIGURES:
        values = [results.value(column, figure.key) for column in columns]
        if any(value is not None for value in values):
            rows.append([figure.title, figure.unit, *map(shown, values)])
    return rows


def shells_table(results: Results, names: list[str]) -> list[Row]:
    """How soon the shells are there, the soonest first."""
    timed = [name for name in names if results.value(name, "prompt_usable") is not None]
    rows = [["", "usable, ms", "middle half", "drawn, ms", "memory, MB", "starts"]]
    for name in sorted(timed, key=lambda name: results.value(name, "prompt_usable") or 0):
        spread = results.spread(name, "prompt_usable")
        rows.append(
            [
                name,
                shown(results.value(name, "prompt_usable")),
                "–".join(map(shown, spread)) if spread else "–",
                shown(results.value(name, "prompt_drawn")),
                shown(results.value(name, "prompt_memory")),
                str(len(results.samples[name, "prompt_usable"])),
            ]
        )
    return rows


def ratio_table(results: Results, columns: list[str], base: str) -> list[Row]:
    """How many times what `base` needs the others need, where more than one has a figure."""

    def times(figure: Figure, column: str) -> float | None:
        ratio = results.ratio(column, figure.key, base)
        return 1 / ratio if ratio and figure.more_is_better else ratio

    others = [column for column in columns if column != base]
    rows = [["", *others]]
    for figure in FIGURES:
        values = [times(figure, column) for column in others]
        if any(value is not None for value in values):
            rows.append([figure.title, *(shown(value) + ("×" if value is not None else "") for value in values)])
    return rows


def targets_table(results: Results, columns: list[str], reference: str) -> list[Row]:
    own = [column for column in columns if column.startswith("pyex")]
    rows = [["what", "target", "measured", "met"]]
    for target in targets(results, own, reference):
        bound = f"{'≥' if target.at_least else '≤'} {target.limit:g} {target.unit}"
        met = {True: "yes", False: "no", None: "not measured"}[target.met]
        rows.append([target.what, bound, f"{shown(target.measured)} {target.unit}", met])
    return rows


def missing_lines(results: Results) -> Iterator[str]:
    """Everybody and everything that the table lacks, and why."""
    for name, reason in results.absent.items():
        yield f"{name}: could not take part: {presentable(reason)}"
    for name in dict.fromkeys(name for name, _ in results.missing):
        by_reason: dict[str, list[str]] = {}
        for work in WORK:
            if (name, work.name) in results.missing:
                by_reason.setdefault(presentable(results.missing[name, work.name]), []).append(work.name)
        yield f"{name}: " + "; ".join(f"{', '.join(works)}: {reason}" for reason, works in by_reason.items())


def as_text(rows: list[Row]) -> str:
    return _table(rows, lambda cells: "  ".join(cells).rstrip(), rule=False)


def as_markdown(rows: list[Row]) -> str:
    return _table(rows, lambda cells: "| " + " | ".join(cells) + " |", rule=True)


def _table(rows: list[Row], line: Callable[[Row], str], *, rule: bool) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # What is to be compared stands right; words stand left.
    is_text = [all(not re.match(r"[\d–]", row[place]) for row in rows[1:]) for place in range(len(widths))]
    columns = list(zip(widths, is_text, strict=True))

    def aligned(row: Row) -> str:
        pairs = zip(row, columns, strict=True)
        return line([cell.ljust(width) if text else cell.rjust(width) for cell, (width, text) in pairs])

    lines = [aligned(row) for row in rows]
    if rule:
        lines.insert(1, line(["-" * width if text else "-" * (width - 1) + ":" for width, text in columns]))
    return "\n".join(lines)


def machine() -> str:
    """The machine in a line, without its name."""
    model = platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), model)
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores, {model}, {memory:.0f} GB of memory, {system}"


def markdown(results: Results, columns: list[str], shells: list[str], reference: str, how: str) -> str:
    """The whole of RESULTS.md."""
    peers = [column for column in columns if not column.startswith("pyex")]
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    missing = "\n".join(f"- {line}" for line in missing_lines(results)) or "Nothing."
    return f"""\
# Results

Written by `make bench`; what each row means is in [README.md](README.md).

- {datetime.now(UTC):%Y-%m-%d}
- {machine()}
- {how}
- {versions}

{as_markdown(figures_table(results, columns))}

## Starting a shell

{as_markdown(shells_table(results, shells))}

## Missing

{missing}

## Targets

Computed from the table above; "times without" leaves room for noise.

{as_markdown(targets_table(results, columns, reference))}

## Times {reference}

How many times what {reference} needs, the others need: above 1, pyex is ahead.

{as_markdown(ratio_table(results, [reference, *peers], reference))}

## Times Elixir

How many times what Elixir on one scheduler needs, the others need.

{as_markdown(ratio_table(results, columns, ELIXIR.name))}
"""
