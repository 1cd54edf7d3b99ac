"""`call` and `cast`: methods of a `Server` that others may ask for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from pyex.atom import Atom
from pyex.exit_reason import clone
from pyex.otp import gen_server
from pyex.otp.server.operation import checked, client_function, run, takes_keywords
from pyex.pid import Pid

P = ParamSpec("P")
R = TypeVar("R", covariant=True)
Errors = type[Exception] | tuple[type[Exception], ...]

# A server: its pid, a name, (name, node()) or ("via", module, term).
Name = Pid | str | type | tuple[Any, ...]

RAISED = Atom("$raised")


class NoReply(BaseException):
    """Ends a `@call` without a reply: somebody will give it by `GenServer.reply(from_, value)`.

    >>> class Bell(Server):
    ...     def __init__(self):
    ...         self.waiting = []
    ...     @call
    ...     def wait(self):
    ...         self.waiting.append(self.from_)
    ...         raise NoReply
    ...     @cast
    ...     def ring(self):
    ...         for each in self.waiting:
    ...             GenServer.reply(each, "ding")
    ...         self.waiting = []
    >>> pid = ok(Bell.start_link())
    >>> _ = Process.send_after(pid, ("$gen_cast", "ring"), 10)
    >>> Bell.wait(pid)
    'ding'

    It is no `Exception`, so that `except Exception` lets it pass. It stands for the `{:noreply, state}` of
    `handle_call/3`.
    """


class _Method(Generic[P, R]):
    """A method of a server. From the instance, in the server, it is the method; from the class it is the function by
    which others ask for it: `client`.
    """

    client: Callable[..., Any]

    def __init__(self, method: Callable[Concatenate[Any, P], R], decorator: str) -> None:
        checked(method, decorator)
        if isinstance(method, staticmethod) or not inspect.signature(method).parameters:
            raise TypeError(f"{method.__qualname__}() lacks its first parameter, self")
        self.method = method
        self.__doc__ = method.__doc__
        signature = inspect.signature(method)
        self.parameters = signature.replace(parameters=list(signature.parameters.values())[1:])
        self.with_keywords = takes_keywords(self.parameters)


class Call(_Method[P, R]):
    """A method whose return value is the reply."""

    def __init__(self, method: Callable[Concatenate[Any, P], R], timeout: int | str, raises: Errors) -> None:
        super().__init__(method, "call")
        self.timeout = timeout
        self.raises = raises
        self.client = client_function(method, self.parameters, self._ask)

    def _ask(self, server: Any, request: Any) -> Any:
        reply = gen_server.call(server, request, self.timeout)
        if self.raises and type(reply) is tuple and len(reply) == 2 and reply[0] == RAISED:
            raise reply[1]
        return reply

    def run(self, server: Any, args: tuple[Any, ...]) -> Any:
        """Run it in the server. Returns the reply."""
        try:
            return run(self.method, self.with_keywords, server, args)
        except self.raises as error:
            return (RAISED, clone(error))

    @overload
    def __get__(self, instance: None, owner: Any) -> Callable[Concatenate[Name, P], R]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> Callable[P, R]: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self.client if instance is None else self.method.__get__(instance, owner)


class Cast(_Method[P, R]):
    """A method that nobody waits for."""

    def __init__(self, method: Callable[Concatenate[Any, P], R]) -> None:
        super().__init__(method, "cast")
        self.client = client_function(method, self.parameters, gen_server.cast)

    def run(self, server: Any, args: tuple[Any, ...]) -> Any:
        """Run it in the server."""
        return run(self.method, self.with_keywords, server, args)

    @overload
    def __get__(self, instance: None, owner: Any) -> Callable[Concatenate[Name, P], Atom]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> Callable[P, R]: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self.client if instance is None else self.method.__get__(instance, owner)


@overload
def call(method: Callable[Concatenate[Any, P], R], /) -> Call[P, R]: ...
@overload
def call(
    *, timeout: int | str = 5000, raises: Errors = ()
) -> Callable[[Callable[Concatenate[Any, P], R]], Call[P, R]]: ...
def call(method: Any = None, /, *, timeout: int | str = 5000, raises: Errors = ()) -> Any:
    """Make of a method of a `Server` a call: others ask for it, wait, and get what it returns.

        >>> class Counter(Server):
        ...     def __init__(self):
        ...         self.n = 0
        ...     @call
        ...     def increment(self, by=1):
        ...         self.n += by
        ...         return self.n
        >>> pid = ok(Counter.start_link())
        >>> Counter.increment(pid), Counter.increment(pid, by=2), GenServer.call(pid, ("increment", 3))
        (1, 3, 6)

    `@call(timeout=ms)` says how long callers wait, 5000 unless told. `@call(raises=ValueError)`, or a tuple of classes,
    says which exceptions are for the caller: they are raised there, and the server goes on with what the method has
    done so far. Every other exception ends the server, and the caller exits as `GenServer.call` does.

    The request is `("increment", by)`, and `"increment"` where there are no parameters. Raises `TypeError`, in the
    caller, for arguments that the method does not take. Mirrors `GenServer.call/3` with its clause of `handle_call/3`.
    """
    if method is None:
        return lambda method: Call(method, timeout, raises)
    return Call(method, timeout, raises)


def cast(method: Callable[Concatenate[Any, P], R], /) -> Cast[P, R]:
    """Make of a method of a `Server` a cast: others tell the server, and do not wait.

        >>> class Notes(Server):
        ...     def __init__(self):
        ...         self.notes = []
        ...     @cast
        ...     def add(self, note):
        ...         self.notes.append(note)
        ...     @call
        ...     def all(self):
        ...         return self.notes
        >>> pid = ok(Notes.start_link())
        >>> Notes.add(pid, "milk"), Notes.all(pid)
        ('ok', ['milk'])

    The class's function returns "ok" at once, whether there is such a server or not. The method returns nothing (None);
    what a GenServer's `handle_cast` may return, it may too. Mirrors `GenServer.cast/2` with its clause of
    `handle_cast/2`.
    """
    return Cast(method)
