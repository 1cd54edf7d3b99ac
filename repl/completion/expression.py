"""What an expression before the cursor stands for, as far as that can be told without evaluating it."""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import re
import sys
from collections.abc import Mapping
from types import FunctionType

from pyex.inspection.static_lookup import PLAIN, UNKNOWN, class_entries, entries, is_a, is_plain, items, keys, mro
from pyex.repl.completion.members import Instance, Method, attribute
from pyex.repl.completion.scan import Scan, Token

_CONSTANTS: dict[str, object] = {"True": True, "False": False, "None": None}
_ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "r": "\r", "t": "\t", "\n": ""}
_STRING = re.compile(r"""(?P<prefix>\w*)(?P<quote>\"{3}|'{3}|["'])(?P<text>.*)(?P=quote)""", re.DOTALL)
_RUNS_LATER = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def is_word(token: Token) -> bool:
    """Whether it is a keyword, after which a new expression begins."""
    return token.kind == "name" and keyword.iskeyword(token.text) and token.text not in _CONSTANTS


def ends_expression(token: Token) -> bool:
    """Whether an expression may end with the token, so that a `.`, `(` or `[` after it belongs to it."""
    if token.kind == "name":
        return not is_word(token)
    return token.kind in ("string", "number") or token.text in (")", "]", "}", "...")


def expression_start(scan: Scan, end: int) -> int:
    """The index of the first token of the innermost expression that ends before token `end`; `end` if none does.

    For `x = f(a).b` that is the token `f`: names, dots, calls and subscripts belong together, operators do not.
    """
    tokens = scan.tokens
    place = end - 1
    while place >= scan.statement and ends_expression(tokens[place]):
        if place in scan.partner:
            place = scan.partner[place]
            if place > 0 and ends_expression(tokens[place - 1]) and tokens[place].text != "{":
                place -= 1
                continue
            return place
        if tokens[place].kind == "name" and place > 1 and tokens[place - 1].text == ".":
            place -= 2
            continue
        return place
    return end


def evaluate(scan: Scan, start: int, end: int, names: Mapping[str, object]) -> object:
    """The object that the expression in these tokens stands for, or UNKNOWN."""
    if start >= end:
        return UNKNOWN
    value, place = _atom(scan, start, end, names)
    while place < end and value is not UNKNOWN:
        match scan.tokens[place].text:
            case "." if place + 1 < end:
                value = attribute(value, scan.tokens[place + 1].text)
                place += 2
            case "(":
                value, place = result_of(value), scan.partner.get(place, end) + 1
            case "[":
                close = scan.partner.get(place, end)
                value, place = _item(value, scan.tokens[place + 1 : close]), close + 1
            case _:
                return UNKNOWN
    return value


def _atom(scan: Scan, start: int, end: int, names: Mapping[str, object]) -> tuple[object, int]:
    """The value of the first part of an expression, and the index of the token after that."""
    token = scan.tokens[start]
    if token.kind == "name":
        return _named(token.text, names), start + 1
    if token.kind == "string":
        prefix = token.text[: min(token.text.index(quote) for quote in "\"'" if quote in token.text)]
        return Instance(bytes if "b" in prefix.lower() else str), start + 1
    if token.kind == "number":
        return _number(token.text), start + 1
    close = scan.partner.get(start, end)
    inside = [each for each in scan.tokens[start + 1 : close] if each.bracket == start]
    has = {each.text for each in inside}
    match token.text:
        case "[":
            return Instance(list), close + 1
        case "{":
            return Instance(dict if not inside or ":" in has or "**" in has else set), close + 1
        case "(" if not inside or "," in has:
            return Instance(tuple), close + 1
        case "(" if expression_start(scan, close) == start + 1:
            return evaluate(scan, start + 1, close, names), close + 1
    return UNKNOWN, close + 1


def _named(name: str, names: Mapping[str, object]) -> object:
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    found = names.get(name, UNKNOWN)
    return vars(builtins).get(name, UNKNOWN) if found is UNKNOWN else found


def _number(text: str) -> object:
    if text.lower().startswith(("0x", "0b", "0o")) or text.isdecimal():
        return Instance(int)
    return Instance(complex if text.lower().endswith("j") else float if text.endswith(tuple("0123456789")) else int)


def literal(tokens: list[Token]) -> object:
    """The value of a subscript that is a plain string or number; else UNKNOWN."""
    if not 1 <= len(tokens) <= 2 or tokens[-1].kind not in ("string", "number"):
        return UNKNOWN
    last = tokens[-1].text
    string = _STRING.fullmatch(last)
    if string is not None and len(tokens) == 1 and string["prefix"].lower() in ("", "r", "u"):
        return unescaped(string["text"], string["prefix"])
    try:
        value: object = UNKNOWN if "\\" in last else ast.literal_eval("".join(token.text for token in tokens))
    except (ValueError, SyntaxError):
        return UNKNOWN
    return value if is_plain(value) else UNKNOWN


def unescaped(text: str, prefix: str) -> str:
    """What a string's text stands for, the usual escapes replaced. (Python's own parser would warn of others.)"""
    if "r" in prefix.lower():
        return text
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), text, flags=re.DOTALL)


def _item(owner: object, key_tokens: list[Token]) -> object:
    """What a dict, list or tuple has under a literal key."""
    key = literal(key_tokens)
    if key is UNKNOWN or type(owner) is Instance:
        return UNKNOWN
    if is_a(owner, dict):
        if {*map(id, map(type, keys(owner)))} <= PLAIN:
            return dict.get(owner, key, UNKNOWN)
        found = (value for each, value in items(owner) if is_plain(each) and each == key)
        return next(found, UNKNOWN)
    try:
        if is_a(owner, list) and type(key) is int:
            return list.__getitem__(owner, key)
        if is_a(owner, tuple) and type(key) is int:
            return tuple.__getitem__(owner, key)
    except IndexError:
        pass
    return UNKNOWN


def result_of(callee: object) -> object:
    """What a call returns, where it is a class, or its return annotation names one."""
    if is_a(callee, type):
        own_call = any("__call__" in class_entries(base) for base in mro(type(callee)) if base is not type)
        return UNKNOWN if own_call and type(callee) is not type else Instance(callee)
    if type(callee) is Method:
        callee = callee.function
    # From 3.14 on looking at annotations evaluates them.
    if type(callee) is not FunctionType or callee.__code__.co_flags & _RUNS_LATER or sys.version_info >= (3, 14):
        return UNKNOWN
    found = entries(callee.__annotations__).get("return", UNKNOWN)
    if type(found) is str and all(part.isidentifier() for part in found.split(".")):
        head, *parts = found.split(".")
        found = _named(head, entries(callee.__globals__))
        for part in parts:
            found = attribute(found, part)
    return Instance(found) if is_a(found, type) else UNKNOWN
