"""A transcript as it is read: Markdown, with sessions in fences that begin with ```` ```pyex ````.

    document = parse(text, "guide.md")
    document.blocks             # [Heading, Prose, Session, ...] in order
    document.steps              # all inputs of all sessions

Blocks tell the line at which they begin. A file whose name ends in `.pyex` is one session as the screen shows it, or
just inputs; its lines that begin with `#` are prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pyex.repl.transcript.directive import Directive, directives
from pyex.repl.transcript.errors import BadTranscript
from pyex.repl.transcript.session import Session, Step, parse_session, split_inputs

if TYPE_CHECKING:
    from markdown_it.token import Token

SESSION = "pyex"
# What may follow `pyex` in a fence's first line: the session is a lesson's reference answer.
ANSWER = "answer"


@dataclass(frozen=True)
class Heading:
    """A heading: `level` is the number of its hashes."""

    line: int
    level: int
    title: str


@dataclass(frozen=True)
class Prose:
    """Markdown to be read, as it is written."""

    line: int
    text: str


@dataclass(frozen=True)
class Code:
    """A fence in another language: shown, and not run. `words` are what follows the language."""

    line: int
    language: str
    text: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """What the speaker wants to remember here."""

    line: int
    text: str


@dataclass(frozen=True)
class Hint:
    """What a learner is told who asks for help with the task."""

    line: int
    text: str


@dataclass(frozen=True)
class Pause:
    """Where a replay waits: so many milliseconds, or for a key when None."""

    line: int
    milliseconds: int | None


@dataclass(frozen=True)
class SetUp:
    """Code that is run in the shell, and not shown. `timeout`: in milliseconds, None where nothing is said."""

    line: int
    text: str
    timeout: int | None = None

    def name_in(self, path: str) -> str:
        """What stack traces call it. Not the whole path: the lessons that pyex brings would pass for its own code."""
        return f"{Path(path).name}:{self.line}"


Block = Heading | Prose | Code | Session | Note | Hint | Pause | SetUp


@dataclass
class Document:
    """A file: its name, its text, and its blocks in order."""

    path: str
    text: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def sessions(self) -> list[Session]:
        return [block for block in self.blocks if isinstance(block, Session)]

    @property
    def steps(self) -> list[Step]:
        """All inputs, of the sessions that are skipped too."""
        return [step for session in self.sessions for step in session.steps]

    @property
    def title(self) -> str:
        """The first heading, or else the file's name without its ending."""
        return next((block.title for block in self.blocks if isinstance(block, Heading)), Path(self.path).stem)


def read(path: str) -> Document:
    """Read a file. Raises `BadTranscript`, for a file that cannot be read too."""
    try:
        if Path(path).is_char_device():
            # Some of them have no end.
            raise BadTranscript(path, 0, "is a device, and no file")
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadTranscript(path, 0, "is not text in UTF-8") from None
    except OSError as error:
        raise BadTranscript(path, 0, error.strerror or str(error)) from None
    return parse(text, path)


def parse(text: str, path: str = "<text>") -> Document:
    """Parse a file's text: Markdown, or a plain session where the name ends in `.pyex`. Raises `BadTranscript`."""
    document = Document(path, text)
    document.blocks = _plain_blocks(text, path) if path.endswith(".pyex") else list(_Reader(text, path).blocks())
    return document


