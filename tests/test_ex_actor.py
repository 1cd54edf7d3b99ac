"""ExActor: a GenServer in few words, with a client function for each."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from in_process import caught, ends, ends_after, messages, until

import pyex
from pyex import ArgumentError, Process, exit, ok, receive, self, send, spawn
from pyex.otp.ex_actor import (
    ExActor,
    defcall,
    defcast,
    definfo,
    defstart,
    hibernate,
    initial_state,
    new_state,
    noreply,
    reply,
    set_and_reply,
    stop_server,
    timeout_after,
)
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor
from pyex.otp.sys_messages import Sys


class MyFancyProcess(ExActor, initial_state=0):
    """The article's short version."""

    @defcall
    def hello(message, state):
        print(f"Hello, {message}")
        return noreply()

    @defcall
    def counter(state):
        new_counter = state + 1
        print(f"New state is {new_counter}")
        return new_state(new_counter)


class Box(ExActor):
    """Its state is what it is started with; requests say what to return."""

    @defcall
    def do(function, state):
        return function(state)

    @defcast
    def do_later(function, state):
        return function(state)

    @defcall
    def get(state):
        """What is in it."""
        return reply(state)


def box(state: Any = 0) -> Any:
    return ok(Box.start_link(state))


def test_the_article_s_short_version(capfd: pytest.CaptureFixture[str]) -> None:
    """It prints what the long one prints; and noreply and new_state reply "ok"."""

    def main() -> Any:
        pid = ok(MyFancyProcess.start_link())
        assert MyFancyProcess.hello(pid, "world") == "ok"
        assert MyFancyProcess.counter(pid) == "ok"
        assert MyFancyProcess.counter(pid) == "ok"
        return Sys.get_state(pid)

    assert pyex.run(main) == 2
    assert capfd.readouterr().out == "Hello, world\nNew state is 1\nNew state is 2\n"


def test_a_client_function_looks_like_what_was_written() -> None:
    """It takes the server first, no state, and has the name and the text."""
    assert str(inspect.signature(MyFancyProcess.hello)) == "(server, /, message)"
    assert str(inspect.signature(MyFancyProcess.counter)) == "(server, /)"
    assert (Box.get.__name__, Box.get.__doc__) == ("get", "What is in it.")
    assert Box.get.__qualname__ == "Box.get"


@pytest.mark.process
def test_the_same_process_underneath() -> None:
    """A call by hand is the same, and the process says of itself what every GenServer says."""
    pid = ok(MyFancyProcess.start_link())
    assert GenServer.call(pid, "counter") == "ok"
    assert GenServer.call(pid, ("hello", "you")) == "ok"
    assert Process.get("$initial_call") is None
    initial_call = Process.info(pid, "dictionary")[1]["$initial_call"]
    assert initial_call == (MyFancyProcess, "init", 1)
    assert issubclass(MyFancyProcess, GenServer)


@pytest.mark.process
def test_what_a_call_may_return() -> None:
    """In words: what is replied, and the state afterwards."""
    pid = box(1)
    answers = [
        (lambda s: reply("r"), "r", 1),
        (lambda s: set_and_reply(s + 1, "r"), "r", 2),
        (lambda s: new_state("new"), "ok", "new"),
        (lambda s: noreply(), "ok", "new"),
        (lambda s: noreply, "ok", "new"),
        (lambda s: reply(None), None, "new"),
        (lambda s: set_and_reply(None, 1), 1, None),
        (lambda s: new_state(None), "ok", None),
    ]
    assert [(Box.do(pid, function), Box.get(pid)) for function, _, _ in answers] == [each[1:] for each in answers]


@pytest.mark.process
def test_otp_s_own_tuples_pass_through() -> None:
    """So ("noreply", state) replies nothing: somebody else does, or the caller waits in vain."""
    pid = box(1)
    assert Box.do(pid, lambda s: ("reply", "r", 2)) == "r"
    assert Box.get(pid) == 2
    assert caught(lambda: GenServer.call(pid, ("do", lambda s: ("noreply", 3)), 20))[1][0] == "timeout"
    assert Box.get(pid) == 3
    assert caught(lambda: Box.do(pid, lambda s: ("stop", "normal", "last words", s))) == ("value", "last words")
    assert ends(pid) == "noproc"


