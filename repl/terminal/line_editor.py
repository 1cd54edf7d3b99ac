"""One prompt on the screen, read with prompt_toolkit: highlighting, history, several lines, output above it.

It lives in the terminal's thread and its asyncio loop; `Terminal` decides when it is up. This file and those that it
imports from this folder are the only ones that import prompt_toolkit, which takes a tenth of a second.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from threading import Lock
from typing import cast

from prompt_toolkit import PromptSession
from prompt_toolkit.application import in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples, to_formatted_text, to_plain_text
from prompt_toolkit.history import DummyHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.layout import HSplit
from prompt_toolkit.layout.processors import TabsProcessor
from prompt_toolkit.lexers import PygmentsLexer, SimpleLexer
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from pyex.repl.configuration import settings
from pyex.repl.language import Language
from pyex.repl.terminal.editing import Editing, unindented
from pyex.repl.terminal.input_history import InputHistory
from pyex.repl.terminal.own_terminal import has_environment_colours, process_input, process_output
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.repl.terminal.status_line import StatusLine

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
    "matching-bracket": "bold underline ansired",
    "status-line": "reverse",
}

# After Escape, how long to wait for the rest of a key's sequence: in vi mode Escape itself is pressed all the time.
ESCAPE_SECONDS = {EditingMode.EMACS: 0.5, EditingMode.VI: 0.05}
MODES = {InputMode.INSERT: "[ins] ", InputMode.REPLACE: "[rep] ", InputMode.REPLACE_SINGLE: "[rep] "}
OTHER_MODE = "[nav] "
PASTE_MODE = "(paste) "

RESIZE_SECONDS = 0.25

BEGIN_FRAME, END_FRAME = "\x1b[?2026h", "\x1b[?2026l"


class LineEditor:
    """Reads one input after another for the prompts it is given.

    `show(text)` is where a hint for the person goes; `before_finish()` is called right before an answered prompt gets
    its last look, to write what still belongs above it. `namespace()` is what Tab completes from, `status()` what
    stands in the status line, and `history_file()` where the history is kept.
    """

    def __init__(
        self,
        language: Language,
        input: Input | None,
        output: Output | None,
        *,
        show: Callable[[str], None],
        before_finish: Callable[[], None],
        namespace: Callable[[], Mapping[str, object]],
        status: Callable[[], str] | None,
        history_file: Callable[[], str | None],
        has_colours: Callable[[], bool] | None,
    ) -> None:
        self.output = output or process_output()
        self._in_front = ""
        self._ask_for_colours = has_colours or has_environment_colours
        self._has_colours = False
        self._show = show
        self._before_finish = before_finish
        self._history_file = history_file
        self._style = Style.from_dict(COLOURS)
        self._lexer: PygmentsLexer | None = None
        self._loading = Lock()
        self._left = Document()  # what Ctrl+G took away
        self._outside: subprocess.Popen[bytes] | None = None  # the editor that has the terminal
        self._is_outside = False
        self._late_answer: tuple[Answer | None] | None = None  # the prompt was ended while the editor ran
        self._when_up: Callable[[], None] = lambda: None
        self._editing = Editing(
            language,
            InputHistory(show),
            finish=self.finish,
            show=show,
            namespace=namespace,
            edit_outside=self._edit_outside,
            size=self._size,
        )
        self._session: PromptSession[Answer | None] = PromptSession(
            message=self._message,
            prompt_continuation=lambda width, line, wraps: "" if wraps else self._continuation(),
            multiline=Condition(self._editing.is_code),
            history=_Recent(self._editing.history),
            input_processors=[TabsProcessor(tabstop=4, char1=" ", char2=" ")],
            style=self._style,
            include_default_pygments_style=False,
            reserve_space_for_menu=0,
            input=input or process_input(),
            output=self.output,
        )
        self._session.default_buffer.accept_handler = self._accept
        self._status_line = StatusLine(status, self._size)
        cast(HSplit, self._session.layout.container).children.append(self._status_line.container())
        self._session.app.terminal_size_polling_interval = None  # see _follow_size
        self._session.app.after_render += self._after_render

    @property
    def input(self) -> Input:
        """Where the keys come from."""
        return self._session.app.input

    def shows_colours(self) -> bool:
        """Whether the person wants colours."""
        return self._ask_for_colours() and bool(settings.colors.get("enabled", True))

    @property
    def is_up(self) -> bool:
        """Is a prompt on the screen, waiting for keys?"""
        app = self._session.app
        return app.is_running and app.future is not None and not app.future.done() and not self._is_outside

    async def read(self, prompt: Prompt, unfinished_line: str, when_up: Callable[[], None]) -> Answer | None:
        """Show the prompt and read; the answer, or None when the person abandoned the line or somebody else called
        `finish(None)`. `when_up()` is called when the prompt is about to appear."""
        self._in_front = self._make_room(prompt, unfinished_line)
        text = self._editing.begin(prompt)
        mode = EditingMode.VI if settings.editing_mode == "vi" else EditingMode.EMACS
        self._session.editing_mode = mode
        self._session.app.ttimeoutlen = ESCAPE_SECONDS[mode]
        self._has_colours = self.shows_colours()
        self._session.color_depth = None if self._has_colours else ColorDepth.DEPTH_1_BIT
        self.replace(prompt)
        self._when_up = when_up
        try:
            return await self._session.prompt_async(
                default=self._left if text and text == self._left.text else Document(text),
                pre_run=self._comes_up,
                handle_sigint=False,
                set_exception_handler=False,
            )
        except EOFError:
            return ("eof",)

    def _comes_up(self) -> None:
        self._session.app.create_background_task(self._follow_size())
        self._when_up()

    async def _follow_size(self) -> None:
        """Draw anew when the window has another size: the signal for it reaches the main thread only, and
        prompt_toolkit's own look at the size misses what happens right after a prompt has come up."""
        size = self.output.get_size()
        while True:
            await asyncio.sleep(RESIZE_SECONDS)
            if size != self.output.get_size():
                size = self.output.get_size()
                if self.is_up:
                    self._session.app._on_resize()

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
        self._editing.prompt = prompt
        self._session.lexer = self._lexer if self._has_colours and self._editing.is_code() else None
        self._session.app.invalidate()

    def load_lexer(self) -> None:
        """Load what colours the input, in any thread; `repaint` has it used. The first prompt comes without, for that
        takes an eighth of its time."""
        with self._loading:
            if self._lexer is None:
                self._lexer = PygmentsLexer(self._editing.language.lexer)

    def repaint(self) -> None:
        """Show what has changed."""
        self.replace(self._editing.prompt)

    def finish(self, answer: Answer | None) -> None:
        """End the prompt; `read` returns this answer. What is typed stays on the screen. Nothing if no prompt is up."""
        if self._is_outside:
            self._late_answer = (answer,)
            if self._outside is not None:
                self._outside.terminate()
        if not self.is_up:
            return
        if self._lexer is None and self._has_colours and self._editing.is_code():
            # Typed at once, and yet it is to stay there in its colours.
            self.load_lexer()
            self.repaint()
        self._before_finish()
        if answer is not None and answer[0] == "input" and self._editing.is_code():
            text = answer[1].rstrip()
            self._editing.history.add(text)
            answer = ("input", unindented(text))
        if answer is not None and answer[0] == "switch":
            self._left = self._session.default_buffer.document
        self._session.app.erase_when_done = self._is_taller_than_screen()
        if self._session.app.erase_when_done:
            self._write_whole()
        self._session.app.exit(result=answer)

    def close(self) -> None:
        """Nothing more will be read: let the history reach its file."""
        self._editing.history.close()

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

    async def aside(self, use: Awaitable[object]) -> None:
        """Take the prompt down until that has been awaited; then it is back as it was, or ended as was asked
        meanwhile."""
        self._is_outside = True
        try:
            async with in_terminal():
                await use
        finally:
            self._is_outside = False
        if self._late_answer is not None:
            (answer,), self._late_answer = self._late_answer, None
            self.finish(answer)
        else:
            self._when_up()

    def _is_taller_than_screen(self) -> bool:
        rows, columns = self._size()
        front = get_cwidth(to_plain_text(self._continuation()))
        lines = self._session.default_buffer.text.split("\n")
        return sum(-(-(get_cwidth(line) + front) // columns) or 1 for line in lines) > rows

    def _write_whole(self) -> None:
        """Leave all of the text on the screen, where prompt_toolkit would leave a screenful of it."""
        document = self._session.default_buffer.document
        coloured = (self._session.lexer or SimpleLexer()).lex_document(document)
        front = to_formatted_text(ANSI(self._in_front + self._editing.prompt.text))
        fragments: StyleAndTextTuples = []
        for number in range(document.line_count):
            fragments += [*front, *coloured(number), ("", "\n")]
            front = to_formatted_text(ANSI(self._editing.prompt.continuation))
        self._session.app.renderer.erase()
        depth = self._session.color_depth or self.output.get_default_color_depth()
        print_formatted_text(self.output, fragments, self._style, color_depth=depth)

    def _accept(self, buffer: Buffer) -> bool:
        """prompt_toolkit's own keys that accept a line end the prompt as Enter does."""
        self.finish(("input", buffer.text))
        return True

    def _size(self) -> tuple[int, int]:
        size = self.output.get_size()
        return size.rows, size.columns

    def _after_render(self, app: object) -> None:
        """What the first prompt can be shown without waits until it is on the screen: no key has been read then."""
        if self._session.key_bindings is None:
            self._equip()
        self._editing.history.follow(self._history_file(), settings.history_lines)

    def _equip(self) -> None:
        from pyex.repl.terminal.key_bindings import key_bindings
        from pyex.repl.terminal.matching_brackets import MatchingBrackets

        editing = self._editing
        brackets = MatchingBrackets(editing.language, Condition(lambda: self._session.lexer is not None))
        self._session.key_bindings = key_bindings(editing)
        self._session.input_processors = [brackets, *(self._session.input_processors or [])]
        self._session.app.key_processor.before_key_press += editing.burst.before_key
        self._session.app.key_processor.after_key_press += lambda _: editing.after_key()

    # What stands in front of the text

    def _message(self) -> StyleAndTextTuples:
        if self._editing.search.on:
            return [("", self._editing.search.message())]
        text = self._in_front + self._mode() + self._editing.prompt.text
        return to_formatted_text(ANSI(text))

    def _continuation(self) -> ANSI:
        return ANSI(" " * len(self._mode()) + self._editing.prompt.continuation)

    def _mode(self) -> str:
        """The mode, while it is not the usual one and the prompt is up."""
        app = self._session.app
        if app.is_done or not self._editing.is_code():
            return ""
        if self._editing.pasting:
            return PASTE_MODE
        return MODES.get(app.vi_state.input_mode, OTHER_MODE) if app.editing_mode == EditingMode.VI else ""

    # An editor of one's own

    def _edit_outside(self) -> None:
        self._is_outside = True
        self._session.app.create_background_task(self._edit())

    async def _edit(self) -> None:
        from pyex.repl.terminal.external_editor import EditorFailed, edited
        from pyex.repl.terminal.switch_key import lent

        app = self._session.app
        text = self._session.default_buffer.text
        patterns = self._editing.language.lexer.filenames
        suffix = patterns[0].removeprefix("*") if patterns else ""
        failure = ""

        async def edit() -> None:
            nonlocal text, failure
            assert app.loop is not None
            try:
                with lent():
                    text = await app.loop.run_in_executor(None, edited, text, suffix, self._editor_started)
            except EditorFailed as error:
                failure = str(error)
            finally:
                self._outside = None
            if self._late_answer is None:
                self._session.default_buffer.document = Document(text, len(text))

        await self.aside(edit())
        self._show(failure + "\n" if failure else "")

    def _editor_started(self, editor: subprocess.Popen[bytes]) -> None:
        self._outside = editor
        if self._late_answer is not None:
            editor.terminate()


class _Recent(DummyHistory):
    """The history as prompt_toolkit sees it: for Alt+. only, our own keys do the rest."""

    def __init__(self, history: InputHistory) -> None:
        super().__init__()
        self._history = history

    def get_strings(self) -> list[str]:
        return self._history.entries()
