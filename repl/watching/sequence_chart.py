"""A message sequence chart: a lifeline for each process, and an arrow for each message.

        shell           counter
    #PID<0.4.0>       #PID<0.9.0>
         │                 │
         ├─ call 'next' ──>│
         │<─── reply 7 ────┤
         │                 ╳ killed

A lifeline begins at the top, or where its process was spawned, and ends with it. What happens is drawn row by row, so
that a chart can grow while things happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pyex import Pid
from pyex.inspection.text_width import columns_of, cut
from pyex.repl.watching.trace_text import label_of, message_label, name_of, reason_text, shown
from pyex.watching.initial_call import what_it_runs
from pyex.watching.trace_event import Event

# Lifelines closer than this leave no room for names; arrows longer than that are hard to follow.
LEAST_GAP, MOST_GAP = 16, 44
# Left of the first lifeline, and right of the last, where it is noted how a process ended.
MARGIN = 8
LEAST_COLUMNS = MARGIN + LEAST_GAP + MARGIN

# Lifeline, its beginnings of an arrow to the right and to the left, shaft, that of a reply, crossing, end, dots.
SIGNS = ("│", "├", "┤", "─", "╌", "┼", "╳", "…")
ASCII_SIGNS = ("|", "|", "|", "-", ".", "+", "x", "...")


class SequenceChart:
    """A chart that grows. `add(event)` gives the lines to print for an event.

    `names` are those of the processes, and may grow too. `gap` is how far lifelines are apart. `heads` tells what
    stands above the pid of a process without a name.
    """

    def __init__(
        self,
        columns: int,
        names: Mapping[Pid, object],
        *,
        gap: int = 24,
        ascii_only: bool = False,
        heads: Mapping[Pid, str] | None = None,
    ) -> None:
        self.columns = columns
        self.names = names
        self.gap = max(LEAST_GAP, min(gap, columns - 2 * MARGIN))
        self.places = max(1, (columns - 2 * MARGIN) // self.gap + 1)
        # The processes by their places, None where there is none (any more), and those whose lifeline goes on.
        self.lifelines: list[Pid | None] = []
        self.alive: set[Pid] = set()
        self.heads = dict(heads or {})
        self.left_out: Counter[Pid] = Counter()
        self._signs = ASCII_SIGNS if ascii_only else SIGNS

    def begin(self, pids: Iterable[Pid]) -> list[str]:
        """The lines at the top, for the processes that are there from the beginning."""
        new = [pid for pid in pids if self._place(pid)]
        return self._introduce(new)

    def add(self, event: Event) -> list[str]:
        """The lines for an event; none where one of its processes has no room on the chart."""
        if event.kind == "spawn":
            self.heads.setdefault(event.other, what_it_runs(event.what))
        parties = list(dict.fromkeys(_in_order(event)))
        new = [pid for pid in parties if pid not in self.lifelines and self._place(pid)]
        missing = [pid for pid in parties if pid not in self.lifelines]
        if missing:
            self.left_out.update(missing)
            self.lifelines = [None if pid in new else pid for pid in self.lifelines]
            self.alive.difference_update(new)
            return []
        lines = self._introduce(new) + self._rows(event)
        self.alive.difference_update(_ended(event, new))
        return lines

    # -- places

    def _place(self, pid: Pid) -> bool:
        """Give a process a place; that of one that has ended, where all are taken. False where there is none."""
        if pid in self.lifelines:
            return False
        if len(self.lifelines) < self.places:
            self.lifelines.append(pid)
        else:
            free = [index for index, each in enumerate(self.lifelines) if each is None or each not in self.alive]
            if not free:
                return False
            self.lifelines[free[0]] = pid
        self.alive.add(pid)
        return True

    def _at(self, pid: Pid) -> int:
        """The column of a lifeline."""
        return MARGIN + self.lifelines.index(pid) * self.gap

    def _introduce(self, new: list[Pid]) -> list[str]:
        """The names of new lifelines, between the others; and then the first piece of all of them."""
        if not new:
            return []
        lines = []
        for text_of in (self._head, repr):
            row = _Row(self.columns)
            self._draw_lifelines(row, without=new)
            texts = [(self._at(pid), cut(text_of(pid), self.gap - 2, self._signs[-1])) for pid in new]
            for column, text in texts:
                row.write(max(0, column - columns_of(text) // 2), text)
            if any(text for _, text in texts):
                lines.append(str(row))
        return [*lines, self._plain_row()]

    def _head(self, pid: Pid) -> str:
        if pid in self.names:
            return label_of(self.names[pid])
        head = self.heads.get(pid, "")
        # Of a long name the last part tells most.
        return head if columns_of(head) <= self.gap - 2 else head.rpartition(".")[2]

    # -- rows

    def _plain_row(self) -> str:
        row = _Row(self.columns)
        self._draw_lifelines(row)
        return str(row)

    def _draw_lifelines(self, row: _Row, without: Iterable[Pid] = ()) -> None:
        for pid in self.alive.difference(without):
            row.write(self._at(pid), self._signs[0])

    def _rows(self, event: Event) -> list[str]:
        match event.kind:
            case "send" | "receive" if isinstance(event.other, Pid) and event.other != event.pid:
                source, target = (event.pid, event.other) if event.kind == "send" else (event.other, event.pid)
                label = message_label(event.what)
                return self._arrow(source, target, label, self._signs[4 if label.startswith("reply ") else 3])
            case "send":
                to = "itself" if event.other == event.pid else name_of(event.other, self.names)
                return self._note(event.pid, f"to {to}: {message_label(event.what)}")
            case "receive":
                return self._note(event.pid, f"<{self._signs[3]} {message_label(event.what)}")
            case "lost" if isinstance(event.other, Pid):
                return self._arrow(event.pid, event.other, message_label(event.what), self._signs[3], lost=True)
            case "lost":
                return self._note(
                    event.pid, f"to {name_of(event.other, self.names)} (not there): {message_label(event.what)}"
                )
            case "spawn":
                return self._arrow(event.pid, event.other, "spawn", self._signs[3])
            case "link" | "unlink":
                return self._arrow(event.pid, event.other, event.kind, self._signs[4], headless=True)
            case "exit":
                return self._note(event.pid, reason_text(event.what), self._signs[6])
        return self._note(event.pid, f"{event.kind}ed {'as ' if event.kind == 'register' else ''}{shown(event.what)}")

    def _note(self, pid: Pid, text: str, sign: str | None = None) -> list[str]:
        """A text beside a lifeline, over those right of it."""
        row = _Row(self.columns)
        self._draw_lifelines(row)
        column = self._at(pid)
        row.write(column, f"{sign or self._signs[0]} ")
        row.write(column + 2, cut(text, self.columns - column - 2, self._signs[-1]), clear=1)
        return [str(row)]

    def _arrow(
        self, source: Pid, target: Pid, label: str, shaft: str, *, lost: bool = False, headless: bool = False
    ) -> list[str]:
        begin, end = self._at(source), self._at(target)
        left, right = min(begin, end), max(begin, end)
        room = right - left - 6
        lines = []
        if columns_of(label) > room:
            above = _Row(self.columns)
            self._draw_lifelines(above)
            above.write(left + 2, cut(label, self.columns - left - 2, self._signs[-1]), clear=1)
            lines.append(str(above))
            label = ""
        row = _Row(self.columns)
        self._draw_lifelines(row)
        row.write(left + 1, shaft * (right - left - 1))
        for pid in self.alive:
            if left < self._at(pid) < right:
                row.write(self._at(pid), self._signs[5])
        if label:
            row.write(left + 1 + (right - left - 1 - columns_of(label) - 2) // 2, f" {label} ")
        if source in self.alive:
            row.write(begin, self._signs[1 if begin < end else 2])
        if lost:
            row.write(end, self._signs[6])
        if not headless:
            row.write(right - 1 if begin < end else left + 1, ">" if begin < end else "<")
        elif target in self.alive:
            row.write(end, self._signs[2 if begin < end else 1])
        return [*lines, str(row)]


class _Row:
    """A line of a chart: cells that are written over. The second cell of a wide character is empty."""

    def __init__(self, columns: int) -> None:
        self.cells = [" "] * columns

    def write(self, column: int, text: str, clear: int = 0) -> None:
        """Put a text at a column; `clear` is how many cells behind it are to be blank."""
        for character in text + " " * clear:
            cells = columns_of(character)
            if column + cells > len(self.cells):
                return
            if cells == 0:
                self.cells[max(0, column - 1)] += character
                continue
            # Of a wide character that is half written over nothing stays.
            if self.cells[column] == "" and column:
                self.cells[column - 1] = " "
            if column + cells < len(self.cells) and self.cells[column + cells] == "":
                self.cells[column + cells] = " "
            self.cells[column : column + cells] = [character] + [""] * (cells - 1)
            column += cells

    def __str__(self) -> str:
        return "".join(self.cells).rstrip()


def chart_lines(
    events: list[Event],
    names: Mapping[Pid, object],
    *,
    first: Iterable[Pid] = (),
    columns: int = 80,
    ascii_only: bool = False,
    heads: Mapping[Pid, str] | None = None,
) -> list[str]:
    """The chart of these events: the processes that were `first` at the left, the others as they appear.

    Where there are more than fit into so many columns, those are shown that do most, and a last line tells of the
    others.
    """
    takes_part = Counter(pid for event in events for pid in _parties(event))
    first = list(dict.fromkeys(first))
    order = list(dict.fromkeys([*first, *(pid for event in events for pid in _in_order(event))]))
    chart = SequenceChart(columns, names, gap=_best_gap(events, order, columns), ascii_only=ascii_only, heads=heads)
    lines = _whole_chart(chart, events, order)
    if not chart.left_out:
        return lines
    places = max(1, (columns - 2 * MARGIN) // LEAST_GAP + 1)
    others = [pid for pid, _ in takes_part.most_common() if pid not in first]
    shown_pids = {*first[:places], *others[: max(0, places - len(first))]}
    kept = [event for event in events if _parties(event) <= shown_pids]
    order = [pid for pid in order if pid in shown_pids]
    gap = _best_gap(kept, order, columns)
    lines = _whole_chart(SequenceChart(columns, names, gap=gap, ascii_only=ascii_only, heads=heads), kept, order)
    hidden = [pid for pid in takes_part if pid not in shown_pids]
    told = _told_of_hidden(hidden, len(events) - len(kept), names, columns, "..." if ascii_only else "…")
    return [*lines, "", told]


def _whole_chart(chart: SequenceChart, events: list[Event], order: list[Pid]) -> list[str]:
    """The lines for these processes: at the top those that nobody spawns, as far as they have room together."""
    spawned = {event.other for event in events if event.kind == "spawn"}
    lines = chart.begin([pid for pid in order if pid not in spawned][: chart.places])
    for event in events:
        lines += chart.add(event)
    return lines


def _ended(event: Event, new: list[Pid]) -> list[Any]:
    """Whose lifeline is over with this: one that was never seen alive has only its last word."""
    if event.kind == "exit":
        return [event.pid]
    if event.kind == "lost" or (event.kind == "receive" and event.other in new and event.what[0] in ("EXIT", "DOWN")):
        return [event.other]
    return []


def _in_order(event: Event) -> list[Pid]:
    return [each for each in (event.pid, event.other) if isinstance(each, Pid)]


def _parties(event: Event) -> set[Pid]:
    return set(_in_order(event))


def _best_gap(events: list[Event], order: list[Pid], columns: int) -> int:
    """How far apart lifelines should be: so that texts fit, and the end of the last process has room, too."""
    labels = [columns_of(message_label(event.what)) for event in events if event.kind in ("send", "receive", "lost")]
    wanted = min(MOST_GAP, max([LEAST_GAP, *(label + 8 for label in labels)]))
    notes = [columns_of(reason_text(event.what)) for event in events if event.kind == "exit" and event.pid == order[-1]]
    right = min(max([MARGIN, *(note + 3 for note in notes)]), columns // 3)
    return max(LEAST_GAP, min(wanted, (columns - MARGIN - right) // max(1, len(order) - 1)))


def _told_of_hidden(hidden: list[Pid], events: int, names: Mapping[Pid, object], columns: int, dots: str) -> str:
    who = ", ".join(name_of(pid, names) for pid in hidden)
    count = f"{len(hidden)} less busy process{'es' if len(hidden) > 1 else ''}"
    return cut(f"not shown: {count} with {events} event{'' if events == 1 else 's'}: {who}", columns, dots)
