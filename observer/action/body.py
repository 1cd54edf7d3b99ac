"""What the body of an action says: its fields, checked, and refused in the field's words."""

from __future__ import annotations

from typing import Any

from pyex.control_block import ControlBlock
from pyex.observer.looking.own import is_own
from pyex.observer.looking.term import label_of, pid_of
from pyex.observer.view import Refused
from pyex.pid import Pid

Body = dict[str, Any]

# The process that evaluates what is typed: the shell starts another when it ends.
_EVALUATOR = "pyex.repl.shell.evaluator"


def text(body: Body, field: str, default: str | None = None) -> str:
    """A text; `default` where it is missing or empty. Raises `Refused`."""
    given = body.get(field)
    if given is None or given == "":
        if default is None:
            raise Refused(f"{field} is missing")
        return default
    if not isinstance(given, str):
        raise Refused(f"{field} is a text, not {given!r:.80}")
    return given


def word(body: Body, field: str, words: tuple[str, ...]) -> str:
    """One of some words. Raises `Refused`."""
    given = text(body, field)
    if given not in words:
        raise Refused(f"{field} is one of {', '.join(words)}, not {given!r:.80}")
    return given


def living(body: Body, field: str = "pid") -> ControlBlock:
    """The process that a field names. Raises `Refused`, also where it is dead."""
    pid = _pid(text(body, field), field)
    if pid.block is None:
        raise Refused(f"{pid!r} is not alive", 404)
    return pid.block


def pids(body: Body, field: str, most: int) -> list[Pid]:
    """Several pids, of processes alive or dead. Raises `Refused`."""
    given = body.get(field)
    if given is None:
        raise Refused(f"{field} is missing")
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        raise Refused(f'{field} is a list of pids such as ["0.98.0"], not {given!r:.80}')
    if len(given) > most:
        raise Refused(f"{field} holds {len(given):,} pids: at most {most:,} are taken")
    return [_pid(each, field) for each in given]


def flag(body: Body, field: str) -> bool:
    """True or false. Raises `Refused`."""
    given = body.get(field)
    if given is None:
        raise Refused(f"{field} is missing")
    if not isinstance(given, bool):
        raise Refused(f"{field} is true or false, not {given!r:.80}")
    return given


def not_own(block: ControlBlock) -> ControlBlock:
    """The same; refused is what the runtime, the shell and the Observer need. Raises `Refused`."""
    if is_own(block) and getattr(block.initial_call, "__module__", "") != _EVALUATOR:
        raise Refused(
            f"{block.pid!r} ({label_of(block)}) is one of the processes that pyex itself runs on: without it the "
            "program, its shell or this Observer could not go on. It can be looked at, but is left alone",
            403,
        )
    return block


def _pid(given: str, field: str) -> Pid:
    try:
        return pid_of(given.strip())
    except Refused:
        raise Refused(f"{field} is a pid such as 0.98.0, not {given!r:.80}") from None
