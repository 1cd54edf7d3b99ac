"""Completion at the prompt: what Tab offers for what is typed."""

from __future__ import annotations

import os
import subprocess
import sys
import types
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_process import idle, in_process

import pyex
from pyex import Atom, GenServer, Pid, Process, Server, self
from pyex.repl.completion import Candidate, Completion, complete, find_completion
from pyex.repl.helpers import HELPERS
from pyex.repl.language.python_language import PythonLanguage


class Stack(GenServer, restart="transient"):
    @staticmethod
    def init(items: list[str]) -> object:
        return ("ok", items)

    @staticmethod
    def push(server: Pid, item: str, *, urgent: bool = False) -> object:
        """Push an item.

        More about that.
        """


class Room:
    size = 3
    __slots__ = ("guests",)

    def __init__(self, guests: dict[str, object], label: str = "room") -> None:
        self.guests = guests

    def enter(self, guest: str, /, *more: str, loudly: bool = False) -> Room:
        return self

    @classmethod
    def empty(cls, label: str) -> Room:
        return cls({})

    @property
    def crowd(self) -> int:
        raise AssertionError("completion has run a property")


PROMPT: dict[str, object] = {name: getattr(pyex, name) for name in pyex.__all__} | {**HELPERS}


def find(text: str, names: Mapping[str, object] | None = None) -> Completion:
    return find_completion(text, PROMPT | {**(names or {})})


def texts(text: str, names: Mapping[str, object] | None = None) -> list[str]:
    return [each.text for each in find(text, names).candidates]


def labels(text: str, names: Mapping[str, object] | None = None) -> list[str]:
    return [each.label for each in find(text, names).candidates]


def line(text: str, names: Mapping[str, object] | None = None) -> str:
    """The line with the only candidate put in."""
    completion = find(text, names)
    [candidate] = completion.candidates
    return text[: completion.start] + candidate.text


# As IEx does


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("Process.ex", "Process.exit"),
        ("x = Process.ex", "x = Process.exit"),
        ("1 + my_v", "1 + my_variable"),
        ("[x for x in my_v", "[x for x in my_variable"),
        ("lambda a: Process.aliv", "lambda a: Process.alive"),
        ("my_v", "my_variable"),
        ("GenS", "GenServer"),
        ("h(Process.ex", "h(Process.exit"),
        ("spawn_l", "spawn_link"),
        ("Zed.upp", "Zed.upper"),
    ],
)
def test_the_last_word_is_completed(typed: str, completed: str) -> None:
    """Names and attributes are completed wherever an expression can stand."""
    assert line(typed, {"my_variable": 1, "Zed": str}) == completed


def test_several_are_listed() -> None:
    """What all begin with is not the only thing that a person wants to see."""
    assert labels("Process.l") == ["link()", "list()"]


@pytest.mark.parametrize(
    "typed", ["Zzz", "Zz.", "pid.", "ref.", "self().", "x = 5", "5.", "..", "def sta", "class Sta"]
)
def test_nothing_is_offered_where_nothing_can_follow(typed: str) -> None:
    """Unknown names, opaque values, numbers and new names have no completion."""

    def run() -> None:
        assert texts(typed, {"pid": self(), "ref": pyex.make_ref()}) == []

    pyex.run(run)


def test_everything_in_scope_is_offered_for_an_empty_line() -> None:
    """Names of the prompt, builtins and keywords, but nothing private."""
    found = texts("")
    assert {"spawn", "GenServer", "flush", "print", "import", "match"} <= {*found}
    assert not [each for each in found if each.startswith("_")]


# Names


def test_what_candidates_are_is_told() -> None:
    """Functions are listed with parentheses, which are not put in."""
    assert find("flush").candidates == (Candidate("flush", "flush()", "function"),)
    assert [each.kind for each in find("Supervisor").candidates] == ["class"]
    assert [each.kind for each in find("ets").candidates] == ["module"]
    assert [each.kind for each in find("lambd").candidates] == ["keyword"]
    assert [each.kind for each in find("room.crowd", {"room": Room({})}).candidates] == ["property"]


def test_a_shadowed_builtin_is_offered_once() -> None:
    """Where the prompt has a name of its own, that is the one."""
    assert labels("exi") == ["exit()"]
    assert labels("exi", {"exit": 1}) == ["exit"]


