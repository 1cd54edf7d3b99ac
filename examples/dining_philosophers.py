"""Dining philosophers: five of them at a round table with five forks, and each needs two to eat.

    python examples/dining_philosophers.py
    pyex run examples/dining_philosophers.py

A fork is a server: who asks for one that is taken gets its answer when it is free. If each took the left fork first,
all could sit there with one fork in the hand and wait for ever. So each takes the one with the lower number first; for
the last philosopher that is the right one. Then whoever holds the highest of the forks that are taken waits for
nobody: there is always one who eats, and puts his forks down.

A fork monitors who has it. So when Plato chokes in the middle of his second meal his neighbours get his forks, and
his supervisor starts him again, to have his dinner from the beginning.
"""

from collections import deque
from functools import partial
from typing import Any

import pyex
from pyex import GenServer, Pid, Process, Reference, Server, Supervisor, Task, call, ok, receive, self, send
from pyex.otp.server import NoReply

PHILOSOPHERS = ["Plato", "Hume", "Kant", "Marx", "Weil"]
MEALS = 3


class Fork(Server):
    def __init__(self) -> None:
        self.taken: Reference | None = None
        self.waiting: deque[tuple[Pid, Any]] = deque()

    @call(timeout="infinity")
    def take(self) -> None:
        self.waiting.append(self.from_)
        self.hand_over()
        raise NoReply

    @call
    def put_down(self) -> None:
        self.lie_there()

    def handle_info(self, message: Any) -> None:
        match message:
            case ("DOWN", reference, "process", _, _) if reference == self.taken:
                self.lie_there()

    def lie_there(self) -> None:
        if self.taken is not None:
            Process.demonitor(self.taken, ["flush"])
        self.taken = None
        self.hand_over()

    def hand_over(self) -> None:
        if self.taken is None and self.waiting:
            client = self.waiting.popleft()
            self.taken = Process.monitor(client[0])
            GenServer.reply(client, None)


def dine(name: str, left: int, right: int) -> None:
    first, second = (f"fork {number}" for number in sorted((left, right)))
    for meal in range(1, MEALS + 1):
        Fork.take(first)
        Fork.take(second)
        print(f"{name} eats meal {meal}")
        send("host", ("eats", name, meal, self()))
        Process.sleep(10)
        print(f"{name} thinks")
        Fork.put_down(second)
        Fork.put_down(first)
        Process.sleep(10)
    send("host", ("full", name))


def table() -> Any:
    """The forks, and then the philosophers, who are started again unless they end well."""
    seats = range(len(PHILOSOPHERS))
    forks = [{"id": n, "start": (partial(Fork.start_link, name=f"fork {n}"), [])} for n in seats]
    philosophers = [
        {
            "id": name,
            "start": (Task, "start_link", [dine, name, seat, (seat + 1) % len(PHILOSOPHERS)]),
            "restart": "transient",
        }
        for seat, name in enumerate(PHILOSOPHERS)
    ]
    return Supervisor.start_link(forks + philosophers, strategy="one_for_one")


def main() -> None:
    Process.register(self(), "host")
    ok(table())
    _, _, _, plato = receive(("eats", "Plato", 2, Pid))
    print("Plato chokes")
    Process.exit(plato, "choked")
    for name in PHILOSOPHERS:
        receive(("full", name))
    print("Everybody has eaten")


if __name__ == "__main__":
    pyex.run(main)
