"""Ping-pong: two processes that send each other messages, and end together.

    python examples/ping_pong.py
    pyex run examples/ping_pong.py

One serves, the other returns. They are linked: when the first has had enough and exits, the second, which would wait
for ever, ends with it. The main process monitors it, and is told why.
"""

import pyex
from pyex import Pid, Process, exit, receive, self, send, spawn, spawn_monitor


def pong() -> None:
    """Return whatever comes, for ever."""
    while True:
        _, ball, player = receive(("ping", int, Pid))
        print(f"{self()}      pong {ball}")
        send(player, ("pong", ball))


def ping(other: Pid, balls: int) -> None:
    Process.link(other)
    for ball in range(1, balls + 1):
        print(f"{self()} ping {ball}")
        send(other, ("ping", ball, self()))
        receive(("pong", ball))
    exit("had enough")


def main() -> None:
    other, reference = spawn_monitor(pong)
    spawn(ping, other, 3)
    _, _, _, pid, reason = receive(("DOWN", reference, ..., ..., ...))
    print(f"{pid} ended, too: {reason}")


if __name__ == "__main__":
    pyex.run(main)
