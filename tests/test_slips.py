"""Slips that newcomers make: the error names what was wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import pytest
from in_process import caught, until
from testing_session import HEADER, PLUGIN, QUIET, output

from pyex import ArgumentError, Exit, GenServer, Process, Supervisor, ets, ok, self, send
from pyex.format_exit import format_error, format_exit
from pyex.otp.agent import Agent
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.ex_actor import ExActor, defcall, defstart, initial_state
from pyex.otp.pool import Pool
from pyex.otp.registry import Registry
from pyex.otp.server import Server, call
from pyex.otp.sys_messages import Sys
from pyex.otp.task import Task

pytest_plugins = ["pytester"]


class Till(GenServer):
    @staticmethod
    def start_link(coins: Any) -> Any:
        return GenServer.start_link(Till, coins)

    @staticmethod
    def init(coins: Any, /) -> Any:
        return ("ok", coins) if coins is not None else None

    @staticmethod
    def handle_call(request: Any, from_: Any, coins: Any, /) -> Any:
        match request:
            case "count":
                return ("reply", coins, coins)
            case "bad":
                return 42

    @staticmethod
    def handle_cast(request: Any, coins: Any, /) -> Any:
        return ("reply", request, coins)


class Shelf(Server):
    def __init__(self, boxes: int) -> None:
        self.boxes = boxes

    @call
    def close(self) -> None:
        self.then = "stop"


class Stock(ExActor):
    @defstart
    def start_link(boxes: Any) -> Any:
        return initial_state(boxes)


class Shop(Supervisor):
    @staticmethod
    def init(arg: Any, /) -> Any:
        return Supervisor.init([], strategy="one_for_one")


class Workers(DynamicSupervisor):
    @staticmethod
    def init(arg: Any, /) -> Any:
        return DynamicSupervisor.init()


def error_of(function: Callable[[], Any]) -> str:
    """What the shell prints of it, with its hints; the caller lives."""
    kind, error = caught(function)
    assert kind == "error"
    return format_error(error)


def crash_of(caplog: pytest.LogCaptureFixture, function: Callable[[], Any]) -> tuple[Any, str]:
    """The reason that a caller sees, and the reports."""
    caplog.clear()
    with pytest.raises(Exit) as ended:
        function()
    until(lambda: "terminating" in caplog.text)
    return ended.value.reason[0], caplog.text  # type: ignore[index]


# -- callbacks


@pytest.mark.process
def test_a_callback_that_returned_none_is_said_to_have(caplog: pytest.LogCaptureFixture) -> None:
    """No case matched, or a return is missing: Python returns None for both."""
    reason, text = crash_of(caplog, lambda: GenServer.call(ok(GenServer.start(Till, 1)), "buy"))
    assert reason[0] == "function_clause"
    assert "    (it returned None: no case matched the request, or a return is missing)\n" in text


@pytest.mark.process
def test_a_bad_return_value_has_its_callback(caplog: pytest.LogCaptureFixture) -> None:
    """The report says which callback returned it, and what it may return."""
    reason, text = crash_of(caplog, lambda: GenServer.call(ok(GenServer.start(Till, 1)), "bad"))
    assert reason == ("bad_return_value", 42)
    assert '** (stop) bad return value: 42\n    (returned by Till.handle_call: it may return ("reply", reply,' in text
    GenServer.cast(ok(GenServer.start(Till, 1)), "bad")
    until(lambda: '(returned by Till.handle_cast: it may return ("noreply", state) or' in caplog.text)


@pytest.mark.process
def test_an_init_that_returned_none_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """The reason is OTP's, and a line of the log has the class."""
    assert GenServer.start(Till, None) == ("error", ("bad_return_value", None))
    until(lambda: 'Till.init returned None: a return is missing; it may return ("ok", state)' in caplog.text)


@pytest.mark.process
def test_a_callback_with_self_is_told_how_many_arguments_it_gets() -> None:
    """One is an argument, not arguments."""

    class Old(GenServer):
        def init(self, coins: Any) -> Any:  # type: ignore[override]
            return ("ok", coins)

    match GenServer.start(Old, 1):
        case ("error", (TypeError() as error, _)):
            assert "(it is called with 1 argument; a callback of a GenServer has no self)" in format_error(error)
            return
    raise AssertionError


