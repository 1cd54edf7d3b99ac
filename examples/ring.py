"""A ring of processes: a message goes round and round, and we see how long a hop takes.

    python examples/ring.py
    python examples/ring.py 100000 10          # so many processes, so many rounds
    pyex run examples/ring.py 10 100000

An exercise of Joe Armstrong's. Each process knows the next one only, and passes on whatever comes. Each is linked to
the next as well: in the end the first is told to exit, and the exit goes round as the message did.
"""

import sys
from time import perf_counter

import pyex
from pyex import Pid, Process, receive, self, send, spawn


def relay(next: Pid) -> None:
    Process.link(next)
    while True:
        send(next, receive())


def ring(size: int) -> Pid:
    """Close a ring around the caller, which is its last process. Returns the first."""
    first = self()
    for _ in range(size - 1):
        first = spawn(relay, first)
    return first


def main() -> None:
    size, rounds = map(int, sys.argv[1:] or (1_000, 100))
    Process.flag("trap_exit", True)
    first = ring(size)

    began = perf_counter()
    for _ in range(rounds):
        send(first, "hop")
        receive("hop")
    seconds, hops = perf_counter() - began, size * rounds
    print(f"{size:,} processes, {rounds:,} rounds: {hops:,} hops in {seconds:.3f} s")
    print(f"{seconds / hops * 1e6:.2f} µs per hop")

    Process.exit(first, "enough")
    _, last, reason = receive(("EXIT", Pid, ...))
    print(f"{first} was told to exit, and at the end of the ring {last} did so: {reason}")


if __name__ == "__main__":
    pyex.run(main)
