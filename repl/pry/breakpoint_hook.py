"""Python's own `breakpoint()`: in a process, while there is a shell, it is `pry()`."""

from __future__ import annotations

import os
import sys
from typing import Any

from pyex.scheduler import scheduler


def install() -> None:
    """Take `breakpoint()` over, unless somebody else has."""
    if sys.breakpointhook is sys.__breakpointhook__:
        sys.breakpointhook = _stop


def uninstall() -> None:
    """The last shell has ended: `breakpoint()` is Python's again, and no function stops any more."""
    breakpoints = sys.modules.get("pyex.repl.pry.breakpoint")
    if breakpoints is not None:
        breakpoints.remove_breakpoints(lambda function: True)
    if sys.breakpointhook is _stop:
        sys.breakpointhook = sys.__breakpointhook__


def _stop(*args: Any, **options: Any) -> Any:
    """What PYTHONBREAKPOINT names comes first, as in any program; Python's debugger stays where there is no process."""
    if "PYTHONBREAKPOINT" in os.environ or args or options or not scheduler.is_inside():
        return sys.__breakpointhook__(*args, **options)
    from pyex.repl.pry.stop import stop_in

    return stop_in(sys._getframe(1))