@pytest.mark.process
def test_a_wrong_then_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """What a Server does next is in self.then."""
    _, text = crash_of(caplog, lambda: Shelf.close(ok(Shelf.start(1))))
    assert 'self.then was \'stop\'; write ("stop", reason), ("continue", x)' in text


# -- child specs and class keywords


@pytest.mark.process
def test_an_unknown_key_of_a_child_spec_is_refused() -> None:
    """A misspelt "restart" would have no effect."""
    spec = {"id": 1, "start": (Till, "start_link", [0]), "restrat": "temporary"}
    pid = ok(Supervisor.start_link([], strategy="one_for_one"))
    dynamic = ok(DynamicSupervisor.start_link())
    for start in (
        lambda: Supervisor.start_link([spec], strategy="one_for_one"),
        lambda: Supervisor.start_child(pid, spec),
        lambda: DynamicSupervisor.start_child(dynamic, spec),
    ):
        assert "unknown key 'restrat' (did you mean 'restart'?) in child specification" in error_of(start)


@pytest.mark.process
def test_an_unknown_key_in_what_init_returns_is_refused() -> None:
    """Where a module's init gives OTP's terms itself, in OTP's shape."""
    spec = {"id": 1, "start": (Till, "start_link", [0]), "restrat": "temporary"}

    class Raw(Supervisor):
        @staticmethod
        def init(arg: Any, /) -> Any:
            return ("ok", ({"strategy": "one_for_one"}, [spec]))

    Process.flag("trap_exit", True)
    result = Supervisor.start_link(Raw, 0)
    assert result == ("error", ("start_spec", ("unknown_key", "restrat")))
    assert format_exit(result[1]) == "bad child specification, got: ('unknown_key', 'restrat')"


@pytest.mark.parametrize(
    "behaviour, known",
    [
        (GenServer, "id, restart, shutdown, significant, type"),
        (Supervisor, "id, restart, shutdown, significant, type"),
        (Task, "id, restart, shutdown, significant, type"),
        (Agent, "id, restart, shutdown, significant, type"),
        (Server, "id, name, restart, shutdown, significant, type"),
        (ExActor, "export, id, initial_state, restart, shutdown, significant, type"),
    ],
)
def test_an_unknown_class_keyword_is_refused(behaviour: Any, known: str) -> None:
    """With those that there are."""
    with pytest.raises(TypeError) as error:

        class Mine(behaviour, restrat="temporary"):  # type: ignore[misc]
            pass

    assert str(error.value) == f"unknown keyword 'restrat' of {behaviour.__name__} Mine; known are {known}"


def test_an_unknown_keyword_of_a_generic_class_is_refused() -> None:
    """In every version of Python."""
    t = TypeVar("t")

    class Box(Server, Generic[t]):
        pass

    with pytest.raises(TypeError, match="unknown keyword 'restrat' of Box Mine; known are id, name"):

        class Mine(Box[int], restrat="temporary"):
            pass


def test_a_class_may_take_keywords_of_its_own() -> None:
    """By `__init_subclass__`, as everywhere in Python."""

    class Coloured(GenServer):
        colour = ""

        def __init_subclass__(cls, *, colour: str, **options: Any) -> None:
            super().__init_subclass__(**options)
            cls.colour = colour

    class Red(Coloured, colour="red", restart="temporary"):
        pass

    assert (Red.colour, Red.child_spec(1)["restart"]) == ("red", "temporary")


@pytest.mark.parametrize(
    "keyword, value, wanted",
    [
        ("restart", "allways", 'write "permanent", "transient" or "temporary"'),
        ("shutdown", -1, 'write milliseconds, "infinity" or "brutal_kill"'),
        ("type", "server", 'write "worker" or "supervisor"'),
        ("significant", "yes", "write True or False"),
    ],
)
def test_a_wrong_value_of_a_class_keyword_is_refused(keyword: str, value: Any, wanted: str) -> None:
    """In the class statement, not when it is first a child."""
    for behaviour in (GenServer, Server, ExActor, Supervisor):
        with pytest.raises(ArgumentError) as error:
            type(behaviour)("Mine", (behaviour,), {}, **{keyword: value})
        assert str(error.value) == f"class Mine({keyword}={value!r}): {wanted}"


