"""What a Python stack tells: whose code runs, whether it is in the middle of an import, and where it has been."""

from __future__ import annotations

import importlib._bootstrap as _bootstrap  # the only place that tells whether any import is under way
import os
import site
import sys
from enum import IntEnum
from types import CodeType, FrameType, TracebackType
from typing import Any

_ENGINE_FOLDER = os.path.dirname(__file__)
# Also OTP's tables, which all processes share, are left in peace while they are being changed.
_OTP = os.path.join(_ENGINE_FOLDER, "otp") + os.sep
_PACKAGE = _ENGINE_FOLDER + os.sep
_LIBRARY_FOLDERS = tuple(
    folder + os.sep
    for folder in {
        os.path.dirname(os.__file__),
        *site.getsitepackages(),
        site.getusersitepackages(),
    }
)
_IMPORT_MACHINERY = "<frozen importlib._bootstrap>"
# The lock of each module that is being imported now, in any thread; empty nearly always.
imports_under_way: dict[str, object] = getattr(_bootstrap, "_module_locks", {"unknown": None})


class Owner(IntEnum):
    """Whose code a frame runs."""

    USER = 0
    LIBRARY = 1
    ENGINE = 2


_owners: dict[str, Owner] = {}
_modules = sys.modules


def owner_of(frame: FrameType) -> Owner:
    """Whose code this is; decided once per file."""
    filename = frame.f_code.co_filename
    owner = _owners.get(filename)
    if owner is None:
        owner = _owners[filename] = _decide_owner(filename)
    return owner


def is_pyex(frame: FrameType) -> bool:
    """Whether this is code of pyex itself: the engine, or what is built on it. Stack traces leave that out."""
    return frame.f_code.co_filename.startswith(_PACKAGE)


def _decide_owner(filename: str) -> Owner:
    folder = os.path.dirname(filename)
    if folder == _ENGINE_FOLDER or filename.startswith(_OTP):
        return Owner.ENGINE
    if filename.startswith(_PACKAGE):
        return Owner.LIBRARY
    if filename.startswith(("<frozen ", *_LIBRARY_FOLDERS)):
        return Owner.LIBRARY
    return Owner.USER


def module_importing(frame: FrameType | None) -> str | None:
    """The module that the code of this stack is importing; None outside an import."""
    if not imports_under_way:
        return None
    while frame is not None:
        code = frame.f_code
        if code.co_filename == _IMPORT_MACHINERY and code.co_name == "_load_unlocked":
            return str(getattr(frame.f_locals.get("spec"), "name", "a module"))
        if code.co_filename == _IMPORT_MACHINERY and code.co_name == "_find_and_load":
            return str(frame.f_locals.get("name", "a module"))
        frame = frame.f_back
    return None


def in_tracer(frame: FrameType | None) -> bool:
    """Whether this is a debugger's or coverage's own code, at work on what another frame does; it may hold locks."""
    trace = sys.gettrace()
    if trace is None:
        return False
    # A tracer written in C has its module on its type only.
    module = getattr(trace, "__module__", None) or type(trace).__module__
    package = module.partition(".")[0]
    while frame is not None and owner_of(frame) is Owner.LIBRARY:
        if str(frame.f_globals.get("__name__")).partition(".")[0] == package:
            return True
        frame = frame.f_back
    return False


def runs_event_loop() -> bool:
    """Whether an asyncio event loop is running on this thread."""
    events = _modules.get("asyncio.events")
    return events is not None and events._get_running_loop() is not None


def check_may_wait() -> None:
    """Refuse to park where others could not go on: the lock of an import, and an event loop, belong to the thread."""
    if imports_under_way:
        module = module_importing(sys._getframe(1))
        if module is not None:
            raise RuntimeError(f"cannot wait while importing {module}: start it from a function, after the import")
    if runs_event_loop():
        raise RuntimeError("cannot wait inside a running asyncio event loop: run it with blocking(asyncio.run, ...)")


Stacktrace = list[tuple[str, str, int, dict[str, Any]]]


def stacktrace(traceback: TracebackType | None) -> Stacktrace:
    """A traceback as plain data: `(module, function, arity, {"file": …, "line": …})`, innermost first, without the
    engine.
    """
    entries = []
    while traceback is not None:
        frame = traceback.tb_frame
        if not is_pyex(frame):
            entries.append(frame_entry(frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    entries.reverse()
    return entries


def frame_entry(frame: FrameType, line: int | None) -> tuple[str, str, int, dict[str, Any]]:
    code = frame.f_code
    module = frame.f_globals.get("__name__")
    module = module if type(module) is str else "?"
    return (module, code.co_qualname, code.co_argcount, {"file": code.co_filename, "line": line or 0})


def current_function(frame: FrameType | None) -> tuple[str, str, int] | None:
    """The function that a suspended stack is in; where it waits in the engine, the public function it called."""
    entered: FrameType | None = None
    while frame is not None and owner_of(frame) is Owner.ENGINE:
        entered, frame = frame, frame.f_back
    was_called = entered is not None and entered.f_code.co_name != "on_slice_end"
    found = entered if frame is not None and was_called else frame
    if found is None:
        return None
    module, function, arity, _ = frame_entry(found, 0)
    return in_words(module, function, arity)


def in_words(module: str, function: str, arity: int) -> tuple[str, str, int]:
    """A function as OTP names it: that of a class belongs to the class, as to a module."""
    *outer, name = function.split(".")
    return (".".join(outer) if outer and "<locals>" not in outer else module, name, arity)


def initial_call(function: Any) -> tuple[str, str, int]:
    """The function that a process was spawned with: `(module, function, arity)`."""
    code = getattr(function, "__code__", None)
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    # What a callable of the user's calls its name may be anything, whose `__str__` is not to be run.
    return (
        module if type(module) is str and module else "?",
        name if type(name) is str and name else type(function).__qualname__,
        code.co_argcount if type(code) is CodeType else 0,
    )
