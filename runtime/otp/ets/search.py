"""Finding objects by pattern and by match specification, and changing and deleting what is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyex.atom import ERROR, OK
from pyex.errors import bad_argument
from pyex.message import copied
from pyex.otp.ets.match import NO_MATCH, Spec, bound_key, checked_spec, compile_spec, keeps_key, spec_of
from pyex.otp.ets.order import END_OF_TABLE
from pyex.otp.ets.owner import READ, WRITE, WRONG_TYPE, access
from pyex.otp.ets.pattern import BadPattern
from pyex.otp.ets.table import Object, Table, all_forms, all_objects, change, objects_at
from pyex.otp.term import Form

Found = Any
_CONTINUE: Any = object()


@dataclass(frozen=True, slots=True, eq=False)
class Continuation:
    """Where a search with a limit goes on. It can be used more than once, and sent."""

    table: Any
    spec: Spec
    limit: int
    forms: list[Form]
    place: int
    # Found already.
    found: list[Any]

    def __repr__(self) -> str:
        return f"#Continuation<{self.table!r}, {self.place} of {len(self.forms)}>"

    def __deepcopy__(self, memo: dict[int, object]) -> Continuation:
        return self


def match(table: Any, pattern: Any = _CONTINUE, limit: Any = None) -> Found:
    """What the variables of a pattern stand for, in each object that matches.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("apple", 3, "red"), ("lemon", 4, "yellow"), ("plum", 3, "blue")])
        True
        >>> ets.match(t, ("$1", 3, "$2"))
        [['apple', 'red'], ['plum', 'blue']]
        >>> found, more = ets.match(t, ("$1", "_", "_"), 2)
        >>> found, ets.match(more)
        ([['apple'], ['lemon']], ([['plum']], '$end_of_table'))

    In a pattern "_" matches anything, "$1", "$2" … are variables, and the same one stands for equal terms only. Returns
    a list of lists, each in the variables' order. With a limit: `(list, continuation)`, with which to go on; the
    continuation is "$end_of_table" when nothing is left, and so is the result when nothing was found. Mirrors
    `ets:match/1`, `/2` and `/3`.
    """
    if pattern is _CONTINUE:
        return _go_on(table)
    return _search(access(table, READ), spec_of(pattern, "$$"), limit)


def match_object(table: Any, pattern: Any = _CONTINUE, limit: Any = None) -> Found:
    """The objects that match a pattern.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("apple", 3), ("lemon", 4), ("plum", 3)])
        True
        >>> ets.match_object(t, ("_", 3))
        [('apple', 3), ('plum', 3)]

    Patterns, limit and result are as `match` has them, with whole objects. Mirrors `ets:match_object/1`, `/2` and `/3`.
    """
    if pattern is _CONTINUE:
        return _go_on(table)
    return _search(access(table, READ), spec_of(pattern, "$_"), limit)


def select(table: Any, spec: Any = _CONTINUE, limit: Any = None) -> Found:
    """What a match specification makes of the objects.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("apple", 3), ("lemon", 4), ("plum", 3)])
        True
        >>> ets.select(t, [(("$1", "$2"), [("<", "$2", 4)], ["$1"])])
        ['apple', 'plum']
        >>> ets.select(t, [(("$1", "$2"), [], [(("$2", "$1"),)])])
        [(3, 'apple'), (4, 'lemon'), (3, 'plum')]

    A specification is a list of clauses `(pattern, guards, body)`; for each object the first counts whose pattern
    matches and whose guards all are True. A guard is a tuple of a function and its arguments, `(">", "$1", 3)`. The
    last of the body is the result: a variable, "$_" (the object), "$$" (all variables), a constant, a call, or a tuple
    that is written in another, `(("$1", "$2"),)`. `("const", term)` is the term as it is.

    Returns a list; limit as in `match`. Raises `ArgumentError` for what is no specification. Mirrors `ets:select/1`,
    `/2` and `/3`.
    """
    if spec is _CONTINUE:
        return _go_on(table)
    return _search(access(table, READ), compile_spec(spec), limit)


def select_reverse(table: Any, spec: Any) -> list[Any]:
    """As `select`, an ordered_set from its end.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("apple", 3), ("plum", 4)]), ets.select_reverse(t, [(("$1", "_"), [], ["$1"])])
        (True, ['plum', 'apple'])

    Mirrors `ets:select_reverse/2`.
    """
    found: list[Any] = select(table, spec)
    return found[::-1]


def select_count(table: Any, spec: Any) -> int:
    """The number of objects for which a match specification gives True.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, [("apple", 3), ("plum", 4)]), ets.select_count(t, [(("_", 3), [], [True])])
        (True, 1)

    Mirrors `ets:select_count/2`.
    """
    wanted = access(table, READ)
    compiled = compile_spec(spec)
    return sum(compiled.apply(item) is True for item in _candidates(wanted, compiled))


def match_delete(table: Any, pattern: Any) -> bool:
    """Delete the objects that match a pattern.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, [("apple", 3), ("plum", 4)]), ets.match_delete(t, ("_", 3)), ets.tab2list(t)
        (True, True, [('plum', 4)])

    Returns True. Mirrors `ets:match_delete/2`.
    """
    _delete(access(table, WRITE), spec_of(pattern, True))
    return True


def select_delete(table: Any, spec: Any) -> int:
    """Delete the objects for which a match specification gives True.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, [("apple", 3), ("plum", 4)])
        True
        >>> ets.select_delete(t, [(("_", "$1"), [(">", "$1", 3)], [True])])
        1

    Returns how many. Each object is deleted only if it is still there and still gives True; the whole is not atomic.
    Mirrors `ets:select_delete/2`.
    """
    wanted = access(table, WRITE)
    return _delete(wanted, compile_spec(spec))


def select_replace(table: Any, spec: Any) -> int:
    """Replace objects by what a match specification makes of them.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, [("apple", 3), ("plum", 4)])
        True
        >>> ets.select_replace(t, [(("$1", "$2"), [], [(("$1", ("*", "$2", 10)),)])])
        2
        >>> ets.lookup(t, "plum")
        [('plum', 40)]

    The result must keep the key, and be seen to: the same variable, at the key's position. Returns how many were
    replaced, each atomically. Raises `ArgumentError` for other specifications, and for a bag. Mirrors
    `ets:select_replace/2`.
    """
    wanted = access(table, WRITE)
    if wanted.kind == "bag":
        raise bad_argument(1, WRONG_TYPE)
    compiled = compile_spec(spec)
    if not all(keeps_key(clause, wanted.keypos) for clause in compiled.clauses):
        raise bad_argument(2, "not a valid match specification")

    def replacement(item: Object) -> list[Object] | None:
        result = compiled.apply(item)
        return [copied(result)] if isinstance(result, tuple) else None

    return _change_each(wanted, compiled, replacement)


def test_ms(item: tuple[Any, ...], spec: Any) -> Any:
    """What a match specification makes of one tuple.

        >>> ets.test_ms(("apple", 3), [(("$1", "$2"), [], ["$2"])])
        ('ok', 3)

    Returns `("ok", result)`, with False where no clause matches, or `("error", [("error", text)])` for what is no match
    specification. Mirrors `ets:test_ms/2`.
    """
    if not isinstance(item, tuple):
        raise bad_argument(1, "not a tuple")
    try:
        result = checked_spec(spec).apply(item)
    except BadPattern as problem:
        return (ERROR, [(ERROR, str(problem))])
    return (OK, False if result is NO_MATCH else copied(result))


# pytest takes it for a test where a test file imports it.
test_ms.__test__ = False  # type: ignore[attr-defined]


def _search(table: Table, spec: Spec, limit: Any) -> Found:
    if limit is None:
        results = map(spec.apply, _candidates(table, spec))
        return [copied(result) for result in results if result is not NO_MATCH]
    if not isinstance(limit, int) or isinstance(limit, bool):
        raise bad_argument(3, "not an integer")
    if limit < 1:
        raise bad_argument(3, "out of range")
    return _go_on(Continuation(table.handle, spec, limit, _candidate_forms(table, spec), 0, []))


def _go_on(here: Any) -> Found:
    if isinstance(here, str) and here == END_OF_TABLE:
        return END_OF_TABLE
    if not isinstance(here, Continuation):
        raise bad_argument(1, "invalid continuation")
    table = access(here.table, READ)
    found, place = list(here.found), here.place
    while len(found) < here.limit and place < len(here.forms):
        results = map(here.spec.apply, objects_at(table, here.forms[place]))
        found += [result for result in results if result is not NO_MATCH]
        place += 1
    if not found:
        return END_OF_TABLE
    if len(found) < here.limit:
        return (list(map(copied, found)), END_OF_TABLE)
    rest = Continuation(here.table, here.spec, here.limit, here.forms, place, found[here.limit :])
    return (list(map(copied, found[: here.limit])), rest)


def _candidates(table: Table, spec: Spec) -> list[Object]:
    """The objects that may match."""
    if bound_key(spec, table.keypos) is None:
        return all_objects(table)
    return [item for form in _candidate_forms(table, spec) for item in objects_at(table, form)]


def _candidate_forms(table: Table, spec: Spec) -> list[Form]:
    keys = bound_key(spec, table.keypos)
    if keys is None:
        return all_forms(table)
    forms = list(dict.fromkeys(map(table.form_of, keys)))
    return sorted(forms) if table.kind == "ordered_set" else forms


def _delete(table: Table, spec: Spec) -> int:
    return _change_each(table, spec, lambda item: [] if spec.apply(item) is True else None)


def _change_each(table: Table, spec: Spec, instead: Callable[[Object], list[Object] | None]) -> int:
    """Put in the place of each object what `instead` gives, where that is not None; returns in how many places."""
    hits = 0

    def decide(items: list[Object]) -> list[Object] | None:
        nonlocal hits
        hits, wanted = 0, []
        for item in items:
            new = instead(item)
            hits += new is not None
            wanted += [item] if new is None else new
        return wanted if hits else None

    # Where all are gone by the time of a second look, what was decided at the first is void.
    return sum(hits for form in _candidate_forms(table, spec) if change(table, form, decide))