def test_private_names_need_an_underscore() -> None:
    """Private names come when `_` is typed, those of Python's machinery last."""
    names = {"__magic__": 1, "_own": 2}
    found = [each for each in texts("_", names) if each in names]
    assert found == ["_own", "__magic__"]
    assert texts("__mag", names) == ["__magic__"]


def test_another_case_is_second_choice() -> None:
    """A name is found in whatever case it is typed, unless another one is in that case."""
    assert texts("gens") == ["GenServer"]
    assert texts("process", {"process_count": 1}) == ["process_count", "process_info", "processes"]


def test_names_of_the_text_itself_are_offered() -> None:
    """In a block that is being typed its parameters and variables are there, before it has run."""
    text = "def pay(customer, amount=1):\n    total = amount\n    return "
    assert line(text + "cust") == text + "customer"
    assert line(text + "amou") == text + "amount"
    assert line(text + "tota") == text + "total"
    assert texts("f(customer=1)\ncust") == []


def test_errors_are_offered_to_raise_and_except() -> None:
    """Where only an exception can stand, only those are offered."""
    for text in ("raise ", "try:\n    f()\nexcept ", "try:\n    f()\nexcept (", "except (ValueError, "):
        found = texts(text)
        assert "ValueError" in found and "ArgumentError" in found and "print" not in found
    assert texts("raise pri") == ["print"]
    assert "print" in texts("raise ValueError(x, ")


def test_keywords_follow_an_expression() -> None:
    """After a finished expression comes an operator."""
    assert texts("x i") == ["if", "in", "is"]
    assert texts("match recei") == ["receive"]


def test_hidden_names_of_the_shell_are_not_offered() -> None:
    """What cannot be typed is no completion."""
    assert texts("", {"<value 1>": 1}) == texts("")


def test_very_many_candidates_are_cut() -> None:
    """The first five hundred are shown, and how many there are besides; what they begin with can still be put in."""
    found = find("nam", {f"name_{number}": 0 for number in range(1000)}).candidates
    assert len(found) == 501
    assert found[-1] == Candidate("name_", "... and 500 more", "more")


# Attributes


def test_attributes_come_from_the_object_and_all_its_classes() -> None:
    """Slots, class variables, methods and properties are offered, inherited ones too."""

    class Suite(Room):
        def __init__(self) -> None:
            super().__init__({})
            self.view = "sea"

    assert labels("suite.", {"suite": Suite()}) == ["crowd", "empty()", "enter()", "guests", "size", "view"]


def test_attributes_of_attributes_are_found() -> None:
    """The way through instances, slots, classes, lists and dicts is followed."""
    names = {"room": Room({"first": types.SimpleNamespace(luggage="bag")}), "rooms": [[Room({})]]}
    assert texts('room.guests["first"].lug', names) == ["luggage"]
    assert texts("rooms[0][-1].cro", names) == ["crowd"]
    assert texts("room.crowd.", names) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('"abc".upp', "upper"),
        ("b'abc'.hex", "hex"),
        ('f"{x}".upp', "upper"),
        ("[1, 2].appe", "append"),
        ("[].appe", "append"),
        ("{}.key", "keys"),
        ("{1: 2}.key", "keys"),
        ("{1, 2}.unio", "union"),
        ("(1, 2).coun", "count"),
        ("().coun", "count"),
        ("1.5.hex", "hex"),
        ("('abc').upp", "upper"),
        ("True.bit_l", "bit_length"),
    ],
)
def test_literals_have_attributes(typed: str, found: str) -> None:
    """What is written down has a known type."""
    assert texts(typed) == [found]


def test_behaviours_offer_what_is_called_on_them() -> None:
    """`GenServer.call` is there, though it is a function of the metaclass; its machinery is not."""
    assert {"call", "cast", "start_link", "handle_call"} <= {*texts("GenServer.")}
    assert not {"written_for", "result_hint", "starts_alone"} & {*texts("GenServer.")}


def test_a_server_of_ones_own_has_its_own_functions() -> None:
    """As in Elixir, a module that uses GenServer has callbacks and a child spec, and no `call`."""
    found = texts("Stack.", {"Stack": Stack})
    assert {"init", "push", "child_spec"} <= {*found}
    assert "call" not in found


def test_what_a_server_offers_is_a_function() -> None:
    """`@call` and `@cast` make functions for others, which take the server first."""

    class Counter(Server):
        @pyex.call
        def bump(self, by: int = 1) -> int:
            """Count up."""
            raise AssertionError("completion has called a server")

    assert labels("Counter.bum", {"Counter": Counter}) == ["bump()"]
    assert find("Counter.bump(", {"Counter": Counter}).signatures == ("bump(«server», by=1)",)
    assert find("Counter.bum", {"Counter": Counter}).documentation == "bump(server, by=1)\n\nCount up."


