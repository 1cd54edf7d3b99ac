"""What a lesson says, laid out for the terminal as `h(x)` lays out documentation: text that can be copied, and no more
around it than a heading."""

from __future__ import annotations

from collections.abc import Iterable

from pyex.repl.display.colours import RESET
from pyex.repl.documentation.inline import rendered
from pyex.repl.documentation.layout import filled, laid_out
from pyex.repl.documentation.paint import Paint
from pyex.repl.lesson.lesson import Lesson, Section
from pyex.repl.transcript.document import Block, Code, Heading, Prose
from pyex.repl.transcript.session import Session
from pyex.repl.watching.drawing import ascii_only

_GREEN, _FAINT = "\x1b[32m", "\x1b[2m"


def heading(lesson: Lesson, section: Section | None, columns: int, paint: Paint) -> list[str]:
    """The line above a section, or, without one, above the lesson."""
    text = lesson.title
    if section is not None:
        number = lesson.sections.index(section) + 1
        dot = "-" if ascii_only() else "·"
        text = f"{lesson.title} {dot} {number} of {len(lesson.sections)}: {section.title}"
    return [paint.whole(line, "doc_headings") for line in filled(rendered(text, Paint()), columns)]


def done(title: str, mark: str, columns: int, paint: Paint) -> list[str]:
    """The line that says that a task is done."""
    return _in_colour(filled(rendered(f"{mark} {title}", Paint()), columns), _GREEN, paint)


def paragraphs(blocks: Iterable[Block], columns: int, paint: Paint) -> list[list[str]]:
    """The blocks of a text, each as its lines."""
    found = []
    for block in blocks:
        found += _split(laid_out(_markdown(block), columns, paint)) if _markdown(block) else []
    return found


def hint(text: str, columns: int, paint: Paint) -> list[str]:
    """The lines of a hint."""
    return laid_out(text, columns, paint)


def inputs(answer: Session, columns: int, paint: Paint) -> list[str]:
    """What is to be typed for an answer, as code."""
    return laid_out(_fenced("\n".join(step.text.rstrip() for step in answer.steps), "python"), columns, paint)


def aside(text: str, columns: int, paint: Paint) -> list[str]:
    """What is said about the lesson itself."""
    return _in_colour(filled(text, columns), _FAINT, paint)


def _markdown(block: Block) -> str:
    """A block as it is written."""
    match block:
        case Prose():
            return block.text
        case Heading():
            return f"{'#' * block.level} {block.title}"
        case Code():
            return _fenced(block.text, block.language)
        case Session():
            return _fenced(session_text(block), "pyex")
    return ""


def _in_colour(lines: list[str], begin: str, paint: Paint) -> list[str]:
    return [f"{begin}{line}{RESET}" if paint.has_colours else line for line in lines]


def _fenced(text: str, language: str) -> str:
    return f"~~~~~~~~ {language}\n{text.rstrip()}\n~~~~~~~~"


def session_text(session: Session) -> str:
    """A session as the screen shows it. The learner's own prompts have other numbers: these have none."""
    lines: list[str] = []
    for step in session.steps:
        first, *rest = step.text.split("\n")
        lines += [f"pyex> {first}", *(f"...> {line}".rstrip() for line in rest), *(step.expected or "").splitlines()]
    return "\n".join(lines)


def _split(lines: list[str]) -> list[list[str]]:
    """Lines at their empty ones."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line:
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]
