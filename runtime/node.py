"""The node: this running system, as others would name it."""

from __future__ import annotations

from pyex.atom import Atom

_NODE = Atom("nonode@nohost")


def node() -> Atom:
    """The name of this node.

        >>> node()
        'nonode@nohost'

    Mirrors `node/0` of a system that is not distributed; pyex nodes are not, yet.
    """
    return _NODE


def is_this_node(name: object) -> bool:
    return isinstance(name, str) and name == _NODE
