"""`h`, `b`, `t`, `s`, `exports` and `open` as they are typed at the prompt."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

import pytest
from screen import CTRL_C, SHELL, Screen

import pyex
from pyex.repl import editor
from pyex.repl.documentation import callbacks, overview, source
from pyex.repl.helpers import HELPERS
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.transcript.play import play
from pyex.repl.transcript.session import Step


def told(*inputs: str) -> str:
    """What the prompt prints for the last of some inputs."""
    steps = [Step(number, textwrap.dedent(each).strip("\n"), None) for number, each in enumerate(inputs, 1)]
    play(steps, PythonLanguage())
    for step in steps[:-1]:
        assert "** (" not in step.printed, step.printed
    return steps[-1].printed


# h()


def test_the_page_names_everything_once() -> None:
    """All helpers, and whatever `from pyex import *` gives, have an item with a sentence; nothing has two."""
    items = [line.split(" - ") for line in told("h()").splitlines() if line.startswith("  • ")]
    names = [name.removeprefix("  • ").strip() for name, _ in items]
    assert sorted(names) == sorted({*HELPERS, *pyex.__all__})
    assert all(sentence for _, sentence in items)


def test_the_page_says_more_than_where() -> None:
    """A first half sentence that says nothing by itself has its second half; with colours code has no backquotes."""
    page = " ".join(told("h()").split())
    assert "next_ - At a breakpoint: go on to the next line" in page
    assert "value - In a pattern: match `x` itself" in page
    assert "i - What a value is: its type" in page
    assert "`" not in overview.page(HELPERS, 80, has_colours=True)


def test_the_page_needs_no_parentheses() -> None:
    """`h` is `h()`, as in IEx."""
    assert told("h") == told("h()")
    assert told("h").splitlines()[1].strip() == "pyex"


# h(x)


def test_what_is_not_imported_says_what_to_write() -> None:
    """Asking for a module does not import it."""
    assert "wave" not in sys.modules
    assert told('h("wave.open")') == "wave is a module that is not imported: write import wave, and then h(wave.open)\n"
    assert "wave" not in sys.modules
    assert "RGB" in told("import colorsys", 'h("colorsys")')


def test_my_own_functions_are_found_by_name() -> None:
    """What is defined at the prompt comes before what is elsewhere."""
    text = told('def spawn(x: int):\n    "Mine."\n', 'h("spawn")')
    assert text.strip("\n").splitlines()[1:] == ["", "  spawn(x: int)", "", "Mine."]


def test_helpers_have_their_own_text() -> None:
    """`h(v)` tells of `v`."""
    assert told("h(v)").splitlines()[1].strip() == "v(n=-1)"


def test_a_class_without_a_text_says_whose_it_shows() -> None:
    """`h(Counter)` of a GenServer that says nothing of itself does not pass off GenServer's text as its own."""
    shown = told("class Counter(GenServer):\n    def init(n): ...\n", "h(Counter)")
    assert "\nCounter has no text of its own; this is that of GenServer\n" in shown
    assert "no text of its own" not in told('class Told(GenServer):\n    "Mine."\n', "h(Told)")


def test_code_in_pythons_own_topics_stays_together() -> None:
    """The block of a `for` stands below it, without an empty line."""
    assert "for i in range(10):\n        print(i)\n" in told('h("for")')


# b


def test_callbacks_and_which_may_be_left_out() -> None:
    """As in IEx each callback has what it returns, in order, and the optional ones are named at the end."""
    shown = told("b(GenServer)")
    names = [line.split()[1].split("(")[0] for line in shown.splitlines() if line.startswith("@callback")]
    assert names == sorted(names)
    assert set(names) == {name for name in vars(pyex.GenServer) if not name.startswith("_")}
    assert '@callback handle_cast(request, state)\n            Returns `("noreply", state)`' in shown
    optional = shown[shown.index("@optional_callbacks") :].replace(",", " ").split()[1:]
    assert optional == [name for name in names if name != "init"]


@pytest.mark.parametrize(
    ("behaviour", "names"),
    [
        ("Supervisor", ["init"]),
        ("DynamicSupervisor", ["init"]),
        ("Application", ["prep_stop", "start", "start_phase", "stop"]),
        (
            "Server",
            [
                *("code_change", "format_status", "handle_call", "handle_cast", "handle_continue", "handle_info"),
                "terminate",
            ],
        ),
        *((name, []) for name in ("Agent", "Task", "Registry", "Pool", "Process", "PartitionSupervisor", "Pid")),
    ],
)
def test_every_behaviour_of_otp(behaviour: str, names: list[str]) -> None:
    """Those that ask for something, and those that ask for nothing."""
    assert [each.name for each in callbacks.callbacks_of(getattr(pyex, behaviour))] == names


