"""`Server`: a server as a class whose state is in `self`, and whose decorated methods others may call.

    class Counter(Server):
        def __init__(self, start: int = 0) -> None:
            self.n = start

        @call
        def increment(self, by: int = 1) -> int:
            self.n += by
            return self.n

        @cast
        def reset(self) -> None:
            self.n = 0

    pid = ok(Counter.start_link(10))
    Counter.increment(pid, 2)        # 12: the class's function asks the server
    counter = Counter.at(pid)
    counter.increment()              # 13: the same, with the server kept
    counter.reset()                  # 'ok'

Underneath it is a GenServer: its state is the instance, and its module the class. `__init__` and the methods run in the
server's process, one at a time, so there `self.increment()` is a plain call. An instance that you make yourself,
`Counter(10)`, is a plain object and no server, which is good for tests.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from inspect import CO_VARARGS
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar, overload

from pyex.atom import OK, Atom
from pyex.errors import describe
from pyex.exit_reason import accepts
from pyex.otp import gen_server
from pyex.otp.behaviour import Behaviour
from pyex.otp.gen_server import GenServer
from pyex.otp.server import callbacks as server_callbacks
from pyex.otp.server.client import Client
from pyex.otp.server.method import Call, Cast, Name, NoReply, call, cast
from pyex.otp.server.operation import bind
from pyex.pid import Pid

__all__ = ["NoReply", "Server", "call", "cast"]

P = ParamSpec("P")
T = TypeVar("T")

ARGUMENTS = Atom("$arguments")
_THEN = '("stop", reason), ("continue", x), "hibernate" or a timeout in milliseconds'
# A @call or @cast of such a name would take the place of what the server, or its supervisor, calls.
_RESERVED = frozenset({
    "__init__", "at", "child_spec", "code_change", "format_status", "from_", "handle_call", "handle_cast",
    "handle_continue", "handle_info", "init", "start", "start_link", "terminate", "then",
})  # fmt: skip
_OPTIONS = ("name", "timeout", "debug", "spawn_opt", "hibernate_after")


def _start(starter: Callable[..., Any], cls: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Start a server by `GenServer.start_link` or `start`, whose options are among the keywords."""
    options = {"name": cls.__server_name__}
    if keywords:
        own = inspect.signature(cls).parameters
        options |= {key: keywords.pop(key) for key in _OPTIONS if key in keywords and key not in own}
    if keywords or not _accepts(cls, *args):
        # What is wrong with the arguments is the caller's mistake, and is raised there.
        signature = inspect.signature(cls).replace(return_annotation=inspect.Signature.empty)
        bind(cls.__qualname__, signature, args, keywords)
    return starter(cls, (ARGUMENTS, args, keywords), **options)


def _check_names(cls: type) -> None:
    """Refuse in the class statement what could not work later."""
    for name, member in vars(cls).items():
        if name in _RESERVED and isinstance(member, Call | Cast):
            kind = type(member).__name__.lower()
            raise TypeError(f"{cls.__qualname__}.{name} cannot be a @{kind}: a Server needs this name itself")
    made_by = vars(cls).get("__init__")
    if inspect.isfunction(made_by) and not (made_by.__code__.co_argcount or made_by.__code__.co_flags & CO_VARARGS):
        raise TypeError(f"{cls.__qualname__}.__init__ has no self: write def __init__(self, ...)")


def _accepts(cls: Any, *args: Any) -> bool:
    return accepts(cls.__init__, (None, *args))


