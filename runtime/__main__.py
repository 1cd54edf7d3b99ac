"""The command line: `pyex`, and `python -m pyex`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from pyex import __version__, script
from pyex.command_line import HELP, BadCommand, Options, read


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit status."""
    try:
        options = read(list(sys.argv[1:] if arguments is None else arguments))
    except BadCommand as error:
        print(f"pyex: {error} (pyex --help shows what there is)", file=sys.stderr)
        return 2
    if options.help:
        print(HELP, end="")
        return 0
    if options.version:
        print(f"pyex {__version__}")
        return 0
    try:
        return _start(options)
    except BadCommand as error:
        print(f"pyex: {error} (pyex {options.command} --help shows what there is)", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        # Before the program, or the prompt, has begun.
        return 130


def _start(options: Options) -> int:
    if options.listen:
        from pyex import repl

        repl.listen()
    if options.no_color:
        os.environ["NO_COLOR"] = "1"
    match options.command:
        case "attach":
            from pyex.repl.attach import client

            return client.attach(*options.words)
        case "observer":
            from pyex.repl.attach import observer_command

            return observer_command.main(options.words)
        case "check" | "replay" | "record" | "export" | "lesson" | "workshop" as name:
            # Each has its own options; `main(words)` reads them, and raises `BadCommand`.
            command = import_module(f"pyex.repl.{name}.command")
            return int(command.main(options.words))
        case "run":
            return script.run_file(options.words[0], options.words[1:], options.required, halts=not options.no_halt)
    if options.texts:
        return script.run_texts(options.texts, options.words, options.required, halts=not options.no_halt)
    return script.prompt([*options.required, *options.words], options.dot_pyex)


if __name__ == "__main__":
    sys.exit(main())
