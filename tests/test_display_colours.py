"""The colours of values, errors and reports: which are used, who may change them, and where there are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_process import in_process

from pyex import ArgumentError, Atom, make_ref, self
from pyex.repl import display
from pyex.repl.configuration import configuration, configure, settings
from pyex.repl.display import colours, error, inspect, result, warning
from pyex.repl.display.colours import NAMES, color, coloured
from pyex.repl.display.options import checked_inspect
from pyex.repl.display.report import report

ESCAPE = re.compile(r"\x1b\[[\d;]*m")
CYAN, GREEN, MAGENTA, RED, BOLD, END = "\x1b[36m", "\x1b[32m", "\x1b[35m", "\x1b[31m", "\x1b[1m", "\x1b[0m"


@pytest.fixture(autouse=True)
def colourful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A console with colours, and the settings as they come."""
    for module in (display, colours):
        monkeypatch.setattr(module, "has_colours", lambda: bool(settings.colors.get("enabled", True)))
    monkeypatch.setattr(settings, "colors", {})
    monkeypatch.setattr(settings, "inspect", {})
    yield


def plain(text: str) -> str:
    return ESCAPE.sub("", text)


def colour_of(part: str, text: str) -> str:
    """The escape sequence that a part of a text is painted with; "" for none."""
    wanted, seen, current = plain(text).index(part), 0, ""
    for piece in re.split(r"(\x1b\[[\d;]*m)", text):
        if piece.startswith("\x1b"):
            current = "" if piece == END else piece
        elif seen + len(piece) > wanted:
            return current
        else:
            seen += len(piece)
    raise AssertionError(part)


# Values


@in_process
def test_the_kinds_of_a_value_are_told_apart() -> None:
    """Atoms, numbers, strings, keys, pids, references and the words None, True and False each have their look."""
    value = {"key": (Atom("ok"), -1.5, "text", None, True, self(), make_ref())}
    shown = inspect(value, colours=True, width=200)
    looks = {
        part: colour_of(part, shown) for part in ("'key'", ":ok", "-1.5", "'text'", "None", "True", "#PID", "#Ref")
    }
    assert looks["'key'"] == looks[":ok"] == CYAN
    assert looks["'text'"] == GREEN
    assert looks["-1.5"] == MAGENTA
    assert looks["None"] == looks["True"] == "\x1b[35;3m"
    assert looks["#PID"] == looks["#Ref"] == BOLD
    assert colour_of("{", shown) == colour_of("(", shown) == ""


def test_literals_in_what_looks_like_a_call_are_coloured() -> None:
    """The repr of an object that could be typed shows its numbers and texts as they are shown elsewhere; another's
    does not, for who knows what a number means there."""

    class Place:
        def __repr__(self) -> str:
            return "Place(x=1, name='a 2', at=#PID<0.7.0>, none=None)"

    class Free:
        def __repr__(self) -> str:
            return "<free 1 'x'>"

    shown = inspect(Place(), colours=True)
    assert colour_of("x=", shown) == CYAN
    assert colour_of("1", shown) == MAGENTA
    assert colour_of("'a 2'", shown) == GREEN
    assert colour_of("#PID", shown) == BOLD
    assert inspect(Free(), colours=True) == "<free 1 'x'>"


DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.text(max_size=5).map(Atom),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(max_size=4), inner),
)


@given(DATA, st.integers(10, 100))
def test_colours_change_nothing_but_the_colour(value: object, width: int) -> None:
    """Without its escape sequences a coloured value is the plain one, line for line, and every line ends plain."""
    shown = inspect(value, width=width, colours=True)
    assert plain(shown) == inspect(value, width=width)
    for line in shown.split("\n"):
        sequences = ESCAPE.findall(line)
        assert not sequences or sequences[-1] == END


