"""Server: a server as a class, whose state is in `self` and whose decorated methods others may call."""

from __future__ import annotations

import inspect
import pydoc
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import pytest
from in_process import caught, ends_after, messages, until

from pyex import Process, exit, ok, receive, self, send, spawn
from pyex.otp.gen_server import GenServer
from pyex.otp.server import NoReply, Server, call, cast
from pyex.otp.supervisor import Supervisor
from pyex.otp.sys_messages import Sys

SOON = 5000


class Counter(Server):
    """Counts."""

    def __init__(self, start: int = 0) -> None:
        self.n = start

    @call
    def increment(self, by: int = 1) -> int:
        """Count on, and tell how far."""
        self.n += by
        return self.n

    @cast
    def reset(self, to: int = 0) -> None:
        """Begin anew."""
        self.n = to

    def plain(self) -> int:
        return self.n


class Steered(Server):
    """Does what its callers say."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self.made = (args, keywords)
        self.seen: list[Any] = []

    @call
    def do(self, function: Any) -> Any:
        return function(self)

    @cast
    def do_later(self, function: Any) -> Any:
        return function(self)

    def handle_info(self, message: Any) -> Any:
        match message:
            case ("do", function):
                return function(self)
        self.seen.append(("info", message))

    def handle_continue(self, argument: Any) -> None:
        self.seen.append(("continue", argument))

    def terminate(self, reason: Any) -> None:
        for message in self.seen:
            if message[0] == "tell":
                send(message[1], ("terminated", reason))


def then(value: Any, reply: Any = None) -> Any:
    """A function for `Steered` that sets `self.then`."""

    def set_then(self: Any) -> Any:
        self.then = value
        return reply

    return set_then


@pytest.mark.process
def test_calls_and_casts_by_the_functions_of_the_class() -> None:
    """They take the server first: its pid, or its name; a call returns what the method does, a cast "ok"."""
    pid = ok(Counter.start_link(10, name="counter"))
    assert (Counter.increment(pid), Counter.increment("counter", 5), Counter.increment(pid, by=2)) == (11, 16, 18)
    assert (Counter.reset(pid), Counter.increment(pid)) == ("ok", 1)
    assert (Counter.reset(("counter", "nonode@nohost"), to=7), Counter.increment(pid)) == ("ok", 8)


@pytest.mark.process
def test_calls_and_casts_by_a_handle() -> None:
    """Counter.at(server) keeps the server; it can be sent, compared and kept in a dict."""
    pid = ok(Counter.start_link())
    counter = Counter.at(pid)
    assert (counter.increment(), counter.increment(by=4), counter.reset(), counter.increment()) == (1, 5, "ok", 1)
    assert repr(counter) == f"Counter.at({pid!r})"
    assert counter == Counter.at(pid) != Counter.at("counter")
    assert len({counter, Counter.at(pid)}) == 1
    caller = self()
    spawn(lambda: send(caller, counter.increment()))
    assert receive(after=SOON) == 2
    send(self(), counter)
    assert receive() is counter


@pytest.mark.process
def test_a_handle_reaches_calls_and_casts_and_nothing_else() -> None:
    """The state is the server's own."""
    counter = Counter.at(ok(Counter.start_link()))
    assert dir(counter) == ["increment", "reset"]
    for name in ("n", "plain", "handle_info", "init"):
        with pytest.raises(AttributeError, match=f"'{name}' is no call and no cast of Counter"):
            getattr(counter, name)
    with pytest.raises(AttributeError, match="'n' cannot be set"):
        counter.n = 5


@pytest.mark.process
def test_the_same_process_underneath() -> None:
    """Requests by hand work; the state is the instance, the module the class."""
    pid = ok(Counter.start_link(1))
    assert GenServer.call(pid, "increment") == 2
    assert GenServer.call(pid, ("increment", 3)) == 5
    assert GenServer.cast(pid, ("reset", 9)) == "ok"
    state = Sys.get_state(pid)
    assert (type(state), vars(state), repr(state)) == (Counter, {"n": 9}, "<Counter n=9>")
    assert Process.info(pid, "dictionary")[1]["$initial_call"] == (Counter, "init", 1)


