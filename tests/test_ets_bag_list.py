"""The order of objects in a bag that come as one list, in OTP 25."""

from __future__ import annotations

import pytest

from pyex import ets


@pytest.mark.process
def test_a_list_of_objects_goes_into_a_bag_from_its_end() -> None:
    """Those of one key are found in the reverse order of the list, behind those that were there."""
    bag = ets.new("bag", ["bag"])
    ets.insert(bag, ("a", 0))
    ets.insert(bag, [("a", 1), ("a", 2)])
    assert ets.lookup(bag, "a") == [("a", 0), ("a", 2), ("a", 1)]


@pytest.mark.process
def test_a_list_of_objects_keeps_its_order_in_a_duplicate_bag() -> None:
    """Those of one key are found in the order of the list."""
    bag = ets.new("bag", ["duplicate_bag"])
    ets.insert(bag, [("a", 1), ("a", 2)])
    assert ets.lookup(bag, "a") == [("a", 1), ("a", 2)]
