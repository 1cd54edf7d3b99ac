"""The examples in the texts of the runtime, each run as it would be at a prompt."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import pyex

# Packages with tests of their own.
OTHERS = {"pyex.repl", "pyex.observer"}


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    """A package and its modules, down to the last."""
    yield package
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if found.name in OTHERS or found.name.endswith(".__main__"):
            continue
        module = importlib.import_module(found.name)
        if found.ispkg:
            yield from modules_of(module)
        else:
            yield module


def examples() -> list[doctest.DocTest]:
    """The texts that hold examples. Each begins with what `from pyex import *` binds, what a star import of its module
    does where there is more, and its own function.
    """
    everywhere = {name: getattr(pyex, name) for name in pyex.__all__}
    found = []
    for module in modules_of(pyex):
        public = {**everywhere, **{name: getattr(module, name) for name in getattr(module, "__all__", ())}}
        for text in doctest.DocTestFinder(exclude_empty=True).find(module):
            own = text.name.removeprefix(module.__name__ + ".")
            text.globs = {**public, own: getattr(module, own)} if hasattr(module, own) else dict(public)
            if text.examples:
                found.append(text)
    return found


EXAMPLES = examples()


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.name.removeprefix("pyex."))
def test_the_examples_are_true(text: doctest.DocTest) -> None:
    """What a docstring shows is what one sees, also where another process prints it."""
    reports: list[str] = []

    def run_examples() -> int:
        # doctest puts a stream of its own in the place of sys.stdout, which all processes print to meanwhile.
        runner = doctest.DocTestRunner()
        return runner.run(text, out=reports.append, clear_globs=False).failed

    assert pyex.run(run_examples) == 0, "\n" + "".join(reports)


def test_examples_are_found() -> None:
    """The finder finds the texts: were they none, the test above could not fail."""
    names = {text.name for text in EXAMPLES}
    assert {"pyex.mailbox.receive", "pyex.process.Process.info", "pyex.spawn.become"} <= names


def test_an_example_that_is_wrong_is_found() -> None:
    """A text that shows something else than what happens fails, also where another process prints."""
    wrong = ">>> pid = spawn(print, 'one thing')\n>>> _ = Process.sleep(10)\nanother thing\n"
    public = {name: getattr(pyex, name) for name in pyex.__all__}
    text = doctest.DocTestParser().get_doctest(wrong, public, "wrong", None, None)
    reports: list[str] = []
    runner = doctest.DocTestRunner()
    assert pyex.run(lambda: runner.run(text, out=reports.append).failed) == 1
    assert "Got:\n    one thing\n" in "".join(reports)
