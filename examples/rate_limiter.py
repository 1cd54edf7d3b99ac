"""A rate limiter: each client may do BURST things at once, and then one every INTERVAL milliseconds.

    python examples/rate_limiter.py
    pyex run examples/rate_limiter.py

Each client has a bucket of tokens. A request takes one out, and where there is none the answer is no. By a message to
itself, INTERVAL milliseconds later, the server is told to put one back. A bucket that is full is forgotten, for so is
that of somebody who has never been here: the server remembers those who are busy, and nobody else.
"""

from collections import Counter
from time import monotonic
from typing import Any

import pyex
from pyex import Process, Server, Supervisor, Task, call, ok

BURST = 5
INTERVAL = 50


class RateLimiter(Server, name="limiter"):
    def __init__(self) -> None:
        self.tokens: dict[str, int] = {}

    @call
    def allow(self, client: str) -> bool:
        """Whether the client may, now."""
        if client not in self.tokens:
            self.tokens[client] = BURST
            self.refill_later(client)
        if self.tokens[client] == 0:
            return False
        self.tokens[client] -= 1
        return True

    @call
    def busy_clients(self) -> int:
        return len(self.tokens)

    def handle_info(self, message: Any) -> None:
        match message:
            case ("refill", client) if self.tokens[client] + 1 < BURST:
                self.tokens[client] += 1
                self.refill_later(client)
            case ("refill", client):
                del self.tokens[client]

    def refill_later(self, client: str) -> None:
        Process.send_after(Process.self(), ("refill", client), INTERVAL)


def knock(client: str, times: int, pause: int) -> int:
    """Ask so many times, with pauses in milliseconds. Returns how often the answer was yes."""
    yes = 0
    for _ in range(times):
        yes += RateLimiter.allow("limiter", client)
        Process.sleep(pause)
    return yes


def main() -> None:
    ok(Supervisor.start_link([RateLimiter], strategy="one_for_one"))
    began = monotonic()
    greedy = [Task.async_(knock, f"greedy {number}", 100, 10) for number in range(100)]
    polite = [Task.async_(knock, f"polite {number}", 10, 100) for number in range(100)]
    for name, tasks, times in (("greedy", greedy, 100), ("polite", polite, 10)):
        for yes, clients in sorted(Counter(Task.await_many(tasks, "infinity")).items()):
            print(f"{clients} {name} clients asked {times} times: {yes} times yes")
    seconds = monotonic() - began
    print(f"In {seconds:.2f} s there were {BURST} tokens and {seconds * 1000 / INTERVAL:.0f} more for each")
    print(f"The limiter remembers {RateLimiter.busy_clients('limiter')} of them")
    while RateLimiter.busy_clients("limiter"):
        Process.sleep(INTERVAL)
    print("A little later, none")


if __name__ == "__main__":
    pyex.run(main)
