"""What tests that run as processes start, and what is done after them: start_supervised, on_exit, process_fixture."""

from __future__ import annotations

import pytest
from in_process import in_process
from testing_session import HEADER, SERVER, error_lines, failure, output, run_tests

from pyex import ArgumentError
from pyex.testing import on_exit, process_fixture, start_supervised

pytest_plugins = ["pytester"]

# -- supervised processes


def test_supervised_processes_are_stopped_in_reverse_before_on_exit(pytester: pytest.Pytester) -> None:
    """The newest child first, each by its terminate, and then the callbacks, the newest first."""
    text = SERVER + """
def test_it():
    for number in (1, 2, 3):
        assert ok(start_supervised((Counter, number), id=number)) is not None
    on_exit(lambda: print("first callback"))
    on_exit("name", lambda: print("replaced"))
    on_exit(lambda: print("last callback"))
    on_exit("name", lambda: print("named callback"))
    assert FAILS
"""
    order = [
        "counter 3 ends: shutdown",
        "counter 2 ends: shutdown",
        "counter 1 ends: shutdown",
        "last callback",
        "named callback",
        "first callback",
    ]
    for fails in ("True", "False"):
        shown = output(pytester, text.replace("FAILS", fails), "-rA").splitlines()
        start = shown.index(order[0])
        assert shown[start : start + len(order)] == order


@pytest.mark.parametrize("end", ["Process.exit(self(), 'kill')", "spawn_link(exit, 'boom'); receive()", "receive()"])
def test_they_are_stopped_however_the_test_ends(pytester: pytest.Pytester, end: str) -> None:
    """Killed, ended by a link, or out of time: the tree is stopped in order, the callbacks are called."""
    text = SERVER + f"""
@pytest.mark.process(timeout=500)
def test_it():
    ok(start_supervised((Counter, 1)))
    on_exit(lambda: print("on exit"))
    {end}
"""
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert shown.index("counter 1 ends: ") < shown.index("\non exit")


def test_a_supervised_process_is_restarted(pytester: pytest.Pytester) -> None:
    """A crash of a child does not end the test; its supervisor starts it anew."""
    text = SERVER + """
def test_it():
    pid = ok(start_supervised((Counter, 7)))
    reference = Process.monitor(pid)
    GenServer.cast(pid, "crash")
    assert_receive(("DOWN", reference, ..., ..., ...), 5000)
    _, supervisor = fetch_test_supervisor()
    [(child_id, new, kind, modules)] = Supervisor.which_children(supervisor)
    assert (child_id, kind, modules) == (Counter, "worker", [Counter]) and new != pid
    assert GenServer.call(new, "count") == 7
"""
    run_tests(pytester, text).assert_outcomes(passed=1)


def test_start_link_supervised_fails_the_test_with_the_child(pytester: pytest.Pytester) -> None:
    """The crash of such a child is the test's failure; stopping it is not."""
    text = SERVER + """
def test_crash():
    pid = start_link_supervised((Counter, 7))
    GenServer.cast(pid, "crash")
    receive("never")

def test_stop():
    start_link_supervised((Counter, 7))
    assert stop_supervised(Counter) == "ok"
    assert stop_supervised(Counter) == ("error", "not_found")
    Process.sleep(10)
"""
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=1, passed=1)
    assert ">) an exception was raised:\nE           ** (LookupError) told to crash" in result.stdout.str()


def test_start_supervised_returns_what_exunits_does(pytester: pytest.Pytester) -> None:
    """Results and errors have ExUnit's shapes."""
    text = SERVER + """
def test_it():
    assert stop_supervised("x") == ("error", "not_found")
    pid = ok(start_supervised((Counter, 1)))
    assert start_supervised((Counter, 2)) == ("error", ("duplicate_child_name", Counter))
    assert ok(start_supervised((Counter, 2), id="second")) != pid
    assert start_supervised({"id": "x"}) == ("error", "missing_start")
    assert start_supervised({"id": "x", "start": 2}) == ("error", ("invalid_mfa", 2))
    assert start_supervised({"id": "x", "start": (lambda: "ignore", [])}) == ("ok", "undefined")
    assert stop_supervised("x") == "ok"
    match start_supervised({"id": "y", "start": (lambda: ("error", "nope"), [])}):
        case ("error", ("nope", ("child", "undefined", "y", *_))):
            pass
        case other:
            assert not other
    with pytest.raises(ArgumentError, match="supervisors expect each child to be one of the following"):
        start_supervised(42)
    start = (lambda: ("ok", spawn_link(lambda: None)), [])
    pid = ok(start_supervised({"id": "t", "start": start, "restart": "temporary"}))
    _, supervisor = fetch_test_supervisor()
    while any(id == "t" for id, *_ in Supervisor.which_children(supervisor)):
        Process.sleep(1)
    assert stop_supervised("t") == ("error", "not_found")
"""
    run_tests(pytester, text).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ('{"id": "y", "start": (no, [])}', "Reason: 'nope'"),
        ('{"id": "y", "start": 3}', "Reason: bad child specification, invalid mfa: 3"),
        ('{"id": "y"}', "Reason: bad child specification, got: 'missing_start'"),
        ("(Counter, 0)", "Reason: bad child specification, more than one child specification has the id: Counter."),
    ],
)
def test_start_supervised_ok_says_why_a_child_does_not_start(pytester: pytest.Pytester, spec: str, reason: str) -> None:
    """The failure names the spec and the reason, in ExUnit's words."""
    text = SERVER + f"""
def no():
    return ("error", "nope")

def test_it():
    assert Process.alive(start_supervised_ok((Counter, 0)))
    start_supervised_ok({spec})
"""
    words = error_lines(failure(pytester, text))
    assert words[0].startswith("RuntimeError: failed to start child with the spec ")
    assert words[1] == reason


