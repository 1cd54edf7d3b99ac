"""The names that a program or a prompt has, pinned: none comes or goes unnoticed."""

from __future__ import annotations

import inspect

import pytest

import pyex
from pyex import Process

PUBLIC = [
    "Agent",
    "Application",
    "ArgumentError",
    "Atom",
    "DynamicSupervisor",
    "ErlangError",
    "Exit",
    "GenServer",
    "Logger",
    "MatchError",
    "NoReply",
    "PartitionSupervisor",
    "Pid",
    "Pool",
    "Process",
    "ReceiveTimeout",
    "Reference",
    "Registry",
    "RemoteError",
    "Server",
    "Supervisor",
    "Sys",
    "Task",
    "become",
    "blocking",
    "call",
    "cast",
    "ets",
    "exit",
    "make_ref",
    "node",
    "ok",
    "pg",
    "receive",
    "run",
    "runtime_info",
    "self",
    "send",
    "spawn",
    "spawn_link",
    "spawn_monitor",
    "submit",
    "supervise",
    "supervisor",
    "trace",
    "value",
    "worker",
]
OF_PROCESS = [
    "alias",
    "alive",
    "cancel_timer",
    "delete",
    "demonitor",
    "exit",
    "flag",
    "get",
    "get_keys",
    "group_leader",
    "hibernate",
    "info",
    "link",
    "list",
    "monitor",
    "put",
    "read_timer",
    "register",
    "registered",
    "self",
    "send",
    "send_after",
    "sleep",
    "spawn",
    "unalias",
    "unlink",
    "unregister",
    "whereis",
]


def test_the_public_names() -> None:
    """pyex.__all__ holds these names and no others."""
    assert sorted(pyex.__all__) == sorted(PUBLIC)


def test_from_pyex_import_star_gives_exactly_these() -> None:
    """What `from pyex import *` binds is what __all__ promises."""
    namespace: dict[str, object] = {}
    exec("from pyex import *", namespace)
    assert sorted(set(namespace) - {"__builtins__"}) == sorted(PUBLIC)


def test_the_names_of_process() -> None:
    """Process has these functions and no others."""
    assert sorted(name for name in vars(Process) if not name.startswith("_")) == OF_PROCESS


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_has_a_text(name: str) -> None:
    """help(name) has something of its own to say."""
    thing = getattr(pyex, name)
    text = type(thing).__doc__ if name == "self" else thing.__doc__
    assert text and text.strip()


@pytest.mark.parametrize("name", OF_PROCESS)
def test_every_name_of_process_has_an_example(name: str) -> None:
    """help(Process.name) tells what it does, shows an example, and names its counterpart in Elixir."""
    text = inspect.getdoc(getattr(Process, name)) or ""
    assert ">>>" in text
    assert "Mirrors" in text


def test_process_is_a_namespace() -> None:
    """The functions of Process are called on the class."""
    assert all(isinstance(vars(Process)[name], staticmethod) for name in OF_PROCESS)


def test_the_version_is_a_plain_string() -> None:
    """pyex.__version__ can be read without running the package."""
    assert isinstance(pyex.__version__, str)
    assert pyex.__version__.count(".") >= 2