def test_callbacks_that_are_only_described_are_those_of_the_text() -> None:
    """What the list here says of applications, their own documentation says too."""
    text = str(pyex.Application.__doc__)
    assert all(f"{each.name}(" in text for each in callbacks.callbacks_of(pyex.Application))


def test_one_callback_has_its_text() -> None:
    """By itself or by its name; also where the behaviour offers a function of the same name."""
    assert told("b(GenServer.init)").startswith("@callback init(arg)\n\nCalled first, in the new process")
    assert told("b(GenServer.init)") == told('b("GenServer.init")')
    assert told("b(Supervisor.init)").startswith("@callback init(arg)\n")


def test_abstract_classes_protocols_and_raisers_are_behaviours() -> None:
    """Whatever asks others for functions."""
    classes = """
        import abc, typing
        class Shape(abc.ABC):
            @abc.abstractmethod
            def area(self, unit: str = "m") -> float: "How big. Returns a number."
            def twice(self): return 2 * self.area()
    """
    assert told(*textwrap.dedent(classes).strip().split("\n", 1), "b(Shape)") == (
        "@callback area(self, unit: str = 'm') -> float\n            Returns a number.\n\n"
    )
    protocol = "import typing\nclass P(typing.Protocol):\n    size: int\n    def run(self) -> None: ...\n"
    assert told(*protocol.split("\n", 1), "b(P)") == "@callback run(self) -> None\n\n@callback size: int\n\n"
    old = "class Old:\n    def run(self, x): raise NotImplementedError\n    def other(self): ...\n"
    assert told(old, "b(Old)") == "@callback run(self, x)\n\n"


@pytest.mark.parametrize("typed", ["Agent", "GenServer.call", "len", "42", '"nope"', "print", "__import__('json')"])
def test_what_asks_for_nothing_says_so(typed: str) -> None:
    """`No callbacks for … were found`, whatever it is."""
    name = {'"nope"': "nope", "__import__('json')": "json"}.get(typed, typed)
    assert told(f"b({typed})") == f"No callbacks for {name} were found\n"


# t and s


TYPES = """
    import dataclasses, enum, typing
    @dataclasses.dataclass
    class Point:
        x: int
        y: float = 0.0
        tags: list[str] = dataclasses.field(default_factory=list)

    class Pair(typing.NamedTuple):
        a: int
        b: str = "x"

    class Film(typing.TypedDict, total=False):
        name: str

    class Colour(enum.Enum):
        RED = 1

    Mode = typing.Literal["r", "w"]
    Id = typing.NewType("Id", int)
    class Plain: ...
"""


@pytest.fixture(scope="module")
def module_of_types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module with one type of each kind."""
    folder = tmp_path_factory.mktemp("types")
    (folder / "kinds_of_types.py").write_text(textwrap.dedent(TYPES))
    return folder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Point",
            "@dataclass\nclass Point:\n    x: int\n    y: float = 0.0\n"
            "    tags: list[str] = field(default_factory=list)",
        ),
        ("Pair", "class Pair(NamedTuple):\n    a: int\n    b: str = 'x'"),
        ("Film", "class Film(TypedDict, total=False):\n    name: str"),
        ("Colour", "class Colour(Enum):\n    RED = 1"),
        ("Mode", "Literal['r', 'w']"),
        ("Id", 'Id = NewType("Id", int)'),
        ("Plain", None),
    ],
)
def test_types_are_shown_as_one_would_write_them(module_of_types: Path, name: str, expected: str | None) -> None:
    """Each kind of type there is; a class without fields has none."""
    shown = told(
        f"import sys; sys.path.insert(0, {str(module_of_types)!r})", "import kinds_of_types as k", f"t(k.{name})"
    )
    assert shown == (f"{expected}\n\n" if expected else f"No type information for {name} was found\n")


def test_the_types_of_a_module_are_those_that_it_defines(module_of_types: Path) -> None:
    """All of them, in order, and none that it has imported."""
    shown = told(f"import sys; sys.path.insert(0, {str(module_of_types)!r})", "import kinds_of_types as k", "t(k)")
    heads = [
        line.split("(")[0].split(":")[0] for line in shown.splitlines() if line and not line.startswith((" ", "@"))
    ]
    assert heads == [
        "class Colour",
        "class Film",
        "Id = NewType",
        "type Mode = Literal['r', 'w']",
        "class Pair",
        "class Point",
    ]


def test_specifications_have_all_types() -> None:
    """A function's own, each overload, and those of all functions in a class."""
    assert told("s(Process.link)") == told("t(Process.link)") == "Process.link(pid: Pid) -> bool\n\n"
    assert len(told("s(blocking)").strip().splitlines()) == 2
    assert "Process.alive(pid: Pid) -> bool\n" in told("s(Process)")
    assert told("s(len)") == "No specification for len was found\n"
    assert told("def f(x): ...\n", "s(f)") == "No specification for f was found\n"
    assert told("t(3)") == "No type information for 3 was found\n"


