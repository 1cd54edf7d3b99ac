"""What a process is doing now: the function that it is in, and its stack."""

from __future__ import annotations

import sys
from collections import deque
from types import FrameType
from typing import Any

from pyex.control_block import ControlBlock
from pyex.inspection.safe_text import one_line
from pyex.inspection.static_lookup import class_name
from pyex.otp.gen_server.loop import _loop
from pyex.process_info import info
from pyex.scheduler import scheduler
from pyex.stack import frame_entry, in_words, initial_call, is_pyex
from pyex.watching.initial_call import call_in_words

# Of a stack the two ends are shown.
MOST_PLACES = 50
MOST_FRAMES = 20_000
# Of the name of a function, or of a file.
MOST_CHARACTERS = 500
SERVER_LOOP = "GenServer.loop/1"


def current_call(block: ControlBlock) -> str:
    """The function that it is in, in words; of one without a stack, which waits, that with which it will go on."""
    is_stackless = block.greenlet is None and block is not scheduler.current
    function = block.entry[0]
    if is_stackless and function is _loop:
        return SERVER_LOOP
    try:
        call = initial_call(function) if is_stackless else info(block, "current_function")[1]
        return one_line(call_in_words(call)[:MOST_CHARACTERS])
    except Exception:
        # A callable of the user's that is no function may answer as it likes when it is asked for its name.
        return class_name(type(function))


def status_of(block: ControlBlock) -> str:
    """ "running", "waiting" or "runnable"."""
    return str(info(block, "status")[1])


def stack_of(block: ControlBlock) -> list[dict[str, Any]]:
    """The places of its stack, innermost first; of a very deep one the two ends."""
    frame: FrameType | None = None
    if block is scheduler.current:
        frame = sys._getframe(1)
    elif block.greenlet is not None:
        frame = block.greenlet.gr_frame
    first: list[dict[str, Any]] = []
    last: deque[dict[str, Any]] = deque(maxlen=MOST_PLACES)
    looked = passed = 0
    while frame is not None and looked < MOST_FRAMES:
        looked += 1
        if not is_pyex(frame):
            place = _place(frame)
            if len(first) < MOST_PLACES:
                first.append(place)
            else:
                passed += 1
                last.append(place)
        frame = frame.f_back
    left_out = passed - len(last)
    gap = [{"function": f"({left_out} more)", "file": "", "line": 0}] if left_out else []
    return [*first, *gap, *last]


def _place(frame: FrameType) -> dict[str, Any]:
    module, function, arity, at = frame_entry(frame, frame.f_lineno)
    call = in_words(module, function, arity)
    name, file = call_in_words(call)[:MOST_CHARACTERS], at["file"][:MOST_CHARACTERS]
    return {"function": one_line(name), "file": one_line(file), "line": at["line"]}
