"""A replay in the real shell: what the player types, and how a person leads it and takes over."""

from __future__ import annotations

from pathlib import Path

import pytest
from replay_desk import (
    BACKSPACE,
    CTRL_C,
    CTRL_G,
    CTRL_T,
    ENTER,
    F8,
    LEFT,
    PAGE_DOWN,
    PAGE_UP,
    RIGHT,
    Desk,
    replay,
)

TALK = """\
# Talk

Some *words*.

<!-- pyex: note
Ask the room.
-->

```pyex
pyex(1)> 1 + 1
2
pyex(2)> x = 20
20
```

## Second part

```pyex
pyex(3)> x + 3
23
```

## Third part

```pyex
pyex(4)> x + 4
24
```
"""

# What is told below the prompt after the last step.
LAST = ("this was the last step: ...", "...")


def session(*lines: str) -> str:
    return "\n".join(["```pyex", *lines, "```", ""])


def played(text: str, **options: object) -> list[str]:
    """What the screen shows when a text was played by itself."""
    return [line for line in replay(text, mode="auto", **options).glass.lines() if line][1:]  # type: ignore[arg-type]


# What is typed


def test_auto_plays_everything_and_leaves() -> None:
    """`--auto` shows the prose, types the inputs, and leaves the shell."""
    assert played(TALK) == [
        "# Talk",
        "Some words.",
        "pyex(1)> 1 + 1",
        "2",
        "pyex(2)> x = 20",
        "20",
        "## Second part",
        "pyex(3)> x + 3",
        "23",
        "## Third part",
        "pyex(4)> x + 4",
        "24",
        "pyex(5)>",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["def f(x):", "    if x:", "        return 1", "    return 2"],
        ["if True:", "    a = 1", "else:", "    a = 2"],
        ["def f():", "    a = 1", "", "    return a"],
        ["try:", "  1/0", "except ZeroDivisionError:", "  b = 1", "finally:", "      c = 2"],
        ["[", "  1,", "      2]"],
        ['s = """a', "", '  b"""'],
        ["def g(:", "    return 1"],
        ["@staticmethod", "def f(): pass"],
        ["print('漢字 😀 é')"],
        ["d = {", '    "a": (', "        1", "    ),", "}"],
    ],
    ids=lambda lines: lines[0],
)
def test_what_is_typed_is_what_is_written(lines: list[str]) -> None:
    """Indentation that the prompt adds by itself is neither doubled nor lost, and blank lines end no block early."""
    first, *more = lines
    text = session(f"pyex(1)> {first}", *(f"...(1)> {line}" for line in more))
    desk = replay(text, mode="auto")
    shown = desk.glass.lines()
    at = shown.index(f"pyex(1)> {first}")
    assert shown[at : at + len(lines)] == [f"pyex(1)> {first}", *(f"...(1)> {line}".rstrip() for line in more)]


def test_a_tab_in_the_text_completes_nothing() -> None:
    """A tab in a string is typed as a tab."""
    assert "pyex(2)>" in played(session("pyex(1)> len('a\tb')", "3"))[-1]
    assert "3" in played(session("pyex(1)> len('a\tb')", "3"))


def test_an_input_that_is_not_whole_is_told_and_the_rest_is_played() -> None:
    """A bracket that is never closed does not stop the replay."""
    shown = played(session("pyex(1)> foo(", "pyex(1)> 1 + 1", "2"))
    assert "(replay: talk.md:2 is not a whole input, and does not run)" in shown
    assert shown[-2:] == ["2", "pyex(2)>"]


def test_labels_in_inputs_are_what_they_stand_for() -> None:
    """An input that names a pid by its label names the pid that came."""
    text = session(
        "pyex(1)> worker = spawn(lambda: receive())",
        "#PID<0.498.0>",
        'pyex(2)> pid("0.498.0") == worker',
        "True",
    )
    assert played(text)[-2:] == ["True", "pyex(3)>"]


def test_a_shell_that_dies_goes_on_with_the_next_input() -> None:
    """The death of the shell process is part of a session."""
    text = session(
        "pyex(1)> Process.exit(self(), 'kill')",
        "** (EXIT from #PID<0.98.0>) shell process exited with reason: killed",
        "...",
        "pyex(1)> 2 + 2",
        "4",
    )
    assert played(text)[-2:] == ["4", "pyex(2)>"]
    assert any("shell process exited with reason: killed" in line for line in played(text))


