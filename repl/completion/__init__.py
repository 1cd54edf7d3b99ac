"""Completion at the prompt: what can follow the text before the cursor, found without running any of the user's code.

    complete("Process.ali", namespace).candidates
    # (Candidate("alias", "alias()", "function"), Candidate("alive", "alive()", "function"))

`scan` finds where the cursor stands, `expression` and `members` what the objects before it are, `call` the call around
it; `names`, `strings`, `imports` … say what can stand there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pyex.repl.completion.call import Call, innermost_call
from pyex.repl.completion.candidate import Candidate, Completion
from pyex.repl.completion.expression import ends_expression, evaluate, expression_start
from pyex.repl.completion.imports import complete_import
from pyex.repl.completion.members import clean_names, dict_of
from pyex.repl.completion.names import attributes, complete_argument, complete_name, documentation
from pyex.repl.completion.scan import Scan, scan
from pyex.repl.completion.strings import complete_keys, complete_string

__all__ = ["Candidate", "Completion", "complete"]


def complete(text: str, namespace: Mapping[str, object]) -> Completion:
    """What can follow a text, which may be many lines and is taken up to the cursor.

        complete("GenServer.ca", namespace).candidates[0].text     # "call"

    Returns a `Completion`, without candidates where there are none. Never raises, and runs nothing: no property, no
    `__getattr__`, no `__repr__`. May be called in another thread than the processes'.
    """
    try:
        return find_completion(text, namespace)
    except Exception:
        # Whatever an object that nobody has foreseen does to us: a key at the prompt must never fail.
        return Completion(len(text))


def find_completion(text: str, namespace: Mapping[str, object]) -> Completion:
    """As `complete`, but for errors."""
    found = scan(text)
    if found.in_comment:
        return Completion(len(text))
    names = clean_names(namespace)
    last = found.tokens[-1] if found.tokens else None
    typed = last.text if last and last.kind == "name" and last.start + len(last.text) == len(text) else ""
    end = len(found.tokens) - bool(typed)
    call = innermost_call(found, end, names)
    if found.string is not None:
        completion = complete_string(found, found.string, call, names)
    else:
        completion = complete_import(found, typed, end) or _complete_code(found, typed, end, call, names)
    return _with_call(completion, call)


def _complete_code(found: Scan, typed: str, end: int, call: Call | None, names: Mapping[str, object]) -> Completion:
    start = len(found.text) - len(typed)
    before = found.tokens[end - 1] if end else None
    if before is None or before.kind == "newline":
        return complete_name(found, typed, end, names)
    if before.text == "." and before.kind == "operator":
        owner = evaluate(found, expression_start(found, end - 1), end - 1, names)
        return attributes(owner, typed, start)
    if before.text in ("def", "class"):
        return Completion(start)
    if before.text == "[" and not typed:
        owner = evaluate(found, expression_start(found, end - 1), end - 1, names)
        if (mapping := dict_of(owner)) is not None:
            return complete_keys(mapping, start)
    if call is not None and call.bracket == found.bracket:
        argument = complete_argument(found, typed, end, call, names)
        if argument is not None:
            return argument
    if ends_expression(before) and not typed and before.start + len(before.text) == len(found.text):
        return Completion(start)
    return complete_name(found, typed, end, names)


def _with_call(completion: Completion, call: Call | None) -> Completion:
    """With the signatures of the call, and its text where there is none on a candidate."""
    if call is None:
        return completion
    shown = tuple(each.show(call.current) for each in call.signatures)
    return replace(completion, signatures=shown, documentation=completion.documentation or documentation(call.callee))
