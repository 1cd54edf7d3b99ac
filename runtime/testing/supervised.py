"""What a test starts and what is done after it: `start_supervised`, `on_exit` and their kin, as in ExUnit.

A test has one supervisor, which is started when it is first needed, linked to the test process. The plugin stops it
when the test has ended, and then calls what `on_exit` was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import bad_argument, describe, safe_repr
from pyex.format_exit import format_exit
from pyex.ok import ok
from pyex.otp.supervisor import Supervisor
from pyex.pid import Pid
from pyex.process import Process
from pyex.testing import case

DUPLICATE_CHILD_NAME, NOT_FOUND = Atom("duplicate_child_name"), Atom("not_found")


def start_supervised(child: Any, **overrides: Any) -> Any:
    """Start a child under the test's supervisor, which stops its children, the newest first, when the test ends.

        pid = ok(start_supervised((Counter, 0)))
        pid = ok(start_supervised(Counter, id="another"))

    `child` is a module, `(module, arg)` or a child spec, and the overrides are those of `Supervisor.child_spec`.
    Returns `("ok", pid)`, or `("error", reason)`: `("duplicate_child_name", id)` where there is such a child already.
    A child that crashes is restarted as its spec says. Raises `ArgumentError` outside of the test process. Mirrors
    `ExUnit.Callbacks.start_supervised/2`.
    """
    return _start_child("start_supervised", child, overrides)


def start_supervised_ok(child: Any, **overrides: Any) -> Any:
    """As `start_supervised`, but it returns the pid, and fails the test with the reason in words.

        pid = start_supervised_ok((Counter, 0))

    Raises `RuntimeError` when the child does not start. Mirrors `ExUnit.Callbacks.start_supervised!/2`.
    """
    __tracebackhide__ = True
    return _start_child_ok("start_supervised_ok", child, overrides)


def start_link_supervised(child: Any, **overrides: Any) -> Any:
    """As `start_supervised_ok`, and link the child to the test: if it crashes, the test fails.

        pid = start_link_supervised((Counter, 0))

    Returns the pid. Mirrors `ExUnit.Callbacks.start_link_supervised!/2`.
    """
    __tracebackhide__ = True
    pid = _start_child_ok("start_link_supervised", child, overrides)
    Process.link(pid)
    return pid


def stop_supervised(id: object) -> Any:
    """Stop a child of the test's supervisor.

        start_supervised_ok((Counter, 0))
        stop_supervised(Counter)

    `id` is that of its child spec. Returns "ok", or `("error", "not_found")`. Raises `ArgumentError` outside of the
    test process. Mirrors `ExUnit.Callbacks.stop_supervised/1`.
    """
    supervisor = case.of_caller("stop_supervised").supervisor
    if supervisor is None:
        return (ERROR, NOT_FOUND)
    for child_id, pid, _, _ in Supervisor.which_children(supervisor):
        if child_id == id and isinstance(pid, Pid):
            # By start_link_supervised; its end is wanted now.
            Process.unlink(pid)
    terminated = Supervisor.terminate_child(supervisor, id)
    if terminated == OK:
        # A temporary child is forgotten by now, which is as well.
        Supervisor.delete_child(supervisor, id)
    return terminated


def fetch_test_supervisor() -> Any:
    """The supervisor of the test, which is started now if it was not needed before.

        _, supervisor = fetch_test_supervisor()

    Returns `("ok", pid)`. Raises `ArgumentError` outside of the test process. Mirrors `ExUnit.fetch_test_supervisor/0`.
    """
    return (OK, _supervisor("fetch_test_supervisor"))


def on_exit(name_or_callback: Any, callback: Callable[[], object] | None = None) -> Atom:
    """Have a function called when the test has ended, however that was, and its supervised processes have been stopped.

        on_exit(lambda: path.unlink())
        on_exit("tidy up", tidy_up)

    It runs in a process of its own; the one that was given last comes first. With a name it takes the place of what
    was given under that name before. What it raises fails the test. Returns "ok". Raises `ArgumentError` outside of the
    test process, and for what is no function. Mirrors `ExUnit.Callbacks.on_exit/2`.
    """
    running = case.of_caller("on_exit")
    name, function = (object(), name_or_callback) if callback is None else (name_or_callback, callback)
    if not callable(function):
        raise bad_argument(1 if callback is None else 2, f"not a function: {describe(function)}")
    running.callbacks[name] = function
    return OK


def _supervisor(function: str) -> Pid:
    running = case.of_caller(function)
    if running.supervisor is None:
        running.supervisor = ok(
            Supervisor.start_link([], strategy="one_for_one", max_restarts=1_000_000, max_seconds=1)
        )
    assert running.supervisor is not None
    return running.supervisor


def _start_child(function: str, child: Any, overrides: dict[str, Any]) -> Any:
    supervisor = _supervisor(function)
    spec = Supervisor.child_spec(child, **overrides)
    result = Supervisor.start_child(supervisor, spec)
    match result:
        case ("error", ("already_started", _)):
            return (ERROR, (DUPLICATE_CHILD_NAME, spec["id"]))
    return result


def _start_child_ok(function: str, child: Any, overrides: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    match _start_child(function, child, overrides):
        case ("ok", pid) | ("ok", pid, _):
            return pid
        case (_, reason):
            raise RuntimeError(f"failed to start child with the spec {safe_repr(child)}.\nReason: {_in_words(reason)}")


def _in_words(reason: Any) -> str:
    match reason:
        case ("duplicate_child_name", id):
            return (
                f"bad child specification, more than one child specification has the id: {safe_repr(id)}.\n"
                'If using dicts as child specifications, make sure their "id" is unique.\n'
                "If using a module or (module, arg) as child, change the id, for example:\n\n"
                '    start_supervised((MyWorker, arg), id="my_worker_1")\n'
                '    start_supervised((MyWorker, arg), id="my_worker_2")\n'
            )
        case ("invalid_mfa", mfa):
            return f"bad child specification, invalid mfa: {safe_repr(mfa)}"
        case (("EXIT", why), tuple()) | (why, tuple()):
            return format_exit(why)
    return f"bad child specification, got: {safe_repr(reason)}"