# exports


def test_exports_are_sorted_columns() -> None:
    """All public functions with their parameters, sorted, as many columns as fit, below each other."""
    rows = told("exports(Process)").splitlines()
    names = [name.split("(")[0] for row in rows for name in row.replace(", ", ",").split()]
    assert names == sorted(names)
    assert {"link", "alive", "exit", "sleep"} <= set(names)
    assert "link(pid)" in "".join(rows)
    assert max(map(len, rows)) <= 80


def test_exports_of_the_prompt() -> None:
    """Without an argument: what there is at the prompt, mine included."""
    shown = told("def my_own(x): ...\n", "exports()")
    assert "my_own(x)" in shown
    assert "spawn" in shown
    assert "__" not in shown


@pytest.mark.parametrize(
    "typed",
    ["b()", "t()", "s()", "exports(3)", "exports('nope')", "open()", "open(3.5)", "open(len)", "open(None)"],
)
def test_nonsense_is_told_what_to_write(typed: str) -> None:
    """An error in the field's words, and no traceback of ours."""
    shown = told(typed)
    assert shown.startswith("** (ArgumentError) ")
    assert "helpers" not in shown
    assert "object at" not in shown


# open


@pytest.fixture(autouse=True)
def own_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a session sets as its editor is not that of the tests after it."""
    monkeypatch.setenv("PYEX_EDITOR", "")


def written_by_editor(tmp_path: Path, typed: str, *before: str) -> list[str] | str:
    """The arguments that the editor was started with; what the prompt printed where it was not."""
    seen = tmp_path / "seen.json"
    script = tmp_path / "editor.py"
    script.write_text(f"import json, sys\nopen({str(seen)!r}, 'w').write(json.dumps(sys.argv[1:]))\n")
    command = f"{sys.executable} {script} __LINE__ __FILE__"
    shown = told(f"import os; os.environ['PYEX_EDITOR'] = {command!r}; import json", *before, typed)
    found: list[str] = json.loads(seen.read_text()) if seen.exists() else []
    return found or shown


def place(text: str, file: str) -> list[str]:
    """The line and file where a text stands."""
    number = next(number for number, line in enumerate(Path(file).read_text().splitlines(), 1) if text in line)
    return [str(number), file]


def test_the_source_of_things_is_opened(tmp_path: Path) -> None:
    """A function, a class, a module, a method, a file with a line."""
    assert written_by_editor(tmp_path, "open(json.dumps)") == place("def dumps(", json.__file__)
    assert written_by_editor(tmp_path, "open(json)") == ["1", json.__file__]
    decoder = str(json.decoder.__file__)
    assert written_by_editor(tmp_path, "open(json.JSONDecoder)") == place("class JSONDecoder", decoder)
    assert written_by_editor(tmp_path, f"open(({json.__file__!r}, 7))") == ["7", json.__file__]
    gen_server = str(sys.modules["pyex.otp.gen_server"].__file__)
    assert written_by_editor(tmp_path, "open(GenServer.call)") == place("def call(", gen_server)
    assert written_by_editor(tmp_path, "open(GenServer)") == place("class GenServer(", gen_server)


def test_the_place_of_an_error_is_opened(tmp_path: Path) -> None:
    """Where it was raised, which is what one wants to see."""
    (tmp_path / "that_raises.py").write_text("def fail():\n    x = 1\n    raise ValueError(x)\n")
    path = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import that_raises"
    raising = "try:\n    that_raises.fail()\nexcept ValueError as error:\n    wrong = error\n"
    expected = ["3", str(tmp_path / "that_raises.py")]
    assert written_by_editor(tmp_path, "open(wrong)", path, raising) == expected
    assert written_by_editor(tmp_path, "open(wrong.__traceback__)", path, raising) == expected


def test_without_an_argument_it_is_the_place_of_a_pry_session(tmp_path: Path) -> None:
    """Where the process has stopped; elsewhere it says what it takes."""
    (tmp_path / "that_stops.py").write_text(
        "from pyex.repl.pry import pry\ndef stop():\n    x = 1\n    pry()\n    return x\n"
    )
    path = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import that_stops"
    assert written_by_editor(tmp_path, "open()", path, "that_stops.stop()") == ["4", str(tmp_path / "that_stops.py")]


def test_what_was_typed_has_no_file(tmp_path: Path) -> None:
    """Functions and classes of the prompt say so."""
    for typed in ("def f(): ...\n", "class f: ...\n", "class f:\n    def g(self): ...\n"):
        assert "f was typed at the prompt" in str(written_by_editor(tmp_path, "open(f)", typed))


def test_pythons_open_is_what_it_is_everywhere_else(tmp_path: Path) -> None:
    """Names, paths, numbers, modes and keywords: a file, not the editor."""
    path = tmp_path / "file.txt"
    path.write_text("hello")
    for opened in ("path", "pathlib.Path(path)", "os.open(path, 0)", "path, 'r'", "file=path", "os.fsencode(path)"):
        typed = f"with open({opened}) as file: print(file.read())\n"
        assert told(f"import os, pathlib; path = {str(path)!r}", typed) == "hello\n"
    assert told("open('/nowhere/at/all')").startswith("** (FileNotFoundError) ")


@pytest.mark.parametrize(
    ("setting", "command"),
    [
        ({"EDITOR": "vim"}, ["vim", "+12", "a b.py"]),
        ({"EDITOR": "/usr/bin/vim.basic -R"}, ["/usr/bin/vim.basic", "-R", "+12", "a b.py"]),
        ({"EDITOR": "emacs", "VISUAL": "nano"}, ["nano", "+12", "a b.py"]),
        ({"EDITOR": "vi", "PYEX_EDITOR": "code --wait"}, ["code", "--wait", "--goto", "a b.py:12"]),
        ({"VISUAL": "subl -w"}, ["subl", "-w", "a b.py:12"]),
        ({"VISUAL": "pycharm"}, ["pycharm", "--line", "12", "a b.py"]),
        ({"PYEX_EDITOR": "my --at=__LINE__ '__FILE__'"}, ["my", "--at=12", "a b.py"]),
        ({"EDITOR": "ed"}, ["ed", "a b.py"]),
        ({"EDITOR": "vi", "VISUAL": " "}, ["vi", "+12", "a b.py"]),
    ],
)
def test_editors_are_told_the_line_in_their_way(setting: dict[str, str], command: list[str]) -> None:
    """PYEX_EDITOR goes before VISUAL, that before EDITOR; placeholders stand for the place."""
    assert editor.command_for("a b.py", 12, setting) == command


def test_an_editor_that_is_not_there(tmp_path: Path) -> None:
    """No setting and no usual editor, a setting that cannot be read, and a program that does not exist."""
    with pytest.raises(pyex.ArgumentError, match="set PYEX_EDITOR, VISUAL or EDITOR"):
        editor.command_for("a.py", 1, {"PATH": str(tmp_path)})
    (tmp_path / "nano").touch(mode=0o755)
    assert editor.command_for("a.py", 2, {"PATH": str(tmp_path)}) == ["nano", "+2", "a.py"]
    with pytest.raises(pyex.ArgumentError, match="EDITOR is no command"):
        editor.command_for("a.py", 1, {"EDITOR": "vi 'x"})
    missing = "import os; os.environ['PYEX_EDITOR'] = '/nowhere/editor'"
    assert told(missing, "open(GenServer)").startswith(
        "** (ArgumentError) could not start /nowhere/editor: No such file"
    )


def test_places_that_are_none() -> None:
    """An error that was never raised, a file that is gone, a value without a source."""
    for value, message in (
        (ValueError("x"), "was not raised"),
        (("/nowhere.py", 3), "could not find the file /nowhere.py"),
        (3.5, "open takes a function, class or module"),
        (len, "built into Python"),
        (sys, "built into Python"),
        (int, "built into Python"),
    ):
        with pytest.raises(pyex.ArgumentError, match=message):
            source.place_of(value)


def test_the_editor_has_the_terminal_and_ctrl_c(tmp_path: Path) -> None:
    """It reads the keys, and Ctrl+C is its own affair: the prompt comes when it is left."""
    script = tmp_path / "editor.py"
    script.write_text(
        "import os, signal\n"
        "signal.signal(signal.SIGINT, lambda *_: os.write(1, b'not yet '))\n"
        "os.write(1, b'edit> ')\n"
        "print('typed:', os.read(0, 100).decode())\n"
    )
    with Screen("env", f"PYEX_EDITOR={sys.executable} {script}", *SHELL) as screen:
        screen.types("open(GenServer)")
        screen.waits_for(lambda: screen.last_line() == "edit>", "the editor")
        screen.presses(CTRL_C)
        screen.shows_somewhere("not yet")
        screen.types("done")
        screen.shows_somewhere("typed: done")
        screen.prompt(2)
        screen.types("1 + 1")
        screen.shows("2", "pyex(3)>")