class _ServerFunctions(Behaviour):
    """What `Server` offers; and its callbacks as a GenServer calls them, which are not the functions of the class that
    have these names: those are methods, of the instance. (Being properties, these here go first on the class.)
    """

    @overload
    def start_link(cls: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Any: ...
    @overload
    def start_link(
        cls,
        *args: Any,
        name: Name | None,
        timeout: int | str = ...,
        debug: Iterable[Any] = ...,
        spawn_opt: Iterable[Any] = ...,
        hibernate_after: int | str = ...,
        **kwargs: Any,
    ) -> Any: ...
    def start_link(cls, *args: Any, **kwargs: Any) -> Any:
        """Start a server that is linked to the caller; the arguments are those of `__init__`.

            >>> class Counter(Server):
            ...     def __init__(self, start=0):
            ...         self.n = start
            ...     @call
            ...     def increment(self, by=1):
            ...         self.n += by
            ...         return self.n
            >>> pid = ok(Counter.start_link(10, name="counter"))
            >>> Counter.increment("counter"), Counter.increment(pid, by=2)
            (11, 13)

        The options of `GenServer.start_link` (name, timeout, debug, spawn_opt, hibernate_after) may be among the
        keywords; one that `__init__` has as a parameter is that parameter. `GenServer.start_link(Counter, 10, …)`, with
        one argument for `__init__`, is the same.

        Returns `("ok", pid)`; "ignore" or `("error", reason)` as `__init__` says (see `Server`), and `("error",
        ("already_started", pid))` when the name is taken. Raises `TypeError` for arguments that are not those of
        `__init__`. Mirrors `GenServer.start_link/3`.
        """
        return _start(gen_server.start_link, cls, args, kwargs)

    @overload
    def start(cls: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Any: ...
    @overload
    def start(
        cls,
        *args: Any,
        name: Name | None,
        timeout: int | str = ...,
        debug: Iterable[Any] = ...,
        spawn_opt: Iterable[Any] = ...,
        hibernate_after: int | str = ...,
        **kwargs: Any,
    ) -> Any: ...
    def start(cls, *args: Any, **kwargs: Any) -> Any:
        """As `start_link`, without a link. Mirrors `GenServer.start/3`."""
        return _start(gen_server.start, cls, args, kwargs)

    def at(cls: type[T], server: Name) -> T:
        """A server, to be called by the methods of its class.

            >>> class Counter(Server):
            ...     def __init__(self):
            ...         self.n = 0
            ...     @call
            ...     def increment(self, by=1):
            ...         self.n += by
            ...         return self.n
            >>> counter = Counter.at(ok(Counter.start_link()))
            >>> counter.increment(), counter.increment(by=2)
            (1, 3)

        `server` is a pid or a name, as in `GenServer.call`; whether anybody is there is seen at the first call. Returns
        a small object that may be kept and sent: its methods are the calls and casts of the class, and nothing else of
        the server can be reached through it. (Type checkers take it for an instance, so that they know the methods.)
        """
        return Client(cls, server)  # type: ignore[return-value]

    def child_spec(cls, arg: Any) -> dict[str, Any]:
        """How a supervisor is to start this: by `start_link(arg)`; by `start_link()` where it is given as the class
        alone, which OTP passes on as `[]`, and needs no argument.
        """
        spec = super().child_spec(arg)
        if arg == [] and _accepts(cls):
            spec["start"] = (cls, "start_link", [])
        return spec

    def starts_alone(cls) -> bool:
        """Not when `__init__` needs an argument."""
        own = next(vars(base)["start_link"] for base in cls.__mro__ if "start_link" in vars(base))
        return own is not vars(Server)["start_link"] or _accepts(cls)

    def result_hint(cls, result: Any) -> str:
        """What a server does next is in `self.then`; its methods return no tuples of OTP's."""
        match result:
            case ("ok" | "noreply" | "reply", *_, Server(), then):
                return f"self.then was {describe(then)}; write {_THEN}"
        return f"a method of a Server that is no @call returns nothing; what comes next is set by self.then = {_THEN}"

    @property
    def handle_call(cls) -> Any:
        return server_callbacks.handle_call

    @property
    def handle_cast(cls) -> Any:
        return server_callbacks.handle_cast

    @property
    def handle_info(cls) -> Any:
        return server_callbacks.handle_info

    @property
    def handle_continue(cls) -> Any:
        return server_callbacks.handle_continue

    @property
    def terminate(cls) -> Any:
        return server_callbacks.terminate

    @property
    def format_status(cls) -> Any:
        return server_callbacks.format_status

    @property
    def code_change(cls) -> Any:
        def code_change(old: Any, server: Any, extra: Any) -> Any:
            server.__class__ = cls
            result = server.code_change(old, extra)
            return (OK, server) if result is None else result

        return code_change


class Server(metaclass=_ServerFunctions):
    """A server as a class whose state is in `self`.

        >>> class Account(Server):
        ...     def __init__(self, balance):
        ...         self.balance = balance
        ...     @call(raises=ValueError)
        ...     def withdraw(self, amount):
        ...         "Take money out."
        ...         if amount > self.balance:
        ...             raise ValueError("not enough")
        ...         self.balance -= amount
        ...         return self.balance
        ...     @cast
        ...     def deposit(self, amount):
        ...         self.balance += amount
        >>> pid = ok(Account.start_link(10))
        >>> Account.withdraw(pid, 7), Account.deposit(pid, 1), Account.withdraw(pid, 2)
        (3, 'ok', 2)
        >>> Account.withdraw(pid, 100)
        Traceback (most recent call last):
        ...
        ValueError: not enough

    `@call` and `@cast` make of a method what others may ask for; see there. All else that a GenServer does:

    - What comes next is said by setting `self.then`, in `__init__` and in every method: a timeout in milliseconds,
      "hibernate", `("continue", x)`, or `("stop", reason)`, which ends the server after the reply. In `__init__`,
      `("stop", reason)` and "ignore" are what `start_link` returns, the former as `("error", reason)`.
    - A call is answered later by keeping `self.from_`, ending the method by `raise NoReply`, and, in any process,
      `GenServer.reply(from_, value)`.
    - `handle_info(self, message)` takes other messages, and "timeout"; `handle_continue(self, x)`, `terminate(self,
      reason)`, `code_change(self, old, extra)` and `format_status(self, status)` are called as those of a GenServer.
      `handle_call(self, request, from_)`, which returns the reply, and `handle_cast(self, request)` take requests that
      no method is for.
    - An exception or `exit(reason)` ends the server, as in every GenServer.

    Class keywords: `name=` (what to register as when `start_link` does not say), and those of a child spec: `class
    Account(Server, name="account", restart="transient")`.

    `Sys.get_state(pid)` is a copy of the instance. A class that is defined anew becomes that of its running servers at
    their next message.
    """

    __operations__: ClassVar[dict[str, Call[..., Any] | Cast[..., Any]]] = {}
    __server_name__: ClassVar[Name | None] = None
    # The slots keep these two out of `vars(self)`, which is the state.
    __slots__ = ("__dict__", "__weakref__", "from_", "then")
    if not TYPE_CHECKING:
        # Supervisors want a function of the class itself, and checkers the one above: a class may have another.
        start_link = classmethod(_ServerFunctions.start_link)
        start = classmethod(_ServerFunctions.start)
    from_: tuple[Pid, Any]
    then: int | str | tuple[str, Any]

    def __init_subclass__(cls, *, name: Name | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        _check_names(cls)
        operations = {}
        for base in reversed(cls.__mro__):
            for key, member in vars(base).items():
                if isinstance(member, Call | Cast):
                    operations[key] = member
                else:
                    operations.pop(key, None)
        cls.__operations__ = operations
        cls.__server_name__ = name

    @classmethod
    def init(cls, arg: Any, /) -> Any:
        """The GenServer's callback: makes the instance."""
        make: Any = cls
        match arg:
            case ("$arguments", args, keywords):
                server = make(*args, **keywords)
            case _:
                server = make(arg)
        then = server_callbacks.taken(server)
        match then:
            case None:
                return (OK, server)
            case "ignore" | ("stop", _):
                return then
        return (OK, server, then)

    def handle_call(self, request: Any, from_: Any, /) -> Any:
        """Answers a request that no `@call` is for; what it returns is the reply."""
        return GenServer.handle_call(request, from_, self)

    def handle_cast(self, request: Any, /) -> Any:
        """Takes a request that no `@cast` is for."""
        return GenServer.handle_cast(request, self)

    def handle_info(self, message: Any, /) -> Any:
        """Takes every other message, and "timeout"; this one logs that it was not expected."""
        GenServer.handle_info(message, self)

    def handle_continue(self, argument: Any, /) -> Any:
        """Called at once after `self.then = ("continue", argument)`."""
        return GenServer.handle_continue(argument, self)

    def terminate(self, reason: Any, /) -> Any:
        """Called before the server ends, when a GenServer's `terminate` is."""

    def code_change(self, old: Any, extra: Any, /) -> Any:
        """Called when the class has been defined anew, with the old class; `self` is of the new one already."""

    def format_status(self, status: dict[str, Any], /) -> dict[str, Any]:
        """What reports and `Sys.get_status` are to show: `status`, whose "state" is the instance, with changes."""
        return status

    def __repr__(self) -> str:
        shown = "".join(f" {key}={value!r}" for key, value in vars(self).items())
        return f"<{type(self).__qualname__}{shown}>"
