"""How values are shown at the prompt."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyex.atom import Atom
from pyex.repl.display import inspect

Point = namedtuple("Point", "x y")


@dataclass
class Job:
    name: str
    parts: object
    secret: int = field(default=0, repr=False)


class Shown:
    """An object whose repr is the given text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def pids(numbers: list[int]) -> list[Shown]:
    return [Shown(f"#PID<0.{number}.0>") for number in numbers]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ok", ":ok"),
        ("alive?", ":alive?"),
        ("start!", ":start!"),
        ("node@host", ":node@host"),
        ("EXIT", ":EXIT"),
        ("été", ":été"),
        ("with space", ':"with space"'),
        ("1st", ':"1st"'),
        ("", ':""'),
        ('say "hi"\n', ':"say \\"hi\\"\\n"'),
        ("back\\slash", ':"back\\\\slash"'),
    ],
)
def test_atoms_show_as_elixir_writes_them(name: str, shown: str) -> None:
    """An atom has a colon, and quotes only where its name needs them."""
    assert inspect(Atom(name)) == shown


def test_strings_inside_containers_stay_strings() -> None:
    """Atoms and plain strings can be told apart wherever they stand."""
    assert inspect((Atom("hello"), "world", [Atom("a")])) == "(:hello, 'world', [:a])"
    assert inspect({Atom("k"): {Atom("v")}}) == "{:k: {:v}}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (int, "int"),
        (OrderedDict, "collections.OrderedDict"),
        (type(None), "NoneType"),
        (inspect, "<function inspect>"),
        (len, "<built-in function len>"),
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        (b"x", "b'x'"),
        (..., "Ellipsis"),
        ("x" * 200, repr("x" * 200)),
    ],
)
def test_simple_values_show_in_one_word(value: object, shown: str) -> None:
    """Classes show as their names, as Elixir shows modules; other values as their repr, whole."""
    assert inspect(value) == shown


def test_a_class_made_at_the_prompt_shows_as_its_plain_name() -> None:
    """What was defined at the prompt, and what pyex itself brings, needs no module name."""
    assert inspect(type("MyProcess", (), {"__module__": "__main__"})) == "MyProcess"
    assert inspect(Atom) == "Atom"


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        (),
        (1,),
        set(),
        frozenset(),
        frozenset({1}),
        deque([1, 2]),
        deque([1], maxlen=3),
        Point(1, "a"),
        Job("n", [1]),
        Counter("aab"),
        defaultdict(list, a=[1]),
        [[], ((),)],
    ],
)
def test_short_containers_show_as_their_repr(value: object) -> None:
    """What fits on a line looks as Python people know it."""
    assert inspect(value) == repr(value)


def test_a_long_list_of_pids_fills_the_lines() -> None:
    """Simple elements are packed to the width, the next lines one column in, as in IEx."""
    numbers = [*range(8), 10, 42, 44, 46]
    assert inspect(pids(numbers)) == (
        "[#PID<0.0.0>, #PID<0.1.0>, #PID<0.2.0>, #PID<0.3.0>, #PID<0.4.0>, #PID<0.5.0>,\n"
        " #PID<0.6.0>, #PID<0.7.0>, #PID<0.10.0>, #PID<0.42.0>, #PID<0.44.0>,\n"
        " #PID<0.46.0>]"
    )


def test_nested_values_are_laid_out_as_in_iex() -> None:
    """A tuple fills its lines, a list of containers has one on each, a dict one entry on each."""
    long = "y" * 44
    value = (
        Atom("status"),
        {"a": long, "b": list(range(100, 125))},
        Atom("c"),
        [[Atom("x"), long], (Atom("z"), long)],
        Atom("d"),
    )
    assert inspect(value) == (
        "(:status,\n"
        " {\n"
        f"   'a': '{long}',\n"
        "   'b': [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113,\n"
        "    114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124]\n"
        " }, :c,\n"
        " [\n"
        f"   [:x, '{long}'],\n"
        f"   (:z, '{long}')\n"
        " ], :d)"
    )


def test_records_that_do_not_fit_show_one_field_a_line() -> None:
    """Dataclasses and namedtuples break like dicts, without the fields that their repr leaves out."""
    assert inspect(Job("n", Point("x" * 20, 2)), width=30) == (
        "Job(\n  name='n',\n  parts=Point(\n    x='xxxxxxxxxxxxxxxxxxxx',\n    y=2\n  )\n)"
    )


