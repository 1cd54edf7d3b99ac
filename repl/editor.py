"""The person's editor: which one, and how it is told a line."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping

from pyex import ArgumentError, blocking

VARIABLES = ("PYEX_EDITOR", "VISUAL", "EDITOR")
# Where none of them is set, the first of these that there is.
USUAL = ("editor", "nano", "vim", "vi", "emacs")
# Those that take the line as vi does, as `+12`.
_PLUS = frozenset(
    {"vi", "vim", "nvim", "view", "gvim", "mvim", "ex", "nano", "rnano", "pico", "emacs", "emacsclient", "joe", "jmacs"}
    | {"jed", "kak", "ne", "mg", "micro", "gedit", "less"}
)
_GOTO = frozenset({"code", "code-insiders", "code-oss", "codium", "vscodium", "cursor", "windsurf"})
_COLON = frozenset({"subl", "sublime_text", "zed", "zeditor", "hx", "helix", "atom", "lapce"})
_LINE_OPTION = frozenset({"charm", "pycharm", "idea", "kate", "mate"})


def command_for(file: str, line: int, environment: Mapping[str, str] = os.environ) -> list[str]:
    """The command that opens a file at a line, by `PYEX_EDITOR`, `VISUAL` or `EDITOR`.

        command_for("shop.py", 12, {"EDITOR": "vim"})                           # ["vim", "+12", "shop.py"]
        command_for("shop.py", 12, {"PYEX_EDITOR": "code --wait"})              # [..., "--goto", "shop.py:12"]
        command_for("shop.py", 12, {"PYEX_EDITOR": "ed -l __LINE__ __FILE__"})  # ["ed", "-l", "12", "shop.py"]

    An editor that is not known is given the file alone. Where none of the three is set, it is the first of some usual
    ones. Raises `ArgumentError` where there is none of these either, or what is set cannot be read as a command.
    """
    variable = next((name for name in VARIABLES if environment.get(name, "").strip()), None)
    setting = environment[variable] if variable is not None else _usual(environment)
    try:
        words = shlex.split(setting)
    except ValueError as error:
        raise ArgumentError(f"{variable} is no command: {setting} ({error})") from None
    if "__FILE__" in setting or "__LINE__" in setting:
        # As ELIXIR_EDITOR has it.
        return [word.replace("__FILE__", file).replace("__LINE__", str(line)) for word in words]
    name = os.path.basename(words[0]).removesuffix(".exe")
    if name in _GOTO:
        return [*words, "--goto", f"{file}:{line}"]
    if name in _COLON:
        return [*words, f"{file}:{line}"]
    if name in _LINE_OPTION:
        return [*words, "--line", str(line), file]
    if name.partition(".")[0] in _PLUS:
        return [*words, f"+{line}", file]
    return [*words, file]


def _usual(environment: Mapping[str, str]) -> str:
    """The first of the usual editors that can be found."""
    found = next((name for name in USUAL if shutil.which(name, path=environment.get("PATH"))), None)
    if found is None:
        raise ArgumentError(
            "there is no editor to open it in: set PYEX_EDITOR, VISUAL or EDITOR, "
            "as in EDITOR=vim or PYEX_EDITOR='myeditor --line __LINE__ __FILE__'"
        )
    return found


def run(command: list[str]) -> None:
    """Run an editor at this terminal, and wait until it is left; other processes run on. Raises `ArgumentError` where
    there is no such program."""
    try:
        editor = subprocess.Popen(command)
    except OSError as error:
        raise ArgumentError(f"could not start {command[0]}: {error.strerror}") from None
    try:
        blocking(editor.wait)
    finally:
        # Who waits may be killed: the next prompt is to have the terminal for itself.
        if editor.poll() is None:
            editor.terminate()
