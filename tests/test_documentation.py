"""Docstrings of all kinds, laid out for the terminal: what a person reads who types `h(x)`."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import textwrap
from types import ModuleType
from typing import Any, overload

import hypothesis
import hypothesis.strategies as st
import pytest

from pyex.repl import documentation
from pyex.repl.documentation import docstring, topics
from pyex.repl.documentation.inline import width_of
from pyex.repl.documentation.layout import laid_out
from pyex.repl.documentation.paint import Paint

ANSI = re.compile(r"\x1b\[[\d;]*m")
# A few modules for each style of docstring that there is.
MODULES = [
    *("pyex", "os", "json", "asyncio", "re", "subprocess", "collections", "argparse", "pytest", "rich.console"),
    *("prompt_toolkit.shortcuts", "hypothesis", "hypothesis.strategies", "statistics", "builtins", "functools"),
]


def shown(text: str, columns: int = 60) -> str:
    """A docstring as it is laid out, without colours."""
    return "\n".join(laid_out(inspect.cleandoc(text), columns, Paint()))


def coloured(text: str, columns: int = 60) -> str:
    return "\n".join(laid_out(inspect.cleandoc(text), columns, Paint(has_colours=True)))


def lines(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


# reST


def test_roles_and_double_backquotes_are_code() -> None:
    """Of Sphinx's marks the name is left, `~` shortens it, and a title stands for its target."""
    text = "See :func:`spawn`, :class:`~a.b.C`, :ref:`the guide <guide>`, :pep:`8` and ``x = 1``; *not* `this <u>`_."
    assert shown(text, 200) == "See `spawn`, `C`, `the guide`, PEP 8 and `x = 1`; *not* this (u)."


def test_literal_blocks_are_code_and_keep_their_lines() -> None:
    """What follows `::` is moved four columns in, and never broken."""
    long = "curl --silent --show-error https://example.com/a/very/long/address | sh"
    assert shown(f"Run this::\n\n  {long}\n\nThen ::\n\n  $ rest\n\n::\n\n  last", 40) == lines(
        f"""
        Run this:

            {long}

        Then

            $ rest

            last
        """
    )


def test_directives_are_read() -> None:
    """Code blocks are code, admonitions have their label, versions a sentence; what is unknown stays as it is."""
    text = """
        .. code-block:: python
           :linenos:

           x = 1

        .. note:: Mind the gap.

        .. warning::

           It is hot.

        .. versionadded:: 3.1
        .. versionchanged:: 3.2 Takes `y`.
        .. deprecated:: 4.0
           Use z.

        .. _target:
        .. _pypi: https://pypi.org
        .. image:: a.png
    """
    assert shown(text).splitlines() == [
        "    x = 1",
        "",
        "Note: Mind the gap.",
        "",
        "Warning:",
        "",
        "   It is hot.",
        "",
        "New in version 3.1:",
        "Changed in version 3.2: Takes `y`.",
        "Deprecated since version 4.0:",
        "   Use z.",
        "",
        "pypi: https://pypi.org",
        ".. image:: a.png",
    ]


def test_fields_are_a_list() -> None:
    """`:param x:` and its like become items, with types in parentheses and later lines below the text."""
    text = """
        :param int x: how many of them there are, which is
            at least one
        :type y: str
        :returns: a number
        :rtype: int
        :raises ValueError: never
    """
    assert shown(text).splitlines() == [
        "  • x (int): how many of them there are, which is",
        "    at least one",
        "  • type of y: str",
        "  • returns: a number",
        "  • return type: int",
        "  • raises ValueError: never",
    ]


def test_underlined_titles_are_headings() -> None:
    """With a line below, or above and below."""
    assert shown("=====\nTitle\n=====\n\nText.\n\nPart\n----\nMore.") == "## Title\n\nText.\n\n## Part\n\nMore."


@pytest.mark.parametrize(
    "table",
    [
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "=== ==============================================\na   b\n=== ====\n\n1   2\n=== ====",
        "+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+",
    ],
)
def test_tables_stay_as_they_are(table: str) -> None:
    """Of Markdown's and both of reST's nothing is moved, however wide they are."""
    assert shown(f"Before.\n\n{table}\n\nAfter.", 40) == f"Before.\n\n{table}\n\nAfter."


# Markdown


def test_markdown_is_read() -> None:
    """Headings, links, fences and lists."""
    text = """
        # Title

        See [the guide](https://example.com/x).

        ```python
        x = [1,
             2]
        ```

        * one
        + two
          goes on
        1. first
    """
    assert shown(text).splitlines() == [
        "# Title",
        "",
        "See the guide (https://example.com/x).",
        "",
        "    x = [1,",
        "         2]",
        "",
        "  • one",
        "  • two",
        "    goes on",
        "  1. first",
    ]


def test_stars_that_are_no_marks_stay() -> None:
    """`*args` and a product are no emphasis, with colours or without."""
    text = "Takes *args and **options, makes 2 * 3 * 4, x**y and a\\*b."
    assert shown(text, 200) == ANSI.sub("", coloured(text, 200)) == text.replace("\\*", "*")


# Google and numpydoc


