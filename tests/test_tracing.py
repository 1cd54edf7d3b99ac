"""`trace(pid)` at the prompt: what processes do, told line by line while they do it."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from in_process import idle, in_process, until, waiting
from program import PATIENCE
from screen import Screen

import pyex
from pyex import (
    Agent,
    ArgumentError,
    Atom,
    GenServer,
    Pid,
    Process,
    become,
    ok,
    receive,
    self,
    send,
    spawn,
    spawn_link,
)
from pyex.device import StreamDevice
from pyex.inspection.text_width import columns_of
from pyex.repl.helpers.watching import trace
from pyex.repl.watching import tracer
from pyex.repl.watching.line_limit import LineLimit
from pyex.repl.watching.trace_text import event_line, shown
from pyex.run import run_on
from pyex.watching.trace_event import Event, EventReader


class Page(StreamDevice):
    """A device that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.behind = 0

    @property
    def backlog(self) -> int:
        return self.behind

    @backlog.setter
    def backlog(self, value: int) -> None:
        pass

    def write(self, text: str) -> None:
        self.text += text


def on_page(main: Callable[[Page], None]) -> Page:
    """Run a program with a page for its output."""
    page = Page()
    run_on(page, lambda: main(page))
    return page


def lines(page: Page) -> list[str]:
    """What was printed, without the times; each must have one."""
    found = page.text.splitlines()
    for line in found:
        assert re.match(r"\d\d:\d\d:\d\d\.\d{3}  |… |trace: ", line), line
    return [re.sub(r"^[\d:.]+  ", "", line) for line in found]


def session(text: str) -> list[str]:
    """What a session prints that comes through a pipe, without the inputs and the times."""
    command = [sys.executable, "-m", "pyex"]
    text = textwrap.dedent(text)
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert not done.stderr
    shown = [line for line in done.stdout.splitlines()[1:] if not line.startswith(("pyex(", "...("))]
    return [re.sub(r"^\d\d:\d\d:\d\d\.\d{3}  ", "", line) for line in shown]


# Lines


def test_messages_of_a_server_are_told_by_name() -> None:
    """A call and its reply are a line each, with the server's name and in OTP's words."""

    def main(page: Page) -> None:
        ok(Agent.start_link(lambda: 42, name="answer"))
        trace("answer")
        Agent.stop("answer")
        until(lambda: "exited" in page.text)

    first, *_, last = lines(on_page(main))
    assert re.fullmatch(r"#PID<0\.\d+\.0> -> answer  system \(:terminate, :normal\)", first)
    assert last == "answer exited  :normal"


def test_a_message_is_told_once_where_both_are_traced() -> None:
    """Sender and receiver make one line together."""

    def main(page: Page) -> None:
        other = idle()
        Process.register(other, "other")
        pid = spawn(lambda: (receive("go"), send("other", ["x"]), Process.sleep("infinity")))
        trace(pid, other, "send", "receive")
        send(pid, "go")
        until(lambda: "'x'" in page.text)
        trace(False)
        page.text = page.text.replace(repr(pid), "PID")

    assert lines(on_page(main)) == ["PID <-  'go'", "PID -> other  ['x']"]


def test_the_life_of_a_process_is_told() -> None:
    """Spawns, links, names and the end are lines in words."""

    def main(page: Page) -> None:
        def work() -> None:
            receive("go")
            Process.register(self(), "worker")
            Process.unlink(spawn_link(Process.sleep, "infinity"))
            send(idle_pid, "hello")
            raise ValueError("oops")

        idle_pid = idle()
        pid = waiting(spawn(work))
        trace(pid)
        send(pid, "go")
        until(lambda: "exited" in page.text)
        trace(False)
        child = next(each for each in Process.list() if Process.info(each, "parent")[1] == pid)
        for each, name in ((pid, "PID"), (child, "CHILD"), (idle_pid, "IDLE")):
            page.text = page.text.replace(repr(each), name)

    assert lines(on_page(main)) == [
        "PID <-  'go'",
        "PID registered as worker",
        "worker spawned CHILD  Process.sleep/1",
        "worker linked to CHILD",
        "worker unlinked from CHILD",
        "worker -> IDLE  'hello'",
        "worker exited  ** (ValueError) oops",
    ]


def test_only_what_is_asked_for_is_told() -> None:
    """Events by name, and messages by a pattern as `receive` takes one."""

    def main(page: Page) -> None:
        pid = idle()
        trace(pid, "receive", message=("price", int))
        send(pid, "noise")
        send(pid, ("price", "none"))
        send(pid, ("price", 7))
        other = idle()
        trace(other, "exit", "register")
        send(other, "noise")
        Process.register(other, "other")
        Process.exit(other, "kill")
        until(lambda: "exited" in page.text)
        trace(False)
        page.text = page.text.replace(repr(pid), "PID").replace(repr(other), "OTHER")

    assert lines(on_page(main)) == ["PID <-  ('price', 7)", "OTHER registered as other", "other exited  :killed"]


