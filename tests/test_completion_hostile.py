"""Completion looks at objects that fight back, and runs none of their code."""

from __future__ import annotations

import functools
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pyex
from pyex.repl.completion import complete, find_completion

RAN: list[str] = []


@pytest.fixture(autouse=True)
def nothing_has_run() -> Iterator[None]:
    """Whatever a test completes, no trap of these has gone off."""
    RAN.clear()
    yield
    assert RAN == []


def trap(name: str) -> Any:
    def sprung(*args: object, **options: object) -> Any:
        RAN.append(name)
        raise AssertionError(f"completion has run {name}")

    return sprung


_TRAPS = (
    "__getattr__", "__dir__", "__repr__", "__str__", "__format__", "__eq__", "__ne__", "__lt__", "__hash__", "__bool__",
    "__len__", "__iter__", "__contains__", "__getitem__", "__missing__", "__call__", "__reversed__", "__length_hint__",
    "__index__", "__instancecheck__", "__subclasscheck__", "__del__", "__get__", "__set_name__", "__fspath__",
    "__prepare__", "__copy__", "keys", "values", "items", "get", "copy", "mro", "__mro_entries__",
)  # fmt: skip


def traps(*allowed: str) -> dict[str, Any]:
    """Special methods that all report that they have been run."""
    return {name: trap(name) for name in _TRAPS if name not in ("__set_name__", "mro", "__del__", *allowed)}


class Hostile:
    """An object all of whose special methods are traps."""

    locals().update(traps())
    __getattribute__ = trap("__getattribute__")
    __class__ = property(trap("__class__"))
    secret = property(trap("secret"))
    method = trap("method")
    size = 3


class HostileType(type):
    """A metaclass all of whose special methods are traps, once it is armed."""

    armed = False

    def __getattribute__(cls, name: str) -> Any:
        return trap(f"metaclass {name}")() if HostileType.armed else super().__getattribute__(name)

    def __hash__(cls) -> int:
        return int(trap("metaclass __hash__")()) if HostileType.armed else 1

    def __eq__(cls, other: object) -> bool:
        return bool(trap("metaclass __eq__")()) if HostileType.armed else cls is other

    def __instancecheck__(cls, instance: object) -> bool:
        return bool(trap("metaclass __instancecheck__")())

    def __subclasscheck__(cls, subclass: type) -> bool:
        return bool(trap("metaclass __subclasscheck__")()) if HostileType.armed else False

    def __repr__(cls) -> str:
        return str(trap("metaclass __repr__")())

    @property
    def computed(cls) -> object:
        return trap("metaclass property")()


class OfHostileType(metaclass=HostileType):
    own = 1

    def __init__(self, guest: str) -> None: ...


@pytest.fixture
def armed() -> Iterator[None]:
    HostileType.armed = True
    yield
    HostileType.armed = False


class HostileText(str):
    """A string that is none."""

    locals().update(traps("__hash__", "__eq__"))
    startswith = isidentifier = lower = casefold = trap("a method of a string")
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return bool(trap("__eq__ of a string")())


class HostileDict(dict[Any, Any]):
    locals().update(traps("__hash__", "__eq__"))
    __getattribute__ = trap("__getattribute__ of a dict")


def offered(text: str, **names: object) -> list[str]:
    return [each.text for each in find_completion(text, names).candidates]


EVERYWHERE = [
    "x", "x.", "x._", "x.s", "x.__d", "x.secret.", "x.method(", "x(", "x().", "x[", 'x["', 'x["a"]["', "x[0].", "f(x",
    "f(x, ", "x.method().", "h(x", "x.x.", "raise ", "raise x", "except x", "class A(x, ", "class A(x, r", "x.get('",
    "x\n", "send(", "Process.exit(", "f'{x.", "x.size.", "x.computed.", "(x).", "x.own.", "x.__class__.", "x.__dict__.",
]  # fmt: skip


@pytest.mark.parametrize("text", EVERYWHERE)
def test_no_special_method_of_an_object_is_run(text: str) -> None:
    """Wherever it stands: neither by listing it, nor by listing what is in it."""
    find_completion(text, {**vars(pyex), "x": Hostile(), "f": print, "h": print})


