"""The parts of a replay: what is played in which order, how it is laid out, which key comes next, and the place."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from pyex.repl.documentation.paint import Paint
from pyex.repl.replay.keystrokes import BACKSPACE, DONE, ENTER, STUCK, next_key
from pyex.repl.replay.notes import page
from pyex.repl.replay.pace import Pace
from pyex.repl.replay.place import BadPlace, Keeper, item_of, path_for, place_at, read
from pyex.repl.replay.plan import Fresh, Page, Plan, UnknownHeading, plan_of
from pyex.repl.replay.prose import lines_of
from pyex.repl.replay.table import table
from pyex.repl.transcript.document import Heading, Prose, SetUp, parse
from pyex.repl.transcript.session import Step

TEXT = """\
# One

Words.

<!-- pyex: note first note -->

```pyex
pyex(1)> a = 1
1
pyex(2)> b = 2
2
```

## Two: links

More words.

## Two: exits

<!-- pyex: set-up x = 1 -->
<!-- pyex: fresh -->

```pyex
pyex(1)> c = 3
3
```
"""


def plan(text: str = TEXT) -> Plan:
    return plan_of(parse(text, "talk.md"))


def shown(text: str, columns: int = 60) -> list[str]:
    """The lines of a text's only page."""
    (item,) = plan(text).items
    assert isinstance(item.what, Page)
    return lines_of(item.what.blocks, columns, has_colours=False)


# The plan


def test_a_plan_has_pages_inputs_and_what_lies_between() -> None:
    """A page ends at a heading that follows text, at an input, and at what is done between."""
    kinds = [type(item.what) for item in plan().items]
    assert kinds == [Page, Step, Step, Page, Page, SetUp, Fresh, Step]


def test_a_note_is_for_the_item_below_it() -> None:
    """The note is kept with what comes next."""
    assert [(item.line, item.note) for item in plan().items if item.note] == [(8, "first note")]


def test_headings_are_found_by_number_and_by_a_part() -> None:
    """A whole heading counts more than the beginning of one, and that more than any part."""
    assert [section.inputs for section in plan().sections] == [2, 0, 1]
    assert plan().find("2") == plan().find("links") == plan().find("TWO") == 3
    assert plan().find("exits") == 4


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("9", "there is no heading 9: they are numbered from 1 to 3"),
        ("0", "there is no heading 0: they are numbered from 1 to 3"),
        ("Two: lniks", 'no heading has "Two: lniks" in it; did you mean "Two: links" or "Two: exits"?'),
        ("zebra", 'no heading has "zebra" in it'),
    ],
)
def test_an_unknown_heading_is_told_with_those_near_it(words: str, problem: str) -> None:
    """What was asked for is not there: the message says what is."""
    with pytest.raises(UnknownHeading) as caught:
        plan().find(words)
    assert str(caught.value) == problem


def test_a_step_back_leads_to_a_page_or_an_input() -> None:
    """Set-ups are passed over."""
    assert [plan().step_before(index) for index in (0, 1, 3, 7, 8)] == [0, 0, 2, 4, 7]


# Prose


def test_links_pictures_and_tags_are_for_a_page() -> None:
    """The address of another file is no help on a screen; that of a site is."""
    text = "![logo](logo.svg) See [the shell](docs/shell.md), [`h()`](docs/h.md) and [OTP](https://erlang.org). <br>"
    assert shown(text) == ["logo See the shell, `h()` and OTP (https://erlang.org)."]


def test_code_spans_stay_as_they_are() -> None:
    """What looks like a tag or a link in code is code."""
    assert shown("`list<int>` and `[a](b)`") == ["`list<int>` and `[a](b)`"]


def test_marks_are_not_shown() -> None:
    """Emphasis, and what stands for a character, is for the eye of a page; code keeps its quotes where all is plain."""
    text = "# The *things* **of** `code`\n\n__Bold__ and *so* `a*b*`, 1 \\* 2,\n`list<int>` list<int> &lt; a_b_c"
    assert shown(text) == ["# The things of `code`", "", "Bold and so `a*b*`, 1 * 2,", "`list<int>` list<int> < a_b_c"]
    coloured = "\n".join(lines_of((Heading(1, 1, "The *things*"), Prose(3, "**so** `it`")), 80, has_colours=True))
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == "# The things\n\nso it"


def test_a_list_keeps_its_shape() -> None:
    """Lists in lists stand below their items, and those with empty lines between keep them."""
    text = "1. one *em*\n2. two\n   - deeper\n     text\n\n> said\n> so\n\n- a\n\n- b\n\n      code *x*\n"
    assert shown(text) == [
        "  1. one em", "  2. two", "     • deeper", "       text", "",
        "> said", "> so", "",
        "  • a", "", "  • b", "", "        code *x*",
    ]  # fmt: skip


def test_prose_cannot_move_the_cursor() -> None:
    """What a terminal would obey is spelt out."""
    assert shown("# \x1b[2J\n\nred \x1b[31m `\x9b1m`") == ["# \\x1b[2J", "", "red \\x1b[31m `\\x9b1m`"]


def test_headings_are_listed_and_found_without_their_marks() -> None:
    """As they stand on the screen, and as they stand in the file."""
    talk = plan("# The *things* of `pyex`\n\n" + TEXT)
    assert talk.sections[0].title == "The things of pyex"
    assert talk.find("things of pyex") == talk.find("The *things* of `pyex`") == 0


