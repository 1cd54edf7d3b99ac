"""The children of a supervisor: their record, the check of their specs, and the call that starts one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType
from typing import Any

from pyex.atom import ERROR, EXIT, INFINITY, OK, Atom
from pyex.errors import Exit
from pyex.exit_reason import reason_of
from pyex.message import copied
from pyex.otp.behaviour import Behaviour, module_name, newest, own_function, start_link_hint
from pyex.otp.supervisor.child_spec import unknown_key
from pyex.otp.term import identity
from pyex.otp.undefined import undefined_function
from pyex.pid import Pid
from pyex.spawn import exit

UNDEFINED, RESTARTING, IGNORE = Atom("undefined"), Atom("restarting"), Atom("ignore")
PERMANENT, TRANSIENT, TEMPORARY = Atom("permanent"), Atom("transient"), Atom("temporary")
WORKER, SUPERVISOR, BRUTAL_KILL = Atom("worker"), Atom("supervisor"), Atom("brutal_kill")
SHUTDOWN_MS = 5000


@dataclass(slots=True, eq=False)
class Child:
    """One child. `pid` is its pid, "undefined", or `("restarting", old_pid)` while attempts to restart it fail."""

    pid: Any
    id: Any
    start: Any
    restart: Atom
    significant: bool
    shutdown: Any
    type: Atom
    modules: Any
    # How often its process was started again by the supervisor: for who watches.
    restarts: int = 0

    def __repr__(self) -> str:
        return f"<child {self.id!r} {self.pid!r}>"

    def is_restarting(self) -> bool:
        return type(self.pid) is tuple

    def to_spec(self) -> dict[str, Any]:
        """The spec, with all that it left out."""
        return {
            "id": self.id,
            "start": self.start,
            "restart": self.restart,
            "significant": self.significant,
            "shutdown": self.shutdown,
            "type": self.type,
            "modules": self.modules,
        }

    def to_tuple(self) -> tuple[Any, ...]:
        """The record as OTP's errors hold it."""
        spec = self.to_spec()
        return (Atom("child"), self.pid, *spec.values())


class Invalid(Exception):
    """A child spec or a supervisor's flags are wrong; `reason` is OTP's term for it."""

    def __init__(self, reason: Any) -> None:
        super().__init__(reason)
        self.reason = reason


def check_specs(specs: Any, auto_shutdown: str) -> dict[Any, Child]:
    """The children of these specs, in order, by key. Raises `Invalid`."""
    if not isinstance(specs, list | tuple):
        raise Invalid((Atom("invalid_child_spec"), specs))
    children: dict[Any, Child] = {}
    for spec in specs:
        child = check_spec(spec, auto_shutdown)
        key = identity(child.id)
        if key in children:
            raise Invalid((Atom("duplicate_child_name"), child.id))
        children[key] = child
    return children


def check_spec(spec: Any, auto_shutdown: str) -> Child:
    """The child that a spec describes. Raises `Invalid`."""
    if isinstance(spec, tuple) and len(spec) == 6:
        spec = dict(zip(("id", "start", "restart", "shutdown", "type", "modules"), spec, strict=True))
    if not isinstance(spec, dict):
        raise Invalid((Atom("invalid_child_spec"), spec))
    for key in ("id", "start"):
        if key not in spec:
            raise Invalid(Atom(f"missing_{key}"))
    start = check_start(spec["start"])
    restart = word(spec.get("restart", PERMANENT), (PERMANENT, TRANSIENT, TEMPORARY), "invalid_restart_type")
    significant = _check_significant(spec.get("significant", False), restart, auto_shutdown)
    kind = word(spec.get("type", WORKER), (WORKER, SUPERVISOR), "invalid_child_type")
    shutdown = check_shutdown(spec.get("shutdown", SHUTDOWN_MS if kind == WORKER else INFINITY), least=0)
    modules = check_modules(spec["modules"] if "modules" in spec else modules_of(start), "invalid_module")
    unknown = unknown_key(spec)
    if unknown is not None:
        raise Invalid((Atom("unknown_key"), *unknown))
    return Child(UNDEFINED, atom(spec["id"]), start, restart, significant, shutdown, kind, modules)


def check_start(start: Any) -> Any:
    """`(module, name, args)` or `(function, args)`."""
    match start:
        case (type() | ModuleType() | str() as module, str() as name, list() as args):
            return (module, Atom(name), args)
        case (function, list() as args) if callable(function) and not isinstance(function, type):
            return (function, args)
    raise Invalid((Atom("invalid_mfa"), start))


def check_shutdown(shutdown: Any, least: int) -> Any:
    if type(shutdown) is int and shutdown >= least:
        return shutdown
    return word(shutdown, (BRUTAL_KILL, INFINITY), "invalid_shutdown")