class _Reader:
    """Goes through the tokens of a Markdown text; directives are for the next session."""

    def __init__(self, text: str, path: str) -> None:
        from markdown_it import MarkdownIt

        self.path = path
        self.lines = split_lines(text)
        self.tokens = MarkdownIt("commonmark").enable("table").parse(text)
        self.pending: list[Directive] = []
        # Those of them that a set-up has taken: no session need follow.
        self.taken: list[Directive] = []
        self.shown = 0  # the first line that is not in a block yet

    def blocks(self) -> Iterator[Block]:
        for index, token in enumerate(self.tokens):
            if token.map is None:
                continue
            match token.type:
                case "heading_open" if token.level == 0:
                    yield from self._prose_until(token.map[0])
                    yield Heading(token.map[0] + 1, int(token.tag[1:]), self.tokens[index + 1].content)
                    self.shown = token.map[1]
                case "fence":
                    yield from self._prose_until(token.map[0])
                    yield self._fence(token, token.map[0], token.map[1])
                    self.shown = token.map[1]
                case "html_block":
                    found = list(directives(token.content, token.map[0] + 1, self.path))
                    yield from self._prose_until(token.map[0])
                    if found or re.fullmatch(r"\s*(<!--.*?-->\s*)+", token.content, re.DOTALL):
                        self.shown = token.map[1]
                    for directive in found:
                        yield from self._directed(directive)
                case "inline":
                    self._refuse_directives(token, token.map[0] + 1)
        yield from self._prose_until(len(self.lines))
        for directive in self._untaken():
            raise BadTranscript(self.path, directive.line, f'"{directive.name}" is for a session, and none follows')

    def _prose_until(self, end: int) -> Iterator[Block]:
        """What lies between the blocks so far and this line."""
        lines = self.lines[self.shown : end]
        while lines and not lines[0].strip():
            self.shown += 1
            del lines[0]
        while lines and not lines[-1].strip():
            del lines[-1]
        if lines:
            yield Prose(self.shown + 1, "\n".join(lines))
        self.shown = max(self.shown, end)

    def _fence(self, token: Token, first: int, end: int) -> Block:
        closing = self.lines[end - 1].strip(" \t>") if end - 1 < len(self.lines) else ""
        mark = token.markup
        if end - first < 2 or not re.fullmatch(rf"{re.escape(mark)}{re.escape(mark[0])}*", closing):
            problem = f"this fence has no end: write {mark} on a line of its own below it"
            raise BadTranscript(self.path, first + 1, problem)
        language, *words = token.info.split() or [""]
        if language != SESSION:
            if language.lower() == SESSION:
                raise BadTranscript(self.path, first + 1, f"small letters mark a session: write {mark}{SESSION}")
            for directive in self._untaken():
                problem = f'"{directive.name}" is for the next fence, which is no session: write it above {mark}pyex'
                raise BadTranscript(self.path, directive.line, problem)
            self.pending = []
            return Code(first + 1, language, token.content, tuple(words))
        unknown = [word for word in words if word != ANSWER]
        if unknown:
            problem = f'"{unknown[0]}" means nothing behind {mark}{SESSION}; directives go in a comment above it'
            raise BadTranscript(self.path, first + 1, problem)
        session = Session(first + 1, steps=parse_session(token.content, first + 2, self.path), is_answer=bool(words))
        for directive in self.pending:
            session.direct(directive)
        self.pending = []
        return session

    def _directed(self, directive: Directive) -> Iterator[Block]:
        match directive.name:
            case "note":
                yield Note(directive.line, directive.text)
            case "hint":
                yield Hint(directive.line, directive.text)
            case "pause":
                yield Pause(directive.line, directive.milliseconds)
            case "set-up":
                yield self._set_up(directive)
            case _:
                self.pending.append(directive)

    def _set_up(self, directive: Directive) -> SetUp:
        """Code to be run; a timeout that stands above it counts for it, too."""
        timeouts = [each for each in self.pending if each.name == "timeout"]
        self.taken += timeouts
        return SetUp(directive.line, directive.text, timeouts[-1].milliseconds if timeouts else None)

    def _untaken(self) -> list[Directive]:
        """The directives that nothing has come for."""
        return [each for each in self.pending if each not in self.taken]

    def _refuse_directives(self, token: Token, line: int) -> None:
        for child in token.children or ():
            if child.type == "html_inline" and list(directives(child.content, line, self.path)):
                problem = "a directive stands on lines of its own, not in the middle of a text"
                raise BadTranscript(self.path, line, problem)


def split_lines(text: str) -> list[str]:
    """Lines as Markdown counts them: it knows of no form feeds and the like."""
    return re.split(r"\r\n|\r|\n", text)


def _plain_blocks(text: str, path: str) -> list[Block]:
    """The blocks of a `.pyex` file."""
    blocks: list[Block] = []
    lines = split_lines(text)
    prose: list[str] = []
    session: list[str] = []
    began = 1

    def close(number: int) -> None:
        nonlocal began
        if any(line.strip() for line in session):
            content = "\n".join(session) + "\n"
            blocks.append(Session(began, steps=parse_session(content, began, path)))
        elif prose:
            words = "\n".join(line.removeprefix("#").removeprefix(" ") for line in prose)
            hashes = re.fullmatch(r"(#{1,6}) +(.*)", words)
            blocks.append(Heading(began, len(hashes[1]), hashes[2]) if hashes else Prose(began, words))
        session.clear()
        prose.clear()
        began = number

    has_prompts = any(re.match(r"(pyex|pry)(\(\d+\))?>", line) for line in lines)
    if not has_prompts:
        return _bare_inputs(text)
    after_prompt = False
    for number, line in enumerate(lines, start=1):
        # Below a prompt, a line that begins with # may be output: prose comes after an empty line, or first of all.
        is_prose = re.match(r"#+( |$)", line) is not None and (not after_prompt or bool(prose))
        if is_prose != bool(prose):
            close(number)
        (prose if is_prose else session).append(line)
        after_prompt = not is_prose and bool(line.strip())
    close(len(lines) + 1)
    return blocks


def _bare_inputs(text: str) -> list[Block]:
    """A file without prompts: inputs, whose output may be anything. Comments at the margin are prose."""
    blocks: list[Block] = []
    for line, piece in split_inputs(text):
        if piece.startswith("#"):
            words = "\n".join(each.removeprefix("#").removeprefix(" ") for each in piece.split("\n"))
            blocks.append(Prose(line, words))
        elif blocks and isinstance(blocks[-1], Session):
            blocks[-1].steps.append(Step(line, piece, None))
        else:
            blocks.append(Session(line, steps=[Step(line, piece, None)]))
    return blocks