@pytest.mark.process
def test_what_a_cast_may_return() -> None:
    """The same words, and nobody gets a reply; not even of reply."""
    pid = box(1)
    assert Box.do_later(pid, lambda s: new_state(s + 1)) == "ok"
    assert Box.get(pid) == 2
    Box.do_later(pid, lambda s: noreply())
    Box.do_later(pid, lambda s: ("noreply", s + 1))
    assert Box.get(pid) == 3
    Process.flag("trap_exit", True)
    assert ends_after(pid, lambda: Box.do_later(pid, lambda s: reply(1))) == ("bad_return_value", ("reply", 1, 3))
    assert messages() == [("EXIT", pid, ("bad_return_value", ("reply", 1, 3)))]


@pytest.mark.process
def test_a_cast_never_fails() -> None:
    """Whether anybody is there or not."""
    assert Box.do_later("nobody", noreply) == "ok"


@pytest.mark.process
def test_stop_server() -> None:
    """The server ends with the reason, and the caller of a call exits with it, as with ("stop", reason, state)."""
    pid = ok(Box.start(0))
    request = ("do", stopping := lambda s: stop_server("shutdown"))
    assert caught(lambda: Box.do(pid, stopping)) == ("exit", ("shutdown", (GenServer, "call", [pid, request, 5000])))
    pid = ok(Box.start(0))
    assert ends_after(pid, lambda: Box.do_later(pid, lambda s: stop_server("shutdown"))) == "shutdown"


@pytest.mark.process
def test_rubbish_is_a_bad_return_value() -> None:
    """What is returned by mistake is not taken for a reply."""
    pid = ok(Box.start(0))
    assert ends_after(pid, lambda: Box.do_later(pid, lambda s: 5)) == ("bad_return_value", 5)


@pytest.mark.process
def test_no_case_of_a_match_is_a_missing_clause() -> None:
    """A function that returns None had nothing for its arguments: OTP's function_clause."""
    pid = ok(Box.start(0))
    match ends_after(pid, lambda: Box.do_later(pid, lambda s: None)):
        case ("function_clause", [*_]):
            return
    raise AssertionError


@pytest.mark.process
def test_arguments_are_checked_where_the_call_is() -> None:
    """A mistake is the caller's TypeError; the server hears nothing of it."""

    class Sums(ExActor, initial_state=0):
        @defcall
        def add(a, b=10, state=None):
            return set_and_reply(state + a + b, (a, b))

    pid = ok(Sums.start_link())
    assert Sums.add(pid, 1) == (1, 10)
    assert Sums.add(pid, b=2, a=1) == (1, 2)
    assert GenServer.call(pid, ("add", 1, 1)) == (1, 1)
    for wrong in (lambda: Sums.add(pid), lambda: Sums.add(pid, 1, 2, 3), lambda: Sums.add(pid, 1, c=2)):
        with pytest.raises(TypeError, match=r"add\(a, b=10\)"):
            wrong()
    with pytest.raises(TypeError, match="server"):
        Sums.add()
    assert Sys.get_state(pid) == 16


@pytest.mark.process
def test_how_long_a_call_waits() -> None:
    """@defcall(timeout=ms); then the caller exits as GenServer.call does."""

    class Slow(ExActor, initial_state=0):
        @defcall(timeout=10)
        def work(state):
            Process.sleep(200)
            return noreply()

    pid = ok(Slow.start_link())
    assert caught(lambda: Slow.work(pid)) == ("exit", ("timeout", (GenServer, "call", [pid, "work", 10])))


@pytest.mark.process
def test_from_is_who_called() -> None:
    """A parameter from_ before the state is no argument of the call, and may be answered later."""

    class Later(ExActor, initial_state=0):
        @defcall
        def double(number, from_, state):
            spawn(GenServer.reply, from_, 2 * number)
            return ("noreply", from_[0])

    pid = ok(Later.start_link())
    assert Later.double(pid, 21) == 42
    assert Sys.get_state(pid) == self()
    assert str(inspect.signature(Later.double)) == "(server, /, number)"


