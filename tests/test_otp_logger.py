"""Logger: levels, metadata and handlers; Python's `logging` hears it, and it hears `logging`."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from in_process import caught, in_process, messages
from program import PATIENCE_MS, program

import pyex
from pyex import ArgumentError, Process, exit, receive, self, send, spawn, spawn_monitor
from pyex.otp import report
from pyex.otp.agent import Agent
from pyex.otp.gen_server import GenServer
from pyex.otp.logger import Logger
from pyex.otp.supervisor import Supervisor


def listen(level: str = "all", **config: Any) -> None:
    """Be sent what is logged, as ("event", event)."""
    me = self()
    assert Logger.add_handler("test", lambda event, _: send(me, ("event", event)), {"level": level, **config}) == "ok"


def events() -> list[dict[str, Any]]:
    """What has been logged since."""
    Logger.flush()
    return [event for _, event in messages(0)]


def said() -> list[tuple[str, Any]]:
    """The same, as pairs of level and message."""
    return [(event["level"], event["msg"][1]) for event in events()]


def console(text: str) -> list[tuple[str, str]]:
    """What a program prints through the console: pairs of level and text. `from pyex import *`, `Logger` and `logging`
    are at hand.
    """
    ended = program(
        "import logging\nfrom pyex import *\nfrom pyex.otp.logger import Logger\n"
        "from pyex.otp.gen_server import GenServer\nfrom pyex.otp.supervisor import Supervisor\n" + text
    )
    assert ended.returncode == 0, ended.stderr
    found = re.split(r"\n\d\d:\d\d:\d\d\.\d\d\d \[(\w+)\] ", ended.stderr)
    assert found[0] == "", ended.stderr
    return [(level, text.rstrip("\n")) for level, text in zip(found[1::2], found[2::2], strict=True)]


class Talker:
    """A module that logs."""

    @staticmethod
    def debug() -> None:
        Logger.debug("from talker")

    @staticmethod
    def later() -> None:
        (lambda: Logger.debug("from a lambda of talker"))()


@pytest.fixture
def configured() -> Iterator[list[logging.LogRecord]]:
    """`logging` is configured: what its root's handler gets."""
    records: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    keeper = Keeper()
    logging.root.addHandler(keeper)
    yield records
    logging.root.removeHandler(keeper)


# -- the console


def test_the_console_prints_every_level_in_elixirs_form() -> None:
    """All levels are printed when nobody has configured anything, and reports as what they are."""
    assert console(
        """
def main():
    for level in Logger.levels():
        Logger.log(level, level)
    Logger.info({"a": 1, "b": "x"})
    Logger.info([("a", 1)])
    Logger.info(["a", ["b", "c"]])
    Logger.info(lambda: "lazy")
    Logger.info(lambda: ("lazy", {"k": 1}))
    Logger.info(7)
    Logger.info("two\\nlines")
run(main)
"""
    ) == [
        *((level, str(level)) for level in Logger.levels()),
        ("info", "{'a': 1, 'b': 'x'}"),
        ("info", "{'a': 1}"),
        ("info", "abc"),
        ("info", "lazy"),
        ("info", "lazy"),
        ("info", "7"),
        ("info", "two\nlines"),
    ]


def test_plain_logging_prints_as_before() -> None:
    """From warning on; with handlers of Logger and without, and whatever Logger's level is."""
    text = """
def main():
    {}
    logging.getLogger("a").info("not this")
    logging.getLogger("a").warning("this")
run(main)
"""
    for before in ("pass", "Logger.add_handler('x', print)", "Logger.configure(level='debug')"):
        assert [each for each in console(text.format(before)) if each[0] != "debug"] == [("warning", "this")]


def test_the_console_can_be_told_to_be_quiet() -> None:
    """By a level of its own, or by removing it; reports of crashes too."""
    text = """
def main():
    {}
    Logger.info("info")
    Logger.error("error")
    spawn_monitor(lambda: 1 / 0)
    receive()
    Logger.flush()
run(main)
"""
    assert [level for level, _ in console(text.format("pass"))] == ["info", "error", "error"]
    quieter = "Logger.update_handler_config('default', {'level': 'error'})"
    assert [level for level, _ in console(text.format(quieter))] == ["error", "error"]
    assert console(text.format("Logger.remove_handler('default')")) == []
    assert console(text.format("Logger.configure(level='none')")) == []


