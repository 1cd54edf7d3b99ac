"""Match specifications, `[(pattern, [guard, …], [body, …]), …]`, made into a function of an object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyex.atom import Atom
from pyex.errors import bad_argument
from pyex.message import copied
from pyex.otp.ets.function import FUNCTIONS, same
from pyex.otp.ets.pattern import (
    BadPattern,
    Bindings,
    Test,
    compile_pattern,
    is_constant,
    is_variable,
    variable_number,
    variables_in,
)

# What an object gives that no clause matches.
NO_MATCH = object()
# What a body gives that fails.
FAILED = Atom("EXIT")

Expression = Callable[[Any, Bindings], Any]


class Failure(Exception):
    """Of a function in a guard or body."""


@dataclass(frozen=True, slots=True)
class Clause:
    pattern: Any
    test: Test
    guards: list[Expression]
    body: list[Expression]
    # As it was written.
    result: Any


@dataclass(frozen=True, slots=True)
class Spec:
    """A match specification, ready to be applied."""

    clauses: list[Clause]

    def apply(self, item: Any) -> Any:
        """What the first clause gives that matches the object, or NO_MATCH. The result shares with the object."""
        for clause in self.clauses:
            bindings: Bindings = {}
            if not clause.test(item, bindings):
                continue
            if all(_holds(guard, item, bindings) for guard in clause.guards):
                return _evaluate(clause.body, item, bindings)
        return NO_MATCH


def _holds(guard: Expression, item: Any, bindings: Bindings) -> bool:
    try:
        return guard(item, bindings) is True
    except Failure:
        return False


def _evaluate(body: list[Expression], item: Any, bindings: Bindings) -> Any:
    try:
        return [expression(item, bindings) for expression in body][-1]
    except Failure:
        return FAILED


def compile_spec(spec: Any) -> Spec:
    """Raises `ArgumentError` for what is no match specification."""
    try:
        return checked_spec(spec)
    except BadPattern as problem:
        error = bad_argument(2, "not a valid match specification")
        error.add_note(str(problem))
        raise error from None


def checked_spec(spec: Any) -> Spec:
    if not isinstance(spec, list):
        raise BadPattern(f"A match specification is a list of tuples (pattern, guards, body): {spec!r}")
    return Spec([_clause(clause) for clause in spec])


def spec_of(pattern: Any, *body: Any) -> Spec:
    """The specification that `match` and its like stand for."""
    return compile_spec([(pattern, [], list(body))])


def _clause(clause: Any) -> Clause:
    match clause:
        case (pattern, list() as guards, [*_, result] as body) if isinstance(clause, tuple) and isinstance(body, list):
            bound = variables_in(pattern)
            return Clause(
                pattern,
                compile_pattern(pattern),
                [_expression(guard, bound) for guard in guards],
                [_expression(part, bound) for part in body],
                result,
            )
    raise BadPattern(f"Not a tuple (pattern, [guard, ...], [body, ...]): {clause!r}")


def bound_key(spec: Spec, keypos: int) -> list[Any] | None:
    """The keys that the objects have that can match, where every pattern names one."""
    keys = []
    for clause in spec.clauses:
        pattern = clause.pattern
        if not isinstance(pattern, tuple) or len(pattern) < keypos or not is_constant(pattern[keypos - 1]):
            return None
        keys.append(pattern[keypos - 1])
    return keys


def keeps_key(clause: Clause, keypos: int) -> bool:
    """Whether what the body makes has the object's key for certain, as `select_replace` wants it."""
    result, pattern = clause.result, clause.pattern
    if is_object(result):
        return True
    if not (isinstance(result, tuple) and len(result) == 1 and isinstance(result[0], tuple)):
        return False
    if len(result[0]) < keypos:
        return False
    key = result[0][keypos - 1]
    match key:
        case ("element", int() as position, source) if position == keypos and is_object(source):
            return True
        case ("element", int() as position, source) if position == keypos and is_variable(pattern):
            return same(source, pattern)
    if not isinstance(pattern, tuple) or len(pattern) < keypos:
        return False
    wanted = pattern[keypos - 1]
    return (is_variable(wanted) and same(key, wanted)) or (
        is_constant(wanted) and (same(key, wanted) or same(key, ("const", wanted)))
    )


def is_object(term: Any) -> bool:
    """Whether it stands for the whole object."""
    return isinstance(term, str) and term == "$_"


# -- expressions


def _expression(term: Any, bound: set[int]) -> Expression:
    number = variable_number(term)
    if number is not None:
        if number not in bound:
            raise BadPattern(f"Variable ${number} is unbound.")
        return lambda item, bindings: bindings[number]
    if is_object(term):
        return lambda item, bindings: item
    if isinstance(term, str) and term == "$$":
        return lambda item, bindings: [bindings[key] for key in sorted(bindings)]
    if isinstance(term, tuple):
        return _call(term, bound)
    if isinstance(term, list):
        parts = [_expression(part, bound) for part in term]
        return lambda item, bindings: [part(item, bindings) for part in parts]
    if isinstance(term, dict):
        entries = [(_expression(key, bound), _expression(value, bound)) for key, value in term.items()]
        return lambda item, bindings: {key(item, bindings): value(item, bindings) for key, value in entries}
    return _constant(term)


def _constant(term: Any) -> Expression:
    constant = copied(term)
    return lambda item, bindings: constant


def _call(term: tuple[Any, ...], bound: set[int]) -> Expression:
    match term:
        case (tuple() as inner,):
            parts = [_expression(part, bound) for part in inner]
            return lambda item, bindings: tuple([part(item, bindings) for part in parts])
        case ("const", constant):
            return _constant(constant)
        case (str() as name, *arguments):
            values = [_expression(argument, bound) for argument in arguments]
            if name in _LOGIC and arguments and (name != "not" or len(arguments) == 1):
                return _LOGIC[name](values)
            if name == "xor" and len(values) == 2:
                return _xor(values)
            if (name, len(values)) in FUNCTIONS:
                return _function(FUNCTIONS[name, len(values)], values)
            raise BadPattern(f"Function {name}/{len(values)} does_not_exist.")
    raise BadPattern(f"{term!r} is neither a function call, nor a tuple (tuples are written ((...),)).")


def _function(function: Callable[..., Any], values: list[Expression]) -> Expression:
    def call(item: Any, bindings: Bindings) -> Any:
        arguments = [value(item, bindings) for value in values]
        try:
            return function(*arguments)
        except Exception:
            raise Failure from None

    return call


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Failure


def _and(values: list[Expression]) -> Expression:
    return lambda item, bindings: all([_truth(value(item, bindings)) for value in values])  # noqa: C419 - each must be one


def _or(values: list[Expression]) -> Expression:
    return lambda item, bindings: any([_truth(value(item, bindings)) for value in values])  # noqa: C419 - each must be one


def _xor(values: list[Expression]) -> Expression:
    return lambda item, bindings: _truth(values[0](item, bindings)) is not _truth(values[1](item, bindings))


def _not(values: list[Expression]) -> Expression:
    return lambda item, bindings: not _truth(values[0](item, bindings))


def _until(wanted: bool) -> Callable[[list[Expression]], Expression]:
    """andalso, orelse: from left to right until it is decided; the last may be anything."""

    def make(values: list[Expression]) -> Expression:
        def decide(item: Any, bindings: Bindings) -> Any:
            for value in values[:-1]:
                if _truth(value(item, bindings)) is wanted:
                    return wanted
            return values[-1](item, bindings)

        return decide

    return make


_LOGIC: dict[str, Callable[[list[Expression]], Expression]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "andalso": _until(False),
    "orelse": _until(True),
}
