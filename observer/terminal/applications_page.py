"""The page Applications: every supervision tree, drawn with lines, and what was started at the prompt."""

from __future__ import annotations

from time import monotonic
from typing import Any

from pyex.inspection.text_width import columns_of
from pyex.observer.terminal.cells import BAD, NEW, PID, STRONG, Line, chosen, fitted, line
from pyex.observer.terminal.cursor import Cursor
from pyex.observer.terminal.page import Keys, Named, Screen

# So many children of one are shown at first, and with each `m`.
LIMITS = (50, 500, 10_000)
# So long a process that has taken the place of another is marked.
NEW_SECONDS = 5.0
LINES, PLAIN_LINES = ("├─", "└─", "│ "), ("+-", "`-", "| ")

Node = dict[str, Any]


class ApplicationsPage:
    """The tree."""

    title = "Applications"
    keys: Keys = (("Enter", "details"), ("k", "kill"), ("Space", "fold"), ("a", "all"), ("m", "more"), ("p", "pause"))

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._cursor = Cursor()
        self._roots: list[Node] = []
        self._folded: set[str] = set()
        self._limit = 0
        self._with_everything = False
        # Each line that can be seen: what stands in front of it, and the node; and the key that the cursor stays with.
        self._lines: list[tuple[str, Node]] = []
        self._chosen: str | None = None
        # Who was where, and until when it is marked.
        self._pids: dict[str, str | None] = {}
        self._new: dict[str, float] = {}
        self._error = ""

    def view(self, height: int) -> str:
        return f"applications?limit={LIMITS[self._limit]}&everything={int(self._with_everything)}"

    def take(self, data: dict[str, Any]) -> None:
        self._error = data.get("error", "")
        if self._error:
            return
        self._roots = data["roots"]
        self._mark_new()
        self._lay_out()

    def draw(self, width: int, height: int) -> list[Line]:
        self._cursor.settle(len(self._lines), height)
        if self._error:
            return [line(width, (BAD, f" {self._error}"))]
        lines = []
        for number in range(self._cursor.top, min(self._cursor.top + height, len(self._lines))):
            pieces = self._drawn(*self._lines[number], width)
            lines.append(chosen(pieces, width) if number == self._cursor.index else pieces)
        return lines

    def press(self, key: str) -> bool:
        node = self._node()
        if key == " " or (key in ("left", "right") and node is not None):
            self._fold(node, key)
        elif self._cursor.press(key):
            node = self._node()
            self._chosen = node["key"] if node is not None else None
        elif key == "a":
            self._with_everything = not self._with_everything
            self._screen.read()
        elif key == "m":
            self._limit = (self._limit + 1) % len(LIMITS)
            self._screen.say(f"at most {LIMITS[self._limit]:,} children of each are shown")
            self._screen.read()
        elif key == "enter" and node is not None and node["pid"] is None:
            self._fold(node, " ")
        else:
            return False
        return True

    def process(self) -> Named | None:
        node = self._node()
        return None if node is None or node["pid"] is None else (node["pid"], node["label"])

    def _node(self) -> Node | None:
        return self._lines[self._cursor.index][1] if self._cursor.index < len(self._lines) else None

    def _fold(self, node: Node | None, key: str) -> None:
        if node is None or "key" not in node:
            return
        if key == "right" or (key == " " and node["key"] in self._folded):
            self._folded.discard(node["key"])
        elif node["children"]:
            self._folded.add(node["key"])
        self._lay_out()

    def _mark_new(self) -> None:
        """Note who has come to a place since the last look."""
        before, self._pids = self._pids, {}
        now = monotonic()

        def note(node: Node) -> None:
            key, pid = node["key"], node["pid"]
            self._pids[key] = pid
            if before and pid is not None and before.get(key) != pid:
                self._new[pid] = now + NEW_SECONDS
            for child in node["children"]:
                note(child)

        for root in self._roots:
            note(root)
        self._new = {pid: until for pid, until in self._new.items() if until > now}

    def _lay_out(self) -> None:
        """Find the lines that can be seen, and the one that the cursor stays with."""
        self._lines = []
        for root in self._roots:
            self._add(root, "", "")
        for number, (_, node) in enumerate(self._lines):
            if node["key"] == self._chosen:
                self._cursor.index = number
        self._cursor.settle(len(self._lines), self._cursor.height)

    def _add(self, node: Node, front: str, below: str) -> None:
        self._lines.append((front, node))
        if node["key"] in self._folded:
            return
        branch, last, down = LINES if self._screen.has_lines else PLAIN_LINES
        children = node["children"]
        missing = node["count"] - len(children)
        for number, child in enumerate(children):
            is_last = number == len(children) - 1 and missing <= 0
            self._add(child, below + (last if is_last else branch), below + ("  " if is_last else down))
        if missing > 0:
            more = {"key": f"{node['key']}/…", "pid": None, "label": f"({missing:,} more)", "status": "running"}
            self._lines.append((below + last, {**more, "children": [], "count": 0, "kind": "more"}))

    def _drawn(self, front: str, node: Node, width: int) -> Line:
        is_new = node["pid"] in self._new
        status = node["status"]
        folded = f" [+{node['count']:,}]" if node["key"] in self._folded else ""
        notes = [
            *(["new"] if is_new else []),
            *([status] if status != "running" else []),
            *([f"restarted {node['restarted']:,}x"] if node.get("restarted") else []),
            *([f"{node['ended']:,} ended"] if node.get("ended") else []),
            *([f"queue {node['queue']:,}"] if node.get("queue") else []),
            *([f"{node['restarts']:,} restarted"] if node["kind"] == "supervisor" and node.get("restarts") else []),
        ]
        pid = "" if node["pid"] is None else f" #PID<{node['pid']}>"
        style = NEW if is_new else BAD if status != "running" else STRONG if node["pid"] is None else ""
        label = node["label"] if node["label"] != node["pid"] else ""
        pieces: Line = [("", front), (style, label + folded), (PID, pid if label else pid.strip())]
        taken = sum(columns_of(text) for _, text in pieces)
        # What has happened is told before what it runs.
        words = [*notes, *([node["what"]] if node.get("what") and node["what"] != label and width >= 70 else [])]
        if words and taken < width - 4:
            text = "   " + ", ".join(words)
            pieces.append((style if notes else "", fitted(text, min(width - taken, columns_of(text) + 1))))
        return line(width, *pieces)