def test_written_answers_and_control_c_are_typed() -> None:
    """What stands behind the prompt of `input()` is its answer; where `^C` stands, Ctrl+C is pressed."""
    text = session(
        "pyex(1)> name = input('name? ')",
        "name? Joe",
        "'Joe'",
        "pyex(2)> Process.sleep(60_000)",
        "^C",
        "** (KeyboardInterrupt)",
        "...",
        "pyex(2)> name * 2",
        "'JoeJoe'",
    )
    shown = played(text)
    assert "name? Joe" in shown
    assert "^C" in shown
    assert shown[-2:] == ["'JoeJoe'", "pyex(3)>"]


def test_the_prompt_of_a_breakpoint_is_typed_at() -> None:
    """A session may stop in a function, and look around there."""
    text = session(
        "pyex(1)> def price(apples):",
        "...(1)>     return apples * 3",
        "pyex(2)> break_(price)",
        "1",
        "pyex(3)> price(4)",
        "...",
        "pry(1)> apples",
        "4",
        "pry(2)> continue_()",
        "12",
    )
    assert played(text)[-2:] == ["12", "pyex(4)>"]


def test_an_input_that_never_ends_is_stopped_where_nobody_is_there() -> None:
    """With `--auto` the time limit of a step interrupts it, and the replay goes on."""
    text = "<!-- pyex: timeout 200 -->\n\n" + session("pyex(1)> receive()", "pyex(1)> 1 + 1", "2")
    assert played(text)[-2:] == ["2", "pyex(2)>"]


def test_a_set_up_is_loaded_quietly_and_notes_are_not_shown() -> None:
    """Set-ups, notes, hints and answers are not for the audience."""
    text = "\n\n".join(
        [
            "<!-- pyex: set-up\nsecret = 42\n-->",
            "<!-- pyex: note a note -->",
            "<!-- pyex: hint a hint -->",
            session("pyex(1)> secret", "42"),
            "```pyex answer\npyex(1)> the_answer()\n```",
            "The end.",
        ]
    )
    assert played(text) == ["pyex(1)> secret", "42", "The end.", "pyex(2)>"]


def test_other_code_and_skipped_sessions_are_shown_and_not_run() -> None:
    """A fence in another language is to be read; so is a session that is skipped."""
    text = "```sh\nmake shell\n```\n\n<!-- pyex: skip -->\n\n" + session("pyex(1)> 1/0", "oops")
    text += "\n" + session("pyex(1)> 1", "1")
    assert played(text) == ["    make shell", "    pyex(1)> 1/0", "    oops", "pyex(1)> 1", "1", "pyex(2)>"]


def test_a_page_that_is_higher_than_the_screen_comes_in_pieces() -> None:
    """A key leads to the next screenful of a long page."""
    text = "\n\n".join(f"Paragraph {n}." for n in range(12)) + "\n\n" + session("pyex(1)> 1", "1")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Paragraph 3.")
        assert "Paragraph 5." not in desk.text()
        desk.presses(" ")
        desk.shows_somewhere("Paragraph 5.")

    replay(text, acts, rows=12)


# How it is led


def begin(desk: Desk) -> None:
    desk.shows("Some words.", "", "pyex(1)>", "Space: next   ?: the keys")


