"""The words of checks: each is tried in a task that is played in a real shell, done in one way and in others."""

from __future__ import annotations

import pytest
from job_desk import CTRL_G, Desk, visit
from lesson_session import AsItIs, document_of, is_done_by, what_is_wrong
from shell_session import said

from pyex.repl.lesson.answers import play_lesson
from pyex.repl.lesson.lesson import Task
from pyex.repl.lesson.observation import Observation
from pyex.repl.lesson.task_check import look
from pyex.repl.shell import current
from pyex.repl.transcript.session import Session
from pyex.submit import submit

IDLE = 'victim = spawn(Process.sleep, "infinity")'
STACK = """
    class Stack(GenServer):
        def handle_call(request, from_, items):
            match request:
                case "pop": return ("reply", items[-1], items[:-1])
        def handle_cast(request, items):
            return ("noreply", [*items, request])
"""
CHILDREN = f"""
{STACK}
    sup = ok(Supervisor.start_link([
        {{"id": "one", "start": (GenServer, "start_link", [Stack, [1]])}},
        {{"id": "two", "start": (GenServer, "start_link", [Stack, [2]])}},
    ], strategy="one_for_one"))
"""


# Processes that come and go


@pytest.mark.parametrize("how", ["spawn(lambda: None)", "spawn_link(lambda: None)", "spawn(exit, 'normal')"])
def test_a_process_that_is_gone_at_once_was_spawned(how: str) -> None:
    """Nobody looked while it lived, and yet it is known."""
    assert is_done_by("len(spawned()) == 1 and living() == [] and died(spawned()[0], 'normal')", how)


def test_those_are_spawned_that_others_have_spawned() -> None:
    """Whatever comes from the shell's inputs counts, the oldest first; what the lesson was set up with does not."""
    check = "first, second = living()\nProcess.info(second, 'parent') == ('parent', first) and died(reason='done')"
    answer = """
        def family():
            spawn(Process.sleep, "infinity")
            spawn(exit, "done")
            Process.sleep("infinity")
    """
    assert is_done_by(check, answer, "spawn(family)", set_up=IDLE)


@pytest.mark.parametrize(
    "how",
    [
        'Process.exit(victim, "kill")',
        'spawn(lambda: Process.exit(victim, "kill"))',
        'spawn(Process.exit, victim, "killed")',
    ],
)
def test_a_process_dies_in_whichever_way(how: str) -> None:
    """Who has ended it does not matter; the reason can be asked for."""
    check = 'died(victim, "killed") and not died(victim, "boom")'
    assert is_done_by(check, how, set_up=IDLE)


def test_a_process_is_known_by_the_name_that_it_had() -> None:
    """A name is free when its process is dead, and it is told which process had it."""
    set_up = f'{IDLE}\nProcess.register(victim, "worker")'
    assert is_done_by('died("worker", "killed")', 'Process.exit(Process.whereis("worker"), "kill")', set_up=set_up)


def test_a_process_of_somebody_else_has_died() -> None:
    """Of one that the learner has not started, the end is known all the same."""
    set_up = """
        from pyex.submit import submit
        def begin():
            submit(Process.sleep, "infinity")
        blocking(begin)
        Process.sleep(10)
        foreign = Process.list()[-1]
    """
    assert is_done_by("died(foreign) and not died()", 'Process.exit(foreign, "kill")', set_up=set_up)


def test_exits_by_exceptions_are_matched_by_their_class() -> None:
    """The reason of a process that fails is the exception and the stack trace."""
    check = "died(reason=(ZeroDivisionError, ...)) and not died(reason=(KeyError, ...))"
    assert is_done_by(check, "spawn(lambda: 1 / 0)")


def test_what_a_predicate_cannot_be_asked_about_is_no_match() -> None:
    """A wrong message, answer or reason before the right one does not keep the task from being done."""
    set_up = 'send(self(), ("count", "many"))'
    check = """
        (sent(("count", lambda n: n >= 3)) and received(("count", lambda n: n >= 3), by=shell)
         and died(reason=lambda reason: reason > 2))
        """
    sends = ('send(self(), ("count", "lots"));', 'send(self(), ("count", 3));')
    assert is_done_by(check, 'spawn(exit, "ill");', "spawn(exit, 3);", *sends, set_up=set_up)


