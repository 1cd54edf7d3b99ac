"""What a replay plays, in order: pages to read, inputs to type, and what happens between them.

    plan = plan_of(document)
    plan.items              # [Item(Page(...)), Item(Step(...)), ...]
    plan.find("links")      # the item at which the section with this heading begins
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from pyex.repl.replay.inline import plain
from pyex.repl.transcript.document import Code, Document, Heading, Note, Pause, Prose, SetUp
from pyex.repl.transcript.play import labels_of
from pyex.repl.transcript.session import Session, Step

# A fence in this language is a lesson's: it says when a task is done.
CHECK = "check"


@dataclass(frozen=True)
class Page:
    """What is shown at once: a heading, and all up to the next input."""

    blocks: tuple[Heading | Prose | Code | Session, ...]


@dataclass(frozen=True)
class Fresh:
    """A new shell takes the place of the old."""


@dataclass
class Item:
    """One thing to play, where it stands in the file, and what the speaker wants to remember before it."""

    what: Page | Step | Pause | SetUp | Fresh
    line: int
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A heading, with the item at which it begins, and how many inputs stand below it up to the next one."""

    title: str
    level: int
    item: int
    inputs: int


class UnknownHeading(Exception):
    """No heading is meant by these words; the text says which there are."""


@dataclass
class Plan:
    """All items of a file, and its sections."""

    items: list[Item] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    # All labels that are in it.
    labels: frozenset[str] = frozenset()

    @property
    def inputs(self) -> int:
        """How many inputs there are."""
        return self.inputs_before(len(self.items))

    def inputs_before(self, index: int) -> int:
        """How many inputs stand before an item."""
        return sum(isinstance(item.what, Step) for item in self.items[:index])

    def section_at(self, index: int) -> Section | None:
        """The section that an item is in; None before the first heading."""
        return next((section for section in reversed(self.sections) if section.item <= index), None)

    def section_after(self, index: int) -> Section | None:
        """The first section that begins behind an item."""
        return next((section for section in self.sections if section.item > index), None)

    def find(self, words: str) -> int:
        """The item at which a section begins, by its number from 1 or a part of its heading. Raises
        `UnknownHeading`."""
        words = words.strip()
        if words.isdecimal():
            if 1 <= int(words) <= len(self.sections):
                return self.sections[int(words) - 1].item
            numbers = f"they are numbered from 1 to {len(self.sections)}" if self.sections else "there are none"
            raise UnknownHeading(f"there is no heading {words}: {numbers}")
        lowered = plain(words).casefold()
        titles = [section.title.casefold() for section in self.sections]
        found = [n for n, title in enumerate(titles) if title == lowered]
        found = found or [n for n, title in enumerate(titles) if lowered and title.startswith(lowered)]
        found = found or [n for n, title in enumerate(titles) if lowered and lowered in title]
        if found:
            return self.sections[found[0]].item
        near = get_close_matches(lowered, titles, 3, 0.5)
        meant = [f'"{self.sections[titles.index(title)].title}"' for title in near]
        more = f"; did you mean {' or '.join(meant)}?" if meant else ""
        raise UnknownHeading(f'no heading has "{words}" in it{more}')

    def step_before(self, index: int) -> int:
        """The last page or input before an item: where one step back leads to."""
        return next((n for n in range(index - 1, -1, -1) if isinstance(self.items[n].what, Page | Step)), 0)


def plan_of(document: Document) -> Plan:
    """What is to be played of a document. Set-ups are run, and not shown; hints and answers are for lessons."""
    plan = Plan(labels=labels_of(document))
    shown: list[Heading | Prose | Code | Session] = []
    notes: list[str] = []

    def add(what: Page | Step | Pause | SetUp | Fresh, line: int) -> None:
        plan.items.append(Item(what, line, "\n\n".join(notes)))
        notes.clear()

    def turn() -> None:
        if shown:
            add(Page(tuple(shown)), shown[0].line)
            shown.clear()

    has_played = False
    for block in document.blocks:
        match block:
            case Heading():
                if any(not isinstance(each, Heading) for each in shown):
                    turn()
                shown.append(block)
                plan.sections.append(Section(plain(block.title), block.level, len(plan.items), 0))
            case Prose():
                shown.append(block)
            case Code() if block.language != CHECK:
                shown.append(block)
            case Session(is_answer=False, is_skipped=True):
                shown.append(block)
            case Session(is_answer=False):
                turn()
                if block.is_fresh and has_played:
                    add(Fresh(), block.line)
                has_played = True
                for step in block.steps:
                    add(step, step.line)
            case Note():
                turn()
                notes.append(block.text)
            case Pause() | SetUp():
                turn()
                add(block, block.line)
    turn()
    plan.sections = [_counted(plan, number) for number in range(len(plan.sections))]
    return plan


def _counted(plan: Plan, number: int) -> Section:
    section = plan.sections[number]
    end = plan.sections[number + 1].item if number + 1 < len(plan.sections) else len(plan.items)
    inputs = plan.inputs_before(end) - plan.inputs_before(section.item)
    return Section(section.title, section.level, section.item, inputs)
