"""`msc(…)`: message sequence charts, of events that are made up and of what real processes do."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pytest
from in_process import idle, in_process, until, waiting
from program import PATIENCE
from screen import CTRL_C, Screen

from pyex import (
    Agent,
    ArgumentError,
    GenServer,
    Pid,
    Pool,
    Process,
    Supervisor,
    Task,
    become,
    ok,
    receive,
    self,
    send,
    spawn,
    spawn_link,
    trace,
)
from pyex.inspection.text_width import columns_of
from pyex.repl.helpers.watching import msc
from pyex.repl.watching.live_chart import processes_in
from pyex.repl.watching.recorder import Recording, record
from pyex.repl.watching.sequence_chart import SequenceChart, chart_lines
from pyex.watching.supervision_tree import system_processes
from pyex.watching.trace_event import Event


class Counter(GenServer):
    """A server to call."""

    @staticmethod
    def init(start: int) -> Any:
        return ("ok", start)

    @staticmethod
    def handle_call(request: Any, from_: Any, count: int) -> Any:
        return ("reply", count, count + 1)

    @staticmethod
    def handle_cast(request: Any, count: int) -> Any:
        return ("noreply", count)


def pids(count: int) -> list[Pid]:
    """Pids to make up events of, with numbers from 101 on, so that they are all as wide."""
    made = []
    for number in range(101, 101 + count):
        pid = Pid()
        pid.number, pid.block = number, None
        made.append(pid)
    return made


ONE, TWO, THREE, FOUR = pids(4)


def sent(sender: Any, to: Any, what: Any) -> Event:
    return Event(0.0, "send", sender, to, what)


def chart(*events: Event, columns: int = 80, names: Any = None, **options: Any) -> list[str]:
    return chart_lines([*events], names or {}, columns=columns, **options)


def recorded(function: Any, *given: Pid) -> Recording:
    """What happens when a function is called."""
    recording, _, raised = record(function, given, system_processes(), lambda recording: None)
    assert raised is None
    return recording


def told(recording: Recording) -> list[tuple[Any, ...]]:
    """The events without their times."""
    return [(event.kind, event.pid, event.other, event.what) for event in recording.events]


def session(text: str, **more: Any) -> str:
    """What a session prints that comes through a pipe."""
    command = [sys.executable, "-m", "pyex"]
    text = textwrap.dedent(text)
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False, **more)
    assert not done.stderr
    return done.stdout


# How events are drawn


def test_a_message_is_an_arrow_between_two_lifelines() -> None:
    """Each process has a lifeline with its pid above; arrows point to the receiver and bear the message."""
    assert chart(sent(ONE, TWO, ("ping", 1)), sent(TWO, ONE, "pong")) == [
        "  #PID<0.101.0>      #PID<0.102.0>",
        "        │                  │",
        "        ├── ('ping', 1) ──>│",
        "        │<──── 'pong' ─────┤",
    ]


def test_names_stand_above_pids() -> None:
    """A process that has a name is known by it, one that has none by what it runs."""
    lines = chart(sent(ONE, TWO, 1), names={ONE: "shop"}, heads={TWO: "Counter"})
    assert lines[:2] == ["      shop           Counter", "  #PID<0.101.0>   #PID<0.102.0>"]


def test_calls_replies_and_casts_are_named_so() -> None:
    """What OTP wraps around a message becomes a word; the arrow of a reply is dashed."""
    tag = ("alias", ONE)
    lines = chart(
        sent(ONE, TWO, ("$gen_call", (ONE, tag), "next")),
        sent(TWO, ONE, (tag, 7)),
        sent(ONE, TWO, ("$gen_cast", "reset")),
    )
    assert lines[2:] == [
        "        ├─── call 'next' ──>│",
        "        │<╌╌╌╌ reply 7 ╌╌╌╌╌┤",
        "        ├── cast 'reset' ──>│",
    ]


def test_a_process_that_is_spawned_begins_there() -> None:
    """Its lifeline starts below its name at the row before the arrow that spawns it, and ends with it."""
    lines = chart(
        sent(ONE, TWO, 1),
        Event(0.0, "spawn", TWO, THREE, ("__main__", "work", 0)),
        Event(0.0, "link", TWO, THREE),
        Event(0.0, "exit", THREE, what="killed"),
        sent(TWO, ONE, 2),
    )
    assert lines == [
        "  #PID<0.101.0>   #PID<0.102.0>",
        "        │               │",
        "        ├────── 1 ─────>│",
        "        │               │            work/0",
        "        │               │         #PID<0.103.0>",
        "        │               │               │",
        "        │               ├──── spawn ───>│",
        "        │               ├╌╌╌╌ link ╌╌╌╌╌┤",
        "        │               │               ╳ 'killed'",
        "        │<───── 2 ──────┤",
    ]


def test_an_arrow_crosses_the_lifelines_between() -> None:
    """Lifelines that a message passes go on below, and are to be seen in its arrow."""
    lines = chart(sent(ONE, TWO, 1), sent(TWO, THREE, 2), sent(THREE, FOUR, 3), sent(ONE, FOUR, "far"))
    assert lines[-1] == "        ├───────────────┼──── 'far' ────┼──────────────>│"


def test_a_long_message_stands_above_its_arrow() -> None:
    """What does not fit into an arrow has a line of its own, cut at the edge of the terminal."""
    lines = chart(sent(ONE, TWO, "x" * 100), sent(TWO, THREE, 1), columns=60)
    above, arrow = lines[2:4]
    assert above.startswith("        │ 'xxxxxxxxx") and above.endswith("…") and columns_of(above) == 60
    assert arrow.startswith("        ├───") and "x" not in arrow


def test_wide_characters_leave_the_lifelines_straight() -> None:
    """Characters that take two columns, and combining ones, move nothing right of them."""
    lines = chart(
        sent(ONE, TWO, "メッセージ"),
        sent(TWO, ONE, "e\u0301te\u0301"),
        sent(ONE, TWO, 1),
        names={ONE: "日本", TWO: "שלום"},
    )
    assert len({columns_of(line) for line in lines[2:]}) == 1
    assert lines[0].startswith("      日本")


def test_what_has_no_sender_comes_from_nowhere() -> None:
    """A timer's message, one to itself, one to a name that nobody has: each is told beside the lifeline."""
    lines = chart(
        Event(0.0, "receive", ONE, None, "tick"),
        sent(ONE, ONE, "me"),
        Event(0.0, "lost", ONE, ("nobody", "node"), "hello"),
        Event(0.0, "register", ONE, None, "shop"),
    )
    assert lines[2:] == [
        "        │ <─ 'tick'",
        "        │ to itself: 'me'",
        "        │ to ('nobody', 'node') (not there): 'hello'",
        "        │ registered as 'shop'",
    ]