def test_elements_beyond_the_limit_are_left_out() -> None:
    """Fifty elements are shown, then three dots; a nested collection gets what is left of them."""
    assert inspect(list(range(60))).endswith(" 49, ...]")
    assert inspect(list(range(50))).endswith(" 49]")
    assert inspect([(1, 1)] * 5, limit=3) == "[(1, 1), (1, ...), (...), ...]"
    assert inspect({1: 1, 2: 2}, limit=1) == "{1: 1, ...}"


def test_a_value_that_shares_its_parts_a_billion_times_is_cut_off() -> None:
    """The whole of what is shown is limited too, so that no value can hang the prompt."""
    value: object = 1
    for _ in range(49):
        value = [value, value]
    assert inspect(value).count("[") < 5_000


def test_a_value_inside_itself_shows_dots() -> None:
    """Cycles end in three dots, while a value that merely occurs twice is shown twice."""
    loop: list[object] = [1]
    loop.append({"loop": loop})
    assert inspect(loop) == "[1, {'loop': ...}]"
    twice = [1]
    assert inspect([twice, twice]) == "[[1], [1]]"


def test_a_repr_that_raises_spoils_only_its_own_place() -> None:
    """A broken object shows as unprintable, and why; its neighbours show as ever."""

    class Foo:
        def __repr__(self) -> str:
            raise ValueError("no")

    assert inspect([1, Foo()]) == "[1, <unprintable Foo object: ValueError>]"


def test_an_interrupt_during_repr_passes() -> None:
    """Only errors are turned into text: an exit of the process that shows a value takes effect."""

    class Foo:
        def __repr__(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inspect([Foo()])


def test_bottomless_nesting_is_shown_and_does_not_raise() -> None:
    """However deep a value is, something is shown."""
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert "..." in inspect(value, limit=10**6)


def test_a_container_with_a_repr_of_its_own_keeps_it() -> None:
    """Subclasses that say how they look are shown so; subclasses that do not are shown like their base."""

    class Loud(list[int]):
        def __repr__(self) -> str:
            return "LOUD"

    class Quiet(list[Atom]):
        pass

    @dataclass
    class Own:
        x: int

        def __repr__(self) -> str:
            return "OWN"

    assert inspect([Loud(), Own(1)]) == "[LOUD, OWN]"
    assert inspect(Quiet([Atom("a")])) == "[:a]"


def test_a_repr_of_several_lines_stays_aligned() -> None:
    """The lines of a table or matrix stand below each other wherever it occurs."""
    assert inspect(Shown("ab\ncd")) == "ab\ncd"
    assert inspect({"k": Shown("ab\ncd")}) == "{\n  'k': ab\n       cd\n}"


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
)
KEYS = st.integers() | st.text(max_size=5) | st.tuples(st.integers(), st.text(max_size=3))
VALUES = st.recursive(
    LEAVES | st.sets(KEYS) | st.frozensets(KEYS),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner),
)


@given(VALUES, st.integers(1, 100))
def test_plain_data_can_be_pasted_back(value: object, width: int) -> None:
    """What is shown for built-in data evaluates to the same data, at any width."""
    assert eval(inspect(value, width=width, limit=10**6)) == value


SHORT = st.integers(-999, 999) | st.text("abc", max_size=4).map(Atom)


@given(
    st.lists(SHORT)
    | st.lists(SHORT).map(tuple)
    | st.lists(st.lists(SHORT))
    | st.dictionaries(SHORT, st.lists(SHORT).map(tuple)),
    st.integers(24, 100),
)
def test_no_line_is_wider_than_asked_for(value: object, width: int) -> None:
    """With short elements every line keeps to the width."""
    assert max(map(len, inspect(value, width=width).split("\n"))) <= width


@given(VALUES)
def test_layout_changes_only_white_space(value: object) -> None:
    """Narrow and wide show the same characters, apart from line breaks and indentation."""
    narrow, wide = (inspect(value, width=width, limit=10**6) for width in (20, 10**9))
    assert "".join(narrow.split()) == "".join(wide.split())
