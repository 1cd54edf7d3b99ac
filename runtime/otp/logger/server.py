"""The process "logger", which changes what is configured of the logger. It is started by the first change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import ArgumentError, describe
from pyex.otp.behaviour import Module, module_name, own_function
from pyex.otp.gen_server import GenServer
from pyex.otp.report import config as logger_config
from pyex.otp.report.config import Config, Handler
from pyex.otp.report.event import listen_to_all
from pyex.otp.report.level import ALL, is_threshold, threshold
from pyex.self_ import self

LOGGER = Atom("logger")
HANDLER_KEYS = frozenset({"config", "filter_default", "filters", "level"})


def change(request: tuple[Any, ...]) -> Any:
    """Have the process change something, and return its answer."""
    started = GenServer.start(LoggerServer, None, name=LOGGER)
    match started:
        case ("ok", pid) | ("error", ("already_started", pid)):
            return GenServer.call(pid, request)
    return started


class LoggerServer(GenServer):
    """Its state is the configuration, which others read meanwhile."""

    @staticmethod
    def init(arg: None) -> Any:
        return (OK, logger_config.begin(self()))

    @staticmethod
    def handle_call(request: Any, from_: Any, config: Config) -> Any:
        answer: Any = OK
        match request:
            case ("configure", options):
                for key, option in options.items():
                    setattr(config, key, option)
            case ("put_module_level", keys, level):
                config.module_levels = {**config.module_levels, **dict.fromkeys(keys, level)}
            case ("delete_module_level", keys):
                kept = {key: level for key, level in config.module_levels.items() if key not in (keys or [key])}
                config.module_levels = kept
            case ("add_handler", handler):
                answer = _add(config, handler)
            case ("remove_handler", handler_id):
                answer = _remove(config, handler_id)
            case ("update_handler", handler_id, changes):
                answer = _update(config, handler_id, changes)
        listen_to_all(logger_config.has_listeners())
        return ("reply", answer, config)


def handler_of(handler_id: str, function: Callable[..., Any] | Module, config: dict[str, Any]) -> Handler | Any:
    """A handler that can be added, or `("error", reason)`."""
    log = own_function(function, "log") if not callable(function) or isinstance(function, type) else function
    if not callable(log):
        return (ERROR, (Atom("invalid_handler"), (Atom("function_not_exported"), (module_name(function), "log", 2))))
    checked = checked_config(config)
    if not isinstance(checked, dict):
        return checked
    name = Atom(handler_id)
    return Handler(name, log, {"id": name, "module": function, "level": ALL, **checked})


def checked_config(config: dict[str, Any]) -> Any:
    """What a handler is configured with, or `("error", ("invalid_level", level))`."""
    if not isinstance(config, dict):
        raise ArgumentError(f"a handler's config is a dict, got: {describe(config)}")
    for key in config:
        if key not in HANDLER_KEYS:
            known = ", ".join(sorted(HANDLER_KEYS))
            raise ArgumentError(f"unknown key {key!r} in a handler's config; known are {known}")
    if "level" not in config:
        return dict(config)
    if not is_threshold(config["level"]):
        return (ERROR, (Atom("invalid_level"), config["level"]))
    return {**config, "level": threshold(config["level"])}


def _add(config: Config, handler: Handler) -> Any:
    if handler.id in config.handlers:
        return (ERROR, (Atom("already_exist"), handler.id))
    config.handlers = {**config.handlers, handler.id: handler}
    return OK


def _remove(config: Config, handler_id: Atom) -> Any:
    if handler_id not in config.handlers:
        return (ERROR, (Atom("not_found"), handler_id))
    config.handlers = {key: handler for key, handler in config.handlers.items() if key != handler_id}
    return OK


def _update(config: Config, handler_id: Atom, changes: dict[str, Any]) -> Any:
    handler = config.handlers.get(handler_id)
    if handler is None:
        return (ERROR, (Atom("not_found"), handler_id))
    handler.config = {**handler.config, **changes}
    return OK