@pytest.mark.parametrize("key", [" ", ENTER, RIGHT, PAGE_DOWN])
def test_a_key_plays_one_step(key: str) -> None:
    """The first page comes by itself; then each key plays one input, or shows one page."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.presses(key)
        desk.shows("pyex(1)> 1 + 1", "2", "pyex(2)>")
        desk.presses(key)
        desk.shows("pyex(2)> x = 20", "20", "pyex(3)>")
        desk.presses(key)
        desk.shows("## Second part", "", "pyex(3)>")

    replay(TALK, acts)


def test_a_key_plays_one_line() -> None:
    """With `--step=line` a key types a line, and another goes on from its end."""
    text = session("pyex(1)> def f():", "...(1)>     return 7", "pyex(2)> f()", "7")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Space: next")
        desk.steps("pyex(1)> def f():")
        desk.steps("pyex(1)> def f():", "...(1)>     return 7")
        desk.steps("...(1)>", "pyex(2)>")
        desk.steps("pyex(2)> f()")
        desk.steps("7", "pyex(3)>", *LAST)

    replay(text, acts, mode="line")


def test_magic_types_what_is_written_whatever_is_typed() -> None:
    """With `--magic` any key types the next characters, and only Enter runs the input."""
    text = session("pyex(1)> abs(-3)", "3")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("type anything")
        desk.presses("q")
        desk.shows_somewhere("pyex(1)> abs")
        desk.presses("jjjjjjj")
        desk.shows_somewhere("pyex(1)> abs(-3)")
        desk.presses(ENTER)
        desk.shows("pyex(1)> abs(-3)", "3", "pyex(2)>", *LAST)

    replay(text, acts, mode="magic")


@pytest.mark.parametrize("key", [LEFT, PAGE_UP, BACKSPACE])
def test_one_step_back_is_typed_again(key: str) -> None:
    """Back is said to undo nothing; the step is then typed again."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.steps("2", "pyex(2)>")
        desk.presses(key)
        desk.shows("pyex(2)>", "back: what was done stays done; next is 1 + 1")
        desk.steps("pyex(2)> 1 + 1", "2", "pyex(3)>")

    replay(TALK, acts)


def test_a_step_that_is_typed_again_binds_its_labels_anew() -> None:
    """After a step back, a label stands for what came the second time."""
    text = session("pyex(1)> worker = spawn(lambda: receive())", "#PID<0.498.0>", 'pyex(2)> pid("0.498.0") == worker')

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Space: next")
        desk.steps("#PID<...>", "pyex(2)>")
        desk.presses(LEFT)
        desk.shows_somewhere("back: ")
        desk.steps("#PID<...>", "pyex(3)>")
        desk.steps("True", "pyex(4)>", *LAST)

    replay(text, acts)


def test_a_step_is_skipped() -> None:
    """`s` leaves the next step out."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.presses("s")
        desk.shows("pyex(1)>", "skipped: 1 + 1")
        desk.steps("pyex(1)> x = 20", "20", "pyex(2)>")

    replay(TALK, acts)


def test_a_jump_forward_plays_what_stands_between_at_once() -> None:
    """`j` and a part of a heading: what comes then finds what was defined before."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.presses("jthird")
        desk.shows("pyex(1)>", "jump to the heading (number, or a part of it): third_")
        desk.presses(ENTER)
        desk.shows("## Third part", "", "pyex(4)>")
        assert "x + 3" not in desk.text()
        desk.steps("pyex(4)> x + 4", "24", "pyex(5)>", *LAST)

    replay(TALK, acts)


def test_a_jump_to_nowhere_says_what_was_meant() -> None:
    """An unknown heading leaves the replay where it is."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.presses(f"jscond part{ENTER}")
        desk.shows("pyex(1)>", 'no heading has "scond part" in it; did you mean "Second part"...')
        desk.steps("2", "pyex(2)>")

    replay(TALK, acts)


def test_from_a_heading_plays_what_stands_before_at_once() -> None:
    """`--from`: the first thing seen is the heading, and the prompt counts on."""

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("## Third part")
        assert "# Talk" not in desk.text()
        desk.steps("pyex(4)> x + 4", "24", "pyex(5)>", *LAST)

    replay(TALK, acts, begin=5)


def test_what_stands_before_is_interrupted_after_its_time() -> None:
    """An input, or a set-up, that nobody sees and that has no end does not keep the talk from beginning."""
    text = "<!-- pyex: timeout 100 -->\n\n<!-- pyex: set-up while True: pass -->\n\n"
    text += session("pyex(1)> while True: pass", "...(1)> ")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("## Second")
        desk.steps("pyex(1)> 1 + 1", "2", "pyex(2)>", *LAST)

    replay(f"{text}\n## Second\n\n" + session("pyex(1)> 1 + 1", "2"), acts, begin=2)


def test_from_a_heading_only() -> None:
    """With `--only` nothing that stands before is played."""

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("## Third part")
        desk.presses(" ")
        desk.shows_somewhere("NameError")

    replay(TALK, acts, begin=5, only=True)


def test_the_screen_goes_dark_and_comes_back() -> None:
    """`b` shows nothing, and what processes print meanwhile is there afterwards."""
    text = session("pyex(1)> _ = spawn(lambda: (Process.sleep(300), print('late')));", "pyex(2)> 1", "1")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Space: next")
        desk.steps("...print('late')));", "pyex(2)>")
        desk.presses("b")
        desk.waits_for(lambda: not desk.glass.lines(), "the dark")
        desk.waits_for(lambda: desk.player.console._kept, "the output that is kept")
        assert not desk.glass.lines()
        desk.presses("x")
        desk.shows("...print('late')));", "late", "pyex(2)>")
        desk.steps("1", "pyex(3)>", *LAST)

    replay(text, acts)


def test_the_keys_are_shown_until_the_next_key() -> None:
    """`?` lists the keys below the prompt; they leave no trace."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.presses("?")
        desk.shows_somewhere("one step back")
        desk.presses("?")
        desk.shows("", "pyex(1)>")
        assert "one step back" not in desk.text()

    replay(TALK, acts)