@pytest.mark.process
def test_get_state_is_a_copy_and_replace_state_changes_it() -> None:
    """What one does with the copy the server does not see."""
    pid = ok(Counter.start_link(1))
    copy = Sys.get_state(pid)
    assert (copy.increment(100), Counter.increment(pid)) == (101, 2)

    def double(counter: Counter) -> Counter:
        counter.n *= 2
        return counter

    assert (Sys.replace_state(pid, double).n, Counter.increment(pid)) == (4, 5)
    Sys.replace_state(pid, lambda counter: Counter(50))
    assert Counter.increment(pid) == 51


def test_an_instance_is_a_plain_object() -> None:
    """Without any process: one can test its methods directly."""
    counter = Counter(5)
    assert (counter.increment(), counter.reset(), counter.increment(2)) == (6, None, 2)


@pytest.mark.process
def test_in_the_server_methods_call_each_other_directly() -> None:
    """self.increment() is no request: a server cannot call itself. super() works as ever."""

    class Twice(Counter):
        @call
        def twice(self) -> int:
            self.reset()
            return self.increment() + self.increment()

        @call
        def increment(self, by: int = 1) -> int:
            return super().increment(by * 10)

    pid = ok(Twice.start_link(5))
    assert Twice.twice(pid) == 30
    assert (Twice.increment(pid), Counter.increment(pid)) == (30, 40)
    assert ok(Counter.start_link()) and Counter.increment(ok(Counter.start_link())) == 1
    assert caught(lambda: Steered.do(ok(Steered.start()), lambda s: Counter.increment(Process.self())))[0] == "exit"


@pytest.mark.process
def test_a_class_below_may_take_an_operation_away() -> None:
    """By an attribute of that name."""

    class Less(Counter):
        reset = None

    pid = ok(Less.start())
    assert dir(Less.at(pid)) == ["increment"]
    assert "attempted to cast" in str(ends_after(pid, lambda: Counter.reset(pid))[0])


def test_help_shows_the_text_and_the_signature() -> None:
    """Of the class's function with the server, of the handle's without."""
    assert str(inspect.signature(Counter.increment)) == "(server, /, by: 'int' = 1) -> 'int'"
    shown = pydoc.render_doc(Counter.increment, renderer=pydoc.plaintext)
    assert "increment(server, /, by: 'int' = 1)" in shown
    assert "Count on, and tell how far." in shown
    shown = pydoc.render_doc(Counter.at("counter").increment, renderer=pydoc.plaintext)
    assert "increment(by: 'int' = 1)" in shown
    shown = pydoc.render_doc(Counter, renderer=pydoc.plaintext)
    assert "increment(server, /, by: 'int' = 1)" in shown
    assert "Begin anew." in shown


@pytest.mark.process
def test_start_is_start_link_without_a_link() -> None:
    """Both return what GenServer's do."""
    linked, alone = ok(Counter.start_link(1)), ok(Counter.start(2))
    links = Process.info(self(), "links")[1]
    assert (linked in links, alone in links) == (True, False)
    assert Counter.increment(alone) == 3


@pytest.mark.process
def test_arguments_of_init() -> None:
    """All that __init__ takes; they are copied, as in every message."""
    mine = [1]
    pid = ok(Steered.start_link(mine, 2, three={"mine": mine}))
    args, keywords = Steered.do(pid, lambda s: s.made)
    assert (args, keywords) == (([1], 2), {"three": {"mine": [1]}})
    mine.append(2)
    assert Steered.do(pid, lambda s: s.made[0][0] is s.made[1]["three"]["mine"]) is True
    assert Steered.do(pid, lambda s: s.made[0][0]) == [1]


@pytest.mark.process
def test_by_genserver_start_link_with_one_argument() -> None:
    """The form of OTP."""
    pid = ok(GenServer.start_link(Counter, 7, name="by hand"))
    assert Counter.increment("by hand") == 8
    assert Sys.get_state(pid).n == 8