def test_a_message_to_the_dead_ends_in_a_cross() -> None:
    """The lifeline of who is not there any more does not go on."""
    lines = chart(Event(0.0, "lost", ONE, TWO, "hello"), sent(ONE, THREE, 1))
    assert lines[2:] == ["        ├─── 'hello' ──>╳               │", "        ├────────────── 1 ─────────────>│"]


def test_the_word_of_a_dead_process_comes_from_where_it_was() -> None:
    """An exit signal that is a message starts at the end of the lifeline."""
    lines = chart(
        sent(ONE, TWO, 1), Event(0.0, "exit", TWO, what="boom"), Event(0.0, "receive", ONE, TWO, ("EXIT", TWO, "boom"))
    )
    assert lines[3:] == ["        │                  ╳ 'boom'", "        │<─ EXIT 'boom' ───"]


def test_the_busiest_are_shown_where_not_all_have_room() -> None:
    """Of more processes than fit the chart shows those that do most, and says who is missing."""
    many = pids(12)
    events = [sent(many[0], pid, 1) for pid in many[1:]] + [sent(many[0], many[-1], 2)] * 3
    lines = chart(*events, columns=60)
    assert max(map(columns_of, lines)) <= 60
    assert "#PID<0.112.0>" in lines[0]
    assert lines[-1].startswith("not shown: 9 less busy processes with 9 events: #PID<0.10")


def test_one_lifeline_after_the_other_has_the_same_place() -> None:
    """Processes that end make room: a chart of any number of them, one after the other, is complete."""
    events = []
    for pid in pids(20)[1:]:
        events += [Event(0.0, "spawn", ONE, pid, ("__main__", "work", 0)), Event(0.0, "exit", pid, what="normal")]
    lines = chart(*events)
    assert all(any(repr(pid) in line for line in lines) for pid in pids(20))
    assert "not shown" not in lines[-1]


@pytest.mark.parametrize("columns", [32, 40, 50, 80, 132])
def test_no_row_is_wider_than_the_terminal(columns: int) -> None:
    """Whatever happens, and whatever is written, rows end at the edge."""
    events = [
        sent(ONE, TWO, "日本語" * 40),
        sent(TWO, THREE, "x" * 300),
        sent(FOUR, ONE, 1),
        Event(0.0, "exit", FOUR, what="y" * 300),
        Event(0.0, "register", THREE, None, "z" * 300),
    ]
    lines = chart(*events, columns=columns)
    assert len(lines) >= 4
    assert max(map(columns_of, lines)) <= columns


