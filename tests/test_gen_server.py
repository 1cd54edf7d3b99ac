"""GenServer: starting, calls, casts and messages, and what comes of each kind of answer."""

from __future__ import annotations

import os
import signal
import sys
import types
from typing import Any

import pytest
from in_process import caught, dead, ends, ends_after, in_process, messages, outcome, trap
from steered_server import Bare, S, raises, trapping

from pyex import (
    ArgumentError,
    MatchError,
    Pid,
    Process,
    Reference,
    exit,
    make_ref,
    node,
    ok,
    receive,
    self,
    send,
    spawn,
)
from pyex.otp.gen_server import GenServer
from pyex.otp.sys_messages import Sys

# Far more milliseconds than anything here takes: a test that waits so long has failed.
SOON = 2000


def links() -> list[Pid]:
    return Process.info(self(), "links")[1]  # type: ignore[no-any-return]


# Starting.


@pytest.mark.process
def test_gs_01_start_does_not_link_and_start_link_does() -> None:
    """Both return ("ok", pid)."""
    one, other = ok(S.start(0)), ok(S.start_link(0))
    assert (one in links(), other in links()) == (False, True)


@pytest.mark.process
def test_gs_03_start_returns_when_init_has() -> None:
    """Whoever starts a server waits for its init."""
    caller = self()

    def init() -> Any:
        receive("go")
        send(caller, "init is done")
        return ("ok", 0)

    def start() -> None:
        ok(S.start(lambda: (send(caller, self()), init())[1]))
        send(caller, "start is done")

    spawn(start)
    send(receive(Pid, after=SOON), "go")
    assert [receive(after=SOON), receive(after=SOON)] == ["init is done", "start is done"]


@pytest.mark.process
def test_gs_04_init_may_ignore() -> None:
    """start_link returns "ignore", and the process ends "normal"."""
    trap()
    assert S.start_link(lambda: "ignore") == "ignore"
    assert [message[2] for message in messages()] == ["normal"]


@pytest.mark.process
def test_gs_05_init_may_stop() -> None:
    """start_link returns the reason, and a caller that traps exits is sent it too."""
    trap()
    assert S.start_link(lambda: ("stop", "nope")) == ("error", "nope")
    assert [message[2] for message in messages()] == ["nope"]


@pytest.mark.process
def test_gs_07_init_may_stop_normally() -> None:
    """A caller that does not trap exits lives."""
    assert outcome(lambda: S.start_link(lambda: ("stop", "normal"))) == ("returned", ("error", "normal"))


@pytest.mark.process
def test_init_that_stops_takes_a_caller_with_it() -> None:
    """Linked, and not trapping exits, the caller dies of the reason."""
    assert outcome(lambda: (S.start_link(lambda: ("stop", "nope")), Process.sleep("infinity"))) == ("exited", "nope")


@pytest.mark.process
def test_init_may_return_an_error() -> None:
    """("error", reason) is what start_link returns, and nobody dies of it."""
    assert outcome(lambda: S.start_link(lambda: ("error", "busy"))) == ("returned", ("error", "busy"))


@pytest.mark.process
def test_gs_08_init_may_raise() -> None:
    """start returns the exception and where it was raised."""
    status, (error, stack) = S.start(raises(RuntimeError("bad init")))
    assert (status, repr(error), stack[0][1]) == ("error", "RuntimeError('bad init')", "raises.<locals>.fail")


@pytest.mark.process
def test_gs_09_init_may_exit_or_return_rubbish() -> None:
    """An exit is its own reason; what is no known shape is a bad return value, None among it."""
    assert S.start(lambda: exit("boom")) == ("error", "boom")
    assert S.start(lambda: "ball") == ("error", ("bad_return_value", "ball"))
    assert S.start(lambda: None) == ("error", ("bad_return_value", None))
    assert S.start(lambda: ("ok", 0, -1)) == ("error", ("bad_return_value", ("ok", 0, -1)))


@pytest.mark.process
def test_gs_11_init_may_take_too_long() -> None:
    """After the timeout start gives up, and the process has been killed; no message is left behind."""
    caller = self()

    def slow() -> Any:
        send(caller, ("pid", self()))
        Process.sleep("infinity")

    assert S.start(slow, timeout=50) == ("error", "timeout")
    [(_, pid)] = messages()
    assert not Process.alive(pid)


