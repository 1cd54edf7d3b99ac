"""Inside a string: keys of dicts, registered names, pids, file names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyex.atom import Atom
from pyex.inspection.static_lookup import is_plain, keys
from pyex.repl.completion import processes
from pyex.repl.completion.call import Call
from pyex.repl.completion.candidate import MOST, Candidate, Completion, listed, literal_of
from pyex.repl.completion.expression import evaluate, expression_start, unescaped
from pyex.repl.completion.filenames import files, looks_like_path
from pyex.repl.completion.members import Method, dict_of
from pyex.repl.completion.scan import OpenString, Scan

_PATHS = frozenset({"dir", "directory", "file", "filename", "folder", "path"})
_TAKE_PATHS = frozenset({"Path", "PurePath", "c", "cd", "chdir", "import_file", "listdir", "ls", "open"})
_FOLDERS_ONLY = frozenset({"cd", "chdir"})
_TAKE_KEYS = frozenset({"get", "pop", "setdefault"})


def complete_string(scan: Scan, string: OpenString, call: Call | None, names: Mapping[str, object]) -> Completion:
    """What can follow in the string that the cursor is in."""
    typed = unescaped(scan.text[string.start :], string.prefix)
    owner = _subscripted(scan, names)
    if owner is None and call is not None and call.name in _TAKE_KEYS and type(call.callee) is Method:
        owner = call.callee.owner
    if (mapping := dict_of(owner)) is not None:
        return _offer(key_texts(mapping, typed), "key", scan, string)
    is_argument = call is not None and call.bracket == scan.bracket
    if is_argument and call is not None and call.name == "pid":
        texts, total = processes.pid_texts("0.{}.0", typed)
        return _offer(texts, "pid", scan, string, total=total)
    if is_argument and processes.wanted(call) and not looks_like_path(typed):
        return _offer([name for name in processes.name_strings() if name.startswith(typed)], "name", scan, string)
    if looks_like_path(typed) or (is_argument and _takes_path(call)):
        found = files(typed, folders_only=call is not None and call.name in _FOLDERS_ONLY)
        return _offer(found, "file", scan, string, after_slash=True)
    return Completion(len(scan.text))


def _offer(
    texts: Iterable[str], kind: str, scan: Scan, string: OpenString, *, after_slash: bool = False, total: int = 0
) -> Completion:
    """Completions of the string with these texts, written as that kind of string needs them."""
    start = string.start
    if after_slash:
        start = max(start, scan.text.rfind("/", start) + 1)
    if "r" in string.prefix:
        texts = [text for text in texts if text.isprintable() and not {string.quote[0], "\\"} & {*text}]

    def write(text: str) -> str:
        return _written(text, string)

    def make(text: str) -> Candidate:
        written = write(text)
        return Candidate(written, written, "folder" if text.endswith("/") and kind == "file" else kind)

    return Completion(
        start, listed([*texts], make, unescaped(scan.text[start:], string.prefix), total=total, write=write)
    )


def _written(text: str, string: OpenString) -> str:
    """The text as it stands in such a string."""
    special = {"\\": "\\\\", string.quote[0]: "\\" + string.quote[0]}
    special |= {"{": "{{", "}": "}}"} if "f" in string.prefix else {}
    return "".join(special.get(each, each if each.isprintable() else repr(each)[1:-1]) for each in text)


def _takes_path(call: Call | None) -> bool:
    parameter = call.parameter() if call is not None else None
    return call is not None and (call.name in _TAKE_PATHS or (parameter is not None and parameter.name in _PATHS))


# Keys


def _subscripted(scan: Scan, names: Mapping[str, object]) -> object:
    """The object in whose brackets the string is the first thing; None where there is none."""
    end = len(scan.tokens)
    if end and scan.tokens[end - 1].text == "[" and scan.bracket == end - 1:
        start = expression_start(scan, end - 1)
        return evaluate(scan, start, end - 1, names)
    return None


def key_texts(mapping: dict[object, object], typed: str) -> list[str]:
    """The keys of a dict that are strings and begin with what is typed, in the dict's order."""
    return [key for key in keys(mapping) if (type(key) is str or type(key) is Atom) and key.startswith(typed)]


def complete_keys(mapping: dict[object, object], start: int) -> Completion:
    """The keys of a dict that can be written as literals, in the dict's order."""
    plain = [key for key in keys(mapping) if is_plain(key)]
    texts = [literal_of(key) for key in plain[:MOST]]
    return Completion(start, listed(texts, lambda text: Candidate(text, text, "key"), total=len(plain)))
