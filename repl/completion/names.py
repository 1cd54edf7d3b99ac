"""Names, attributes and arguments."""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
from collections.abc import Mapping
from types import ModuleType

from pyex.inspection.static_lookup import UNKNOWN, entries, is_a, mro
from pyex.repl.completion import processes
from pyex.repl.completion.call import Call
from pyex.repl.completion.candidate import Candidate, Completion, listed, matching
from pyex.repl.completion.expression import ends_expression
from pyex.repl.completion.members import attribute, kind_of, members, text_of, wrapped
from pyex.repl.completion.modules import members_of
from pyex.repl.completion.scan import Scan
from pyex.repl.completion.signature import signatures

_KEYWORDS = frozenset({*keyword.kwlist, "match", "case"})
# What can stand in brackets.
_IN_EXPRESSIONS = frozenset(
    {"False", "None", "True", "and", "async", "await", "else", "for", "if", "in", "is", "lambda", "not", "or", "yield"}
)
# What can follow an expression.
_INFIX = frozenset({"and", "as", "else", "for", "from", "if", "in", "is", "not", "or"})
_SOFT = frozenset({"match", "case", "type"})


class _Keyword:
    """What keywords stand for."""


_KEYWORD = _Keyword()


def documentation(value: object) -> str:
    """The first paragraph of an object's text."""
    if value is UNKNOWN:
        return ""
    first, *rest = inspect.cleandoc(text_of(value)).split("\n\n")
    # Some begin with their signatures, and may have no more than those.
    if re.fullmatch(r"\w+\(.*\)", first) or (rest and re.match(r"\w+\(.*\)", first)):
        return rest[0] if rest else ""
    return first


def _described(name: str, value: object) -> str:
    """The signatures of an object, and the first paragraph of its text."""
    lines = [each.show() for each in signatures(value, name)] if kind_of(value) in ("function", "class") else []
    return "\n\n".join(part for part in ("\n".join(lines), documentation(value)) if part)


def _offer(found: Mapping[str, object], typed: str, start: int, owner: object = UNKNOWN) -> Completion:
    """The names that match, with the text of the one there is; `owner` is what they are attributes of."""
    texts = matching(found, typed)

    def make(name: str) -> Candidate:
        value = found[name]
        kind = "keyword" if value is _KEYWORD else kind_of(value)
        return Candidate(name, f"{name}()" if kind == "function" else name, kind)

    text = ""
    if len(texts) == 1:
        value = attribute(owner, texts[0])
        text = _described(texts[0], found[texts[0]] if value is UNKNOWN else value)
    return Completion(start, listed(texts, make, typed), documentation=text)


# After a dot


def attributes(owner: object, typed: str, start: int) -> Completion:
    """What can follow a dot."""
    if owner is UNKNOWN:
        return Completion(start)
    found = members_of(owner, typed) if is_a(owner, ModuleType) else members(owner)
    return _offer({name: value for name, value in found.items() if name.isidentifier()}, typed, start, owner)


# Names


def complete_name(scan: Scan, typed: str, end: int, names: Mapping[str, object]) -> Completion:
    """What can stand where a name is expected: names of the text and of the prompt, builtins and keywords."""
    start = len(scan.text) - len(typed)
    before = scan.tokens[end - 1] if end else None
    keywords = _KEYWORDS if scan.bracket < 0 else _IN_EXPRESSIONS
    found = _names_of_text(scan, end) | dict.fromkeys(keywords, _KEYWORD) | entries(vars(builtins)) | dict(names)
    if before is not None and _wants_error(scan, end):
        errors = {name: value for name, value in found.items() if is_a(value, type) and _is_error(value)}
        return _offer(errors if matching(errors, typed) else found, typed, start)
    if before is not None and ends_expression(before) and before.text not in _SOFT:
        infix = dict.fromkeys(_INFIX, _KEYWORD)
        return _offer(infix if not typed or matching(infix, typed) else found, typed, start)
    return _offer(found, typed, start)


