"""Names in pyex's own classes that are no calls of anybody's: completion and documentation leave them out."""

from __future__ import annotations

from pyex.otp.behaviour import Behaviour

# What behaviours have for those that start them.
MACHINERY = frozenset(vars(Behaviour)) - {"child_spec"}
# Classes that the parts of a behaviour run in: Elixir's own documentation hides them.
INTERNAL = frozenset({"Agent.Server", "Task.Supervised"})
# Packages at the prompt whose modules are no calls of anybody's either.
WITHOUT_MODULES = frozenset({"pyex.observer"})
