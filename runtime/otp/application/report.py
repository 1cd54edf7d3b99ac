"""What is said of applications: that one has started or ended, and why."""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.errors import safe_repr
from pyex.format_exit import format_exit, indent
from pyex.node import node
from pyex.otp.behaviour import module_name
from pyex.otp.report import log

CONTROLLER = Atom("application_controller")


def report_started(name: Atom) -> None:
    log(
        "info",
        lambda: f"Application {name} started at {show(node())}",
        {"label": (CONTROLLER, Atom("progress")), "report": {"application": name, "started_at": node()}},
        sasl=True,
    )


def report_exited(name: Atom, reason: Any, restart_type: Atom) -> None:
    log(
        "notice",
        lambda: f"Application {name} exited: {format_error(reason)}",
        {
            "label": (CONTROLLER, Atom("exit")),
            "report": {"application": name, "exited": reason, "type": restart_type},
        },
    )


def report_shutdown_error(module: Any, state: Any, reason: Any) -> None:
    """The callback `prep_stop` has raised."""
    log(
        "error",
        lambda: f"{module_name(module)}.prep_stop({show(state)}) failed\n** (exit) {format_exit(reason, show)}",
        {
            "label": (Atom("application_master"), Atom("shutdown_error")),
            "callback": (module, Atom("prep_stop"), [state]),
            "reason": reason,
        },
    )


def format_error(reason: Any) -> str:
    """The error of `Application.start`, `stop` or `load` in words.

        >>> Application.format_error(("not_started", "pooly"))
        'not started application pooly'

    `reason` is what stands in `("error", reason)`. Mirrors `Application.format_error/1`.
    """
    match reason:
        case (("EXIT", "normal"), (module, "start", args)):
            return _exited(module, args, Atom("normal"))
        case (why, (module, "start", list() as args)):
            return f"{_call(module, args)} returned an error: {format_exit(why, show)}"
        case ("bad_return", ((module, "start", args), ("EXIT", why))):
            return _exited(module, args, why)
        case ("bad_return", ((module, "start", args), returned)):
            return f"{_call(module, args)} returned a bad value: {show(returned)}"
        case ("already_started", str() as app):
            return f"already started application {app}"
        case ("not_started", str() as app):
            return f"not started application {app}"
        case ("bad_application", app):
            return f"bad application: {show(app)}"
        case ("already_loaded", str() as app):
            return f"already loaded application {app}"
        case ("not_loaded", str() as app):
            return f"not loaded application {app}"
        case ("invalid_restart_type", restart_type):
            return f"invalid application restart type: {show(restart_type)}"
        case ("invalid_options", options):
            return f"invalid application options: {show(options)}"
        case ("badstartspec", spec):
            return f"bad application start specs: {show(spec)}"
        case ("no such file or directory", file):
            return f"could not find application file: {file}"
    return format_exit(reason, show)


def show(term: Any) -> str:
    """A term as IEx shows it, where it is a name: `:stopped`, `Pooly`."""
    if isinstance(term, Atom):
        return f":{term}"
    return module_name(term) if isinstance(term, type) else safe_repr(term)


def _call(module: Any, args: list[Any]) -> str:
    return f"{module_name(module)}.start({', '.join(map(show, args))})"


def _exited(module: Any, args: list[Any], why: Any) -> str:
    return f"exited in: {_call(module, args)}\n" + indent(f"** (EXIT) {format_exit(why, show)}", "    ")
