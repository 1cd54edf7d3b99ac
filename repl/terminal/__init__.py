"""The person's terminal: one thread that shows prompts, reads keys and writes output, on orders from a queue.

    terminal = Terminal(language, deliver=lambda prompt, answer: mailbox.put(answer))
    terminal.start()
    terminal.write("Interactive pyex\n")
    terminal.ask(Prompt("pyex(1)> ", "....(1)> "))      # later: deliver(prompt, ("input", "1 + 1"))
    terminal.stop()

The program around it never waits for the terminal, and the person never waits for the program. While no prompt is up
the terminal is in its usual (cooked) mode, output goes straight to it, and Ctrl+C is a SIGINT for the main thread.
While one is up (see `line_editor` and `key_bindings`), Ctrl+C is a key, and whole lines of output appear above the
prompt; an unfinished line waits for its end, or for the end of the prompt.

Each `ask` gets one answer, unless a later `ask` replaced it while it was up, or the terminal was stopped.
"""

from __future__ import annotations

import asyncio
import atexit
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from pyex.repl.language import Language
from pyex.repl.terminal.input_history import configured_file
from pyex.repl.terminal.lending import Lending, Order
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.terminal_loan import Loan

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

    from pyex.repl.terminal.line_editor import LineEditor

REPAINT_SECONDS = 1 / 30
# How long the first prompt has been up when the rest of the program may take its time.
IDLE_SECONDS = 0.1
WRITE_AT_ONCE = 64 * 1024


Command = str | Prompt | Order | None  # write this text, ask with this prompt, lend the terminal, stop


