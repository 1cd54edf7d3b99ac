"""The shell's settings: `PyEx.configure(...)` changes them, and they hold from the next prompt on.

    configure(default_prompt="%prefix(%counter)$", inspect={"limit": 100})
    configuration()["history_size"]         # 20

There is one set of settings in a node, for all of its shells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pyex import ArgumentError, Atom, node
from pyex.atom import OK
from pyex.errors import describe


@dataclass
class Settings:
    """What can be configured, with IEx's names and defaults first, and ours below."""

    # Colours by kind, such as {"eval_result": "cyan"}; {"enabled": False} switches all of them off.
    colors: dict[str, Any] = field(default_factory=dict)
    # How values are shown: the keyword arguments of `inspect`, such as {"limit": 100}.
    inspect: dict[str, Any] = field(default_factory=dict)
    # The widest that anything is laid out; a narrower terminal is respected.
    width: int = 80
    # How many values `v(n)` can go back to; a negative number is no bound.
    history_size: int = 20
    default_prompt: str = "%prefix(%counter)>"
    continuation_prompt: str = "%prefix(%counter)>"
    # The same for a node with a name.
    alive_prompt: str = "%prefix(%node)%counter>"
    alive_continuation_prompt: str = "%prefix(%node)%counter>"
    # Whether changed files of the project are loaded anew before each input.
    auto_reload: bool = False
    # After a death of the shell process: "restart" at 1, or "continue" to count.
    counter: str = "restart"
    # The keys of the line editor: "emacs" or "vi".
    editing_mode: str = "emacs"
    # Whether a line below the prompt tells of the node, the mailbox and the run queue.
    status_line: bool = False
    # Where the input history is kept: a path, None for nowhere, or "default".
    history_file: str | None = "default"
    # How many inputs that file keeps.
    history_lines: int = 10_000


settings = Settings()


def configure(**options: Any) -> Atom:
    """Change settings by their names.

        configure(width=100)

    `colors` and `inspect` are merged into what is set already. Returns "ok". Raises `ArgumentError` for a name that
    there is not, and for a value that makes no sense; then nothing is changed. Mirrors `IEx.configure/1`.
    """
    checked = {name: _checked(name, value) for name, value in options.items()}
    for name, value in checked.items():
        if isinstance(value, Mapping):
            value = {**getattr(settings, name), **value}
        setattr(settings, name, value)
    return OK


def configuration() -> dict[str, Any]:
    """All settings, as a dict by their names. Mirrors `IEx.configuration/0`."""
    return {each.name: _copied(getattr(settings, each.name)) for each in fields(Settings)}


def prompt(prefix: str, counter: int, *, continuation: bool = False) -> str:
    """The text of a prompt; `prefix` is what stands for `%prefix`."""
    alive = str(node()) != "nonode@nohost"
    kind = "continuation_prompt" if continuation else "prompt" if alive else "default_prompt"
    template: str = getattr(settings, f"alive_{kind}" if alive else kind)
    text = template.replace("%counter", str(counter)).replace("%prefix", prefix).replace("%node", str(node()))
    return f"{text} "


def _copied(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _checked(name: str, value: Any) -> Any:
    check, what = _CHECKS.get(name, (None, ""))
    if check is None:
        known = ", ".join(each.name for each in fields(Settings))
        raise ArgumentError(f"there is no setting {name!r}; there are {known}")
    if not check(value):
        raise ArgumentError(f"{name} must be {what}, not {describe(value)}")
    if name == "colors":
        from pyex.repl.display.colours import checked_colors

        return checked_colors(value)
    if name == "inspect":
        from pyex.repl.display.options import checked_inspect

        return checked_inspect(value)
    return value


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\n" not in value


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


_TEXT = (_is_text, "a text of one line, with %counter, %prefix and %node where those belong")
_BOOL = (_is_bool, "True or False")
_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "colors": (_is_mapping, 'a dict of colours by kind, such as {"eval_result": "cyan"}'),
    "inspect": (_is_mapping, 'a dict of options of inspect, such as {"limit": 100}'),
    "width": (lambda value: _is_count(value) and value >= 20, "a number of columns, 20 or more"),
    "history_size": (_is_count, "a number of values, or a negative number for no bound"),
    "default_prompt": _TEXT,
    "continuation_prompt": _TEXT,
    "alive_prompt": _TEXT,
    "alive_continuation_prompt": _TEXT,
    "auto_reload": _BOOL,
    "counter": (lambda value: value in ("restart", "continue"), '"restart" or "continue"'),
    "editing_mode": (lambda value: value in ("emacs", "vi"), '"emacs" or "vi"'),
    "status_line": _BOOL,
    "history_lines": (lambda value: _is_count(value) and value > 0, "a number of inputs, 1 or more"),
    "history_file": (lambda value: value is None or (_is_text(value) and value != ""), 'a path, None or "default"'),
}