@pytest.mark.process
def test_definfo_takes_messages_by_pattern() -> None:
    """The first that matches, in their order; a class, a lambda and several patterns are fine."""

    class Taker(ExActor, initial_state=()):
        @definfo("tick", ("tick", ...))
        def ticks(message, state):
            return new_state((*state, ("ticks", message)))

        @definfo(int)
        def numbers(message, state):
            return new_state((*state, ("numbers", message)))

        @definfo(lambda message: message == ["odd"])
        @staticmethod
        def odd(message, state):
            return new_state((*state, ("odd", message)))

        @definfo(("stop", ...))
        def stop_it(message, state):
            return stop_server(message[1])

    pid = ok(Taker.start(None))
    for message in ("tick", ("tick", 1), 7, ["odd"]):
        send(pid, message)
    assert Sys.get_state(pid) == (("ticks", "tick"), ("ticks", ("tick", 1)), ("numbers", 7), ("odd", ["odd"]))
    assert ends_after(pid, lambda: send(pid, ("stop", "shutdown"))) == "shutdown"


@pytest.mark.process
def test_a_bare_definfo_takes_what_is_left() -> None:
    """And without one the class's handle_info does."""

    class All(ExActor, initial_state=[]):
        @definfo("tick")
        def tick(message, state):
            return noreply()

        @definfo
        def rest(message, state):
            return new_state([*state, message])

    class Own(ExActor, initial_state=[]):
        @definfo("tick")
        def tick(message, state):
            return noreply()

        def handle_info(message, state):
            return new_state([*state, message])

    for module in (All, Own):
        pid = ok(module.start_link())
        for message in (1, "tick", ("a", "b")):
            send(pid, message)
        assert Sys.get_state(pid) == [1, ("a", "b")]


@pytest.mark.process
def test_a_message_for_nobody_is_logged_and_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    """As a GenServer without handle_info does."""
    pid = box(1)
    send(pid, "what")
    assert Sys.get_state(pid) == 1
    until(lambda: "received unexpected message in handle_info/2: 'what'" in caplog.text)


def test_a_pattern_that_is_a_slip_is_refused() -> None:
    """definfo(...) would take every message."""
    with pytest.raises(ArgumentError, match="would match every message"):
        definfo(...)
    with pytest.raises(ArgumentError, match="would match every message"):
        definfo("tick", ...)


@pytest.mark.process
def test_defstart_runs_in_the_server() -> None:
    """Its arguments are those of start_link, and it says what the state is."""

    class Sum(ExActor):
        @defstart
        def start_link(x, y=2):
            return initial_state((x + y, self()))

    pid = ok(Sum.start_link(1))
    assert Sys.get_state(pid) == (3, pid)
    assert Sys.get_state(ok(Sum.start_link(y=5, x=1)))[0] == 6
    assert pid in Process.info(self(), "links")[1]
    with pytest.raises(TypeError, match="start_link"):
        Sum.start_link()


@pytest.mark.process
def test_defstart_start_link_gives_start_too() -> None:
    """Without a link; and the other way round. Who defines both has both."""

    class One(ExActor):
        @defstart
        def start(x):
            return initial_state(("one", x))

    class Both(ExActor):
        @defstart
        def start_link(x):
            return initial_state(("linked", x))

        def start():
            return "my own"

    linked, alone = ok(One.start_link(1)), ok(One.start(2))
    links = Process.info(self(), "links")[1]
    assert (linked in links, alone in links) == (True, False)
    assert Sys.get_state(linked), Sys.get_state(alone) == (("one", 1), ("one", 2))
    assert Both.start() == "my own"


@pytest.mark.process
def test_options_of_the_start() -> None:
    """Given to the decorator, or to the function that starts."""

    class Named(ExActor):
        @defstart(name="of the decorator")
        def start_link(x):
            return initial_state(x)

        @defstart(link=False)
        def begin():
            return initial_state("begun")

        @defcall
        def get(state):
            return reply(state)

    ok(Named.start_link(1))
    ok(Named.start_link(2, name="given"))
    alone = ok(Named.begin())
    assert (Named.get("of the decorator"), Named.get("given"), Named.get(alone)) == (1, 2, "begun")
    assert alone not in Process.info(self(), "links")[1]
    with pytest.raises(TypeError, match="link=True or link=False"):

        @defstart
        def other(x):
            return initial_state(x)