def test_no_default_colour_is_hard_to_read() -> None:
    """Neither on a light nor on a dark background: no black, white, grey, blue or yellow, nor any of the light ones."""
    readable = {"default", "normal", "red", "green", "magenta", "cyan", "bright", "italic", "underline", "reverse"}
    for colour in [*colours.DEFAULTS.values(), *colours.SYNTAX_DEFAULTS.values()]:
        assert {colour} <= readable if isinstance(colour, str) else set(colour) <= readable


# Configuration


def test_each_kind_can_be_given_another_colour() -> None:
    """`configure(colors=…)` takes IEx's keys and the names of its colours, one or several."""
    configure(colors={"eval_error": ["blue", "bright"], "syntax_colors": {"atom": "red", "number": "default"}})
    assert coloured("eval_error", "oops") == f"\x1b[34;1moops{END}"
    assert result(Atom("a")) == f"{RED}:a{END}"
    assert result([1, "x"]) == f"[1, {GREEN}'x'{END}]"


def test_eval_result_is_the_colour_of_all_the_rest() -> None:
    """As in IEx, where brackets and commas are yellow."""
    configure(colors={"eval_result": "yellow"})
    assert colour_of("[", result([1])) == "\x1b[33m"
    assert colour_of("1", result([1])) == MAGENTA


def test_syntax_colours_can_be_switched_off() -> None:
    """`syntax_colors: False` leaves values plain and the rest coloured."""
    configure(colors={"syntax_colors": False})
    assert result((Atom("a"), 1)) == "(:a, 1)"
    assert error("** (X) y").startswith(RED)


def test_enabled_false_switches_all_off() -> None:
    """No escape sequence is left anywhere."""
    configure(colors={"enabled": False})
    shown = [result(Atom("a")), error("** (X) y\n    a:1: f"), warning("w"), color("doc_title", "t")]
    shown.append(report("\n10:00:00.000 [error] x\n", colours=True))
    assert not any("\x1b" in each for each in shown)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_colour_of_elixir_can_be_named(name: str) -> None:
    """The names are those of IO.ANSI."""
    configure(colors={"eval_info": name})
    assert plain(coloured("eval_info", "x")) == "x"


@pytest.mark.parametrize(
    ("colors", "problem"),
    [
        ("red", "colors must be a dict"),
        ({"eval_eror": "red"}, "unknown key 'eval_eror' in colors; known are enabled, syntax_colors, eval_result, "),
        ({"eval_error": "purple"}, "colors['eval_error']: unknown colour 'purple'; known are black, red, "),
        ({"eval_error": ["red", "loud"]}, "unknown colour 'loud'"),
        ({"eval_error": None}, "colors['eval_error'] is a colour such as \"red\", a list of them"),
        ({"eval_error": 31}, "got: 31"),
        ({"eval_error": ["red", 1]}, "got: ['red', 1]"),
        ({"enabled": "yes"}, "colors[\"enabled\"] is True or False, got: 'yes'"),
        ({"syntax_colors": {"atoms": "red"}}, "unknown key 'atoms' in colors[\"syntax_colors\"]; known are atom, "),
        ({"syntax_colors": {"atom": "purple"}}, "unknown colour 'purple'"),
        ({"syntax_colors": True}, 'colors["syntax_colors"] is a dict such as {"tuple": "red"}'),
    ],
)
def test_a_wrong_colour_is_refused(colors: Any, problem: str) -> None:
    """The refusal says what was wrong and what there is, and nothing is changed."""
    with pytest.raises(ArgumentError) as refused:
        configure(colors=colors)
    assert problem in str(refused.value)
    assert configuration()["colors"] == {}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([], 'inspect is a dict such as {"limit": 100}, got: []'),
        ({"limits": 1}, "unknown key 'limits' in inspect; known are limit, width, pretty, printable_limit"),
        ({"limit": -1}, "inspect['limit'] is a number from 0 on or \"infinity\", got: -1"),
        ({"limit": True}, "got: True"),
        ({"printable_limit": "all"}, "inspect['printable_limit'] is a number from 0 on"),
        ({"width": 0}, 'inspect["width"] is a number of columns'),
        ({"pretty": 1}, 'inspect["pretty"] is True or False'),
    ],
)
def test_wrong_options_of_inspect_are_refused(options: Any, problem: str) -> None:
    """The refusal says what was wrong and what to write."""
    with pytest.raises(ArgumentError) as refused:
        checked_inspect(options)
    assert problem in str(refused.value)