def check_modules(modules: Any, word_for_one: str) -> Any:
    """A list of modules, or "dynamic"; a list that holds something else is, for OTP, `word_for_one` with that."""
    if isinstance(modules, str) and modules == "dynamic":
        return Atom(modules)
    if not isinstance(modules, list):
        raise Invalid((Atom("invalid_modules"), modules))
    for each in modules:
        if not isinstance(each, type | ModuleType | str):
            raise Invalid((Atom(word_for_one), each if word_for_one == "invalid_module" else modules))
    return [atom(each) for each in modules]


def modules_of(start: Any) -> list[Any]:
    """The module that a child's start function belongs to."""
    return [start[0] if len(start) == 3 else Atom(getattr(start[0], "__module__", None) or "builtins")]


def _check_significant(significant: Any, restart: Atom, auto_shutdown: str) -> bool:
    if not isinstance(significant, bool):
        raise Invalid((Atom("invalid_significant"), significant))
    if significant and auto_shutdown == "never":
        raise Invalid((Atom("bad_combination"), {"auto_shutdown": Atom("never"), "significant": True}))
    if significant and restart == PERMANENT:
        raise Invalid((Atom("bad_combination"), {"restart": PERMANENT, "significant": True}))
    return significant


def word(value: Any, known: Iterable[Atom], problem: str) -> Atom:
    """One of the words that are known, as an atom. Raises `Invalid((problem, value))`."""
    if isinstance(value, str):
        for each in known:
            if each == value:
                return each
    raise Invalid((Atom(problem), value))


def atom(term: Any) -> Any:
    """A term that is a name when it is a string."""
    return Atom(term) if type(term) is str else term


def nameless_entry(child: Child) -> tuple[Any, ...]:
    """A child in `which_children` of a supervisor that knows its children by their pids."""
    return (UNDEFINED, RESTARTING if child.is_restarting() else child.pid, child.type, child.modules)


def forget_arguments(start: Any) -> Any:
    """A start function that will not be called again: what it was given need not be kept."""
    return (*start[:-1], UNDEFINED)


def start_process(child: Child) -> tuple[Any, ...]:
    """Start a child.

    Returns `("ok", pid)`, `("ok", pid, info)`, `("ok", "undefined")` where it was to be ignored, or `("error",
    reason)`; reason is `("EXIT", why)` where the start function raised or exited. Mirrors
    `supervisor:do_start_child_i/3`.
    """
    try:
        result = call_start(child.start)
    except (Exception, Exit, SystemExit) as error:
        return (ERROR, (EXIT, reason_of(error)))
    return (OK, UNDEFINED) if result == IGNORE else result


def call_start(start: Any, extra_arguments: Iterable[Any] = ()) -> Any:
    """Call a start function, with arguments put before its own.

    Returns `("ok", pid)`, `("ok", pid, info)`, "ignore" or `("error", reason)`: `reason` is also what it returned that
    is none of these.
    """
    function, args = _function(start)
    # Copied, for a start function that changes its arguments would change those of the next start.
    try:
        result = function(*extra_arguments, *copied(args))
    except TypeError as error:
        module = start[0]
        if not args and isinstance(module, Behaviour) and not type(module).starts_alone(module):
            raise TypeError(f"{error}; write ({module_name(module)}, arg)") from None
        raise
    match result:
        case ("ok", Pid()) | ("ok", Pid(), _) | ("error", _) if type(result) is tuple:
            return result
        case "ignore":
            return IGNORE
    return (ERROR, result)


def _function(start: Any) -> tuple[Any, list[Any]]:
    if len(start) == 2:
        return start  # type: ignore[no-any-return]
    module, name, args = start
    module = newest(module)
    function = own_function(module, name)
    if function is None and _offers(module):
        function = getattr(module, name, None)
    if not callable(function):
        exit(_undefined(module, name, args))
    return function, args


def _offers(module: Any) -> bool:
    """Whether it is a behaviour itself (Agent, Task …), whose functions are its metaclass's; not a class of one."""
    return isinstance(module, Behaviour) and not any(isinstance(base, Behaviour) for base in module.__mro__[1:])


def _undefined(module: Any, name: str, args: list[Any]) -> Any:
    """The reason where a child's module has no such function, with what to write."""
    head, ((owner, *call, place),) = undefined_function(module, name, args)
    owner = module if isinstance(module, str) else owner
    if name == "start_link" and isinstance(module, Behaviour):
        hint = start_link_hint(module)
        place = {**place, "hint": hint}
    elif isinstance(module, type | ModuleType):
        close = get_close_matches(name, [each for each in dir(module) if callable(getattr(module, each, None))], 1)
        if close:
            place = {**place, "hint": f"did you mean {close[0]!r}?"}
    return (head, [(owner, *call, place)])
