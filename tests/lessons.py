"""A lesson for the tests."""

from __future__ import annotations

import textwrap

BELLS = textwrap.dedent("""
    # Bells

    <!-- pyex: set-up
    def bell():
        while True:
            match receive():
                case "ring":
                    print("ding dong")
                case "crack":
                    raise RuntimeError("cracked")
    -->

    A bell is a *process*.

    ## Link the bell

    <!-- pyex: set-up
    old_bell = spawn(bell)
    -->

    There is `old_bell`. **Link it.**

    ```check
    linked(old_bell)
    ```

    <!-- pyex: hint `Process.link(pid)` links. -->
    <!-- pyex: hint Its pid is in `old_bell`. -->

    ```pyex answer
    pyex(1)> Process.link(old_bell)
    True
    ```

    One dies with the other now.

    ## What comes next

    Now you will hear it crack.

    ## Crack it

    <!-- pyex: set-up
    old_bell = spawn_link(bell)
    -->

    **Send it "crack".**

    ```check
    shell_died()
    ```

    ```pyex answer
    pyex(2)> send(old_bell, "crack")
    ...
    ```

    The shell went with it.

    ## The end

    Bells are processes.
    """)
HELPERS = "hint() helps, skip() does it for you, lesson() shows this again."


def text(*paragraphs: str) -> str:
    """Paragraphs as they stand below an output."""
    return "\n\n".join(paragraphs)


LINK = text("Bells · 1 of 4: Link the bell", "There is `old_bell`. **Link it.**", HELPERS)
NEXT = text("Bells · 2 of 4: What comes next", "Now you will hear it crack.")
CRACK = text("Bells · 3 of 4: Crack it", '**Send it "crack".**')
LINKED = text("✓ Link the bell", "One dies with the other now.", NEXT, CRACK)
CRACKED = text(
    "✓ Crack it",
    "The shell went with it.",
    "Bells · 4 of 4: The end",
    "Bells are processes.",
    'All 2 tasks of "Bells" are done.',
)
