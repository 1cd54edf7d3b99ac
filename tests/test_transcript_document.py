"""What a transcript may hold, and what is told of one that cannot be understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyex.repl.transcript.document import Code, Heading, Hint, Note, Pause, Prose, SetUp, parse, read
from pyex.repl.transcript.errors import BadTranscript
from pyex.repl.transcript.session import LATE, TIMEOUT, Session


def refused(text: str, path: str = "guide.md") -> str:
    """What is told of a text that is refused."""
    with pytest.raises(BadTranscript) as caught:
        parse(text, path)
    return str(caught.value)


def test_a_file_is_read_into_blocks() -> None:
    """Each kind of block has the line at which it begins, and other comments are nothing."""
    document = parse(
        "# Title\n\nText,\nmore.\n\n<!-- a comment -->\n<!-- pyex: note say it -->\n\n```elixir x\n1\n```\n\n"
        "<!-- pyex: pause 500 -->\n<!-- pyex: pause -->\n<!-- pyex: set-up\ndef f():\n    pass\n-->\n"
        "<!-- pyex: hint try it -->\n\n```pyex\npyex(1)> 1\n1\n```\n"
    )
    assert document.blocks[:-1] == [
        Heading(1, 1, "Title"),
        Prose(3, "Text,\nmore."),
        Note(7, "say it"),
        Code(9, "elixir", "1\n", ("x",)),
        Pause(13, 500),
        Pause(14, None),
        SetUp(15, "def f():\n    pass"),
        Hint(19, "try it"),
    ]
    (session,) = document.sessions
    assert (session.line, session.steps[0].line, session.steps[0].output_lines) == (21, 22, [23])
    assert document.title == "Title"


def test_directives_are_for_the_next_session() -> None:
    """Skip, may fail, any order, fresh and timeout hold for one session, and not for those after it."""
    first, second = parse(
        "<!-- pyex: skip -->\n<!-- pyex: may fail -->\n<!-- pyex: any order -->\n<!-- pyex: fresh -->\n"
        "<!-- pyex: timeout 70 -->\n```pyex\npyex(1)> 1\n```\n```pyex\npyex(1)> 1\n```\n"
    ).sessions
    step = first.steps[0]
    assert (first.is_skipped, first.is_fresh, step.may_fail, step.any_order) == (True, True, True, True)
    assert (step.timeout, step.late) == (70, 70)
    step = second.steps[0]
    assert (second.is_skipped, second.is_fresh, step.may_fail, step.any_order) == (False, False, False, False)
    assert (step.timeout, step.late) == (TIMEOUT, LATE)


def test_an_answer_is_marked() -> None:
    """A reference answer is a session that is told from the others."""
    assert [each.is_answer for each in parse("```pyex answer\npyex(1)> 1\n```\n").sessions] == [True]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("```pyex\npyex(1)> 1\n1\n", "1: this fence has no end: write ``` on a line of its own below it"),
        ("<!-- pyex: skipp -->\n", '1: unknown directive "skipp"; did you mean "skip"?'),
        ("\n<!-- pyex: setup x -->\n", '2: unknown directive "setup"; did you mean "set-up"?'),
        ("<!-- pyex: wibble -->\n", '1: unknown directive "wibble"; known are '),
        ("<!-- pyex skip -->\n", "1: a directive has a colon: write <!-- pyex: skip -->"),
        ("<!-- pyex: skip all -->\n", '1: nothing follows "skip": write <!-- pyex: skip -->'),
        ("<!-- pyex: timeout soon -->\n", '1: "timeout" takes milliseconds: write <!-- pyex: timeout 5000 -->'),
        ("<!-- pyex: note -->\n", '1: "note" takes text: write <!-- pyex: note a few words -->'),
        ("Text <!-- pyex: skip --> text\n", "1: a directive stands on lines of its own"),
        ("```pyex\npyex(1)> 1\n```\n\n<!-- pyex: skip -->\n", '5: "skip" is for a session, and none follows'),
        ("<!-- pyex: skip -->\n```python\n1\n```\n", '1: "skip" is for the next fence, which is no session'),
        ("```pyex answr\npyex(1)> 1\n```\n", '1: "answr" means nothing behind ```pyex'),
        ("```Pyex\npyex(1)> 1\n```\n", "1: small letters mark a session: write ```pyex"),
        ("```pyex\n```\n", "1: this session has no input: write one, as in pyex(1)> 1 + 1"),
        ("```pyex\npyex(1)> \n```\n", "1: this session has no input"),
        ("```pyex\n1\npyex(1)> 1\n```\n", "2: there is output before the first input"),
        ("```pyex\npyex(1)>1+1\n```\n", "2: there is no space behind the prompt: write pyex(1)> 1+1"),
        ("```pyex\n>>> x\n```\n", "2: the prompt is pyex(1)> and not >>>: write pyex(1)> x"),
        ("```pyex\niex(1)> x\n```\n", "2: the prompt is pyex(1)> and not iex(1)>: write pyex(1)> x"),
        ("```pyex\n...(1)> x\n```\n", "2: an input begins behind pyex(1)>"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    """File and line, what is wrong, and what to write instead."""
    assert refused(text).startswith(f"guide.md:{told}")


def test_a_comment_without_an_end_hides_nothing() -> None:
    """A comment that is not closed would take all sessions below it along: it is refused."""
    with pytest.raises(BadTranscript, match="<text>:3: this comment has no end"):
        parse("# Title\n\n<!-- pyex: skip\n\n```pyex\npyex(1)> 1\n2\n```\n")
    assert len(parse("<!--\nnothing\n-->\n\n```pyex\npyex(1)> 1\n1\n```\n").steps) == 1


def test_prompts_of_others_may_be_printed() -> None:
    """Below an input, what looks like Python's own prompt is output as any other."""
    assert parse("```pyex\npyex(1)> help()\n>>> x\n```\n").steps[0].expected == ">>> x\n"


@pytest.mark.parametrize(("content", "told"), [(b"\x89PNG\xff", "is not text in UTF-8"), (None, "No such file")])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    """A missing file, and one that is no text, are named."""
    path = tmp_path / "file.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadTranscript, match=rf"{path}: {told}"):
        read(str(path))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    """Some editors put one at the beginning of a file."""
    path = tmp_path / "file.md"
    path.write_text("```pyex\npyex(1)> 1\n```\n", encoding="utf-8-sig")
    assert len(read(str(path)).steps) == 1


def test_a_plain_session() -> None:
    """A .pyex file is a session as the screen shows it; its comments are prose and headings."""
    document = parse("## Title\n\npyex(1)> 1\n1\n\n# Words.\npyex(2)> 2\n2\n", "a.pyex")
    assert [type(block) for block in document.blocks] == [Heading, Session, Prose, Session]
    told = [(step.line, step.text, (step.expected or "").strip()) for step in document.steps]
    assert told == [(3, "1", "1"), (7, "2", "2")]


def test_bare_inputs() -> None:
    """A .pyex file without prompts holds inputs, whose output may be anything."""
    document = parse("# Words.\nx = 1\ndef f():\n    return 2\n\nf()\n", "a.pyex")
    assert [(step.line, step.text, step.expected) for step in document.steps] == [
        (2, "x = 1", None),
        (3, "def f():\n    return 2\n", None),
        (6, "f()", None),
    ]
