"""`import` and `from … import` statements."""

from __future__ import annotations

from collections.abc import Callable

from pyex.inspection.static_lookup import UNKNOWN
from pyex.repl.completion.candidate import Candidate, Completion, listed, matching
from pyex.repl.completion.members import kind_of
from pyex.repl.completion.modules import names_in, submodules
from pyex.repl.completion.scan import Scan, Token


def complete_import(scan: Scan, typed: str, end: int) -> Completion | None:
    """What can follow in an import statement; None where the cursor is in no such statement."""
    tokens = scan.tokens[scan.statement : end]
    start = len(scan.text) - len(typed)
    match tokens[0].text if tokens else "":
        case "import":
            return _modules(_last(tokens[1:]), typed, start)
        case "from":
            words = [token.text for token in tokens]
            if "import" not in words:
                return _modules(tokens[1:], typed, start, then_import=True)
            place = words.index("import")
            return _names("".join(words[1:place]), _last(tokens[place + 1 :]), typed, start)
    return None


def _last(tokens: list[Token]) -> list[Token]:
    """The tokens after the last comma."""
    commas = [place for place, token in enumerate(tokens) if token.text == ","]
    return tokens[commas[-1] + 1 :] if commas else tokens


def _modules(before: list[Token], typed: str, start: int, *, then_import: bool = False) -> Completion:
    words = [token.text for token in before]
    if words and words[-1] not in (".", "...") and then_import and "import".startswith(typed):
        return Completion(start, (Candidate("import", "import", "keyword"),))
    if words and (words[0] in (".", "...") or words[-1] != "."):
        return Completion(start)
    return Completion(start, listed(submodules("".join(words[:-1]), typed), _of_kind(lambda _: "module"), typed))


def _names(module: str, before: list[Token], typed: str, start: int) -> Completion:
    if module.startswith(".") or any(token.text != "(" for token in before):
        return Completion(start)
    found = names_in(module, typed)
    below = set(submodules(module, typed))

    def kind(name: str) -> str:
        if found[name] is not UNKNOWN and found[name] is not None:
            return kind_of(found[name])
        return "module" if name in below else "name"

    return Completion(start, listed(matching(found, typed), _of_kind(kind), typed))


def _of_kind(kind: Callable[[str], str]) -> Callable[[str], Candidate]:
    return lambda name: Candidate(name, name, kind(name))
