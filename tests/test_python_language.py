"""Python as the prompt's language: when Enter runs, how lines indent, what a paste holds, what an input echoes."""

from __future__ import annotations

import ast
import subprocess
import sys
import traceback
import warnings
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyex.repl.language.python_language import PythonLanguage


def echo(text: str, namespace: dict[str, object] | None = None) -> object:
    return PythonLanguage().compile(text, "<input>").run({} if namespace is None else namespace)


def error_of(text: str) -> SyntaxError:
    with pytest.raises(SyntaxError) as caught:
        PythonLanguage().compile(text, "pyex(3)")
    return caught.value


# When Enter runs the text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment",
        "x = 1",
        "x = 1; y = 2",
        "x = [1,\n2]",
        "x = \\\n  1",
        '"""a\n\nb"""',
        "if x:\n    y\n",
        "if x:\n    y\n    ",
        "def f():\n    a\n\n    b\n",
        "def f():\n    a\n\nf()",
        "@decorator\ndef f():\n    pass\n",
        "async def f():\n    await g()\n",
        "match x:\n    case 1:\n        y\n",
        "try:\n    x\nexcept E:\n    y\n",
        "class A: pass\n",
        "return 1",
        "if x:\r\n    y\r\n",
    ],
)
def test_enter_runs_what_is_finished(text: str) -> None:
    """A statement that is whole, or a block that an empty line ends, runs on Enter."""
    assert PythonLanguage().state(text) == "complete"


@pytest.mark.parametrize(
    "text",
    [
        "if x:",
        "if x:\n    y",
        "if x: y",
        "class A: pass",
        "def f():\n    a\n\n    b",
        "x = 1\nif x:\n    y",
        "x = (1,",
        "x = (\n\n",
        "x = 1 + \\",
        '"""a\n\n',
        "@decorator\n",
        "try:\n    x\n\n",
        "match x:",
        "async with a as b:\n",
    ],
)
def test_enter_starts_another_line_while_more_must_follow(text: str) -> None:
    """An open block, bracket, string or line is not run yet."""
    assert PythonLanguage().state(text) == "incomplete"


@pytest.mark.parametrize("text", ["x = = 1", "(1 2", "'abc", "  x", "else:", "f(:ok)", "a\0b", "\udcff", "(" * 999])
def test_enter_runs_what_can_never_become_right(text: str) -> None:
    """A text that no further line can mend is run, so that its error is shown."""
    assert PythonLanguage().state(text) == "invalid"