# The shell process


@pytest.mark.parametrize(
    "how", ['Process.exit(self(), "kill")', "spawn_link(exit, 'boom')", "Process.exit(victim, 'x')"]
)
def test_the_shell_process_dies_and_the_task_goes_on(how: str) -> None:
    """Its death is seen, and so is the first input after it."""
    set_up = 'victim = spawn_link(Process.sleep, "infinity")'
    assert is_done_by("shell_died() and shown('after') and shown('before')", "'before'", how, "'after'", set_up=set_up)


def test_the_shell_process_dies_with_a_reason() -> None:
    """As for other processes the reason is matched as `receive` matches."""
    assert is_done_by('shell_died("boom") and not shell_died("killed")', 'Process.exit(self(), "boom")')


def test_what_the_next_shell_process_spawns_is_spawned() -> None:
    """An evaluator is observed from its first instruction, whichever it is."""
    check = "len(spawned()) == 2 and shell_died() and linked(living()[-1])"
    assert is_done_by(check, "spawn_link(exit, 'boom')", "spawn_link(Process.sleep, 'infinity')")


def test_the_shell_is_the_process_that_evaluates_now() -> None:
    """Its pid is another after its death."""
    assert is_done_by("printed(repr(shell)) and shell_died()", 'Process.exit(self(), "kill")', "self")


# Links, monitors, exits


@pytest.mark.parametrize(
    "how", ["Process.link(victim)", 'Process.link(Process.whereis("worker"))', "victim = spawn_link(receive)"]
)
def test_the_shell_is_linked_in_whichever_way(how: str) -> None:
    """By a link to one that there is, or from its start."""
    assert is_done_by("linked(victim)", how, set_up=f'{IDLE}\nProcess.register(victim, "worker")')


def test_the_shell_is_linked_to_any_or_to_a_name() -> None:
    """Without a pid any process that the learner has started will do; a name stands for who has it."""
    assert is_done_by(
        'linked() and linked("worker")', "Process.link(victim)", set_up=f'{IDLE}\nProcess.register(victim, "worker")'
    )


def test_a_link_that_was_cut_is_none() -> None:
    """It is told what is so now."""
    assert is_done_by("not linked(victim)", "Process.unlink(victim)", set_up=f"{IDLE}\nProcess.link(victim)")


@pytest.mark.parametrize(
    "how", ["Process.monitor(victim)", 'Process.monitor("worker")', "victim, _ = spawn_monitor(receive)"]
)
def test_the_shell_monitors_in_whichever_way(how: str) -> None:
    """By its pid or its name, or from its start."""
    assert is_done_by("monitored(victim) and monitored()", how, set_up=f'{IDLE}\nProcess.register(victim, "worker")')


def test_the_shell_traps_exits() -> None:
    """And gets the signal as a message, which stays in its mailbox until it is taken."""
    check = 'trapping() and received(("EXIT", victim, "boom"), by=shell) and mailbox() == [("EXIT", victim, "boom")]'
    answer = ('Process.flag("trap_exit", True)', "Process.link(victim)", 'Process.exit(victim, "boom")')
    assert is_done_by(check, *answer, set_up=IDLE)


# Messages


@pytest.mark.parametrize("to", ["victim", '"worker"', '("worker", node())'])
def test_a_message_is_sent_to_a_pid_or_a_name(to: str) -> None:
    """However the learner has written the destination, a check may name it in another way."""
    check = 'sent(("hello", int), to=victim) and sent(("hello", ...), to="worker") and not sent("hello")'
    assert is_done_by(check, f'send({to}, ("hello", 1))', set_up=f'{IDLE}\nProcess.register(victim, "worker")')


