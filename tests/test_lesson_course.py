"""The course, as somebody goes through it who does more than was asked, or does it in a way of their own."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from shell_session import said

from pyex.repl.lesson import course
from pyex.repl.lesson.progress import progress

COUNTER = """
    class Counter(Server):
        def __init__(self):
            self.n = 0
        @call
        def increment(self):
            self.n += 1
            return self.n
    """
STACK = """
    class Stack(GenServer):
        def handle_call(request, from_, items):
            return ("reply", items[-1], items[:-1])
        def handle_cast(request, items):
            return ("noreply", [*items, request[1]])
    """
TILL = """
    class Till(GenServer):
        def handle_call(request, from_, sold):
            match request:
                case "sell":
                    return ("reply", sold + 1, sold + 1)
                case "earned":
                    return ("reply", 4 * sold, sold)
    """
BOOKS = """
    def books(total):
        match receive():
            case ("paid", amount):
                return become(books, total + amount)
            case ("total", client):
                send(client, ("total", total))
        return become(books, total)
    """


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The learner's folders."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def at_task(lesson: str, title: str, *inputs: str) -> list[str]:
    """What is printed by these inputs in a lesson of which only one task is left."""
    titles = [section.title for section in course.find(lesson).read().sections]
    assert title in titles
    for each in titles:
        if each != title:
            progress().add(lesson, each)
    return said(f'lesson("{lesson}")', *map(textwrap.dedent, inputs))[1:]


@pytest.mark.parametrize(
    ("lesson", "title", "inputs"),
    [
        ("messages", "Take only what you want", ['send(self(), "hello");', 'receive(("bill", ...))']),
        ("messages", "Messages are copies", ['basket.append("pear")', "send(crook, basket)"]),
        (
            "state",
            "A process that counts",
            ['for _ in range(7): send(till, "count")', 'send(till, ("get", self()));', "flush()"],
        ),
        ("servers", "Call it", ['for _ in range(5): GenServer.call("till", "sell")']),
        (
            "servers",
            "Requests without an answer",
            [
                STACK,
                "stack = ok(GenServer.start(Stack, []))",
                'for item in ("apple", "pear", "plum"): GenServer.cast(stack, ("push", item))',
                'GenServer.call(stack, "pop")',
            ],
        ),
        (
            "servers",
            "The short form",
            [COUNTER, "counter = ok(Counter.start())", "[Counter.increment(counter) for _ in range(4)][-1]"],
        ),
        (
            "supervisors",
            "Look at the children",
            [
                """
                for _ in range(2):
                    Process.exit(Supervisor.which_children("shop")[1][1], "kill")
                    Process.sleep(20)
                """
            ],
        ),
        (
            "supervisors",
            "Two of a kind",
            [
                "three = [Supervisor.child_spec((Visitor, name), id=name) for name in 'abc'];",
                'house = ok(Supervisor.start_link(three, strategy="one_for_one"))',
            ],
        ),
        (
            "supervisors",
            "Children that come and go",
            ['for name in "abcde": DynamicSupervisor.start_child("guests", (Visitor, name))'],
        ),
        ("pools", "Borrow a worker", ['lent = [Pool.checkout("clerks") for _ in range(3)];']),
        ("trapping_exits", "A death becomes a message", ['Process.exit(victim, "boom")', "flush()"]),
        (
            "monitors",
            "Ask without fear",
            [
                'Process.flag("trap_exit", True), Process.link(oracle);',
                'send(oracle, ("question", self()));',
                "flush()",
            ],
        ),
        ("hot_code", "Another price", [TILL, 'GenServer.call("till", "sell")', 'GenServer.call("till", "earned")']),
        (
            "mending",
            "The books are behind",
            ['send("books", ("paid", 5));', BOOKS, 'send("books", ("total", self()));', "flush()"],
        ),
    ],
)
def test_nobody_is_stuck_who_does_more_or_goes_another_way(lesson: str, title: str, inputs: list[str]) -> None:
    """One sale more, one child more, another reason: the task is done all the same, by the last of the inputs."""
    printed = at_task(lesson, title, *inputs, "Process.sleep(50);")
    assert any(f"✓ {title}" in each for each in printed[-2:]), printed


@pytest.mark.parametrize(
    ("lesson", "title", "asks", "reads"),
    [
        ("messages", "Ask and be answered", 'send(clerk, ("add", 20, 22, self()));', "receive()"),
        ("state", "A state with a meaning", 'send(front, "pull"), send(front, ("look", self()));', "flush()"),
        ("monitors", "Watch a name", 'Process.monitor("clerk"), send("clerk", "bye");', "flush()"),
    ],
)
def test_an_answer_can_be_read_before_the_lesson_goes_on(lesson: str, title: str, asks: str, reads: str) -> None:
    """The next task empties the mailbox: it waits until the message was taken out."""
    asked, looked, read = at_task(lesson, title, asks, "Process.sleep(50);", reads)
    assert "✓" not in asked + looked
    assert f"✓ {title}" in read


def test_two_keepers_of_one_clerk_do_not_flood_the_screen() -> None:
    """Who starts the process twice that starts a clerk whenever one ends does not see clerk after clerk fail."""
    keep = """
        def keep():
            Process.flag("trap_exit", True)
            spawn_link(clerk)
            receive(("EXIT", ..., ...))
            return become(keep)
        """
    title = "A process that looks after another"
    keepers = "spawn(keep), spawn(keep), Process.sleep(200);"
    *_, before, _, after = at_task("trapping_exits", title, keep, "spawn(len, [])", keepers, "spawn(len, [])")
    assert int(after.split(".")[1]) - int(before.split(".")[1]) < 10
