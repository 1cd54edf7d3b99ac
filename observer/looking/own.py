"""Which processes are the runtime's, the shell's and the Observer's own."""

from __future__ import annotations

from pyex.control_block import ControlBlock
from pyex.observer.looking.term import is_word
from pyex.pid import Pid
from pyex.registered_name import whereis
from pyex.watching.initial_call import otp_initial_call
from pyex.watching.supervision_tree import is_of_system

# Two of OTP's that the program has not started either; compare `supervision_tree`.
_CONTROLLER, _MASTER = "application_controller", "application_master"


def is_own(block: ControlBlock) -> bool:
    """Whether a process is none of the program's."""
    return runs_system(block) or block.pid == controller()


def runs_system(block: ControlBlock) -> bool:
    """The same, as far as what it runs tells."""
    try:
        module = getattr(block.initial_call, "__module__", "")
    except Exception:
        return False  # a callable of the user's that answers as it likes
    if type(module) is str and is_of_system(module):
        return True
    call = otp_initial_call(block)
    return call is not None and is_word(call[0], _MASTER)


def controller() -> Pid | None:
    """The application controller, which is known by its name."""
    block = whereis(_CONTROLLER)
    return None if block is None else block.pid