def test_messages_between_others_are_seen() -> None:
    """Those that the learner's processes send to one another, as quick as they may be."""
    answer = """
        def ping(n, to):
            for i in range(n):
                send(to, ("ping", i))
    """
    check = (
        'sent(("ping", 999), to=victim) and received(("ping", 0), by=victim) and not received(("ping", 0), by=shell)'
    )
    assert is_done_by(check, answer, "spawn(ping, 1000, victim)", set_up=IDLE)


def test_a_message_to_the_dead_was_sent() -> None:
    """It is sent and vanishes."""
    assert is_done_by(
        'sent("hello", to=gone) and not received("hello")', 'send(gone, "hello")', set_up="gone = spawn(int)"
    )


def test_a_message_from_a_timer_is_received() -> None:
    """Nobody sends it; it comes all the same."""
    assert is_done_by('received("tick", by=shell)', 'Process.send_after(self(), "tick", 20)')


def test_what_the_shell_is_told_by_itself_is_not_seen() -> None:
    """The orders to evaluate something are no messages of the learner's."""
    check = "received(...) or mailbox() or sent(...)"
    [wrong] = what_is_wrong(check, "1 + 1")
    assert wrong.splitlines()[1:] == ["since the task began:", "nothing has happened"]


# The screen


@pytest.mark.parametrize(
    "how", ["print('good morning')", "spawn(print, 'good morning')", "'good morning'", "raise KeyError('good morning')"]
)
def test_what_any_process_prints_appears(how: str) -> None:
    """Values and errors that the shell shows appear, too."""
    assert is_done_by("printed('good morning')", how)


def test_what_was_typed_has_not_appeared() -> None:
    """The screen shows it, but nobody printed it."""
    assert not is_done_by("printed('good morning')", "x = len('good morning');")


def test_an_input_has_a_value_like_this() -> None:
    """The values of inputs are remembered, those before the shell's death too; numbers match by exact type."""
    check = "shown(('tuple', int)) and shown(36) and not shown(36.0) and shown(lambda n: n == 7)"
    assert is_done_by(check, "('tuple', 1)", "x = 36", "Process.exit(self(), 'kill')", "3 + 4;")


# OTP


@pytest.mark.parametrize("how", ["GenServer.start(Stack, [])", "GenServer.start_link(Stack, [])"])
def test_a_server_of_a_class_lives(how: str) -> None:
    """Linked or not; its state is looked at without asking it."""
    check = "[pid] = servers(Stack)\nservers() == [pid] and state(pid) == ['a'] and supervisors() == []"
    assert is_done_by(check, f"pid = ok({how})", "GenServer.cast(pid, 'a')", set_up=STACK)


def test_a_server_of_a_class_that_was_defined_anew_lives() -> None:
    """The class's name stands for its newest version, and so does the one the server was started with."""
    assert is_done_by(
        "servers(Stack) and 'new' in vars(Stack)",
        "class Stack(GenServer):\n    new = True",
        set_up=f"{STACK}\n    ok(GenServer.start(Stack, []))",
    )


def test_a_busy_server_holds_up_no_check() -> None:
    """Its state is the one after its last callback."""
    slow = """
    class Slow(GenServer):
        def handle_cast(request, n):
            Process.sleep("infinity")
    pid = ok(GenServer.start(Slow, 7))
    """
    assert is_done_by(
        "state(pid) == 7 and received(('$gen_cast', 'go'), by=pid)", "GenServer.cast(pid, 'go')", set_up=slow
    )


def test_the_children_of_a_supervisor_live() -> None:
    """Of one, by its pid or name, or of all."""
    check = "[sup] = supervisors()\nlen(children(sup)) == 2 and children(sup) == children() == servers(Stack)"
    answer = CHILDREN[len(STACK) :].strip().replace("\n    ", "\n")
    assert is_done_by(check, answer, set_up=STACK)


