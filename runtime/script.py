"""Running programs without a prompt: a file, or a text from the command line, as the main process."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

from pyex.error_report import describe_exception, shortened
from pyex.errors import Exit
from pyex.format_exit import format_banner, format_stack
from pyex.run import run
from pyex.stack import stacktrace


class BadProgram(Exception):
    """A program that cannot be run; the text says which and why."""


def read_program(path: str) -> str:
    """The text of a file; raises `BadProgram` where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"not a text in UTF-8: {error}"
        raise BadProgram(f"pyex: {path}: {reason}") from None


def compile_program(text: str, name: str) -> CodeType:
    """Compile a program; raises `BadProgram` with the place of the mistake."""
    try:
        return compile(text, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        where = f"{error.filename}:{error.lineno}:{error.offset}"
        line = f"\n    {(error.text or '').strip()}" if error.text else ""
        raise BadProgram(f"** ({type(error).__name__}) {where}: {error.msg}{line}") from None
    except ValueError as error:
        raise BadProgram(f"{name}: {error}") from None


def run_file(path: str, arguments: Sequence[str]) -> int:
    """Run a file as the main process, with `sys.argv` as `python FILE ARGS` sets it. Returns the exit status."""
    try:
        code = compile_program(read_program(path), path)
    except BadProgram as error:
        print(error, file=sys.stderr)
        return 1
    sys.argv = [path, *arguments]
    import_from(os.path.dirname(os.path.abspath(path)))
    return _run_code(code, path)


def run_text(text: str, arguments: Sequence[str]) -> int:
    """Run a text as the main process, with everything of `from pyex import *` at hand. Returns the exit status."""
    try:
        code = compile_program(text, "<-e>")
    except BadProgram as error:
        print(error, file=sys.stderr)
        return 1
    linecache.cache["<-e>"] = (len(text), None, text.splitlines(keepends=True), "<-e>")
    sys.argv = ["-e", *arguments]
    import_from("")
    return _run_code(code, None)


def prompt() -> int:
    """Open the prompt. Returns the exit status."""
    from pyex import repl

    sys.argv = [""]
    import_from("")
    return repl.start()


def import_from(folder: str) -> None:
    """Have imports look into a folder first, as `python` does; "" is the current one, wherever that is."""
    if not sys.flags.safe_path and folder not in sys.path[:1]:
        sys.path.insert(0, folder)


def _run_code(code: CodeType, path: str | None) -> int:
    module = ModuleType("__main__")
    if path is not None:
        module.__file__ = path
    else:
        import pyex

        module.__dict__.update({name: getattr(pyex, name) for name in pyex.__all__})
    sys.modules["__main__"] = module
    try:
        run(exec, code, module.__dict__)
    except Exit as error:
        if error.reason in ("normal", "shutdown"):
            return 0
        signalled = ("EXIT", (error.pid, error.reason)) if error.pid is not None else ("exit", error.reason)
        print(format_banner(*signalled) + format_stack(shortened(stacktrace(error.__traceback__))), file=sys.stderr)
        return 1
    except SystemExit as error:
        if error.code is not None and not isinstance(error.code, int):
            print(error.code, file=sys.stderr)
            return 1
        return error.code or 0
    except KeyboardInterrupt as error:
        print(f"\n{describe_exception(error)}", file=sys.stderr)
        return 130
    except BaseException as error:
        print(describe_exception(error), file=sys.stderr)
        return 1
    return 0


def load_and_prompt(path: str) -> int:
    """Open the prompt on what a file has defined. Returns the exit status."""
    try:
        text = read_program(path)
        compile_program(text, path)
    except BadProgram as error:
        print(error, file=sys.stderr)
        return 1
    from pyex import repl

    sys.argv = [path]
    import_from(os.path.dirname(os.path.abspath(path)))
    return repl.start(text, path)