@pytest.mark.process
def test_a_linked_start_that_takes_too_long_leaves_no_exit_message() -> None:
    """Nor does a caller that traps exits find one."""
    trap()
    assert S.start_link(lambda: Process.sleep("infinity"), timeout=20) == ("error", "timeout")
    assert messages() == []


@pytest.mark.process
def test_a_server_killed_in_its_init() -> None:
    """start returns the reason, and leaves no message."""
    trap()
    assert S.start_link(lambda: Process.exit(self(), "kill")) == ("error", "killed")
    assert messages() == []


@pytest.mark.process
def test_gs_12_a_module_without_init() -> None:
    """Something that has no init cannot be started: ("undef", stack)."""
    status, (why, stack) = GenServer.start(types.ModuleType("NoSuchModule"), [])
    assert (status, why, stack[0][:3]) == ("error", "undef", ("NoSuchModule", "init", [[]]))


@pytest.mark.process
def test_gs_13_a_name_that_is_taken() -> None:
    """start says who has it, and the second init is not run."""
    caller = self()
    pid = ok(S.start({}, name="gs13"))
    assert S.start(lambda: send(caller, "init ran"), name="gs13") == ("error", ("already_started", pid))
    assert messages() == []


@pytest.mark.process
def test_two_that_start_under_one_name_at_once() -> None:
    """One of them has it, and the other is told so."""
    caller = self()
    for _ in range(10):
        spawn(lambda: send(caller, GenServer.start(S, 0, name="race")))
    results = [receive(after=SOON) for _ in range(10)]
    assert sum(result[0] == "ok" for result in results) == 1
    assert {result[1][0] for result in results if result[0] == "error"} == {"already_started"}


@pytest.mark.process
def test_gs_15_names() -> None:
    """None is no name; what cannot be one is refused, and the error lists what can."""
    assert S.start({}, name=None)[0] == "ok"
    with pytest.raises(ArgumentError, match="expected name to be one of"):
        S.start({}, name=5)
    with pytest.raises(ArgumentError, match="global"):
        S.start({}, name=("global", "x"))


@pytest.mark.process
def test_gs_16_whereis() -> None:
    """A name, a pid, and (name, node()) lead to the pid; an unknown name to None."""
    pid = ok(S.start({}, name="gs16"))
    found = [GenServer.whereis(each) for each in ("gs16", "nobody_here", pid, ("gs16", node()))]
    assert found == [pid, None, pid, pid]


@pytest.mark.process
def test_a_class_as_a_name() -> None:
    """As in the article: name=MyServer, and calls to MyServer."""
    pid = ok(S.start(7, name=S))
    assert (GenServer.call(S, "get"), Process.whereis(S)) == (7, pid)


@pytest.mark.process
def test_the_name_of_a_server_that_did_not_start_is_free() -> None:
    """Already when start has returned."""
    for answer in ("ignore", ("stop", "nope"), ("error", "busy")):
        S.start(lambda answer=answer: answer, name="shy")
        assert Process.whereis("shy") is None


@pytest.mark.process
def test_a_python_module_as_a_behaviour() -> None:
    """A module of functions will do, where it has those that are needed."""
    module = types.ModuleType("adder")
    exec("def init(n): return ('ok', n)\ndef handle_call(x, from_, n): return ('reply', n + x, n + x)", vars(module))
    pid = ok(GenServer.start(module, 1))
    assert (GenServer.call(pid, 2), GenServer.call(pid, 3)) == (3, 6)


@pytest.mark.process
def test_ancestors() -> None:
    """A server knows who started it, and whom that one was started by."""
    caller = self()
    pid = ok(S.start_link(lambda: ("ok", ok(S.start_link(lambda: (send(caller, Process.get()), ("ok", 0))[1])))))
    inner = receive(dict, after=SOON)
    assert inner["$ancestors"] == [pid, caller]
    assert inner["$initial_call"] == (S, "init", 1)


# Calls.