def test_right_options_of_inspect_pass() -> None:
    """They come back as they are."""
    options = {"limit": "infinity", "printable_limit": 0, "width": 100, "pretty": False}
    assert checked_inspect(options) == options


def test_results_follow_the_settings() -> None:
    """What is set under `inspect` holds for what the prompt echoes, and an argument counts more."""
    configure(inspect={"limit": 2, "printable_limit": 3, "width": 20}, colors={"enabled": False})
    assert result([1, 2, 3]) == "[1, 2, ...]"
    assert result("abcdef") == "'abc' + ..."
    assert result([1, 2, 3], limit=50) == "[1, 2, 3]"
    assert max(map(len, result([1000] * 50, limit=50).split("\n"))) <= 20


# IEx.color


def test_color_paints_each_line_for_itself() -> None:
    """A line that is cut off or moved takes its colour with it, and empty lines stay empty."""
    assert color("eval_error", "a\n\nb") == f"{RED}a{END}\n\n{RED}b{END}"
    assert color("eval_info", "as it is") == "as it is"


def test_color_refuses_what_it_does_not_know() -> None:
    """A kind that there is not, and what is no text."""
    with pytest.raises(ArgumentError, match="nothing is coloured as 'nope'; known are eval_result, "):
        color("nope", "x")
    with pytest.raises(ArgumentError, match=r"not a text: 1; write color\(kind, str\(value\)\)"):
        color("eval_error", 1)  # type: ignore[arg-type]


def test_warnings_have_their_first_word_coloured() -> None:
    """As in IEx, where the text behind it is plain."""
    assert warning("redefining module R") == f"{MAGENTA}warning:{END} redefining module R"


# Errors and reports


def test_an_error_has_two_colours() -> None:
    """Its words are in `eval_error`, the places below in `stack_info`."""
    configure(colors={"stack_info": "cyan"})
    assert error("** (ValueError) no\n    a.py:1: f\n") == f"{RED}** (ValueError) no{END}\n{CYAN}    a.py:1: f{END}\n"


def test_the_text_of_an_error_cannot_paint() -> None:
    """What came from who knows where is shown escaped."""
    assert plain(error("** (ValueError) \x1b[2Jgone")) == r"** (ValueError) \x1b[2Jgone"


@pytest.mark.parametrize(
    ("level", "begin"),
    [("debug", CYAN), ("info", ""), ("notice", ""), ("warning", MAGENTA), ("error", RED), ("critical", RED)],
)
def test_reports_are_coloured_by_their_level(level: str, begin: str) -> None:
    """As Elixir's Logger does: each line of them, after the empty one."""
    shown = report(f"\n10:00:00.000 [{level}] one\ntwo\n", colours=True)
    end = END if begin else ""
    assert shown == f"\n{begin}10:00:00.000 [{level}] one{end}\n{begin}two{end}\n"


def test_a_report_cannot_paint() -> None:
    """Neither with colours nor without: what a process has died of may come from the network."""
    for colourful in (True, False):
        assert r"\x1b[2J" in report("\n10:00:00.000 [error] \x1b[2J\n", colours=colourful)


def test_what_a_program_writes_to_its_error_output_is_its_own_affair() -> None:
    """Only reports are touched."""
    for text in ("\x1b[32mgreen\x1b[0m\n", "10:00:00.000 [error] not ours\n", "\n[error] nor this\n", ""):
        assert report(text, colours=True) == text


def test_a_level_that_nobody_knows_is_plain() -> None:
    """Python's `logging` allows any name for a level."""
    assert report("\n10:00:00.000 [trace] x\n", colours=True) == "\n10:00:00.000 [trace] x\n"
