"""The keyboard that a person and the player share: what stands between the terminal's keys and the prompt.

While the player has it, the person's keys are commands, and the player's keys are what the prompt reads; when the
person has it, keys pass untouched, but for the one that gives it back. At prompts that are not of the session that is
played, as those of the menus, keys always pass.
"""

from __future__ import annotations

import asyncio
import termios
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, TimeoutError
from contextlib import AbstractContextManager, contextmanager, suppress
from time import monotonic
from typing import Any, TypeVar

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from pyex.repl.replay.keys import TAKE_KEYS

T = TypeVar("T")
# How long the terminal may take to do what it is asked for.
PATIENCE = 10.0
POLL_SECONDS = 0.1
# Keys that are the prompt's, whoever has the keyboard: the other jobs, and stopping the program.
_ALWAYS_PASS = (Keys.ControlG, Keys.ControlZ, Keys.CPRResponse)


class Keyboard(Input):
    """An input of prompt_toolkit's in front of another. `on_key(key, after_escape)` is called for the person's keys
    that are not for the prompt, and `on_up(app)` when a prompt comes up, both in the terminal's thread.
    `is_ours()` tells whether the prompt is one of the session that is played."""

    def __init__(
        self,
        terminal: Input,
        *,
        on_key: Callable[[KeyPress, bool], None],
        on_up: Callable[[Application[Any]], None],
        is_ours: Callable[[], bool],
    ) -> None:
        self.is_persons = False
        # Whose keys nobody but the person presses.
        self.terminal = self._terminal = terminal
        self._on_key = on_key
        self._on_up = on_up
        self._is_ours = is_ours
        self._for_prompt: list[KeyPress] = []
        self._ready: Callable[[], None] | None = None
        self._app: Application[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # For the player, in any thread

    @property
    def is_up(self) -> bool:
        """Whether a prompt reads keys."""
        return self._ready is not None and self._app is not None and not self._app.is_done

    def press(self, keys: Sequence[KeyPress]) -> bool | None:
        """Press keys, and wait until the prompt has dealt with them. True when they have ended it; None when none was
        up."""
        return self.in_terminal(lambda app: self._pressed(keys, app))

    def post(self, function: Callable[[Application[Any]], object]) -> None:
        """As `in_terminal`, without waiting for it."""
        loop = self._loop
        if loop is None:
            return
        with suppress(RuntimeError):  # the terminal is closed
            loop.call_soon_threadsafe(lambda: function(self._app) if self.is_up and self._app is not None else None)

    def in_terminal(self, function: Callable[[Application[Any]], T]) -> T | None:
        """Call a function in the terminal's thread, with the prompt that is up; returns what it returns, and None when
        none is up."""
        loop, result = self._loop, Future[T | None]()
        if loop is None or not self.is_up:
            return None

        def call() -> None:
            app = self._app
            try:
                result.set_result(function(app) if self.is_up and app is not None else None)
            except BaseException as error:
                result.set_exception(error)

        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError:
            return None  # the terminal is closed
        ends = monotonic() + PATIENCE
        while monotonic() < ends and not loop.is_closed():
            with suppress(TimeoutError):
                return result.result(POLL_SECONDS)
        return None

    def _pressed(self, keys: Sequence[KeyPress], app: Application[Any]) -> bool:
        assert self._ready is not None
        self._for_prompt += keys
        self._ready()
        return app.is_done

    # For prompt_toolkit, in the terminal's thread

    def read_keys(self) -> list[KeyPress]:
        keys, self._for_prompt = self._for_prompt, []
        return keys

    def flush_keys(self) -> list[KeyPress]:
        self._sort(self._terminal.flush_keys())
        return self.read_keys()

    @contextmanager
    def _attached(self, ready: Callable[[], None]) -> Iterator[None]:
        self._app, self._loop = get_app(), asyncio.get_running_loop()
        with self._terminal.attach(self._has_keys):
            self._ready = ready
            self._on_up(self._app)
            try:
                yield
            finally:
                self._ready = None

    def _has_keys(self) -> None:
        self._sort(self._terminal.read_keys())
        if self._ready is not None:
            self._ready()

    def _sort(self, keys: Sequence[KeyPress]) -> None:
        after_escape = False
        for key in keys:
            passes = self.is_persons and key.key not in TAKE_KEYS
            if passes or key.key in _ALWAYS_PASS or not self._is_ours():
                self._for_prompt.append(key)
            elif key.key != Keys.Escape:
                self._on_key(key, after_escape)
            after_escape = key.key == Keys.Escape

    def attach(self, input_ready_callback: Callable[[], None]) -> AbstractContextManager[None]:
        return self._attached(input_ready_callback)

    def detach(self) -> AbstractContextManager[None]:
        return self._terminal.detach()

    @contextmanager
    def _raw(self) -> Iterator[None]:
        try:
            with self._terminal.raw_mode():
                yield
        finally:
            # What is pressed while an input runs is for later, and is not to stand in its output.
            self.echo(self.is_persons)

    def raw_mode(self) -> AbstractContextManager[None]:
        return self._raw()

    def cooked_mode(self) -> AbstractContextManager[None]:
        return self._terminal.cooked_mode()

    def echo(self, shows: bool) -> None:
        """Whether the terminal shows keys that are pressed while no prompt is up."""
        with suppress(OSError, termios.error, ValueError):
            modes = termios.tcgetattr(self.fileno())
            modes[3] = modes[3] | termios.ECHO if shows else modes[3] & ~termios.ECHO
            termios.tcsetattr(self.fileno(), termios.TCSANOW, modes)

    def fileno(self) -> int:
        return self._terminal.fileno()

    def typeahead_hash(self) -> str:
        return self._terminal.typeahead_hash()

    @property
    def closed(self) -> bool:
        return self._terminal.closed