@pytest.mark.process
def test_wrong_arguments_of_init_are_the_caller_s_mistake() -> None:
    """A TypeError, and nothing is started."""
    before = Process.list()
    for wrong in (
        lambda: Counter.start_link(1, 2),
        lambda: Counter.start_link(begin=1),
        lambda: Counter.start(1, start=1),
    ):
        with pytest.raises(TypeError, match=r"^Counter"):
            wrong()
    assert Process.list() == before


@pytest.mark.process
def test_options_of_the_start() -> None:
    """name, timeout and so on are GenServer's, unless __init__ has such a parameter itself."""

    class Room(Server):
        def __init__(self, name: str) -> None:
            self.name = name

        @call
        def whose(self) -> str:
            return self.name

    class Slow(Server):
        def __init__(self) -> None:
            Process.sleep("infinity")

    room = ok(Room.start_link(name="lobby"))
    assert (Room.whose(room), Process.whereis("lobby")) == ("lobby", None)
    assert Room.whose(ok(GenServer.start_link(Room, "hall", name="hall"))) == "hall"
    assert Process.whereis("hall") is not None
    assert Slow.start(timeout=10) == ("error", "timeout")
    pid = ok(Counter.start_link(name="taken"))
    assert Counter.start_link(name="taken") == ("error", ("already_started", pid))


@pytest.mark.process
def test_the_name_of_the_class() -> None:
    """class X(Server, name=…): what start_link registers unless it says another; not that of a class below."""

    class Shop(Counter, name="shop"):
        pass

    class Other(Shop):
        pass

    pid = ok(Shop.start_link(1))
    assert (Process.whereis("shop"), Shop.increment("shop")) == (pid, 2)
    ok(Shop.start_link(1, name="second shop"))
    ok(Shop.start_link(1, name=None))
    assert Process.info(ok(Other.start_link(1)), "registered_name")[1] == []
    assert Process.whereis("second shop") is not None


@pytest.mark.process
def test_an_init_that_raises_or_exits() -> None:
    """As an init of OTP."""

    class Failing(Server):
        def __init__(self, how: str) -> None:
            if how == "raise":
                raise ValueError("no")
            exit(how)

    match Failing.start("raise"):
        case ("error", (ValueError() as error, [*_])):
            assert str(error) == "no"
        case other:
            raise AssertionError(other)
    assert Failing.start("not today") == ("error", "not today")


@pytest.mark.process
def test_then_in_init() -> None:
    """What an init of OTP may say: "ignore", ("stop", reason), a timeout, ("continue", x), "hibernate"."""

    class Then(Steered):
        def __init__(self, what: Any) -> None:
            super().__init__()
            self.then = what

    assert Then.start("ignore") == "ignore"
    assert Then.start(("stop", "no")) == ("error", "no")
    assert Steered.do(ok(Then.start(("continue", 1))), lambda s: s.seen) == [("continue", 1)]

    class Sleepy(Then):
        def handle_info(self, message: Any) -> None:
            send("test", message)

    Process.register(self(), "test")
    ok(Sleepy.start(5))
    assert receive(after=SOON) == "timeout"
    assert Steered.do(ok(Then.start("hibernate")), lambda s: s.seen) == []
    match Then.start("rubbish"):
        case ("error", ("bad_return_value", ("ok", _, "rubbish"))):
            return
    raise AssertionError


@pytest.mark.process
def test_then_in_a_call() -> None:
    """The reply goes out, and then it happens."""
    pid = ok(Steered.start_link())
    assert Steered.do(pid, then(("continue", "more"), "reply")) == "reply"
    assert Steered.do(pid, lambda s: s.seen) == [("continue", "more")]
    assert Steered.do(pid, then("hibernate", 1)) == 1
    assert Steered.do(pid, then(0, 2)) == 2
    assert Steered.do(pid, lambda s: s.seen[1:]) == [("info", "timeout")]
    Process.flag("trap_exit", True)
    assert Steered.do(pid, then(("stop", "shutdown"), "last words")) == "last words"
    assert receive(("EXIT", pid, ...), after=SOON)[2] == "shutdown"


