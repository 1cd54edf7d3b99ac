"""What is known of applications, for everybody to read; the application controller alone changes it.

    ("loaded", name)                a spec
    ("env", name, key)              a value of an application's environment
    ("application_master", name)    the master of an application that runs

It is there also while the controller waits for an application to stop. In OTP it is the ETS table `ac_tab`.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.message import copied
from pyex.otp.application.spec import Spec
from pyex.pid import Pid

LOADED, ENV, MASTER = "loaded", "env", "application_master"
_table: dict[tuple[Any, ...], Any] = {}


def clear() -> None:
    _table.clear()


def insert(key: tuple[Any, ...], value: Any) -> None:
    _table[key] = value


def delete(key: tuple[Any, ...]) -> None:
    _table.pop(key, None)


def loaded(name: Atom) -> Spec | None:
    return _table.get((LOADED, name))


def all_loaded() -> list[Spec]:
    """The specs, the last loaded first."""
    return [spec for key, spec in reversed([*_table.items()]) if key[0] == LOADED]


def fetch_env(name: Atom, key: Any) -> tuple[Any, ...]:
    """The value of a key of an environment in a tuple, which is empty where there is none."""
    place = (ENV, name, key)
    return (copied(_table[place]),) if place in _table else ()


def all_env(name: Atom) -> dict[Any, Any]:
    return {key[2]: copied(value) for key, value in [*_table.items()] if key[0] == ENV and key[1] == name}


def delete_all_env(name: Atom) -> None:
    for key in [*_table]:
        if key[0] == ENV and key[1] == name:
            delete(key)


def master_of(name: Atom) -> Pid | None:
    return _table.get((MASTER, name))


def led_by(leader: Pid | None) -> Atom | None:
    """The application whose master that group leader is."""
    for key, master in [*_table.items()]:
        if key[0] == MASTER and master is leader:
            return Atom(key[1])
    return None


def forget_master(pid: Pid) -> None:
    for key, master in [*_table.items()]:
        if key[0] == MASTER and master is pid:
            delete(key)