@pytest.mark.parametrize("text", EVERYWHERE)
@pytest.mark.usefixtures("armed")
def test_no_special_method_of_a_metaclass_is_run(text: str) -> None:
    """The class, and an instance of it."""
    find_completion(text, {**vars(pyex), "x": OfHostileType, "f": print, "h": print})
    find_completion(text, {**vars(pyex), "x": object.__new__(OfHostileType), "f": print, "h": print})


@pytest.mark.parametrize("text", EVERYWHERE)
def test_no_method_of_a_dict_is_run(text: str) -> None:
    """A class of dicts may do anything in its methods; what is in the dict is read without them."""
    find_completion(text, {**vars(pyex), "x": HostileDict(a=HostileDict(b=1)), "f": print, "h": print})


def test_what_can_be_told_is_told() -> None:
    """The attributes of such objects are offered all the same."""
    assert {"secret", "method", "size"} <= {*offered("x.", x=Hostile())}
    assert offered('x["a"]["', x=HostileDict(a=HostileDict(b=1))) == ["b"]
    assert offered("x[", x=HostileDict(a=1)) == ['"a"']


@pytest.mark.usefixtures("armed")
def test_what_can_be_told_of_classes_is_told() -> None:
    """Also of a class whose metaclass refuses to be asked anything; its functions are offered too."""
    assert {"own", "computed"} <= {*offered("x.", x=OfHostileType)}
    assert find_completion("x(", {"x": OfHostileType}).signatures == ("x(«guest»)",)


def test_keys_that_are_not_plain_are_passed_over() -> None:
    """Neither shown, for that needs their `__repr__`, nor compared, for that needs their `__eq__`."""

    class Key:
        __repr__ = __str__ = trap("__repr__ of a key")
        armed = False

        def __hash__(self) -> int:
            return int(trap("__hash__ of a key")()) if Key.armed else hash("a")

        def __eq__(self, other: object) -> bool:
            return bool(trap("__eq__ of a key")()) if Key.armed else self is other

    d = {Key(): 1, "a": {"inner": 1}, 2: 3}
    Key.armed = True
    assert offered("d[", d=d) == ['"a"', "2"]
    assert offered('d["', d=d) == ["a"]
    assert offered('d["a"]["', d=d) == ["inner"]


def test_strings_of_other_classes_are_no_names() -> None:
    """In a namespace, as a key, in an `__all__`, as a module's name or text."""
    odd = HostileText("a_name")
    module = types.ModuleType("shop")
    module.__dict__.update({"__all__": [odd, "sell"], "sell": 1, "__name__": odd, "__doc__": odd, "__path__": [odd]})
    namespace: dict[str, object] = {"module": module, "d": {odd: 1}, "f": len}
    namespace[odd] = 1
    for text in ("", "a_", "d[", 'd["', "module", "module._"):
        find_completion(text, namespace)
    assert [each.text for each in find_completion("module.", namespace).candidates] == ["sell"]


def test_descriptors_are_not_asked() -> None:
    """Neither properties nor cached ones nor any other class with a `__get__`."""

    class Descriptor:
        __get__ = trap("__get__")
        __set__ = trap("__set__")

    class Lazy:
        __get__ = trap("__get__")

    class Owner:
        data = Descriptor()
        lazy = Lazy()
        cached = functools.cached_property(trap("cached_property"))

    for text in ("x.", "x.data.", "x.lazy.", "x.cached.", "x.data(", "x.lazy(", "X.data.", "X.lazy(", "x.data"):
        find_completion(text, {"x": Owner(), "X": Owner})
    assert offered("x.", x=Owner()) == ["cached", "data", "lazy"]


def test_a_dict_of_attributes_that_is_none_is_left_alone() -> None:
    """A class may have a property named `__dict__`, and an instance a dict of a class of its own."""

    class Fake:
        __dict__ = property(trap("__dict__"))
        size = 1

    class Odd:
        pass

    odd = Odd()
    odd.__dict__ = HostileDict(width=1)
    assert offered("x.", x=Fake()) == ["size"]
    assert offered("x.", x=odd) == ["width"]