def test_q_asks_and_leaves() -> None:
    """`q` leaves only after a `y`."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.presses("qn")
        desk.steps("2", "pyex(2)>")
        desk.presses("q")
        desk.shows("pyex(2)>", "leave? (y/n) _")
        desk.presses("y")
        assert desk.ended.wait(20)

    replay(TALK, acts)


def test_control_c_at_the_prompt_pauses_in_the_middle_of_a_line() -> None:
    """Ctrl+C holds the typing where it is, and Space goes on with it."""
    text = session("pyex(1)> abs(-1234567890)", "1234567890")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Space: next")
        desk.presses(" ")
        desk.shows_somewhere("pyex(1)> a")
        desk.presses(CTRL_C)
        desk.shows("pyex(1)> a...", "paused: Space goes on")
        assert "1234567890\n" not in desk.text()
        desk.presses(" ")
        desk.shows("1234567890", "pyex(2)>", *LAST)

    replay(text, acts, is_fast=False, speed=0.3)


def test_auto_pauses_and_goes_on() -> None:
    """`p` stops `--auto`, and starts it again."""
    text = session("pyex(1)> 1", "1", "pyex(2)> 2", "2")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("pyex(1)>")
        desk.presses("p")
        desk.shows_somewhere("paused")
        desk.presses("p")

    assert replay(text, acts, mode="auto", is_fast=False, speed=4).glass.lines()[-2:] == ["2", "pyex(3)>"]


# Taking over


@pytest.mark.parametrize("key", [CTRL_T, F8])
def test_the_person_takes_over_and_gives_back(key: str) -> None:
    """What the person defines is there; half a line that was left is put away; the place is kept."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.steps("2", "pyex(2)>")
        desk.presses(key)
        desk.shows_somewhere("you type")
        desk.presses("mine = 5")
        desk.shows_somewhere("pyex(2)> mine = 5")
        desk.presses(ENTER)
        desk.shows_somewhere("pyex(3)>")
        desk.presses("half a li")
        desk.shows_somewhere("half a li")
        desk.presses(key)
        desk.shows("pyex(3)> half a li", "pyex(3)>", "the player types; Ctrl+T takes the keyboard")
        desk.steps("pyex(3)> x = 20", "20", "pyex(4)>")

    replay(TALK, acts)


def test_the_person_takes_over_in_the_middle_of_a_line() -> None:
    """The line that the player has begun is the person's to go on with; then it is typed anew."""
    text = session("pyex(1)> abs(-1234567890)", "1234567890")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Space: next")
        desk.presses(" ")
        desk.shows_somewhere("pyex(1)> abs(")
        desk.presses(CTRL_T)
        desk.shows_somewhere("you type")
        desk.presses("\x15" + "7 * 6")
        desk.shows_somewhere("pyex(1)> 7 * 6")
        desk.presses(ENTER)
        desk.shows_somewhere("pyex(2)>")
        desk.presses(CTRL_T)
        desk.shows_somewhere("the player types")
        desk.presses(" ")
        desk.shows_somewhere("pyex(2)> a")
        desk.presses(" ")
        desk.shows("1234567890", "pyex(3)>", *LAST)
        assert "pyex(2)> abs(-1234567890)" in desk.text()

    replay(text, acts, is_fast=False, speed=0.4)


