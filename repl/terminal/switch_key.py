"""Ctrl+G while no prompt is up: the terminal itself sends it, as the signal SIGQUIT.

At a prompt Ctrl+G is a key like others. While an input runs nobody reads keys, for a program that the input has started
may want them; but the terminal can be told which key is to send SIGQUIT. So it is Ctrl+G instead of Ctrl+\\ meanwhile.
The signal is waited for by a thread, and blocked elsewhere: programs that are started inherit that, and live on when
Ctrl+G is pressed.
"""

from __future__ import annotations

import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from pyex.scheduler import scheduler

CTRL_G = b"\x07"
_LOCAL_MODES, _KEYS = 3, 6  # where `termios` has them

# The one that is in use: a process has one terminal.
_used: SwitchKey | None = None


class SwitchKey:
    """The key of the process's own terminal. `pressed` is called in the hub."""

    def __init__(self, pressed: Callable[[], None]) -> None:
        self._pressed = pressed
        self._terminal = -1
        self._before: bytes = b""
        self._handlers: dict[int, Any] = {}
        self._is_over = False
        self._thread = threading.Thread(target=self._wait, name="pyex switch key", daemon=True)

    def claim(self) -> None:
        """Take the key. On the main thread; elsewhere, and where there is no terminal, nothing is done."""
        global _used
        if threading.current_thread() is not threading.main_thread() or sys.__stdin__ is None:
            return
        with suppress(OSError, ValueError, termios.error):
            self._before = termios.tcgetattr(sys.__stdin__.fileno())[_KEYS][termios.VQUIT]
            self._terminal = sys.__stdin__.fileno()
        if self._terminal < 0:
            return
        _used = self
        for number, handler in ((signal.SIGQUIT, self._quit), (signal.SIGCONT, self._continued)):
            self._handlers[number] = signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGQUIT})
        self._thread.start()
        self.renew()

    def renew(self) -> None:
        """Make sure of it: another program may have had the terminal since. While no prompt is up."""
        self._set(CTRL_G)

    def release(self) -> None:
        """Give the key back."""
        global _used
        if self._terminal < 0:
            return
        self._set(self._before)
        self._is_over = True
        assert self._thread.ident is not None
        signal.pthread_kill(self._thread.ident, signal.SIGQUIT)
        self._thread.join()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGQUIT})
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._terminal = -1
        _used = None

    def lend(self) -> None:
        """Have the terminal as it was, until `renew`."""
        self._set(self._before)

    def _set(self, key: bytes) -> None:
        if self._terminal < 0:
            return
        with suppress(OSError, termios.error):  # the terminal may be gone
            modes = termios.tcgetattr(self._terminal)
            if modes[_KEYS][termios.VQUIT] != key:
                modes[_KEYS][termios.VQUIT] = key
                termios.tcsetattr(self._terminal, termios.TCSANOW, modes)

    def _wait(self) -> None:
        while True:
            signal.sigwait({signal.SIGQUIT})
            if self._is_over:
                return
            if not self._is_others():
                scheduler.post(self._pressed)

    def _is_others(self) -> bool:
        """Whether a program that runs in the terminal reads keys in its own way, and Ctrl+G is for that."""
        try:
            return not termios.tcgetattr(self._terminal)[_LOCAL_MODES] & termios.ICANON
        except (OSError, termios.error):
            return True

    def _quit(self, number: int, frame: FrameType | None) -> None:
        """In a program with threads of its own, where the signal is not blocked."""
        scheduler.post(self._pressed)

    def _continued(self, number: int, frame: FrameType | None) -> None:
        """After Ctrl+Z and `fg`: the shell that started the program may have set the terminal anew."""
        scheduler.post(self._renew_below_no_prompt)

    def _renew_below_no_prompt(self) -> None:
        if not self._is_others():
            self.renew()


@contextmanager
def lent() -> Iterator[None]:
    """Have the terminal as the program found it meanwhile. While a prompt is up: its end sets the key anew."""
    if _used is not None:
        _used.lend()
    yield