def test_what_parts_of_a_behaviour_run_in_is_not_offered() -> None:
    """Elixir's documentation hides `Agent.Server`, too."""
    assert "Server" not in texts("Agent.")


def test_what_a_call_returns_is_known_from_its_annotation() -> None:
    """A class that is called, and a function that names one, tell; nothing else does."""

    def make() -> Room:
        raise AssertionError("completion has called a function")

    def guess():  # type: ignore[no-untyped-def]
        raise AssertionError("completion has called a function")

    names = {"Room": Room, "make": make, "guess": guess}
    assert texts("Room({}).cro", names) == ["crowd"]
    assert texts("make().cro", names) == ["crowd"]
    assert texts("Room.empty('x').enter('y').cro", names) == ["crowd"]
    assert texts("guess().cro", names) == []


def test_modules_keep_to_what_they_publish() -> None:
    """A module offers its `__all__` and its submodules, and all else only when nothing of these is meant."""
    module = types.ModuleType("shop")
    module.__dict__.update({"__all__": ["sell"], "sell": print, "sort": print, "_till": 1})
    assert texts("shop.", {"shop": module}) == ["sell"]
    assert texts("shop.so", {"shop": module}) == ["sort"]
    assert texts("shop._t", {"shop": module}) == ["_till"]


# Dicts


def test_keys_of_dicts_are_offered() -> None:
    """In quotes and without, nested, in the dict's order."""
    names = {"menu": {"tea": 1, "toast": {"jam": 2}, 7: 3, (1, 2): 4}}
    assert texts("menu[", names) == ['"tea"', '"toast"', "7"]
    assert texts('menu["to', names) == ["toast"]
    assert line("menu['to", names) == "menu['toast"
    assert line('menu["toast"]["j', names) == 'menu["toast"]["jam'
    assert texts('menu.get("t', names) == ["tea", "toast"]
    assert texts('print(f"{menu["t', names) == ["tea", "toast"]


def test_keys_are_written_so_that_they_are_those_keys() -> None:
    """Quotes, backslashes and new lines in a key are escaped as the string needs it."""
    key = "a\"b'\\\n"
    names = {"d": {key: 1}}
    [in_brackets] = texts("d[", names)
    [in_string] = texts('d["a', names)
    assert eval(in_brackets) == key
    assert eval(f'"{in_string}"') == key
    assert texts('d[r"a', names) == []
    assert texts('d["a\\"', names) == [in_string]
    assert texts("d['a\\\"b", names) != []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert texts(r'd["\d"]["', names) == texts(r'd["\d', names) == []