def test_the_shell_is_the_persons_after_the_last_step() -> None:
    """The end is told, and letters are letters then; Ctrl+T leads back to the player."""

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Space: next")
        told = "this was the last step: the shell is yours, Ctrl+D leaves; Ctrl+T: back to the p"
        desk.steps("1", "pyex(2)>", told, "layer")
        desk.presses("'jb'.upper()" + ENTER)
        desk.shows_somewhere("'JB'")
        desk.presses(CTRL_T)
        desk.shows_somewhere("this was the last step   Left: back")
        desk.presses(LEFT)
        desk.shows_somewhere("back: ")
        desk.steps("pyex(3)> 1", "1", "pyex(4)>", *LAST)

    replay(session("pyex(1)> 1", "1"), acts)


def test_the_menu_of_jobs_is_the_persons() -> None:
    """Ctrl+G works while the player has the keyboard, and letters typed in its menu are no commands."""

    def acts(desk: Desk) -> None:
        begin(desk)
        desk.presses(CTRL_G)
        desk.shows_somewhere(" -->")
        desk.presses("j")
        desk.shows_somewhere(" --> j")
        desk.presses(ENTER)
        desk.shows_somewhere("waiting")
        desk.presses("c" + ENTER)
        desk.shows_somewhere(" --> c")
        desk.waits_for(lambda: desk.glass.lines()[-1].startswith(("pyex(1)>", "Space")), "the prompt")
        desk.steps("pyex(1)> 1 + 1", "2", "pyex(2)>")

    replay(TALK, acts)


def test_an_answer_that_is_not_written_is_the_persons() -> None:
    """`input()` without a written answer waits for the person, who then need not give back."""
    text = session("pyex(1)> input('who? ')", "pyex(2)> 1", "1")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Space: next")
        desk.presses(" ")
        desk.shows_somewhere("an answer is asked for: type it")
        desk.presses("me" + ENTER)
        desk.shows("who? me", "'me'", "pyex(2)>")
        desk.steps("1", "pyex(3)>", *LAST)

    replay(text, acts)


def test_a_step_that_takes_too_long_is_told_where_somebody_is_there() -> None:
    """The time limit does not interrupt what a presenter waits for; and the place is kept."""
    lines = ("pyex(1)> Process.sleep(500); 'slept'", "'slept'", "pyex(2)> 1", "1")
    text = "<!-- pyex: timeout 100 -->\n\n" + session(*lines)

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("Space: next")
        desk.steps("(replay: this runs for more than 100 ms; Ctrl+C interrupts it)", "'slept'", "pyex(2)>")
        desk.steps("1", "pyex(3)>", *LAST)

    replay(text, acts)


# The place


def test_the_place_is_written_at_each_step(tmp_path: Path) -> None:
    """Beside where it is, the file tells the speaker's note and what comes next."""

    def acts(desk: Desk) -> None:
        begin(desk)
        kept = desk.kept()
        assert (kept["number"], kept["inputs"], kept["heading"]) == (0, 4, "Talk")
        assert (kept["next_note"], kept["text"], kept["next_heading"]) == ("Ask the room.", "1 + 1", "Second part")
        desk.steps("2", "pyex(2)>")
        desk.is_at(1)
        assert desk.kept()["note"] == "Ask the room."

    replay(TALK, acts, place=tmp_path / "deep" / "place.json")
    assert (tmp_path / "deep" / "place.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["place.json"]


def test_a_place_that_cannot_be_written_is_told_and_costs_nothing(tmp_path: Path) -> None:
    """A disk that refuses does not stop a talk."""
    (tmp_path / "file").write_text("")

    def acts(desk: Desk) -> None:
        desk.shows_somewhere("the place is not kept")
        desk.steps("2", "pyex(2)>")

    replay(TALK, acts, place=tmp_path / "file" / "place.json")