def test_a_child_that_does_not_stop_fails_the_test(pytester: pytest.Pytester) -> None:
    """The supervisor has as long as the test to stop; then the test fails and says so."""
    text = """
        def stubborn():
            Process.flag("trap_exit", True)
            while True:
                receive()

        @pytest.mark.process(timeout=500)
        def test_it():
            ok(start_supervised({"id": 1, "start": (lambda: ("ok", spawn_link(stubborn)), []), "shutdown": "infinity"}))
    """
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=1)
    assert "supervisor shutdown timed out after 500ms. You can change the timeout:" in result.stdout.str()


# -- on_exit


@pytest.mark.parametrize(
    ("callback", "words"),
    [
        ("lambda: 1 / 0", "ZeroDivisionError: division by zero"),
        ("lambda: exit('bad')", "Failed: ** (exit) 'bad'"),
        ("lambda: receive()", "Failed: on_exit callback timed out after 500ms. You can change the timeout:"),
        ("lambda: on_exit(print)", "pyex.errors.ArgumentError: on_exit can only be invoked from the test process"),
    ],
)
def test_a_callback_that_fails_fails_the_test(pytester: pytest.Pytester, callback: str, words: str) -> None:
    """The failure is the callback's own, at its line; the other callbacks run."""
    text = f"""
        @pytest.mark.process(timeout=500)
        def test_it():
            on_exit(lambda: print("the other ran"))
            on_exit({callback})
    """
    lines = failure(pytester, text)
    assert callback in lines[0]
    assert error_lines(lines)[0] == words
    assert "the other ran" in lines


def test_a_callback_that_is_killed_fails_the_test(pytester: pytest.Pytester) -> None:
    """It runs in a process of its own, which can be ended as any other."""
    shown = output(pytester, "def test_it():\n    on_exit(lambda: Process.exit(self(), 'kill'))\n")
    assert "** (EXIT from #PID<0." in shown and ">) killed" in shown


def test_the_tests_own_failure_counts_more(pytester: pytest.Pytester) -> None:
    """When both fail the test's own failure is shown, and the callback's with it."""
    text = "def test_it():\n    on_exit(lambda: 1 / 0)\n    raise LookupError('mine')\n"
    lines = failure(pytester, text)
    assert lines[0] == ">       raise LookupError('mine')"
    assert error_lines(lines) == [
        "LookupError: mine",
        "and after the test:",
        "** (ZeroDivisionError) division by zero",
    ]


@pytest.mark.parametrize("outcome", ["skip", "xfail"])
def test_a_callback_that_fails_counts_more_than_a_skip(pytester: pytest.Pytester, outcome: str) -> None:
    """A test that is skipped half-way still has to clean up."""
    text = f"def test_it():\n    on_exit(lambda: 1 / 0)\n    pytest.{outcome}('not today')\n"
    assert error_lines(failure(pytester, text)) == ["ZeroDivisionError: division by zero"]


