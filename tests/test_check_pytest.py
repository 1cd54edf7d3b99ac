"""The sessions of a project's texts as pytest's tests."""

from __future__ import annotations

import sys

import pytest

pytest_plugins = ["pytester"]

# Where the package is installed, pytest knows the plugin by itself.
PLUGIN = () if "pyex.repl.check.pytest_plugin" in sys.modules else ("-p", "pyex.repl.check.pytest_plugin")
GUIDE = """\
```pyex
pyex(1)> x = 1
1
```

# Later: on

```pyex
pyex(2)> x + 1
3
```

<!-- pyex: skip -->
```pyex
pyex(3)> 1
2
```

## Last

<!-- pyex: may fail -->
```pyex
pyex(3)> x
2
```
"""


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(*PLUGIN, "-v", *words)


def collected(pytester: pytest.Pytester, *words: str) -> list[str]:
    """The files of the tests that are collected."""
    items, _ = pytester.inline_genitems(*PLUGIN, *words)
    return [item.nodeid.partition("::")[0] for item in items]


def write(pytester: pytest.Pytester, **texts: str) -> None:
    for name, text in texts.items():
        (pytester.path / f"{name}.md").write_text(text, encoding="utf-8")


def test_a_file_that_is_named_is_collected(pytester: pytest.Pytester) -> None:
    """Each session is a test with the heading's name and its line; a failure is the diff, without a traceback."""
    write(pytester, guide=GUIDE)
    result = run(pytester, "guide.md")
    result.assert_outcomes(passed=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*guide.md::guide (line 1) PASSED*",
            "*guide.md::Later: on (line 8) FAILED*",
            "*guide.md::Later: on (line 14) SKIPPED*",
            "*guide.md::Last (line 22) PASSED*",
            "guide.md:9",
            "    x + 1",
            "--- written",
            "+++ printed",
            "@@ line 10 @@",
            "-3",
            "+2",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_one_session_may_be_chosen(pytester: pytest.Pytester) -> None:
    """A test that is chosen by its name is played in the shell of its file: those before it are played, too."""
    write(pytester, guide=GUIDE)
    result = run(pytester, "guide.md", "-k", "Last")
    result.assert_outcomes(passed=1, deselected=3)
    result = run(pytester, "guide.md", "-x")
    result.assert_outcomes(passed=1, failed=1)
    result = run(pytester, "guide.md", "--lf")
    result.assert_outcomes(failed=1)


def test_globs_find_files_for_every_run(pytester: pytest.Pytester) -> None:
    """What the ini names is added to testpaths, and not where files are named; the option's is added always."""
    right = "```pyex\npyex(1)> 1\n1\n```\n"
    (pytester.path / "docs").mkdir()
    for name in ("docs/a", "docs/b", "other"):
        write(pytester, **{name: right})
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "test_one.py").write_text("def test_one(): pass\n")
    pytester.makeini("[pytest]\ntestpaths = tests\npyex_transcripts = docs/*.md\n")
    assert collected(pytester) == ["tests/test_one.py", "docs/a.md", "docs/b.md"]
    assert collected(pytester, "tests") == ["tests/test_one.py"]
    assert collected(pytester, "docs") == ["docs/a.md", "docs/b.md"]
    assert sorted(collected(pytester, ".")) == ["docs/a.md", "docs/b.md", "tests/test_one.py"]
    assert collected(pytester, "tests", "--pyex-transcripts=o*.md") == ["tests/test_one.py", "other.md"]


def test_a_broken_file_is_an_error(pytester: pytest.Pytester) -> None:
    """It is told with file and line while tests are collected."""
    write(pytester, bad="```pyex\npyex(1)> 1\n")
    result = run(pytester, "bad.md")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["bad.md:1: this fence has no end: *"])


def test_an_interpreter_that_dies_fails_what_it_did_not_play(pytester: pytest.Pytester) -> None:
    """Sessions before that place pass; those after it fail, with the place."""
    sessions = ["1", "__import__('os')._exit(3)", "2"]
    write(pytester, guide="".join(f"```pyex\npyex(1)> {text};\n```\n" for text in sessions))
    result = run(pytester, "guide.md")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["guide.md:5: the interpreter that played it ended with status 3 here"])
