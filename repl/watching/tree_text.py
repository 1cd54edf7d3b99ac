"""How the supervision tree is drawn: a line for each process, and lines that lead to it.

    shop  application 0.2
    └── #PID<0.8.0>  Supervisor, rest_for_one
        ├── counter  #PID<0.9.0>  Counter, permanent
        └── tasks  #PID<0.12.0>  DynamicSupervisor, one_for_one, permanent

Of a process is said what it is known by, its pid, what it runs, how it restarts others and is restarted itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyex.inspection.safe_text import one_line
from pyex.inspection.text_width import columns_of, cut
from pyex.repl.display import inspect
from pyex.repl.watching.drawing import Painter, plain
from pyex.watching.initial_call import what_it_runs
from pyex.watching.supervision_tree import Node

# Elbow, tee, bar, gap; what is left out; a link.
LINES = ("└── ", "├── ", "│   ", "    ", "…", "↔")
ASCII_LINES = ("`-- ", "|-- ", "|   ", "    ", "...", "<->")


def tree_lines(
    roots: Iterable[Node], *, columns: int = 80, links: bool = False, ascii_only: bool = False, paint: Painter = plain
) -> Iterator[str]:
    """The lines of these trees, none of them wider than `columns`. With `links` each process is followed by those that
    it is linked to. `paint(text, kind)` colours the parts of a line; the kinds are "name", "pid", "supervisor",
    "trouble" and "faint".
    """
    for root in roots:
        yield from _lines(root, "", "", columns, links, ASCII_LINES if ascii_only else LINES, paint)


def _lines(
    node: Node, lead: str, below: str, columns: int, links: bool, lines: tuple[str, ...], paint: Painter
) -> Iterator[str]:
    elbow, tee, bar, gap, dots, arrow = lines
    yield paint(lead, "faint") + _line(_parts(node), columns - len(lead), dots, paint)
    left_out = node.count - len(node.children)
    if links and node.links:
        shown = ", ".join(map(repr, node.links))
        stem = below + (bar if node.children or left_out else gap)
        yield paint(stem, "faint") + _line([(f"{arrow} {shown}", "faint")], columns - len(stem), dots, paint)
    for index, child in enumerate(node.children, 1):
        last = index == len(node.children) and not left_out
        yield from _lines(
            child, below + (elbow if last else tee), below + (gap if last else bar), columns, links, lines, paint
        )
    if left_out:
        more = f"{dots} {left_out:,} more" if node.children else f"{left_out:,} children"
        yield paint(below + elbow, "faint") + paint(more, "faint")


def _line(parts: list[tuple[str, str]], columns: int, dots: str, paint: Painter) -> str:
    """The parts of a line, two spaces apart, as far as there is room."""
    shown = []
    for text, kind in parts:
        text = cut(text, columns, dots)
        if columns <= 0 or not text:
            break
        shown.append(paint(text, kind))
        columns -= columns_of(text) + 2
    return "  ".join(shown)


def _parts(node: Node) -> list[tuple[str, str]]:
    if node.pid is None and node.kind == "application":
        version = f" {node.version}" if node.version else ""
        return [(str(node.name), "name"), (f"application{version}", "faint")]
    if node.kind in ("shell", "others", "system"):
        return [(str(node.name), "name")]
    label = _label(node)
    parts = [(label, "name")] if label else []
    if node.pid is not None:
        parts.append((repr(node.pid), "pid"))
    if node.status != "running":
        parts.append((f"({node.status})", "trouble"))
    words = _words(node, label)
    if words:
        parts.append((", ".join(words), "supervisor" if node.kind == "supervisor" else "faint"))
    if node.queue_length:
        parts.append((f"queue {node.queue_length:,}", "trouble"))
    return parts


def _label(node: Node) -> str:
    """The registered name, else the id; "" without."""
    term = node.id if node.name is None else node.name
    if term is None:
        return ""
    if isinstance(term, type):
        return term.__qualname__
    return one_line(str.__str__(term) if isinstance(term, str) else inspect(term, pretty=False))


def _words(node: Node, label: str) -> list[str]:
    """What the process is; how it restarts others; how it is restarted."""
    words = []
    if node.initial_call is not None:
        what = what_it_runs(node.initial_call, label)
        words.append("DynamicSupervisor" if node.dynamic and what == "Supervisor" else what)
    return [*words, *(word for word in (node.strategy, node.restart) if word)]