@pytest.mark.process
def test_gs_20_a_call_to_a_dead_process() -> None:
    """The caller exits with "noproc" and the call that it made."""
    pid = dead()
    assert caught(lambda: GenServer.call(pid, "hi")) == ("exit", ("noproc", (GenServer, "call", [pid, "hi", 5000])))


@pytest.mark.process
def test_gs_22_a_call_to_oneself() -> None:
    """It would wait for itself: "calling_self"."""
    assert caught(lambda: GenServer.call(self(), "hi")) == (
        "exit",
        ("calling_self", (GenServer, "call", [self(), "hi", 5000])),
    )


@pytest.mark.process
def test_gs_23_a_timeout_ends_the_caller_and_not_the_server() -> None:
    """The server lives and goes on with the state that it made."""
    pid = ok(S.start(0))
    slow = ("run", lambda _, s: (Process.sleep(60), ("reply", "late", s + 1))[1])
    assert caught(lambda: GenServer.call(pid, slow, 20))[1][0] == "timeout"
    assert GenServer.call(pid, "get") == 1


@pytest.mark.process
def test_gs_24_a_late_reply_vanishes() -> None:
    """The mailbox of who gave up stays empty."""
    pid = ok(S.start(0))
    caught(lambda: GenServer.call(pid, ("run", lambda _, s: (Process.sleep(40), ("reply", "late", s))[1]), 10))
    assert GenServer.call(pid, "get") == 0
    assert messages() == []


