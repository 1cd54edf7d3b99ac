"""`pyex export --to cast` and `--to svg`: a session typed in time, for a player and as a picture that moves."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyte
import pytest

from pyex.repl.export.cast import cast
from pyex.repl.export.palette import HUES
from pyex.repl.export.recording import Event, recording
from pyex.repl.export.section import section
from pyex.repl.export.svg import HIGH, WIDE, svg
from pyex.repl.export.terminal_paper import written
from pyex.repl.transcript.document import Document, parse, read

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "docs/shell.md", "examples/processes.md", "examples/servers_and_supervisors.md"]
SVG = "{http://www.w3.org/2000/svg}"
SESSION = """\
# A session

Some *prose* with `code`.

```pyex
pyex(1)> def double(n):
...(1)>     return 2 * n
...(1)>@
pyex(2)> double("漢字 é")
'漢字 é漢字 é'
pyex(3)> double(None)
** (TypeError) no
```
""".replace("@", " ")


def parsed(text: str, **options: Any) -> tuple[dict[str, Any], list[tuple[float, str, str]]]:
    """A cast, read as a player does."""
    lines = cast(recording(parse(text), **options), title="t", columns=80, rows=24).split("\n")
    header, *events = map(json.loads, lines[:-1])
    return header, [tuple(event) for event in events]


def screen(text: str, columns: int = 80, rows: int = 1000) -> pyte.Screen:
    """The screen of a terminal that was told a text."""
    terminal = pyte.Screen(columns, rows)
    pyte.Stream(terminal).feed(text)
    return terminal


def shown(text: str, columns: int = 80) -> list[str]:
    return [line.rstrip() for line in screen(text, columns).display]


def as_written(document: Document) -> list[str]:
    """The sessions of a file, fence by fence as they stand there."""
    fences = re.findall(r"^```pyex\n(.*?)^```$", document.text, re.MULTILINE | re.DOTALL)
    return [line.rstrip() for fence in fences for line in fence.split("\n")[:-1]]


# The cast


def test_a_cast_is_of_version_2() -> None:
    """The header has version, size and title, and nothing about the machine; events are [time, "o", text] in order."""
    header, events = parsed(SESSION)
    assert header == {"version": 2, "width": 80, "height": 24, "title": "t"}
    assert all(type(seconds) is float and code == "o" and type(text) is str for seconds, code, text in events)
    assert all(before[0] < after[0] for before, after in pairwise(events))


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_last_screen_shows_what_is_written(path: str) -> None:
    """A terminal that is told all of a cast shows the sessions of the file, line by line."""
    document = read(str(ROOT / path))
    text = "".join(event.text for event in recording(document, prose=False, columns=200))
    lines = shown(text, columns=200)
    wanted = as_written(document)
    assert lines[: len(wanted)] == wanted
    assert not any(lines[len(wanted) :])


def test_prose_is_shown_between_and_can_be_left_out() -> None:
    """Prose comes as a replay shows it, with colours; with `prose=False` the first thing is a prompt."""
    _, events = parsed(SESSION)
    lines = shown("".join(text for _, _, text in events))
    assert lines[:5] == ["# A session", "", "Some prose with code.", "", "pyex(1)> def double(n):"]
    _, events = parsed(SESSION, prose=False)
    assert events[0][2].startswith("pyex(1)> ")


def test_inputs_come_key_by_key_and_outputs_at_once() -> None:
    """What is typed comes a character at a time, and what the shell prints in one piece."""
    _, events = parsed("```pyex\npyex(1)> print(12)\n12\n34\n```\n")
    texts = [re.sub(r"\x1b\[[\d;]*m", "", text) for _, _, text in events]
    assert texts == ["pyex(1)> ", *"print(12)", "\r\n", "12\r\n34\r\n", ""]


def test_colours_are_those_of_the_prompt() -> None:
    """Words of Python's are magenta, strings green, errors red, as where they are typed."""
    _, events = parsed(SESSION, prose=False)
    terminal = screen("".join(text for _, _, text in events))
    rows = {line.rstrip(): terminal.buffer[number] for number, line in enumerate(terminal.display)}
    assert rows["pyex(1)> def double(n):"][9].fg == "magenta"
    assert rows["** (TypeError) no"][4].fg == "red"


def test_the_pace_is_a_person_s_and_the_same_each_time() -> None:
    """Keys come at uneven times, some tenths of a second apart at most, and each export has the same."""
    assert recording(parse(SESSION)) == recording(parse(SESSION))
    assert recording(parse(SESSION)) != recording(parse(SESSION.replace("double", "triple")))
    _, events = parsed("```pyex\npyex(1)> abcdefghijklmnop\n```\n")
    gaps = {round(after[0] - before[0], 3) for before, after in pairwise(events[1:17])}
    assert len(gaps) > 5 and max(gaps) < 0.3


