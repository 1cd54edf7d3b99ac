"""`Application`: a supervision tree that is started and stopped as a whole, with a name, a version, and an environment.

    class Pooly(Application, version="0.1.0", description="pool of 5 workers", env={"size": 5}):
        def start(type, args):
            return Pooly.Supervisor.start_link(Application.get_env("pooly", "size"))

    Application.start("pooly")               # 'ok'
    Application.started_applications()       # [('pooly', 'pool of 5 workers', '0.1.0'), …]
    Application.stop("pooly")                # 'ok'

What Elixir has in `mix.exs`, and OTP in the file `pooly.app`, are keywords of the class:

    name                     as which it is known; else the class's name, `MyApp` as "my_app"
    version, description
    args                     what `start` gets; [] if not given
    env                      the environment: a dict
    applications             those that must be started before it: a list of names
    optional_applications    those of them that may be missing
    included_applications, registered, modules, start_phases, maxT
                             as in OTP; `start_phases` is a dict or a list of `(phase, args)`

`Application.start("pooly")` imports the Python module `pooly` when no such application is known yet.

The callbacks:

    start(type, args)        starts the top supervisor: returns ("ok", pid), ("ok", pid, state) or ("error", reason);
                             type is "normal"
    prep_stop(state)         before the tree is stopped; returns the state for `stop`
    stop(state)              after it
    start_phase(phase, type, args)
                             once for each of `start_phases`; returns "ok" or ("error", reason)

`start` must be there. The state is [] where `start` gives none.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import ArgumentError, describe
from pyex.otp.application import env as application_env
from pyex.otp.application import master as application_master
from pyex.otp.application import spec as application_spec
from pyex.otp.application import table as application_table
from pyex.otp.application.controller import ALREADY_STARTED, CALL_MS, TEMPORARY, call, ensure, entry
from pyex.otp.application.report import format_error
from pyex.otp.application.spec import KEYS, BadSpec, Spec, name_of
from pyex.otp.behaviour import Behaviour
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self


def load(app: Any) -> Any:
    """Load an application: from then on it has its environment.

        >>> class Shop(Application, env={"open": True}):
        ...     pass
        >>> Application.load("shop"), Application.load("shop")
        ('ok', ('error', ('already_loaded', 'shop')))
        >>> Application.get_env("shop", "open")
        True

    `app` is a name, a class, or an application in OTP's own form, `("application", name, {…})` with the keys of a
    `.app` file. Its included applications are loaded too. Returns "ok" or `("error", reason)`: `("already_loaded",
    app)`, `("no such file or directory", "shop.app")` where there is none of that name. Mirrors `Application.load/1`.
    """
    ensure()
    given = app if isinstance(app, tuple) else name_of(app)
    try:
        spec = application_spec.spec_of(given) if isinstance(given, tuple) else _spec_of(given)
        return call(("load", given, [spec, *_included(spec, {spec.name})]))
    except BadSpec as error:
        return (ERROR, error.reason)


def unload(app: Any) -> Any:
    """Forget an application and its environment, and those that it includes.

        >>> Application.unload("shop")
        ('error', ('not_loaded', 'shop'))

    Returns "ok" or `("error", reason)`: `("running", app)`, `("not_loaded", app)`. Mirrors `Application.unload/1`.
    """
    return call(("unload", name_of(app)))


def start(app: Any, type: str = TEMPORARY) -> Any:
    """Start an application, and load it if need be.

        >>> class Top(Supervisor):
        ...     def init(arg):
        ...         return Supervisor.init([], strategy="one_for_one")
        >>> class Shop(Application):
        ...     def start(type, args):
        ...         return Supervisor.start_link(Top, args)
        >>> Application.start("shop"), Application.start("shop")
        ('ok', ('error', ('already_started', 'shop')))

    `app` is a name or a class. `type` says what its end does: of one that is "temporary" it is only reported; that of
    one that is "permanent", or "transient" and does not end as "normal", ends all applications and the runtime.

    Returns "ok" when its `start` and its start phases have returned, or `("error", reason)`: `("already_started",
    app)`, `("not_started", other)` for one that it needs, `("no such file or directory", "shop.app")`,
    `("invalid_restart_type", type)`; `(reason, (module, "start", args))` where `start` returned `("error", reason)`,
    and `("bad_return", …)` where it raised or returned something else. Mirrors `Application.start/2`.
    """
    loaded = ensure_loaded(app)
    return call(("start", name_of(app), type)) if loaded == OK else loaded


def stop(app: Any) -> Any:
    """Stop an application: its tree, and then whatever of its processes the tree has left.

        >>> Application.stop("shop")
        ('error', ('not_started', 'shop'))

    It stays loaded. Returns "ok" or `("error", ("not_started", app))`. Mirrors `Application.stop/1`.
    """
    return call(("stop", name_of(app)))


def ensure_loaded(app: Any) -> Any:
    """As `load`, and "ok" also where it is loaded. Mirrors `Application.ensure_loaded/1`."""
    match load(app):
        case ("error", ("already_loaded", _)):
            return OK
        case result:
            return result


def ensure_started(app: Any, type: str = TEMPORARY) -> Any:
    """As `start`, and "ok" also where it is started.

        >>> Application.ensure_started("pyex")
        'ok'

    Mirrors `Application.ensure_started/2`.
    """
    result = start(app, type)
    return OK if result == (ERROR, (ALREADY_STARTED, name_of(app))) else result


def ensure_all_started(app: Any, type: str = TEMPORARY) -> Any:
    """Start an application, or a list of them, and before it those that it needs.

        >>> class Database(Application):
        ...     def start(type, args):
        ...         return Agent.start_link(dict)
        >>> class Shop(Application, applications=["database"]):
        ...     def start(type, args):
        ...         return Agent.start_link(list)
        >>> Application.ensure_all_started("shop"), Application.ensure_all_started("shop")
        (('ok', ['database', 'shop']), ('ok', []))

    Returns `("ok", started)` with those that were not started before, in order, or `("error", (app, reason))`; then
    those that it has started are stopped. Mirrors `Application.ensure_all_started/2`.
    """
    started: list[Atom] = []
    for each in app if isinstance(app, list) else [app]:
        failure = _start_with_needed(name_of(each), [], type, started)
        if failure is not None:
            for name in reversed(started):
                stop(name)
            return (ERROR, failure)
    return (OK, started)


def started_applications(timeout: int | str = CALL_MS) -> list[tuple[Atom, str, str]]:
    """The applications that run, the last started first.

        >>> [name for name, description, version in Application.started_applications()]
        ['pyex']

    Returns a list of `(name, description, version)`. Mirrors `Application.started_applications/1`.
    """
    found: list[tuple[Atom, str, str]] = call("which_applications", timeout)
    return found


def loaded_applications() -> list[tuple[Atom, str, str]]:
    """The applications that are loaded, as `started_applications` shows them. Mirrors
    `Application.loaded_applications/0`.
    """
    ensure()
    return [entry(spec) for spec in application_table.all_loaded()]


def spec(app: Any, key: str | None = None) -> Any:
    """What is said of an application that is loaded.

        >>> Application.spec("pyex", "description")
        "Erlang/OTP's process model for Python"

    Returns the value of a key, or without key a dict; None where the application is not loaded. Raises `ArgumentError`
    for an unknown key. Mirrors `Application.spec/1` and `/2`.
    """
    if key is not None and key not in KEYS:
        raise ArgumentError(f"unknown key {describe(key)} of an application; known are {', '.join(KEYS)}")
    ensure()
    found = application_table.loaded(name_of(app))
    if found is None:
        return None
    return dict(found.keys) if key is None else found.keys[key]


def get_application(item: Any = None) -> Atom | None:
    """The application that a process or a module belongs to.

        >>> Application.get_application(self()) is None
        True

    `item` is a pid, the caller's own if not given; or a class or Python module: those belong to an application that
    are in the package of its class, or in its `modules`. Returns a name, or None. Mirrors `application:get_application`
    with 0 and 1 arguments, and `Application.get_application/1`.
    """
    ensure()
    if item is None or isinstance(item, Pid):
        leader = Process.info(self() if item is None else item, "group_leader")
        return None if leader is None else application_table.led_by(leader[1])
    specs = application_table.all_loaded()
    return next((each.name for each in specs if application_spec.belongs(item, each)), None)


def get_supervisor(app: Any) -> Any:
    """The top supervisor of an application that runs.

        >>> Application.get_supervisor("pyex")
        'undefined'

    Returns `("ok", pid)`, or "undefined" where the application does not run or has no processes. Mirrors
    `application:get_supervisor/1`.
    """
    ensure()
    master = application_table.master_of(name_of(app))
    if master is not None:
        match application_master.get_child(master):
            case (Pid() as pid, _):
                return (OK, pid)
    return Atom("undefined")


class _ApplicationFunctions(Behaviour):
    """What `Application` offers, and how a class says what its application is."""

    def __new__(metacls, class_name: str, bases: tuple[type, ...], namespace: dict[str, Any], /, **options: Any) -> Any:
        for key in options:
            if key not in application_spec.CLASS_OPTIONS:
                known = ", ".join(sorted(application_spec.CLASS_OPTIONS))
                raise TypeError(f"unknown keyword {key!r} of application {class_name}; known are {known}")
        return super().__new__(metacls, class_name, bases, namespace)

    def __init__(cls, class_name: str, bases: tuple[type, ...], namespace: dict[str, Any], /, **options: Any) -> None:
        super().__init__(class_name, bases, namespace)
        if bases:
            application_spec.define(cls, options)

    load = staticmethod(load)
    unload = staticmethod(unload)
    start = staticmethod(start)
    stop = staticmethod(stop)
    ensure_loaded = staticmethod(ensure_loaded)
    ensure_started = staticmethod(ensure_started)
    ensure_all_started = staticmethod(ensure_all_started)
    started_applications = staticmethod(started_applications)
    loaded_applications = staticmethod(loaded_applications)
    spec = staticmethod(spec)
    get_application = staticmethod(get_application)
    get_supervisor = staticmethod(get_supervisor)
    get_env = staticmethod(application_env.get_env)
    fetch_env = staticmethod(application_env.fetch_env)
    get_all_env = staticmethod(application_env.get_all_env)
    put_env = staticmethod(application_env.put_env)
    put_all_env = staticmethod(application_env.put_all_env)
    delete_env = staticmethod(application_env.delete_env)
    format_error = staticmethod(format_error)


class Application(metaclass=_ApplicationFunctions):
    """A supervision tree with a name, a version and an environment.

        >>> class Shop(Application, version="1.0", description="sells things"):
        ...     def start(type, args):
        ...         return Agent.start_link(dict)
        >>> Application.start("shop"), Application.started_applications()[0]
        ('ok', ('shop', 'sells things', '1.0'))

    The keywords of the class are what Elixir has in `mix.exs`, and all may be left out: `name` (else the class's,
    `MyApp` as "my_app"), `version`, `description`; `args`, what `start` gets, else []; `env`, a dict, which
    `Application.get_env` reads; `applications`, the names of those that must be started before it, and
    `optional_applications`, those of them that may be missing; `included_applications`, `registered`, `modules`,
    `start_phases` (a dict, or a list of `(phase, args)`) and `maxT`, as in OTP.

    The callbacks; only the first must be there:

        start(type, args)     starts the top supervisor: returns ("ok", pid), ("ok", pid, state) or ("error", reason);
                              type is "normal"
        prep_stop(state)      before the tree is stopped; returns the state for `stop`
        stop(state)           after it. The state is [] where `start` gives none
        start_phase(phase, type, args)
                              once for each of `start_phases`; returns "ok" or ("error", reason)

    Mirrors `Application`.
    """


def _spec_of(name: Atom) -> Spec:
    """How an application was defined; one that is loaded, and of no class, as it is."""
    return application_spec.defined(name) or application_table.loaded(name) or application_spec.imported(name)


def _included(spec: Spec, seen: set[Atom]) -> list[Spec]:
    found = []
    for name in spec.keys["included_applications"]:
        if name not in seen:
            seen.add(name)
            each = _spec_of(name)
            found += [each, *_included(each, seen)]
    return found


def _start_with_needed(name: Atom, optional: list[Atom], type: str, started: list[Atom]) -> Any:
    """Returns None, or `(app, reason)`; what was started is in `started`."""
    match ensure_loaded(name):
        case ("error", ("no such file or directory", _)) if name in optional:
            return None
        case ("error", reason):
            return (name, reason)
    if call(("is_running", name)):
        return None
    keys = spec(name)
    for each in keys["applications"]:
        failure = _start_with_needed(each, keys["optional_applications"], type, started)
        if failure is not None:
            return failure
    match call(("start", name, type)):
        case ("error", ("already_started", _)):
            return None
        case ("error", reason):
            return (name, reason)
    started.append(name)
    return None