@in_process  # in the plugin Ctrl+C ends the test
def test_a_call_that_is_interrupted_leaves_nothing() -> None:
    """After Ctrl+C there is no monitor, and the reply that comes late vanishes."""
    pid = ok(S.start(0))
    spawn(os.kill, os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        GenServer.call(pid, ("run", lambda _, s: (receive("go"), ("reply", "late", s))[1]))
    assert Process.info(self(), "monitors") == ("monitors", [])
    send(pid, "go")
    assert GenServer.call(pid, "get") == 0
    assert messages() == []


@pytest.mark.process
def test_gs_26_a_server_that_raises() -> None:
    """The caller exits with the exception and its stack, and the call."""
    pid = ok(S.start(0))
    _, ((error, stack), (module, function, _)) = caught(
        lambda: GenServer.call(pid, ("run", raises(RuntimeError("oops"))))
    )
    assert (repr(error), stack[0][1], module, function) == (
        "RuntimeError('oops')", "raises.<locals>.fail", GenServer, "call",
    )  # fmt: skip


@pytest.mark.process
def test_gs_27_a_server_killed_during_the_call() -> None:
    """The caller exits with "killed"."""
    pid = ok(S.start(0))

    def kill_when_busy(from_: Any, state: Any) -> Any:
        spawn(Process.exit, self(), "kill")
        Process.sleep("infinity")

    assert caught(lambda: GenServer.call(pid, ("run", kill_when_busy)))[1][0] == "killed"


@pytest.mark.process
def test_gs_28_an_uncaught_exit_of_a_call() -> None:
    """It ends the caller with that whole tuple."""
    assert outcome(lambda: GenServer.call("nobody_here", "hi")) == (
        "exited",
        ("noproc", (GenServer, "call", ["nobody_here", "hi", 5000])),
    )


@pytest.mark.process
def test_gs_30_anybody_may_reply() -> None:
    """from_ is the caller's pid and the tag of the call, and can be handed on."""
    pid = ok(S.start(0))
    seen = []

    def hand_on(from_: Any, state: Any) -> Any:
        match from_:
            case (Pid(), ("alias", Reference())):
                spawn(GenServer.reply, from_, "from another")
        return ("noreply", state)

    seen.append(GenServer.call(pid, ("run", hand_on)))
    assert seen == ["from another"]
    tag = make_ref()
    assert GenServer.reply((self(), tag), "x") == "ok"
    assert receive(after=SOON) == (tag, "x")


@pytest.mark.process
def test_gs_31_others_are_served_while_a_reply_is_due() -> None:
    """A call left open stops nobody."""
    pid, caller = ok(S.start(0)), self()
    spawn(lambda: send(caller, ("first", GenServer.call(pid, ("run", lambda from_, _: ("noreply", from_))))))
    while GenServer.call(pid, "get") == 0:
        Process.sleep(1)

    def answer(_: Any, waiting: Any) -> Any:
        GenServer.reply(waiting, "answered")
        return ("reply", "second", 0)

    assert GenServer.call(pid, ("run", answer)) == "second"
    assert receive(after=SOON) == ("first", "answered")


@pytest.mark.process
def test_gs_32_other_messages_stay_where_they_are() -> None:
    """What looks like a reply does not fool a call, and nothing of it is lost."""
    pid = ok(S.start(0))
    send(self(), (make_ref(), "fake")), send(self(), "other")
    assert GenServer.call(pid, "get") == 0
    assert len(messages()) == 2


@pytest.mark.process
def test_gs_34_a_call_that_stops_the_server() -> None:
    """Without a reply the caller exits with the server's reason."""
    pid = ok(S.start({"to": self()}))
    result = caught(lambda: GenServer.call(pid, ("run", lambda _, s: ("stop", "done", s))))
    assert result[1][0] == "done"
    assert messages() == [("terminate", "done")]


@pytest.mark.process
def test_a_call_that_stops_the_server_with_a_reply() -> None:
    """The reply comes, after terminate has run."""
    pid = ok(S.start({"to": self()}))
    assert GenServer.call(pid, ("run", lambda _, s: ("stop", "normal", "bye", s))) == "bye"
    assert messages() == [("terminate", "normal")]
    assert ends(pid) == "noproc"


@pytest.mark.process
@pytest.mark.parametrize(
    "rubbish", ["rubbish", ("reply", 1), ("noreply",), ("reply", 1, 2, "soon"), ("noreply", 1, True), 42]
)
def test_gs_35_an_answer_of_no_known_shape(rubbish: Any) -> None:
    """The server ends with ("bad_return_value", it), which the caller sees."""
    pid = ok(S.start({"to": self()}))
    result = caught(lambda: GenServer.call(pid, ("run", lambda *_: rubbish)))
    assert result[1][0] == ("bad_return_value", rubbish)
    assert messages() == [("terminate", ("bad_return_value", rubbish))]


@pytest.mark.process
def test_gs_38_a_request_that_has_no_case() -> None:
    """A handle_call that falls out of its `match` ends the server with "function_clause", and names the request."""
    pid = ok(S.start(0))
    _, ((why, stack), _) = caught(lambda: GenServer.call(pid, "no_clause"))
    assert (why, stack[0][:2], stack[0][2][0]) == ("function_clause", ("S", "handle_call"), "no_clause")


@pytest.mark.process
def test_requests_and_replies_share_nothing() -> None:
    """What the caller changes afterwards is unchanged in the server, and the other way round."""
    pid, items = ok(S.start([])), [1]
    GenServer.cast(pid, ("run", lambda _, items=items: ("noreply", items)))
    items.append(2)
    got = GenServer.call(pid, "get")
    got.append(3)
    assert GenServer.call(pid, "get") == [1]


@pytest.mark.process
def test_a_missing_handle_call() -> None:
    """A server that has none says so."""
    pid = ok(GenServer.start(Bare, 0, name="bare"))
    _, ((error, _), _) = caught(lambda: GenServer.call(pid, "hi"))
    assert str(error) == "attempted to call GenServer 'bare' but no handle_call/3 clause was provided"


@pytest.mark.process
def test_a_server_is_no_server() -> None:
    """What can be no server is refused with what can."""
    with pytest.raises(ArgumentError, match="is no server"):
        GenServer.call(42, "hi")
    with pytest.raises(ArgumentError, match="write self"):
        GenServer.call(self, "hi")


@pytest.mark.process
def test_a_call_to_another_node() -> None:
    """There is none: ("nodedown", node)."""
    assert caught(lambda: GenServer.call(("x", "other@host"), "hi"))[1][0] == ("nodedown", "other@host")


# Casts and messages.


@pytest.mark.process
def test_gs_40_a_cast_is_always_ok() -> None:
    """Whether somebody is there or not."""
    pid = ok(S.start(0))
    plus_one = ("run", lambda s: ("noreply", s + 1))
    answers = [GenServer.cast(each, plus_one) for each in (pid, dead(), "nobody_here", ("x", "other@host"))]
    assert [*answers, GenServer.call(pid, "get")] == ["ok", "ok", "ok", "ok", 1]


@pytest.mark.process
def test_gs_41_casts_keep_their_order() -> None:
    """From one process, also beside calls."""
    pid = ok(S.start([]))
    for number in range(100):
        GenServer.cast(pid, ("run", lambda s, number=number: ("noreply", [*s, number])))
    assert GenServer.call(pid, "get") == [*range(100)]


@pytest.mark.process
def test_gs_43_a_missing_handle_cast() -> None:
    """A server that has none ends with an error that says so."""
    pid = ok(GenServer.start(Bare, 0, name="gs43"))
    error, _ = ends_after(pid, lambda: GenServer.cast(pid, "hi"))
    assert str(error) == "attempted to cast GenServer 'gs43' but no handle_cast/2 clause was provided"


@pytest.mark.process
def test_gs_44_the_messages() -> None:
    """A cast is ("$gen_cast", m), a call ("$gen_call", from, m)."""
    caller = self()
    GenServer.cast(self(), "m")
    spawn(lambda: GenServer.call(caller, "q", 50))
    assert receive(after=SOON) == ("$gen_cast", "m")
    match receive(after=SOON):
        case ("$gen_call", (Pid(), ("alias", Reference())), "q"):
            return
    raise AssertionError("no such call")


@pytest.mark.process
def test_gs_45_plain_messages() -> None:
    """They go to handle_info."""
    pid = ok(S.start({"to": self()}))
    send(pid, ("plain", 1))
    assert receive(after=SOON) == ("info", ("plain", 1))


@pytest.mark.process
def test_gs_47_a_message_that_has_no_case() -> None:
    """A handle_info without a catch-all ends the server."""
    pid = ok(S.start(0))
    why, _ = ends_after(pid, lambda: send(pid, "unexpected"))
    assert why == "function_clause"


@pytest.mark.process
def test_the_default_handle_info_only_reports(caplog: pytest.LogCaptureFixture) -> None:
    """A server without one lives on."""
    pid = ok(GenServer.start(Bare, 0))
    send(pid, "unexpected")
    assert Sys.get_state(pid) == 0
    assert f"Bare {pid!r} received unexpected message in handle_info/2: 'unexpected'" in caplog.text


# Continue, timeouts, hibernation.


@pytest.mark.process
def test_gs_50_continue_comes_before_any_message() -> None:
    """Also before those sent meanwhile; and start_link does not wait for it."""
    caller = self()

    def init() -> Any:
        send(self(), ("run", lambda s: (send(caller, "message"), ("noreply", s))[1]))
        return ("ok", 0, ("continue", lambda s: (receive("go"), send(caller, "continue"), ("noreply", s))[2]))

    pid = ok(S.start(init))
    send(pid, "go")
    assert [receive(after=SOON), receive(after=SOON)] == ["continue", "message"]


@pytest.mark.process
def test_gs_51_a_reply_goes_out_before_continue() -> None:
    """The next call finds what continue has made."""
    pid = ok(S.start(0))
    more = ("continue", lambda s: ("noreply", s + 1))
    assert GenServer.call(pid, ("run", lambda _, s: ("reply", "replied", s, more))) == "replied"
    assert GenServer.call(pid, "get") == 1


@pytest.mark.process
def test_continue_may_continue() -> None:
    """Many times, without growing a stack."""

    def again(s: int) -> Any:
        return ("noreply", s + 1, ("continue", again)) if s < 5000 else ("noreply", s)

    assert GenServer.call(ok(S.start(lambda: ("ok", 0, ("continue", again)))), "get") == 5000


@pytest.mark.process
def test_a_timeout_comes_as_a_message() -> None:
    """When no message has come for so long: handle_info("timeout", state)."""
    caller = self()
    ok(S.start(lambda: ("ok", {"to": caller}, 10)))
    assert receive(after=SOON) == ("info", "timeout")
    assert messages() == []


@pytest.mark.process
def test_a_timeout_may_be_set_again_and_again() -> None:
    """A server whose callbacks always return one runs for ever, in constant memory."""
    pid = ok(S.start(lambda: ("ok", 0, 5000)))
    for _ in range(2000):
        GenServer.cast(pid, ("run", lambda s: ("noreply", s + 1, 5000)))
    assert GenServer.call(pid, "get") == 2000


@pytest.mark.process
def test_gs_53_a_message_cancels_the_timeout() -> None:
    """Any message does, and none comes later."""
    caller = self()
    pid = ok(S.start(lambda: ("ok", {"to": caller}, 60)))
    send(pid, "x")
    assert messages(150) == [("info", "x")]


@pytest.mark.process
def test_gs_54_a_timeout_of_0() -> None:
    """A message that is there already comes first, and then no timeout."""
    caller = self()
    ok(S.start(lambda: (send(self(), "already here"), ("ok", {"to": caller}, 0))[1]))
    assert messages() == [("info", "already here")]
    ok(S.start(lambda: ("ok", {"to": caller}, 0)))
    assert messages() == [("info", "timeout")]


@pytest.mark.process
def test_gs_72_hibernate_changes_nothing_for_callers() -> None:
    """It is accepted wherever a timeout is."""
    pid = ok(S.start(lambda: ("ok", 0, "hibernate")))
    assert GenServer.call(pid, ("run", lambda _, s: ("reply", "ok", s + 1, "hibernate"))) == "ok"
    assert GenServer.call(pid, "get") == 1


@pytest.mark.process
def test_a_server_that_waits_is_small() -> None:
    """It holds no stack: its memory is that of a process that hibernates."""
    pid = ok(S.start(0))
    GenServer.call(pid, "get")
    assert Process.info(pid, "memory")[1] < 2000


# Stopping.


@pytest.mark.process
def test_gs_55_stop() -> None:
    """ "ok", the reason is "normal", and terminate runs."""
    pid = ok(S.start({"to": self()}))
    reference = Process.monitor(pid)
    assert GenServer.stop(pid) == "ok"
    assert messages() == [("terminate", "normal"), ("DOWN", reference, "process", pid, "normal")]


@pytest.mark.process
def test_gs_57_stop_of_what_is_not_there() -> None:
    """The caller exits with "noproc"."""
    pid = dead()
    assert caught(lambda: GenServer.stop(pid)) == ("exit", ("noproc", (GenServer, "stop", [pid, "normal", "infinity"])))
    assert caught(lambda: GenServer.stop("nobody_here"))[1][0] == "noproc"
    assert caught(lambda: GenServer.stop(self()))[1][0] == "calling_self"


@pytest.mark.process
def test_gs_58_stop_with_a_timeout() -> None:
    """A busy server is given up on, and stops when it gets to the message."""
    pid = ok(S.start({}))
    reference = Process.monitor(pid)
    GenServer.cast(pid, ("run", lambda s: (receive("go"), ("noreply", s))[1]))
    assert caught(lambda: GenServer.stop(pid, "normal", 20))[1][0] == "timeout"
    assert Process.alive(pid)
    send(pid, "go")
    assert receive(("DOWN", reference, ..., ..., ...), after=SOON)[4] == "normal"


@pytest.mark.process
def test_stop_with_a_server_that_ends_otherwise() -> None:
    """Where terminate crashes, the caller exits with that."""
    pid = ok(GenServer.start(CrashesInTerminate, 0))
    _, ((error, _), (_, function, _)) = caught(lambda: GenServer.stop(pid))
    assert (str(error), function) == ("in terminate", "stop")


class CrashesInTerminate(GenServer):
    """A server whose terminate raises."""

    @staticmethod
    def handle_cast(request: Any, state: Any) -> Any:
        return ("stop", "first_reason", state)

    @staticmethod
    def terminate(reason: Any, state: Any) -> None:
        raise RuntimeError("in terminate")


@pytest.mark.process
@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda s: ("stop", "why", s), "why"),
        (lambda s: ("stop", "normal", s), "normal"),
        (lambda _: exit("e"), "e"),
        (lambda _: "bad", ("bad_return_value", "bad")),
        (lambda _: sys.exit(3), ("system_exit", 3)),
    ],
)
def test_gs_60_terminate_is_called(function: Any, reason: Any) -> None:
    """Whenever the server ends by itself, with the reason."""
    pid = ok(S.start({"to": self()}))
    assert ends_after(pid, lambda: GenServer.cast(pid, ("run", function))) == reason
    assert messages() == [("terminate", reason)]