def test_control_characters_are_written_out() -> None:
    """A message cannot move the cursor or colour the terminal."""
    lines = chart(sent(ONE, TWO, "a\nb\x1b[31m"), names={ONE: "n\n"})
    assert all(line.isprintable() for line in lines)


def test_ascii_signs() -> None:
    """For a terminal that has no lines."""
    lines = chart(sent(ONE, TWO, 1), Event(0.0, "exit", TWO, what="x" * 200), ascii_only=True)
    assert all(line.isascii() for line in lines)
    assert lines[2] == "        |------ 1 ----->|"


def test_a_chart_that_grows_gives_the_rows_of_each_event() -> None:
    """A live chart has its lifelines from the beginning, gets more, and counts those without room."""
    grows = SequenceChart(60, {}, gap=20)
    assert grows.begin([ONE, TWO])[0] == "  #PID<0.101.0>       #PID<0.102.0>"
    assert grows.add(sent(ONE, TWO, 1)) == ["        ├──────── 1 ───────>│"]
    assert len(grows.add(sent(TWO, THREE, 2))) == 3
    assert grows.add(sent(TWO, FOUR, 3)) == []
    assert grows.left_out == {FOUR: 1}
    grows.add(Event(0.0, "exit", ONE, what="normal"))
    assert len(grows.add(sent(TWO, FOUR, 3))) == 3


# What is recorded


@in_process
def test_ping_pong_is_recorded() -> None:
    """Each message is told once, with its sender and its receiver, in order; then who ended."""

    def pong() -> None:
        send(receive(), "pong")

    pid = waiting(spawn(pong))
    recording = recorded(lambda: (send(pid, self()), receive()))
    me = self()
    assert told(recording) == [
        ("send", me, pid, me),
        ("send", pid, me, "pong"),
        ("exit", pid, None, "normal"),
    ]


@in_process
def test_a_call_is_recorded_with_its_reply() -> None:
    """The alias that a reply goes through is resolved to the caller."""
    pid = ok(GenServer.start_link(Counter, 5, name="counter"))
    recording = recorded(lambda: GenServer.call("counter", "next"))
    (call_kind, caller, server, request), (reply_kind, replier, client, answer) = told(recording)
    assert (call_kind, caller, server, request[2]) == ("send", self(), pid, "next")
    assert (reply_kind, replier, client, answer[1]) == ("send", pid, self(), 5)
    assert recording.names[pid] == "counter"


@in_process
def test_what_others_do_meanwhile_is_left_out() -> None:
    """Processes that have nothing to do with the function are not in its chart, however busy."""

    def busy(other: Pid) -> Any:
        send(other, "noise")
        Process.sleep(1)
        return become(busy, other)

    other = idle()
    noisy = spawn(busy, other)
    recording = recorded(lambda: (spawn(int), Process.sleep(20)))
    assert recording.events
    assert not {noisy, other} & {each for event in recording.events for each in (event.pid, event.other)}


@in_process
def test_a_restart_is_recorded() -> None:
    """A child is killed: it ends, its supervisor is told, and spawns another."""
    child = {"id": "a", "start": (Agent, "start_link", [int])}
    top = ok(Supervisor.start_link([child], strategy="one_for_one"))
    (_, before, _, _), *_ = Supervisor.which_children(top)
    recording = recorded(lambda: Process.exit(before, "kill"))
    (_, after, _, _), *_ = Supervisor.which_children(top)
    assert told(recording)[:3] == [
        ("exit", before, None, "killed"),
        ("receive", top, before, ("EXIT", before, "killed")),
        ("spawn", top, after, recording.events[2].what),
    ]


@in_process
def test_a_pool_is_recorded_through_its_server() -> None:
    """Whom a function reaches through others is recorded, too: the pool's server, and the worker it lends."""
    ok(Pool.start_link(name="pool", worker=(Agent, int), size=2))
    recording = recorded(lambda: Pool.transaction("pool", lambda worker: Agent.get(worker, str)))
    server = Process.whereis("pool.PoolServer")
    asked = {event.other for event in recording.events if event.kind == "send" and event.pid == self()}
    assert server in asked and len(asked) == 2


@in_process
def test_nothing_is_traced_afterwards() -> None:
    """The recorder ends, and leaves no process traced and no message behind, also when the function raises."""
    before = Process.list()
    _, _, raised = record(lambda: 1 / 0, [], system_processes(), lambda recording: None)
    assert isinstance(raised, ZeroDivisionError)
    until(lambda: Process.list() == before)
    assert all(pid.block is None or pid.block.tracer is None for pid in before)
    assert Process.info(self(), "message_queue_len") == ("message_queue_len", 0)