def _wants_error(scan: Scan, end: int) -> bool:
    """Whether an exception comes next: after `raise`, `except` and `except (`."""
    before, bracket = scan.tokens[end - 1], scan.bracket
    if before.text in ("(", ","):
        return bracket > 0 and scan.tokens[bracket - 1].text == "except"
    return before.kind == "name" and before.text in ("except", "raise")


def _is_error(cls: type) -> bool:
    return any(base is BaseException for base in mro(cls))


def _names_of_text(scan: Scan, end: int) -> dict[str, object]:
    """The names that occur in the text itself, such as the parameters of the function that is being typed."""
    tokens = scan.tokens
    found: dict[str, object] = {}
    for place, token in enumerate(tokens[:end]):
        if token.kind != "name" or keyword.iskeyword(token.text):
            continue
        after_dot = place > 0 and tokens[place - 1].text == "."
        is_keyword_argument = token.bracket >= 0 and place + 1 < end and tokens[place + 1].text == "="
        if not after_dot and not (is_keyword_argument and not _is_definition(scan, token.bracket)):
            found[token.text] = UNKNOWN
    return found


def _is_definition(scan: Scan, bracket: int) -> bool:
    return bracket > 1 and scan.tokens[bracket - 2].text == "def"


# Arguments


def complete_argument(scan: Scan, typed: str, end: int, call: Call, names: Mapping[str, object]) -> Completion | None:
    """What can stand at the start of an argument; None where more than that can, or the cursor is not there."""
    start = len(scan.text) - len(typed)
    before = scan.tokens[end - 1]
    if call.name == "pid" and processes.has_pid_helper(names) and (found := _pid_numbers(scan, call)):
        return found
    at_start = end - 1 == call.bracket or (before.text == "," and before.bracket == call.bracket)
    if not at_start and not (before.text == "=" and isinstance(call.current, str)):
        return None
    if not typed and at_start and _is_helper(call.callee) and call.parameter() is not None:
        return None  # which takes anything there is
    first: list[Candidate] = []
    if at_start and call.signatures and (typed or call.has_what_it_needs()):
        texts = [f"{each.name}=" for each in call.keywords() if each.name.startswith(typed)]
        first = [Candidate(text, text, "parameter") for text in texts]
    expected = _processes(call, names, typed)
    if typed:
        rest = complete_name(scan, typed, end, names)
        known = {each.text for each in expected}
        others = [each for each in rest.candidates if each.text not in known]
        if first or expected:
            others = [each for each in others if each.text.startswith(typed)]
        shown = (*first, *expected, *others)
        return Completion(start, shown, documentation=rest.documentation if shown == rest.candidates else "")
    if not at_start and not expected:
        return None
    if not first and not expected and not call.signatures:
        return None
    return Completion(start, (*first, *expected))


def _is_helper(callee: object) -> bool:
    """Whether it is a helper of the shell, such as `h`."""
    function = wrapped(callee)
    home = function.__module__ if function is not None else None
    return type(home) is str and home.startswith("pyex.repl.")


def _processes(call: Call, names: Mapping[str, object], typed: str) -> list[Candidate]:
    """The processes that the argument can be, where it is to be one."""
    wanted = processes.wanted(call)
    if not wanted:
        return []
    held = processes.variables(names, with_names=wanted == "server")
    found = [Candidate(name, name, kind_of(names[name])) for name in held if name.startswith(typed)]
    if typed:
        return found
    if wanted == "server":
        found += [Candidate(text, text, "name") for text in processes.name_literals()]
    if processes.has_pid_helper(names):
        texts, total = processes.pid_texts("pid(0,{},0)", "")
        found += listed(texts, lambda text: Candidate(text, text, "pid"), total=total)
    return found


def _pid_numbers(scan: Scan, call: Call) -> Completion | None:
    """The numbers of pids in `pid(0,1…`."""
    start = scan.tokens[call.bracket].start + 1
    typed = re.sub(r"\s", "", scan.text[start:])
    if not re.fullmatch(r"[\d,]*", typed):
        return None
    texts, total = processes.pid_texts("0,{},0)", typed)
    return Completion(start, listed(texts, lambda text: Candidate(text, f"pid({text}", "pid"), typed, total=total))
