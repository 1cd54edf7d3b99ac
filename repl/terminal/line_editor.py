"""One prompt on the screen, read with prompt_toolkit: highlighting, history, several lines, output above it.

It lives in the terminal's thread and its asyncio loop; `Terminal` decides when it is up. This file is the only one,
with `key_bindings`, that imports prompt_toolkit, which takes a tenth of a second.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from prompt_toolkit import PromptSession
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.history import DummyHistory, InMemoryHistory
from prompt_toolkit.input import Input, create_input
from prompt_toolkit.layout.processors import TabsProcessor
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.output import ColorDepth, Output, create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from pyex.repl.language import Language
from pyex.repl.terminal.key_bindings import Burst, key_bindings
from pyex.repl.terminal.prompt import Answer, Prompt

# The sixteen colours follow the terminal's own theme. Black, white, grey, blue and yellow are left out: each of them is
# hard to read on some usual background.
COLOURS = {
    "pygments.comment": "italic",
    "pygments.keyword": "ansimagenta",
    "pygments.operator.word": "ansimagenta",
    "pygments.name.decorator": "ansimagenta",
    "pygments.name.builtin": "ansicyan",
    "pygments.name.class": "ansicyan",
    "pygments.name.exception": "ansicyan",
    "pygments.name.function": "ansicyan",
    "pygments.literal.number": "ansicyan",
    "pygments.literal.string": "ansigreen",
}

BEGIN_FRAME, END_FRAME = "\x1b[?2026h", "\x1b[?2026l"


class LineEditor:
    """Reads one input after another for the prompts it is given.

    `show(text)` is where a hint for the person goes; `before_finish()` is called right before an answered prompt gets
    its last look, to write what still belongs above it.
    """

    def __init__(
        self,
        language: Language,
        input: Input | None,
        output: Output | None,
        *,
        show: Callable[[str], None],
        before_finish: Callable[[], None],
    ) -> None:
        self.output = output or _process_output()
        self._prompt = Prompt("")
        self._in_front = ""
        self._before_finish = before_finish
        self._history = InMemoryHistory()
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self._lexer = None if plain else PygmentsLexer(language.lexer)
        burst = Burst()
        self._session: PromptSession[Answer | None] = PromptSession(
            message=lambda: ANSI(self._in_front + self._prompt.text),
            prompt_continuation=lambda width, line, wraps: "" if wraps else ANSI(self._prompt.continuation),
            multiline=Condition(self._is_code),
            history=self._history,
            key_bindings=key_bindings(language, self._is_code, burst, self.finish, show),
            input_processors=[TabsProcessor(tabstop=4, char1=" ", char2=" ")],
            style=Style.from_dict(COLOURS),
            include_default_pygments_style=False,
            color_depth=ColorDepth.DEPTH_1_BIT if plain else None,
            reserve_space_for_menu=0,
            input=input or create_input(sys.__stdin__),
            output=self.output,
        )
        self._session.app.key_processor.before_key_press += burst.before_key

    def _is_code(self) -> bool:
        return self._prompt.kind == "code"

    @property
    def is_up(self) -> bool:
        """Is a prompt on the screen, waiting for keys?"""
        app = self._session.app
        return app.is_running and app.future is not None and not app.future.done()

    async def read(self, prompt: Prompt, unfinished_line: str, when_up: Callable[[], None]) -> Answer | None:
        """Show the prompt and read; the answer, or None when the person abandoned the line or somebody else called
        `finish(None)`. `when_up()` is called when the prompt is about to appear."""
        self._in_front = self._make_room(prompt, unfinished_line)
        self.replace(prompt)
        self._session.default_buffer.history = self._history if self._is_code() else DummyHistory()
        try:
            return await self._session.prompt_async(pre_run=when_up, handle_sigint=False, set_exception_handler=False)
        except EOFError:
            return ("eof",)

    def _make_room(self, prompt: Prompt, unfinished_line: str) -> str:
        """An unfinished line on the screen stays in front of a plain line's prompt, so the prompt has to draw it; code
        starts on a line of its own."""
        unfinished_line = unfinished_line.rstrip("\r").rpartition("\r")[2].expandtabs()
        width = get_cwidth("".join(text for _, text, *_ in ANSI(unfinished_line).__pt_formatted_text__()))
        if not width:
            return ""
        if prompt.kind == "code" or width >= self.output.get_size().columns:
            self.output.write_raw("\n")
            return ""
        self.output.write_raw("\r")
        self.output.erase_end_of_line()
        return unfinished_line

    def replace(self, prompt: Prompt) -> None:
        """Show this prompt from now on; what is typed stays."""
        self._prompt = prompt
        self._session.lexer = self._lexer if self._is_code() else None
        self._session.app.invalidate()

    def finish(self, answer: Answer | None) -> None:
        """End the prompt; `read` returns this answer. What is typed stays on the screen. Nothing if no prompt is up."""
        if not self.is_up:
            return
        self._before_finish()
        if answer is not None and answer[0] == "input" and self._is_code():
            text = answer[1].rstrip()
            answer = ("input", text)
            if text and text not in self._history.get_strings()[-1:]:
                self._history.append_string(text)
        self._session.app.exit(result=answer)

    def print_above(self, lines: str) -> None:
        """Write whole lines above the prompt.

        Not with prompt_toolkit's `run_in_terminal`: that puts the terminal into cooked mode meanwhile, so that a key
        pressed in this moment is echoed into the output, and it turns bracketed paste off, so that a paste in this
        moment falls apart. Terminals that can hold back their drawing (mode 2026) do, and nothing flickers.
        """
        app = self._session.app
        self.output.write_raw(BEGIN_FRAME)
        app.renderer.erase()
        self.output.enable_bracketed_paste()
        self.output.write_raw(lines)
        app._redraw()
        self.output.write_raw(END_FRAME)
        self.output.flush()


def _process_output() -> Output:
    """The process's own terminal, whatever `sys.stdout` is by now.

    Without cursor position requests: nothing here needs to know the row, each of them makes the prompt wait for the
    terminal's reply, and a reply that comes late is echoed.
    """
    output = create_output(sys.__stdout__)
    if isinstance(output, Vt100_Output):
        output.enable_cpr = False
    return output
