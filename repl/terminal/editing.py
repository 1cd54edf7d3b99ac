"""What the keys of a prompt work on: the state that they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, Filter, emacs_insert_mode, has_focus, vi_insert_mode
from prompt_toolkit.key_binding.vi_state import InputMode

from pyex.repl.language import Language, State
from pyex.repl.terminal.burst import Burst
from pyex.repl.terminal.input_history import InputHistory
from pyex.repl.terminal.prompt import Answer, Prompt


@dataclass(eq=False, repr=False)
class HistoryPlace:
    """Where Up and Down have led: to the entry that is `back` entries before the line being typed."""

    back: int = 0
    prefix: str = ""  # only entries that begin so are shown
    shown: str | None = None  # the text as it was shown; another text starts anew from here
    drafts: dict[int, tuple[str, int]] = field(default_factory=dict)  # edited texts that were left, with the cursor


@dataclass(eq=False, repr=False)
class Search:
    """A search through the history with Ctrl+R or Ctrl+S."""

    on: bool = False
    query: str = ""
    last_query: str = ""  # of the search before
    step: int = 1  # 1: to older entries, -1: to newer ones
    back: int = 0
    failed: bool = False
    before: tuple[str, int] = ("", 0)
    was_navigating: bool = False  # in vi's mode for commands
    was_meant: bool = False  # by the key that is being handled

    def message(self) -> str:
        """What stands in front of the text while the search is on."""
        return f"({'no match' if self.failed else 'search'})`{self.query}': "


@dataclass(eq=False, repr=False)
class Editing:
    """One prompt being edited.

    `finish(answer)` ends the prompt, with None when the line was abandoned and the same prompt should come again.
    `show(text)` writes above the prompt. `namespace()` is what completion looks names up in. `edit_outside()` hands
    the text to an editor.
    """

    language: Language
    history: InputHistory
    finish: Callable[[Answer | None], None]
    show: Callable[[str], None]
    namespace: Callable[[], Mapping[str, object]]
    edit_outside: Callable[[], None]
    size: Callable[[], tuple[int, int]]  # rows, columns
    prompt: Prompt = field(default_factory=lambda: Prompt(""))
    burst: Burst = field(default_factory=Burst)
    place: HistoryPlace = field(default_factory=HistoryPlace)
    search: Search = field(default_factory=Search)
    pasting: bool = False  # paste mode
    indented_by_us: int = -1  # the cursor position right after an automatic indentation
    abandoned: Prompt | None = None  # the prompt whose line was abandoned last
    recall_next: str = ""  # the entry of the history that the next prompt begins with

    def begin(self, prompt: Prompt) -> str:
        """A new prompt comes up; return the text that it begins with."""
        # A line that was abandoned does not come back with its prompt.
        initial = "" if prompt is self.abandoned else prompt.initial
        self.prompt = prompt
        self.place = HistoryPlace()
        self.search = Search(last_query=self.search.last_query)
        self.pasting = False
        self.indented_by_us = -1
        if initial or not self.recall_next or not self.is_code():
            return initial
        text, self.recall_next = self.recall_next, ""
        newest_first = self.history.entries()[::-1]
        self.place.back, self.place.shown = newest_first.index(text) + 1, text
        return text

    def stop_search(self) -> None:
        """The search is over; what it shows is the text now."""
        self.search.on = False
        self.search.last_query = self.search.query or self.search.last_query
        if self.search.was_navigating:
            get_app().vi_state.input_mode = InputMode.NAVIGATION

    def after_key(self) -> None:
        """To be called after every key: one that was not for the search has ended it."""
        if self.search.on and not self.search.was_meant:
            self.stop_search()
        self.search.was_meant = False

    def is_code(self) -> bool:
        return self.prompt.kind == "code"

    @property
    def literal(self) -> bool:
        """Is what arrives a text to be taken as it is?"""
        return self.pasting or self.burst.literal

    # Filters for the keys

    @property
    def coding(self) -> Filter:
        """While code is edited, in whatever mode."""
        return has_focus(DEFAULT_BUFFER) & Condition(self.is_code)

    @property
    def inserting(self) -> Filter:
        """While code is edited and a letter would be inserted."""
        return self.coding & (emacs_insert_mode | vi_insert_mode)

    @property
    def searching(self) -> Filter:
        """While a search through the history is on."""
        return self.coding & Condition(lambda: self.search.on)


def state_of(language: Language, text: str) -> State:
    """`language.state` for a text as it stands in the editor."""
    text = unindented(text)
    head, newline, last = text.rpartition("\n")
    if not last.strip():
        text = head + newline  # an empty line that holds our indentation is an empty line
    try:
        return language.state(text)
    except Exception:
        return "invalid"  # whatever is wrong with it, running it shows the person


def runs(language: Language, buffer: Buffer) -> bool:
    """Does Enter, pressed here, run the text? Only on its last line; and a text with a mistake in it only at its end
    or when it has one line, so that a line can be put into the middle of a block that is not right yet."""
    text = buffer.text
    if "\n" in buffer.document.text_after_cursor:
        return False
    if not text.strip():
        return True
    state = state_of(language, text)
    at_end = not buffer.document.text_after_cursor.strip()
    return state == "complete" or (state == "invalid" and (at_end or "\n" not in text))


def unindented(text: str) -> str:
    """The text without the margin of its first line that is not empty: an input may be typed with a space in front, to
    keep it out of the history file, or be copied out of a block."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    margin = first[: len(first) - len(first.lstrip(" \t"))]
    return "\n".join(line.removeprefix(margin) for line in lines) if margin else text
