"""Applications: defined, loaded, and their environments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from applications import NO_FILE, PoolSupervisor, Pooly, application, idle, running
from in_process import caught, in_process, messages
from program import program

from pyex import ArgumentError, self, send
from pyex.otp.agent import Agent
from pyex.otp.application import Application
from pyex.otp.gen_server import GenServer


@pytest.mark.process
def test_modules_belong_to_the_application_of_their_package() -> None:
    """A class that lies beside the application's class is one of its own."""
    Application.load("pooly")
    assert Application.get_application(PoolSupervisor) == "pooly"
    assert Application.get_application(Agent) is None


# -- loading


@pytest.mark.process
def test_loading_and_unloading() -> None:
    """An application is loaded once, and cannot be unloaded while it runs."""
    assert (Application.load("pooly"), Application.load("pooly")) == ("ok", ("error", ("already_loaded", "pooly")))
    assert Application.ensure_loaded("pooly") == "ok"
    assert ("pooly", "pool of 5 workers", "0.1.0") in Application.loaded_applications()
    Application.start("pooly")
    assert Application.unload("pooly") == ("error", ("running", "pooly"))
    Application.stop("pooly")
    assert (Application.unload("pooly"), Application.unload("pooly")) == ("ok", ("error", ("not_loaded", "pooly")))
    assert Application.load("nope") == Application.ensure_loaded("nope") == ("error", (NO_FILE, "nope.app"))


@pytest.mark.process
def test_what_cannot_be_loaded() -> None:
    """OTP's errors for applications in its own form."""
    assert Application.load(("application", "x", 3)) == ("error", ("invalid_options", 3))
    assert Application.load(("app", "x")) == ("error", ("bad_application", ("app", "x")))
    assert Application.load(("application", "x", {"mod": 3})) == ("error", ("badstartspec", 3))
    assert Application.load(("application", "x", {})) == "ok"
    assert Application.load(("application", "x", {})) == ("error", ("already_loaded", ("application", "x", {})))


@pytest.mark.process
def test_included_applications_are_loaded_and_not_started() -> None:
    """They are unloaded with the one that includes them."""
    Application.load(("application", "inner", {}))
    Application.unload("inner")
    application("inner", idle)
    application("outer", idle, included_applications=["inner"])
    assert Application.start("outer") == "ok"
    assert running() == ["outer"]
    assert [name for name, _, _ in Application.loaded_applications()] == ["inner", "outer", "pyex"]
    Application.stop("outer")
    Application.unload("outer")
    assert [name for name, _, _ in Application.loaded_applications()] == ["pyex"]


@pytest.mark.process
def test_what_is_said_of_an_application() -> None:
    """spec has OTP's keys in OTP's order, and no environment."""
    assert Application.spec("pooly") is None and Application.spec("pooly", "vsn") is None
    Application.load("pooly")
    found = Application.spec("pooly")
    assert list(found) == [
        "description", "id", "vsn", "modules", "maxP", "maxT", "registered", "included_applications",
        "optional_applications", "applications", "mod", "start_phases",
    ]  # fmt: skip
    assert found["mod"] == (Pooly, []) and found["start_phases"] == "undefined" and found["maxT"] == "infinity"
    assert Application.spec(Pooly, "vsn") == "0.1.0"
    assert isinstance(caught(lambda: Application.spec("pooly", "colour"))[1], ArgumentError)


@pytest.mark.process
def test_restart_types_that_are_none() -> None:
    """The error is OTP's; an application that is not there comes first, one that runs comes later."""
    assert Application.start("pooly", "nope") == ("error", ("invalid_restart_type", "nope"))
    assert Application.start("nope", "nope") == ("error", (NO_FILE, "nope.app"))
    Application.start("pooly")
    assert Application.start("pooly", "nope") == ("error", ("invalid_restart_type", "nope"))
    assert Application.ensure_all_started("pooly", "nope") == ("ok", [])
    assert Application.ensure_started("pooly", "nope") == ("error", ("invalid_restart_type", "nope"))
    assert Application.ensure_started("pooly") == "ok"


@pytest.mark.parametrize("app", [7, None, GenServer, ["pooly"]])
def test_what_is_no_application(app: Any) -> None:
    """It is refused, with what was given."""

    @in_process
    def main() -> None:
        for function in (Application.start, Application.stop, Application.get_all_env, Application.spec):
            kind, error = caught(lambda function=function: function(app))
            assert kind == "error" and isinstance(error, ArgumentError) and "not an application" in str(error)

    main()


# -- definitions


@pytest.mark.process
def test_a_class_stands_for_its_application() -> None:
    """Its name is the class's in small letters, if no other is given."""

    class HTTPServerApp(Application):
        @staticmethod
        def start(type: Any, args: Any) -> Any:
            return idle()

    assert Application.start(HTTPServerApp) == "ok"
    assert running() == ["http_server_app"]
    assert Application.stop(HTTPServerApp) == "ok"


def test_a_keyword_that_no_application_has() -> None:
    """The error of the class statement names it."""
    with pytest.raises(TypeError, match="unknown keyword 'colour' of application Blue"):

        class Blue(Application, colour="blue"):
            pass


@pytest.mark.parametrize("options", [{"name": 7}, {"env": [1]}, {"applications": "other"}])
def test_keywords_that_cannot_be(options: Any) -> None:
    """The class statement says what is wrong with its application."""
    with pytest.raises(ArgumentError):

        class Wrong(Application, **options):
            pass


