"""Telling pasted text from typing, in terminals that do not mark what is pasted.

A terminal with bracketed paste hands over a pasted text as one key. Without it (`tmux send-keys`, pexpect, a paste over
a plain line) the text comes as key presses, and indenting its lines on top of the indentation that they bring along
would build a staircase. What tells such text from typing is that one read of the terminal brings many keys.
"""

from __future__ import annotations

from prompt_toolkit.key_binding.key_processor import KeyProcessor

FASTER_THAN_FINGERS = 4


class Burst:
    """How many keys the terminal's last read brought.

    A person's keys come one or two at a time, even over a slow line. `literal` says that more came at once: then they
    are a text, to be taken as it is, with no indentation added.
    """

    def __init__(self) -> None:
        self._size = 0
        self._waiting = 0

    def before_key(self, processor: KeyProcessor) -> None:
        """Count; to be called before every key press, when its key has left the processor's queue."""
        waiting = len(processor.input_queue)
        if waiting != self._waiting - 1:
            self._size = waiting + 1
        self._waiting = waiting

    @property
    def literal(self) -> bool:
        """Did the key that is being handled come in a burst?"""
        return self._size >= FASTER_THAN_FINGERS