def test_a_table_has_columns() -> None:
    """Columns are as wide as what is in them."""
    assert shown("| name | what |\n| --- | --- |\n| a | the first |\n| bcd | x \\| y |") == [
        "name  what",
        "────  ─────────",
        "a     the first",
        "bcd   x | y",
    ]


def test_a_table_that_is_too_wide_breaks_its_cells() -> None:
    """Cells are broken between words; no line is wider than the screen."""
    rows = ["| key | what it does |", "|---|---|", "| Space | " + "many words " * 10 + "|"]
    lines = table(rows, 40, Paint())
    assert max(map(len, lines)) <= 40
    assert lines[2].startswith("Space  many words")
    assert " ".join(" ".join(lines[2:]).split()) == "Space " + ("many words " * 10).strip()


def test_a_table_on_a_very_narrow_screen_stands_below_itself() -> None:
    """Where columns have no room, the cells of a row stand one below the other."""
    rows = ["| first column | second column |", "|---|---|", "| several words here | and some there |"]
    assert table(rows, 20, Paint()) == [
        "first column:",
        "  several words here",
        "  second column: and",
        "  some there",
    ]


# Which key comes next


@pytest.mark.parametrize(
    ("text", "target", "key"),
    [
        ("", "ab", "a"),
        ("a", "ab", "b"),
        ("ab", "ab", DONE),
        ("if x:", "if x:\n    a", ENTER),
        ("if x:\n    ", "if x:\n    a", "a"),
        ("if x:\n    ", "if x:\n  a", BACKSPACE),
        ("if x:\n    a\n    ", "if x:\n    a\nelse:", BACKSPACE),
        ("if x:\n    a\n    ", "if x:\n    a\n\n    b", BACKSPACE),
        ("other", "ab", STUCK),
    ],
)
def test_the_next_key_leads_nearer(text: str, target: str, key: str) -> None:
    """What stands there already is not typed again; what the prompt has indented too far is taken back."""
    assert next_key(text, len(text), target) == key


def test_a_cursor_elsewhere_is_no_place_to_type() -> None:
    """Where the person has moved the cursor, the line is put as a whole."""
    assert next_key("ab", 1, "abc") == STUCK


def test_the_pace_is_human_unless_it_is_fast() -> None:
    """Line ends take longer than letters, twice the speed half the time, and `--fast` none."""
    letters = [Pace().after("abc") for _ in range(200)]
    assert len(set(letters)) > 100
    assert max(letters) < min(Pace().after("abc\n") for _ in range(200))
    assert max(Pace(2).after("abc") for _ in range(200)) < max(letters)
    assert Pace(is_fast=True).after("abc\n") == Pace(is_fast=True).reading("many words") == 0


# The place


def test_a_place_is_read_as_it_was_kept(tmp_path: Path) -> None:
    """The file holds all of it."""
    path = tmp_path / "place.json"
    place = place_at(plan(), 2, mode="auto", began=1.5)
    Keeper(path).keep(place)
    assert read(path) == place
    assert read(tmp_path / "none.json") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"item": 1}', '{"item": "1"}', "\x00"])
def test_a_damaged_place_is_told(tmp_path: Path, text: str) -> None:
    """The message names the file, and what to do."""
    path = tmp_path / "place.json"
    path.write_text(text)
    with pytest.raises(BadPlace, match=r"place\.json is damaged: remove it, and begin with --from HEADING"):
        read(path)


def test_a_place_of_the_wrong_kind_is_damaged(tmp_path: Path) -> None:
    """Each of its values is what it must be."""
    path = tmp_path / "place.json"
    Keeper(path).keep(place_at(plan(), 2, mode="auto", began=1.5))
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "process": "me"}))
    with pytest.raises(BadPlace):
        read(path)


def test_a_file_that_has_changed_is_gone_on_with_at_the_same_input() -> None:
    """The next input may have moved; where it is gone, nobody guesses."""
    place = place_at(plan(), 2, mode="auto", began=0.0)
    assert item_of(plan(), place) == 2
    assert item_of(plan("New words first.\n\n" + TEXT.replace("a = 1", "a = 0")), place) == 3
    assert item_of(plan(TEXT.replace("b = 2", "b = 5")), place) == -1
    end = place_at(plan(), 8, mode="auto", began=0.0)
    assert item_of(plan(), end) == 8


def test_two_files_of_one_name_have_two_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole path counts; however it is written."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert path_for("a/talk.md") != path_for("b/talk.md")
    assert path_for("a/../talk.md") == path_for(str(tmp_path / "talk.md"))
    assert path_for("talk.md").parent == tmp_path / "pyex" / "replay"


def test_the_notes_tell_the_note_what_comes_and_the_time() -> None:
    """The page of a speaker."""
    place = place_at(plan(), 1, mode="chunk", began=time.time())
    assert page(place, "talk.md", 40, place.began + 65, Paint()) == [
        "0/3  One                            1:05",
        "",
        "first note",
        "",
        "next input",
        "  a = 1",
        "",
        "next heading  Two: links",
    ]
    assert page(None, "talk.md", 80, 0.0, Paint()) == ["talk.md: no replay runs. It is waited for; q leaves."]