def test_variables_of_the_environment_are_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Although `os.environ` is no dict."""
    monkeypatch.setenv("PYEX_OF_A_TEST", "1")
    assert line('os.environ["PYEX_OF_A_T', {"os": os}) == 'os.environ["PYEX_OF_A_TEST'
    assert '"PYEX_OF_A_TEST"' in texts("os.environ[", {"os": os})


def test_only_dicts_have_keys() -> None:
    """A list or an unknown name in front of the bracket offers names, and no keys in a string."""
    assert texts('xs["a', {"xs": ["alpha"]}) == []
    assert texts('unknown["a') == []
    assert "spawn" in texts("xs[", {"xs": [1]})


# Calls


def test_signatures_are_those_of_the_innermost_call() -> None:
    """The parameter that comes next is marked."""
    assert find("Process.exit(").signatures == ("exit(«pid», reason)",)
    assert find("GenServer.call(pid, ").signatures == ("call(server, «request», timeout=5000)",)
    assert find("GenServer.call(pid, f(1, 2), timeout=").signatures == ("call(server, request, «timeout=5000»)",)
    assert find("spawn(print, 1, 2, [").signatures == ("spawn(function, «*args»)",)
    assert find("print(Process.exit(1), Process.alive(").signatures == ("alive(«pid»)",)
    assert find("print(Process.exit(1)").signatures[0].startswith("print(«*args»")
    assert find("exit(1)").signatures == ()


def test_a_call_is_documented() -> None:
    """The first paragraph of its text says what it does."""
    assert find("Stack.push(", {"Stack": Stack}).documentation == "Push an item."


def test_the_one_candidate_is_documented() -> None:
    """With its signature, unless there are several."""
    text = find("Stack.push", {"Stack": Stack}).documentation
    assert text == "push(server, item, *, urgent=False)\n\nPush an item."
    assert find("Process.l").documentation == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Room(", "Room(«guests», label='room')"),
        ("room.enter(", "enter(«guest», /, *more, loudly=False)"),
        ("Room.enter(", "enter(«self», guest, /, *more, loudly=False)"),
        ("Room.empty(", "empty(«label»)"),
        ("bound(", "bound(«guest», /, *more, loudly=False)"),
        ("part(", "part(«*more», loudly=False)"),
        ('"a".join(', "join(«iterable», /)"),
        ("len(", "len(«obj», /)"),
        ("flush(", "flush()"),
        ("receive(after=", "receive(*patterns, «after=None», default=...)"),
        ("wrapper(", "wrapper(«x», y=1)"),
    ],
)
def test_signatures_of_all_that_can_be_called(typed: str, shown: str) -> None:
    """Functions, methods, classes, partial calls, helpers and what is written in C."""
    import functools

    def inner(x: int, y: int = 1) -> None: ...

    @functools.wraps(inner)
    def wrapper(*args: int) -> None: ...

    room = Room({})
    part = functools.partial(room.enter, "first")
    names = {"Room": Room, "room": room, "bound": room.enter, "part": part, "wrapper": wrapper}
    assert find(typed, names).signatures == (shown,)


def test_what_can_be_called_in_several_ways_has_several_signatures() -> None:
    """Python's own functions say so in their text."""
    assert find("max(").signatures[1] == "max(«arg1», arg2, *args, *[, key=func])"
    assert find("range(1, ").signatures == ("range(stop)", "range(start, «stop[», step])")


def test_parameters_can_be_given_by_name() -> None:
    """Those that are not given yet, once something is typed or all that is needed is there."""
    assert line("GenServer.call(pid, 1, ") == "GenServer.call(pid, 1, timeout="
    assert line("receive(af") == "receive(after="
    assert texts("receive(") == ["after=", "default="]
    assert texts("receive(after=1, ") == ["default="]
    assert texts("GenServer.call(") == []
    assert texts("GenServer.call(pid, 1, 2, ") == []
    assert texts("GenServer.call(pid, timeout=1, ") == []
    assert texts("GenServer.call(pid, timeout=1, req") == ["request="]
    assert find("receive(af").candidates[0].kind == "parameter"


def test_parameters_come_before_names() -> None:
    """In a call `de` may be a parameter or a name."""
    assert texts("receive(de", {"delta": 1}) == ["default=", "delattr", "delta"]


def test_helpers_take_everything_there_is() -> None:
    """`h(` is followed by any name, as `h ` in IEx."""
    assert {"spawn", "Process", "ValueError"} <= {*texts("h(")}


def test_classes_take_keywords() -> None:
    """Those that the behaviour knows, those of an `__init_subclass__`, and the metaclass."""

    class Plugin:
        def __init_subclass__(cls, *, priority: int = 0) -> None:
            raise AssertionError("completion has made a class")

    assert line("class W(GenServer, rest") == "class W(GenServer, restart="
    assert {"id=", "shutdown=", "metaclass="} <= {*texts("class W(GenServer, ")}
    assert "id=" not in texts("class W(GenServer, id=1, ")
    assert line("class W(Plugin, prio", {"Plugin": Plugin}) == "class W(Plugin, priority="
    assert "restart=" not in texts("class W(Room, re", {"Room": Room})
    assert line("class W(GenSer") == "class W(GenServer"


# Processes


@in_process
def test_names_are_offered_where_a_server_is_expected() -> None:
    """In a string, and as a string; also names that are classes, and variables that hold pids."""
    worker = idle()
    Process.register(worker, "counter")
    Process.register(idle(), Stack)
    names = {"worker": worker, "Stack": Stack, "other": 1, "_": worker}
    assert line('GenServer.call("cou', names) == 'GenServer.call("counter'
    assert line("send('cou", names) == "send('counter"
    assert texts('Process.whereis("cou', names) == ["counter"]
    assert texts("GenServer.call(", names)[:3] == ["Stack", "worker", '"counter"']
    assert texts("GenServer.call(server=", names)[:2] == ["Stack", "worker"]
    assert "counter" not in texts('print("cou', names)