def test_children_are_traced_likewise() -> None:
    """With "children" what a process spawns is traced as it is itself, and so on."""

    def main(page: Page) -> None:
        def parent() -> None:
            receive("go")
            spawn(lambda: spawn(lambda: pyex.exit("last")))

        pid = waiting(spawn(parent))
        trace(pid, "exit", "children")
        send(pid, "go")
        until(lambda: "'last'" in page.text)
        trace(False)

    assert len(lines(on_page(main))) == 3


def test_new_processes_are_traced() -> None:
    """With "new" whoever is spawned from then on; those that were there are left alone."""

    def main(page: Page) -> None:
        old = idle()
        trace("new", "exit")
        Process.exit(old, "kill")
        spawn(lambda: pyex.exit("new one"))
        until(lambda: "new one" in page.text)
        trace("new", False)
        spawn(lambda: pyex.exit("too late"))
        Process.sleep(5)

    page = on_page(main)
    assert len(lines(page)) == 1
    assert "too late" not in page.text


def test_a_pattern_that_raises_is_reported_and_dropped() -> None:
    """The tracer goes on with whatever else is traced."""

    def main(page: Page) -> None:
        pid, other = idle(), idle()
        trace(pid, message=lambda message: 1 / 0)
        trace(other, "receive")
        send(pid, "x")
        send(other, "still there")
        until(lambda: "still there" in page.text)

    first, second = lines(on_page(main))
    assert first.startswith("trace: the pattern raised ZeroDivisionError: division by zero")
    assert second.endswith("<-  'still there'")


def test_a_line_fits_the_terminal() -> None:
    """Long messages are cut, also those of wide characters, and nothing in them moves the cursor."""
    pid = Pid()
    pid.number, pid.block = 5, None
    for what in ("x" * 500, "日本語" * 100, "a\nb\x1b[31m" * 50):
        for columns in (30, 80):
            line = event_line(Event(0.0, "receive", pid, None, what), {pid: "n" * 10}, columns=columns)
            assert columns_of(line) <= columns and line.isprintable() and line.endswith("…")


def test_references_are_short() -> None:
    """What distinguishes references is kept, the zeros in front are not."""
    assert shown(("x", pyex.make_ref())).startswith("('x', #Ref<")


# The flood


def test_a_flood_is_counted_and_not_shown() -> None:
    """In a second so many lines are printed; of the others the number is told, and nothing is lost from it."""
    count = 3000

    def main(page: Page) -> None:
        pid = spawn(_sink)
        trace(pid, "receive")
        for number in range(count):
            send(pid, number)
        until(lambda: "not shown" in page.text)
        send(pid, "afterwards")
        until(lambda: "afterwards" in page.text)

    page = on_page(main)
    shown_lines = [line for line in lines(page) if "<-" in line]
    left_out = sum(int(text.replace(",", "")) for text in re.findall(r"… ([\d,]+) more events? not shown", page.text))
    assert len(shown_lines) + left_out == count + 1
    assert len(shown_lines) <= 202


def _sink() -> Any:
    receive()
    return become(_sink)


def test_a_terminal_that_is_behind_is_given_no_more() -> None:
    """Where nobody reads the output, events are counted, and the tracer does not wait."""

    def main(page: Page) -> None:
        pid = spawn(_sink)
        limit = LineLimit(10)
        assert limit.admits()
        page.behind = 10**6
        assert not limit.admits()
        assert limit.wait() != "infinity"
        assert limit.report() is None
        page.behind = 0
        Process.sleep(int(limit.wait()) + 20)
        assert limit.report() == "1 more event not shown"
        assert limit.admits() and limit.wait() == "infinity"
        Process.exit(pid, "kill")

    on_page(main)