@pytest.mark.process
@pytest.mark.parametrize("module, text", [(Shelf, "Shelf(boxes: 'int')"), (Stock, "start_link(boxes: 'Any')")])
def test_a_class_alone_lacks_its_argument(module: Any, text: str) -> None:
    """It is not started with [], which nobody has written; who writes it gets it."""
    Process.flag("trap_exit", True)
    match Supervisor.start_link([module], strategy="one_for_one"):
        case ("error", ("shutdown", ("failed_to_start_child", id, ("EXIT", (TypeError() as error, _))))):
            assert id == module
            wanted = f"missing a required argument: 'boxes'; write ({module.__name__}, arg)"
            assert str(error).startswith(text) and str(error).endswith(wanted)
        case other:
            raise AssertionError(other)
    assert ok(Supervisor.start_link([(module, [])], strategy="one_for_one"))


@pytest.mark.process
def test_a_misspelt_start_function_has_a_likely_one() -> None:
    """Beside OTP's undef."""
    Process.flag("trap_exit", True)
    child = {"id": 1, "start": (Till, "start_lnk", [0])}
    reason = Supervisor.start_link([child], strategy="one_for_one")[1]
    assert "function Till.start_lnk/1 is undefined" in format_exit(reason)
    assert "(did you mean 'start_link'?)" in format_exit(reason)


# -- class statements


@pytest.mark.parametrize("name", ["then", "init", "start_link", "start", "at", "child_spec", "from_", "handle_call"])
def test_a_call_has_no_name_that_a_server_needs(name: str) -> None:
    """It would be called in place of the server's own."""
    method = call(lambda self: None)
    with pytest.raises(TypeError, match=f"Mine.{name} cannot be a @call: a Server needs this name itself"):
        type(Server)("Mine", (Server,), {name: method})


def test_a_defcall_has_no_name_that_a_genserver_needs() -> None:
    """As for a Server."""
    with pytest.raises(TypeError, match="a GenServer needs this name itself"):

        class Mine(ExActor):
            @defcall
            def init(state: Any) -> Any:  # type: ignore[override]
                pass


def test_an_init_without_self_is_refused() -> None:
    """Those who come from GenServer forget it."""
    with pytest.raises(TypeError, match="__init__ has no self: write def __init__"):

        class Mine(Server):
            def __init__() -> None:  # type: ignore[misc]
                pass


# -- arguments


@pytest.mark.process
def test_self_without_parentheses_is_no_server() -> None:
    """One thing to write, not two."""
    assert error_of(lambda: GenServer.call(self, 1)) == "** (ArgumentError) self without parentheses: write self()"


@pytest.mark.process
def test_a_child_that_is_no_list_of_children() -> None:
    """The caller lives, and is shown the list."""
    for given, wanted in (((Till, 0), "[(Till, 0)]"), (Till, "[Till]"), ((Till, Shelf), "[Till, Shelf]")):
        text = error_of(lambda given=given: Supervisor.start_link(given, strategy="one_for_one"))
        assert text.endswith(f"is no list of children: write {wanted}")
    assert "write [(Till, 0)]" in error_of(lambda: Supervisor.start_link((Till, 0)))
    text = error_of(lambda: Supervisor.start_link(Shop, 0, strategy="one_for_one"))
    assert text.endswith("the init of Shop gives its own")


@pytest.mark.process
def test_an_instance_is_no_module() -> None:
    """A GenServer is started by its class."""
    assert error_of(lambda: GenServer.start_link(Till(), 0)).endswith("an instance of Till: write Till")
    assert error_of(lambda: GenServer.start_link(7, 0)).endswith("with the callbacks, got 7, of type int")


@pytest.mark.process
@pytest.mark.parametrize("module, base", [(Shop, "Supervisor"), (Workers, "DynamicSupervisor")])
def test_a_module_without_start_link_is_told_what_to_write(module: Any, base: str) -> None:
    """As its supervisor would be told; what the behaviour itself offers does not count."""
    name = module.__name__
    wanted = f"write in {name}: def start_link(arg): return {base}.start_link({name}, arg)"
    assert error_of(lambda: module.start_link([])).endswith(wanted)


