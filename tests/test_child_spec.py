"""Child specs: from modules, pairs and dicts."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest
from supervised import Worker, started

from pyex import ArgumentError, Process
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor
from pyex.otp.supervisor.spec import worker


class Plain:
    """No behaviour, and no child_spec."""


class Own:
    @staticmethod
    def child_spec(arg: Any) -> Any:
        return {"id": "own", "start": (Own, "start_link", [arg, "more"]), "restart": "transient"}


class Careful(GenServer, restart="transient", shutdown=10, id="careful"):
    pass


def test_a_module_is_asked_for_its_spec() -> None:
    """(module, arg) gives the arg; a module alone gives the empty list, as in Elixir."""
    assert Supervisor.child_spec((Own, 1)) == {
        "id": "own", "start": (Own, "start_link", [1, "more"]), "restart": "transient",
    }  # fmt: skip
    assert Supervisor.child_spec(Worker) == {"id": Worker, "start": (Worker, "start_link", [[]])}
    assert Supervisor.child_spec((Worker, (1, 2)))["start"] == (Worker, "start_link", [(1, 2)])


def test_a_class_says_how_it_wants_to_be_supervised() -> None:
    """By its keywords; those who use it may say otherwise."""
    assert Supervisor.child_spec((Careful, 1)) == {
        "id": "careful", "start": (Careful, "start_link", [1]), "restart": "transient", "shutdown": 10,
    }  # fmt: skip
    assert Supervisor.child_spec((Careful, 1), id="other", restart="temporary", significant=True) == {
        "id": "other", "start": (Careful, "start_link", [1]), "restart": "temporary", "shutdown": 10,
        "significant": True,
    }  # fmt: skip


def test_a_python_module_with_a_child_spec_function_is_a_module() -> None:
    """Behaviours need not be classes."""
    module = types.ModuleType("shop")
    module.child_spec = lambda arg: {"id": "shop", "start": (module, "start_link", [arg])}  # type: ignore[attr-defined]
    assert Supervisor.child_spec((module, 7)) == {"id": "shop", "start": (module, "start_link", [7])}


def test_overrides_change_a_copy() -> None:
    """The dict that was given stays as it is; "start" and "modules" may be changed too."""
    spec = {"id": "a", "start": (Worker, "start_link", [1])}
    changed = Supervisor.child_spec(spec, start=(Worker, "start", []), modules="dynamic", type="supervisor")
    assert changed == {"id": "a", "start": (Worker, "start", []), "modules": "dynamic", "type": "supervisor"}
    assert spec == {"id": "a", "start": (Worker, "start_link", [1])}


def test_an_unknown_override() -> None:
    """Elixir's words."""
    with pytest.raises(ArgumentError, match="unknown key 'foo' in child specification override"):
        Supervisor.child_spec((Worker, 1), foo=1)


def test_an_old_tuple_has_no_overrides() -> None:
    """Elixir's words."""
    with pytest.raises(ArgumentError, match=r"old tuple-based child specification .* is not supported"):
        Supervisor.child_spec(worker(Worker, []))


@pytest.mark.parametrize("module", [Plain, (Plain, 1), sys], ids=repr)
def test_a_module_without_child_spec(module: Any) -> None:
    """The error says which, and what to write."""
    with pytest.raises(ArgumentError) as caught:
        Supervisor.child_spec(module)
    text = str(caught.value)
    name = "sys" if module is sys else "Plain"
    assert text.startswith(f"The module {name} was given as a child to a supervisor\nbut it does not implement")
    assert f'{{"id": {name}, "start": ({name}, "start_link", [arg1, arg2])}}' in text


@pytest.mark.parametrize("module", ["nope", ("nope", 1)], ids=repr)
def test_a_name_is_no_module(module: Any) -> None:
    """A string is an atom, and there is no module of that name."""
    with pytest.raises(ArgumentError, match="The module 'nope' was given as a child to a supervisor but it does not"):
        Supervisor.start_link([module], strategy="one_for_one")


@pytest.mark.parametrize("child", [3, None, (), (Worker, 1, 2), [Worker], print, (1, 2)], ids=repr)
def test_what_is_no_child_at_all(child: Any) -> None:
    """The error lists what is one."""
    with pytest.raises(ArgumentError, match="supervisors expect each child to be one of the following"):
        Supervisor.init([child], strategy="one_for_one")


def test_a_child_spec_function_that_returns_no_dict() -> None:
    """It cannot be changed."""

    class Odd:
        @staticmethod
        def child_spec(arg: Any) -> Any:
            return arg

    with pytest.raises(ArgumentError, match="expected child_spec to return a dict, got: 7"):
        Supervisor.child_spec((Odd, 7))


def test_an_error_inside_child_spec_is_the_modules_own() -> None:
    """It is not taken for a module without the function."""

    class Broken:
        @staticmethod
        def child_spec(arg: Any) -> Any:
            return arg.nothing

    with pytest.raises(AttributeError, match="nothing"):
        Supervisor.child_spec((Broken, 7))


def test_a_dynamic_supervisor_is_known_by_its_name() -> None:
    """As a child of another; without name by its class."""
    assert DynamicSupervisor.child_spec({"name": "workers", "max_children": 2}) == {
        "id": "workers", "type": "supervisor",
        "start": (DynamicSupervisor, "start_link", [{"name": "workers", "max_children": 2}]),
    }  # fmt: skip
    assert DynamicSupervisor.child_spec([])["id"] == DynamicSupervisor
    assert DynamicSupervisor.child_spec({"name": ("via", "registry", "term")})["id"] == "term"


@pytest.mark.process
def test_supervisors_as_children() -> None:
    """Both kinds, by their modules."""
    supervisor = started([(DynamicSupervisor, {"name": "workers"}), Supervisor.child_spec(DynamicSupervisor, id=2)])
    assert [(id, type, modules) for id, _, type, modules in Supervisor.which_children(supervisor)] == [
        (2, "supervisor", [DynamicSupervisor]), ("workers", "supervisor", [DynamicSupervisor]),
    ]  # fmt: skip
    assert DynamicSupervisor.count_children("workers")["specs"] == 0
    assert Process.whereis("workers") is not None
