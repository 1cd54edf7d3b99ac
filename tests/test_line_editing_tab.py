"""The Tab key: inserting, listing, signatures and documentation, as a person sees them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from desk import BACKSPACE, ENTER, FIRST, TAB, Desk, seated

from pyex.repl.completion import Candidate, Completion
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.terminal.completion_keys import in_columns

NAMES = {"alpha": 1, "alphabet": 2, "beta": 3, "gamma": 4}


class Words(PythonLanguage):
    """A language whose names are those of the namespace, and where each has one line of documentation."""

    def complete(self, text: str, namespace: Mapping[str, object]) -> Completion:
        typed = text.replace("(", " ").rpartition(" ")[2]
        found = [name for name in namespace if name.casefold().startswith(typed.casefold())]
        candidates = tuple(Candidate(name, f"{name}/{namespace[name]}", "function") for name in found)
        signatures = ("call(pid, message)", "call(pid)") if "(" in text else ()
        documentation = f"What {found[0]} does.\n\nAt length." if len(found) == 1 or "(" in text else ""
        return Completion(len(text) - len(typed), candidates, signatures, documentation)


class Failing(PythonLanguage):
    def complete(self, text: str, namespace: Mapping[str, object]) -> Completion:
        raise RuntimeError("an object that does not want to be looked at")


def at_prompt(desk: Desk, text: str) -> None:
    desk.terminal.ask(FIRST)
    desk.types(text)


def test_the_common_start_is_inserted_first() -> None:
    """Tab inserts what all candidates begin with; another Tab lists them above the prompt."""
    with seated(Words(), namespace=lambda: NAMES) as desk:
        at_prompt(desk, "x = al")
        desk.presses(TAB)
        desk.sees("pyex(1)> x = alpha")
        desk.presses(TAB)
        desk.sees("alpha/1       alphabet/2", "pyex(1)> x = alpha")
        desk.types("b")
        desk.presses(TAB)
        desk.sees("alpha/1       alphabet/2", "pyex(1)> x = alphabet")


def test_a_sole_candidate_is_inserted_then_listed_then_explained() -> None:
    """With one candidate: Tab inserts it, Tab shows its label, Tab shows its documentation, Tab the label again."""
    with seated(Words(), namespace=lambda: NAMES) as desk:
        at_prompt(desk, "be")
        desk.presses(TAB)
        desk.sees("pyex(1)> beta")
        desk.presses(TAB)
        desk.sees("beta/3", "pyex(1)> beta")
        desk.presses(TAB)
        desk.sees("beta/3", "What beta does.", "", "At length.", "pyex(1)> beta")
        desk.presses(TAB)
        desk.sees("beta/3", "What beta does.", "", "At length.", "beta/3", "pyex(1)> beta")


def test_where_nothing_can_be_inserted_the_first_tab_lists() -> None:
    """As in IEx: when the candidates have nothing more in common, they are listed at once."""
    with seated(Words(), namespace=lambda: {"my_map": 1, "my_variable": 2}) as desk:
        at_prompt(desk, "my_")
        desk.presses(TAB)
        desk.sees("my_map/1         my_variable/2", "pyex(1)> my_")


def test_in_a_call_the_signatures_come_first() -> None:
    """In a call with nothing typed yet Tab shows the signatures and inserts nothing, Tab again the documentation."""
    with seated(Words(), namespace=lambda: {"alpha": 1}) as desk:
        at_prompt(desk, "call(")
        desk.presses(TAB)
        desk.sees("call(pid, message)", "call(pid)", "pyex(1)> call(")
        desk.presses(TAB)
        desk.sees("call(pid, message)", "call(pid)", "What alpha does.", "", "At length.", "pyex(1)> call(")


def test_small_letters_find_capitals() -> None:
    """What is typed in small letters is replaced by the candidate as it is written."""
    with seated(Words(), namespace=lambda: {"GenServer": 1}) as desk:
        at_prompt(desk, "gens")
        desk.presses(TAB)
        desk.sees("pyex(1)> GenServer")


def test_tab_completes_in_the_middle_of_a_line() -> None:
    """Only what stands before the cursor is completed, what is behind it stays."""
    with seated(Words(), namespace=lambda: NAMES) as desk:
        at_prompt(desk, "be + 1")
        desk.types("\x01\x06\x06")
        desk.presses(TAB)
        desk.sees("pyex(1)> beta + 1")


def test_tab_indents_in_the_white_space_that_starts_a_line() -> None:
    """Where a line has only white space so far, Tab goes to the next column of four, and Backspace back."""
    with seated(Words(), namespace=lambda: NAMES) as desk:
        at_prompt(desk, "if x:\r")
        desk.presses(TAB)
        desk.types("f")
        desk.sees("pyex(1)> if x:", "....(1)>         f")
        desk.types(BACKSPACE + BACKSPACE + "g")
        desk.sees("pyex(1)> if x:", "....(1)>     g")


def test_no_candidates_change_nothing() -> None:
    """Tab without a candidate leaves the line and the screen as they are."""
    with seated(Words(), namespace=lambda: NAMES) as desk:
        at_prompt(desk, "zzz")
        desk.keyboard.send_text(TAB + "!")
        desk.sees("pyex(1)> zzz!")


def test_a_completion_that_fails_disturbs_nobody() -> None:
    """When looking at an object goes wrong, Tab does nothing and the prompt lives on."""
    with seated(Failing()) as desk:
        at_prompt(desk, "obj.")
        desk.keyboard.send_text(TAB + "x\r")
        assert desk.input() == "obj.x"


def test_keys_pressed_while_tab_thinks_are_not_lost() -> None:
    """Keys that come while the candidates are looked up are handled after them, in order."""

    class Slow(Words):
        def complete(self, text: str, namespace: Mapping[str, object]) -> Completion:
            desk.keyboard.send_text(" +")
            desk.keyboard.send_text(" 1")
            return super().complete(text, namespace)

    with seated(Slow(), namespace=lambda: NAMES) as desk:
        at_prompt(desk, "be")
        desk.presses(TAB)
        desk.sees("pyex(1)> beta + 1")


@pytest.mark.parametrize(("keys", "listed"), [("x = bet\t", []), ("x = bet\t\t", ["beta/3"])])
def test_tabs_at_the_end_of_a_burst_complete(keys: str, listed: list[str]) -> None:
    """A program that types faster than fingers, and ends with Tab, wants to see what there is."""
    with seated(Words(), namespace=lambda: NAMES) as desk:
        desk.terminal.ask(FIRST)
        desk.sends(keys)
        desk.sees(*listed, "pyex(1)> x = beta")


def test_a_tab_in_pasted_keys_is_a_tab() -> None:
    """Text that arrives as fast keys is taken as it is, the tabs in it too: nothing is completed."""
    with seated(Words(), namespace=lambda: NAMES) as desk:
        desk.terminal.ask(FIRST)
        desk.sends("be\tx = 1")
        desk.sends("\n")
        assert desk.input() == "be\tx = 1"


def test_documentation_is_broken_between_words() -> None:
    """A line that is too wide for the terminal goes on below, with no word torn apart."""

    class Wordy(Words):
        def complete(self, text: str, namespace: Mapping[str, object]) -> Completion:
            return Completion(0, (Candidate("beta", "beta()", "function"),), (), "Somewhat longer than the line is.")

    with seated(Wordy(), namespace=lambda: NAMES, columns=20) as desk:
        at_prompt(desk, "beta")
        desk.presses(TAB)
        desk.presses(TAB)
        desk.sees("beta()", "Somewhat longer than", "the line is.", "pyex(1)> beta")


@pytest.mark.parametrize("columns", [20, 40])
def test_the_list_fits_a_narrow_terminal(columns: int) -> None:
    """On 20 and 40 columns the list has fewer columns, no line is too wide, and a label that is too long is cut."""
    names = {f"name_{n}": n for n in range(8)} | {"name_that_is_longer_than_all_others_by_far": 8}
    with seated(Words(), namespace=lambda: names, rows=24, columns=columns) as desk:
        at_prompt(desk, "name_")
        desk.presses(TAB)
        desk.waits_until(lambda: desk.glass.lines()[-1] == "pyex(1)> name_" and len(desk.glass.lines()) > 5, str)
        lines = desk.glass.lines()
        assert lines[0] == "name_0/0"
        assert lines[-2] == "name_that_is_longer_than_all_others_by_f…"[: columns - 1].rstrip("…") + "…"


def test_a_long_list_is_cut_to_the_screen() -> None:
    """A list that does not fit on the screen ends with how many are missing."""
    with seated(Words(), namespace=lambda: {f"name_{n:03}": 1 for n in range(200)}, rows=10, columns=30) as desk:
        at_prompt(desk, "name_")
        desk.presses(TAB)
        desk.sees(
            *(f"name_{n:03}/1    name_{n + 1:03}/1" for n in range(0, 10, 2)), "... and 190 more", "pyex(1)> name_"
        )


def test_columns_are_laid_out_as_iex_does() -> None:
    """Row by row, four columns of space between them, wide characters counted as two."""
    assert in_columns(["alpha", "alphabet", "beta"], 80, 9) == "alpha       alphabet    beta\n"
    assert in_columns(["漢字", "ab"], 20, 9) == "漢字    ab\n"
    assert in_columns([], 80, 9) == ""
    assert in_columns(["a", "b", "c"], 1, 9) == "a\nb\nc\n"


def test_python_names_complete_at_the_prompt() -> None:
    """With Python itself: a name of the namespace is completed, and then runs."""
    with seated(namespace=lambda: {"my_variable": 22}) as desk:
        at_prompt(desk, "my_v")
        desk.presses(TAB)
        desk.sees("pyex(1)> my_variable")
        desk.presses(ENTER)
        assert desk.input() == "my_variable"
