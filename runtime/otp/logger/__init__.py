"""`Logger`: saying what happens, to the console and to whoever else listens.

    Logger.info("a user came", user_id=42)
    Logger.error({"event": "payment", "amount": 10})
    Logger.configure(level="warning")

Elixir's Logger on Python's `logging`. Both go through the engine's logger process, and each hears the other:

- Where nobody has configured `logging`, what Logger logs is printed as Elixir's console does, from level "debug" on.
- Where somebody has, `logging`'s handlers get it, as records of the logger that is named like the calling class or
  module, as far as the level of that logger lets them pass; then the console is silent. Levels that `logging` does not
  have are NOTICE (25), ALERT (60) and EMERGENCY (70). Reports are at `record.report`, metadata at `record.metadata`.
- Handlers that were added here get both, as events in Erlang's form.

The reports of OTP, of servers that end and the like, take the same way (`report`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.mailbox import receive
from pyex.otp.behaviour import Module
from pyex.otp.logger import server as logger_server
from pyex.otp.logger import write as logger_write
from pyex.otp.report.config import LEVEL_KEY, current, module_key, process_level
from pyex.otp.report.event import FLUSHED, METADATA_KEY, flush, process_metadata
from pyex.otp.report.level import NONE, NUMBERS, is_threshold, number_of, threshold
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import make_ref
from pyex.self_ import self

FLUSH_MS = 5000
_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "level": threshold,
    "handle_otp_reports": bool,
    "handle_sasl_reports": bool,
}


class Logger:
    """Saying what happens. A namespace: `Logger.info("hello")`."""

    debug = staticmethod(logger_write.debug)
    info = staticmethod(logger_write.info)
    notice = staticmethod(logger_write.notice)
    warning = staticmethod(logger_write.warning)
    error = staticmethod(logger_write.error)
    critical = staticmethod(logger_write.critical)
    alert = staticmethod(logger_write.alert)
    emergency = staticmethod(logger_write.emergency)
    log = staticmethod(logger_write.log)
    bare_log = staticmethod(logger_write.bare_log)

    # -- levels

    @staticmethod
    def levels() -> list[Atom]:
        """The levels, the least important first.

            >>> Logger.levels()[:3]
            ['debug', 'info', 'notice']

        Mirrors `Logger.levels/0`.
        """
        return list(NUMBERS)

    @staticmethod
    def level() -> Atom:
        """The level from which on everything is logged; `Logger.configure(level=…)` sets it.

            >>> Logger.level()
            'debug'

        Mirrors `Logger.level/0`.
        """
        return current().level

    @staticmethod
    def compare_levels(left: str, right: str) -> Atom:
        """Which of two levels is the more important.

            >>> Logger.compare_levels("debug", "warning"), Logger.compare_levels("error", "info")
            ('lt', 'gt')

        Returns "lt", "eq" or "gt". Raises `ArgumentError` for an unknown level. Mirrors `Logger.compare_levels/2`.
        """
        one, other = number_of(left), number_of(right)
        return Atom("lt") if one < other else Atom("gt") if one > other else Atom("eq")

    @staticmethod
    def configure(**options: Any) -> Atom:
        """Change what is logged, until the runtime stops.

            >>> Logger.configure(level="error", handle_sasl_reports=True)
            'ok'

        `level` is a level, "all" or "none". `handle_otp_reports=False` hides the reports of OTP from the console and
        from `logging`; `handle_sasl_reports=True` shows those of supervisors and crashes too.

        Returns "ok". Raises `ArgumentError` for an unknown option or level. Mirrors `Logger.configure/1`.
        """
        for key in options:
            if key not in _OPTIONS:
                raise ArgumentError(f"unknown option {key!r}; known are {', '.join(_OPTIONS)}")
        changed = {key: _OPTIONS[key](option) for key, option in options.items()}
        return Atom(logger_server.change(("configure", changed)))

    @staticmethod
    def put_module_level(module: Any, level: str) -> Any:
        """Set the level for what the functions of a class or a Python module log, or of several in a list: it counts in
        the place of the general one.

            >>> class Shop(GenServer):
            ...     pass
            >>> Logger.put_module_level(Shop, "none"), len(Logger.get_module_level(Shop))
            ('ok', 1)

        Returns "ok" or `("error", ("invalid_level", level))`. Mirrors `Logger.put_module_level/2`.
        """
        if not is_threshold(level):
            return (ERROR, (Atom("invalid_level"), level))
        keys = [module_key(each) for each in _list(module)]
        return logger_server.change(("put_module_level", keys, threshold(level)))

    @staticmethod
    def get_module_level(module: Any) -> list[tuple[Any, Atom]]:
        """The levels that were set for a module or several: a list of `(module, level)`. Mirrors
        `Logger.get_module_level/1`.
        """
        levels = current().module_levels
        return [(each, levels[module_key(each)]) for each in _list(module) if module_key(each) in levels]

    @staticmethod
    def delete_module_level(module: Any) -> Atom:
        """Have the general level count again for a module or several. Mirrors `Logger.delete_module_level/1`."""
        keys = [module_key(each) for each in _list(module)]
        return Atom(logger_server.change(("delete_module_level", keys)) if keys else OK)

    @staticmethod
    def delete_all_module_levels() -> Atom:
        """Have the general level count for all modules. Mirrors `Logger.delete_all_module_levels/0`."""
        return Atom(logger_server.change(("delete_module_level", [])))

    @staticmethod
    def put_process_level(pid: Pid, level: str) -> Atom:
        """Set the least level for what the calling process logs; the general level counts as well.

            >>> Logger.put_process_level(self(), "error"), Logger.get_process_level(self())
            ('ok', 'error')

        `pid` can only be `self()`. Returns "ok". Mirrors `Logger.put_process_level/2`.
        """
        _check_self(pid)
        Process.put(LEVEL_KEY, threshold(level))
        return OK

    @staticmethod
    def get_process_level(pid: Pid) -> Atom | None:
        """The level of the calling process, or None. `pid` can only be `self()`. Mirrors
        `Logger.get_process_level/1`.
        """
        _check_self(pid)
        return process_level()

    @staticmethod
    def delete_process_level(pid: Pid) -> Atom:
        """Have only the general level count for the calling process. `pid` can only be `self()`. Mirrors
        `Logger.delete_process_level/1`.
        """
        _check_self(pid)
        Process.delete(LEVEL_KEY)
        return OK

    @staticmethod
    def disable(pid: Pid) -> Atom:
        """Log nothing of the calling process.

            >>> Logger.disable(self()), Logger.enabled(self()), Logger.enable(self()), Logger.enabled(self())
            ('ok', False, 'ok', True)

        `pid` can only be `self()`. Returns "ok". Mirrors `Logger.disable/1`.
        """
        return Logger.put_process_level(pid, NONE)

    @staticmethod
    def enable(pid: Pid) -> Atom:
        """Log what the calling process logs, after `disable`. `pid` can only be `self()`. Mirrors `Logger.enable/1`."""
        return Logger.delete_process_level(pid)

    @staticmethod
    def enabled(pid: Pid) -> bool:
        """Whether the calling process is not disabled. `pid` can only be `self()`. Mirrors `Logger.enabled?/1`."""
        return Logger.get_process_level(pid) != NONE

    # -- metadata

    @staticmethod
    def metadata(**changes: Any) -> Any:
        """The metadata of the calling process, which goes with all that it logs; with arguments: change it.

            >>> Logger.metadata(user_id=42, request="r1"), Logger.metadata(request=None), Logger.metadata()
            ('ok', 'ok', {'user_id': 42})

        A value of None removes the key. Returns a dict, or "ok" when changing. Mirrors `Logger.metadata/0` and `/1`.
        """
        if not changes:
            return process_metadata()
        return Logger.reset_metadata(**{**process_metadata(), **changes})

    @staticmethod
    def reset_metadata(**metadata: Any) -> Atom:
        """Replace the metadata of the calling process.

            >>> Logger.metadata(user_id=42), Logger.reset_metadata(), Logger.metadata()
            ('ok', 'ok', {})

        Returns "ok". Mirrors `Logger.reset_metadata/1`.
        """
        Process.put(METADATA_KEY, {key: value for key, value in metadata.items() if value is not None})
        return OK

    # -- handlers

    @staticmethod
    def add_handler(handler_id: str, handler: Callable[..., Any] | Module, config: dict[str, Any] | None = None) -> Any:
        """Have a function called with everything that is logged, in the logger process.

            >>> me = self()
            >>> Logger.add_handler("mine", lambda event, config: send(me, (event["level"], event["msg"])))
            'ok'
            >>> Logger.info({"user_id": 42})
            'ok'
            >>> receive()
            ('info', ('report', {'user_id': 42}))

        `handler` is a function of two arguments, or a class or module with such a function `log`. It gets the event
        and its config. The event is a dict: "level"; "msg", which is `("string", text)` or `("report", data)`; "meta",
        a dict of the metadata with "time" (in microseconds), "pid", "mfa", "domain" and more, as far as they are known;
        and "text", the words that the console has for it. All reports come, also those that the console hides; their
        domain is `["otp"]` or `["otp", "sasl"]`.

        `config` may have "level", a level from which on the handler is called; "filters", a list of
        `(id, (function, argument))`: `function(event, argument)` returns "stop", "ignore" or the event, which it may
        change; "filter_default", "stop" where all filters ignore what is not wanted; and "config", for the handler.

        The handler must be quick, for all others wait. One that raises is removed. Returns "ok", or `("error",
        reason)` with `("already_exist", id)`, `("invalid_level", level)` or `("invalid_handler", …)`. Mirrors
        `:logger.add_handler/3`.
        """
        added = logger_server.handler_of(handler_id, handler, config or {})
        return added if isinstance(added, tuple) else logger_server.change(("add_handler", added))

    @staticmethod
    def remove_handler(handler_id: str) -> Any:
        """Remove a handler. The console is the handler "default".

            >>> Logger.remove_handler("nobody")
            ('error', ('not_found', 'nobody'))

        Returns "ok" or `("error", ("not_found", id))`. Mirrors `:logger.remove_handler/1`.
        """
        return logger_server.change(("remove_handler", Atom(handler_id)))

    @staticmethod
    def update_handler_config(handler_id: str, config: dict[str, Any]) -> Any:
        """Change some of the config of a handler.

            >>> Logger.update_handler_config("default", {"level": "error"})
            'ok'

        Returns "ok" or `("error", reason)`. Mirrors `:logger.update_handler_config/2`.
        """
        checked = logger_server.checked_config(config)
        if not isinstance(checked, dict):
            return checked
        return logger_server.change(("update_handler", Atom(handler_id), checked))

    @staticmethod
    def get_handler_ids() -> list[Atom]:
        """The handlers there are.

            >>> Logger.get_handler_ids()
            ['default']

        Mirrors `:logger.get_handler_ids/0`.
        """
        return list(current().handlers)

    @staticmethod
    def get_handler_config(handler_id: str) -> Any:
        """The config of a handler: `("ok", config)` or `("error", ("not_found", id))`. Mirrors
        `:logger.get_handler_config/1`.
        """
        handler = current().handlers.get(Atom(handler_id))
        return (ERROR, (Atom("not_found"), Atom(handler_id))) if handler is None else (OK, dict(handler.config))

    @staticmethod
    def flush() -> Atom:
        """Wait until all that was logged so far has been handled.

            >>> Logger.info("hello"), Logger.flush()
            ('ok', 'ok')

        Returns "ok". Mirrors `Logger.flush/0`.
        """
        reference = make_ref()
        flush(self(), reference)
        receive((FLUSHED, reference), after=FLUSH_MS, default=None)
        sys.stderr.flush()
        return OK


def _list(modules: Any) -> list[Any]:
    return modules if isinstance(modules, list) else [modules]


def _check_self(pid: Any) -> None:
    if pid != self():
        raise bad_argument(1, f"not the calling process: {describe(pid)}; write self()")
