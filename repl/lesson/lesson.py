"""A lesson as it is read from a transcript: sections, of which those with a check are tasks.

    lesson = parse_lesson(read("links.md"))
    [section.title for section in lesson.sections if section.task]

A second-level heading begins a section, and a fence ```` ```check ```` makes it a task: what is before the check
explains it, what is after is said when it is done. Directives `hint` and a ```` ```pyex answer ```` fence belong to the
task.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyex.repl.lesson.task_check import compile_check
from pyex.repl.transcript.document import Block, Code, Document, Heading, Hint, Note, Pause, SetUp
from pyex.repl.transcript.errors import BadTranscript
from pyex.repl.transcript.session import Session

CHECK = "check"
_ANSWER = "write it behind the check, as ```pyex answer"


@dataclass
class Task:
    """What is to be done: a check that is true when it is, hints, and one way of doing it."""

    line: int
    check: str
    hints: list[str]
    answer: Session
    path: str = "<check>"


@dataclass
class Section:
    """A part of a lesson. `shown` is what stands before the check, `after` what is said when the task is done."""

    line: int
    title: str
    set_ups: list[SetUp] = field(default_factory=list)
    shown: list[Block] = field(default_factory=list)
    task: Task | None = None
    after: list[Block] = field(default_factory=list)


@dataclass
class Lesson:
    """A lesson: its name is that of its file, without number and ending."""

    name: str
    title: str
    path: str
    set_ups: list[SetUp] = field(default_factory=list)
    introduction: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    @property
    def tasks(self) -> list[Task]:
        return [section.task for section in self.sections if section.task is not None]


def is_lesson(document: Document) -> bool:
    """Whether a transcript is a lesson: it has a check, or an answer to one."""
    return any(_is_check(block) or _is_answer(block) for block in document.blocks)


def parse_lesson(document: Document) -> Lesson:
    """The lesson that a transcript is. Raises `BadTranscript` where it is none, or one that cannot be taught."""
    path = document.path
    if not is_lesson(document):
        problem = "a lesson without checks: write ```check below what is to be done, and in it what is true then"
        raise BadTranscript(path, 0, problem)
    lesson = Lesson(lesson_name(path), document.title, path)
    introduction, *sections = _parts(document)
    for block in introduction:
        match block:
            case SetUp():
                lesson.set_ups.append(block)
            case Note() | Pause():
                pass
            case Heading(level=1):
                lesson.title = block.title
            case _:
                _refuse_outside_tasks(block, path, "before the first section", "write a heading ## above it")
                lesson.introduction.append(block)
    titles: dict[str, int] = {}
    for heading, *blocks in sections:
        assert isinstance(heading, Heading)
        if heading.title in titles:
            problem = f'line {titles[heading.title]} has the heading "{heading.title}" already: write another one'
            raise BadTranscript(path, heading.line, problem)
        titles[heading.title] = heading.line
        lesson.sections.append(_section(heading, blocks, path))
    return lesson


def lesson_name(path: str) -> str:
    """The name of the lesson in a file: `links` of `04_links.md`."""
    return re.sub(r"^\d+[_-]", "", Path(path).stem)


def _parts(document: Document) -> Iterator[list[Block]]:
    """What is before the first section; then each section, from its heading on."""
    part: list[Block] = []
    title: Heading | None = None
    for block in document.blocks:
        if isinstance(block, Heading) and block.level <= 2:
            if title is None and block.level == 2:
                problem = "a lesson begins with its title: write a heading # above the first section"
                raise BadTranscript(document.path, block.line, problem)
            if title is not None and block.level == 1:
                problem = f'a lesson has one title, and it is "{title.title}": write ## for a section'
                raise BadTranscript(document.path, block.line, problem)
            title = title or block
            if block.level == 2:
                yield part
                part = []
        part.append(block)
    yield part


def _section(heading: Heading, blocks: list[Block], path: str) -> Section:
    section = Section(heading.line, heading.title)
    check = next((block for block in blocks if _is_check(block)), None)
    if check is None:
        # The answer first: where one is, a task was meant.
        for block in sorted(blocks, key=_is_answer, reverse=True):
            _refuse_outside_tasks(block, path, "in a section without a check", "write ```check above it")
    else:
        assert isinstance(check, Code)
        section.task = _task(check, blocks, path)
    is_after = False
    for block in blocks:
        match block:
            case Code(language="check"):
                is_after = True
            case SetUp() if is_after:
                problem = "a set-up is run when its section begins: write it above the check"
                raise BadTranscript(path, block.line, problem)
            case SetUp():
                section.set_ups.append(block)
            case Session(is_fresh=True):
                problem = '"fresh" has no place in a lesson: all of it happens in one shell, the learner\'s'
                raise BadTranscript(path, block.line, problem)
            case Hint() | Note() | Pause() | Session(is_answer=True):
                pass
            case _:
                (section.after if is_after else section.shown).append(block)
    return section


def _task(check: Code, blocks: list[Block], path: str) -> Task:
    if check.words:
        raise BadTranscript(path, check.line, f'"{check.words[0]}" means nothing behind ```check: write it alone')
    checks = [block for block in blocks if _is_check(block)]
    _only_one(checks, path, "check", "begin a section for it, with a heading ##")
    answers = [block for block in blocks if isinstance(block, Session) and block.is_answer]
    if not answers:
        raise BadTranscript(path, check.line, f"a task without an answer: {_ANSWER}")
    _only_one([*answers], path, "answer", "write all its inputs in one fence")
    answer = answers[0]
    if answer.is_skipped:
        raise BadTranscript(path, answer.line, 'an answer cannot be skipped, for it proves the check: take "skip" away')
    compile_check(check.text, path, check.line + 1)
    hints = [block.text for block in blocks if isinstance(block, Hint)]
    return Task(check.line, check.text, hints, answer, path)


def _only_one(blocks: list[Block], path: str, what: str, instead: str) -> None:
    if len(blocks) > 1:
        problem = f"a second {what} in one section, after that of line {blocks[0].line}: {instead}"
        raise BadTranscript(path, blocks[1].line, problem)


def _refuse_outside_tasks(block: Block, path: str, where: str, instead: str) -> None:
    if what := _part_of_task(block):
        raise BadTranscript(path, block.line, f"{what} {where}: {instead}")
    if isinstance(block, Session) and block.is_fresh:
        problem = '"fresh" has no place in a lesson: all of it happens in one shell, the learner\'s'
        raise BadTranscript(path, block.line, problem)


def _part_of_task(block: Block) -> str:
    if _is_check(block):
        return "a check"
    if _is_answer(block):
        return "an answer"
    return "a hint" if isinstance(block, Hint) else ""


def _is_check(block: Block) -> bool:
    return isinstance(block, Code) and block.language == CHECK


def _is_answer(block: Block) -> bool:
    return isinstance(block, Session) and block.is_answer