@pytest.mark.process
def test_slips_with_tables_keep_otps_sentences() -> None:
    """And have a line more."""
    table = ets.new("shelf")
    for function, sentence, hint in (
        (lambda: ets.new("t", ["sett"]), "invalid options", '(\'sett\' is no option; known are "set", "ordered_set"'),
        (lambda: ets.lookup("stok", 1), "does not refer to an existing ETS table", "(there is no table 'stok')"),
        (lambda: ets.lookup("shelf", 1), "does not refer to", 'give "named_table" to ets.new'),
        (
            lambda: ets.insert(table, ["a", 1]),
            "not a non-empty tuple or a list of",
            "('a' in ['a', 1] is",
        ),
        (lambda: ets.insert(table, 1), "not a tuple", "(it was 1; an object is a tuple, (key, value))"),
    ):
        text = error_of(function)
        assert sentence in text
        assert hint in text


@pytest.mark.process
def test_slips_with_registries() -> None:
    """Elixir's words, and what to write in Python."""
    text = error_of(lambda: Registry.lookup("rooms", 1))
    assert text.startswith("** (ArgumentError) unknown registry: :rooms\n")
    assert "write Registry.start_link(keys=\"unique\", name='rooms')" in text
    assert 'write keys="unique" or keys="duplicate"' in error_of(lambda: Registry.start_link(keys="uniq", name="r"))


@pytest.mark.process
def test_a_pool_whose_worker_cannot_be_started_names_it(caplog: pytest.LogCaptureFixture) -> None:
    """An Agent alone has no function to start with."""
    Process.flag("trap_exit", True)
    assert Pool.start_link(worker=Agent)[0] == "error"
    until(lambda: "Pool could not start its worker Agent\n** (exit) an exception was raised:" in caplog.text)


@pytest.mark.process
def test_a_reply_goes_to_who_called() -> None:
    """Which is no pid."""
    text = error_of(lambda: GenServer.reply(self(), 3))  # type: ignore[arg-type]
    assert "not who has called: #PID<" in text
    assert "write the from_ that handle_call was given" in text


@pytest.mark.process
def test_the_state_of_a_supervisor_is_shown_in_short() -> None:
    """Its children, by their ids and pids."""
    pid = ok(Supervisor.start_link([(Till, 0)], strategy="one_for_one", name="shop"))
    till = Supervisor.which_children(pid)[0][1]
    assert repr(Sys.get_state(pid)) == f"<supervisor 'shop' one_for_one [<child Till {till!r}>]>"
    assert repr(Sys.get_state(ok(DynamicSupervisor.start_link(name="w")))) == "<supervisor 'w' []>"


@pytest.mark.process
def test_a_send_to_nobody_has_no_cause() -> None:
    """How the engine finds out is nobody's business."""
    kind, error = caught(lambda: send("nobody", 1))
    assert (kind, error.__cause__, error.__context__) == ("error", None, None)


# -- the pytest plugin


def test_a_test_without_the_mark_is_told_to_have_it(pytester: pytest.Pytester) -> None:
    """Whatever needs a process says so."""
    text = """
        def test_it(): self()
        def test_assert(): assert_receive("hello")
        def test_refute(): refute_receive("hello")
    """
    shown = output(pytester, text, header=HEADER)
    assert shown.count("mark the test with @pytest.mark.process") >= 3
    assert "(in a test: mark the test with @pytest.mark.process)" in shown


def test_a_failure_shows_no_source_of_pyex(pytester: pytest.Pytester) -> None:
    """Where the test called it is enough; --full-trace shows the rest."""
    text = """
        def test_it():
            ets.lookup("stok", 1)
    """
    assert "owner.py" not in output(pytester, text)
    assert "owner.py" in output(pytester, text, "--full-trace")


def test_a_log_is_shown_where_an_assertion_fails(pytester: pytest.Pytester) -> None:
    """With its text."""
    text = """
        import logging

        def test_it():
            with capture_log() as log:
                logging.info("the shop is open")
            assert "closed" in log
    """
    assert "[info] the shop is open\\n'>" in output(pytester, text)


def test_a_wrong_option_of_the_mark_has_its_line(pytester: pytest.Pytester) -> None:
    """As every error of Python's has."""
    text = "@pytest.mark.process(timeot=3)\ndef test_it(): pass\n"
    result = pytester.makepyfile(HEADER + text)
    shown = pytester.runpytest_inprocess(*PLUGIN, *QUIET).stderr.str()
    assert f"{result.name}:4: " in shown
    assert "process(...) has no option 'timeot'" in shown
