"""The examples do what they say: each is run as its reader would run it, and shows what it is there to show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE

import pyex

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(path.name for path in EXAMPLES.glob("*.py"))
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")


def run_example(name: str, *arguments: str, by: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run an example to its end, which must be a good one; `by` is what to run it by, if not by Python itself."""
    command = [sys.executable, "-P", *by, f"examples/{name}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def output(name: str, *arguments: str) -> list[str]:
    """The lines that an example prints."""
    return run_example(name, *arguments).stdout.splitlines()


def found(pattern: str, text: str) -> tuple[str, ...]:
    """What the groups of a pattern find in a text, where it must be."""
    match = re.search(pattern, text)
    assert match is not None, f"{pattern} is not in {text}"
    return match.groups()


def check_ping_pong(lines: list[str]) -> None:
    """Each ball is played and returned before the next, and who returned them ended as the other did."""
    told = [found(r"^(#PID<[\d.]+>) +(\w+) (\d)$", line) for line in lines[:-1]]
    assert [(what, ball) for _, what, ball in told] == [(what, ball) for ball in "123" for what in ("ping", "pong")]
    assert lines[-1] == f"{told[1][0]} ended, too: had enough"
    assert told[0][0] != told[1][0]


def test_ping_pong() -> None:
    """Two processes play, and the exit of one is the end of the other."""
    check_ping_pong(output("ping_pong.py"))


def test_pyex_run() -> None:
    """An example does the same under `pyex run`, whose main process is there already."""
    check_ping_pong(run_example("ping_pong.py", by=("-m", "pyex", "run")).stdout.splitlines())


def test_ring() -> None:
    """The message passes every process in every round, and the exit signal goes the same way."""
    hops, cost, end = output("ring.py", "50", "20")
    assert hops.startswith("50 processes, 20 rounds: 1,000 hops in ")
    assert float(found(r"^([\d.]+) µs per hop$", cost)[0]) > 0
    first, last = found(r"^#PID<0.(\d+).0> was told to exit, .* #PID<0.(\d+).0> did so: enough$", end)
    assert int(first) - int(last) == 50 - 2


def test_dining_philosophers() -> None:
    """All eat, never two neighbours at once; one dies while he eats, and has his dinner all the same."""
    lines = output("dining_philosophers.py")
    names = ["Plato", "Hume", "Kant", "Marx", "Weil"]
    eating: set[str] = set()
    meals: dict[str, list[int]] = {name: [] for name in names}
    for line in lines[:-1]:
        match line.split():
            case [name, "eats", "meal", number]:
                seat = names.index(name)
                assert not eating & {names[seat - 1], names[(seat + 1) % 5]}, line
                eating.add(name)
                meals[name].append(int(number))
            case [name, "thinks" | "chokes"]:
                eating.remove(name)
    assert meals.pop("Plato") == [1, 2, 1, 2, 3]
    assert set(map(tuple, meals.values())) == {(1, 2, 3)}
    assert lines[-1] == "Everybody has eaten"


def test_chat_room() -> None:
    """A member who crashes leaves and comes back, one who is killed leaves, and the others go on talking."""
    done = run_example("chat_room.py")
    assert [line.strip() for line in done.stdout.splitlines()] == [
        "* Ann has joined",
        "* Bob has joined",
        "Bob Hello!",
        "Ann 6 / 2 ?",
        "calculator 3",
        "Ann 1 / 0 ?",
        "* calculator has left",
        "* calculator has joined",
        "Ann 84 / 2 ?",
        "calculator 42",
        "* Bob has left",
    ]
    assert re.findall(r"\[error\].*\n\*\* \((\w+)\)", done.stderr) == ["ZeroDivisionError"]


def test_kv_store() -> None:
    """A bucket crashes, another stands in its place, and nothing of what was put into it is lost."""
    count, before, crash, after = output("kv_store.py")
    assert count.startswith("100 tasks ")
    assert crash.endswith("so is the bucket")
    pattern = r"^fruit is (#PID<[\d.]+>) and has (\d+) apples and (\d+) pears$"
    (pid, *fruit), (new_pid, *same_fruit) = found(pattern, before), found(pattern, after)
    assert fruit == same_fruit == ["100", "5"]
    assert pid != new_pid


def test_rate_limiter() -> None:
    """Who asks too often is let through as often as there were tokens for him, and who does not, always."""
    lines = output("rate_limiter.py")
    text = "\n".join(lines)
    at_once, later = map(int, found(r"there were (\d+) tokens and (\d+) more", text))
    greedy = re.findall(r"^(\d+) greedy clients asked 100 times: (\d+) times yes$", text, re.MULTILINE)
    assert sum(int(clients) for clients, _ in greedy) == 100
    assert all(at_once < int(yes) <= at_once + later + 1 for _, yes in greedy)
    assert "100 polite clients asked 10 times: 10 times yes" in lines
    assert lines[-1] == "A little later, none"


def test_crawler() -> None:
    """Five workers are at least four times as fast as one, and pages that fail do not stop the crawl."""
    for _ in range(3):  # The processors may be so busy with other things that it is not the waiting that takes long.
        text = run_example("crawler.py").stdout
        (factor,) = found(r"^That is ([\d.]+) times as fast$", text.splitlines()[-1])
        if float(factor) >= 4:
            break
    assert float(factor) >= 4, text
    for workers in ("1", "5"):
        failures, images = found(rf"((?:  .*\n)*)Workers: {workers}\. Images: (\d+)\.", text)
        failed = re.findall(r"^  (\S+), attempt (\d): \W*(\w+)", failures, re.MULTILINE)
        assert {("/2/3.html", "1", "HTTPError"), ("/3/1.html", "1", "TimeoutError")} < set(failed)
        assert {("/4/2.svg", "1", "IncompleteRead"), *(("/1/8.svg", each, "HTTPError") for each in "123")} < set(failed)
        assert images == "39"


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_says_how_to_run_it(name: str) -> None:
    """The text of each example begins with what it shows, and says both ways to run it."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert re.match(rf'"""\w[^\n]+\.\n\n(    .*\n)*    python examples/{name}\b', text)
    assert f"    pyex run examples/{name}" in text
    assert text.endswith('\n\nif __name__ == "__main__":\n    pyex.run(main)\n')


def test_every_example_is_in_the_list() -> None:
    """Whatever lies in examples/ is named in its README, and what is named there exists."""
    there = {path.name for path in EXAMPLES.iterdir() if not path.name.startswith(("__", ".", "README"))}
    named = re.findall(r"^\| \[([^]]+)\]\(([^)]+)\) \|", README, re.MULTILINE)
    assert {name for name, _ in named} == there
    assert all((EXAMPLES / link).exists() for _, link in named)


def test_every_session_is_in_the_list() -> None:
    """Whatever lies in examples/sessions/ is named in the README of the examples."""
    named = set(re.findall(r"\(sessions/(\w+\.md)\)", README))
    assert named == {path.name for path in (EXAMPLES / "sessions").glob("*.md")}


def test_the_picture_in_the_readme_shows_the_session_it_is_made_of() -> None:
    """docs/walk.svg is `pyex export examples/sessions/walk.md --no-prose --title pyex --height 22 --speed 1.5 -o …`."""
    options = ["--to", "svg", "--no-prose", "--title", "pyex", "--height", "22", "--speed", "1.5"]
    command = [sys.executable, "-P", "-m", "pyex", "export", "examples/sessions/walk.md", *options]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
    shown = (ROOT / "docs" / "walk.svg").read_text(encoding="utf-8")
    # What is on the screen, and when; another version of the highlighter may cut the colours elsewhere.
    texts = ["".join(re.findall(r">([^<]*)</t", svg)) for svg in (made, shown)]
    assert texts[0] == texts[1]
    assert "counter" in texts[0]


def test_mypy() -> None:
    """Type checkers accept the examples as they are, in their strictest mode."""
    command = [sys.executable, "-P", "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context"]
    environment = {**os.environ, "MYPYPATH": str(Path(pyex.__file__).parent.parent), "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [*command, "examples"], cwd=ROOT, capture_output=True, text=True, timeout=300, env=environment, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("examples/")] == []
