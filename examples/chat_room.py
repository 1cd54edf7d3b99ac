"""A chat: rooms are servers, found by name in a Registry; members are processes, and leave by ending.

    python examples/chat_room.py
    pyex run examples/chat_room.py

A room monitors who has joined, so nobody has to say good-bye, and nobody can forget to. One of the members is a
calculator that does not know how to divide by zero. It crashes, which harms nobody: the room goes on, and its
supervisor starts another, which joins again. What you see is what the main process reads, who is a member, too.
"""

import re
from typing import Any

import pyex
from pyex import DynamicSupervisor, Pid, Process, Registry, Server, Supervisor, call, cast, ok, receive, self, send


class Room(Server):
    """Tells its members what each of them says: `("chat", text)`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[Pid, str] = {}

    @staticmethod
    def called(name: str) -> Any:
        """The room of that name; it is opened where there is none."""
        room = ("via", Registry, ("rooms", name))
        spec = {"id": Room, "start": (GenServer, "start_link", [Room, name])}
        DynamicSupervisor.start_child("open rooms", (Room, name))
        return room

    @call
    def join(self, nick: str) -> list[str]:
        pid, _ = self.from_
        Process.monitor(pid)
        self.members[pid] = nick
        self.tell(f"* {nick} has joined {self.name}")
        return sorted(self.members.values())

    @cast
    def say(self, pid: Pid, text: str) -> None:
        self.tell(f"{self.members[pid]}: {text}")

    def handle_info(self, message: Any) -> None:
        match message:
            case ("DOWN", _, "process", pid, _):
                self.tell(f"* {self.members.pop(pid)} has left")

    def tell(self, text: str) -> None:
        for pid in self.members:
            send(pid, ("chat", text))