def test_where_logging_is_configured_the_console_is_silent(tmp_path: Any) -> None:
    """What Logger logs goes to logging's handlers then, as their levels say."""
    path = tmp_path / "log"
    shown = console(
        f"""
logging.basicConfig(filename={str(path)!r}, level="NOTICE", format="%(levelname)s %(name)s %(message)s")
class Shop:
    def open():
        Logger.notice("open", user=1)
def main():
    Logger.info("info")
    Logger.emergency("fire")
    Shop.open()
    for work in (lambda: exit("boom"), lambda: 1 / 0):
        spawn_monitor(work)
        receive()
    Logger.flush()
run(main)
"""
    )
    assert shown == []
    lines = path.read_text().splitlines()
    assert lines[:2] == ["EMERGENCY __main__ fire", "NOTICE __main__.Shop open"]
    assert lines[2].startswith("ERROR pyex Process #PID<")


def test_basic_config_works_while_logger_has_handlers(tmp_path: Any) -> None:
    """The handlers of Logger are not taken for a configuration of logging."""
    path = tmp_path / "log"
    console(
        f"""
def main():
    Logger.add_handler("mine", lambda event, config: None)
    logging.basicConfig(filename={str(path)!r}, format="%(message)s")
    logging.warning("plain")
    Logger.error("ours")
run(main)
"""
    )
    assert path.read_text() == "plain\nours\n"


def test_sasl_reports_are_hidden_unless_asked_for() -> None:
    """Those of supervisors are shown after configure, or by the level of a logger of Python's."""
    text = """
class Counter(GenServer):
    def init(arg):
        return ("ok", arg)
    def start_link(arg):
        return GenServer.start_link(Counter, arg)
def main():
    {}
    Supervisor.start_link([(Counter, 1)], strategy="one_for_one")
run(main)
"""
    assert console(text.format("pass")) == []
    for ask in ("Logger.configure(handle_sasl_reports=True)", 'logging.getLogger("pyex.sasl").setLevel("INFO")'):
        ((level, words),) = console(text.format(ask))
        assert level == "info" and words.startswith("Child Counter of Supervisor") and "started\nPid: #PID<" in words
    both = "Logger.configure(handle_sasl_reports=True, handle_otp_reports=False)"
    assert console(text.format(both)) == []


def test_outside_the_runtime_it_is_plain_logging() -> None:
    """There are no processes: what is important enough goes to stderr, as Python does."""
    ended = program(
        """
        from pyex.otp.logger import Logger
        Logger.info("not this")
        Logger.warning("this")
        """
    )
    assert ended.stderr == "this\n"


# -- levels


@pytest.mark.process
def test_levels_are_compared() -> None:
    """As Elixir compares them."""
    compare = Logger.compare_levels
    assert [compare("debug", "warning"), compare("error", "info"), compare("info", "info")] == ["lt", "gt", "eq"]
    assert [compare("info", "notice"), compare("emergency", "alert"), compare("warning", "error")] == ["lt", "gt", "lt"]
    kind, error = caught(lambda: compare("foo", "info"))
    assert kind == "error" and isinstance(error, ArgumentError) and "'foo'" in str(error)


@pytest.mark.process
def test_what_is_below_the_level_is_not_logged_and_not_made() -> None:
    """The function that makes the message is not called."""
    listen()
    assert Logger.level() == "debug"
    assert Logger.configure(level="error") == "ok"
    assert Logger.level() == "error"
    calls: list[str] = []
    Logger.info(lambda: calls.append("made"))
    assert (Logger.warning("no"), Logger.error("yes")) == ("ok", "ok")
    assert said() == [("error", "yes")] and calls == []
    Logger.configure(level="all")
    Logger.debug("yes")
    Logger.configure(level="none")
    Logger.emergency("no")
    assert said() == [("debug", "yes")]