@pytest.mark.process
def test_several_starts_are_told_apart_by_their_parameters() -> None:
    """The argument of init is the tuple of theirs, or None: as ExActor has it."""

    class Several(ExActor):
        @defstart(link=True)
        def empty():
            return initial_state("empty")

        @defstart
        def start_link(x):
            return initial_state(("one", x))

        @defstart(link=True)
        def pair(x, y):
            return initial_state(("two", x, y))

    started = [Several.empty(), Several.start_link(1), Several.pair(1, 2), Several.start_link((1, 2))]
    assert [Sys.get_state(ok(each)) for each in started] == ["empty", ("one", 1), ("two", 1, 2), ("one", (1, 2))]
    assert Sys.get_state(ok(GenServer.start(Several, (7,)))) == ("one", 7)
    assert Sys.get_state(ok(GenServer.start(Several, None))) == "empty"
    match GenServer.start(Several, 5):
        case ("error", ("function_clause", [*_])):
            return
    raise AssertionError


@pytest.mark.process
def test_what_a_start_may_return_of_otp() -> None:
    """ "ignore", ("stop", reason), and ("ok", state, ...)."""

    class Any_(ExActor):
        @defstart
        def start(result):
            return result

    assert Any_.start("ignore") == "ignore"
    assert Any_.start(("stop", "no")) == ("error", "no")
    assert Sys.get_state(ok(Any_.start(("ok", 5)))) == 5
    assert Any_.start(5) == ("error", ("bad_return_value", 5))


@pytest.mark.process
def test_each_server_has_an_initial_state_of_its_own() -> None:
    """One that can change is not shared."""

    class Lists(ExActor, initial_state=[]):
        @defcall
        def add(item, state):
            state.append(item)
            return reply(state)

    one, two = ok(Lists.start_link()), ok(Lists.start_link())
    assert (Lists.add(one, 1), Lists.add(two, 2), Lists.add(one, 3)) == ([1], [2], [1, 3])


@pytest.mark.process
def test_without_an_initial_state_it_is_the_argument() -> None:
    """As in ExActor of 2015; with one the argument does not matter."""
    assert Sys.get_state(ok(Box.start_link("mine"))) == "mine"
    assert Sys.get_state(ok(Box.start())) is None
    assert Sys.get_state(ok(MyFancyProcess.start_link("whatever"))) == 0
    with pytest.raises(TypeError, match="one argument, not with 2"):
        Box.start_link(1, 2)


@pytest.mark.process
def test_an_init_of_the_class() -> None:
    """It is a GenServer's, and may use the words."""

    class Own(ExActor):
        def init(arg):
            return initial_state(arg + 1, ("continue", "more"))

        def handle_continue(argument, state):
            return new_state((state, argument))

    assert Sys.get_state(ok(Own.start_link(1))) == (2, "more")


@pytest.mark.process
def test_export_is_the_name() -> None:
    """The client functions take no server, and a second one cannot be started."""

    class Exported(ExActor, initial_state=1, export="exported"):
        @defcall
        def get(state):
            return reply(state)

        @defcast
        def put(value, state):
            return new_state(value)

    pid = ok(Exported.start_link())
    assert Process.whereis("exported") == pid
    assert (Exported.get(), Exported.put(5), Exported.get()) == (1, "ok", 5)
    assert str(inspect.signature(Exported.put)) == "(value)"
    assert Exported.start() == ("error", ("already_started", pid))
    assert Exported.start(None, name=None)[0] == "ok"
    with pytest.raises(TypeError, match=r"get\(\)"):
        Exported.get(pid)


@pytest.mark.process
def test_export_true_is_the_class() -> None:
    """And who calls it when nobody is there exits as GenServer.call does."""

    class Single(ExActor, export=True):
        @defstart
        def start_link(x):
            return initial_state(x)

        @defcall
        def get(state):
            return reply(state)

    assert caught(Single.get) == ("exit", ("noproc", (GenServer, "call", [Single, "get", 5000])))
    pid = ok(Single.start_link(3))
    assert (Process.whereis(Single), Single.get()) == (pid, 3)


@pytest.mark.process
def test_export_via() -> None:
    """A ("via", module, term) is a name too."""
    table: dict[Any, Any] = {}

    class Names:
        register_name = staticmethod(lambda term, pid: "yes" if table.setdefault(term, pid) == pid else "no")
        whereis_name = staticmethod(lambda term: table.get(term, "undefined"))
        unregister_name = staticmethod(lambda term: table.pop(term))

    class Via(ExActor, initial_state=4, export=("via", Names, "it")):
        @defcall
        def get(state):
            return reply(state)

    pid = ok(Via.start_link())
    assert (table, Via.get()) == ({"it": pid}, 4)


