"""`tree()`, `trace(pid)` and `msc(…)`: processes and their messages, drawn in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyex import ArgumentError, Atom, Pid, Process
from pyex.atom import OK
from pyex.errors import describe
from pyex.repl.helpers.helper import NOTHING
from pyex.repl.helpers.identity import process_meant

if TYPE_CHECKING:
    from pyex.watching.supervision_tree import Node


def tree(which: Any = NOTHING, *, links: bool = False, everything: bool = False, limit: int | None = 10) -> None:
    """Draw the supervision trees: who supervises whom, and who was started by whom.

        tree()                  # all of the node
        tree("pooly")           # one application, or the tree below the process of that name
        tree(pid, links=True)   # below a process, with the links that are not between parent and child

    A line for each process: its name, or what its supervisor knows it by; its pid; its class or the function that it
    was spawned with; how a supervisor restarts, and is restarted; and how many messages wait, if any do. The roots are
    the applications, "shell" for all that was started from a prompt, and "others" where many are neither. Of more than
    2 * `limit` children the first `limit` are shown (None shows all). With `everything` the processes of the runtime
    itself are shown, too.

    A child without a process shows as "(restarting)" or "(undefined)". Nobody is asked, and nobody waited for: beside
    a supervisor that is still starting stands "(no answer)", and below it the processes that it has started.

    Prints, and returns None. Raises `ArgumentError` where there is no such process.
    """
    from pyex.repl.shell import current
    from pyex.repl.watching.drawing import ascii_only, painted
    from pyex.repl.watching.tree_text import tree_lines
    from pyex.watching import supervision_tree as trees

    if limit is not None and (type(limit) is not int or limit < 1):
        given = describe(limit)
        raise ArgumentError(f"limit is how many children to show, a number from 1 on, or None for all; not {given}")
    if which is NOTHING:
        roots = trees.supervision_tree(everything=bool(everything), limit=limit)
    else:
        roots = _roots(which, limit)
    if not roots:
        print("no supervisors, and no processes but those of the shell", flush=True)
        return
    lines = tree_lines(roots, columns=current.columns(), links=links, ascii_only=ascii_only(), paint=painted)
    print("\n".join(lines), flush=True)


def _roots(which: Any, limit: int | None) -> list[Node]:
    """The trees that are meant by a pid, a name or a class."""
    from pyex.watching import supervision_tree as trees

    which = process_meant(which) or which
    if isinstance(which, Pid):
        if not Process.alive(which):
            raise ArgumentError(f"{which!r} is not alive; tree() shows who is")
        return [trees.supervision_tree_of(which, limit=limit)]
    if isinstance(which, type):
        found_by_class = [trees.supervision_tree_of(pid, limit=limit) for pid in trees.supervisors_of_class(which)]
        if found_by_class:
            return found_by_class
    if isinstance(which, str):
        for root in trees.supervision_tree(limit=limit):
            if root.kind == "application" and root.name == which:
                return [root]
    shown = describe(which)
    if isinstance(which, str | type):
        raise ArgumentError(f"there is no process, no application and no supervisor {shown}; tree() shows what is")
    raise ArgumentError(f"{shown} is no process; write tree(), tree(pid), tree(name) or tree(class)")


def trace(*args: Any, message: Any = ...) -> Any:
    """Print what a process does, line by line, while it does it.

        trace(pid)                              # all that it does
        trace("counter", "send", "receive")     # only messages
        trace(pid, message=("ping", ...))       # only such messages
        trace(one, other); trace("new", "exit")
        trace()                                 # who is traced
        trace(pid, False); trace(False)         # no more; no more at all

    Whom: a pid, or the name of a registered process, or several of them; "all" processes, or "new" ones; only those of
    the shell itself are left out of these. Of what: "send", "receive", "spawn", "exit", "link", "register", all of them
    if not given; with "children" the processes that it spawns are traced likewise. `message` is a pattern, as `receive`
    takes one: then only messages like that are told of.

    A line holds the time, who sends to whom (by name where there is one), and the message, as wide as the terminal. In
    one second at most 100 are printed; of the others the number is told. It goes on when the shell process dies, as
    `dbg` does in OTP.

    Returns "ok", and for `trace()` a list of those traced, each with of what. Raises `ArgumentError` for what is no
    process, and for one that is traced by somebody else.

    With three arguments, `trace(pid, True, ["send"])`, it is the engine's: see `h("pyex.trace")`. Then the caller is
    told by messages, as by `erlang:trace/3`.
    """
    from pyex.repl.watching import tracer as tracers
    from pyex.trace import trace as erlang_trace

    match args:
        case (_, bool(), list() | tuple() | set() | frozenset() | str()):
            return erlang_trace(*args)
        case ():
            running = tracers.running()
            found = [] if running is None else tracers.listed(running)
            return [(whom, sorted(map(Atom, wanted.topics))) for whom, wanted in found]
        case (False,):
            running = tracers.running()
            if running is not None:
                tracers.end(running)
            return OK
    whom, topics, children, on = _read_trace(args)
    if not on:
        _end_traces(whom)
        return OK
    wanted = tracers.Wanted(frozenset(topics) or tracers.TOPICS, message, children)
    _check_alive(whom)
    running = tracers.start()
    for each in whom:
        tracers.watch(running, each, wanted, shells_own() if each in ("all", "new") else set())
    return OK


def _check_alive(whom: list[Any]) -> None:
    for each in whom:
        if isinstance(each, Pid) and not Process.alive(each):
            raise ArgumentError(f"{each!r} is not alive; tree() shows who is")


def _end_traces(whom: list[Any]) -> None:
    from pyex.repl.watching import tracer as tracers

    running = tracers.running()
    for each in whom:
        if running is None or not tracers.forget(running, each):
            raise ArgumentError(f"{each!r} is not traced; trace() lists who is")


def _read_trace(args: tuple[Any, ...]) -> tuple[list[Any], set[str], bool, bool]:
    """Whom to trace, of what, whether their children too, and whether to begin or to end it."""
    from pyex.repl.watching.tracer import TOPICS

    whom: list[Any] = []
    topics: set[str] = set()
    children = False
    *rest, last = args
    on = last if isinstance(last, bool) else True
    for each in rest if isinstance(last, bool) else args:
        if isinstance(each, Pid) or (not whom and each in ("all", "new")):
            whom.append(each)
        elif whom and each in TOPICS:
            topics.add(each)
        elif whom and isinstance(each, str) and each == "children":
            children = True
        elif (found := process_meant(each)) is not None:
            whom.append(found)
        else:
            known = ", ".join(f'"{topic}"' for topic in sorted(TOPICS))
            raise ArgumentError(
                f'{describe(each)} is no process and no event; write a pid, a registered name, "all" or "new" first, '
                f'and then any of {known}, "children"'
            )
    if not whom:
        raise ArgumentError("whom? write trace(pid), trace(name), trace(pid, False), or trace(False) to end all")
    return whom, topics, children, on


def shells_own() -> set[Pid]:
    """The processes that are there for the shell and the runtime; not the evaluators, which run the user's code."""
    from pyex.repl.shell import current
    from pyex.watching.supervision_tree import system_processes

    return system_processes() - {shell.evaluator for shell in current.shells()}