@pytest.mark.process
def test_then_holds_once() -> None:
    """It is what comes after this message, not after all."""
    pid = ok(Steered.start_link())
    Steered.do(pid, then(("continue", 1)))
    Steered.do(pid, lambda s: None)
    assert Steered.do(pid, lambda s: (s.seen, hasattr(s, "then"))) == ([("continue", 1)], False)


@pytest.mark.process
def test_then_in_a_cast_and_a_message() -> None:
    """The same words."""
    for tell in (lambda pid, f: Steered.do_later(pid, f), lambda pid, f: send(pid, ("do", f))):
        pid = ok(Steered.start())
        tell(pid, then(("continue", 1)))
        assert Steered.do(pid, lambda s: s.seen) == [("continue", 1)]
        assert ends_after(pid, lambda tell=tell, pid=pid: tell(pid, then(("stop", "shutdown")))) == "shutdown"


@pytest.mark.process
def test_casts_and_messages_return_nothing_or_what_otp_has() -> None:
    """A value that is neither is a mistake, and is not lost in silence."""
    for tell in (lambda pid, f: Steered.do_later(pid, f), lambda pid, f: send(pid, ("do", f))):
        pid = ok(Steered.start())
        tell(pid, lambda s: ("noreply", s))
        assert Steered.do(pid, lambda s: 1) == 1
        assert ends_after(pid, lambda tell=tell, pid=pid: tell(pid, lambda s: 5)) == ("bad_return_value", 5)


@pytest.mark.process
def test_answering_later() -> None:
    """raise NoReply, keep self.from_, and GenServer.reply from any process; meanwhile others are served."""

    class Bell(Server):
        def __init__(self) -> None:
            self.waiting: list[Any] = []

        @call
        def wait(self, what: str) -> str:
            self.waiting.append((self.from_, what))
            raise NoReply

        @call
        def ring(self) -> int:
            for from_, what in self.waiting:
                GenServer.reply(from_, f"ding {what}")
            return len(self.waiting)

    pid, caller = ok(Bell.start_link()), self()
    waiter = spawn(lambda: send(caller, Bell.wait(pid, "dong")))
    until(lambda: Sys.get_state(pid).waiting)
    assert Sys.get_state(pid).waiting[0][0][0] == waiter
    assert Bell.ring(pid) == 1
    assert receive(after=SOON) == "ding dong"


@pytest.mark.process
def test_from_is_there_during_a_call_only() -> None:
    """And is no part of the state that one sees."""
    pid = ok(Steered.start_link())
    assert Steered.do(pid, lambda s: (s.from_[0], "from_" in vars(s))) == (self(), False)
    caller = self()

    def tell(steered: Steered) -> None:
        send(caller, ("from_", hasattr(steered, "from_")))

    Steered.do_later(pid, tell)
    assert receive(("from_", ...), after=SOON)[1] is False


@pytest.mark.process
def test_an_exception_ends_the_server() -> None:
    """Let it crash: the caller exits as that of GenServer.call does, and the report has the last message."""
    pid = ok(Steered.start())
    kind, (reason, mfa) = caught(lambda: Steered.do(pid, lambda s: 1 / 0))
    assert (kind, type(reason[0])) == ("exit", ZeroDivisionError)
    assert mfa[:2] == (GenServer, "call")
    assert not Process.alive(pid)


@pytest.mark.process
def test_exit_ends_the_server_quietly() -> None:
    """With the reason; terminate is called."""
    pid, caller = ok(Steered.start()), self()
    Steered.do(pid, lambda s: s.seen.append(("tell", caller)))
    assert caught(lambda: Steered.do(pid, lambda s: exit("shutdown")))[1][0] == "shutdown"
    assert messages() == [("terminated", "shutdown")]


