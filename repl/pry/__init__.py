"""The debugger: processes that stop where they are, and a prompt in them.

    from pyex.repl.pry import pry

    def total(cart):
        price = sum(cart)
        pry()
        return price * 2

`pry` stops the process that calls it, and a shell of the node looks around there. `break_` and the other helpers are in
`pyex.repl.helpers.debugging`. This module loads nothing of the shell until it is needed.

`stop` is the process's side, `meeting` the shell's, and `session` the prompt that is shared then; `breakpoint` and
`instrument` put stops into functions, `place` says where one is, and `resume` how it goes on.
"""

from __future__ import annotations

import sys

__all__ = ["location_of_current", "pry"]


def pry() -> None:
    """Stop the process here, and look around with its variables at a prompt of the shell.

        def total(cart):
            price = sum(cart)
            pry()
            return price * 2

    In the shell's own process the prompt becomes `pry(1)> ` at once; for another process the shell asks first whether
    to let it in, and it waits. At that prompt `self()` is the stopped process, its mailbox is there for `flush()`, and
    so are the names that its code sees. What is assigned there is the prompt's own: the variables of the code keep
    their values. `whereami()` shows the place, `continue_()` lets it go on, `respawn()` too, with a new shell.

    Returns None when it goes on. Where no shell runs, it goes on at once, after a warning. In a file it is `from
    pyex.repl.pry import pry`; at the prompt `breakpoint()` does the same, unless PYTHONBREAKPOINT says otherwise.
    Mirrors `IEx.pry/0`.
    """
    from pyex.repl.pry.stop import stop_in

    stop_in(sys._getframe(1))


def location_of_current() -> tuple[str, int] | None:
    """The file and the line at which the pry prompt that the caller is typed at has stopped; None elsewhere."""
    from pyex.repl.pry.stop import current_stop

    stop = current_stop()
    return (stop.place.file, stop.place.line) if stop is not None else None