def test_tracing_ends_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should too many events wait in spite of all, the tracing ends and says so."""
    monkeypatch.setattr(tracer, "MOST_WAITING", 50)

    def main(page: Page) -> None:
        pid = idle()
        trace(pid)
        running = tracer.running()
        assert running is not None
        # At once, before the tracer has its turn.
        for number in range(200):
            send(running, ("trace", pid, Atom("receive"), number))
        until(lambda: not Process.alive(running))
        assert trace() == []

    assert "more than 50 events were waiting to be shown; all tracing has ended" in on_page(main).text


# Beginning and end


@in_process
def test_who_is_traced_is_listed() -> None:
    """`trace()` tells whom and of what; the dead are not listed."""
    pid, other = idle(), idle()
    assert trace() == []
    assert trace(pid, "send") == trace(other) == trace("new", "exit") == "ok"
    assert trace() == [
        (pid, ["send"]),
        (other, ["exit", "link", "receive", "register", "send", "spawn"]),
        ("new", ["exit"]),
    ]
    Process.exit(other, "kill")
    until(lambda: not Process.alive(other))
    assert [whom for whom, _ in trace()] == [pid, "new"]
    trace(pid, False)
    assert [whom for whom, _ in trace()] == ["new"]
    trace(False)
    assert trace() == []


@in_process
def test_ended_tracing_leaves_nothing_behind() -> None:
    """After `trace(False)` no process is traced, and the tracer is gone."""
    pid = idle()
    trace(pid)
    trace("all", "exit")
    running = tracer.running()
    assert running is not None
    trace(False)
    until(lambda: not Process.alive(running))
    assert all(each.block is None or each.block.tracer is None for each in Process.list())
    assert pyex.trace(pid, True, ["send"]) == 1


@in_process
def test_asked_again_the_last_word_counts() -> None:
    """A process that is traced already is traced as is asked now."""
    pid = idle()
    trace(pid)
    trace(pid, "send")
    assert trace() == [(pid, ["send"])]
    assert pid.block is not None and pid.block.tracer is not None
    assert pid.block.tracer.flags == {"send"}


@in_process
def test_with_three_arguments_it_is_the_engines() -> None:
    """`trace(pid, True, flags)` sends the events to the caller, and returns a number."""
    pid = idle()
    assert trace(pid, True, ["receive"]) == 1
    send(pid, "hello")
    assert receive(after=1000) == ("trace", pid, "receive", "hello")
    assert trace(pid, False, ["receive"]) == 1
    assert tracer.running() is None


@in_process
def test_the_shells_processes_are_left_out_of_all() -> None:
    """With "all" the processes of the runtime are not traced."""
    trace("all")
    system = [each for each in Process.list() if each.block is not None and each.block.parent is None]
    assert [each for each in system if each != self() and each.block and each.block.tracer is not None] == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((42,), "42 is no process and no event"),
        (("nobody",), "'nobody' is no process and no event; write a pid, a registered name"),
        ((True,), "whom"),
        (("all", "sends"), "'sends' is no process and no event; .* \"send\""),
    ],
)
def test_nonsense_is_refused(arguments: tuple[Any, ...], problem: str) -> None:
    """What is neither a process nor an event is refused with those that there are."""

    @in_process
    def main() -> None:
        with pytest.raises(ArgumentError, match=problem):
            trace(*arguments)

    main()


@in_process
def test_who_cannot_be_traced_is_refused() -> None:
    """The dead, those that nobody traces, and those that somebody else does."""
    pid, other = idle(), idle()
    Process.exit(pid, "kill")
    until(lambda: not Process.alive(pid))
    with pytest.raises(ArgumentError, match="is not alive"):
        trace(pid)
    with pytest.raises(ArgumentError, match="is not traced"):
        trace(other, False)
    pyex.trace(other, True, ["send"])
    with pytest.raises(ArgumentError, match="traced for another process"):
        trace(other)
    assert trace() == []


# Events


@in_process
def test_a_reply_comes_from_who_was_called() -> None:
    """Where only the caller is traced the reply is told with its sender all the same."""
    server = ok(Agent.start_link(lambda: 42))
    me, reader, told = self(), EventReader(), []

    def ask() -> None:
        receive("go")
        GenServer.call(server, ("get", str))
        send(me, "done")

    pid = waiting(spawn(ask))
    pyex.trace(pid, True, ["send", "receive"])
    send(pid, "go")
    receive("done", after=PATIENCE * 1000)
    while (message := receive(after=0, default=None)) is not None:
        event = reader.read(message, 0.0)
        told += [(event.kind, event.pid, event.other)] if event is not None else []
    assert told == [("receive", pid, None), ("send", pid, server), ("receive", pid, server), ("send", pid, me)]


# Sessions


def test_a_session_traces_a_server() -> None:
    """At the prompt the lines stand above the value of what was typed."""
    assert session(
        """
        answer = ok(Agent.start_link(lambda: 42, name="answer"));
        trace("answer", "receive", "send")
        Agent.get("answer", str)
        trace(False)
        """
    ) == [
        ":ok",
        "#PID<0.4.0> -> answer  call (:get, str)",
        "answer -> #PID<0.4.0>  reply '42'",
        "'42'",
        ":ok",
    ]


def test_tracing_goes_on_when_the_shell_process_dies() -> None:
    """As `dbg` does, and the new shell process can end it."""
    shown_lines = session(
        """
        pid = spawn(Process.sleep, "infinity");
        Process.register(pid, "sleeper")
        trace("sleeper", "receive")
        spawn_link(lambda: exit("boom"));
        Process.sleep(50)
        send("sleeper", "hello")
        trace(False)
        trace()
        """
    )
    after = shown_lines[next(number for number, line in enumerate(shown_lines) if "'boom'" in line) :]
    assert any(line.startswith("sleeper <-  'hello'") or line.endswith("-> sleeper  'hello'") for line in after)
    assert shown_lines[-2:] == [":ok", "[]"]


def test_lines_come_above_the_prompt() -> None:
    """What happens while one types is printed above the line that is being typed."""
    with Screen() as screen:
        screen.types("pid = spawn(Process.sleep, 'infinity')")
        screen.types("trace(pid, 'receive')")
        screen.types("Process.send_after(pid, 'tick', 300);")
        screen.presses("half a li")
        screen.waits_for(lambda: any("<-  'tick'" in line for line in screen.lines()), "the line of the message")
        screen.waits_for(lambda: screen.last_line() == "pyex(4)> half a li", "the prompt below")
