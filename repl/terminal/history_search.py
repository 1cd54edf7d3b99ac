"""Ctrl+R and Ctrl+S: incremental search through the history, its inputs whole.

    (search)`count': class Counter:
                         def __init__(self):

Each key extends what is searched for; Ctrl+R goes on to an older input, Ctrl+S to a newer one. Enter runs what was
found, Escape takes it into the line, Ctrl+G and Ctrl+C bring back what was there before, and any other key takes it
into the line and does there what it always does. Small letters find capitals too.
"""

from __future__ import annotations

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import emacs_mode, vi_insert_mode, vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys

from pyex.repl.terminal.editing import Editing, HistoryPlace, Search, runs
from pyex.repl.terminal.history_keys import PATIENCE


def search_keys(editing: Editing) -> KeyBindings:
    """The keys that start a search, and all keys while one is on."""
    keys = KeyBindings()
    searching = editing.searching
    typing = emacs_mode | vi_insert_mode

    @keys.add("c-r", filter=editing.coding & typing)
    @keys.add("/", filter=editing.coding & vi_navigation_mode)
    def search_older(event: KeyPressEvent) -> None:
        _start_or_go_on(editing, event.current_buffer, 1)

    @keys.add("c-s", filter=editing.coding & typing)
    @keys.add("?", filter=editing.coding & vi_navigation_mode)
    def search_newer(event: KeyPressEvent) -> None:
        _start_or_go_on(editing, event.current_buffer, -1)

    @keys.add(Keys.Any, filter=searching)
    @keys.add("space", filter=searching)
    @keys.add(":", filter=searching)
    def extend(event: KeyPressEvent) -> None:
        editing.search.was_meant = True
        if event.data.isprintable():
            editing.search.query += event.data
            _find(editing, event.current_buffer, editing.search.back)

    @keys.add(Keys.BracketedPaste, filter=searching)
    def extend_by_paste(event: KeyPressEvent) -> None:
        editing.search.was_meant = True
        editing.search.query += event.data.replace("\r", "\n").partition("\n")[0]
        _find(editing, event.current_buffer, editing.search.back)

    @keys.add("backspace", filter=searching)
    def shorten(event: KeyPressEvent) -> None:
        editing.search.was_meant = True
        editing.search.query = editing.search.query[:-1]
        _find(editing, event.current_buffer, 1)

    @keys.add("enter", filter=searching)
    def run(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        editing.stop_search()
        buffer.cursor_position = len(buffer.text)
        if runs(editing.language, buffer):
            editing.finish(("input", buffer.text))

    @keys.add("c-g", filter=searching)
    @keys.add("c-c", filter=searching)
    def give_up(event: KeyPressEvent) -> None:
        before = editing.search.before
        editing.stop_search()
        editing.place = HistoryPlace()
        event.current_buffer.document = Document(*before)

    @keys.add("escape", filter=searching)
    def take(event: KeyPressEvent) -> None:
        editing.stop_search()

    return keys


def _start_or_go_on(editing: Editing, buffer: Buffer, step: int) -> None:
    search = editing.search
    if search.on:
        search.was_meant = True
        search.step = step
        if not search.query:
            search.query = search.last_query
        _find(editing, buffer, search.back + step)
        return
    vi = get_app().vi_state
    editing.search = Search(
        on=True,
        was_meant=True,
        last_query=search.last_query,
        step=step,
        back=editing.place.back,
        before=(buffer.text, buffer.cursor_position),
        was_navigating=vi.input_mode == InputMode.NAVIGATION,
    )
    vi.input_mode = InputMode.INSERT


def _find(editing: Editing, buffer: Buffer, start: int) -> None:
    """Show the nearest entry from `start` on that has the query in it; where there is none, what is shown stays."""
    search = editing.search
    entries = editing.history.entries(PATIENCE)
    query = search.query
    small = query == query.lower()
    back = max(start, 1)
    if search.step < 0 and start < 1:
        back = 0
    while query and 0 < back <= len(entries):
        entry = entries[-back]
        position = (entry.lower() if small else entry).find(query)
        if position >= 0 and (entry != buffer.text or back == search.back):
            search.back, search.failed = back, False
            editing.place = HistoryPlace(back=back, shown=entry, drafts={0: search.before})
            buffer.document = Document(entry, min(position, len(entry)))
            return
        back += search.step
    search.failed = bool(query)
