"""What the player tells the person who leads it: a few words below the prompt, which leave no trace; and the dark."""

from __future__ import annotations

from typing import Any, cast

from prompt_toolkit.application import Application
from prompt_toolkit.filters import Condition, is_done
from prompt_toolkit.layout import ConditionalContainer, FormattedTextControl, HSplit, Layout, Window

STYLE = "italic"


class Notice:
    """The lines below the prompt. All but `text` is for the terminal's thread."""

    def __init__(self) -> None:
        self.text = ""
        self._equipped: Application[Any] | None = None
        self._layout: Layout | None = None

    def equip(self, app: Application[Any]) -> None:
        """Make room for it below this prompt."""
        if self._equipped is app:
            return
        self._equipped = app
        window = Window(FormattedTextControl(lambda: self.text), style=STYLE, dont_extend_height=True, wrap_lines=True)
        container = ConditionalContainer(window, Condition(lambda: bool(self.text)) & ~is_done)
        cast(HSplit, app.layout.container).children.append(container)

    # The dark

    @property
    def is_dark(self) -> bool:
        return self._layout is not None

    def darken(self, app: Application[Any]) -> None:
        """Show nothing, on the terminal's other screen."""
        if self.is_dark:
            return
        app.renderer.erase()
        app.output.enter_alternate_screen()
        app.output.erase_screen()
        self._layout = app.layout
        app.layout = Layout(Window(FormattedTextControl("", focusable=True, show_cursor=False)))
        app.renderer.reset()
        app.invalidate()

    def lighten(self, app: Application[Any]) -> None:
        """Show what was there before."""
        if self._layout is None:
            return
        app.renderer.erase()
        app.output.quit_alternate_screen()
        app.layout, self._layout = self._layout, None
        app.renderer.reset()
        app.invalidate()