@pytest.mark.process
def test_timeout_after_holds_for_all_responses() -> None:
    """Until one says another; "timeout" comes when nothing else does."""

    class Idle(ExActor):
        @defstart
        def start(milliseconds):
            timeout_after(milliseconds)
            return initial_state(0)

        @defcall
        def stay(state):
            return noreply("infinity")

        @defcall
        def go(state):
            return noreply()

        @definfo("timeout")
        def timeout(message, state):
            return stop_server("normal")

    assert ends(ok(Idle.start(10)), 2000) == "normal"
    pid = ok(Idle.start(20))
    Idle.stay(pid)
    assert ends(pid, 100) == "alive"
    assert ends_after(pid, lambda: Idle.go(pid), 2000) == "normal"


@pytest.mark.process
def test_hibernate_and_a_timeout_for_once() -> None:
    """As the last item of OTP's tuples."""

    class Sleepy(ExActor):
        @defstart
        def start(how):
            hibernate()
            return initial_state(how)

        @defcall
        def once(state):
            return set_and_reply(1, 2, 5)

        @definfo("timeout")
        def timeout(message, state):
            send("test", "timed out")
            return noreply()

    Process.register(self(), "test")
    pid = ok(Sleepy.start(0))
    assert Sleepy.once(pid) == 2
    assert receive(after=5000) == "timed out"
    assert Sys.get_state(pid) == 1


def test_what_cannot_be_an_operation_is_refused() -> None:
    """When the class is defined, with what to do about it."""
    with pytest.raises(TypeError, match="lacks a last parameter, for the state"):

        @defcall
        def nothing():
            return noreply()

    with pytest.raises(TypeError, match="positional parameters only"):

        @defcast
        def keywords(a, *, b):
            return noreply()

    with pytest.raises(TypeError, match="wants a plain one"):

        @definfo
        def generator(message, state):
            yield noreply()

    with pytest.raises(TypeError, match="goes on a function, not on 5"):
        defcall(5)
    with pytest.raises(TypeError, match="a is defined twice"):

        class Clauses(ExActor):
            @defcall
            def a(one, state):
                return reply("one")

            @defcall
            def a(two, state):  # noqa: F811
                return reply("two")

    with pytest.raises(TypeError):

        class Wrong(ExActor, inital_state=0):
            pass


@pytest.mark.process
def test_staticmethod_above_or_below() -> None:
    """In files it stands there for the type checkers."""

    class Static(ExActor, initial_state=1):
        @defcall
        @staticmethod
        def below(state):
            return reply(state)

        @staticmethod
        @defcall
        def above(state):
            return reply(state)

        @defcall
        def none(state):
            return reply(state)

    pid = ok(Static.start_link())
    assert (Static.below(pid), Static.above(pid), Static.none(pid)) == (1, 1, 1)


@pytest.mark.process
def test_a_class_below_has_the_operations_too() -> None:
    """It may add some, and define some anew; and be exported though the one above is not."""

    class Below(MyFancyProcess, export="below"):
        @defcall
        def hello(message, state):
            return reply(("changed", message))

        @defcall
        def get(state):
            return reply(state)

    ok(Below.start_link())
    assert (Below.counter(), Below.get(), Below.hello("you")) == ("ok", 1, ("changed", "you"))
    pid = ok(MyFancyProcess.start_link())
    assert MyFancyProcess.hello(pid, "you") == "ok"
    assert not hasattr(MyFancyProcess, "get")


@pytest.mark.process
def test_callbacks_of_the_class_take_the_rest() -> None:
    """What no definition is for; a call is no cast. They may use the words."""

    class Rest(ExActor, initial_state=0):
        @defcall
        def get(state):
            return reply(state)

        def handle_call(request, from_, state):
            return reply(("other", request))

        def handle_cast(request, state):
            return new_state(("cast", request))

        def terminate(reason, state):
            send(state[1][1], ("terminated", reason))

    pid = ok(Rest.start_link())
    assert GenServer.call(pid, "get") == 0
    assert GenServer.call(pid, "what") == ("other", "what")
    assert GenServer.call(pid, [1]) == ("other", [1])
    GenServer.cast(pid, ("get", self()))
    assert Rest.get(pid) == ("cast", ("get", self()))
    GenServer.stop(pid)
    assert receive() == ("terminated", "normal")


