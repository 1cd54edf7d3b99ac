"""Helpers that tell of values, processes and the whole runtime: `i`, `process_info`, `processes`, `runtime_info`."""

from __future__ import annotations

from typing import Any

from pyex import ArgumentError
from pyex.errors import describe
from pyex.repl.helpers.helper import NOTHING, unwrapped
from pyex.repl.helpers.identity import process_meant
from pyex.repl.shell.current import columns, current


def i(value: Any = NOTHING) -> None:
    """What a value is: its type, what is special about it, and where to read on.

        i(self())
        i("hello")

    `i()` tells of the last value. Of a process: whether it is alive, its name, links and messages; of a table, a
    timer, a function, a class, what there is to know. Types of yours can have more to say: see `pyex.repl.info`.

    Prints, and returns nothing. Raises `RuntimeError` for `i()` where there is no last value. Mirrors IEx's `i/1`.
    """
    from pyex.repl.display.colours import coloured
    from pyex.repl.info import sections

    subject = current().values.nth(-1) if value is NOTHING else value
    lines = []
    for heading, text in sections(unwrapped(subject), columns() - 2):
        lines.append(coloured("doc_headings", heading))
        lines += [coloured("eval_info", f"  {line}".rstrip()) for line in text.split("\n")]
    print("\n".join(lines))


def process_info(pid: Any = NOTHING) -> None:
    """Everything about a process, a line for each item: `Process.info(pid)` to be read.

        process_info(self())
        process_info("shop")

    Takes a pid or a registered name. Prints, and returns nothing. Raises `ArgumentError` for anything else.
    """
    from pyex.repl.info.process_items import items

    found = process_meant(pid)
    if found is None:
        shown = "nothing" if pid is NOTHING else describe(pid)
        hint = ", a name that nobody has" if isinstance(pid, str | type) else ""
        raise ArgumentError(
            f"process_info takes a pid or a registered name, as in process_info(self()), not {shown}{hint}"
        )
    print(items(found, columns()))


def processes(sort: str = "pid", limit: int | None = None) -> None:
    """A table of all processes: pid, name or initial call, reductions, memory, messages, links, status, and what each
    is doing.

        processes()
        processes("queue")
        processes(sort="memory", limit=5)

    `sort` is "pid", or what comes first with the most of it: "queue", "reductions", "memory" or "links". Shows `limit`
    of them, else as many as the terminal has lines for. Memory is in bytes, of the process without its messages and
    data; reductions are time slices. Prints, and returns nothing. Raises `ArgumentError` for other options. As the
    Observer's table of processes, and Erlang's `i/0`.
    """
    from pyex.repl.info.process_table import table

    # A table may be as wide as the terminal, whatever texts may be.
    print(table(sort, limit, current().console.columns))


def runtime_info(topic: Any = NOTHING) -> None:
    """Figures of the whole system, by topics: "system", "memory", "limits" and "applications".

        runtime_info()
        runtime_info("memory")
        runtime_info(["system", "applications"])

    Without argument all but "applications". Prints, and returns nothing; in programs, `pyex.runtime_info()` returns
    the figures as a dict. Raises `ArgumentError` for an unknown topic. Mirrors IEx's `runtime_info/0` and `/1`.
    """
    from pyex.repl.info.runtime_topics import topics_in_words

    print(topics_in_words() if topic is NOTHING else topics_in_words(topic))