@in_process
def test_of_very_many_events_the_first_are_kept() -> None:
    """A function that sends for ever so long does not fill the memory: the others are counted."""
    pid = idle()
    recording = recorded(lambda: [send(pid, number) for number in range(3000)])
    assert (len(recording.events), recording.left_out) == (1000, 2000)


@in_process
def test_the_pids_that_a_function_speaks_of_take_part() -> None:
    """They are found among its arguments, in its closure and in its globals."""
    one, other = idle(), idle()
    globals()["_global_pid"] = third = idle()
    assert processes_in(lambda x: (one, _global_pid), [other, 5]) == {one, other, third}  # type: ignore[name-defined]  # noqa: F821


# The helper


@in_process
def test_the_value_of_the_function_is_returned(capsys: pytest.CaptureFixture[str]) -> None:
    """`msc` gives what the function gives, and raises what it raises."""
    assert msc(max, 1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        msc(lambda: 1 / 0)


@in_process
def test_tasks_are_drawn_from_their_start_to_their_end() -> None:
    """A task is spawned, linked, replies, and ends."""
    recording = recorded(lambda: Task.await_(Task.async_(lambda: 42)))
    kinds = [event.kind for event in recording.events]
    assert kinds[:2] == ["spawn", "link"] and "exit" in kinds
    assert any(event.kind == "send" and event.other == self() and 42 in event.what for event in recording.events)


def test_a_session_draws_a_call() -> None:
    """At the prompt the chart stands above the value, and the shell process is called so."""
    out = session(
        """
        class Counter(GenServer):
            def init(n): return ("ok", n)
            def handle_call(request, from_, n): return ("reply", n, n + 1)

        ok(GenServer.start_link(Counter, 5, name="counter"));
        msc(GenServer.call, "counter", "next")
        """
    )
    chart_and_value = out[out.index('"next")\n') :].splitlines()[1:7]
    assert chart_and_value == [
        "      shell             counter",
        "   #PID<0.4.0>        #PID<0.5.0>",
        "        │                  │",
        "        ├── call 'next' ──>│",
        "        │<╌╌╌ reply 5 ╌╌╌╌╌┤",
        "5",
    ]


def test_the_chart_of_its_own_death_is_drawn_all_the_same() -> None:
    """A function that ends the shell process is drawn by the recorder, which outlives it."""
    out = session('msc(spawn_link, lambda: exit("boom"))\nProcess.sleep(50)\n')
    assert "shell process exited with reason: 'boom'" in out
    assert "├╌╌╌╌ link ╌╌╌╌╌┤" in out
    assert out.count("╳ 'boom'") == 2


def test_a_live_chart_ends_with_ctrl_c() -> None:
    """Rows come while things happen; Ctrl+C ends the chart, and the prompt is there again."""
    with Screen() as screen:
        screen.types("def tell(to): [(send(to, n), Process.sleep(20)) for n in range(10_000)]\n")
        screen.types("one = spawn(Process.sleep, 'infinity'); other = spawn(tell, one)")
        screen.types("msc(one, other)")
        screen.waits_for(lambda: sum(">│" in line or "<─" in line for line in screen.lines()) > 3, "rows of messages")
        screen.presses(CTRL_C)
        screen.shows(":ok", "pyex(4)>")


@in_process
def test_a_live_chart_ends_after_its_time() -> None:
    """With `for_ms` nobody need press anything; nothing is traced afterwards."""
    pid = idle()
    assert msc(pid, for_ms=5) == "ok"
    assert trace(pid, True, ["send"]) == 1


@pytest.mark.parametrize(
    ("arguments", "options", "problem"),
    [
        ((), {}, "write msc"),
        ((42,), {}, "write msc"),
        (("nobody",), {}, "write msc"),
        ((len, []), {"for_ms": 5}, "for_ms goes with processes"),
    ],
)
def test_nonsense_is_refused(arguments: tuple[Any, ...], options: dict[str, Any], problem: str) -> None:
    """What is neither a function nor a process is refused with what to write."""

    @in_process
    def main() -> None:
        with pytest.raises(ArgumentError, match=problem):
            msc(*arguments, **options)
        with pytest.raises(ArgumentError, match="for_ms is a number"):
            msc(idle(), for_ms="long")

    main()


@in_process
def test_the_dead_cannot_be_watched() -> None:
    """A live chart of a process that has ended is refused."""
    pid = spawn_link(int)
    until(lambda: not Process.alive(pid))
    with pytest.raises(ArgumentError, match="is not alive"):
        msc(pid)