@pytest.mark.process
def test_a_request_for_nobody_is_otp_s_error() -> None:
    """In its words."""
    pid = ok(MyFancyProcess.start())
    kind, (reason, _) = caught(lambda: GenServer.call(pid, "nope"))
    assert kind == "exit"
    assert "attempted to call GenServer" in str(reason[0])
    pid = ok(MyFancyProcess.start())
    error = ends_after(pid, lambda: GenServer.cast(pid, "nope"))[0]
    assert "attempted to cast GenServer" in str(error)


@pytest.mark.process
def test_its_reports_have_the_request_and_the_state(caplog: pytest.LogCaptureFixture) -> None:
    """As those of every GenServer."""
    pid = ok(Box.start(41))
    caught(lambda: Box.do(pid, lambda s: 1 / 0))
    until(lambda: "terminating" in caplog.text)
    assert "** (ZeroDivisionError) division by zero" in caplog.text
    assert "Last message (from #PID<" in caplog.text
    assert "State: 41" in caplog.text


@pytest.mark.process
def test_a_supervisor_starts_it_and_starts_it_again() -> None:
    """By its child spec, with what the class says."""

    class Child(ExActor, initial_state=7, export=True, restart="transient"):
        @defcall
        def get(state):
            return reply(state)

    assert Child.child_spec(1) == {"id": Child, "start": (Child, "start_link", [1]), "restart": "transient"}
    ok(Supervisor.start_link([Child], strategy="one_for_one"))
    first = Process.whereis(Child)
    Process.exit(first, "kill")
    until(lambda: Process.whereis(Child) not in (None, first))
    assert Child.get() == 7


@pytest.mark.process
def test_a_bare_class_in_a_supervisor_needs_no_argument() -> None:
    """OTP passes [] for it; a start that takes nothing, or need not, is started with nothing."""

    class Nothing(ExActor, export="nothing"):
        @defstart
        def start_link():
            return initial_state("started")

    class Default(ExActor, export="default"):
        @defstart
        def start_link(x="default"):
            return initial_state(x)

    class One(ExActor, export="one"):
        @defstart
        def start_link(x):
            return initial_state(x)

    ok(Supervisor.start_link([Nothing, Default, (One, [])], strategy="one_for_one"))
    assert [Sys.get_state(name) for name in ("nothing", "default", "one")] == ["started", "default", []]
    assert One.child_spec(5)["start"] == (One, "start_link", [5])


HOT = """
from pyex.otp.ex_actor import ExActor, defcall, set_and_reply

class HotBox(ExActor, initial_state=0, export=True):
    @defcall
    def step(state):
        return set_and_reply(state + 1, state + 1)
"""


def defined(text: str) -> Any:
    """The class that a text defines, as a prompt or a reload of its file would."""
    namespace: dict[str, Any] = {"__name__": "hot_box"}
    exec(text, namespace)
    return namespace["HotBox"]


@pytest.mark.process
def test_new_code_for_the_next_message() -> None:
    """A class that is defined anew takes over its servers, with their state; its name stays theirs."""
    first = defined(HOT)
    pid = ok(first.start_link())
    assert first.step() == 1
    second = defined(HOT.replace("state + 1", "state + 10"))
    assert (second.step(), first.step(), Process.whereis(second)) == (11, 21, pid)
    third = defined(HOT.replace("    @defcall", "    def code_change(o, s, e): return ('ok', 1000)\n    @defcall"))
    assert third.step() == 1001


@pytest.mark.process
def test_an_exception_ends_the_server() -> None:
    """And the caller exits with what it was: let it crash."""
    pid = ok(Box.start(0))
    kind, (reason, (module, *_)) = caught(lambda: Box.do(pid, lambda s: 1 / 0))
    assert (kind, type(reason[0]), module) == ("exit", ZeroDivisionError, GenServer)
    pid = ok(Box.start(0))
    assert caught(lambda: Box.do(pid, lambda s: exit("done")))[1][0] == "done"
    assert not Process.alive(pid)
