"""The command `pyex record`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from getopt import GetoptError, getopt

from pyex.command_line import BadCommand
from pyex.repl.record.growing_file import GrowingFile
from pyex.repl.record.style import Markdown, Plain, Style, takes_session_below
from pyex.repl.transcript.document import Document, read
from pyex.repl.transcript.errors import BadTranscript

HELP = """\
NAME
    pyex record - write down a session as a transcript

SYNOPSIS
    pyex record [OPTIONS] FILE
    pyex record [OPTIONS] FILE < INPUTS

DESCRIPTION
    Opens the shell, as pyex does, and writes what is typed and shown to FILE, as it goes: Markdown, which pyex check
    and pyex replay understand. A name that ends in .pyex gives a plain session. Without a terminal, the inputs come
    from standard input.

    Comments that are typed at the prompt become what stands between the inputs:

    # words               words, in Markdown; those that follow each other are one paragraph, and # alone ends it
    ## Title              a heading; ### Title one below it; # # Title the highest
    #> words              a note for the speaker, that readers do not see
    #! may fail           a directive, for the inputs up to the next comment: skip, may fail, any order, timeout MS
    #! pause              one that stands where it is: pause [MS], hint TEXT

OPTIONS
    --append              go on below what is in FILE, in a fresh shell
    --force               write FILE anew, with the first input
    --title TEXT          the heading at its top; otherwise the first heading that is typed before all inputs, or the
                          file's name
    --dot-pyex FILE       evaluate FILE in place of .pyex.py; "" for none: pyex check evaluates none
    -h, --help            print this page

EXIT STATUS
    As pyex; 1 if FILE could not be written, 2 for a command that cannot be understood.

EXAMPLES
    pyex record links.md
    pyex record --append --title "Second part" links.md
    printf '%s\\n' '## Sums' '1 + 1' | pyex record sums.md
"""


@dataclass
class Options:
    """What was asked for."""

    path: str = ""
    appends: bool = False
    forces: bool = False
    title: str = ""
    dot_path: str | None = None
    help: bool = False


def main(words: Sequence[str]) -> int:
    """Hold a session, and write it down. Returns the exit status."""
    options = _read(words)
    if options.help:
        print(HELP, end="")
        return 0
    style: Style = Plain() if options.path.endswith(".pyex") else Markdown()
    try:
        document = _checked(options, style)
        file = GrowingFile(options.path, may_exist=options.appends or options.forces)
    except (OSError, BadTranscript) as error:
        print(f"pyex: {_problem(error, options.path)}", file=sys.stderr)
        return 1
    try:
        return _record(options, file, style, document)
    finally:
        file.close()


def _record(options: Options, file: GrowingFile, style: Style, document: Document | None) -> int:
    from pyex import repl
    from pyex.repl.language.python_language import PythonLanguage
    from pyex.repl.record.recorded_console import interrupts_recorded
    from pyex.repl.record.recorder import Recorder
    from pyex.repl.record.writer import TranscriptWriter
    from pyex.repl.shell import dot_file
    from pyex.script import import_from

    writer = TranscriptWriter(
        file,
        style,
        PythonLanguage(),
        title=options.title or ("" if document or not style.has_directives else _name(options.path)),
        is_title_given=bool(options.title),
        below=document.text if document else "",
        is_fresh=document is not None and bool(document.steps),
    )
    recorder = Recorder(writer, options.path)
    sys.argv = [""]
    import_from("")
    dot_path = dot_file.find() if options.dot_path is None else options.dot_path or None
    print(f"recording to {options.path}", file=sys.stderr)
    if dot_path:
        print(f'{dot_path} is evaluated here, and not by pyex check; --dot-pyex "" leaves it out', file=sys.stderr)
    with interrupts_recorded(recorder):
        status = repl.start(dot_path=dot_path or "", recorder=recorder)
    recorder.close()
    return _told(writer.inputs, writer.is_untouched, recorder.problem, file) or status


def _told(inputs: int, is_untouched: bool, problem: str, file: GrowingFile) -> int:
    """Say what was written; returns 1 where something was not."""
    if problem:
        print(f"pyex: {file.path}: not all of it could be written: {problem}", file=sys.stderr)
        return 1
    if is_untouched:
        if file.is_new:
            file.remove()
        left = "was not made" if file.is_new else "is as it was"
        print(f"nothing was typed: {file.path} {left}", file=sys.stderr)
        return 0
    if not file.is_there:
        print(f"pyex: {file.path}: it was removed or replaced meanwhile, and what was typed with it", file=sys.stderr)
        return 1
    counted = f"{inputs} input{'s' * (inputs != 1)}"
    print(f"{counted} written to {file.path}; check it with: pyex check {_quoted(file.path)}", file=sys.stderr)
    return 0


def _read(words: Sequence[str]) -> Options:
    options = Options()
    try:
        found, rest = getopt(list(words), "h", ["append", "force", "title=", "dot-pyex=", "help"])
    except GetoptError as error:
        raise BadCommand(f"record: {error.msg}") from None
    for name, value in found:
        match name:
            case "--append":
                options.appends = True
            case "--force":
                options.forces = True
            case "--title":
                options.title = " ".join(value.split())
                if not options.title:
                    raise BadCommand("record: --title: a text is missing")
            case "--dot-pyex":
                options.dot_path = value
            case "-h" | "--help":
                options.help = True
                return options
    if not rest or not rest[0]:
        raise BadCommand("record: a file is missing")
    if len(rest) > 1:
        raise BadCommand(f"record: {rest[1]}: unexpected after a file; options come before it")
    if options.appends and options.forces:
        raise BadCommand("record: --append keeps what is there, and --force does away with it: write one of them")
    if options.dot_path and not os.path.isfile(options.dot_path):
        raise BadCommand(f"record: --dot-pyex: there is no file {options.dot_path}")
    options.path = rest[0]
    return options


def _checked(options: Options, style: Style) -> Document | None:
    """The transcript that is to be gone on with; None where there is none. Raises `BadTranscript` and `OSError`."""
    path = options.path
    if not options.appends or not os.path.exists(path) or not os.path.getsize(path):
        return None
    if not style.has_directives:
        problem = "a .pyex file is one session, and a new shell cannot go on with it: use one that ends in .md"
        raise BadTranscript(path, 0, problem)
    document = read(path)
    if not takes_session_below(document):
        problem = "what is written below it would not be read as a session: is a tag, such as <script>, left open?"
        raise BadTranscript(path, 0, problem)
    return document


def _problem(error: OSError | BadTranscript, path: str) -> str:
    if isinstance(error, BadTranscript):
        return str(error)
    if os.path.isdir(path):
        return f"{path} is a folder: write the name of a file"
    if isinstance(error, FileExistsError):
        return f"{path} exists: --append goes on below it, --force writes it anew"
    if isinstance(error, FileNotFoundError):
        return f"{path}: there is no folder {os.path.dirname(path) or '.'}"
    return f"{path}: {error.strerror or error}"


def _name(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