@given(st.text(alphabet="ab1 \n\t:;()[]{}'\"\\#@=,.|>?\0\udcff\f\rif def", max_size=60) | st.text(max_size=60))
def test_no_text_makes_the_language_raise(text: str) -> None:
    """Judging, indenting, stripping and splitting never raise; compiling raises SyntaxError at most."""
    language = PythonLanguage()
    assert language.state(text) in ("complete", "incomplete", "invalid")
    assert not language.indent(text).strip()
    language.strip_prompts(text)
    for source in language.split(text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                language.compile(source, "<input>")
        except SyntaxError:
            pass


@pytest.mark.parametrize(
    "text", ["-" * 100_000 + "1", "not " * 100_000 + "x", "1" + "+1" * 100_000, "x" + ".x" * 50_000]
)
def test_absurd_nesting_is_a_syntax_error(text: str) -> None:
    """Nesting beyond what Python can compile is reported as a syntax error, whatever Python itself raises."""
    assert PythonLanguage().state(text) == "invalid"
    assert "cannot compile" in str(error_of(text))


def test_a_warning_is_given_once_by_compiling() -> None:
    """Typing a bad escape warns when the input is compiled, not while it is judged and split."""
    language = PythonLanguage()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        language.state("'\\d'")
        [source] = language.split("'\\d'")
        assert seen == []
        language.compile(source, "<input>")
    assert len(seen) == 1


def test_judging_a_text_leaves_a_strict_warning_filter_alone() -> None:
    """With warnings turned into errors, a bad escape is still a finished text."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert PythonLanguage().state("'\\d'") == "complete"


def test_the_lexer_is_imported_only_when_asked_for() -> None:
    """Starting the language does not pay for Pygments."""
    program = (
        "import sys; from pyex.repl.language.python_language import PythonLanguage as P; p = P(); p.state('x');"
        "before = 'pygments' in sys.modules; print(before, p.lexer.name)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False Python\n"


# Indentation


@pytest.mark.parametrize(
    ("text", "margin"),
    [
        ("", ""),
        ("x = 1", ""),
        ("if x:", "    "),
        ("if x:  # why: because", "    "),
        ("x = 'a:'", ""),
        ("x = 1  # a:", ""),
        ("class A:\n    def f(self):", "        "),
        ("def f(a,\n      b):", "    "),
        ("f(", "    "),
        ("f(\n    1,", "    "),
        ("f(\n    1,\n)", ""),
        ("x = {'a': [", "    "),
        ("def f():\n    return 1", ""),
        ("def f():\n    if x:\n        raise E", "    "),
        ("def f():\n    return g(\n        1)", ""),
        ("def f():\n    returned = 1", "    "),
        ("for x in y:\n    if x: continue", "    "),
        ("x = 1 + \\", "    "),
        ("if x:\n\ty", "\t"),
        ("if x:\n\tif y:", "\t\t"),
        ("if x:\n    ", "    "),
        ("    '''doc:", "    "),
    ],
)
def test_the_next_line_is_indented_as_an_editor_would(text: str, margin: str) -> None:
    """One step in after a colon or an open bracket, one step out after a statement that leaves the block."""
    assert PythonLanguage().indent(text) == margin


# Pasted sessions

SESSION = """\
pyex(1)> class A:
...(1)>     x = 1
...(1)>
...(1)>     y = 2
...(1)>
pyex(2)> pid = spawn(A)
#PID<0.98.0>
pyex(3)> Process.exit(pid, "kill")
** (EXIT from #PID<0.98.0>) shell process exited with reason: killed

Interactive pyex - press Ctrl+C to exit (type h() ENTER for help)
pyex(1)> self()
#PID<0.99.0>
"""


def test_a_pasted_session_is_reduced_to_its_code() -> None:
    """Prompts, results, exit reports and banners go; the typed lines stay, blank ones in a block too."""
    code = PythonLanguage().strip_prompts(SESSION)
    assert code == 'class A:\n    x = 1\n\n    y = 2\n\npid = spawn(A)\nProcess.exit(pid, "kill")\nself()'


@pytest.mark.parametrize(
    ("session", "code"),
    [
        (">>> 1 + 1\n2\n>>> 3", "1 + 1\n3"),
        (">>> f()\n1\n...\n2", "f()"),
        ("pyex> x = 1", "x = 1"),
        ("  pyex(1)> x\n  1\n  pyex(2)> y", "x\ny"),
        ("\n\npyex(12)> x\n", "x"),
        ("pyex(1)> x\n1\npyex(2)> \npyex(2)>", "x"),
        ("pyex(one@host)7> x", "x"),
        ("pyex(1)> x\r\n1\r\npyex(2)> y\r\n", "x\ny"),
    ],
)
def test_prompts_of_every_kind_are_recognised(session: str, code: str) -> None:
    """Python's own prompts, unnumbered ones, a node's, indented sessions and Windows line ends all work."""
    assert PythonLanguage().strip_prompts(session) == code


@pytest.mark.parametrize("text", ["x = 1\r\ny", "iex(1)> self", "x = '''\n>>> y\n'''", "...(1)> x", "", "pyex(1)>x"])
def test_what_is_no_session_stays_as_it_is(text: str) -> None:
    """Text that does not begin with one of our prompts is not touched."""
    assert PythonLanguage().strip_prompts(text) == text


@pytest.mark.parametrize("tail", ["", "\n", "\n...(1)> ", "\n...(1)>\n"])
def test_a_pasted_class_is_ready_to_run(tail: str) -> None:
    """A class copied from a session needs no further Enter, with or without its closing empty line."""
    language = PythonLanguage()
    code = language.strip_prompts("pyex(1)> class A:\n...(1)>     x = 1" + tail)
    assert language.state(code) == "complete"


# Splitting


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("", []),
        ("  \n\n", []),
        ("# nothing\n  # more", []),
        ("x", ["x"]),
        ("x\ny", ["x", "y"]),
        ("x = 1; y = 2\nz", ["x = 1; y = 2", "z"]),
        ("x = '''\n'''; y = 2\nz", ["x = '''\n'''; y = 2", "z"]),
        ("# why\n@d\ndef f():\n    a\n\n    b\n\nf()\n", ["# why\n@d\ndef f():\n    a\n\n    b", "f()"]),
        ("if x:\n    y\n    # inside\n# above z\nz", ["if x:\n    y\n    # inside", "# above z\nz"]),
        ("x  # one\ny\n# end", ["x  # one", "y\n# end"]),
        ("'é'; x\ny", ["'é'; x", "y"]),
        ("x\r\ny\r\n", ["x", "y"]),
        ("\n\nif x: y\nelse: z\nw", ["if x: y\nelse: z", "w"]),
    ],
)
def test_each_statement_of_a_paste_is_an_input(text: str, inputs: list[str]) -> None:
    """Every top-level statement is evaluated, and so echoed, by itself, with its comments and decorators."""
    assert PythonLanguage().split(text) == inputs


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("x = 1\ny = = 2\nz", ["x = 1", "y = = 2\nz"]),
        ("x\n@d\ndef f(:\n    y", ["x", "@d\ndef f(:\n    y"]),
        ("if x:\n    y\nelse x:\n    z", ["if x:\n    y\nelse x:\n    z"]),
        ("x\nf('''a\nb", ["x", "f('''a\nb"]),
        ("send pid, :ok", ["send pid, :ok"]),
    ],
)
def test_what_stands_before_a_broken_statement_comes_first(text: str, inputs: list[str]) -> None:
    """The good statements are inputs of their own; the broken one is never cut in the middle."""
    assert PythonLanguage().split(text) == inputs


STATEMENTS = st.sampled_from(
    [
        "x = 1",
        "x = 1;",
        "x; y",
        "f(a,\n  b)",
        "s = '''a\n\n# no comment\n'''",
        "x = 1 + \\\n  2",
        "x = 1 \\\n",
        "x = 1;\\\ny = 2",
        "if a:\n    b\n\n    c\n    # tail\nelse:\n    d",
        "@d\n# between\n@e(\n  1)\nclass A:\n    '''é'''\n    x = 'ü'; y = 2",
        "for a in b: c",
        "# comment \\",
        "    # indented comment",
        "",
        "   ",
        "\f",
        "'ä' ; b  # c",
    ]
)


@given(st.lists(STATEMENTS, max_size=8).map(lambda statements: "\n".join(statements) + "\n\n"))
def test_splitting_loses_no_statement(text: str) -> None:
    """The inputs hold, one after another, exactly the statements of the text, and each of them compiles."""
    inputs = PythonLanguage().split(text)
    parsed = [ast.dump(node) for source in inputs for node in ast.parse(source).body]
    assert parsed == [ast.dump(node) for node in ast.parse(text).body]


# Echo


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 1", 2),
        ("x = 1; x + 1", 2),
        ("x = 3", 3),
        ("a, b = 'xy'", "xy"),
        ("a = b = 3", 3),
        ("*a, b = 1, 2, 3", (1, 2, 3)),
        ("x: int = 4", 4),
        ("(y := 5)", 5),
        ("d = {}\nd['k'] = 6", 6),
        ("'text'", "text"),
        ("1  # comment;", 1),
        ("'é' + ';'", "é;"),
        ("None", None),
        ("", None),
        ("x: int", None),
        ("def f(): return 1", None),
        ("import sys", None),
        ("for x in [1]: x", None),
        ("x = 1\ndel x", None),
    ],
)
def test_the_value_of_a_last_expression_or_assignment_is_echoed(text: str, value: object) -> None:
    """Expressions and assignments echo, statements do not."""
    assert echo(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("if True:\n    5\n", 5),
        ("if False:\n    5\n", None),
        ("if False:\n    5\nelif True:\n    y = 6\nelse:\n    7\n", 6),
        ("match ('price', 8):\n    case ('price', p):\n        p\n    case _:\n        9\n", 8),
        ("match 1:\n    case 2:\n        p\n", None),
        ("try:\n    1 / 0\nexcept ZeroDivisionError:\n    10\nfinally:\n    11\n", 10),
        ("try:\n    12\nexcept ZeroDivisionError:\n    10\nelse:\n    13\n", 13),
        ("import contextlib\nwith contextlib.nullcontext(14) as n:\n    n\n", 14),
        ("if True:\n    if True:\n        15\n", 15),
        ("if True:\n    for x in [1]:\n        x\n", None),
    ],
)
def test_a_branch_has_the_value_of_its_last_statement(text: str, value: object) -> None:
    """As in Elixir: what an `if`, `match`, `try` or `with` ends with is what it is worth. Loops are worth nothing."""
    assert echo(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1;", 1), ("x = 1 ;  # quiet", 1), ("'é';", "é"), ("x = 2; x + 1;", 3)],
)
def test_what_ends_in_a_semicolon_is_kept_and_not_shown(text: str, value: object) -> None:
    """It has its value, and says that it is not for the screen."""
    assert echo(text) == value
    assert PythonLanguage().compile(text, "x").is_quiet == text.partition("#")[0].rstrip().endswith(";")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x += 1", 11),
        ("box.size *= 3", 6),
        ("items[0] -= 1", 4),
        ("items[0:2] += [9]", [5, 6, 9]),
        ("grid[1, ::2] += 1", 8),
        ("items += [8]", [5, 6, 7, 8]),
    ],
)
def test_an_augmented_assignment_echoes_the_new_value(text: str, value: object) -> None:
    """`x += 1` echoes what x has become, for names, attributes, elements and slices."""

    class Box:
        size = 2

    class Grid:
        def __getitem__(self, key: object) -> int:
            assert key == (1, slice(None, None, 2))
            return 7

        def __setitem__(self, key: object, value: object) -> None:
            assert (key, value) == ((1, slice(None, None, 2)), 8)

    namespace: dict[str, object] = {"x": 10, "box": Box(), "items": [5, 6, 7], "grid": Grid()}
    assert echo(text, namespace) == value


def test_every_part_of_an_assignment_is_evaluated_once_and_in_order() -> None:
    """Echoing costs no second evaluation: side effects happen as often and in the order Python gives them."""
    program = "at('list')[at('index'):at('end')] {} at('value')\n"
    for operator in ("=", "+="):
        seen: list[str] = []
        values = {"list": [1, 2, 3], "index": 0, "end": 2, "value": [4]}

        def at(name: str, seen: list[str] = seen, values: dict[str, object] = values) -> object:
            seen.append(name)
            return values[name]

        echo(program.format(operator), {"at": at})
        by_shell, _ = list(seen), seen.clear()
        exec(program.format(operator), {"at": at})
        assert by_shell == seen


@given(
    st.sampled_from(["x", "box.size", "row[i]", "row[i:]", "row[:-1]", "(x)", "unknown"]),
    st.sampled_from(["=", "+=", "*="]),
    st.sampled_from(["2", "[2]", "(2,)", "x", "row", "1 / 0"]),
)
def test_echoing_never_changes_what_an_input_does(target: str, operator: str, value: str) -> None:
    """A namespace ends up the same, and an error is the same, as if Python had executed the text itself."""
    text = f"{target} {operator} {value}"
    outcomes = []
    for run in (lambda namespace: echo(text, namespace), lambda namespace: exec(text, namespace)):
        namespace: dict[str, object] = {"x": 1, "row": [1, 2], "i": 1, "box": ModuleType("box")}
        namespace["box"].size = 3  # type: ignore[attr-defined]
        try:
            run(namespace)
            error = ""
        except Exception as raised:
            error = repr(raised)
        size = namespace.pop("box").size  # type: ignore[attr-defined]
        namespace.pop("__builtins__", None)
        outcomes.append(repr((namespace, size, error)))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("text", ["x = 1", "'text'", "'text';", "row[0] += 1", "row[0] += 1 / 0", "a, b = 1", "dir()"])
def test_nothing_hidden_stays_behind(text: str) -> None:
    """After an input, also one that raised, the namespace holds only what the input itself bound."""
    namespace: dict[str, object] = {"row": [1]}
    try:
        value = echo(text, namespace)
    except (ZeroDivisionError, TypeError):
        value = None
    assert set(namespace) <= {"row", "x", "__builtins__"}
    if text == "dir()":
        assert value == ["__builtins__", "row"]


@pytest.mark.parametrize("text", ["x = (\n  1 /\n  0)", "a = 1\n\nx = 1 / 0", "d = {}\n\nd['k'] += 1", "\n\na, b = 1"])
def test_a_traceback_names_the_file_and_the_line(text: str) -> None:
    """An error is reported at the line Python itself would report, under the name given."""
    with pytest.raises(Exception) as by_shell:
        PythonLanguage().compile(text, "pyex(7)").run({})
    with pytest.raises(Exception) as by_python:
        exec(compile(text, "pyex(7)", "exec"), {})
    ours, theirs = (traceback.extract_tb(caught.value.__traceback__)[-1] for caught in (by_shell, by_python))
    assert (ours.filename, ours.lineno) == ("pyex(7)", theirs.lineno)


def test_future_imports_stay_in_force() -> None:
    """After `from __future__ import annotations`, a later annotation is not evaluated; elsewhere it still is."""
    language = PythonLanguage()
    language.compile("from __future__ import annotations", "<input>").run({})
    language.compile("def f(x: unknown): pass", "<input>").run({})
    with pytest.raises(NameError):
        echo("def f(x: unknown): pass")


# What an input binds


@pytest.mark.parametrize(
    ("text", "code", "classes"),
    [
        ("x = 1", set(), set()),
        ("def f(): pass", {"f"}, set()),
        ("async def f(): pass", {"f"}, set()),
        ("class A:\n    def m(self): import os", {"A"}, {"A"}),
        ("import a.b, c.d as e", {"a", "e"}, set()),
        ("from a import b, c as d", {"b", "d"}, set()),
        ("if x:\n    def f(): pass\nelif y:\n    class A: pass\nelse:\n    import os", {"f", "A", "os"}, {"A"}),
        ("try:\n    import a\nexcept E:\n    a2 = 1\n    import b\nelse:\n    import c\nfinally:\n    import d",
         {"a", "b", "c", "d"}, set()),
        ("with x as y:\n    for z in y:\n        while z:\n            class A: pass", {"A"}, {"A"}),
        ("match x:\n    case 1:\n        def f(): pass", {"f"}, set()),
        ("f = lambda: 0", set(), set()),
    ],
)  # fmt: skip
def test_def_class_and_import_bind_code(text: str, code: set[str], classes: set[str]) -> None:
    """Names bound by def, class and import are known, in blocks too, and not those inside functions and classes."""
    compiled = PythonLanguage().compile(text, "<input>")
    assert (compiled.binds_code, compiled.binds_classes) == (code, classes)


def test_a_star_import_binds_the_modules_public_names() -> None:
    """When `from module import *` has run, its names count as code; before, and if it never ran, they do not."""
    import string

    compiled = PythonLanguage().compile("from string import *", "<input>")
    assert compiled.binds_code == frozenset()
    compiled.run({})
    assert compiled.binds_code == set(string.__all__)
    never = PythonLanguage().compile("if 0:\n    from string import *", "<input>")
    never.run({})
    assert never.binds_code == frozenset()


# Errors that help


@pytest.mark.parametrize(
    ("text", "name", "column"),
    [
        ("Process.exit(pid, :kill)", "kill", 19),
        (":ok", "ok", 1),
        ('{:hello, "x"}', "hello", 2),
        ("[:a, :b]", "a", 2),
        ("x = 'é' + :alive?", "alive?", 11),
        ("send pid, {:counter}", "counter", 12),
        ("{1: :one}", "one", 5),
        ("if x == :ok:\n    y\n", "ok", 9),
    ],
)
def test_an_atom_typed_as_in_elixir_is_explained(text: str, name: str, column: int) -> None:
    """The error says how the atom is written here, and points at it."""
    error = error_of(text)
    assert error.msg == f':{name} is Elixir\'s way to write an atom; in pyex write "{name}"'
    assert (error.filename, error.lineno, error.offset) == ("pyex(3)", 1, column)


def test_a_quoted_atom_is_explained() -> None:
    """An atom with a space in it is named with its quotes."""
    assert (
        error_of('f(:"two words")').msg == ':"two words" is Elixir\'s way to write an atom; in pyex write "two words"'
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x |> f()", "the pipe |> is Elixir; in pyex write f(g(x))"),
        ("pid = spawn fn -> M.start end", "spawn(lambda: …)"),
        ("defmodule M do\n  x\nend", "a block starts with :"),
        ("receive do", "a block starts with :"),
    ],
)
def test_elixir_habits_are_explained(text: str, hint: str) -> None:
    """Pipes, anonymous functions and do blocks get an error that says what to write."""
    assert hint in error_of(text).msg


@pytest.mark.parametrize(
    "text",
    [
        "x[1:n",
        "f(a:b)",
        "{a:b, c d}",
        "f('|> :ok') z",
        "x y  # :ok |> do",
        "'abc",
        "y = x[:n] z",
        "x[:n",
        "y = x[0, :n] z",
    ],
)
def test_other_errors_stay_pythons_own(text: str) -> None:
    """A slice, a dict, a string or a comment in a broken line is not taken for Elixir."""
    with pytest.raises(SyntaxError) as own:
        ast.parse(text)
    assert error_of(text).msg == own.value.msg


@pytest.mark.parametrize("text", ["x = [1][:n]", "{a :b}", "(lambda :b)()", "if a :b = 1\n", "x :a = b", "[1][0 :n]"])
def test_valid_python_is_never_taken_for_elixir(text: str) -> None:
    """Odd but right Python runs, however much it looks like an atom."""
    assert PythonLanguage().state(text) == "complete"
    echo(text, {"a": 1, "b": 2, "n": 1})


@pytest.mark.parametrize("text", ["await x", "x = yield", "return 1", "x = 1\nbreak"])
def test_what_only_a_function_may_do_is_a_syntax_error_with_its_line(text: str) -> None:
    """Python's own errors about await, yield, return and break show the line they are about."""
    error = error_of(text)
    assert "outside" in error.msg
    assert (error.text or "").strip() == text.split("\n")[-1]


def test_an_await_at_the_prompt_says_what_to_write() -> None:
    """Who is used to IPython's `await f()` is told of `blocking(f)`."""
    assert error_of("await f(1)").msg.startswith("'await' outside function; blocking(f, …) runs")
    assert error_of("1 + await f(1)").msg.startswith("'await' outside function; blocking(f, …) runs")
