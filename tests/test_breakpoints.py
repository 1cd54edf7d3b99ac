"""Breakpoints: functions that stop whoever calls them, and the steps from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pry_session import screen, shown

ADD = """
def add(x, y):
    total = x
    total += y
    return total
"""


def prompts(text: str) -> list[str]:
    """The lines that were typed at pry prompts, and where each stop was."""
    return [line for line in text.splitlines() if line.startswith(("pry(", "Break reached"))]


def test_a_call_stops_at_its_first_line_and_goes_on_line_by_line() -> None:
    """`break_` returns the number; the next call stops before its first line, `n` goes to the next one, and after the
    last one the call returns."""
    assert shown(ADD, "break_(add)", "add(1, 2)", "x, y", "n", "total", "n()", "next_()", "'end'") == screen(
        """
        pyex(1)> def add(x, y):
            total = x
            total += y
            return total
        pyex(2)> break_(add)
        1
        pyex(3)> add(1, 2)
        Break reached: add (pyex(1):2)

            1: def add(x, y):
        =>  2:     total = x
            3:     total += y
            4:     return total

        pry(1)> x, y
        (1, 2)
        pry(2)> n
        Break reached: add (pyex(1):3)

            1: def add(x, y):
            2:     total = x
        =>  3:     total += y
            4:     return total

        pry(1)> total
        1
        pry(2)> n()
        Break reached: add (pyex(1):4)

            1: def add(x, y):
            2:     total = x
            3:     total += y
        =>  4:     return total

        pry(1)> next_()
        3
        pyex(4)> 'end'
        'end'
        """
    )


def test_out_stops_with_the_value_that_is_returned() -> None:
    """`out()` runs on to the end of the call and shows what it returns, which is `__return__`."""
    text = shown(ADD, "break_(add)", "add(1, 2)", "out", "__return__ * 10", "continue_")
    assert "Break reached: add (pyex(1):4), which returns 3\n" in text
    assert "pry(1)> __return__ * 10\n30\npry(2)> continue_\n3\n" in text


def test_out_of_a_function_that_raises_just_raises() -> None:
    """A call that ends by an exception does not stop again, and neither does the next one."""
    text = shown("def f(x):\n    y = x\n    return 1 / y\n", "break_(f)", "f(0)", "out", "f(1)")
    assert prompts(text) == ["Break reached: f (pyex(1):2)", "pry(1)> out"]
    assert "** (ZeroDivisionError)" in text
    assert text.endswith("pyex(3)> f(1)\n1.0\n")


def test_so_many_calls_stop() -> None:
    """With `stops=2` two calls stop, and the third does not; the table counts down."""
    text = shown(ADD, "break_(add, stops=2)", "breaks", "add(1, 1)", "continue_", "add(2, 2)", "continue_", "add(3, 3)",
                 "breaks")  # fmt: skip
    assert text.count("Break reached") == 2
    table = "\n ID   Module.function/arity   Pending stops\n---- ----------------------- ---------------\n"
    assert f"pyex(3)> breaks\n{table} 1    add/2                   2\n\n" in text
    assert text.endswith(f"pyex(7)> breaks\n{table} 1    add/2                   0\n\n")


def test_breakpoints_are_reset_and_removed() -> None:
    """A breakpoint that is reset stops nobody and stays; one that is removed is gone."""
    text = shown(
        ADD, "breaks", "break_(add)", "reset_break(1)", "add(1, 1)", "reset_break(7)", "break_(add)",
        "reset_break(add)", "remove_breaks()", "breaks", "reset_break(1)",
    )  # fmt: skip
    assert "Break reached" not in text
    assert text.count("No breakpoints set\n") == 2
    assert "pyex(6)> reset_break(7)\n:not_found\npyex(7)> break_(add)\n1\npyex(8)> reset_break(add)\n:ok\n" in text
    assert text.endswith("reset_break(1)\n:not_found\n")


def test_those_of_one_class_or_function_are_removed() -> None:
    """`remove_breaks(M)` removes the breakpoints of a class or a function, and no others."""
    text = shown(
        ADD, "class A:\n    def f(self): return 1\n    @staticmethod\n    def g(): return 2\n",
        "[break_(add), break_(A.f), break_(A.g)]", "remove_breaks(A)", "A().f() + A.g()", "remove_breaks(add)",
        "breaks",
    )  # fmt: skip
    assert "[1, 2, 3]" in text
    assert "pyex(5)> A().f() + A.g()\n3\n" in text
    assert text.endswith("No breakpoints set\n")


def test_each_call_of_a_recursion_stops_for_itself() -> None:
    """In a recursion the inner call stops at its own first line, and the outer one goes on with its own variables."""
    text = shown(
        "def fact(n):\n    if n < 2:\n        return 1\n    return n * fact(n - 1)\n", "break_(fact, 2)", "fact(3)",
        "continue_", "n", "continue_",
    )  # fmt: skip
    assert "pry(1)> n\n2\n" in text
    assert "6\n" in text


def test_steps_of_a_recursion_stay_in_their_call() -> None:
    """`next_` in the outer call steps over the inner ones."""
    text = shown(
        "def f(n):\n    inner = f(n - 1) if n else 0\n    return inner + 1\n",
        "break_(f)",
        "f(3)",
        "next_()",
        "inner",
        "next_()",
    )
    assert prompts(text) == [
        "Break reached: f (pyex(1):2)", "pry(1)> next_()", "Break reached: f (pyex(1):3)", "pry(1)> inner",
        "pry(2)> next_()",
    ]  # fmt: skip
    assert "pry(1)> inner\n3\npry(2)> next_()\n4\n" in text


def test_names_assigned_at_a_stop_are_there_at_the_next() -> None:
    """What is assigned at the prompt is kept from step to step of a call; the function's variables are shown as they
    are."""
    text = shown(ADD, "break_(add)", "add(1, 2)", "mine, total = 'm', 'mine'", "n", "mine, total", "continue_")
    assert "pry(1)> mine, total\n('m', 1)\n" in text


def test_a_running_server_stops_in_its_callback() -> None:
    """A breakpoint on a callback stops servers that run already; it is allowed once, and then stepped through."""
    text = shown(
        "class S(GenServer):\n    def init(n): return ('ok', n)\n"
        "    def handle_call(request, caller, n):\n        new = n + 1\n        return ('reply', new, new)\n",
        "s = ok(GenServer.start(S, 41))",
        "break_(S.handle_call)",
        "GenServer.call(s, 'next')",
        "y",
        "n",
        "next_()",
        "new",
        "continue_",
        "GenServer.call(s, 'next')",
    )
    assert "Request to pry #PID at S.handle_call (pyex(1):4)\n" in text
    assert "Break reached: S.handle_call (pyex(1):5)\n" in text
    assert "pry(1)> new\n42\npry(2)> continue_\n42\npyex(5)> GenServer.call(s, 'next')\n43\n" in text


def test_several_processes_at_the_same_breakpoint() -> None:
    """Each process that calls the function takes one of its stops, and each is met with its own variables."""
    text = shown(
        ADD, "break_(add, 2)", "for i in range(3): spawn(lambda: print('got', add(i, i)))\n", "y", "x", "continue_",
        "y", "x", "continue_", "1",
    )  # fmt: skip
    assert text.count("Request to pry") == 2
    assert [line for line in text.splitlines() if line.startswith("got ")] == ["got 4", "got 0", "got 2"]
    assert "pry(1)> x\n0\n" in text
    assert "pry(1)> x\n1\n" in text


def test_a_function_by_its_name_in_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dotted name stands for the function, its module is imported; the table and the stop show it as OTP would."""
    (tmp_path / "till.py").write_text(
        "def total(cart):\n    return sum(cart)\n\nclass Till:\n    def open(self):\n        return 1\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    text = shown("break_('till.total')", "break_('till.Till.open')", "import till", "till.total([1, 2])", "cart",
                 "continue_", "breaks", "remove_breaks('till')", "breaks")  # fmt: skip
    assert "Break reached: till.total (till.py:2)\n" in text
    assert "pry(1)> cart\n[1, 2]\npry(2)> continue_\n3\n" in text
    assert " 1    till.total/1            0\n 2    Till.open/1             1\n" in text
    assert text.endswith("No breakpoints set\n")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("break_(len)", "could not set breakpoint, len is not written in Python"),
        ("break_(GenServer.call)", "is pyex's own, and the shell itself runs on it"),
        ("break_(spawn)", "is pyex's own"),
        ("break_(GenServer)", "break_ takes a function: write one of GenServer, as in break_(GenServer.f)"),
        ("break_(3)", 'break_ takes a function, as in break_(M.f), or its name, as in break_("m.f"); not 3'),
        ("break_('nowhere.f')", "could not set breakpoint, there is no nowhere"),
        ("break_('json.nothing')", "could not set breakpoint, unknown function json.nothing"),
        ("break_(lambda: 1)", "a lambda has no lines to stop at"),
        ("break_(lambda: 1, 0)", "stops is how many calls are to stop, 1 or more, not 0"),
        ("break_(lambda: 1, True)", "stops is how many calls are to stop, 1 or more, not True"),
        ("remove_breaks(1, 2)", "remove_breaks takes nothing, or one class, module or function"),
        ("reset_break(None)", "break_ takes a function"),
    ],
)
def test_what_cannot_have_a_breakpoint_is_explained(typed: str, told: str) -> None:
    """The error says what is wrong, in the words of what was typed; nothing is set."""
    text = shown(typed, "breaks")
    assert told in text.replace("\n", " ").replace("  ", " ")
    assert text.endswith("No breakpoints set\n")


def test_a_pry_in_a_function_with_a_breakpoint_can_be_stepped_from() -> None:
    """After a `pry()` inside a call of such a function `n` works, as at its breakpoint."""
    text = shown(
        "def f():\n    x = 1\n    pry()\n    x = 2\n    return x\n",
        "break_(f)",
        "f()",
        "continue_",
        "n",
        "x",
        "n",
        "x",
        "n",
    )
    assert [line for line in prompts(text) if line.startswith("Break")] == [
        f"Break reached: f (pyex(1):{line})" for line in (2, 3, 4, 5)
    ]
    assert "pry(2)> n\nBreak reached: f (pyex(1):5)" in text
    assert text.endswith("pry(2)> n\n2\n")


def test_a_function_that_is_typed_anew_has_no_breakpoint() -> None:
    """A function that is typed anew has no breakpoint, and the old one's row does no harm."""
    text = shown(ADD, "break_(add)", "def add(x, y):\n    return 'new'\n", "add(1, 2)", "break_(add)", "remove_breaks")
    assert "pyex(4)> add(1, 2)\n'new'\npyex(5)> break_(add)\n2\n" in text
