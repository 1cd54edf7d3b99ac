"""Ids of children are compared as terms: what matches is the same id, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from pyex import Agent, Supervisor, ok


@pytest.mark.process
@pytest.mark.parametrize(
    ("one", "other"), [([1], [1.0]), ([1], [True]), ({"a": 1}, {"a": 1.0}), (1, (int, "1"))], ids=repr
)
def test_children_whose_ids_do_not_match_each_other_can_be_together(one: Any, other: Any) -> None:
    """A 1 in a list or a dict is no 1.0, and no tuple is a number."""
    children = [{"id": id, "start": (Agent, "start_link", [lambda: 0])} for id in (one, other)]
    pid = ok(Supervisor.start_link(children, strategy="one_for_one"))
    assert Supervisor.count_children(pid)["specs"] == 2