@pytest.mark.process
def test_an_application_that_is_defined_anew_is_started_anew() -> None:
    """At the next start the new definition counts; what is in the environment stays."""
    application("shop", idle, version="1", env={"a": 1, "b": 1})
    Application.start("shop")
    Application.put_env("shop", "a", 2)
    application("shop", idle, version="2", env={"a": 3, "c": 3})
    assert Application.spec("shop", "vsn") == "1"
    Application.stop("shop")
    assert Application.start("shop") == "ok"
    assert Application.spec("shop", "vsn") == "2"
    assert Application.get_all_env("shop") == {"a": 2, "b": 1, "c": 3}


def test_an_application_is_found_by_importing_the_module_of_its_name(tmp_path: Path) -> None:
    """Nobody needs to have imported it; one whose import fails says why."""
    (tmp_path / "corner_shop.py").write_text(
        "from pyex.otp.agent import Agent\n"
        "from pyex.otp.application import Application\n"
        "class Anything(Application, name='corner_shop', version='7'):\n"
        "    def start(type, args):\n"
        "        return Agent.start_link(dict)\n"
    )
    (tmp_path / "broken_shop.py").write_text("import nothing_of_that_name\n")
    (tmp_path / "no_shop.py").write_text("")
    ended = program(
        f"""
        import sys
        sys.path.insert(0, {str(tmp_path)!r})
        from pyex import *
        from pyex.otp.application import Application

        def main():
            print(Application.start("corner_shop"), Application.started_applications()[0])
            print(Application.start("no_shop"))
            try:
                Application.start("broken_shop")
            except ModuleNotFoundError as error:
                print(error)

        run(main)
        """
    )
    assert ended.stdout.splitlines() == [
        "ok ('corner_shop', '', '7')",
        f"('error', ('{NO_FILE}', 'no_shop.app'))",
        "No module named 'nothing_of_that_name'",
    ], ended.stderr


@pytest.mark.process
def test_an_application_of_no_class() -> None:
    """In OTP's own form, with a Python module or a class as its module, or with none."""
    module = application("shop", idle)
    assert Application.load(("application", "bare", {"description": "nothing", "vsn": "1"})) == "ok"
    assert Application.load(("application", "other", {"mod": (module, 7)})) == "ok"
    assert (Application.start("bare"), Application.start("other")) == ("ok", "ok")
    assert messages(0) == [("start", "shop", "normal", 7)]
    assert Application.started_applications()[1] == ("bare", "nothing", "1")
    assert Application.get_supervisor("bare") == "undefined"
    assert (Application.stop("bare"), Application.stop("other")) == ("ok", "ok")


# -- the environment


@pytest.mark.process
def test_values_of_the_environment() -> None:
    """They can be read, put and deleted; what is not there has a default."""
    Application.load("pooly")
    assert Application.get_env("pooly", "size") == 5
    assert Application.get_env(Pooly, "size") == 5
    assert (Application.get_env("pooly", "k"), Application.get_env("pooly", "k", 3)) == (None, 3)
    assert Application.fetch_env("pooly", "k") == "error"
    assert Application.put_env("pooly", "k", None) == "ok"
    assert Application.fetch_env("pooly", "k") == ("ok", None)
    assert Application.get_env("pooly", "k", 3) is None
    assert Application.get_all_env("pooly") == {"size": 5, "k": None}
    assert (Application.delete_env("pooly", "k"), Application.delete_env("pooly", "k")) == ("ok", "ok")
    assert Application.get_all_env("pooly") == {"size": 5}
    assert Application.put_all_env({"x": {"a": 1, "b": 2}, "y": {}}) == "ok"
    assert Application.get_all_env("x") == {"a": 1, "b": 2}


@pytest.mark.process
def test_loading_takes_the_place_of_what_was_put_before_but_not_of_what_is_persistent() -> None:
    """Persistent values are there again after unloading and loading."""
    late = ("application", "late", {"env": {"a": 2, "b": 2, "c": 3}})
    Application.put_env("late", "a", 1)
    Application.put_env("late", "b", 1, persistent=True)
    Application.load(late)
    assert Application.get_all_env("late") == {"a": 2, "b": 1, "c": 3}
    assert (Application.unload("late"), Application.get_all_env("late")) == ("ok", {})
    Application.load(late)
    assert Application.get_all_env("late") == {"a": 2, "b": 1, "c": 3}
    Application.delete_env("late", "b", persistent=True)
    Application.unload("late")
    Application.load(late)
    assert Application.get_env("late", "b") == 2


@pytest.mark.process
def test_values_of_the_environment_are_nobody_elses() -> None:
    """They are copied on the way in and out, as messages are."""
    mine = [1]
    Application.put_env("shop", "list", mine)
    mine.append(2)
    Application.get_env("shop", "list").append(3)
    Application.get_all_env("shop")["list"].append(4)
    assert Application.get_env("shop", "list") == [1]


@pytest.mark.process
def test_the_environment_can_be_read_while_the_application_is_stopped() -> None:
    """The controller waits for stop, which asks for the environment."""
    to = self()

    class Slow(Application, env={"a": 1}):
        @staticmethod
        def start(type: Any, args: Any) -> Any:
            return idle()

        @staticmethod
        def stop(state: Any) -> None:
            send(to, (Application.get_env("slow", "a"), Application.get_application(), Application.spec("slow", "vsn")))

    Application.start("slow")
    assert Application.stop("slow") == "ok"
    assert messages(0) == [(1, "slow", "")]