def test_sections_of_google_are_headings_with_entries() -> None:
    """Each entry begins a line, and what does not fit goes on further in."""
    text = """
        Args:
            x (int): how many of them there are, if there are any at all
            *args, **kw: others
        Returns:
            A number that says how many of them there are, and
            another one.
    """
    assert shown(text, 44).splitlines() == [
        "## Args",
        "",
        "    x (int): how many of them there are, if",
        "        there are any at all",
        "    *args, **kw: others",
        "",
        "## Returns",
        "",
        "    A number that says how many of them",
        "    there are, and another one.",
    ]


def test_sections_of_numpydoc_are_headings_with_terms() -> None:
    """The line of a parameter is never run together with its description, or with the next parameter."""
    text = """
        Parameters
        ----------
        x, y : array_like of numbers, optional
        out : None
            Where the result goes, when it is to go somewhere else.

        Examples
        --------
        >>> f(1)
        2
    """
    assert shown(text, 40).splitlines() == [
        "## Parameters",
        "",
        "x, y : array_like of numbers, optional",
        "out : None",
        "    Where the result goes, when it is to",
        "    go somewhere else.",
        "",
        "## Examples",
        "",
        "    >>> f(1)",
        "    2",
    ]


def test_columns_keep_their_place() -> None:
    """`name    what it is` is broken below its second column."""
    assert shown("name    what it is, and also what it is not\nid      a number", 30).splitlines() == [
        "name    what it is, and also",
        "        what it is not",
        "id      a number",
    ]


# Texts without any marks


def test_text_is_filled_only_where_it_is_too_wide() -> None:
    """Lines that fit stay: they may mean something."""
    assert shown("one\ntwo three", 10) == "one\ntwo three"
    assert shown("one\ntwo three four", 10) == "one two\nthree four"


def test_wide_characters_count_double() -> None:
    """A line of Chinese is as wide on the screen as twice as many letters."""
    text = " ".join(["漢字漢字"] * 8)
    assert max(map(width_of, shown(text, 40).splitlines())) <= 40


def test_indented_python_is_code_and_indented_prose_is_not() -> None:
    """A program keeps its lines; prose is filled where it stands."""
    program = "    for number in range(3):\n        print(number, 'and a long text after it')"
    assert shown(f"So:\n\n{program}\n\nEnd.", 30) == f"So:\n\n{program}\n\nEnd."
    assert (
        shown("So:\n\n    this is prose that goes on and on\n\nEnd.", 30).splitlines()[2]
        == "    this is prose that goes on"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "::",
        ".. note::",
        "```",
        "|",
        "- ",
        ":param",
        "=====",
        "a\n=",
        "\\",
        "`",
        "``",
        ">>>",
        "..",
        "* * *",
        "a::",
        "\t",
    ],
)
def test_broken_marks_are_text(text: str) -> None:
    """Half a mark is never an error."""
    for columns in (20, 80):
        laid_out(text, columns, Paint())
        laid_out(text, columns, Paint(has_colours=True))


# Colours


def test_with_colours_the_marks_become_colours() -> None:
    """Backquotes and stars are gone, code is highlighted, and the text is the same."""
    text = "## Head\n\nUse `x`, **now**.\n\n>>> x = 1\n"
    painted = coloured(text)
    assert ANSI.search(painted)
    assert ANSI.sub("", painted) == "## Head\n\nUse x, now.\n\n    >>> x = 1"


def test_without_colours_there_are_none() -> None:
    """Nothing but text, to be copied: no escape sequences, nothing drawn around code."""
    page = documentation.page(pytest.raises) + documentation.page(re.sub)
    assert "\x1b" not in page
    assert not set("─│┌╭┃━") & set(page)


# Real docstrings


def documented(module: ModuleType) -> list[tuple[str, Any]]:
    """What there is in a module, and in its classes."""
    found = [(module.__name__, module), *vars(module).items()]
    found += [each for _, cls in found if isinstance(cls, type) for each in vars(cls).items()]
    return found


@pytest.mark.parametrize("name", MODULES)
def test_everything_can_be_asked_about(name: str) -> None:
    """Whatever there is in real modules has a page, in any width, with colours and without."""
    for _, value in documented(importlib.import_module(name)):
        for columns in (20, 80):
            assert documentation.page(value, columns)
        assert documentation.page(value, 80, has_colours=True)


@pytest.mark.parametrize("name", MODULES)
def test_no_word_is_lost_and_text_fits(name: str) -> None:
    """Every word of a docstring is on the page, less the marks; and prose is never wider than the page."""
    for label, value in documented(importlib.import_module(name)):
        text = inspect.getdoc(value)
        if not isinstance(text, str):
            continue
        printed = laid_out(text, 80, Paint())
        words = set(re.findall(r"\w+", without_marks(text)))
        lost = words - set(re.findall(r"\w+", "\n".join(printed)))
        assert not lost, (label, lost)
        prose = [line for line in printed if line.lstrip().startswith(("• ", "The ", "This ")) and "::" not in line]
        assert all(width_of(line) <= 80 for line in prose), label


