"""Aliases: references that one can be sent to by, until they are taken back."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from in_process import ends, idle, messages

from pyex import ArgumentError, Process, make_ref, receive, self, send, spawn, spawn_monitor, trace

SOON = 2000


@pytest.mark.process
def test_a_message_through_an_alias_arrives() -> None:
    """Who has the alias can send, as to the pid."""
    back = Process.alias()
    spawn(send, back, "hello")
    assert receive(after=SOON) == "hello"


@pytest.mark.process
def test_unalias_ends_an_alias() -> None:
    """What is sent through it afterwards vanishes, and nothing is raised."""
    back = Process.alias()
    assert Process.unalias(back) is True
    assert send(back, "late") == "late"
    assert messages(10) == []


@pytest.mark.process
def test_unalias_of_what_is_no_alias_is_false() -> None:
    """A plain reference, an alias taken back, and the alias of another process are no aliases of the caller's."""
    back, caller = Process.alias(), self()
    spawn(lambda: send(caller, Process.unalias(back)))
    assert receive(after=SOON) is False
    assert (Process.unalias(back), Process.unalias(back), Process.unalias(make_ref())) == (True, False, False)


@pytest.mark.process
def test_a_reply_alias_takes_one_message() -> None:
    """With "reply" the first message through it ends it."""
    back = Process.alias(["reply"])
    send(back, 1), send(back, 2)
    assert messages(10) == [1]


@pytest.mark.process
def test_a_plain_reference_leads_nowhere() -> None:
    """To send to a reference that never was an alias is no error."""
    assert send(make_ref(), "hello") == "hello"


@pytest.mark.process
def test_an_alias_of_a_dead_process_leads_nowhere() -> None:
    """The alias ends with its process."""
    caller = self()
    pid, reference = spawn_monitor(lambda: send(caller, ("alias", Process.alias())))
    back = receive(("alias", ...), after=SOON)[1]
    receive(("DOWN", reference, "process", pid, "normal"), after=SOON)
    assert send(back, "hello") == "hello"


@pytest.mark.process
@pytest.mark.parametrize(("until", "lasts"), [("explicit_unalias", True), ("demonitor", False)])
def test_demonitor_and_the_alias_of_a_monitor(until: str, lasts: bool) -> None:
    """The alias of a monitor ends with it, or not before `unalias`, as was asked for."""
    reference = Process.monitor(idle(), alias=until)
    Process.demonitor(reference)
    send(reference, "hello")
    assert messages(10) == (["hello"] if lasts else [])


@pytest.mark.process
@pytest.mark.parametrize(
    ("until", "lasts"), [("explicit_unalias", True), ("demonitor", False), ("reply_demonitor", False)]
)
def test_the_end_of_the_watched_and_the_alias(until: str, lasts: bool) -> None:
    """When the monitor has gone off, a late message through its alias vanishes, unless the alias is to last."""
    pid = idle()
    reference = Process.monitor(pid, alias=until)
    Process.exit(pid, "kill")
    assert receive(after=SOON) == ("DOWN", reference, "process", pid, "killed")
    send(reference, "late")
    assert messages(10) == (["late"] if lasts else [])


@pytest.mark.process
def test_a_reply_ends_the_monitor_too() -> None:
    """With "reply_demonitor" nothing is left after the first message: no alias, no monitor."""
    pid = idle()
    reference = Process.monitor(pid, alias="reply_demonitor")
    send(reference, "reply"), send(reference, "another")
    Process.exit(pid, "kill")
    assert ends(pid) in ("killed", "noproc")
    assert messages(10) == ["reply"]
    assert Process.info(self(), "monitors") == ("monitors", [])


@pytest.mark.process
def test_a_monitor_of_a_dead_process_has_no_alias() -> None:
    """Where the message that says "noproc" is there at once, the alias is over at once."""
    pid, reference = spawn_monitor(lambda: None)
    receive(("DOWN", reference, ..., ..., ...), after=SOON)
    late = Process.monitor(pid, alias="reply_demonitor")
    send(late, "reply")
    assert messages(10) == [("DOWN", late, "process", pid, "noproc")]


@pytest.mark.process
def test_what_goes_through_an_alias_is_copied() -> None:
    """A list that is sent, and then changed by the sender, is unchanged in the receiver."""
    back, items = Process.alias(), [1]
    send(back, items)
    items.append(2)
    assert receive(after=SOON) == [1]


@pytest.mark.process
def test_an_alias_that_ends_while_a_message_is_copied_leads_nowhere() -> None:
    """It counts whether it is an alias when the message is delivered."""
    back = Process.monitor(idle(), alias="demonitor")

    class Ending:
        def __deepcopy__(self, memo: Any) -> Any:
            Process.unalias(back)
            return "copied"

    send(back, Ending())
    assert messages() == []


@pytest.mark.process
def test_threads_can_send_through_an_alias() -> None:
    """A foreign thread can reply as processes do, and once only where the alias says so."""
    back = Process.alias(["reply"])
    thread = threading.Thread(target=lambda: (send(back, "from a thread"), send(back, "again")))
    thread.start()
    assert receive(after=SOON) == "from a thread"
    assert messages(10) == []
    thread.join()


@pytest.mark.process
def test_a_tracer_sees_what_comes_through_an_alias() -> None:
    """A message through an alias is traced as received, as any other."""
    caller = self()

    def wait() -> None:
        send(caller, Process.alias())
        receive("stop")

    pid = spawn(wait)
    back = receive(after=SOON)
    trace(pid, True, ["receive"])
    send(back, "stop")
    assert receive(("trace", ...), ("trace", ..., ..., ...), after=SOON) == ("trace", pid, "receive", "stop")


@pytest.mark.process
def test_wrong_options_are_named() -> None:
    """An unknown option is an error that says which are known."""
    with pytest.raises(ArgumentError, match="explicit_unalias"):
        Process.alias(["for_ever"])
    with pytest.raises(ArgumentError, match="reply_demonitor"):
        Process.monitor(self(), alias="for_ever")
    with pytest.raises(ArgumentError, match="not a reference"):
        Process.unalias(self())  # type: ignore[arg-type]
