"""What a traced process has done, in words: what OTP wraps around a message is one word, and the rest is cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyex.inspection.safe_text import one_line
from pyex.observer.looking.in_time import texts_in_time
from pyex.observer.looking.term import cut, is_word, name_text, shown
from pyex.watching.initial_call import what_it_runs
from pyex.watching.trace_event import Event

# Of a message so much stands on an arrow, and so much is told to who asks; of what is in it so many elements.
MOST_SHORT, MOST_WHOLE, MOST_ELEMENTS = 80, 2000, 30
_PROC_LIB = "pyex.otp.proc_lib"
# How a message of OTP's begins, what it is called, and how many parts follow: the last is what it is about.
_OF_OTP = (
    ("$gen_call", "call", 2),
    ("$gen_cast", "cast", 1),
    ("system", "system", 2),
    ("EXIT", "EXIT", 2),
    ("DOWN", "DOWN", 4),
    ("ack", "ack", 2),
)


def in_words(events: Sequence[Event]) -> list[tuple[str, str, str]]:
    """Of each event: what OTP calls such a message ("call", "reply", …; "" for others), what is in it in short, and the
    whole of it.
    """
    parts = [_parts(event) for event in events]
    texts = iter(texts_in_time([term for _, terms in parts for term in terms], _text))
    found = []
    for word, terms in parts:
        written = [next(texts) for _ in terms] or [word]
        found.append((word if terms else "", cut(one_line(written[0]), MOST_SHORT), cut(written[-1], MOST_WHOLE)))
    return found


def _text(term: Any) -> str:
    return shown(term, pretty=False, limit=MOST_ELEMENTS)


def _parts(event: Event) -> tuple[str, list[Any]]:
    """A word, and what is to be written: in short, and where that is not all of it the whole. Or no terms: then the
    word is all there is to say.
    """
    match event.kind:
        case "link" | "unlink":
            return "", []
        case "register" | "unregister":
            return name_text(event.what), []
        case "spawn":
            return runs(event.what), []
        case "exit":
            return "", [event.what]
    return _of_message(event.what)


def runs(call: Any) -> str:
    """What a process was spawned with, in words; empty where that says nothing."""
    if call[0] == _PROC_LIB:
        return ""  # it has ended already, and with it what it ran
    try:
        return name_text(what_it_runs(call))
    except Exception:
        return ""  # a callable of the user's that answers as it likes


def _of_message(message: Any) -> tuple[str, list[Any]]:
    if type(message) is not tuple or not 2 <= len(message) <= 5:
        return "", [message]
    first, rest = message[0], len(message) - 1
    if type(first) is tuple and len(first) == 2 and is_word(first[0], "alias") and rest == 1:
        return "reply", [message[1], message]
    for tag, word, parts in _OF_OTP:
        if parts == rest and is_word(first, tag):
            return word, [message[-1], message]
    return "", [message]
