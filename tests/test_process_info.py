"""What a process tells of itself and of others: info, status, flags, dictionary."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import dead, ends_after, idle, messages, outcome, trapper, until, waiting

from pyex import ArgumentError, Pid, Process, node, receive, run, self, send, spawn

SOON = 5000
KEYS = [
    "current_function", "initial_call", "status", "message_queue_len", "links", "dictionary", "trap_exit", "priority",
    "group_leader", "reductions",
]  # fmt: skip


def info(pid: Pid, item: str) -> Any:
    """The value of one item."""
    name, found = Process.info(pid, item)
    assert name == item
    return found


def spin() -> None:
    """Be busy for ever."""
    while True:
        pass


# -- info


@pytest.mark.process
def test_info_01_info_without_item_has_the_usual_keys_in_otp_s_order() -> None:
    """Process.info(pid) is a dict of what one usually wants to know, in the order in which OTP shows it."""
    assert list(Process.info(idle())) == KEYS


@pytest.mark.process
def test_info_02_a_dead_process_has_no_info() -> None:
    """For a process that has ended every question is answered by None."""
    pid = dead()
    assert [Process.info(pid), Process.info(pid, "links"), Process.info(pid, ["links"])] == [None, None, None]


@pytest.mark.process
def test_a_process_has_no_info_as_soon_as_it_is_killed() -> None:
    """Right after a kill there is nothing to be told any more."""
    pid = idle()
    Process.exit(pid, "kill")
    assert Process.info(pid) is None


@pytest.mark.process
def test_one_item_is_told_with_its_name() -> None:
    """For one item I get (item, value)."""
    assert Process.info(self(), "trap_exit") == ("trap_exit", False)


@pytest.mark.process
def test_several_items_are_told_as_a_dict() -> None:
    """For a list of items I get a dict with these, in the order in which I asked, and no others."""
    found = Process.info(self(), ["links", "trap_exit", "registered_name"])
    assert list(found.items()) == [("links", []), ("trap_exit", False), ("registered_name", [])]
    assert Process.info(self(), []) == {}


@pytest.mark.process
def test_info_04_status() -> None:
    """A process that receives is waiting, and the one that asks is running."""
    assert info(waiting(idle()), "status") == "waiting"
    assert info(self(), "status") == "running"


@pytest.mark.process
def test_a_process_that_could_run_is_runnable() -> None:
    """A busy process is runnable while somebody else runs."""
    assert info(spawn(spin), "status") == "runnable"


@pytest.mark.parametrize("item", ["bogus", None, 42, ["links", "bogus"]])
def test_info_05_an_unknown_item_raises(item: Any) -> None:
    """An item that is not known is refused, alone and in a list."""

    def ask() -> None:
        with pytest.raises(ArgumentError, match="2nd argument: invalid item or item list"):
            Process.info(self(), item if item is not None else [None])

    run(ask)


@pytest.mark.process
def test_an_unknown_item_raises_also_for_a_dead_process() -> None:
    """A slip in the item is told even when the process has ended meanwhile."""
    with pytest.raises(ArgumentError):
        Process.info(dead(), "bogus")


@pytest.mark.parametrize("not_a_pid", ["some_name", 42, None])
def test_info_05_only_pids_can_be_asked_about(not_a_pid: Any) -> None:
    """A name in the place of a pid is refused."""

    def ask() -> None:
        with pytest.raises(ArgumentError, match="1st argument: not a pid"):
            Process.info(not_a_pid)

    run(ask)


@pytest.mark.process
def test_info_06_alive() -> None:
    """I am alive, so is a process that waits, and one that has ended is not."""
    assert Process.alive(self())
    assert Process.alive(idle())
    assert not Process.alive(dead())


@pytest.mark.parametrize("not_a_pid", ["name", None, 42])
def test_info_06_alive_takes_only_pids(not_a_pid: Any) -> None:
    """Whether a name is alive cannot be asked."""

    def ask() -> None:
        with pytest.raises(ArgumentError, match="1st argument: not a pid"):
            Process.alive(not_a_pid)

    run(ask)


@pytest.mark.process
def test_self_without_parentheses_says_what_to_write() -> None:
    """Process.alive(self) and Process.info(self) say to write self()."""
    for ask in (Process.alive, Process.info):
        with pytest.raises(ArgumentError, match=r"write self\(\)"):
            ask(self)  # type: ignore[arg-type]


@pytest.mark.process
def test_a_process_is_not_alive_as_soon_as_it_is_killed() -> None:
    """A kill followed by the question finds it dead, always."""
    pid = idle()
    Process.exit(pid, "kill")
    assert not Process.alive(pid)


@pytest.mark.process
def test_message_queue_len_and_messages_of_oneself() -> None:
    """I can look at how many messages wait for me, and at which, without taking them."""
    send(self(), "a")
    send(self(), ("b", 1))
    assert info(self(), "message_queue_len") == 2
    assert info(self(), "messages") == ["a", ("b", 1)]
    assert messages() == ["a", ("b", 1)]


@pytest.mark.process
def test_message_queue_len_and_messages_of_another() -> None:
    """I can look at the messages that wait for another process, oldest first."""
    pid = idle()
    assert Process.info(pid, ["message_queue_len", "messages"]) == {"message_queue_len": 0, "messages": []}
    send(pid, "a")
    send(pid, ("b", 1))
    assert Process.info(pid, ["messages", "message_queue_len"]) == {
        "messages": ["a", ("b", 1)],
        "message_queue_len": 2,
    }


@pytest.mark.process
def test_messages_that_are_shown_are_copies() -> None:
    """What I do to a message that info showed me does not change it for its receiver."""
    pid = idle()
    send(pid, ["as sent"])
    info(pid, "messages")[0].append("meddled with")
    assert info(pid, "messages") == [["as sent"]]


@pytest.mark.process
def test_links_are_told_on_both_sides() -> None:
    """Linked processes each show the other among their links, until they are unlinked."""
    pid = idle()
    Process.link(pid)
    assert pid in info(self(), "links")
    assert info(pid, "links") == [self()]
    Process.unlink(pid)
    assert info(pid, "links") == []


@pytest.mark.process
def test_monitors_are_told_on_both_sides() -> None:
    """Who watches sees whom, and who is watched sees by whom, until the monitor is taken away."""
    pid = idle()
    reference = Process.monitor(pid)
    assert info(self(), "monitors") == [("process", pid)]
    assert info(pid, "monitored_by") == [self()]
    Process.demonitor(reference)
    assert info(self(), "monitors") == []
    assert info(pid, "monitored_by") == []


@pytest.mark.process
def test_a_monitor_by_name_is_told_by_name() -> None:
    """A monitor that was set on a name shows (name, node())."""
    Process.register(idle(), "watched")
    Process.monitor("watched")
    assert info(self(), "monitors") == [("process", ("watched", node()))]


@pytest.mark.process
def test_monitors_of_a_process_that_has_died_are_gone() -> None:
    """Nothing is left of a monitor when its process has ended, on either side."""
    pid = idle()
    ends_after(pid, lambda: Process.exit(pid, "kill"), SOON)
    assert info(self(), "monitors") == []


@pytest.mark.process
def test_trap_exit_and_priority_of_another_are_told() -> None:
    """The flags of another process can be read."""
    assert Process.info(trapper(), ["trap_exit", "priority"]) == {"trap_exit": True, "priority": "normal"}


@pytest.mark.process
def test_the_parent_is_told() -> None:
    """A process shows who spawned it."""
    assert info(idle(), "parent") == self()


@pytest.mark.process
def test_the_group_leader_is_the_parents() -> None:
    """A process shows the group leader that it has from its parent."""
    assert info(idle(), "group_leader") == Process.group_leader()


@pytest.mark.process
def test_reductions_grow_with_work() -> None:
    """A busy process has more reductions as time goes by."""
    pid = spawn(spin)
    before = info(pid, "reductions")
    until(lambda: info(pid, "reductions") > before)


@pytest.mark.process
def test_info_10_initial_call_and_current_function() -> None:
    """A process shows with which function it began, and in which it is now."""

    def sleep_for_ever() -> None:
        Process.sleep("infinity")

    pid = waiting(spawn(sleep_for_ever))
    module, name, arity = info(pid, "initial_call")
    assert (module, name.split(".")[-1], arity) == (__name__, "sleep_for_ever", 0)
    assert info(pid, "current_function") == ("Process", "sleep", 1)


@pytest.mark.process
def test_info_10_current_function_of_a_process_spawned_with_sleep_itself() -> None:
    """Where a process sleeps is told in the same words whether a function of mine called sleep, or spawn did."""
    assert info(waiting(spawn(Process.sleep, "infinity")), "current_function") == ("Process", "sleep", 1)


@pytest.mark.process
def test_current_function_of_a_busy_process_is_its_own() -> None:
    """A process that computes shows the function that it is in."""
    pid = spawn(spin)
    until(lambda: info(pid, "reductions") > 0)
    assert info(pid, "current_function") == (__name__, "spin", 0)


@pytest.mark.process
def test_current_stacktrace_shows_the_callers_too() -> None:
    """The stack of a waiting process lists the functions that it is in, from the one that waits outwards."""

    def inner() -> None:
        receive("never")

    def outer() -> None:
        inner()

    names = [function.split(".")[-1] for _, function, _, _ in info(waiting(spawn(outer)), "current_stacktrace")]
    assert names == ["receive", "inner", "outer"]


@pytest.mark.process
def test_list_has_the_living_in_order_of_age() -> None:
    """Process.list() names me and the processes that live, older before younger, and not the dead."""
    older, younger = idle(), idle()
    gone = dead()
    listed = Process.list()
    assert listed.index(self()) < listed.index(older) < listed.index(younger)
    assert gone not in listed


@pytest.mark.process
def test_info_12_the_node_of_a_system_that_is_alone() -> None:
    """A system that is not connected to others is nonode@nohost, as in OTP."""
    assert node() == "nonode@nohost"


# -- the process dictionary


@pytest.mark.process
def test_info_08_the_process_dictionary() -> None:
    """put returns the old value, get takes a default, get without key gives all, delete returns the value."""
    assert [Process.put("k", 1), Process.put("k", 2), Process.get("k")] == [None, 1, 2]
    assert [Process.get("zz"), Process.get("zz", "default")] == [None, "default"]
    assert Process.get() == {"k": 2}
    assert [Process.delete("k"), Process.get("k"), Process.delete("k")] == [2, None, None]


@pytest.mark.process
def test_a_value_of_none_in_the_dictionary_is_a_value() -> None:
    """The default of get is for keys that are not there, not for values that are None."""
    Process.put(("t", 1), None)
    assert Process.get(("t", 1), "default") is None


@pytest.mark.process
def test_every_process_has_a_dictionary_of_its_own() -> None:
    """What I keep in my dictionary another process does not see in its own."""
    Process.put("k", "mine")
    assert outcome(lambda: Process.get("k")) == ("returned", None)


@pytest.mark.process
def test_the_dictionary_of_another_can_be_looked_at() -> None:
    """info shows what another process keeps in its dictionary."""
    assert info(keeper(), "dictionary") == {"k": ["kept"]}


@pytest.mark.process
def test_the_dictionary_that_is_shown_is_a_copy() -> None:
    """What I do to the dictionary that info showed me does not reach its owner, at any depth."""
    pid = keeper()
    shown = info(pid, "dictionary")
    shown["new"] = 1
    shown["k"].append("meddled with")
    assert info(pid, "dictionary") == {"k": ["kept"]}


def keeper() -> Pid:
    """A process that keeps something in its dictionary."""
    caller = self()

    def keep() -> None:
        Process.put("k", ["kept"])
        send(caller, "kept")
        receive("never")

    pid = spawn(keep)
    receive("kept", after=SOON)
    return pid


@pytest.mark.process
def test_changing_what_get_returned_does_not_change_the_dictionary() -> None:
    """Process.get() without key is a dict of its own: adding to it adds nothing to the dictionary."""
    Process.put("k", 1)
    Process.get()["other"] = 2
    assert Process.get() == {"k": 1}


# -- flags


@pytest.mark.process
def test_info_09_flags_return_the_old_value() -> None:
    """Setting a flag tells what it was before."""
    assert [Process.flag("trap_exit", True), Process.flag("trap_exit", False)] == [False, True]
    assert [Process.flag("priority", "high"), Process.flag("priority", "normal")] == ["normal", "high"]


@pytest.mark.process
def test_info_09_an_unknown_flag_raises() -> None:
    """A flag that does not exist is refused."""
    with pytest.raises(ArgumentError, match="1st argument: invalid process flag"):
        Process.flag("bogus", 1)


@pytest.mark.parametrize(("flag", "value"), [("trap_exit", 1), ("trap_exit", "true"), ("priority", "urgent")])
def test_a_flag_takes_only_its_values(flag: str, value: Any) -> None:
    """A value that a flag cannot have is refused, and the flag stays as it was."""

    def set_it() -> None:
        before = info(self(), flag)
        with pytest.raises(ArgumentError, match="2nd argument: invalid value"):
            Process.flag(flag, value)
        assert info(self(), flag) == before

    run(set_it)


@pytest.mark.process
def test_children_do_not_inherit_flags() -> None:
    """A process that I spawn does not trap exits, nor has my priority, because I do."""
    Process.flag("trap_exit", True)
    Process.flag("priority", "high")
    assert Process.info(idle(), ["trap_exit", "priority"]) == {"trap_exit": False, "priority": "normal"}


# -- pids


@pytest.mark.process
def test_pids_of_different_processes_differ() -> None:
    """Every process has a pid of its own, which is not used again."""
    pids = [idle() for _ in range(100)] + [dead() for _ in range(100)]
    assert len({*pids, self()}) == 201


@pytest.mark.process
def test_self_is_the_same_pid_every_time() -> None:
    """self() and Process.self() are the pid that others know me by."""
    me = self()
    pid = spawn(lambda: send(me, self()))
    assert receive(after=SOON) == pid
    assert self() == Process.self() == me
