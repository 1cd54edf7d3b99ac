"""The charts that `msc` prints: of a call when it is over, and of processes while they live."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from pyex import Pid, Process
from pyex.repl.shell import current
from pyex.repl.watching.drawing import ascii_only, painted
from pyex.repl.watching.line_limit import LineLimit
from pyex.repl.watching.recorder import Recording, start_recorder, stop_recorder
from pyex.repl.watching.sequence_chart import LEAST_COLUMNS, MARGIN, SequenceChart, chart_lines
from pyex.repl.watching.trace_text import event_line, name_of
from pyex.repl.watching.tracer import ALL_FLAGS
from pyex.trace import trace
from pyex.watching.initial_call import otp_initial_call, what_it_runs
from pyex.watching.trace_event import Event

# How far the lifelines of a live chart are apart, for it is not known what is to come.
LIVE_GAP = 28


def processes_in(function: Any, args: Iterable[Any]) -> set[Pid]:
    """The pids among the arguments of a call, and those that the function itself refers to."""
    found = [*args]
    if isinstance(function, FunctionType):
        found += _cells(function)
        found += [function.__globals__.get(name) for name in function.__code__.co_names]
    return {each for each in found if type(each) is Pid}


def _cells(function: FunctionType) -> list[Any]:
    contents = []
    for cell in function.__closure__ or ():
        try:
            contents.append(cell.cell_contents)
        except ValueError:
            pass  # not bound yet
    return contents


def print_chart(recording: Recording, first: Pid | None = None) -> None:
    """Print the chart of what was recorded; where there is no room for one, lines."""
    columns, narrow = current.columns(), ascii_only()
    if not recording.events:
        print("no messages, and nothing else happened")
    elif columns < LEAST_COLUMNS:
        for event in recording.events:
            print(event_line(event, recording.names, columns=columns, ascii_only=narrow, paint=painted))
    else:
        pids = [] if first is None else [first]
        print("\n".join(chart_lines(
            recording.events, recording.names, first=pids, columns=columns, ascii_only=narrow, heads=recording.heads
        )))  # fmt: skip
    if recording.left_out:
        print(f"{recording.left_out:,} more events were not recorded")
    sys.stdout.flush()


def draw_live(pids: list[Pid], for_ms: int | None, hidden: set[Pid]) -> None:
    """Draw what these processes do, until Ctrl+C or for so long."""
    show = LiveChart(pids, current.columns(), ascii_only())
    recorder = start_recorder(set(pids), hidden, show, _print_nothing)
    flags = [*ALL_FLAGS, ("tracer", recorder)]
    try:
        for pid in pids:
            trace(pid, True, flags)
        show.begin()
        Process.sleep("infinity" if for_ms is None else for_ms)
    except KeyboardInterrupt:
        print()  # the terminal has put a ^C where the cursor was
    finally:
        trace("all", False, flags)
        stop_recorder(recorder)


class LiveChart:
    """Prints the rows of a chart while they come. The process that traces has a copy of it."""

    def __init__(self, pids: list[Pid], columns: int, ascii_only: bool) -> None:
        self.pids = pids
        self.columns = columns
        self.ascii_only = ascii_only
        self.limit = LineLimit()
        # None where there is no room for two lifelines.
        self.chart: SequenceChart | None = None
        if columns >= LEAST_COLUMNS:
            names = {pid: pid.block.name for pid in pids if pid.block is not None and pid.block.name is not None}
            heads = {pid: what_it_runs(call) for pid in pids if (call := otp_initial_call(pid.block)) is not None}
            gap = min(LIVE_GAP, (columns - 2 * MARGIN) // len(pids))
            self.chart = SequenceChart(columns, names, gap=gap, ascii_only=ascii_only, heads=heads)
            self.top = self.chart.begin(pids)

    def begin(self) -> None:
        """Print the names at the top."""
        if self.chart is not None:
            print("\n".join(self.top), flush=True)

    def add(self, event: Event, recording: Recording) -> None:
        left_out = self.limit.report()
        if left_out:
            print(left_out)
        if not self.limit.admits():
            return
        if self.chart is None:
            lines = [event_line(event, recording.names, columns=self.columns, ascii_only=self.ascii_only)]
        else:
            self.chart.names = recording.names
            self.chart.heads.update(recording.heads)
            lines = self.chart.add(event)
        if lines:
            print("\n".join(lines), flush=True)

    def end(self) -> None:
        """Say what was left out."""
        if self.limit.left_out:
            print(f"{self.limit.left_out:,} more events not shown")
        if self.chart is not None and self.chart.left_out:
            who = ", ".join(name_of(pid, self.chart.names) for pid in [*self.chart.left_out][:8])
            print(f"not shown, for there was no room: {who}")


def _print_nothing(recording: Recording) -> None:
    """A live chart is on the screen already."""
