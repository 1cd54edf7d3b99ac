"""Hints: what OTP's sentence about an error leaves unsaid, as a note below it."""

from __future__ import annotations

from typing import TypeVar

Error = TypeVar("Error", bound=BaseException)


def hinted(error: Error, hint: str) -> Error:
    """The error with a hint; its own text stays that of OTP."""
    error.add_note(f"    ({hint})")
    return error