def test_these_are_for_the_test_process(pytester: pytest.Pytester) -> None:
    """Another process, and a plain test, are refused; what is no function, too."""
    text = """
        CALLS = [
            lambda: start_supervised({}), lambda: start_supervised_ok({}), lambda: start_link_supervised({}),
            lambda: stop_supervised(1), lambda: fetch_test_supervisor(), lambda: on_exit(print),
        ]

        def errors():
            found = []
            for call in CALLS:
                with pytest.raises(ArgumentError) as refused:
                    call()
                found.append(str(refused.value))
            return found

        def test_process():
            boss = self()
            spawn(lambda: send(boss, errors()))
            found = assert_receive(list, 5000)
            assert [text.partition(" ")[0] for text in found] == [
                "start_supervised", "start_supervised_ok", "start_link_supervised",
                "stop_supervised", "fetch_test_supervisor", "on_exit",
            ]
            assert all(text.endswith(" can only be invoked from the test process") for text in found)
            with pytest.raises(ArgumentError, match="1st argument: not a function: 3"):
                on_exit(3)
            with pytest.raises(ArgumentError, match="2nd argument: not a function: 3"):
                on_exit("name", 3)

        @pytest.mark.process(False)
        def test_plain():
            assert all(text.endswith("mark the test with @pytest.mark.process") for text in errors())
    """
    run_tests(pytester, text).assert_outcomes(passed=2)


@in_process
def test_elsewhere_they_say_what_is_missing() -> None:
    """In a runtime that no test has started they are refused, and say what to do."""
    for call in (lambda: start_supervised({}), lambda: on_exit(print)):
        with pytest.raises(ArgumentError, match=r"mark the test with @pytest\.mark\.process"):
            call()


# -- fixtures that need processes


def test_a_process_fixture_is_made_in_the_process_of_the_test(pytester: pytest.Pytester) -> None:
    """It can spawn and link and start supervised processes, uses other fixtures, and is made once for each test."""
    text = SERVER + """
made = []

@process_fixture
def counter(tmp_path):
    made.append(tmp_path)
    return start_supervised_ok((Counter, 7))

@process_fixture(name="pair")
def make_pair(counter):
    return (counter, self())

@pytest.mark.parametrize("turn", [1, 2])
def test_it(turn, pair, counter):
    assert pair == (counter, self())
    assert GenServer.call(counter, "count") == 7
    assert len(made) == turn
"""
    # No mark is needed: who asks for it is a process.
    run_tests(pytester, text, header=HEADER).assert_outcomes(passed=2)


def test_what_follows_the_yield_runs_in_the_process_of_the_test(pytester: pytest.Pytester) -> None:
    """After the test function has returned or raised, the newest fixture first, supervised processes still alive."""
    text = """
        @process_fixture
        def outer():
            me = self()
            yield me
            print("outer is done:", self() == me)

        @process_fixture(autouse=True)
        def inner(outer):
            pid = start_supervised_ok({"id": 1, "start": (lambda: ("ok", spawn_link(Process.sleep, "infinity")), [])})
            yield
            print("inner is done:", Process.alive(pid))

        @pytest.mark.parametrize("holds", [True, False])
        def test_it(holds, outer):
            assert holds and outer == self()
    """
    result = run_tests(pytester, text, "-rP")
    result.assert_outcomes(passed=1, failed=1)
    assert result.stdout.str().count("inner is done: True\nouter is done: True\n") == 2


def test_of_a_test_that_is_killed_only_finally_runs(pytester: pytest.Pytester) -> None:
    """The finally of a fixture runs whatever ends the test."""
    text = """
        @process_fixture
        def door():
            try:
                yield "open"
            finally:
                print("the door is closed")

        def test_it(door):
            spawn_link(exit, "boom")
            receive("never")
    """
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=1)
    assert "the door is closed" in result.stdout.str()


def test_a_process_fixture_may_be_a_method(pytester: pytest.Pytester) -> None:
    """In a test class it has the instance, as pytest's own fixtures do; also where it yields."""
    text = """
        class TestShop:
            @process_fixture
            def shop(self):
                self.opened = True
                yield Process.self()
                assert self.opened

            def test_it(self, shop):
                assert shop == Process.self()
                assert self.opened
    """
    run_tests(pytester, text).assert_outcomes(passed=1)


def test_a_process_fixture_that_fails_fails_the_test(pytester: pytest.Pytester) -> None:
    """Its exception is shown at its line; one that yields twice is named."""
    text = "@process_fixture\ndef shop():\n    raise LookupError('no shop')\n\ndef test_it(shop): pass\n"
    assert failure(pytester, text)[0] == ">       raise LookupError('no shop')"
    text = "@process_fixture\ndef shop():\n    yield 1\n    yield 2\n\ndef test_it(shop): pass\n"
    assert "RuntimeError: the fixture shop has yielded more than once" in output(pytester, text)


def test_a_process_fixture_is_a_plain_function() -> None:
    """Coroutines and what is no function are refused."""

    async def fetch() -> None: ...

    for wrong in (fetch, 3):
        with pytest.raises(ArgumentError, match="not a plain function"):
            process_fixture(wrong)  # type: ignore[arg-type]