@in_process
def test_pids_are_offered_where_a_pid_is_expected() -> None:
    """Variables first, then all processes by their numbers; a name will not do."""
    worker = idle()
    Process.register(worker, "counter")
    found = texts("Process.exit(", {"worker": worker})
    assert found[0] == "worker"
    assert f"pid(0,{worker.number},0)" in found
    assert '"counter"' not in found
    assert find("Process.exit(").candidates[0].kind == "pid"


@in_process
def test_pids_are_completed_by_their_numbers() -> None:
    """In `pid("0.1` and `pid(0,1`; only of processes that live."""
    worker = idle()
    number = str(worker.number)
    assert f"0.{number}.0" in texts('pid("')
    assert f"0.{number}.0" in texts(f'pid("0.{number[:1]}')
    assert texts(f'pid("0.{number}.') == [f"0.{number}.0"]
    assert f"0,{number},0)" in texts(f"pid(0, {number}")
    assert texts('pid("1') == texts('pid("0.99999999') == texts('pid("0.x') == texts('pid("0.0') == []
    Process.exit(worker, "kill")
    assert texts(f'pid("0.{number}.') == []


@in_process
def test_pids_are_not_written_where_a_variable_hides_the_helper() -> None:
    """With `pid = spawn(…)` at the prompt, `pid(0,21,0)` would be an error."""
    assert texts("Process.exit(", {"pid": idle()}) == ["pid"]


# Strings


def test_file_names_are_completed(tmp_path: Path) -> None:
    """In whatever looks like a path, and where a file is asked for; folders end in a slash."""
    (tmp_path / "shop.py").touch()
    (tmp_path / "shelf").mkdir()
    (tmp_path / ".secret").touch()
    assert texts(f'x = "{tmp_path}/') == ["shelf/", "shop.py"]
    assert line(f'x = "{tmp_path}/sho') == f'x = "{tmp_path}/shop.py'
    assert line(f'x = "{tmp_path}/.s') == f'x = "{tmp_path}/.secret'
    assert line(f"cd('{tmp_path}/s") == f"cd('{tmp_path}/shelf/"
    assert [each.kind for each in find(f'"{tmp_path}/s').candidates] == ["folder", "file"]
    assert texts(f'"{tmp_path}/none/') == texts('x = "') == texts('x = "sho') == texts('"\0/') == []


def test_file_names_of_the_current_folder_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file is asked for, also without a slash; `~` is the home folder."""
    (tmp_path / "shop.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for call in ("c", "import_file", "open", "unknown.open"):
        assert texts(f'{call}("sh') == ["shop.py"]
    assert line('x = "~/sh') == 'x = "~/shop.py'
    assert line('x = "~') == 'x = "~/'
    assert texts('x = "./') == ["shop.py"]


def test_odd_file_names_are_escaped(tmp_path: Path) -> None:
    """A quote or a new line in a name does not end the string."""
    odd = 'a"b\n{'
    (tmp_path / odd).touch()
    for start, end in ((f'"{tmp_path}/', '"'), (f'f"{tmp_path}/', '"'), (f"'''{tmp_path}/", "'''")):
        assert eval(line(start) + end) == f"{tmp_path}/{odd}"


@pytest.mark.parametrize(
    "typed", ["# Process.ex", "x = 1  # Process.ex", '"Process.ex', "'''\nProcess.ex", "f'Process.ex"]
)
def test_text_is_left_alone(typed: str) -> None:
    """Comments and strings are no code."""
    assert texts(typed) == []


@pytest.mark.parametrize(
    "typed", ["f'{Process.ex", "f'{1:{Process.ex", "f'''{\nProcess.ex", "f'a{{}}' + Process.ex", "'#' + Process.ex"]
)
def test_code_in_strings_is_code(typed: str) -> None:
    """Within the braces of an f-string everything is as outside."""
    assert line(typed) == typed + "it"


# Imports


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package that must not be imported."""
    folder = tmp_path / "grocery"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise SystemExit('imported')")
    (folder / "till.py").write_text(
        "raise SystemExit('imported')\n"
        'TEXT = """\nNOT_THERE = 1\n"""\n'
        "import os\nfrom a import (b, c as banana)\n"
        "COIN: int = 1\n_NOTE = 2\n"
        "if COIN:\n    COUNT = 3\n"
        "def close():\n    inner = 4\n"
        "async def count(): ...\n"
        "class Cash: ...\n"
    )
    (folder / "public.py").write_text(
        "__all__ = ['shown']\n__all__ += [\n    'other',\n]\nshown = hidden = other = 1\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "grocery"
    assert not [name for name in sys.modules if name.startswith("grocery")]


def test_modules_are_found_without_importing_them(package: str) -> None:
    """Top modules and submodules, from the folders of `sys.path`."""
    assert line("import groc") == "import grocery"
    assert line("import os, groc") == "import os, grocery"
    assert line("if True: import groc") == "if True: import grocery"
    assert texts("import grocery.") == ["public", "till"]
    assert line("from grocery.ti") == "from grocery.till"
    assert line("from grocery ") == "from grocery import"
    assert line("from grocery import ti") == "from grocery import till"
    assert find("from groc").candidates[0].kind == "module"


def test_names_in_modules_are_found_without_importing_them(package: str) -> None:
    """What a module's source defines at its top level; what it publishes, if it says so."""
    assert texts("from grocery.till import ") == ["b", "banana", "Cash", "close", "COIN", "COUNT", "count", "TEXT"]
    assert line("from grocery.till import close, Ca") == "from grocery.till import close, Cash"
    assert line("from grocery.till import (\n    close,\n  ban").endswith("(\n    close,\n  banana")
    assert texts("from grocery.till import _") == ["_NOTE"]
    assert texts("from grocery.public import ") == ["other", "shown"]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("import json.dec", "import json.decoder"),
        ("import os.pa", "import os.path"),
        ("from json import du", None),
        ("from os.path import spliter", None),
        ("from pyex.otp import GenS", "from pyex.otp import GenServer"),
        ("from math import fact", "from math import factorial"),
    ],
)
def test_loaded_modules_are_completed(typed: str, completed: str | None) -> None:
    """What has been imported tells more exactly what is there."""
    import json
    import math

    assert json and math
    if completed is not None:
        assert line(typed) == completed
    else:
        assert all(each.startswith(typed.rpartition(" ")[2]) for each in texts(typed))


