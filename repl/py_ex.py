"""`PyEx`: what IEx is to Elixir's shell, under the names that the module IEx has."""

from __future__ import annotations

from typing import Any

from pyex import Atom
from pyex.repl import configuration
from pyex.repl.configuration import settings
from pyex.repl.helpers.debugging import break_ as set_breakpoint
from pyex.repl.pry import pry as stop_here
from pyex.repl.shell import current
from pyex.repl.shell.outcome import NO_RESULT


class PyEx:
    """The shell itself: its settings, its width and colours, and the debugger.

        PyEx.configure(default_prompt="%prefix(%counter)$")

    Settings hold from the next prompt on, for all shells of the node; `.pyex.py` is the place to have them always.
    Mirrors the module `IEx`.
    """

    @staticmethod
    def configure(**options: Any) -> Atom:
        """Change settings, by their names; `PyEx.configuration()` shows them all.

            PyEx.configure(inspect={"limit": 100}, width=100)

        - `colors`: colours by kind, such as `{"eval_result": "cyan"}`; `{"enabled": False}` for none
        - `inspect`: how values are shown, such as `{"limit": 100}`
        - `width`: the widest that anything is laid out, in columns
        - `history_size`: how many values `v(n)` goes back to; a negative number is no bound
        - `default_prompt`, `continuation_prompt`, `alive_prompt`, `alive_continuation_prompt`: texts with `%counter`,
          `%prefix` and `%node`
        - `auto_reload`: whether changed files of the project are loaded anew before each input
        - `counter`: after a death of the shell process `"restart"` at 1, or `"continue"`
        - `editing_mode`: the keys, `"emacs"` or `"vi"`
        - `status_line`: whether a line below the prompt tells of the node
        - `history_file`: where what is typed is kept: a path, None for nowhere, `"default"`
        - `history_lines`: how many inputs are kept there

        Returns "ok". Raises `ArgumentError` for what it does not know; then nothing is changed. Mirrors
        `IEx.configure/1`.
        """
        return configuration.configure(**options)

    @staticmethod
    def configuration() -> dict[str, Any]:
        """All settings, as a dict by their names. Mirrors `IEx.configuration/0`."""
        return configuration.configuration()

    @staticmethod
    def width() -> int:
        """How many columns the shell lays its texts out in. Mirrors `IEx.width/0`."""
        return current.columns()

    @staticmethod
    def started() -> bool:
        """Whether there is a shell. Mirrors `IEx.started?/0`."""
        return bool(current.shells())

    @staticmethod
    def color(kind: str, text: str) -> str:
        """The text in the colour that is set for a kind of output, such as "eval_error"; as it is where there are no
        colours. Mirrors `IEx.color/2`."""
        from pyex.repl.display.colours import color

        return color(kind, text)

    @staticmethod
    def inspect_opts() -> dict[str, Any]:
        """The options with which the shell shows values. Mirrors `IEx.inspect_opts/0`."""
        return {"limit": 50, "width": current.columns(), **settings.inspect}

    @staticmethod
    def pry() -> None:
        """Stop the calling process here, and let the shell look around in it: see `h(pry)`. Mirrors `IEx.pry/0`."""
        stop_here()

    @staticmethod
    def break_(target: Any, stops: int = 1) -> int:
        """Have processes stop at the first line of a function: see `h(break_)`. Returns its number. Mirrors
        `IEx.break!/2`."""
        return set_breakpoint(target, stops)

    @staticmethod
    def dont_display_result() -> Atom:
        """As the last value of an input: nothing is shown. Mirrors `IEx.dont_display_result/0`."""
        return NO_RESULT
