"""The bracket at the cursor and the one that belongs to it, highlighted while code is typed.

Brackets inside strings and comments belong to nothing: the language's lexer tells them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.application import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Filter
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments

from pyex.repl.language import Language

if TYPE_CHECKING:
    from pygments.lexer import Lexer

PAIRS = {"(": ")", "[": "]", "{": "}"}
OPENED_BY = {closing: opening for opening, closing in PAIRS.items()}
# In a longer text finding them would be felt at every key.
LONGEST = 20_000


class MatchingBrackets(Processor):
    """Marks both brackets with `class:matching-bracket` where `wanted` holds."""

    def __init__(self, language: Language, wanted: Filter) -> None:
        self._language = language
        self._wanted = wanted
        self._document = Document()
        self._places: list[tuple[int, int]] = []

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        fragments = transformation_input.fragments
        document = transformation_input.document
        if get_app().is_done or not self._wanted():
            return Transformation(fragments)
        if document != self._document:
            self._document = document
            pair = matching_brackets(self._language.lexer, document.text, document.cursor_position)
            self._places = [document.translate_index_to_position(index) for index in pair or ()]
        for row, column in self._places:
            if row == transformation_input.lineno:
                fragments = explode_text_fragments(fragments)
                column = transformation_input.source_to_display(column)
                style, text, *_ = fragments[column]
                fragments[column] = (f"{style} class:matching-bracket", text)
        return Transformation(fragments)


def matching_brackets(lexer: type[Lexer], text: str, cursor: int) -> tuple[int, int] | None:
    """Where the bracket under the cursor, or else the closing one before it, and its partner are; None without either.

    `matching_brackets(PythonLexer, "f(x)", 4)` is `(1, 3)`.
    """
    here = next((at for at in (cursor, cursor - 1) if _is_candidate(text, at, cursor)), None)
    if here is None or len(text) > LONGEST:
        return None
    opened: list[tuple[str, int]] = []
    for at, character in _brackets(lexer, text):
        if character in PAIRS:
            opened.append((character, at))
            continue
        if not opened or opened[-1][0] != OPENED_BY[character]:
            return None
        _, start = opened.pop()
        if here in (start, at):
            return start, at
    return None


def _is_candidate(text: str, at: int, cursor: int) -> bool:
    return 0 <= at < len(text) and (text[at] in OPENED_BY or (at == cursor and text[at] in PAIRS))


def _brackets(lexer: type[Lexer], text: str) -> list[tuple[int, str]]:
    """The brackets of the code, in order, and where they are."""
    from pygments.token import Comment, String, is_token_subtype

    found: list[tuple[int, str]] = []
    for start, kind, value in lexer().get_tokens_unprocessed(text):
        is_text = is_token_subtype(kind, String) and kind is not String.Interpol
        if is_text or is_token_subtype(kind, Comment):
            continue
        found += [(start + offset, each) for offset, each in enumerate(value) if each in PAIRS or each in OPENED_BY]
    return found