@pytest.mark.process
def test_gs_60_terminate_is_called_after_an_exception() -> None:
    """With the exception and its stack."""
    pid = ok(S.start({"to": self()}))
    GenServer.cast(pid, ("run", raises(ValueError("x"))))
    [(_, (error, stack))] = messages()
    assert (repr(error), stack[0][1]) == ("ValueError('x')", "raises.<locals>.fail")


@pytest.mark.process
def test_gs_62_an_exit_signal_of_a_stranger() -> None:
    """To a server that traps exits it is a message like others."""
    pid = ok(S.start(trapping(self())))
    assert ends_after(pid, lambda: Process.exit(pid, "shutdown")) == "alive"
    assert messages() == [("info", ("EXIT", self(), "shutdown"))]


@pytest.mark.process
@pytest.mark.parametrize("reason", ["shutdown", "normal", "boom"])
def test_gs_63_an_exit_signal_of_the_parent(reason: str) -> None:
    """A server that traps exits ends with it, and terminate runs; "normal" is no exception."""
    trap()
    pid = ok(S.start_link(trapping(self())))
    assert ends_after(pid, lambda: Process.exit(pid, reason)) == reason
    assert [each for each in messages() if each[0] in ("info", "terminate")] == [("terminate", reason)]


@pytest.mark.process
@pytest.mark.parametrize(("reason", "alive"), [("boom", False), ("normal", True)])
def test_gs_64_the_parents_end(reason: str, alive: bool) -> None:
    """It kills a server that does not trap exits, without terminate; "normal" leaves it running."""
    caller = self()

    def parent() -> None:
        send(caller, ok(S.start_link({"to": caller})))
        exit(reason)

    spawn(parent)
    pid = receive(Pid, after=SOON)
    assert (ends(pid) == "alive") is alive
    assert messages() == []