def test_pauses_speed_and_the_idle_limit_count() -> None:
    """A pause waits as long as it says; twice the speed is half the time; no wait is longer than the idle limit."""
    text = "```pyex\npyex(1)> 1\n1\n```\n\n<!-- pyex: pause 9000 -->\n\n```pyex\npyex(2)> 2\n2\n```\n"
    plain = recording(parse(text))
    without = recording(parse(text.replace("pause 9000", "note nothing")))
    assert plain[-1].seconds > without[-1].seconds + 8
    assert recording(parse(text), speed=2)[-1].seconds == pytest.approx(plain[-1].seconds / 2, abs=0.1)
    limited = recording(parse(text), idle_limit=0.5)
    assert max(after.seconds - before.seconds for before, after in pairwise(limited)) <= 0.501


def test_what_a_terminal_would_obey_is_visible() -> None:
    """A stranger's file cannot clear the screen of who plays the cast, nor name its window."""
    text = "# T\x1b[2J\n\nProse\x1b]0;x\x07\n\n```pyex\npyex(1)> '\x1b[2J'\n\x1b[3J\n```\n"
    told = "".join(event.text for event in recording(parse(text)))
    assert set(re.findall(r"\x1b.{2}", told)) <= {"\x1b[0", "\x1b[1", "\x1b[3", "\x1b[4"}
    assert "\x1b[2J" not in told and "\x1b[3J" not in told and "\\x1b[2J" in told


# The picture


def test_the_paper_is_what_a_terminal_shows() -> None:
    """Lines that are too wide are broken where a terminal breaks them, wide characters and colours included."""
    told = "".join(event.text for event in recording(parse(SESSION), columns=23))
    lines, way = written([Event(0.0, told)], 23)
    terminal = screen(told, columns=23)
    texts = ["".join(cell.text for cell in line).rstrip() for line in lines]
    assert texts == [line.rstrip() for line in terminal.display][: len(texts)]
    assert (way[-1].column, way[-1].row) == (terminal.cursor.x, terminal.cursor.y)
    for number, line in enumerate(lines):
        for cell in line:
            colour = next((each for each in cell.style if each in HUES), "default")
            assert colour == terminal.buffer[number][cell.column].fg


def picture(text: str, **options: Any) -> tuple[str, ElementTree.Element]:
    source = svg(recording(parse(text), prose=False), title="A <title> & more", columns=80, rows=4, **options)
    return source, ElementTree.fromstring(source)


def test_a_picture_has_each_line_once_in_its_cells() -> None:
    """Every run of text stands where its cells are, as wide as they are, whatever the font."""
    _, root = picture(SESSION)
    [double] = [each for each in root.iter(f"{SVG}text") if each.text == "double" and each.get("class") == "cyan"]
    assert (double.get("x"), double.get("y")) == (str(13 * WIDE), str(15))
    assert double.get("textLength") == str(6 * WIDE)
    wide = [each for each in root.iter(f"{SVG}text") if each.text == "漢字"]
    assert [each.get("textLength") for each in wide] == [str(4 * WIDE)] * 3


def test_a_picture_moves_by_css_alone() -> None:
    """There is no script and nothing from elsewhere; motion is only for those who have not asked for less."""
    source, root = picture(SESSION)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        "svg", "title", "style", "rect", "circle", "text", "g", "path"
    }  # fmt: skip
    assert not re.search(r"href|url\(|@import|@font-face|\son\w+=", source)
    [moving] = re.findall(r"@media\(prefers-reduced-motion:no-preference\)\{(.*?)\}\}", source)
    assert moving.count("animation:") == source.count("animation:") == 2
    assert root.findtext(f"{SVG}title") == "A <title> & more"


def test_the_frames_follow_the_events() -> None:
    """Each event is a frame, the last of which stays; the paper moves up when the four lines are full."""
    source, _ = picture(SESSION)
    events = recording(parse(SESSION), prose=False)
    [typing] = re.findall(r"@keyframes type\{(.*?\})\}", source)
    frames = re.findall(r"([\d.]+)%\{transform:translate\((\d+)px,(\d+)px\)\}", typing)
    times = [float(time) for time, _, _ in frames]
    assert times == sorted(times) and times[0] == 0 and times[-1] == 100
    assert len(frames) >= len({event.seconds for event in events})
    assert frames[-1][1:] == ("0", str(HIGH * 7)) == frames[-2][1:]
    [scrolling] = re.findall(r"@keyframes scroll\{(.*?\})\}", source)
    assert re.findall(r"translateY\(-?(\d+)px\)", scrolling) == [str(HIGH * rows) for rows in (0, 1, 2, 3, 4, 4)]


def test_a_still_picture_is_the_end() -> None:
    """`still` has no motion, and only the lines of the last screen."""
    source, root = picture(SESSION, still=True)
    assert "animation" not in source and "@keyframes" not in source
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert "** (TypeError) no" in texts and "def" not in texts


def test_the_walk_of_the_readme_is_small() -> None:
    """The picture for the README weighs less than a photograph: 100 KB."""
    walk = section(read(str(ROOT / "README.md")), "A walk")
    assert len(svg(recording(walk, prose=False), title="pyex", columns=80, rows=24)) < 100_000