def test_what_was_configured_is_gone_with_the_runtime() -> None:
    """Each begins with level "debug" and the console alone."""

    @in_process
    def first() -> None:
        Logger.configure(level="error")
        Logger.add_handler("mine", lambda event, config: None)

    @in_process
    def second() -> None:
        assert Logger.level() == "debug" and Logger.get_handler_ids() == ["default"]

    first()
    second()


@pytest.mark.process
def test_levels_and_options_that_are_none() -> None:
    """They are refused, and nothing changes."""
    for wrong in ({"level": "zork"}, {"level": 7}, {"colour": "blue"}, {"handle_sasl_reports": True, "levle": "info"}):
        assert isinstance(caught(lambda wrong=wrong: Logger.configure(**wrong))[1], ArgumentError)
    for function in (Logger.log, Logger.bare_log):
        assert isinstance(caught(lambda function=function: function("zork", "text"))[1], ArgumentError)
    assert Logger.put_module_level(Talker, "zork") == ("error", ("invalid_level", "zork"))
    assert isinstance(caught(lambda: Logger.put_module_level(7, "info"))[1], ArgumentError)
    assert Logger.level() == "debug"


@pytest.mark.process
def test_a_module_may_have_a_level_of_its_own() -> None:
    """It counts in the place of the general one, for a class and for a Python module."""
    listen()
    Logger.configure(level="error")
    assert (Logger.put_module_level(Talker, "all"), Logger.get_module_level(Talker)) == ("ok", [(Talker, "all")])
    Talker.debug()
    Talker.later()
    Logger.debug("not this")
    assert [text for _, text in said()] == ["from talker", "from a lambda of talker"]
    assert (Logger.delete_module_level(Talker), Logger.get_module_level([Talker])) == ("ok", [])
    Talker.debug()
    Logger.put_module_level(__name__, "debug")
    Logger.debug("here")
    Logger.put_module_level([Talker], "none")
    Talker.debug()
    assert said() == [("debug", "here")]
    Logger.delete_all_module_levels()
    Talker.debug()
    assert said() == []


@pytest.mark.process
def test_a_process_may_be_silent() -> None:
    """The level of a process counts beside the general one, for that process alone."""
    listen()
    assert (Logger.disable(self()), Logger.enabled(self()), Logger.error("no")) == ("ok", False, "ok")
    _, reference = spawn_monitor(lambda: Logger.info("others"))
    receive(("DOWN", reference, ..., ..., ...))
    assert (Logger.enable(self()), Logger.enabled(self()), Logger.error("yes")) == ("ok", True, "ok")
    assert said() == [("info", "others"), ("error", "yes")]
    assert (Logger.put_process_level(self(), "error"), Logger.get_process_level(self())) == ("ok", "error")
    Logger.warning("no")
    assert (Logger.delete_process_level(self()), Logger.get_process_level(self())) == ("ok", None)
    assert said() == []
    other = spawn(lambda: None)
    for function in (Logger.disable, Logger.enable, Logger.enabled, Logger.get_process_level):
        assert isinstance(caught(lambda function=function: function(other))[1], ArgumentError)


@pytest.mark.process
def test_logging_disable_counts(configured: Any) -> None:
    """What `logging.disable` turns off is off here too."""
    listen()
    logging.disable(logging.INFO)
    try:
        Logger.info("no")
        Logger.warning("yes")
    finally:
        logging.disable(logging.NOTSET)
    assert said() == [("warning", "yes")]


# -- metadata


@pytest.mark.process
def test_metadata_of_the_process_goes_with_all_that_it_logs() -> None:
    """It is kept in the process dictionary; None removes a key; what is given with a message comes last."""
    listen()
    assert Logger.metadata() == {}
    assert (Logger.metadata(a=1, b=None), Logger.metadata()) == ("ok", {"a": 1})
    assert (Logger.metadata(b=2), Logger.metadata(a=None), Logger.metadata()) == ("ok", "ok", {"b": 2})
    assert Process.get("$logger_metadata$") == {"b": 2}
    Logger.info("x", b=3, c=4)
    _, reference = spawn_monitor(Logger.info, "elsewhere")
    receive(("DOWN", reference, ..., ..., ...))
    one, other = (event["meta"] for event in events())
    assert (one["b"], one["c"]) == (3, 4) and "b" not in other
    assert (Logger.reset_metadata(z=1, y=None), Logger.metadata()) == ("ok", {"z": 1})
    assert (Logger.reset_metadata(), Logger.metadata()) == ("ok", {})


