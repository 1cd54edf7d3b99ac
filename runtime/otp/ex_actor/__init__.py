"""`ExActor`: a GenServer in few words, after Saša Jurić's library of that name for Elixir.

    class MyFancyProcess(ExActor, initial_state=0):
        @defcall
        def hello(message, state):
            print(f"Hello, {message}")
            return noreply()

        @defcall
        def counter(state):
            new_counter = state + 1
            print(f"New state is {new_counter}")
            return new_state(new_counter)

    pid = ok(MyFancyProcess.start_link())
    MyFancyProcess.hello(pid, "world")

Each function is there twice: what is written runs in the server, with the state; what `MyFancyProcess.hello` is
afterwards is the client function, which asks for it. In a file write `@staticmethod` below the decorators.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MethodType
from typing import Any, ClassVar

from pyex.errors import ErlangError, describe
from pyex.exit_reason import accepts
from pyex.message import copied
from pyex.otp import gen_server
from pyex.otp.behaviour import module_name
from pyex.otp.ex_actor.definition import Definition, defcall, defcast, definfo, defstart
from pyex.otp.ex_actor.response import (
    Response,
    hibernate,
    initial_state,
    new_state,
    noreply,
    otp_tuple,
    reply,
    set_and_reply,
    stop_server,
    timeout_after,
)
from pyex.otp.gen_server import GenServer, _GenServerFunctions
from pyex.otp.server.operation import bind, client_function, named_like, parse_request
from pyex.otp.undefined import FUNCTION_CLAUSE

__all__ = [
    "ExActor",
    "Response",
    "defcall",
    "defcast",
    "definfo",
    "defstart",
    "hibernate",
    "initial_state",
    "new_state",
    "noreply",
    "reply",
    "set_and_reply",
    "stop_server",
    "timeout_after",
]

_NOTHING: Any = object()
_CALLBACKS = frozenset({
    "child_spec", "code_change", "format_status", "handle_call", "handle_cast", "handle_continue", "handle_info",
    "init", "start", "start_link", "terminate",
})  # fmt: skip


class _Body(dict[str, Any]):
    """The body of a class that is being defined."""

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(self.get(name), Definition) and isinstance(value, Definition):
            # Python would forget the first without a word.
            raise TypeError(f"{name} is defined twice; write one function, with a match for its clauses")
        super().__setitem__(name, value)


class _ExActorFunctions(_GenServerFunctions):
    """What `ExActor` offers; and the callbacks as the GenServer calls them, which do what the definitions say, and call
    those of these names in the class for the rest. (Being properties, they go before these.)
    """

    @classmethod
    def __prepare__(metacls, name: str, bases: tuple[type, ...], /, **options: Any) -> _Body:
        return _Body()

    def child_spec(cls, arg: Any) -> dict[str, Any]:
        """How a supervisor is to start this: by `start_link(arg)`; by `start_link()` where it is given as the class
        alone, which OTP passes on as `[]`, and has a `@defstart` that needs no argument.
        """
        spec = super().child_spec(arg)
        if arg == [] and any(accepts(each.function, ()) for each in _starters(cls)):
            spec["start"] = (cls, "start_link", [])
        return spec

    def starts_alone(cls) -> bool:
        """Not when each `@defstart` needs an argument."""
        own = cls.__definitions__.get("start_link", cls.__definitions__.get("start"))  # type: ignore[attr-defined]
        return own is None or any(accepts(each.function, ()) for each in _starters(cls))

    def written_for(cls, callback: str, args: list[Any]) -> Any:
        """The definition, where the callback leaves a request to one."""
        definition = cls.__definitions__.get(parse_request(args[0])[0])  # type: ignore[attr-defined]
        of_requests = callback in ("handle_call", "handle_cast") and definition is not None
        return definition.function if of_requests else _of_class(cls, callback)

    def result_hint(cls, result: Any) -> str:
        """What a definition may return has words of its own."""
        return "write reply(x), set_and_reply(state, x), new_state(state), noreply() or stop_server(reason)"

    @property
    def init(cls) -> Any:
        return MethodType(_init, cls)

    @property
    def handle_call(cls) -> Any:
        return MethodType(_handle_call, cls)

    @property
    def handle_cast(cls) -> Any:
        return MethodType(_handle_cast, cls)

    @property
    def handle_info(cls) -> Any:
        return MethodType(_handle_info, cls)

    @property
    def handle_continue(cls) -> Any:
        return MethodType(_handle_continue, cls)


class ExActor(GenServer, metaclass=_ExActorFunctions):
    """A GenServer in few words.

        >>> class MyFancyProcess(ExActor, initial_state=0, export=True):
        ...     @defcall
        ...     def hello(message, state):
        ...         print(f"Hello, {message}")
        ...         return noreply()
        ...     @defcall
        ...     def counter(state):
        ...         return set_and_reply(state + 1, state + 1)
        >>> pid = ok(MyFancyProcess.start_link())
        >>> MyFancyProcess.hello("world")
        Hello, world
        'ok'
        >>> MyFancyProcess.counter(), MyFancyProcess.counter(), Sys.get_state(pid)
        (1, 2, 2)

    Class keywords: `initial_state=`, of which each server gets a copy; without it and without a `@defstart` the state
    is the argument of `start_link`. `export=` a name, or True for the class itself: the server is registered as that,
    and the client functions take no server. Those of a child spec, as for every GenServer.

    All else is as in a GenServer: callbacks of the class take what no definition is for, and may return `new_state(s)`
    and the like too. Mirrors `use ExActor.GenServer` of the Elixir library.
    """

    __definitions__: ClassVar[dict[str, Definition]] = {}
    __initial_state__: Any = _NOTHING
    __export__: Any = None

    # With these parameters checkers let a class below have its own, of any signature.
    @classmethod
    def start_link(cls, *arg: Any, **options: Any) -> Any:
        """Start a server that is linked to the caller; where no `initial_state` was given its state is the argument,
        None without one. Takes the options of `GenServer.start_link`, and returns what that does.
        """
        return gen_server.start_link(cls, _argument(arg), **{**_export_options(cls), **options})

    @classmethod
    def start(cls, *arg: Any, **options: Any) -> Any:
        """As `start_link`, without a link."""
        return gen_server.start(cls, _argument(arg), **{**_export_options(cls), **options})

    def __init_subclass__(cls, *, initial_state: Any = _NOTHING, export: Any = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if initial_state is not _NOTHING:
            cls.__initial_state__ = initial_state
        if export is not None:
            cls.__export__ = cls if export is True else export
        definitions = dict(cls.__definitions__)
        for name, member in vars(cls).items():
            marked = member.__func__ if isinstance(member, staticmethod) else member
            definitions.pop(name, None)
            if isinstance(marked, Definition):
                if name in _CALLBACKS and marked.kind != "defstart":
                    name = f"{cls.__qualname__}.{name}"
                    raise TypeError(f"{name} cannot be a @{marked.kind}: a GenServer needs this name itself")
                definitions[name] = marked
        cls.__definitions__ = definitions
        for name, definition in definitions.items():
            if definition.kind in ("defcall", "defcast"):
                setattr(cls, name, staticmethod(_client(definition, cls.__export__)))
            elif definition.kind == "defstart":
                _set_starters(cls, name, definition)


def _client(definition: Definition, export: Any) -> Callable[..., Any]:
    ask: Callable[[Any, Any], Any] = gen_server.cast
    if definition.kind == "defcall":
        ask = partial(gen_server.call, timeout=definition.timeout)
    return client_function(definition.function, definition.parameters, ask, export)


def _set_starters(cls: Any, name: str, definition: Definition) -> None:
    """Set the function that starts the server; and of `start` and `start_link` the other one, if nobody defines it."""
    setattr(cls, name, staticmethod(_starter(cls, definition, definition.link)))
    other = {"start": "start_link", "start_link": "start"}.get(name)
    if other is not None and other not in cls.__definitions__ and other not in vars(cls):
        setattr(cls, other, staticmethod(_starter(cls, definition, not definition.link)))


def _starter(cls: Any, definition: Definition, link: bool) -> Callable[..., Any]:
    start = gen_server.start_link if link else gen_server.start
    like, parameters = definition.function, definition.parameters

    def starter(*args: Any, **keywords: Any) -> Any:
        own = {key: keywords.pop(key) for key in list(keywords) if key in parameters.parameters}
        bound = bind(like.__name__, parameters, args, own)
        bound.apply_defaults()
        return start(cls, bound.args or None, **{**_export_options(cls), **definition.start_options, **keywords})

    return named_like(starter, like, parameters)


def _starters(cls: Any) -> list[Definition]:
    return [each for each in cls.__definitions__.values() if each.kind == "defstart"]


def _argument(given: tuple[Any, ...]) -> Any:
    match given:
        case ():
            return None
        case (arg,):
            return arg
    raise TypeError(f"a server is started with one argument, not with {len(given)}; or write a @defstart")


def _export_options(cls: Any) -> dict[str, Any]:
    return {} if cls.__export__ is None else {"name": cls.__export__}


def _init(cls: Any, arg: Any) -> Any:
    args = () if arg is None else arg
    for each in _starters(cls):
        if isinstance(args, tuple) and len(args) == len(each.parameters.parameters):
            return otp_tuple(each.function(*args))
    if cls.__initial_state__ is not _NOTHING:
        return otp_tuple(initial_state(copied(cls.__initial_state__)))
    init = _of_class(cls, "init")
    if _starters(cls) and init is GenServer.init:
        raise ErlangError(FUNCTION_CLAUSE, f"no @defstart of {module_name(cls)} takes {describe(arg)}")
    return otp_tuple(init(arg))


def _handle_call(cls: Any, request: Any, from_: Any, state: Any) -> Any:
    name, args = parse_request(request)
    definition = cls.__definitions__.get(name)
    if definition is None or definition.kind != "defcall":
        return otp_tuple(_of_class(cls, "handle_call")(request, from_, state), state, in_call=True)
    if definition.takes_from:
        args = (*args, from_)
    return otp_tuple(definition.function(*args, state), state, in_call=True)


def _handle_cast(cls: Any, request: Any, state: Any) -> Any:
    name, args = parse_request(request)
    definition = cls.__definitions__.get(name)
    if definition is None or definition.kind != "defcast":
        return otp_tuple(_of_class(cls, "handle_cast")(request, state), state)
    return otp_tuple(definition.function(*args, state), state)


def _handle_info(cls: Any, message: Any, state: Any) -> Any:
    for definition in cls.__definitions__.values():
        if definition.kind == "definfo" and definition.takes(message):
            return otp_tuple(definition.function(message, state), state)
    return otp_tuple(_of_class(cls, "handle_info")(message, state), state)


def _handle_continue(cls: Any, argument: Any, state: Any) -> Any:
    return otp_tuple(_of_class(cls, "handle_continue")(argument, state), state)


def _of_class(cls: type, name: str) -> Callable[..., Any]:
    """The function of this name in the class, or in the first of those above it that has one."""
    found = next(vars(base)[name] for base in cls.__mro__ if name in vars(base))
    return found.__get__(None, cls)  # type: ignore[no-any-return]