@pytest.mark.parametrize(
    "how", ['Process.exit(child, "kill")', 'spawn(Process.exit, child, "boom")', "GenServer.cast(child, [])"]
)
def test_a_child_that_dies_is_restarted(how: str) -> None:
    """The new one is known as such, whoever has ended the old one."""
    set_up = CHILDREN.replace('return ("noreply", [*items, request])', 'return ("noreply", items + 1)')
    set_up += "\n    child = Supervisor.which_children(sup)[0][1]"
    check = "[new] = restarted()\nnew in children(sup) and len(children(sup)) == 2"
    assert is_done_by(check, how, set_up=set_up)


def test_all_are_restarted_where_the_strategy_says_so() -> None:
    """The one that died, and those that were ended with it."""
    set_up = CHILDREN.replace("one_for_one", "one_for_all")
    assert is_done_by(
        "len(restarted()) == 2", 'Process.exit(Supervisor.which_children(sup)[0][1], "kill")', set_up=set_up
    )


@pytest.mark.parametrize(
    "how",
    [
        'Supervisor.terminate_child(sup, "one"), Supervisor.restart_child(sup, "one")',
        'Supervisor.terminate_child(sup, "one"), Supervisor.delete_child(sup, "one"), '
        'Supervisor.start_child(sup, {"id": "new", "start": (GenServer, "start_link", [Stack, []])})',
    ],
)
def test_a_child_that_was_asked_for_is_not_restarted(how: str) -> None:
    """Even where another had died before."""
    assert not is_done_by("restarted()", how, set_up=CHILDREN)


def test_supervisors_below_supervisors_count() -> None:
    """Their children are the learner's, too."""
    set_up = f"""
{STACK}
    def inner():
        child = {{"id": 1, "start": (GenServer, "start_link", [Stack, [1]])}}
        return Supervisor.start_link([child], strategy="one_for_one")
    """
    outer = """
        child = {"id": "inner", "type": "supervisor", "start": (inner, [])}
        top = ok(Supervisor.start_link([child], strategy="one_for_one"))
    """
    check = "len(supervisors()) == 2 and len(servers(Stack)) == 1 and children(children(top)[0]) == servers(Stack)"
    assert is_done_by(check, outer, set_up=set_up)


def test_the_children_of_a_dynamic_supervisor_are_restarted() -> None:
    """And one that is started later is not taken for it."""
    set_up = f'{STACK}\n    ds = ok(DynamicSupervisor.start_link(strategy="one_for_one"))'
    start = 'ok(DynamicSupervisor.start_child(ds, {"id": 1, "start": (GenServer, "start_link", [Stack, [1]])}))'
    answer = (f"first = {start}", 'Process.exit(first, "kill")', f"other = {start}")
    check = "restarted() == [pid for pid in children(ds) if pid != other] and len(children(ds)) == 2"
    assert is_done_by(check, *answer, set_up=set_up)


def test_tasks_and_pools_are_seen() -> None:
    """The processes that OTP starts for the learner are the learner's."""
    set_up = f"{STACK}\n    tasks = ok(Task.Supervisor.start_link())"
    answer = "Task.Supervisor.start_child(tasks, lambda: Process.sleep('infinity'))"
    assert is_done_by("len(children(tasks)) == 1 and tasks in supervisors()", answer, set_up=set_up)


def test_a_supervisor_that_gives_up_leaves_what_was_restarted() -> None:
    """One restart too many ends it; those before were restarts."""
    set_up = CHILDREN.replace('strategy="one_for_one"', 'strategy="one_for_one", max_restarts=2')
    answer = """
        Process.flag("trap_exit", True)
        for _ in range(3):
            Process.exit(Supervisor.which_children(sup)[0][1], "kill")
            Process.sleep(20)
    """
    assert is_done_by("len(restarted()) == 2 and died(sup, 'shutdown')", answer, set_up=set_up)


def test_of_an_application_its_processes_count() -> None:
    """And not those that OTP has for applications, which the learner's first call starts."""
    set_up = """
        class Top(Supervisor):
            def init(arg):
                return Supervisor.init([], strategy="one_for_one")
        class Shop(Application):
            def start(type, args):
                return Supervisor.start_link(Top, None)
    """
    assert is_done_by("len(spawned()) == 1 and spawned() == supervisors()", "Application.start(Shop)", set_up=set_up)


