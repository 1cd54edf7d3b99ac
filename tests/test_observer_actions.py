"""What can be done from the Observer: each action by its name and its body, and why it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from in_process import dead, ends_after, idle, in_process, trapper, waiting
from program import program

import pyex
from pyex import (
    Agent,
    Atom,
    DynamicSupervisor,
    GenServer,
    Pid,
    Process,
    Supervisor,
    Sys,
    ok,
    receive,
    self,
    send,
)
from pyex.observer.action import ACTIONS, perform
from pyex.observer.view import read

POOLY = Path(__file__).parent.parent / "examples" / "pooly"


def text(pid: Pid) -> str:
    return repr(pid)[5:-1]


def done(name: str, **body: Any) -> str:
    """What an action tells that succeeds."""
    answer = perform(name, body)
    assert list(answer) == ["ok"], answer
    return str(answer["ok"])


def refused(name: str, **body: Any) -> tuple[int, str]:
    """The status and the words of one that is refused."""
    answer = perform(name, body)
    assert sorted(answer) == ["error", "status"], answer
    return answer["status"], answer["error"]


def agent(id: Any, **more: Any) -> dict[str, Any]:
    return {"id": id, "start": (Agent, "start_link", [int]), **more}


class Slow(GenServer):
    """Waits within a call until it is told to go on."""

    @staticmethod
    def init(arg: Any) -> Any:
        return ("ok", arg)

    @staticmethod
    def handle_cast(request: Any, state: Any) -> Any:
        receive("go on")
        return ("noreply", state)


# exit and send


@in_process
def test_a_process_is_killed_by_default() -> None:
    """Also one that traps exits; the answer says how it ended."""
    pid = trapper()
    assert ends_after(pid, lambda: done("exit", pid=text(pid))) == "killed"
    other = idle()
    assert done("exit", pid=text(other)) == f"{other!r} has ended: :killed"


@in_process
def test_a_reason_is_written_as_a_word_or_as_a_term() -> None:
    """A bare word is an atom; what holds pids and atoms is a literal."""
    pid = idle()
    assert ends_after(pid, lambda: done("exit", pid=text(pid), reason="shutdown")) == "shutdown"
    pid, me = idle(), self()
    assert ends_after(pid, lambda: done("exit", pid=f"#PID<{text(pid)}>", reason=f"(:bye, {me!r})")) == ("bye", me)


@in_process
def test_who_takes_no_notice_of_a_signal_is_told() -> None:
    """Of one that traps exits, and of the reason normal."""
    pid = trapper()
    assert "it traps exits" in done("exit", pid=text(pid), reason="boom")
    assert receive(("got", ...))[1][0] == "EXIT"
    other = idle()
    assert "takes no notice" in done("exit", pid=text(other), reason="normal")
    assert Process.alive(pid) and Process.alive(other)


@in_process
def test_a_message_is_a_literal_with_atoms_and_pids() -> None:
    """It arrives as if it had been sent at the prompt."""
    me = self()
    words = done("send", pid=text(me), message=f"{{'from': {me!r}, 'what': (:add, 1)}}")
    message = receive(dict)
    assert message == {"from": me, "what": ("add", 1)}
    assert type(message["what"][0]) is Atom
    assert words.startswith(f"{me!r} was sent")


@in_process
def test_a_message_that_is_no_literal_is_refused() -> None:
    """Nothing of it is evaluated, and nothing is sent."""
    status, words = refused("send", pid=text(self()), message="__import__('os').getpid()")
    assert status == 400
    assert words.startswith("message is a Python literal such as ('add', 1)")
    assert words.endswith("__import__('os').getpid() is a call, and nothing is evaluated")
    assert receive(after=0, default=None) is None


# What is asked for


@in_process
def test_what_is_missing_or_wrong_is_told_in_its_own_words() -> None:
    """The field, what it should be, and what came."""
    gone = dead()
    assert refused("exit") == (400, "pid is missing")
    assert refused("exit", pid="") == (400, "pid is missing")
    assert refused("exit", pid="seven") == (400, "pid is a pid such as 0.98.0, not 'seven'")
    assert refused("exit", pid=7) == (400, "pid is a text, not 7")
    assert refused("exit", pid=text(gone)) == (404, f"{gone!r} is not alive")
    assert refused("send", pid=text(self())) == (400, "message is missing")
    assert refused("send", pid=text(gone), message="1") == (404, f"{gone!r} is not alive")
    assert refused("child", supervisor=text(self()), child="a", do="dance") == (
        400,
        "do is one of terminate, restart, delete, not 'dance'",
    )
    assert refused("trace", pids=[]) == (400, "on is missing")
    assert refused("trace", pids="0.1.0", on=True) == (400, "pids is a list of pids such as [\"0.98.0\"], not '0.1.0'")
    assert refused("trace", pids=["0.1.0"] * 1001, on=True) == (400, "pids holds 1,001 pids: at most 1,000 are taken")


@in_process
def test_an_action_that_there_is_not() -> None:
    """What was meant is guessed, or all are named."""
    assert refused("exitt") == (404, "there is no action 'exitt'; did you mean exit?")
    assert refused("xyz") == (404, f"there is no action 'xyz'; there are {', '.join(ACTIONS)}")
    assert refused("__init__")[0] == 404
    assert perform("exit", []) == {"error": "the body is a JSON object", "status": 400}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["exit", "send", "suspend", "stop"])
def test_the_runtimes_own_processes_are_left_alone(name: str) -> None:
    """Without them nothing could go on: the group leader, the logger, the application controller."""

    @in_process
    def main() -> None:
        own = [node["pid"] for node in read("applications?everything=1")["roots"][-1]["children"]]
        assert own
        for pid in own:
            status, words = refused(name, pid=pid, message="1")
            assert status == 403 or "cannot be" in words
        assert all(node["pid"] in own for node in read("applications?everything=1")["roots"][-1]["children"])

    main()


# Servers


@in_process
def test_a_server_is_suspended_and_goes_on() -> None:
    """Its messages wait meanwhile."""
    pid = ok(Agent.start_link(int))
    assert done("suspend", pid=text(pid)) == f"{pid!r} is suspended: its messages wait"
    Agent.cast(pid, lambda state: state + 1)
    assert Sys.get_state(pid) == 0
    assert done("resume", pid=text(pid)) == f"{pid!r} goes on"
    assert Agent.get(pid, lambda state: state) == 1


@in_process
def test_a_plain_process_cannot_be_suspended_or_stopped() -> None:
    """It answers no such orders; it is told that, at once."""
    pid = waiting(idle())
    for name, word in (("suspend", "suspended"), ("resume", "resumed"), ("stop", "stopped")):
        status, words = refused(name, pid=text(pid))
        assert status == 409
        assert words.startswith(f"{pid!r} (Process.sleep/1) cannot be {word}: only OTP processes can")
    assert Process.info(pid, "message_queue_len") == ("message_queue_len", 0)


@in_process
def test_a_server_that_is_busy_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said that it will obey when it can."""
    monkeypatch.setattr("pyex.observer.action.server.ANSWER_MS", 20)
    pid = ok(GenServer.start_link(Slow, None))
    GenServer.cast(pid, "wait")
    for name, words in (("suspend", "and will obey later"), ("stop", "it is busy")):
        status, told = refused(name, pid=text(pid))
        assert status == 504 and told.endswith(words)
    assert Process.alive(pid)