@pytest.mark.process
def test_metadata_that_logger_adds_itself() -> None:
    """Who has logged it, when and where."""
    listen()
    Talker.debug()
    Logger.bare_log("info", "bare", x=1)
    Logger.info(lambda: ("lazy", {"k": 1}), domain=["shop"])
    with_place, bare, lazy = (event["meta"] for event in events())
    assert with_place["mfa"] == ("Talker", "debug", 0)
    assert with_place["file"] == __file__ and isinstance(with_place["line"], int)
    assert with_place["pid"] == self() and with_place["gl"] == Process.group_leader()
    assert with_place["domain"] == ["elixir"]
    assert abs(with_place["time"] / 1_000_000 - time.time()) < 60
    assert bare["x"] == 1 and "mfa" not in bare
    assert lazy["k"] == 1 and lazy["domain"] == ["elixir", "shop"]


# -- handlers


@pytest.mark.process
def test_a_handler_gets_events_as_data() -> None:
    """A text is ("string", text), a report ("report", data); "text" is what the console says."""
    listen("info")
    Logger.debug("below")
    Logger.info("to handler", k=2)
    Logger.info({"rep": 1})
    Logger.info([("rep", 1)])
    found = events()
    assert [event["msg"] for event in found] == [
        ("string", "to handler"),
        ("report", {"rep": 1}),
        ("report", [("rep", 1)]),
    ]
    assert [event["text"] for event in found] == ["to handler", "{'rep': 1}", "{'rep': 1}"]
    assert all(set(event) == {"level", "msg", "meta", "text"} for event in found)


@pytest.mark.process
def test_a_handler_gets_what_plain_logging_and_crashes_log() -> None:
    """From whatever logger, with the level that is nearest below."""
    listen()
    plain = logging.getLogger("some.library")
    plain.warning("%s and %s", 1, 2)
    plain.log(55, "odd")
    plain.info("below the level of Python's root")
    pid, _ = spawn_monitor(lambda: 1 // 0)
    receive(("DOWN", ...), ("DOWN", ..., ..., pid, ...), after=PATIENCE_MS)
    one, odd, crash = events()
    assert (one["level"], one["msg"]) == ("warning", ("string", "1 and 2"))
    assert (odd["level"], odd["msg"]) == ("critical", ("string", "odd"))
    assert one["meta"]["file"] == __file__ and "pid" not in one["meta"]
    assert crash["level"] == "error" and crash["meta"]["pid"] == pid
    assert crash["text"].startswith(f"Process {pid!r} raised an exception\n** (ZeroDivisionError)")


@pytest.mark.process
def test_a_handler_gets_the_reports_of_otp() -> None:
    """Those of servers and, whether they are shown or not, those of supervisors, told apart by their domain."""

    class Boom(GenServer):
        @staticmethod
        def start_link(arg: Any) -> Any:
            return GenServer.start_link(Boom, arg)

        @staticmethod
        def handle_cast(request: Any, state: Any) -> Any:
            raise RuntimeError("boom")

    listen()
    Process.flag("trap_exit", True)
    child = {**Boom.child_spec({"n": 1}), "restart": "temporary"}
    supervisor = pyex.ok(Supervisor.start_link([child], strategy="one_for_one"))
    ((_, pid, _, _),) = Supervisor.which_children(supervisor)
    reference = Process.monitor(pid)
    GenServer.cast(pid, "go")
    receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)
    Supervisor.which_children(supervisor)
    found = {event["msg"][1]["label"]: event for event in events()}
    server, ended = found["gen_server", "terminate"], found["supervisor", "child_terminated"]
    assert server["level"] == "error" and server["meta"]["domain"] == ["otp"]
    data = server["msg"][1]
    assert data["name"] == pid and data["state"] == {"n": 1} and data["last_message"] == ("$gen_cast", "go")
    assert isinstance(data["reason"][0], RuntimeError)
    assert ended["meta"]["domain"] == ["otp", "sasl"] and ended["meta"]["pid"] == supervisor
    assert ended["msg"][1]["report"]["errorContext"] == "child_terminated"
    assert ("supervisor", "progress") in found