@pytest.mark.process
def test_gs_66_a_kill_runs_no_terminate() -> None:
    """Nor does any other exit signal to a server that does not trap."""
    pid = ok(S.start(trapping(self())))
    assert ends_after(pid, lambda: Process.exit(pid, "kill")) == "killed"
    other = ok(S.start({"to": self()}))
    assert ends_after(other, lambda: Process.exit(other, "boom")) == "boom"
    assert messages() == []


@pytest.mark.process
def test_gs_67_a_crash_in_terminate_is_the_reason() -> None:
    """It takes the place of the first."""
    pid = ok(GenServer.start(CrashesInTerminate, 0))
    error, _ = ends_after(pid, lambda: GenServer.cast(pid, "stop"))
    assert str(error) == "in terminate"


# The rest.


@pytest.mark.process
def test_gs_70_child_spec() -> None:
    """Every GenServer class says how it is to be started."""
    assert Bare.child_spec("arg") == {"id": Bare, "start": (Bare, "start_link", ["arg"])}


def test_class_keywords_are_in_the_child_spec() -> None:
    """As `use GenServer, restart: …` has it; a subclass inherits them."""

    class Passing(GenServer, restart="transient", shutdown=100):
        pass

    class Forgotten(Passing, restart="temporary"):
        pass

    assert Passing.child_spec(1)["restart"] == "transient"
    spec = Forgotten.child_spec(1)
    assert (spec["id"], spec["restart"], spec["shutdown"]) == (Forgotten, "temporary", 100)


def test_an_unknown_class_keyword_is_refused() -> None:
    """A slip in a class keyword is an error where it stands."""
    with pytest.raises(TypeError):

        class Wrong(GenServer, restrat="transient"):  # type: ignore[call-arg]
            pass


@pytest.mark.process
def test_gs_71_abcast_and_multi_call() -> None:
    """On the one node there is."""
    ok(S.start(7, name="gs71"))
    assert GenServer.abcast("gs71", ("run", lambda s: ("noreply", s + 1))) == "abcast"
    assert GenServer.multi_call("gs71", "get") == ([(node(), 8)], [])


@pytest.mark.process
def test_ok_asserts_a_start() -> None:
    """The match of {:ok, pid} = …"""
    with pytest.raises(MatchError):
        ok(S.start(lambda: ("stop", "nope")))
