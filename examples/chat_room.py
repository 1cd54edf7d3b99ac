"""A chat: rooms are servers, found by name in a Registry; members are processes, and leave by ending.

    python examples/chat_room.py
    pyex run examples/chat_room.py

A room monitors who has joined, so nobody has to say good-bye, and nobody can forget to. One of the members is a
calculator that has not been told about zero. It crashes, which harms nobody: the room goes on without it, and its
supervisor starts another, which joins again. What you see is what the main process reads; it is a member, too.
"""

from functools import partial
from typing import Any

import pyex
from pyex import DynamicSupervisor, Pid, Process, Registry, Server, Supervisor, call, ok, receive, send, spawn


class Room(Server, restart="temporary"):
    """Sends its members what each of them says: `("chat", nick, text)`."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.members: dict[Pid, str] = {}

    @call
    def join(self, nick: str) -> None:
        pid, _ = self.from_
        Process.monitor(pid)
        self.members[pid] = nick
        self.tell("*", f"{nick} has joined")

    @call(raises=KeyError)
    def say(self, text: str) -> None:
        pid, _ = self.from_
        self.tell(self.members[pid], text)

    def handle_info(self, message: Any) -> None:
        match message:
            case ("DOWN", _, "process", pid, _):
                nick = self.members.pop(pid)
                self.tell("*", f"{nick} has left")

    def tell(self, nick: str, text: str) -> None:
        for pid in self.members:
            send(pid, ("chat", nick, text))


def room(title: str) -> Room:
    """The room of that title, which is opened for who asks first; a second one under the name is refused."""
    name = ("via", Registry, ("rooms", title))
    start = partial(Room.start_link, title, name=name)
    DynamicSupervisor.start_child("building", Supervisor.child_spec(Room, start=(start, [])))
    return Room.at(name)


class Calculator(Server):
    """A member who answers questions like `6 / 2 ?`."""

    def __init__(self, title: str) -> None:
        self.room = room(title)
        self.room.join("calculator")

    def handle_info(self, message: Any) -> None:
        match message:
            case ("chat", _, text):
                match text.split():
                    case [dividend, "/", divisor, "?"]:
                        self.room.say(f"{int(dividend) // int(divisor)}")


def bob() -> None:
    lobby = room("lobby")
    lobby.join("Bob")
    lobby.say("Hello!")
    Process.sleep("infinity")


def read_until(last: str) -> None:
    text = ""
    while text != last:
        _, nick, text = receive(("chat", str, str))
        print(f"{nick:>10} {text}")


def main() -> None:
    children = [
        (Registry, {"keys": "unique", "name": "rooms"}),
        (DynamicSupervisor, {"name": "building"}),
        (Calculator, "lobby"),
    ]
    ok(Supervisor.start_link(children, strategy="rest_for_one"))

    lobby = room("lobby")
    lobby.join("Ann")
    guest = spawn(bob)
    read_until("Hello!")
    lobby.say("6 / 2 ?")
    read_until("3")
    lobby.say("1 / 0 ?")
    read_until("calculator has joined")
    lobby.say("84 / 2 ?")
    read_until("42")
    Process.exit(guest, "kill")
    read_until("Bob has left")


if __name__ == "__main__":
    pyex.run(main)