@pytest.mark.process
def test_exceptions_for_the_caller() -> None:
    """@call(raises=…): raised where the call is; the server goes on, with what the method has done so far."""

    class Account(Server):
        def __init__(self, balance: int) -> None:
            self.balance = balance
            self.tries = 0

        @call(raises=(ValueError, KeyError))
        def withdraw(self, amount: int) -> int:
            self.tries += 1
            if amount > self.balance:
                raise ValueError("not enough", amount)
            if amount < 0:
                raise TypeError("negative")
            self.balance -= amount
            return self.balance

    pid = ok(Account.start(10))
    assert Account.withdraw(pid, 3) == 7
    with pytest.raises(ValueError) as raised:
        Account.withdraw(pid, 100)
    assert raised.value.args == ("not enough", 100)
    with pytest.raises(ValueError, match="not enough"):
        Account.at(pid).withdraw(100)
    assert vars(Sys.get_state(pid)) == {"balance": 7, "tries": 3}
    assert type(caught(lambda: Account.withdraw(pid, -1))[1][0][0]) is TypeError
    assert not Process.alive(pid)


@pytest.mark.process
def test_how_long_a_call_waits() -> None:
    """@call(timeout=ms); then the caller exits as GenServer.call does."""

    class Slow(Server):
        @call(timeout=10)
        def work(self) -> None:
            Process.sleep(200)

    pid = ok(Slow.start_link())
    assert caught(lambda: Slow.work(pid)) == ("exit", ("timeout", (GenServer, "call", [pid, "work", 10])))


@pytest.mark.process
def test_nobody_there() -> None:
    """A call exits as GenServer.call does; a cast does not care."""
    assert caught(lambda: Counter.increment("nobody")) == (
        "exit",
        ("noproc", (GenServer, "call", ["nobody", ("increment", 1), 5000])),
    )
    assert Counter.reset("nobody") == "ok"


@pytest.mark.process
def test_arguments_are_checked_where_the_call_is() -> None:
    """A mistake is the caller's TypeError, and the server hears nothing of it."""
    pid = ok(Counter.start_link())
    for wrong in (
        lambda: Counter.increment(pid, 1, 2),
        lambda: Counter.increment(pid, to=1),
        lambda: Counter.reset(pid, by=2),
        lambda: Counter.at(pid).increment(1, 2),
    ):
        with pytest.raises(TypeError, match=r"\(by: |\(to: "):
            wrong()
    with pytest.raises(TypeError, match="server"):
        Counter.increment()
    assert Counter.increment(pid) == 1


@pytest.mark.process
def test_all_kinds_of_parameters() -> None:
    """Keyword-only ones are a dict at the end of the request."""

    class Kinds(Server):
        @call
        def keyword(self, a: int, *, b: int = 2) -> Any:
            return (a, b)

        @call
        def rest(self, *all: int) -> Any:
            return all

        @call
        def everything(self, a: int, /, b: int = 2, *rest: int, c: int = 3, **more: int) -> Any:
            return (a, b, rest, c, more)

        @call
        def plain(self, a: Any = None) -> Any:
            return a

    pid = ok(Kinds.start_link())
    assert (Kinds.keyword(pid, 1), Kinds.keyword(pid, b=3, a=1)) == ((1, 2), (1, 3))
    assert GenServer.call(pid, ("keyword", 1, {"b": 5})) == (1, 5)
    assert (Kinds.rest(pid), Kinds.rest(pid, 1, 2)) == ((), (1, 2))
    assert Kinds.everything(pid, 1) == (1, 2, (), 3, {})
    assert Kinds.everything(pid, 1, 5, 6, 7, c=8, d=9) == (1, 5, (6, 7), 8, {"d": 9})
    assert (Kinds.plain(pid, {"a": 1}), Kinds.plain(pid, ("a", "b"))) == ({"a": 1}, ("a", "b"))


@pytest.mark.process
def test_what_is_sent_and_returned_is_copied() -> None:
    """The state is nobody else's."""

    class Notes(Server):
        def __init__(self) -> None:
            self.notes: list[Any] = []

        @call
        def add(self, note: Any) -> list[Any]:
            self.notes.append(note)
            return self.notes

    pid, note = ok(Notes.start_link()), ["milk"]
    returned = Notes.add(pid, note)
    note.append("bread")
    returned.append("honey")
    assert Notes.add(pid, 1) == [["milk"], 1]