@in_process
def test_a_server_is_stopped_by_its_terminate() -> None:
    """With the reason normal, or that which is given."""

    class Last(GenServer):
        @staticmethod
        def init(arg: Any) -> Any:
            return ("ok", arg)

        @staticmethod
        def terminate(reason: Any, state: Any) -> Any:
            send(state, ("bye", reason))

    for given, reason in (({}, "normal"), ({"reason": ":shutdown"}, "shutdown")):
        pid = ok(GenServer.start(Last, self()))
        assert done("stop", pid=text(pid), **given) == f"{pid!r} has ended: :{reason}"
        assert receive(("bye", ...)) == ("bye", reason)
        assert refused("stop", pid=text(pid)) == (404, f"{pid!r} is not alive")


@in_process
def test_a_server_that_ends_otherwise_is_told() -> None:
    """When its `terminate` fails it has ended all the same."""

    class Clumsy(GenServer):
        @staticmethod
        def init(arg: Any) -> Any:
            return ("ok", arg)

        @staticmethod
        def terminate(reason: Any, state: Any) -> Any:
            pyex.exit("dropped it")

    pid = ok(GenServer.start(Clumsy, None))
    assert done("stop", pid=text(pid)) == f"{pid!r} has ended, with another reason: 'dropped it'"


# Children


@in_process
def test_a_child_is_terminated_started_again_and_deleted() -> None:
    """By its id as the view shows it."""
    top = ok(Supervisor.start_link([agent("one"), agent(("two", 2))], strategy="one_for_one"))
    ids = [each["id"] for each in tree_of(top)["children"]]
    assert done("child", supervisor=text(top), child=ids[1], do="terminate") == f"{ids[1]} has been terminated"
    assert [each["status"] for each in tree_of(top)["children"]] == ["running", "undefined"]
    words = done("child", supervisor=text(top), child=ids[1], do="restart")
    assert words == f"{ids[1]} runs again: #PID<{tree_of(top)['children'][1]['pid']}>"
    done("child", supervisor=text(top), child=tree_of(top)["children"][1]["pid"], do="terminate")
    assert done("child", supervisor=text(top), child=ids[1], do="delete") == f"{ids[1]} is no child any more"
    assert [each["id"] for each in tree_of(top)["children"]] == ["one"]


