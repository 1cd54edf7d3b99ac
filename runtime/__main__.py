"""The command line: `pyex`, and `python -m pyex`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pyex import __version__, script

USAGE = """\
pyex                       open the prompt
pyex FILE                  load a file, then open the prompt
pyex run FILE [ARGS...]    run a file as the main process
pyex -e EXPR               run an expression or statements as the main process
pyex check FILE...         execute the sessions in Markdown files and compare
pyex --version, --help
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    match words:
        case []:
            return script.prompt()
        case ["-h" | "--help", *_]:
            print(USAGE, end="")
            return 0
        case ["-V" | "--version", *_]:
            print(f"pyex {__version__}")
            return 0
        case ["run", path, *rest] if not path.startswith("-"):
            return script.run_file(path, rest)
        case ["-e", text, *rest]:
            return script.run_text(text, rest)
        case ["check", *paths] if paths:
            from pyex.repl import transcript

            return transcript.check_files(paths)
        case [path] if not path.startswith("-") and path not in ("run", "check"):
            return script.load_and_prompt(path)
    return _refuse(words)


def _refuse(words: list[str]) -> int:
    if words[0].startswith("-") and words[0] != "-e":
        problem = f"{words[0]}: unknown option"
    elif words[0] in ("run", "check", "-e"):
        problem = f"{words[0]}: {'an expression' if words[0] == '-e' else 'a file'} is missing"
    else:
        problem = f"{words[1]}: unexpected after a file; write `pyex run {words[0]} ...` to pass arguments"
    print(f"pyex: {problem} (pyex --help shows what there is)", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