@pytest.mark.process
def test_requests_that_no_method_is_for() -> None:
    """handle_call, whose value is the reply, and handle_cast take them; a call is no cast."""

    class Rest(Counter):
        def handle_call(self, request: Any, from_: Any) -> Any:
            if request == "later":
                spawn(GenServer.reply, from_, "later")
                raise NoReply
            return ("other", request, from_[0])

        def handle_cast(self, request: Any) -> None:
            self.n = request

    pid = ok(Rest.start_link())
    assert GenServer.call(pid, "what") == ("other", "what", self())
    assert GenServer.call(pid, ("reset", 1)) == ("other", ("reset", 1), self())
    assert GenServer.call(pid, "later") == "later"
    GenServer.cast(pid, ("increment", 1))
    assert Sys.get_state(pid).n == ("increment", 1)


@pytest.mark.process
def test_without_them_it_is_otp_s_error(caplog: pytest.LogCaptureFixture) -> None:
    """In its words; a message is logged and forgotten, a continue is an error."""
    pid = ok(Counter.start())
    assert "attempted to call GenServer" in str(caught(lambda: GenServer.call(pid, "nope"))[1][0][0])
    pid = ok(Counter.start())
    assert "attempted to cast GenServer" in str(ends_after(pid, lambda: GenServer.cast(pid, "nope"))[0])
    pid = ok(Counter.start())
    send(pid, "what")
    assert Counter.increment(pid) == 1
    until(lambda: "received unexpected message in handle_info/2: 'what'" in caplog.text)

    class Continue(Counter):
        def __init__(self) -> None:
            self.then = ("continue", 1)

    Process.flag("trap_exit", True)
    pid = ok(Continue.start_link())
    assert receive(("EXIT", pid, ...), after=SOON)[2][0] == "undef"


@pytest.mark.process
def test_handle_info_may_leave_the_rest_to_the_one_above(caplog: pytest.LogCaptureFixture) -> None:
    """super().handle_info(message) logs that it was not expected."""

    class Ticking(Counter):
        def handle_info(self, message: Any) -> None:
            match message:
                case "tick":
                    self.n += 1
                case _:
                    super().handle_info(message)

    pid = ok(Ticking.start_link())
    send(pid, "tick")
    send(pid, "tock")
    assert Counter.increment(pid) == 2
    until(lambda: "unexpected message in handle_info/2: 'tock'" in caplog.text)
    assert "'tick'" not in caplog.text


@pytest.mark.process
def test_terminate() -> None:
    """Called with the reason, in the server, when a GenServer's is."""
    pid, caller = ok(Steered.start()), self()
    Steered.do(pid, lambda s: s.seen.append(("tell", caller)))
    GenServer.stop(pid)
    assert receive(after=SOON) == ("terminated", "normal")
    pid = ok(Steered.start())
    Steered.do(pid, lambda s: s.seen.append(("tell", caller)))
    Process.exit(pid, "kill")
    assert messages() == []


@pytest.mark.process
def test_reports_and_status_show_the_state(caplog: pytest.LogCaptureFixture) -> None:
    """As they show that of every GenServer; format_status may hide some of it."""

    class Secret(Counter):
        def format_status(self, status: dict[str, Any]) -> dict[str, Any]:
            return {**status, "state": "hidden"}

    pid = ok(Counter.start(41))
    caught(lambda: Counter.increment(pid, "x"))
    until(lambda: "State: <Counter n=41>" in caplog.text)
    assert "('increment', 'x')" in caplog.text
    pid = ok(Secret.start(41))
    assert ("data", [("State", "hidden")]) in Sys.get_status(pid)[3][-1]
    caught(lambda: Counter.increment(pid, "x"))
    until(lambda: "State: 'hidden'" in caplog.text)


