"""What the words of the command line mean; and the page that `pyex --help` shows."""

from __future__ import annotations

from dataclasses import dataclass, field

HELP = """\
NAME
    pyex - Erlang's processes for Python, at an IEx-like prompt

SYNOPSIS
    pyex [OPTIONS]                       open the prompt
    pyex [OPTIONS] FILE                  load a file, then open the prompt
    pyex [OPTIONS] run FILE [ARGS...]    run a file as the main process
    pyex [OPTIONS] -e EXPR [ARGS...]     run an expression or statements as the main process
    pyex attach [PID|PATH]               open a prompt in a program that runs
    pyex observer [--attach PID|PATH]    see the processes of a program that runs, in the browser
    pyex check [--update] FILE...        play the sessions in Markdown files and compare
    pyex replay [OPTIONS] FILE           play a session in the real shell, at a human pace
    pyex record FILE                     write down a session
    pyex export FILE --to FORMAT         make a page, a picture, a cast or a script of a session
    pyex lesson [NAME|FILE]              open the prompt with a lesson
    pyex workshop [FILE...]              lessons for a room

DESCRIPTION
    At a terminal, pyex opens a shell: a process that reads what is typed, has it evaluated by another, and starts a
    new one when that dies. Type h() for its helpers. Without a terminal it reads a session from its standard input.

OPTIONS
    -e, --eval EXPR       run EXPR and leave; may be given more than once
    -r, --require FILE    load FILE first, its definitions are at hand then; may be given more than once
    --dot-pyex FILE       evaluate FILE at each start of the shell process in place of .pyex.py; "" for none
    --listen              let other terminals attach to the program: see pyex attach, pyex observer
    --no-color            no colours
    --no-halt             with -e or run: do not leave at the end, the other processes go on
    -V, --version         print the version
    -h, --help            print this page
    --                    what follows are arguments of the program

FILES
    .pyex.py              evaluated in the shell at each start of its process; the first found of ./.pyex.py,
                          ~/.pyex.py and $XDG_CONFIG_HOME/pyex/.pyex.py
    $XDG_STATE_HOME/pyex/history
                          what was typed, for the next time
    $XDG_STATE_HOME/pyex/lessons.json
                          what is done of the lessons

ENVIRONMENT
    NO_COLOR              no colours, if it is not empty
    XDG_RUNTIME_DIR       where the sockets of programs that listen are, in the folder pyex
    PYEX_EDITOR, VISUAL, EDITOR
                          what open(x) and Ctrl+X Ctrl+E start
    PYEX_HISTORY          where the history is kept; empty for nowhere

EXIT STATUS
    0 when all went well; 1 for an error, a death of the main process, a session with a failed input, a check that
    differs; 2 for a command that cannot be understood; 130 after Ctrl+C; 128 + N after signal N. A program that calls
    sys.exit(N) ends with N.

EXAMPLES
    pyex
    pyex examples/ping_pong.py
    pyex -e 'pid = spawn(lambda: print(receive())); send(pid, "hello"); Process.sleep(10)'
    echo 'Process.list()' | pyex
"""
COMMANDS = ("run", "attach", "observer", "check", "replay", "record", "export", "lesson", "workshop")


@dataclass
class Options:
    """What was asked for."""

    # `-r` and `-e`, in the order in which they came.
    required: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    dot_pyex: str | None = None
    listen: bool = False
    no_color: bool = False
    no_halt: bool = False
    version: bool = False
    help: bool = False
    # The command, if there is one, and what follows the options.
    command: str = ""
    words: list[str] = field(default_factory=list)


class BadCommand(Exception):
    """A command line that cannot be understood; the text says why."""


def read(words: list[str]) -> Options:
    """The options in the words of a command line. Raises `BadCommand`."""
    options = Options()
    if not words:
        return options
    from getopt import GetoptError, getopt

    names = ["eval=", "require=", "dot-pyex=", "listen", "no-color", "no-halt", "version", "help"]
    try:
        found, rest = getopt(words, "e:r:Vh", names)
    except GetoptError as error:
        raise BadCommand(_problem(error.opt)) from None
    for name, value in found:
        match name:
            case "-e" | "--eval":
                options.texts.append(value)
            case "-r" | "--require":
                options.required.append(value)
            case "--dot-pyex":
                options.dot_pyex = value
            case "--listen":
                options.listen = True
            case "--no-color":
                options.no_color = True
            case "--no-halt":
                options.no_halt = True
            case "-V" | "--version":
                options.version = True
            case "-h" | "--help":
                options.help = True
    if rest and rest[0] in COMMANDS and not options.texts:
        options.command, *rest = rest
    options.words = rest
    _check(options)
    return options


def _problem(option: str) -> str:
    written = f"-{option}" if len(option) == 1 else f"--{option}"
    for name, missing in (("e", "an expression"), ("r", "a file"), ("dot-pyex", "a file")):
        if option in (name, {"e": "eval", "r": "require"}.get(name)):
            return f"{written}: {missing} is missing"
    return f"{written}: unknown option"


def _check(options: Options) -> None:
    if options.version or options.help:
        return
    words = options.words
    if options.command == "run" and not words:
        raise BadCommand("run: a file is missing")
    if options.command == "run" and words[0].startswith("-"):
        raise BadCommand(f"{words[0]}: unexpected after run; options come before it, and then a file")
    if options.command == "attach" and len(words) > 1:
        raise BadCommand(f"{words[1]}: unexpected after attach {words[0]}")
    if not options.command and not options.texts and len(words) > 1:
        raise BadCommand(f"{words[1]}: unexpected after a file; write `pyex run {words[0]} ...` to pass arguments")
    if options.no_halt and options.command != "run" and not options.texts:
        raise BadCommand("--no-halt: goes with -e or run; the prompt stays until it is left")