@pytest.mark.process
def test_handlers_are_added_and_removed() -> None:
    """The answers are those of Erlang's logger."""

    class Module:
        @staticmethod
        def log(event: Any, config: Any) -> None:
            send(config["config"], ("config", config))

    assert Logger.get_handler_ids() == ["default"]
    assert Logger.add_handler("h", Module, {"level": "info", "config": self()}) == "ok"
    assert Logger.add_handler("h", Module) == ("error", ("already_exist", "h"))
    reason = ("function_not_exported", ("Talker", "log", 2))
    assert Logger.add_handler("h2", Talker) == ("error", ("invalid_handler", reason))
    assert Logger.add_handler("h2", Module, {"level": "zork"}) == ("error", ("invalid_level", "zork"))
    assert Logger.get_handler_ids() == ["default", "h"]
    config = {"id": "h", "module": Module, "level": "info", "config": self()}
    assert Logger.get_handler_config("h") == ("ok", config)
    assert Logger.update_handler_config("h", {"level": "error"}) == "ok"
    Logger.info("below")
    Logger.error("above")
    assert receive(after=PATIENCE_MS) == ("config", {**config, "level": "error"})
    assert (Logger.remove_handler("h"), Logger.remove_handler("h")) == ("ok", ("error", ("not_found", "h")))
    assert Logger.get_handler_config("h") == ("error", ("not_found", "h"))
    assert Logger.update_handler_config("h", {"level": "all"}) == ("error", ("not_found", "h"))
    assert logging.root.parent is None
    for wrong in ({"colour": 1}, "info", [("level", "info")]):
        assert isinstance(caught(lambda wrong=wrong: Logger.add_handler("x", Module, wrong))[1], ArgumentError)


@pytest.mark.process
def test_filters_of_a_handler() -> None:
    """They stop an event, change it or let others decide."""

    def secret(event: Any, word: Any) -> Any:
        return "stop" if word in event["text"] else "ignore"

    def shout(event: Any, _: Any) -> Any:
        return {**event, "msg": ("string", event["text"].upper())}

    listen(filters=[("secret", (secret, "password")), ("shout", (shout, None))])
    Logger.info("my password")
    Logger.info("hello")
    assert said() == [("info", "HELLO")]
    Logger.update_handler_config("test", {"filters": [("secret", (secret, "x"))], "filter_default": "stop"})
    Logger.info("hello")
    assert said() == []


@pytest.mark.process
def test_a_handler_that_raises_is_removed() -> None:
    """The others hear of it, and of everything else."""
    listen()
    assert Logger.add_handler("bad", lambda event, config: 1 // 0) == "ok"
    Logger.info("once")
    Logger.info("twice")
    assert [event["text"].split("\n")[0] for event in events() if event["level"] == "info"] == ["once", "twice"]
    assert Logger.get_handler_ids() == ["default", "test"]


@pytest.mark.process
def test_a_handler_that_logs_does_not_hear_itself() -> None:
    """Others do."""
    listen()
    Logger.add_handler("talks", lambda event, config: Logger.info("heard"))
    Logger.info("said")
    assert sorted(text for _, text in said()) == ["heard", "said"]


@pytest.mark.process
def test_what_a_handler_is_given_is_a_copy() -> None:
    """Neither what was logged nor what other handlers get changes when a handler changes it."""
    thing = [1]
    Logger.add_handler("changes", lambda event, config: event["msg"][1]["thing"].append("changed"))
    listen()
    Logger.info({"thing": thing})
    thing.append(2)
    assert said() == [("info", {"thing": [1]})] and thing == [1, 2]


@pytest.mark.process
def test_order_is_kept_for_each_process_and_nothing_is_lost() -> None:
    """Also when many log at once."""
    listen()
    references = [
        spawn_monitor(lambda who=who: [Logger.info({"who": who, "n": n}) for n in range(50)])[1] for who in range(20)
    ]
    for reference in references:
        receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)
    heard: dict[int, list[int]] = {}
    for _, data in said():
        heard.setdefault(data["who"], []).append(data["n"])
    assert heard == {who: list(range(50)) for who in range(20)}


