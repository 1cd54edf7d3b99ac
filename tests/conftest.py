"""What pytest gives to tests that ask for it by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser import Page, chromium, new_page


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The browser that all tests share."""
    with chromium() as driver:
        yield driver


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    """A page in a tab of its own; the test fails when the browser complains of it."""
    with new_page(browser) as made:
        yield made
