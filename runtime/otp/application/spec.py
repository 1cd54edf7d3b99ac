"""What an application is: its name, its callback module, what it needs. OTP has it in a file, `pooly.app`."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from pyex.atom import INFINITY, Atom
from pyex.errors import ArgumentError, describe

UNDEFINED = Atom("undefined")
# The keys of a spec, in OTP's order, and what they are where nothing is said. `env` is not shown with the others.
KEYS: dict[str, Any] = {
    "description": "",
    "id": "",
    "vsn": "",
    "modules": [],
    "maxP": INFINITY,
    "maxT": INFINITY,
    "registered": [],
    "included_applications": [],
    "optional_applications": [],
    "applications": [],
    "mod": [],
    "start_phases": UNDEFINED,
}
_LISTS = ("registered", "included_applications", "optional_applications", "applications")
# What a class can say of its application, beside the keys of a spec.
CLASS_OPTIONS = frozenset({*KEYS, "args", "env", "name", "version"}) - {"id", "mod"}


class BadSpec(Exception):
    """An application cannot be loaded; `reason` is OTP's term for it."""

    def __init__(self, *reason: Any) -> None:
        super().__init__(*reason)
        self.reason = reason if len(reason) > 1 else reason[0]


@dataclass(frozen=True, slots=True)
class Spec:
    """An application. `keys` are those of `KEYS`; `mod` is `(module, args)`, or [] where nothing is to be started."""

    name: Atom
    keys: dict[str, Any]
    env: dict[Any, Any] = field(default_factory=dict)
    # The class that has defined it, if one has.
    definition: type | None = None

    @property
    def module(self) -> Any:
        return self.keys["mod"][0]


# The applications that classes have defined. The last class of a name counts.
_definitions: dict[Atom, Spec] = {}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def define(module: type, options: dict[str, Any]) -> None:
    """Remember the application that a class is the callback module of."""
    given = dict(options)
    name = given.pop("name", None) or _WORDS.sub("_", module.__name__).lower()
    if not isinstance(name, str):
        raise ArgumentError(f"the name of an application is a string, got: {describe(name)}")
    if "version" in given:
        given["vsn"] = given.pop("version")
    given["mod"] = (module, given.pop("args", []))
    given.setdefault("modules", [module])
    _definitions[Atom(name)] = _spec(Atom(name), given, module)


def name_of(app: Any) -> Atom:
    """The name of an application, which its class stands for too. Raises `ArgumentError` for what is neither."""
    if isinstance(app, str):
        return Atom(app)
    for name, spec in _definitions.items():
        if spec.definition == app:
            return name
    raise ArgumentError(f"not an application: {describe(app)}; write its name or its class")


def defined(name: Atom) -> Spec | None:
    """An application that a class has defined."""
    return _definitions.get(name)


def imported(name: Atom) -> Spec:
    """An application that is defined by an import of the module of its name. Raises `BadSpec` where there is none."""
    if name.isidentifier():
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    if name not in _definitions:
        raise BadSpec("no such file or directory", f"{name}.app")
    return _definitions[name]


def spec_of(term: Any) -> Spec:
    """The spec in OTP's own form, `("application", name, {…})`. Raises `BadSpec`."""
    match term:
        case ("application", str() as name, dict() as options) if isinstance(term, tuple):
            return _spec(Atom(name), options, None)
        case ("application", str(), options) if isinstance(term, tuple):
            raise BadSpec(Atom("invalid_options"), options)
    raise BadSpec(Atom("bad_application"), term)


def belongs(module: Any, spec: Spec) -> bool:
    """Whether a class or Python module is one of an application's: listed there, or of the package of its class."""
    if module in spec.keys["modules"]:
        return True
    name = module.__name__ if isinstance(module, ModuleType) else getattr(module, "__module__", None)
    if spec.definition is None or not isinstance(name, str) or name == "__main__":
        return False
    package = spec.definition.__module__.partition(".")[0]
    return name == package or name.startswith(f"{package}.")


def _spec(name: Atom, options: dict[str, Any], definition: type | None) -> Spec:
    for key in options:
        if key not in KEYS and key != "env":
            raise ArgumentError(f"unknown key {key!r} of application {name!r}; known are {', '.join([*KEYS, 'env'])}")
    keys = {**KEYS, **{key: option for key, option in options.items() if key in KEYS}}
    for key in _LISTS:
        keys[key] = [Atom(each) if type(each) is str else each for each in _list(name, key, keys[key])]
    keys["modules"] = list(keys["modules"])
    phases = keys["start_phases"]
    if phases is None:
        keys["start_phases"] = UNDEFINED
    elif phases != UNDEFINED:
        keys["start_phases"] = [(Atom(phase), args) for phase, args in dict(phases).items()]
    match keys["mod"]:
        case (type() | ModuleType(), _) | []:
            pass
        case other:
            raise BadSpec(Atom("badstartspec"), other)
    env = options.get("env", {})
    if not isinstance(env, dict):
        raise ArgumentError(f"env of application {name!r} is a dict, got: {describe(env)}")
    return Spec(name, keys, dict(env), definition)


def _list(name: Atom, key: str, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ArgumentError(f"{key} of application {name!r} is a list, got: {describe(value)}")
    return list(value)
