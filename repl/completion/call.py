"""The call that the cursor stands in: what is called, and which of its parameters comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType

from pyex.inspection.static_lookup import UNKNOWN, class_entries, is_a, mro
from pyex.otp.behaviour import CHILD_OPTIONS, Behaviour
from pyex.repl.completion.expression import evaluate, expression_start
from pyex.repl.completion.scan import Scan, Token
from pyex.repl.completion.signature import Signature, signatures
from pyex.repl.completion.text_signature import Parameter


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call whose bracket is open."""

    name: str
    callee: object
    # The index of the token of the bracket.
    bracket: int
    signatures: list[Signature]
    # The argument that the cursor is in: its position, or its name; None after `*arguments`.
    current: int | str | None
    # The parameters that are given by name already, and how many are by position.
    given: frozenset[str]
    placed: int

    def parameter(self) -> Parameter | None:
        """The parameter that the cursor's argument is for."""
        found = (each.at(self.current) for each in self.signatures)
        return next((each for each in found if each is not None), None)

    def keywords(self) -> list[Parameter]:
        """What can still be given by name."""
        found: dict[str, Parameter] = {}
        for signature in self.signatures:
            placed = {each.name for place in range(self.placed) if (each := signature.at(place)) is not None}
            names = {each.name: each for each in signature.parameters if each.by_name and each.name not in placed}
            found |= {name: each for name, each in names.items() if name not in self.given}
        return [*found.values()]

    def has_what_it_needs(self) -> bool:
        """Whether all arguments that it must have are there, so that what comes next is optional."""
        for signature in self.signatures[:1]:
            required = [each.name for each in signature.parameters if each.is_required]
            return not {*required[self.placed :]} - self.given
        return True


def innermost_call(scan: Scan, end: int, names: Mapping[str, object]) -> Call | None:
    """The innermost call that is open before token `end`, if any."""
    bracket = scan.bracket
    while bracket >= 0:
        start = expression_start(scan, bracket)
        if scan.tokens[bracket].text == "(" and start < bracket:
            before = scan.tokens[start - 1].text if start else ""
            if before in ("def", "case"):
                return None
            arguments = arguments_of(scan, bracket, end)
            if before == "class":
                return _class_statement(scan, bracket, arguments, names)
            callee, name = evaluate(scan, start, bracket, names), scan.tokens[bracket - 1].text
            found = [] if callee is UNKNOWN else signatures(callee, name)
            return _call(scan, name, callee, bracket, found, arguments)
        bracket = scan.tokens[bracket].bracket
    return None


def arguments_of(scan: Scan, bracket: int, end: int) -> list[list[int]]:
    """The indices of the tokens of each argument, without what is in brackets of their own."""
    arguments: list[list[int]] = [[]]
    for place in range(bracket + 1, end):
        if scan.tokens[place].bracket == bracket:
            if scan.tokens[place].text == ",":
                arguments.append([])
            else:
                arguments[-1].append(place)
    return arguments


def _keyword(argument: list[int], tokens: list[Token]) -> str | None:
    if len(argument) > 1 and tokens[argument[0]].kind == "name" and tokens[argument[1]].text == "=":
        return tokens[argument[0]].text
    return None


def _call(
    scan: Scan, name: str, callee: object, bracket: int, found: list[Signature], arguments: list[list[int]]
) -> Call:
    *before, last = arguments
    named = [_keyword(argument, scan.tokens) for argument in before]
    given = frozenset(each for each in named if each is not None)
    is_starred = any(argument and scan.tokens[argument[0]].text in ("*", "**") for argument in arguments)
    current: int | str | None = _keyword(last, scan.tokens)
    if current is None and not given and not is_starred:
        current = len(before)
    return Call(name, callee, bracket, found, current, given, len(before) - len(given))


def _class_statement(scan: Scan, bracket: int, arguments: list[list[int]], names: Mapping[str, object]) -> Call:
    """The keywords of a class are those that its bases, and their metaclasses, take."""
    found = {"metaclass": None}
    for argument in arguments[:-1]:
        base = evaluate(scan, argument[0], argument[-1] + 1, names) if argument else UNKNOWN
        if not is_a(base, type):
            continue
        found |= dict.fromkeys(sorted(CHILD_OPTIONS)) if is_a(base, Behaviour) else {}
        makers = [(above, "__init_subclass__") for above in mro(base)[:-1]]
        makers += [(above, name) for above in mro(type(base))[:-2] for name in ("__new__", "__init__")]
        for above, name in makers:
            function = class_entries(above).get(name)
            if type(function) is classmethod or type(function) is staticmethod:
                function = function.__func__
            if type(function) is FunctionType:
                code = function.__code__
                found |= dict.fromkeys(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])
    parameters = tuple(Parameter(name, f"{name}=", False, True, False) for name in sorted(found))
    signature = Signature(scan.tokens[bracket - 1].text, parameters)
    return _call(scan, signature.name, UNKNOWN, bracket, [signature], arguments)
