"""Operations: what can be asked of a server, as a function for its callers and as the request that this sends.

The request of `hello("world")` is `("hello", "world")`, and that of `counter()` is `"counter"`, as one writes them by
hand. Defaults are filled in by the caller. A function with keyword-only parameters has a dict of these at the end.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from pyex.atom import Atom

_KEYWORDS = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
_PLAIN = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_SERVER = inspect.Parameter("server", inspect.Parameter.POSITIONAL_ONLY)


def checked(function: Any, decorator: str) -> Callable[..., Any]:
    """The function that a decorator was put on; raises `TypeError` for what cannot be an operation."""
    plain: Any = function.__func__ if isinstance(function, staticmethod) else function
    if not inspect.isfunction(plain):
        raise TypeError(f"@{decorator} goes on a function, not on {function!r}")
    if inspect.iscoroutinefunction(plain) or inspect.isgeneratorfunction(plain) or inspect.isasyncgenfunction(plain):
        raise TypeError(f"{plain.__qualname__} is a generator or coroutine function; @{decorator} wants a plain one")
    return plain


def is_plain(parameters: inspect.Signature) -> bool:
    """Whether there are positional parameters only, and none for the rest."""
    return all(each.kind in _PLAIN for each in parameters.parameters.values())


def takes_keywords(parameters: inspect.Signature) -> bool:
    """Whether requests for a function with these parameters end with a dict."""
    return any(each.kind in _KEYWORDS for each in parameters.parameters.values())


def bind(
    name: str, parameters: inspect.Signature, args: tuple[Any, ...], keywords: dict[str, Any]
) -> inspect.BoundArguments:
    """Which argument is for which parameter; raises a `TypeError` that says what is wrong with them."""
    try:
        return parameters.bind(*args, **keywords)
    except TypeError as error:
        raise TypeError(f"{name}{parameters}: {error}") from None


def request_maker(name: str, parameters: inspect.Signature) -> Callable[..., Any]:
    """The function that makes the requests for an operation; it raises `TypeError` for wrong arguments."""
    tag = Atom(name)
    with_keywords = takes_keywords(parameters)
    wanted = len(parameters.parameters) if is_plain(parameters) else -1

    def request(args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if keywords or len(args) != wanted:
            bound = bind(name, parameters, args, keywords)
            bound.apply_defaults()
            args, keywords = bound.args, bound.kwargs
        if with_keywords:
            return (tag, *args, keywords)
        return (tag, *args) if args else tag

    return request


def parse_request(request: Any) -> tuple[str, tuple[Any, ...]]:
    """The name and the arguments in a request; the name is empty where it is not of that form."""
    if isinstance(request, str):
        return request, ()
    if type(request) is tuple and request and isinstance(request[0], str):
        return request[0], request[1:]
    return "", ()


def run(function: Callable[..., Any], with_keywords: bool, first: Any, args: tuple[Any, ...]) -> Any:
    """Call the function of an operation, in the server, with the arguments of a request."""
    if with_keywords and args and isinstance(args[-1], dict):
        return function(first, *args[:-1], **args[-1])
    return function(first, *args)


def client_function(
    like: Callable[..., Any], parameters: inspect.Signature, ask: Callable[[Any, Any], Any], server: Any = None
) -> Callable[..., Any]:
    """The function by which others ask for an operation, with the name and the text of `like`.

    It takes the server first, unless that is given here.
    """
    request = request_maker(like.__name__, parameters)

    def ask_that_server(*args: Any, **keywords: Any) -> Any:
        return ask(server, request(args, keywords))

    def ask_a_server(server: Any, /, *args: Any, **keywords: Any) -> Any:
        return ask(server, request(args, keywords))

    if server is not None:
        return named_like(ask_that_server, like, parameters)
    return named_like(ask_a_server, like, parameters.replace(parameters=[_SERVER, *parameters.parameters.values()]))


def named_like(
    function: Callable[..., Any], like: Callable[..., Any], parameters: inspect.Signature
) -> Callable[..., Any]:
    """Give a function the name and the text of another, and a signature to be shown."""
    functools.update_wrapper(function, like)
    del function.__wrapped__  # type: ignore[attr-defined]
    function.__signature__ = parameters  # type: ignore[attr-defined]
    return function
