"""What `i(x)` tells of a value: a protocol by type, which anybody can extend.

    from pyex.repl.info import info

    @info.register
    def _(account: Account) -> list[tuple[str, object]]:
        return [("Balance", account.balance), ("Description", "This is an account.")]

`info(value)` gives what is special about values of a type, as pairs of a heading and what stands below it: a text is
shown as it is, any other value as the prompt shows it. `sections(value)` adds what can be said of every value.

Beside it there are what `process_info` (`process_items`), `processes` (`process_table`) and `runtime_info`
(`runtime_topics`) print.
"""

from __future__ import annotations

# These register what they know.
from pyex.repl.info import code, data, objects, process, reference, text
from pyex.repl.info.protocol import info
from pyex.repl.info.sections import sections

__all__ = ["code", "data", "info", "objects", "process", "reference", "sections", "text"]