class Terminal:
    """The terminal. `write`, `ask` and `stop` may be called from any thread; the first two never wait.

    `deliver(prompt, answer)` is called in the terminal's thread when a prompt has its answer: `("input", text)`,
    `("interrupt",)` when Ctrl+C was pressed twice on an empty prompt, `("eof",)` when Ctrl+D was pressed on an empty
    prompt or the terminal is gone, and `("switch", text)` for Ctrl+G, with what was typed so far: a later prompt with
    it as its `initial` text brings it back.

    `input` and `output` are prompt_toolkit's, by default those of the process. All of the following are called in the
    terminal's thread: `namespace()` is what Tab completes from; `status()` is the text of the status line, its parts
    two spaces apart; `history_file()` is where the history is kept, see `configured_file`; `has_colours()` says whether
    it shows colours, by default what the environment says; `when_finished()`: a prompt has been answered, and Ctrl+C is
    about to be a signal. `when_idle()`, if given, is called once, in a thread of its own, when the first prompt has
    been up for a moment; what is typed until then is not coloured yet.
    """

    def __init__(
        self,
        language: Language,
        deliver: Callable[[Prompt, Answer], None],
        *,
        input: Input | None = None,
        output: Output | None = None,
        namespace: Callable[[], Mapping[str, object]] = lambda: {},
        status: Callable[[], str] | None = None,
        history_file: Callable[[], str | None] = configured_file,
        has_colours: Callable[[], bool] | None = None,
        when_finished: Callable[[], None] = lambda: None,
        when_idle: Callable[[], None] | None = None,
    ) -> None:
        self._language = language
        self._deliver = deliver
        self._input = input
        self._output = output
        self._namespace = namespace
        self._status = status
        self._history_file = history_file
        self._has_colours = has_colours
        self._when_finished = when_finished
        self._when_idle = when_idle
        self._thread = threading.Thread(target=self._run, name="pyex-terminal", daemon=True)
        self._commands: SimpleQueue[Command] = SimpleQueue()
        # One byte for each character on its way to the screen. A number would need a lock to be exact, and a signal
        # handler that writes must not meet a lock; growing and cutting a bytearray are single steps.
        self._unwritten = bytearray()
        self._ended = False
        self._asleep = False
        self._wake = asyncio.Event()

        # What follows belongs to the terminal's thread.
        self._loop: asyncio.AbstractEventLoop
        self._editor: LineEditor
        self._stopping = False
        self._failure: BaseException | None = None
        self._prompt: Prompt | None = None  # asked and not answered yet
        self._reading: asyncio.Task[None] | None = None
        self._held: deque[str] = deque()  # output that is not on the screen yet
        self._is_editing = False  # the editor has the terminal
        self._lending = Lending(lambda: self._is_editing, self._show_kept)
        self._unfinished_line = ""  # what stands on the screen since its last newline, while no prompt is up
        self._next_repaint = 0.0
        self._repaint_timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the thread. What was queued before appears now."""
        # Without this, a program that ends with a prompt up and forgets to stop would leave the terminal raw.
        atexit.register(self.stop)
        self._thread.start()

    def ask(self, prompt: Prompt) -> None:
        """Show this prompt and read one input for it. When a prompt is up already, this one takes its place, and what
        is typed so far stays."""
        self._put(prompt)

    def write(self, text: str) -> None:
        """Queue text for the screen; it may hold colour sequences. Safe in signal handlers and finalisers."""
        if not text or self._ended:
            return
        self._unwritten += bytes(len(text))
        self._put(text)

    def lend(self, loan: Loan, **options: Any) -> None:
        """Lend the terminal as soon as it can be; what is asked and written meanwhile comes when it is back. A prompt
        that is up is taken down until then. `options` are those of `LentTerminal`."""
        self._put((loan, options))

    def stop(self) -> None:
        """Write everything that is queued, take the prompt down, restore the terminal and end the thread."""
        if not self._thread.is_alive():
            return
        self._put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()
        atexit.unregister(self.stop)

    @property
    def backlog(self) -> int:
        """How many characters are queued and not yet on the screen, an unfinished line that is held back included."""
        return 0 if self._ended else len(self._unwritten)

    @property
    def is_asking(self) -> bool:
        """Whether it reads keys for a prompt, or is about to."""
        return self._prompt is not None

    @property
    def reads_keys(self) -> bool:
        """Whether keys are read, for a prompt or by who has borrowed the terminal, or are about to be."""
        return self._prompt is not None or self._lending.is_on

    def _put(self, command: Command) -> None:
        self._commands.put(command)
        # The thread says that it sleeps *before* it looks into the queue for the last time: no command is missed.
        if self._asleep:
            with suppress(RuntimeError):  # the loop may have been closed: then this comes too late
                self._loop.call_soon_threadsafe(self._wake.set)

    # The thread

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._ended = True
            self._mourn(error)
        self._ended = True

    async def _serve(self) -> None:
        # Imported in this thread, so that the rest of the program starts meanwhile.
        from prompt_toolkit.application import create_app_session

        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._callback_failed)
        # Without it, two terminals of a program would take each other's prompts for the one that is up.
        with create_app_session():
            self._editor = self._new_editor()
            if self._when_idle is None:
                self._editor.load_lexer()
            await self._obey_until_stopped()

    async def _obey_until_stopped(self) -> None:
        while not self._stopping:
            if self._failure is not None:
                raise self._failure
            self._wake.clear()
            self._asleep = True
            if self._commands.empty():
                if not self._held:
                    self._unwritten.clear()  # a process killed inside `write` has counted what it never queued
                await self._wake.wait()
            self._asleep = False
            for _ in range(self._commands.qsize()):
                self._obey(self._commands.get_nowait())
            self._show_held()
        await self._lending.until_free()
        if self._reading is not None:
            await self._reading
        self._write_directly()
        self._editor.close()

    def _obey(self, command: Command) -> None:
        if self._stopping:
            return
        match command:
            case str() if self._lending.is_on:
                self._lending.keep(command)
                del self._unwritten[: len(command)]
            case str():
                self._held.extend(command[i : i + WRITE_AT_ONCE] for i in range(0, len(command), WRITE_AT_ONCE))
            case Prompt():
                self._show_prompt(command)
            case (_, _):
                task = self._lending.lend(command, self._editor)
                if task is not None:
                    task.add_done_callback(self._reading_ended)
            case None:
                self._stopping = True
                self._lending.end()
                self._editor.finish(None)

    def _callback_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, OSError) and _is_of_a_key(error):
            # A mistake in one key, ours or prompt_toolkit's, costs that key only: the session is worth more.
            self.write(f"warning: that key failed, nothing else: {_described(error)}\n")
            return
        self._failure = self._failure or error
        self._wake.set()

    def _reading_ended(self, reading: asyncio.Task[None]) -> None:
        if not reading.cancelled():
            self._failure = self._failure or reading.exception()
            self._wake.set()

    def _mourn(self, error: BaseException) -> None:
        """The terminal is gone, or our own code has failed: answer every prompt with end of file, so that nobody waits
        for ever."""
        if not isinstance(error, OSError) and sys.__stderr__ is not None:
            traceback.print_exception(error, file=sys.__stderr__)
        self._lending.fail(error)
        command: Command = self._prompt or ""
        while command is not None and not self._stopping:
            if isinstance(command, Prompt):
                self._deliver(command, ("eof",))
            elif isinstance(command, tuple):
                command[0].is_over(error)
            command = self._commands.get()

    # The prompt

    def _new_editor(self) -> LineEditor:
        # Imported in this thread, so that the rest of the program starts meanwhile.
        from pyex.repl.terminal.line_editor import LineEditor

        return LineEditor(
            self._language,
            self._input,
            self._output,
            show=self.write,
            before_finish=self._finishes,
            namespace=self._namespace,
            status=self._status,
            history_file=self._history_file,
            has_colours=self._has_colours,
        )

    def _show_prompt(self, prompt: Prompt) -> None:
        if self._prompt is None:
            self._write_directly()
            self._prompt = prompt
            self._reading = self._loop.create_task(self._read())
            self._reading.add_done_callback(self._reading_ended)
            return
        self._write_all_above()
        self._prompt = prompt
        self._editor.replace(prompt)

    async def _read(self) -> None:
        answer: Answer | None = None
        while answer is None and self._prompt is not None and not self._stopping:
            await self._lending.until_free()
            unfinished_line, self._unfinished_line = self._unfinished_line, ""
            self._is_editing = True
            answer = await self._editor.read(self._prompt, unfinished_line, when_up=self._prompt_comes_up)
            self._is_editing = False
        self._write_directly()
        prompt, self._prompt = self._prompt, None
        if prompt is not None and answer is not None:
            self._deliver(prompt, answer)

    def _prompt_comes_up(self) -> None:
        self._loop.call_soon(self._show_held)
        when_idle, self._when_idle = self._when_idle, None
        if when_idle is not None:
            thread = threading.Thread(target=self._load_the_rest, args=(when_idle,), name="pyex-start-up", daemon=True)
            self._loop.call_later(IDLE_SECONDS, thread.start)

    def _load_the_rest(self, when_idle: Callable[[], None]) -> None:
        self._editor.load_lexer()
        with suppress(RuntimeError):  # the loop may have been closed meanwhile
            self._loop.call_soon_threadsafe(self._editor.repaint)
        when_idle()

    # Output

    def _show_kept(self, text: str) -> None:
        """What was written while the terminal was lent."""
        if text:
            self._unwritten += bytes(len(text))
            self._held.append(text)
        if self._is_editing:
            self._wake.set()
        else:
            self._write_directly()

    def _show_held(self) -> None:
        if self._prompt is None:
            self._write_directly()
        elif self._held and self._editor.is_up and self._repaint_timer is None:
            wait = self._next_repaint - self._loop.time()
            if wait <= 0:
                self._repaint()
            else:
                self._repaint_timer = self._loop.call_later(wait, self._repaint)

    def _repaint(self) -> None:
        self._repaint_timer = None
        began = self._loop.time()
        written = self._write_above(WRITE_AT_ONCE)
        # On a slow terminal, every second moment belongs to the keys.
        now = self._loop.time()
        if written:
            self._next_repaint = now + max(REPAINT_SECONDS, now - began)
            self._show_held()

    def _write_above(self, limit: int) -> bool:
        """Write about `limit` characters of whole lines above the prompt; return whether there were any."""
        lines = self._take_lines(limit) if self._editor.is_up else ""
        if lines:
            self._editor.print_above(lines)
            del self._unwritten[: len(lines)]
        return bool(lines)

    def _finishes(self) -> None:
        self._write_all_above()
        self._when_finished()

    def _write_all_above(self) -> None:
        self._write_above(sys.maxsize)

    def _take_lines(self, limit: int) -> str:
        pieces: list[str] = []
        size = 0
        newline_seen = False
        while self._held and not (newline_seen and size >= limit):
            piece = self._held.popleft()
            newline_seen = newline_seen or "\n" in piece
            size += len(piece)
            pieces.append(piece)
        lines, newline, rest = "".join(pieces).rpartition("\n")
        if rest:
            self._held.appendleft(rest)
        return lines + newline

    def _write_directly(self) -> None:
        output = self._editor.output
        while self._held and not self._lending.is_on:
            pieces: list[str] = []
            size = 0
            while self._held and size < WRITE_AT_ONCE:
                pieces.append(self._held.popleft())
                size += len(pieces[-1])
            text = "".join(pieces)
            output.write_raw(text)
            output.flush()
            del self._unwritten[:size]
            self._unfinished_line = (self._unfinished_line + text).rpartition("\n")[2]


def _is_of_a_key(error: Exception) -> bool:
    """Whether it was raised by what a key does."""
    return any(frame.f_code.co_name == "_call_handler" for frame, _ in traceback.walk_tb(error.__traceback__))


def _described(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    what = "".join(traceback.format_exception_only(error)).strip()
    return f"{what} ({place.name} in {place.filename}, line {place.lineno})"
