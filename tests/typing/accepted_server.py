"""A server as one writes it for daily work: type checkers accept it, and know what comes back."""

from __future__ import annotations

from typing import Any, assert_type

from pyex import Atom, Pid, ok
from pyex.otp.gen_server import GenServer
from pyex.otp.server import NoReply, Server, call, cast


class Account(Server, name="account", restart="transient"):
    """Keeps money."""

    def __init__(self, balance: int, *, currency: str = "EUR") -> None:
        self.balance = balance
        self.currency = currency
        self.waiting: list[tuple[Pid, Any]] = []
        self.then = ("continue", "load")

    @call
    def deposit(self, amount: int, note: str = "") -> int:
        """Put money in."""
        self.balance += amount
        self.report(note)
        return self.balance

    @call(timeout=10_000, raises=ValueError)
    def withdraw(self, amount: int) -> int:
        """Take money out."""
        if amount > self.balance:
            raise ValueError("not enough")
        return self.deposit(-amount)

    @call
    def wait(self) -> list[str]:
        self.waiting.append(self.from_)
        raise NoReply

    @call
    def close(self) -> None:
        self.then = ("stop", "normal")

    @cast
    def report(self, text: str) -> None:
        for each in self.waiting:
            GenServer.reply(each, [text])
        self.then = 5000

    def handle_info(self, message: Any) -> None:
        match message:
            case "timeout":
                self.then = "hibernate"
            case _:
                super().handle_info(message)

    def handle_continue(self, argument: Any) -> None:
        self.currency = str(argument)

    def terminate(self, reason: Any) -> None:
        self.report("closing")

    def code_change(self, old: Any, extra: Any) -> None:
        self.currency = "EUR"

    # A name that the metaclass has too may be the class's own.
    @call
    def at(self, place: int) -> str:
        return self.currency[place]


class Savings(Account):
    @call
    def rate(self) -> float:
        return 0.01 * self.deposit(0)

    @call
    def deposit(self, amount: int, note: str = "") -> int:
        return super().deposit(amount + 1, note)


class Plain(Server):
    @call
    def hello(self) -> str:
        return "hello"


def main() -> None:
    pid: Pid = ok(Account.start_link(10))
    ok(Account.start(10, currency="USD"))
    ok(Account.start_link(balance=10, name="second", timeout=1000))
    ok(GenServer.start_link(Account, 10, name="third"))
    assert_type(Account.deposit(pid, 5), int)
    assert_type(Account.deposit("account", amount=5, note="rent"), int)
    assert_type(Account.withdraw(Account, 5), int)
    assert_type(Account.wait(("via", Account, 1)), list[str])
    assert_type(Account.report(pid, "hello"), Atom)
    assert_type(Account.close(pid), None)
    assert_type(Account.at(pid, 1), str)
    assert_type(Savings.rate(pid), float)
    assert_type(Savings.deposit(pid, 5), int)
    plain = Plain.at(ok(Plain.start_link()))
    assert_type(plain.hello(), str)
    assert_type(Plain.at("plain").hello(), str)
    assert_type(Account(10).deposit(5), int)
