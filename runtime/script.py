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
from pyex.run import execute, run
from pyex.stack import stacktrace


class BadProgram(Exception):
    """A program that cannot be run; the text says which and why."""


def read_program(path: str) -> str:
    """The text of a file; raises `BadProgram` where there is none."""
    import tokenize

    try:
        # As Python reads it: in the encoding that it names, else UTF-8, without a byte order mark.
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"not a text in UTF-8: {error}"
        raise BadProgram(f"pyex: {path}: {reason}") from None


def compile_program(text: str, name: str) -> CodeType:
    """Compile a program; raises `BadProgram` with the place of the mistake."""
    try:
        return compile(text, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        where = f"{error.filename}:{error.lineno}:{error.offset}" if error.filename is not None else name
        line = f"\n    {(error.text or '').strip()}" if error.text else ""
        raise BadProgram(f"** ({type(error).__name__}) {where}: {error.msg}{line}") from None
    except ValueError as error:
        raise BadProgram(f"{name}: {error}") from None


def run_file(path: str, arguments: Sequence[str], required: Sequence[str] = (), *, halts: bool = True) -> int:
    """Run a file as the main process, with `sys.argv` as `python FILE ARGS` sets it, after those that it requires. With
    `halts=False` the program goes on when the process has ended. Returns the exit status."""
    try:
        codes = [compile_program(read_program(each), each) for each in (*required, path)]
    except BadProgram as error:
        print(error, file=sys.stderr)
        return 1
    sys.argv = [path, *arguments]
    import_from(os.path.dirname(os.path.abspath(path)))
    return _run_codes(codes, path, halts=halts)


def run_texts(
    texts: Sequence[str], arguments: Sequence[str], required: Sequence[str] = (), *, halts: bool = True
) -> int:
    """As `run_file`, for texts, with everything of `from pyex import *` at hand."""
    try:
        codes = [compile_program(read_program(each), each) for each in required]
        for number, text in enumerate(texts):
            name = "<-e>" if len(texts) == 1 else f"<-e {number + 1}>"
            codes.append(compile_program(text, name))
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    except BadProgram as error:
        print(error, file=sys.stderr)
        return 1
    sys.argv = ["-e", *arguments]
    import_from("")
    return _run_codes(codes, None, halts=halts)


def prompt(paths: Sequence[str] = (), dot_path: str | None = None) -> int:
    """Open the prompt on what these files define. `dot_path` is the file to evaluate in place of `.pyex.py`, "" for
    none. Returns the exit status."""
    try:
        programs = [(read_program(path), path) for path in paths]
        for text, path in programs:
            compile_program(text, path)
        if dot_path:
            read_program(dot_path)
    except BadProgram as error:
        print(error, file=sys.stderr)
        return 1
    from pyex import repl

    sys.argv = [*paths] or [""]
    import_from(os.path.dirname(os.path.abspath(paths[-1])) if paths else "")
    return repl.start(programs, dot_path=dot_path)


def import_from(folder: str) -> None:
    """Have imports look into a folder first, as `python` does; "" is the current one, wherever that is."""
    if not sys.flags.safe_path and folder not in sys.path[:1]:
        sys.path.insert(0, folder)


def _run_codes(codes: Sequence[CodeType], path: str | None, *, halts: bool) -> int:
    module = ModuleType("__main__")
    if path is not None:
        module.__file__ = path
    else:
        import pyex

        module.__dict__.update({name: getattr(pyex, name) for name in pyex.__all__})
    sys.modules["__main__"] = module
    try:
        run(execute, codes, module.__dict__, halts)
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