def msc(*args: Any, for_ms: int | None = None) -> Any:
    """Draw a message sequence chart: who sends what to whom.

        msc(GenServer.call, "counter", "next")      # of a call of a function
        msc(lambda: (send(pid, "a"), send(pid, "b")))
        msc(pid, "counter")                         # live, until Ctrl+C
        msc(pid, for_ms=5000)                       # live, for five seconds

    `msc(function, *args)` calls the function in this process. When it has returned, and what it has set off has come to
    rest, all are drawn who had to do with that: the processes that it has sent to, spawned, linked to or ended, and
    those that these have. `msc(process, …)` draws while things happen what these processes, and those that they spawn,
    send and are sent.

    Each process has a lifeline, from the top or from where it was spawned, to its end, ╳. Calls and casts of OTP, and
    the replies, are named so. Where there are more processes than the terminal has room for, the busiest are shown;
    where there is room for one only, the same is told in lines.

    Returns what the function returns, and raises what it raises; the live chart returns "ok". Raises `ArgumentError`
    for what is neither a function nor a process, and while `trace` is on.
    """
    live = [process_meant(each) for each in args]
    if live and all(live):
        _check_duration(for_ms)
        return _draw_live(live, for_ms)
    if not args or not callable(args[0]):
        raise ArgumentError("write msc(function, *args) for a chart of a call, or msc(pid, …) for one that is live")
    if for_ms is not None:
        raise ArgumentError("for_ms goes with processes, msc(pid, for_ms=5000); the chart of a call ends with it")
    return _draw_call(args[0], args[1:])


def _check_duration(for_ms: Any) -> None:
    if for_ms is not None and (type(for_ms) is not int or for_ms < 0):
        raise ArgumentError(f"for_ms is a number of milliseconds, not {describe(for_ms)}")


def _draw_call(function: Any, args: tuple[Any, ...]) -> Any:
    from pyex.repl.watching.live_chart import print_chart, processes_in
    from pyex.repl.watching.recorder import record

    _refuse_if_traced()
    given = processes_in(function, args)
    recording, value, raised = record(lambda: function(*args), given, shells_own(), print_chart)
    print_chart(recording)
    if raised is not None:
        raise raised
    return value


def _draw_live(pids: list[Any], for_ms: int | None) -> Atom:
    from pyex.repl.watching.live_chart import draw_live

    _check_alive(pids)
    _refuse_if_traced()
    draw_live(pids, for_ms, shells_own())
    return OK


def _refuse_if_traced() -> None:
    from pyex.repl.watching import tracer as tracers

    running = tracers.running()
    if running is not None and tracers.listed(running):
        raise ArgumentError("trace() is on, and a process has one tracer: end that first, with trace(False)")