@pytest.mark.process
def test_a_logger_process_that_is_killed_forgets_its_configuration() -> None:
    """The next change starts another; what is logged meanwhile goes to the console."""
    listen()
    pid = Process.whereis("logger")
    assert pid is not None
    Process.exit(pid, "kill")
    Logger.info("nobody listens")
    assert events() == [] and Logger.get_handler_ids() == ["default"]
    listen()
    Logger.info("again")
    assert said() == [("info", "again")]


# -- with Python's logging


@pytest.mark.process
def test_reports_and_metadata_are_at_the_record(configured: Any) -> None:
    """A handler of logging finds the data beside the text."""
    Logger.error({"event": "payment"}, user=7)
    Logger.flush()
    (record,) = configured
    assert record.report == {"event": "payment"} and record.metadata["user"] == 7
    assert record.getMessage() == "{'event': 'payment'}"
    assert (record.name, record.funcName, record.pathname) == (
        __name__,
        "test_reports_and_metadata_are_at_the_record",
        __file__,
    )


@pytest.mark.process
def test_each_record_comes_once_to_everybody(configured: Any) -> None:
    """To the handlers of logging and to those of Logger."""
    listen()
    logging.getLogger("x").error("plain")
    Logger.error("ours")
    report.log("error", "report", {"label": ("x", "y")})
    assert sorted(event["text"] for event in events()) == ["ours", "plain", "report"]
    assert sorted(record.getMessage() for record in configured) == ["ours", "plain", "report"]


# -- reports


@pytest.mark.process
def test_a_report_is_data_at_the_time_it_was_made() -> None:
    """Its words may be a function, which is called only where somebody wants them."""
    listen()
    state = [1]
    report.log("notice", lambda: f"state {state}", {"label": ("shop", "closed"), "state": state})
    state.append(2)
    (event,) = events()
    assert event["text"] == "state [1]" and event["msg"] == ("report", {"label": ("shop", "closed"), "state": [1]})
    assert event["meta"]["domain"] == ["otp"] and event["meta"]["pid"] == self()


@pytest.mark.process
def test_words_that_nobody_wants_are_not_made() -> None:
    """Below the level, or of a kind that is hidden."""

    def never() -> str:
        raise AssertionError("made")

    assert not report.wanted("info", sasl=True)
    report.log("info", never, {}, sasl=True)
    Logger.configure(level="error")
    assert not report.wanted("warning") and report.wanted("error")
    report.log("warning", never, {})
    listen()
    assert report.wanted("error", sasl=True)


@pytest.mark.process
def test_a_state_that_cannot_be_copied_is_in_the_report_as_text() -> None:
    """A report must not fail for what is in it."""

    class Stubborn:
        def __deepcopy__(self, memo: Any) -> Any:
            raise SystemExit("never")

        def __repr__(self) -> str:
            return "<stubborn>"

    listen()
    report.log("error", "text", {"label": ("a", "b"), "state": Stubborn()})
    assert said() == [("error", {"label": ("a", "b"), "state": "<stubborn>"})]


@pytest.mark.process
def test_flush_waits_for_the_handlers() -> None:
    """When it returns they have been called with everything."""
    heard: list[str] = []
    Logger.add_handler("slow", lambda event, config: heard.append(event["text"]))
    for number in range(100):
        Logger.info(str(number))
    assert Logger.flush() == "ok"
    assert heard == [str(number) for number in range(100)]


@pytest.mark.process
def test_an_agent_that_ends_badly_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    """A server's end is one report, with its words in caplog and its data at the record."""
    pid = pyex.ok(Agent.start(lambda: 1))
    reference = Process.monitor(pid)
    Agent.cast(pid, lambda state: exit("boom"))
    receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)
    Logger.flush()
    (record,) = caplog.records
    assert record.getMessage().startswith(f"GenServer {pid!r} terminating\n** (stop) 'boom'")
    assert vars(record)["report"]["label"] == ("gen_server", "terminate")