def test_what_is_local_to_a_thread_is_not_made() -> None:
    """Asking a `threading.local` for its attributes runs its `__init__` in every new thread."""

    class Local(threading.local):
        armed = False
        size = 1

        def __init__(self) -> None:
            if Local.armed:
                trap("__init__ of a local")()

    local, found = Local(), list[str]()
    Local.armed = True
    thread = threading.Thread(target=lambda: found.extend(offered("x.s", x=local)))
    thread.start()
    thread.join()
    assert found == ["size"]


def test_lazy_modules_stay_lazy() -> None:
    """A module's `__getattr__` is not called, nor is one that replaced its class."""

    class LazyModule(types.ModuleType):
        __getattribute__ = trap("__getattribute__ of a module")
        __dir__ = trap("__dir__ of a module")

    lazy, replaced = types.ModuleType("lazy"), LazyModule("replaced")
    lazy.__dict__.update({"__getattr__": trap("__getattr__ of a module"), "__all__": ["later"], "now": 1})
    assert offered("lazy.", lazy=lazy) == ["later"]
    assert offered("lazy.later.", lazy=lazy) == []
    find_completion("x.", {"x": replaced})


def test_signatures_are_not_computed() -> None:
    """Defaults are shown only where they are plain, annotations not at all; `__signature__` is ignored."""

    def function(x: object, y: object = Hostile(), *, z: object = HostileDict()) -> None: ...

    function.__defaults__ = type("Defaults", (tuple,), traps("__hash__", "__eq__"))((Hostile(),))
    function.__signature__ = Hostile()  # type: ignore[attr-defined]
    function.__doc__ = HostileText("Text.")
    function.__annotations__ = HostileDict({"return": Hostile()})
    assert find_completion("f(", {"f": function}).signatures == ("f(«x», y=..., *, z=...)",)
    assert offered("f().", f=function) == []

    def around() -> None: ...

    around.__wrapped__ = Hostile()  # type: ignore[attr-defined]
    find_completion("f(", {"f": around})
    around.__wrapped__ = around  # type: ignore[attr-defined]
    assert find_completion("f(", {"f": around}).signatures == ()
    hostile: Any = Hostile()
    find_completion("f(", {"f": types.MethodType(hostile, 1)})
    find_completion("f", {"f": types.MethodType(hostile, 1)})


def test_names_of_classes_and_functions_may_be_odd() -> None:
    """What shows as a default is shown by its text, not by its methods."""

    class Guest: ...

    def by(guest: type = Guest) -> None: ...

    Guest.__name__ = HostileText("Guest")
    assert find_completion("by(", {"by": by}).signatures == ("by(«guest=Guest»)",)


def test_modules_on_disk_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is code run for a package whose path is computed, or for odd entries of `sys.path` and `sys.modules`."""
    (tmp_path / "danger").mkdir()
    (tmp_path / "danger" / "__init__.py").write_text("raise SystemExit\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path, Hostile()])
    monkeypatch.setitem(sys.modules, "odd_one", Hostile())
    for text in ("import dan", "import danger.", "from danger import ", "import odd", "from odd_one import "):
        find_completion(text, {})
    assert "danger" not in sys.modules


def test_what_changes_meanwhile_is_no_error() -> None:
    """The processes run on in another thread while somebody presses Tab."""
    names: dict[str, object] = {"d": {}, "x": types.SimpleNamespace()}
    over = threading.Event()

    def churn() -> None:
        number = 0
        while not over.is_set():
            number += 1
            for target in (names, names["d"], vars(names["x"])):
                target[f"n{number % 500}"] = number  # type: ignore[index]
                target.pop(f"n{(number * 7) % 500}", None)  # type: ignore[attr-defined]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(100):
            for text in ("", "n", 'd["', "d[", "x.", "x.n1"):
                find_completion(text, names)
    finally:
        over.set()
        thread.join()
        sys.setswitchinterval(interval)


def test_nothing_is_ever_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a mistake of completion itself is only a Tab that does nothing."""
    monkeypatch.setattr("pyex.repl.completion.scan", trap("scan"))
    completion = complete("x", {})
    assert RAN.pop() == "scan"
    assert completion.candidates == () and completion.start == 1
