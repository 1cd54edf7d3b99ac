"""The player: goes through a plan, item by item, as the person leads it or by itself.

    player = Player(plan, document.path, terminal_input, options, keeper)
    player.start()
    run_on(player.console, ...)
    player.stop()
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from threading import Thread
from time import time
from typing import Literal

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from pyex.repl.configuration import settings
from pyex.repl.replay.console import ReplayConsole
from pyex.repl.replay.inline import plain
from pyex.repl.replay.lead import GivenBack, Go, Lead, Left
from pyex.repl.replay.pace import AFTER_OUTPUT, BEFORE_INPUT, PAUSE, Pace
from pyex.repl.replay.place import Keeper, place_at
from pyex.repl.replay.plan import Fresh, Item, Page, Plan
from pyex.repl.replay.prose import lines_of
from pyex.repl.replay.typist import Typist
from pyex.repl.transcript.document import Heading, Pause, SetUp
from pyex.repl.transcript.labels import Labels
from pyex.repl.transcript.session import Step

FEWEST_ROWS = 4
STOP_SECONDS = 2.0
# An item in a few words.
TITLE_COLUMNS = 60
# What has been printed is read faster than prose.
OUTPUT_SHARE, LONGEST_LOOK = 0.3, 4.0


@dataclass
class Options:
    """How to play."""

    mode: Literal["chunk", "line", "magic", "auto"] = "chunk"
    speed: float = 1.0
    is_fast: bool = False
    # The item to begin with; what stands before it is played at once, unless `only`.
    begin: int = 0
    only: bool = False
    began: float = field(default_factory=time)


class Renew(Exception):
    """The next item is played in a new shell."""


class Player:
    """Plays in a thread of its own. `renews_at` tells, at the end, the item that a new shell is to begin with."""

    def __init__(
        self,
        plan: Plan,
        path: str,
        terminal: Input,
        options: Options,
        keeper: Keeper,
        labels: Labels,
        *,
        output: Output | None = None,
    ) -> None:
        self.renews_at: int | None = None
        self._plan = plan
        self._path = path
        self._options = options
        self._keeper = keeper
        self._index = options.begin
        self._is_auto = options.mode == "auto"
        self._pace = Pace(options.speed, options.is_fast)
        self._lead = Lead(
            terminal, output, self._pace, is_magic=options.mode == "magic", find=plan.find, place=self._place_line
        )
        self._typist = Typist(self._lead, labels, stops_at_lines=options.mode == "line", is_alone=self._is_auto)
        self._thread = Thread(target=self._run, name="pyex player", daemon=True)
        self._has_ended = False  # and the person was told
        self._is_free = True  # the next page needs no key

    @property
    def console(self) -> ReplayConsole:
        return self._lead.console

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """The session is over."""
        self._lead.end()
        self._thread.join(STOP_SECONDS)
        self._lead.keyboard.echo(True)

    @property
    def index(self) -> int:
        """The item that comes next."""
        return self._index

    def _run(self) -> None:
        try:
            self._play()
        except Left:
            pass
        except Renew:
            self.console.leave()
        except Exception:
            # A mistake of ours: the session is worth more.
            self.console.show(f"replay: it cannot go on; the shell is yours\n{traceback.format_exc()}")
            self._lead.keyboard.is_persons = True

    def _play(self) -> None:
        self._lead.wait_until(self._lead.is_at_prompt)
        base = max((n + 1 for n in range(self._index) if isinstance(self._plan.items[n].what, Fresh)), default=0)
        self._catch_up(base, self._index)
        if not self._is_auto:
            is_magic = self._options.mode == "magic"
            self._lead.say("type anything   F1: the keys" if is_magic else "Space: next   ?: the keys", stays=True)
        while True:
            self._keep()
            try:
                self._play_next()
            except GivenBack:
                pass
            except Go as go:
                self._go(go)

    def _play_next(self) -> None:
        if self._index >= len(self._plan.items):
            self._end()
            return
        item = self._plan.items[self._index]
        if not self._is_auto and (isinstance(item.what, Step) or (isinstance(item.what, Page) and not self._is_free)):
            self._wait_for_next(item)
        match item.what:
            case Page():
                self._show(item.what)
            case Step():
                self._type(item.what)
            case Pause():
                self._pause(item.what)
            case SetUp():
                self._typist.prepare()
                self._typist.set_up(item.what, self._path)
            case Fresh():
                self.renews_at = self._index + 1
                raise Renew
        self._is_free = isinstance(item.what, SetUp | Pause) and self._is_free
        self._index += 1

    def _wait_for_next(self, item: Item) -> None:
        if self._options.mode == "magic" and isinstance(item.what, Step):
            return  # the keys type it
        self._lead.wait_for_next()
        self._lead.say("")

    # The items

    def _show(self, page: Page) -> None:
        """A page; as many screens as it takes."""
        self._typist.prepare()
        has_colours = self.console.has_colours and bool(settings.colors.get("enabled", True))
        lines = lines_of(page.blocks, self.console.columns, has_colours=has_colours)
        room = max(self.console.rows - FEWEST_ROWS, 1)
        while lines:
            shown, lines = lines[:room], lines[room:]
            while lines and not lines[0]:
                lines.pop(0)
            self.console.show_page(shown)
            if self._is_auto:
                self._lead.attend(self._pace.reading("\n".join(shown)))
            elif lines:
                self._lead.wait_for_next()

    def _type(self, step: Step) -> None:
        self._typist.prepare()
        if self._is_auto:
            self._lead.attend(self._pace.seconds(BEFORE_INPUT))
        try:
            self._typist.type(step)
            if not self._typist.run(step):
                self.console.show(f"(replay: {self._path}:{step.line} is not a whole input, and does not run)\n")
                return
        except Go:
            self._typist.clean()
            raise
        self._typist.wait(step)
        if self._is_auto:
            look = min(self._pace.reading(step.printed) * OUTPUT_SHARE, self._pace.seconds(LONGEST_LOOK))
            self._lead.attend(self._pace.seconds(AFTER_OUTPUT) + look)

    def _pause(self, pause: Pause) -> None:
        """In a replay that is led step by step each item waits for a key anyway."""
        if self._is_auto:
            milliseconds = pause.milliseconds
            self._lead.attend(self._pace.seconds(PAUSE if milliseconds is None else milliseconds / 1000))

    def _end(self) -> None:
        if self._is_auto:
            self._lead.attend(self._pace.seconds(AFTER_OUTPUT))
            self.console.leave()
            raise Left
        if self._has_ended:
            self._lead.say("this was the last step   Left: back   j: jump   Ctrl+T: type   q: leave", stays=True)
            self._lead.wait_for_next()
            return
        self._has_ended = True
        self._lead.hand_over("this was the last step: the shell is yours, Ctrl+D leaves; Ctrl+T: back to the player")

    # Where to

    def _go(self, go: Go) -> None:
        """Where the person wants to; what was done stays done."""
        here = self._index
        self._has_ended = False
        if go.skips:
            item = self._plan.items[here] if here < len(self._plan.items) else None
            self._index = min(here + 1, len(self._plan.items))
            self._lead.say(f"skipped: {_title(item)}" if item is not None else "there is nothing left to skip")
            self._is_free = False
            return
        target = self._plan.step_before(here) if go.index is None else go.index
        fresh = [n for n in range(here, target) if isinstance(self._plan.items[n].what, Fresh)]
        if fresh:
            self.renews_at = target
            raise Renew
        self._index = target
        if target > here:
            self._catch_up(here, target)
            self._index = target
        self._is_free = go.index is not None
        if target <= here:
            self._lead.say(f"back: what was done stays done; next is {_title(self._plan.items[target])}")

    def _catch_up(self, begin: int, end: int) -> None:
        """Play these items at once, and quietly."""
        items = [item for item in self._plan.items[begin:end] if isinstance(item.what, Step | SetUp)]
        if not items:
            return
        self._typist.prepare()
        self._lead.is_busy = self.console.is_quiet = True
        try:
            for number, item in enumerate(items, start=1):
                self._lead.say(f"what stands before is played: {number} of {len(items)}", stays=True)
                if isinstance(item.what, SetUp):
                    self._typist.set_up(item.what, self._path)
                elif isinstance(item.what, Step) and not self._options.only:
                    self._typist.run_quietly(item.what)
        finally:
            self._lead.is_busy = self.console.is_quiet = False
        self._lead.say("")

    # The place

    def _keep(self) -> None:
        self._keeper.keep(place_at(self._plan, self._index, mode=self._options.mode, began=self._options.began))
        if self._keeper.problem:
            self._lead.say(self._keeper.problem)
            self._keeper.problem = ""

    def _place_line(self) -> str:
        section = self._plan.section_at(self._index)
        title = f"  {section.title}" if section is not None else ""
        return f"{self._plan.inputs_before(self._index)}/{self._plan.inputs}{title}"


def _title(item: Item) -> str:
    """An item in a few words."""
    if isinstance(item.what, Step):
        first, newline, _ = item.what.text.partition("\n")
        return first + (" ..." if newline else "")
    if isinstance(item.what, Page):
        block = item.what.blocks[0]
        if isinstance(block, Heading):
            return plain(block.title)[:TITLE_COLUMNS]
        return " ".join(" ".join(lines_of((block,), TITLE_COLUMNS, has_colours=False)).split())[:TITLE_COLUMNS]
    return f"line {item.line}"