@pytest.mark.parametrize("name", ['"worker"', "Worker"])
def test_a_name_is_registered(name: str) -> None:
    """Names are strings or classes; one that nobody has is None."""
    check = f"named({name}) == victim and named('nobody') is None"
    assert is_done_by(check, f"Process.register(victim, {name})", set_up=f"{IDLE}\nclass Worker: pass")


# The learner is not disturbed


def test_the_learner_may_trace_what_is_observed() -> None:
    """The learner's own trace is told what it always is, and the observation sees that, too."""
    answer = ('trace(victim, True, ["receive"])', 'send(victim, "hello")', "receive(('trace', ...,  ..., ...))")
    check = """
        told = ("trace", victim, "receive", "hello")
        received(told, by=shell) and shown(told) and received("hello", by=victim) and shown(1)
    """
    assert is_done_by(check, *answer, set_up=IDLE)


def test_the_learner_may_end_a_trace_and_is_observed_still() -> None:
    """What is traced, and what not, is the learner's affair."""
    traces = 'trace(victim, True, "all"), trace(victim, False, "all"), trace("new", True, ["procs"])'
    answer = (traces, 'send(victim, "hello")', "spawn(int)")
    check = """
        [pid] = spawned()
        received("hello", by=victim) and received(("trace", pid, "exit", "normal"))
    """
    assert is_done_by(check, *answer, set_up=IDLE)


def test_nothing_of_the_observation_is_to_be_seen() -> None:
    """No link, monitor, message or tracer of the learner's processes tells of it."""
    looks = (
        "len(Process.info(self(), 'monitored_by')[1]), Process.info(self(), ['links', 'monitors', 'messages'])",
        "Process.info(spawn(Process.sleep, 50), ['links', 'monitors', 'monitored_by', 'messages'])",
    )
    document = document_of("shown('done')", *looks, "'done'")
    play_lesson(document)
    assert [step.printed.rstrip("\n") for step in document.steps][:-1] == said(*looks)


def test_what_is_typed_at_a_process_that_has_stopped_is_seen() -> None:
    """At a pry the values of inputs count, and the shell process is who it was."""
    set_up = """
        def price(apples):
            pry()
            return 3 * apples
    """
    answer = ("price(12)", "apples + 1", "spawn(exit, 'boom')", "continue_()", "'after'")
    check = "shown(13) and shown(36) and died(reason='boom') and Process.alive(shell) and not shell_died()"
    assert is_done_by(check, *answer, set_up=set_up)


def test_another_shell_of_the_node_is_somebody_elses() -> None:
    """What is done in the second shell of a terminal is not done in the first; the shells trade places unharmed."""

    def so(check: str) -> bool:
        answer = Session(1, steps=[])
        found = submit(AsItIs(lambda: look(Task(1, check, [], answer), observations[0]))).result(timeout=5)
        return bool(found.is_done)

    observations: list[Observation] = []

    def begin() -> None:
        observations.append(Observation(current.shells()[0]))
        observations[0].start()

    def acts(desk: Desk) -> None:
        desk.runs("spawn(exit, 'before')")
        desk.prompt(2)
        submit(AsItIs(begin)).result(timeout=5)
        desk.presses(CTRL_G)
        desk.commands("s", "c")
        desk.shows(" --> c", "Interactive Pyex...", "pyex(1)>")
        desk.runs("spawn(exit, 'theirs')", "print('on the screen')")
        desk.prompt(3)
        assert so("spawned() == [] and not died() and printed('on the screen')")
        desk.switches("c 1")
        desk.prompt(2)
        desk.types("spawn_link(exit, 'ours')")
        desk.shows_somewhere("shell process exited with reason")
        desk.runs("spawn(exit, 'after')")
        desk.prompt(2)
        assert so("died(reason='ours') and died(reason='after') and shell_died('ours') and not died(reason='theirs')")
        desk.presses(CTRL_G)
        desk.shows(" -->")
        desk.types("q")

    visit(acts)
