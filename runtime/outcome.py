"""Processes that are started from outside, for somebody who waits there until they end: the main process of `run`, and
those of `submit`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenlet import GreenletExit

from pyex import group_leader
from pyex.carrier import become_not_returned
from pyex.control_block import ControlBlock, process_table
from pyex.errors import Exit, Unwind
from pyex.exit_reason import reason_of
from pyex.scheduler import scheduler
from pyex.spawn import plan


def start_process(function: Callable[..., Any], args: tuple[Any, ...]) -> ControlBlock:
    """Start a process without parent, whose arguments are not copied. In the hub."""
    leader = group_leader.standard_leader()
    block = ControlBlock((function, args), None, leader)
    process_table[block.pid.number] = block
    scheduler.make_ready(block)
    return block


class Outcome:
    """How the function of such a process ended. What it returns and raises is kept as `keep` and `keep_error` make
    it, in the process.
    """

    __slots__ = ("error", "exited", "keep", "keep_error", "returned", "value")

    def __init__(
        self,
        keep: Callable[[Any], Any] = lambda value: value,
        keep_error: Callable[[BaseException], BaseException] = lambda error: error,
    ) -> None:
        self.keep = keep
        self.keep_error = keep_error
        self.returned = False
        self.value: Any = None
        # By an `exit` of its own.
        self.exited = False
        self.error: BaseException | None = None

    def watch(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """The entry of the process."""
        try:
            result = function(*args)
            me = scheduler.current
            assert me is not None
            if me.become is not None and result is not me.become:
                raise become_not_returned(me, function)
            if me.become is None:
                self.value = self.keep(result)
                # Whoever has been killed is dead, whatever it catches and returns, or raises, on its way out.
                self.returned = not me.dying
                return None
        except Unwind:
            raise
        except Exit:
            self.exited = True
            raise
        except (SystemExit, GreenletExit) as error:
            self.error = error
            raise
        except BaseException as error:
            if scheduler.forked or scheduler.is_dying():
                raise
            self.error = self.keep_error(error)
            # Whoever waits hears of it: no report.
            raise Exit(reason_of(error)) from None
        finally:
            # The hub is to look whether it is over.
            scheduler.attention = True
        step, me.become = me.become, None
        return plan(self.watch, step, me.drop_stack)