@pytest.mark.process
def test_a_supervisor_starts_it_and_starts_it_again() -> None:
    """By its child spec, with what the class says; (Class, argument) is start_link(argument), a class alone
    start_link() where that is enough.
    """

    class Child(Counter, name="child", restart="transient", shutdown=100):
        pass

    class Stack(Server, name="stack"):
        def __init__(self, items: list[int]) -> None:
            self.items = items

    spec = {"restart": "transient", "shutdown": 100}
    assert Child.child_spec(1) == {"id": Child, "start": (Child, "start_link", [1]), **spec}
    assert Child.child_spec([]) == {"id": Child, "start": (Child, "start_link", []), **spec}
    more = {"id": "more", "start": (lambda: Counter.start_link(start=5, name="more"), [])}
    ok(Supervisor.start_link([(Child, 7), (Stack, []), more], strategy="one_for_one"))
    assert (Counter.increment("child"), Counter.increment("more")) == (8, 6)
    assert Sys.get_state("stack").items == []
    first = Process.whereis("child")
    Process.exit(first, "kill")
    until(lambda: Process.whereis("child") not in (None, first))
    assert Counter.increment("child") == 8


HOT = """
from pyex.otp.server import Server, call

class Hot(Server, name="hot"):
    def __init__(self):
        self.n = 0

    @call
    def step(self):
        self.n += 1
        return self.n
"""


def defined(text: str) -> Any:
    """The class that a text defines, as a prompt or a reload of its file would."""
    namespace: dict[str, Any] = {"__name__": "hot_server"}
    exec(text, namespace)
    return namespace["Hot"]


@pytest.mark.process
def test_new_code_for_the_next_message() -> None:
    """The instance becomes one of the new class, and keeps its state; a handle of the old one knows new methods."""
    first = defined(HOT)
    ok(first.start_link())
    handle = first.at("hot")
    assert handle.step() == 1
    second = defined(HOT.replace("+= 1", "+= 10") + "    @call\n    def get(self): return self.n\n")
    assert (first.step("hot"), second.step("hot"), handle.get()) == (11, 21, 21)
    assert type(Sys.get_state("hot")) is second


@pytest.mark.process
def test_code_change_is_called() -> None:
    """With the old class; self is of the new one already. What it raises ends the server."""
    first = defined(HOT)
    pid = ok(first.start())
    defined(HOT + "    def code_change(self, old, extra): self.n = (old, extra, type(self)); self.step = lambda: 0\n")
    GenServer.cast(pid, "nope")
    Process.flag("trap_exit", True)
    pid = ok(first.start(name=None))
    new = defined(HOT + "    def code_change(self, old, extra): self.n = 100; self.seen = (old, extra, type(self))\n")
    assert new.step(pid) == 101
    old, extra, kind = Sys.get_state(pid).seen
    assert (old is first, extra, kind is new) == (True, [], True)
    defined(HOT + "    def code_change(self, old, extra): return ('error', 'too old')\n")
    assert caught(lambda: new.step(pid))[1][0] == "too old"


@pytest.mark.process
def test_other_kinds_of_classes() -> None:
    """Dataclasses and generic classes are servers too."""
    t = TypeVar("T")

    @dataclass
    class Data(Server):
        n: int = 1
        items: list[int] = field(default_factory=list)

        @call
        def add(self, item: int) -> int:
            self.items.append(item)
            return self.n + sum(self.items)

    class Box(Server, Generic[t]):
        def __init__(self, value: t) -> None:
            self.value = value

        @call
        def get(self) -> t:
            return self.value

    pid = ok(Data.start_link(5))
    assert (Data.add(pid, 1), Data.at(pid).add(2)) == (6, 8)
    assert Sys.get_state(pid) == Data(5, [1, 2])
    assert Box.get(ok(Box[int].start_link(3))) == 3


def test_what_cannot_be_an_operation_is_refused() -> None:
    """When the class is defined."""
    with pytest.raises(TypeError, match="wants a plain one"):

        @call
        async def wait(self: Any) -> None: ...

    with pytest.raises(TypeError, match="goes on a function, not on 5"):
        cast(5)
    with pytest.raises(TypeError, match="lacks its first parameter, self"):

        @call
        def alone() -> None: ...

    with pytest.raises(TypeError):

        class Wrong(Server, nmae="x"):
            pass
