"""The user switch command, Ctrl+G: from shell to shell."""

from __future__ import annotations

from pyex.repl import configuration
from pyex.repl.jobs.job_control import Job, JobControl
from pyex.repl.terminal.prompt import Prompt

PROMPT = Prompt(" --> ", kind="line")
HELP = """\
  c [nn]            - connect to job
  i [nn]            - interrupt job
  k [nn]            - kill job
  j                 - list all jobs
  s                 - start local shell
  r                 - remote shell: how
  q                 - quit pyex
  ? | h             - this message"""
REMOTE = """\
pyex attach PID, in another terminal,
opens a shell in a program that runs and
has called pyex.repl.listen()."""


# No job has a number that is longer.
LONGEST_NUMBER = 9


def user_switch(control: JobControl) -> None:
    """Obey commands until one connects to a job, or leaves."""
    while (answer := control.ask(PROMPT))[0] == "input":
        if _obey(control, answer[1].split()):
            return


def _obey(control: JobControl, words: list[str]) -> bool:
    """Whether the person is done."""
    match words:
        case []:
            pass
        case ["c" | "i" | "k" as command, *number] if len(number) <= 1 and all(map(_is_number, number)):
            job = control.jobs.get(int(number[0])) if number else control.current
            if job is not None:
                return _do(control, command, job)
            print("Unknown job")
        case ["j"]:
            for job in control.jobs.values():
                print(_described(control, job))
        case ["s"]:
            control.start()
        case ["s", *_]:
            print("There is one kind of shell: s")
        case ["r", *_]:
            print(REMOTE)
        case ["q"]:
            control.leave()
            return True
        case ["h" | "?"]:
            print(HELP)
        case _:
            print("Unknown command")
    return False


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= LONGEST_NUMBER


def _do(control: JobControl, command: str, job: Job) -> bool:
    match command:
        case "c":
            control.current = job
            return True
        case "i":
            control.interrupt(job)
        case "k":
            control.kill(job)
    return False


def _described(control: JobControl, job: Job) -> str:
    """`   1* #PID<0.14.0> at pyex(3)> evaluating`"""
    mark = "*" if control.current is job else " "
    state = control.state(job)
    if state == "new":
        return f"{job.number:4}{mark} new"
    place = configuration.prompt("pyex", job.shell.counter).strip()
    return f"{job.number:4}{mark} {job.shell.evaluator!r} {place} {state}"
