"""`defcall`, `defcast`, `definfo` and `defstart`: they mark the functions of an `ExActor` as what they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, overload

from pyex.errors import ArgumentError
from pyex.otp.server.operation import checked, is_plain
from pyex.pattern import matches

Function = Callable[..., Any]
FROM = "from_"


class Definition:
    """A function that is marked. `parameters` are those that its callers give, so without the state."""

    def __init__(self, kind: str, function: Any) -> None:
        self.kind = kind
        self.function = checked(function, kind)
        given = inspect.signature(self.function)
        if not is_plain(given):
            raise TypeError(f"{self.function.__qualname__}{given}: an operation takes positional parameters only")
        names = list(given.parameters)
        self.takes_from = kind == "defcall" and names[-2:-1] == [FROM]
        if kind != "defstart":
            if not names:
                raise TypeError(f"{self.function.__qualname__}() lacks a last parameter, for the state")
            names = names[: -2 if self.takes_from else -1]
        self.parameters = given.replace(parameters=[given.parameters[name] for name in names])
        # defcall: how long callers wait. definfo: for which messages, () for all. defstart: with a link; how.
        self.timeout: int | str = 5000
        self.patterns: tuple[Any, ...] = ()
        self.link = True
        self.start_options: dict[str, Any] = {}

    def takes(self, message: Any) -> bool:
        """Whether a `definfo` is for this message."""
        return not self.patterns or any(matches(each, message) for each in self.patterns)


@overload
def defcall(function: Function, /) -> Function: ...
@overload
def defcall(*, timeout: int | str = 5000) -> Callable[[Function], Function]: ...
def defcall(function: Any = None, /, *, timeout: int | str = 5000) -> Any:
    """Make a call of a function: its arguments and the state go in, what to reply comes out.

        >>> from pyex.otp.ex_actor import *
        >>> class Stock(ExActor, initial_state=10):
        ...     @defcall
        ...     def take(number, state):
        ...         if number > state:
        ...             return reply("sold out")
        ...         return set_and_reply(state - number, number)
        >>> pid = ok(Stock.start_link())
        >>> Stock.take(pid, 7), Stock.take(pid, 7)
        (7, 'sold out')

    The last parameter is the state; one before it that is named `from_` is who called, for `GenServer.reply`. The
    others are those of the client function, which takes the server first, unless the class has `export=`. It
    returns `reply(x)`, `set_and_reply(state, x)`, `new_state(state)` or `noreply()` (these two reply "ok"),
    `stop_server(reason)`, or what a GenServer's `handle_call` may return: so `("noreply", state)` replies nothing yet.

    `@defcall(timeout=ms)` says how long callers wait, 5000 unless told. The request is `("take", number)`, or `"take"`
    where there are no parameters. Mirrors ExActor's `defcall`.
    """

    def define(function: Any) -> Definition:
        definition = Definition("defcall", function)
        definition.timeout = timeout
        return definition

    return define if function is None else define(function)


def defcast(function: Function, /) -> Function:
    """Make a cast of a function: its arguments and the state go in, the new state comes out.

        >>> from pyex.otp.ex_actor import *
        >>> class Stock(ExActor, initial_state=10):
        ...     @defcast
        ...     def put(number, state):
        ...         return new_state(state + number)
        >>> pid = ok(Stock.start_link())
        >>> Stock.put(pid, 7), Sys.get_state(pid)
        ('ok', 17)

    As `defcall`, but nobody waits: the client function returns "ok" at once. Returns `new_state(state)`, `noreply()`,
    `stop_server(reason)`, or what a GenServer's `handle_cast` may return. Mirrors ExActor's `defcast`.
    """
    return Definition("defcast", function)  # type: ignore[return-value]


@overload
def definfo(function: Function, /) -> Function: ...
@overload
def definfo(*patterns: Any) -> Callable[[Function], Function]: ...
def definfo(*patterns: Any) -> Any:
    """Have a function take the other messages: all, or those that match a pattern, as `receive` has them.

        >>> from pyex.otp.ex_actor import *
        >>> class Clock(ExActor, initial_state=0):
        ...     @definfo("tick", ("tick", ...))
        ...     def tick(message, state):
        ...         return new_state(state + 1)
        ...     @definfo
        ...     def other(message, state):
        ...         return noreply()
        >>> pid = ok(Clock.start_link())
        >>> _ = send(pid, "tick"), send(pid, ("tick", 5)), send(pid, "tock")
        >>> Sys.get_state(pid)
        2

    They are tried in the order in which they stand in the class; each has a name of its own. It takes the message and
    the state, and returns as one of `defcast`. A message that is for none goes to `handle_info`. (A function as the
    pattern is written as a lambda.) Mirrors ExActor's `definfo`, later named `defhandleinfo`.
    """
    if len(patterns) == 1 and _is_handler(patterns[0]):
        return Definition("definfo", patterns[0])
    if any(each is ... for each in patterns):
        raise ArgumentError(
            "a bare ... would match every message: write @definfo alone for that, and @definfo((..., 1)) for a tuple"
        )

    def define(function: Any) -> Definition:
        definition = Definition("definfo", function)
        definition.patterns = patterns
        return definition

    return define


def _is_handler(value: Any) -> bool:
    return isinstance(value, staticmethod) or (inspect.isfunction(value) and value.__name__ != "<lambda>")


@overload
def defstart(function: Function, /) -> Any: ...
@overload
def defstart(*, link: bool | None = None, **options: Any) -> Callable[[Function], Any]: ...
def defstart(function: Any = None, /, *, link: bool | None = None, **options: Any) -> Any:
    """Make of a function the way to start the server: it runs there, and returns the first state.

        >>> from pyex.otp.ex_actor import *
        >>> class Stock(ExActor):
        ...     @defstart
        ...     def start_link(boxes, size=12):
        ...         return initial_state(boxes * size)
        >>> pid = ok(Stock.start_link(2, name="stock"))
        >>> Sys.get_state("stock"), Sys.get_state(ok(Stock.start(1, size=6)))
        (24, 6)

    A function `start_link` or `start` defines both; one of another name says `@defstart(link=True)`, or False. Options
    of `GenServer.start_link` can be given here, `@defstart(timeout=1000)`, and to the client function. It returns
    `initial_state(state)`, or what a GenServer's `init` may return. Where there are several, each has another number of
    parameters: the argument of `init` is the tuple of theirs, or None. Mirrors ExActor's `defstart`.
    """

    def define(function: Any) -> Definition:
        definition = Definition("defstart", function)
        name = definition.function.__name__
        if link is None and name not in ("start", "start_link"):
            raise TypeError(f"{name}: a @defstart is named start or start_link, or says link=True or link=False")
        definition.link = name == "start_link" if link is None else link
        definition.start_options = options
        return definition

    return define if function is None else define(function)
