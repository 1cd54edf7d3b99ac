"""What `i(x)` tells of atoms, strings and bytes."""

from __future__ import annotations

from pyex.atom import Atom
from pyex.otp.ets.owner import find
from pyex.registered_name import whereis
from pyex.repl.info.protocol import Entry, info
from pyex.repl.info.reference import table_entries

# So much of the bytes of a string is shown.
_SHOWN_BYTES = 50


@info.register
def _(atom: Atom) -> list[Entry]:
    name = str.__repr__(atom)
    return [
        ("Data type", "Atom"),
        *_names(atom),
        (
            "Description",
            f"This is an atom: a constant whose value is its own name. It equals the string {name}, which may be "
            "written wherever OTP wants the atom.",
        ),
        ("Raw representation", name),
        ("Reference modules", "Atom, str"),
    ]


@info.register
def _(text: str) -> list[Entry]:
    raw = text.encode("utf-8", "surrogatepass")
    odd = next((char for char in text if not char.isprintable()), None)
    shown = "all characters in it are printable" if odd is None else f"the first that is not printable is {odd!r}"
    entries: list[Entry] = [
        ("Data type", "str"),
        ("Length", str(len(text))),
        ("Byte size", str(len(raw))),
        *_names(text),
        ("Description", f"This is a string: {shown}. It is also the atom of that name, wherever OTP wants an atom."),
    ]
    entries += [("Raw representation", f"{raw[:_SHOWN_BYTES]!r}{'...' if len(raw) > _SHOWN_BYTES else ''}")]
    return [*entries, ("Reference modules", "str, Atom")]


@info.register(bytes)
@info.register(bytearray)
def _(raw: bytes | bytearray) -> list[Entry]:
    try:
        raw.decode()
        meaning = "It is a text in UTF-8: decode() makes a string of it."
    except UnicodeDecodeError as error:
        meaning = f"It is not a text in UTF-8: the first invalid byte is {raw[error.start]:#04x}."
    kind = type(raw).__name__
    words = f"This is a binary: a collection of bytes. {meaning}"
    return [("Data type", kind), ("Byte size", str(len(raw))), ("Description", words), ("Reference modules", kind)]


def _names(name: str) -> list[Entry]:
    """The process and the table that have this name."""
    entries: list[Entry] = []
    block = whereis(name)
    if block is not None:
        entries.append(("Registered name of", repr(block.pid)))
    if find(name) is not None:
        entries += [entry for entry in table_entries(name) if entry[0] != "Description"]
    return entries
