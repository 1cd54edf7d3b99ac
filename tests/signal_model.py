"""A model of OTP's rules of links, monitors, exit signals and names: small enough to be read and believed.

It is told of one call after another, and of the pids and references that the engine made up for them. All that
follows from a call has happened before the next: so there is one right answer to everything but the order in which
messages of *different* senders arrive.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

NODE = "nonode@nohost"
ALIVE = "alive"
REFUSED = "an ArgumentError"
GONE = "no answer, for the process has ended"

Who = Hashable
Options = list[str]


@dataclass
class Monitor:
    reference: Who
    watcher: Who
    target: Who
    what: Any  # what the DOWN message will say it is about: the pid, or the name and node


@dataclass
class Actor:
    end: Any = ALIVE
    trapping: bool = False
    name: str | None = None
    # Each message with the process that sent it, or whose end it tells of; None where that is nobody.
    mailbox: list[tuple[Who | None, Any]] = field(default_factory=list)


@dataclass
class World:
    actors: dict[Who, Actor] = field(default_factory=dict)
    links: set[frozenset[Who]] = field(default_factory=set)
    monitors: list[Monitor] = field(default_factory=list)

    def alive(self, who: Who | None) -> bool:
        return who is not None and self.actors[who].end is ALIVE

    def living(self) -> list[Who]:
        return [who for who in self.actors if self.alive(who)]

    def whereis(self, name: str) -> Who | None:
        return next((who for who, actor in self.actors.items() if actor.name == name), None)

    def linked_to(self, who: Who) -> list[Who]:
        return [other for link in self.links if who in link for other in link - {who}]

    def deliver(self, who: Who, sender: Who | None, message: Any) -> None:
        if self.alive(who):
            self.actors[who].mailbox.append((sender, message))


def exit_signal(world: World, sender: Who, target: Who, reason: Any, *, by_link: bool) -> None:
    if not world.alive(target):
        return
    if reason == "kill" and not by_link:
        end(world, target, "killed")
    elif world.actors[target].trapping:
        world.deliver(target, sender, ("EXIT", sender, reason))
    elif reason != "normal" or (sender == target and not by_link):
        end(world, target, reason)


def end(world: World, who: Who, reason: Any) -> None:
    actor = world.actors[who]
    actor.end, actor.name, actor.mailbox = reason, None, []
    linked = world.linked_to(who)
    watching = [each for each in world.monitors if each.target == who]
    world.links = {link for link in world.links if who not in link}
    world.monitors = [each for each in world.monitors if who not in (each.target, each.watcher)]
    for other in linked:
        exit_signal(world, who, other, reason, by_link=True)
    for each in watching:
        world.deliver(each.watcher, who, ("DOWN", each.reference, "process", each.what, reason))


# -- What a process can do. Each returns what the process sees.


def spawn(world: World, me: Who | None, options: Options, child: Who, reference: Who | None = None) -> None:
    world.actors[child] = Actor()
    if "link" in options:
        link(world, me, child)
    if "monitor" in options:
        monitor(world, me, child, reference)


def link(world: World, me: Who, other: Who) -> Any:
    if me == other:
        return True
    if world.alive(other):
        world.links.add(frozenset({me, other}))
        return True
    if not world.actors[me].trapping:
        return "noproc"
    world.deliver(me, other, ("EXIT", other, "noproc"))
    return True


def unlink(world: World, me: Who, other: Who) -> bool:
    world.links.discard(frozenset({me, other}))
    return True


def monitor(world: World, me: Who, item: Who, reference: Who) -> None:
    target, what = (world.whereis(item), (item, NODE)) if isinstance(item, str) else (item, item)
    if not world.alive(target):
        world.deliver(me, target, ("DOWN", reference, "process", what, "noproc"))
    elif target != me:
        world.monitors.append(Monitor(reference, me, target, what))


def demonitor(world: World, me: Who, reference: Who, options: Options) -> bool:
    kept = [each for each in world.monitors if (each.reference, each.watcher) != (reference, me)]
    found = len(kept) < len(world.monitors)
    world.monitors = kept
    if "flush" in options:
        box = world.actors[me].mailbox
        box[:] = [each for each in box if each[1][:2] != ("DOWN", reference)]
    return found if "info" in options else True


def send_exit(world: World, me: Who, target: Who, reason: Any) -> Any:
    exit_signal(world, me, target, reason, by_link=False)
    # Only a signal to oneself acts at once: what another's end does to the caller comes when it has gone on.
    return GONE if me == target and not world.alive(me) else True


def stop(world: World, me: Who, how: str, reason: Any) -> str:
    """By an error, by `exit`, or by returning."""
    end(world, me, (how, reason) if how == "error" else reason)
    return GONE


def trap_exit(world: World, me: Who, value: bool) -> bool:
    old, world.actors[me].trapping = world.actors[me].trapping, value
    return old


def register(world: World, me: Who, target: Who, name: str) -> Any:
    if not world.alive(target) or world.actors[target].name is not None or world.whereis(name) is not None:
        return REFUSED
    world.actors[target].name = name
    return True


def unregister(world: World, me: Who, name: str) -> Any:
    holder = world.whereis(name)
    if holder is None:
        return REFUSED
    world.actors[holder].name = None
    return True


def send(world: World, me: Who, destination: Who, message: Any) -> Any:
    target = world.whereis(destination) if isinstance(destination, str) else destination
    if target is None:
        return REFUSED
    world.deliver(target, me, message)
    return message


def hibernate(world: World, me: Who) -> None:
    """Changes nothing."""