def without_marks(text: str) -> str:
    """A docstring without what only says how to read it."""
    for mark in (
        r"(?m)^ *\.\. _[^:]*:\s*$",
        r"(?m)^ *\.\. _",
        r"\.\. [\w:-]+::(?: *(?:python|pycon|console|toml|ini)\b)?",
        r"(?m)# doctest.*",
        r"<[^>`]+>`_{0,2}",
        r"(?<=[`\]])_{1,2}(?!\w)",
        r":[\w:+.-]+:(?=`)",
        r"(?m)^ *:(?:param|ivar|kwparam|return|rtype)\b",
        r"`~(?:[\w:]+\.)+",
        r"(?m)^ *:(?:linenos|options):.*",
    ):
        text = re.sub(mark, "`" if "~" in mark else "", text)
    return text


def test_all_topics_of_python_can_be_read() -> None:
    """Keywords, operators and topics have Python's own text."""
    assert "iterable" in str(topics.text_of("for"))
    assert topics.text_of("and") == topics.text_of("or") == topics.text_of("BOOLEAN")
    assert "power" in str(topics.text_of("**"))
    assert topics.text_of("nonsense") is topics.text_of("j") is None
    assert 'The "for" statement' in documentation.named_page("for", {})


# What can be asked about


class Area:
    """A piece of land."""

    def __init__(self, width: int, height: int = 1) -> None:
        self.width = width

    @property
    def size(self) -> int:
        """How big it is."""
        raise AssertionError("somebody looked")

    @functools.cached_property
    def shape(self) -> str:
        """What it looks like."""
        raise AssertionError("somebody looked")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("somebody looked")

    @overload
    def move(self, by: int) -> int: ...
    @overload
    def move(self, by: str) -> str: ...
    def move(self, by: Any) -> Any:
        """Move it."""


def page(value: Any) -> list[str]:
    return [line.strip() for line in documentation.page(value).splitlines() if line.strip()]


def test_a_class_shows_how_it_is_made_and_what_is_inside() -> None:
    """Title, types, text, and its methods and properties with their sentences."""
    assert page(Area)[:3] == ["Area(width, height=1)", "Area(width: int, height: int = 1) -> None", "A piece of land."]
    assert page(Area)[-3:] == [
        "size            How big it is",
        "shape           What it looks like",
        "move            Move it",
    ]


def test_an_instance_shows_its_class_and_runs_nothing() -> None:
    """No property and no `__getattr__` is run, also where attributes are named."""
    area = Area(3)
    assert "A piece of land." in page(area)
    assert "How big it is." in documentation.named_page("area.size", {"area": area})
    assert documentation.named_page("area.none", {"area": area}) == "No documentation for area.none was found"


def test_properties_partials_and_overloads() -> None:
    """A property says what it is and its type, a partial what it is of, and overloads are all shown."""
    assert page(Area.size)[1:] == ["Area.size: int", "a read-only property", "How big it is."]
    assert page(vars(Area)["shape"])[1:] == ["Area.shape(self) -> str", "a cached property", "What it looks like."]
    assert page(functools.partial(sorted, reverse=True))[1:2] == ["a partial call of sorted"]
    assert page(Area.move)[1:3] == ["Area.move(self, by: int) -> int", "Area.move(self, by: str) -> str"]


def test_a_signature_or_text_that_raises_harms_nothing() -> None:
    """Somebody's `__signature__` or `__doc__` may be anything."""

    class Odd:
        __signature__ = 3
        __doc__ = 4  # type: ignore[assignment]

    assert page(Odd)


def test_parts_know_their_kinds() -> None:
    """The parser's parts are what the example in its own text says."""
    parts = docstring.parse("Add.\n\nArgs:\n    x: a number")
    assert [(part.kind, part.lines) for part in parts] == [
        ("text", ["Add."]),
        ("blank", []),
        ("heading", ["## Args"]),
        ("item", ["x: a number"]),
    ]


PIECES = [
    *(
        "text that goes on",
        "x : int",
        "x: y",
        "Args:",
        "Example::",
        "::",
        "- item",
        "1. item",
        "* *a* `b`",
        "=====",
        "---",
    ),
    *(
        "```",
        "~~~",
        "```python",
        ">>> 1",
        ".. note::",
        ".. note:: x",
        ".. code:: python",
        ".. _a:",
        ".. [1] x",
        "# Head",
    ),
    *(
        ":param x: y",
        ":returns:",
        "| a | b |",
        "=== ===",
        "+---+",
        "name   what",
        "",
        "",
        "def f(): pass",
        "`a <b>`_",
        "**",
    ),
]


@hypothesis.given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(0, 9)), max_size=14), st.integers(20, 90))
@hypothesis.settings(max_examples=300, deadline=None)
def test_any_mixture_is_laid_out(pieces: list[tuple[str, int]], columns: int) -> None:
    """Marks in any order and at any indentation: there is an end, no error, and all words are there."""
    text = "\n".join(" " * indent + piece for piece, indent in pieces)
    printed = "\n".join(laid_out(text, columns, Paint()))
    for word in ("text", "item", "def", "goes", "what"):
        assert text.count(word) == printed.count(word)
    laid_out(text, columns, Paint(has_colours=True))