@pytest.mark.parametrize(
    "typed",
    [
        "from . import ",
        "from .a import ",
        "import json as j",
        "from json import dump as d",
        "from nowhere import ",
        "import 1",
    ],
)
def test_imports_of_the_unknown_have_no_completion(typed: str) -> None:
    """New names, relative imports and modules that there are not."""
    assert texts(typed) == []


# Whatever is typed


@given(st.text(alphabet="ab.(){}[]\"'\\fr#:,=\n _0!" + "x", max_size=40))
def test_no_text_is_too_broken(text: str) -> None:
    """Completion gets along with any text, and puts its candidates at its end."""
    completion = find_completion(text, {"a": {"b": 1}, "f": print, "x": Room({})})
    assert 0 <= completion.start <= len(text)


@given(
    st.text(max_size=30), st.sampled_from(["x.", "x[", "f(", 'd["', "from ", "import ", "class A(", 'f"{', "open('"])
)
def test_no_character_is_too_odd(text: str, start: str) -> None:
    """Also with what is no ASCII, or can be in no name."""
    find_completion(start + text, {"x": Room({}), "f": print, "d": {"a": 1}})


def test_absurd_nesting_is_survived() -> None:
    """More brackets than Python could parse give nothing rather than an error."""
    assert complete("(" * 20_000 + "a" + ")" * 20_000 + ".", {"a": 1}) == Completion(40_002)


@pytest.mark.parametrize(
    "open_", ["f(\n", "x = [\n", "if x:\n    ", "class A:\n    def f(self):\n        ", "'''\n'''; "]
)
def test_text_of_many_lines_is_completed(open_: str) -> None:
    """In the middle of a block or bracket as on a line of its own."""
    assert line(open_ + "Process.ex") == open_ + "Process.exit"


def test_a_name_on_another_line_is_no_call() -> None:
    """A line that begins with a bracket does not go on with the line before."""
    assert find("print\n(").signatures == ()
    assert texts("x\n[1].app") == ["append"]


# The seam


def test_the_language_completes() -> None:
    """The terminal asks the language, with the names of the prompt."""
    assert PythonLanguage().complete("Process.ex", PROMPT) == find("Process.ex")


def test_completion_is_not_loaded_before_it_is_wanted() -> None:
    """The first prompt does not wait for it."""
    program = "import sys, pyex.repl; print('pyex.repl.completion' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_atoms_are_keys_and_names_like_strings() -> None:
    """A dict that pyex returns is completed as any."""
    assert texts('info["mess', {"info": {Atom("messages"): []}}) == ["messages"]
