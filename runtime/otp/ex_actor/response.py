"""What the functions of an `ExActor` return, in words: `reply(x)`, `new_state(s)` and so on.

A function does not say which state it leaves unchanged, so these are put together with it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyex.atom import OK, Atom
from pyex.process import Process

HIBERNATE, NOREPLY, REPLY, STOP = map(Atom, ("hibernate", "noreply", "reply", "stop"))
_LAST = Atom("ExActor.ResponseDecoration")
_SAME: Any = object()


@dataclass(frozen=True, slots=True)
class Response:
    """A tuple of OTP's that still lacks the state where that is to stay as it is."""

    tag: Atom
    values: tuple[Any, ...] = ()
    state: Any = _SAME
    last: Any = None


def initial_state(state: Any, timeout: int | str | None = None) -> Response:
    """From a `@defstart`: the server begins with this state. Stands for `("ok", state)`."""
    return Response(OK, (), state, timeout)


def reply(response: Any, timeout: int | str | None = None) -> Response:
    """From a `@defcall`: reply, and leave the state as it is. Stands for `("reply", response, state)`."""
    return Response(REPLY, (response,), _SAME, timeout)


def set_and_reply(new_state: Any, response: Any, timeout: int | str | None = None) -> Response:
    """From a `@defcall`: change the state, and reply. Stands for `("reply", response, new_state)`."""
    return Response(REPLY, (response,), new_state, timeout)


def new_state(state: Any, timeout: int | str | None = None) -> Response:
    """Change the state. Stands for `("noreply", state)`; in a `@defcall` the caller gets "ok"."""
    return Response(NOREPLY, (), state, timeout)


def noreply(timeout: int | str | None = None) -> Response:
    """Leave the state as it is. Stands for `("noreply", state)`; in a `@defcall` the caller gets "ok"."""
    return Response(NOREPLY, (), _SAME, timeout)


def stop_server(reason: Any) -> Response:
    """End the server. Stands for `("stop", reason, state)`: the caller of a `@defcall` gets no reply, and exits."""
    return Response(STOP, (reason,))


def timeout_after(milliseconds: int | str) -> None:
    """In a `@defstart`: all the responses of this server have this timeout, unless they say another; when that passes
    without a message the server gets the message "timeout".
    """
    Process.put(_LAST, milliseconds)


def hibernate() -> None:
    """In a `@defstart`: all the responses of this server have "hibernate", unless they say another."""
    timeout_after(HIBERNATE)


def otp_tuple(result: Any, state: Any = None, *, in_call: bool = False) -> Any:
    """What a GenServer's callback is to return for what a function has returned: a tuple of OTP's is that already."""
    if result is noreply:  # Elixir may leave the parentheses out, and so does who reads on in its books
        result = noreply()
    if not isinstance(result, Response):
        return result
    if result.state is not _SAME:
        state = result.state
    if result.tag == STOP:
        return (STOP, *result.values, state)
    last = result.last if result.last is not None else Process.get(_LAST)
    end = (state,) if last is None else (state, last)
    if in_call and result.tag == NOREPLY:
        return (REPLY, OK, *end)
    return (result.tag, *result.values, *end)
