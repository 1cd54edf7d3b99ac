"""How values are shown: IEx's `inspect`, for Python.

    inspect((OK, [1, 2]))           # (:ok, [1, 2])
    inspect(list(range(100)))       # lines filled to 80 columns, "..." after the fiftieth element

Atoms show as `:ok`, also inside containers, and classes by their names, as Elixir shows modules; what else a value is,
its `repr` says. Containers that do not fit on a line are laid out as IEx lays them out: simple elements fill lines,
nested ones stand one to a line.

`describe` and `containers` say what a value consists of, looked up by `static_lookup`, which runs none of its code;
`layout` breaks that into lines. `safe_text` and `text_width` are for whoever prints.
"""

from __future__ import annotations

from pyex.inspection.layout import Token

INFINITY = "infinity"
# More than anything has elements or characters.
UNLIMITED = 10**12


def inspect(
    value: object,
    *,
    width: int | str = 80,
    limit: int | str = 50,
    printable_limit: int | str = 4096,
    pretty: bool = True,
) -> str:
    """Return `value` as the shell shows it, in lines of at most `width` columns where that is possible.

        inspect({"a": [1, 2]})      # "{'a': [1, 2]}"

    `limit` is how many elements of a collection are shown; a nested one gets what its parent has left. Of a string
    `printable_limit` characters are shown. Any of these may be "infinity". `pretty=False` puts all on one line.

    Never raises: an object whose `repr` raises shows as `<unprintable Foo object: ValueError>`. What would paint the
    terminal is shown escaped. Mirrors `Kernel.inspect/2`.
    """
    found = tokens(value, width=width, limit=limit, printable_limit=printable_limit, pretty=pretty)
    return "".join(text for _, text in found)


def tokens(
    value: object, *, width: int | str, limit: int | str, printable_limit: int | str, pretty: bool
) -> list[Token]:
    """The same as texts, each with the kind of thing that it is, to be painted."""
    # A prompt is up by the time a value is shown.
    from pyex.inspection.describe import describe, unprintable
    from pyex.inspection.layout import flat, laid_out

    try:
        document = describe(value, number_of(limit), number_of(printable_limit))
        return laid_out(document, number_of(width)) if pretty else flat(document)
    except RecursionError as error:
        return [("", unprintable(type(value), error))]


def number_of(option: int | str) -> int:
    """A limit as a number: "infinity" is one too."""
    return UNLIMITED if isinstance(option, str) else option