def tree_of(pid: Pid) -> dict[str, Any]:
    """The node of a process that stands below the tests' main process."""
    (root,) = read("applications")["roots"]
    (found,) = [each for each in root["children"] if each["pid"] == text(pid)]
    return dict(found)


@in_process
def test_what_a_supervisor_refuses_is_told_in_its_words() -> None:
    """With what to do about it."""
    top = ok(Supervisor.start_link([agent("one")], strategy="one_for_one"))
    name = text(top)
    running = (409, "delete_child: :running; it runs: terminate it first")
    assert refused("child", supervisor=name, child="one", do="delete") == running
    assert refused("child", supervisor=name, child="one", do="restart")[1].startswith("restart_child: :running")
    assert refused("child", supervisor=name, child="two", do="delete") == (404, f"{top!r} has no child 'two'")
    pid = idle()
    assert refused("child", supervisor=text(pid), child="one", do="delete") == (
        409,
        f"supervisor is the pid of a supervisor; {pid!r} (Process.sleep/1) is none",
    )


@in_process
def test_ids_that_are_written_the_same_are_told_apart_by_pids() -> None:
    """The wrong one of two is never taken."""
    top = ok(Supervisor.start_link([agent(1), agent("1")], strategy="one_for_one"))
    status, words = refused("child", supervisor=text(top), child="1", do="terminate")
    assert (status, words) == (409, f"{top!r} has 2 children that are written '1': name a pid")
    number = next(pid for id, pid, _, _ in Supervisor.which_children(top) if id == 1)
    done("child", supervisor=text(top), child=text(number), do="terminate")
    assert {id: pid for id, pid, _, _ in Supervisor.which_children(top)}[1] == "undefined"


@in_process
def test_a_dynamic_supervisor_terminates_by_pid() -> None:
    """That is all it can do."""
    top = ok(DynamicSupervisor.start_link(strategy="one_for_one"))
    pid = ok(DynamicSupervisor.start_child(top, agent("x")))
    for do in ("restart", "delete"):
        status, words = refused("child", supervisor=text(top), child=text(pid), do=do)
        assert (status, words) == (
            409,
            f"{top!r} knows its children by pids: it can terminate them, but not {do} them",
        )
    assert refused("child", supervisor=text(top), child="x", do="terminate")[0] == 400
    assert done("child", supervisor=text(top), child=text(pid), do="terminate") == f"{text(pid)} has been terminated"
    assert not Process.alive(pid)
    assert refused("child", supervisor=text(top), child=text(pid), do="terminate")[1].startswith(
        "terminate_child: :not_found"
    )


@in_process
def test_a_supervisor_that_is_suspended_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was asked to do, it does later."""
    monkeypatch.setattr("pyex.observer.action.child.CHILD_MS", 20)
    top = ok(Supervisor.start_link([agent("one")], strategy="one_for_one"))
    Sys.suspend(top)
    assert refused("child", supervisor=text(top), child="one", do="terminate")[0] == 504
    Sys.resume(top)
    assert Supervisor.which_children(top)[0][1] == "undefined"


# The article's scene


def test_a_worker_is_killed_and_there_are_five_again() -> None:
    """Five workers stand below the pool's supervisor; one is killed; another pid is there, and the others stayed."""
    result = program(f"""
        import sys
        sys.path[:0] = [{str(POOLY)!r}, {str(Path(__file__).parent)!r}]
        from in_process import until
        from pyex import *
        from pyex.observer.action import perform
        from pyex.observer.view import read
        import pooly

        def below(nodes):
            for node in nodes:
                yield node
                yield from below(node["children"])

        def workers():
            return next(each for each in below(read("applications")["roots"]) if each["name"] == "WorkerSupervisor")

        def main():
            ok(pooly.PoolSupervisor.start_link(5))
            before = workers()
            killed = before["children"][2]["pid"]
            print(perform("exit", {{"pid": killed, "reason": "kill"}})["ok"] == f"#PID<{{killed}}> has ended: :killed")
            until(lambda: workers()["count"] == 5)
            after = workers()
            old, new = ({{each["pid"] for each in tree["children"]}} for tree in (before, after))
            print(len(old), len(new), old - new == {{killed}}, len(new - old))
            print(after["ended"], after["key"] == before["key"])

        run(main)
    """)
    assert result.stderr == ""
    assert result.stdout.splitlines() == ["True", "5 5 True 1", "1 True"]
