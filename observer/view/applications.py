"""The view `applications`: every supervision tree of the node, and what was started at the prompt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyex.observer.looking.term import id_text, name_text, pid_text, what_runs
from pyex.observer.view import Query, choice, number
from pyex.pid import Pid
from pyex.watching.supervision_tree import Node, supervision_tree

MOST_CHILDREN, MOST_NODES, MOST_LINKS = 10_000, 5_000, 5_000


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    limit = number(query, "limit", 50, 1, MOST_CHILDREN)
    everything = choice(query, "everything", ("0", "1")) == "1"
    roots = supervision_tree(everything=everything, limit=limit, most=MOST_NODES)
    keys: set[str] = set()
    return {"roots": [_node(root, "", keys, own=root.kind == "system") for root in roots], "links": _links(roots)}


def _node(node: Node, above: str, keys: set[str], *, own: bool) -> dict[str, Any]:
    pid = None if node.pid is None else pid_text(node.pid)
    name = None if node.name is None else name_text(node.name)
    id = None if node.id is None else id_text(node.id)
    block = None if node.pid is None else node.pid.block
    what = None if block is None else what_runs(block)
    if node.dynamic and what == "Supervisor":
        what = "DynamicSupervisor"
    key = _key(above + (id or pid or f"{node.kind}:{name}"), keys)
    return {
        "key": key,
        "kind": node.kind,
        "pid": pid,
        "name": name,
        "label": name or id or what or pid,
        "what": what,
        "id": id,
        "status": node.status,
        "restart": node.restart,
        "strategy": node.strategy,
        "dynamic": node.dynamic,
        "queue": node.queue_length,
        "restarts": node.times_restarted if node.tally is None else node.tally.restarts,
        "restarted": node.times_restarted,
        "ended": None if node.tally is None else node.tally.ended,
        "count": node.count,
        "children": [_node(child, f"{key}/", keys, own=own) for child in node.children],
        "own": own,
    }


def _key(wanted: str, keys: set[str]) -> str:
    """A name for a place in the tree: different ids may be written the same."""
    key, number = wanted, 1
    while key in keys:
        number += 1
        key = f"{wanted}~{number}"
    keys.add(key)
    return key


def _links(roots: list[Node]) -> list[list[str]]:
    """The links between processes that are shown, each once, but for those between parent and child."""
    nodes = [node for root in roots for node in _all(root) if node.pid is not None]
    here: set[Pid] = {node.pid for node in nodes if node.pid is not None}
    pairs = {
        (min(node.pid, other), max(node.pid, other))
        for node in nodes
        for other in node.links
        if node.pid is not None and other in here
    }
    return [[pid_text(one), pid_text(other)] for one, other in sorted(pairs)[:MOST_LINKS]]


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)
