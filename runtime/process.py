"""`Process`: what can be asked of processes and done to them, by the names of Elixir's `Process` module."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import Any

from pyex import exit_signal, process_info, registered_name
from pyex.alias import alias, unalias
from pyex.atom import OK, Atom
from pyex.control_block import process_table
from pyex.delivery import PROCS, trace_event
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.link import link, unlink
from pyex.mailbox import send, to_seconds, wait
from pyex.message import copied
from pyex.monitor import demonitor, monitor
from pyex.pid import Pid, check_pid
from pyex.process_dictionary import delete, get, get_keys, put
from pyex.reference import make_ref
from pyex.run_queue import BY_PRIORITY
from pyex.scheduler import scheduler
from pyex.spawn import plan, start
from pyex.timer import cancel_timer, read_timer, send_after


class Process:
    """What can be asked of processes and done to them. A namespace: `Process.alive(pid)`."""

    link = staticmethod(link)
    unlink = staticmethod(unlink)
    monitor = staticmethod(monitor)
    demonitor = staticmethod(demonitor)
    alias = staticmethod(alias)
    unalias = staticmethod(unalias)
    put = staticmethod(put)
    get = staticmethod(get)
    get_keys = staticmethod(get_keys)
    delete = staticmethod(delete)
    send_after = staticmethod(send_after)
    cancel_timer = staticmethod(cancel_timer)
    read_timer = staticmethod(read_timer)

    @staticmethod
    def self() -> Pid:
        """The pid of the caller: `self()`, where `self` means something else, as in methods.

            >>> Process.self() == self()
            True

        Mirrors `self/0`.
        """
        return scheduler.me().pid

    @staticmethod
    def alive(pid: Pid) -> bool:
        """Whether a process is alive.

            >>> Process.alive(self())
            True

        Returns a bool; False as soon as an exit signal has ended it. Raises `ArgumentError` for anything but a pid.
        Mirrors `Process.alive?/1`.
        """
        return check_pid(pid).block is not None

    @staticmethod
    def spawn(function: Callable[..., Any], options: Iterable[Any] = (), args: tuple[Any, ...] = ()) -> Any:
        """Start a process that calls `function(*args)`, with options, any of "link", "monitor" and `("priority",
        level)`.

            >>> Process.flag("trap_exit", True)
            False
            >>> pid, ref = Process.spawn(lambda: exit("boom"), ["link", "monitor"])
            >>> receive() == ("EXIT", pid, "boom"), receive() == ("DOWN", ref, "process", pid, "boom")
            (True, True)

        Returns the pid, or `(pid, reference)` with "monitor". Mirrors `Process.spawn/2` and `/4`.
        """
        with_link, reference, priority = False, None, "normal"
        for option in (options,) if isinstance(options, str) else options:
            match option:
                case "link":
                    with_link = True
                case "monitor":
                    reference = make_ref()
                case ("priority", "low" | "normal" | "high" | "max" as level):
                    priority = str(level)
                case _:
                    known = '"link", "monitor" and ("priority", level)'
                    raise bad_argument(2, f"invalid option: {describe(option)}; known are {known}")
        pid = start(function, args, with_link=with_link, watched_as=reference, priority=priority).pid
        return pid if reference is None else (pid, reference)

    @staticmethod
    def exit(pid: Pid, reason: Any) -> bool:
        """Send an exit signal to a process.

            >>> pid, ref = spawn_monitor(Process.sleep, "infinity")
            >>> Process.exit(pid, "kill")
            True
            >>> receive()[4]
            'killed'

        "kill" cannot be trapped; "normal" does nothing to others, and ends a caller that sends it to itself; every
        other reason ends the process, or becomes the message `("EXIT", sender, reason)` where it traps exits.
        Returns True, also for a process that is dead. Mirrors `Process.exit/2`.
        """
        target = check_pid(pid)
        signal = copied(reason)
        me = scheduler.me()
        if me.dying:
            return True
        scheduler.enter()
        try:
            if target.block is not None:
                exit_signal.deliver_exit(me.pid, target.block, signal, by_link=False)
        finally:
            scheduler.leave()
        return True

    @staticmethod
    def flag(name: str, value: Any) -> Any:
        """Set a flag of the caller.

            >>> Process.flag("trap_exit", True), Process.flag("priority", "high")
            (False, 'normal')

        "trap_exit" takes a bool: exit signals become messages. "priority" takes "low", "normal", "high" or "max": who
        goes first among those that are ready and have not used up a time slice.
        Returns the old value. Raises `ArgumentError` for other flags and values. Mirrors `Process.flag/2`.
        """
        me = scheduler.me()
        match name, value:
            case "trap_exit", bool():
                old, me.trap_exit = me.trap_exit, value
                return old
            case "priority", "low" | "normal" | "high" | "max":
                before, me.priority = me.priority, str(value)
                # The queue of the shell is not its priority's, and stays.
                if me.queue is BY_PRIORITY[before]:
                    me.queue = BY_PRIORITY[me.priority]
                return Atom(before)
            case "trap_exit" | "priority", _:
                wanted = "True or False" if name == "trap_exit" else '"low", "normal", "high" or "max"'
                raise bad_argument(2, f"invalid value of the flag {name!r}: {describe(value)}; write {wanted}")
        raise bad_argument(1, f'invalid process flag: {describe(name)}; known are "trap_exit" and "priority"')

    @staticmethod
    def info(pid: Pid, item: Any = None) -> Any:
        """Information about a process.

            >>> Process.info(self(), "trap_exit")
            ('trap_exit', False)
            >>> Process.info(self(), ["message_queue_len", "links"])
            {'message_queue_len': 0, 'links': []}

        Returns for one item `(item, value)`, for a list of items a dict, without item a dict of the usual ones;
        None for a process that is dead. Raises `ArgumentError` for an item that is not known. Mirrors
        `Process.info/1` and `/2`.
        """
        target = check_pid(pid)
        process_info.check(item)
        if target.block is not None:
            return process_info.info(target.block, item)
        return None

    @staticmethod
    def list() -> builtins.list[Pid]:
        """The pids of all processes alive, oldest first.

            >>> self() in Process.list()
            True

        Mirrors `Process.list/0`.
        """
        return [block.pid for block in process_info.snapshot(lambda: [*process_table.values()])]

    @staticmethod
    def register(pid: Pid, name: object) -> bool:
        """Give a process a name, by which others can send to it.

            >>> Process.register(self(), "shop")
            True
            >>> send("shop", "hello"), receive()
            ('hello', 'hello')

        A name is a string or a class. It is free again when the process ends. Returns True. Raises `ArgumentError`
        when the process is dead, or the name taken, or the process named already. Mirrors `Process.register/2`.
        """
        target = check_pid(pid)
        wanted = registered_name.normalise(name, 2)
        if scheduler.me().dying:
            return True
        scheduler.enter()
        try:
            done = target.block is not None and registered_name.register(target.block, wanted)
            if done and target.block is not None:
                trace_event(target.block, PROCS, Atom("register"), wanted)
        finally:
            scheduler.leave()
        if not done:
            raise ArgumentError(
                f"could not register {target!r} with name {describe(name)} because it is not alive, the name is "
                "already taken, or it has already been given another name"
            )
        return True

    @staticmethod
    def unregister(name: object) -> bool:
        """Take a name away.

            >>> Process.register(self(), "shop"), Process.unregister("shop")
            (True, True)

        Returns True. Raises `ArgumentError` when nobody has the name. Mirrors `Process.unregister/1`.
        """
        wanted = registered_name.normalise(name)
        if scheduler.me().dying:
            return True
        scheduler.enter()
        try:
            block = registered_name.whereis(wanted)
            if block is not None:
                trace_event(block, PROCS, Atom("unregister"), wanted)
                registered_name.release(block)
        finally:
            scheduler.critical = 0
        if block is None:
            raise bad_argument(1, f"not a registered name: {describe(name)}")
        return True

    @staticmethod
    def whereis(name: object) -> Pid | None:
        """The process that has a name.

            >>> Process.whereis("nobody") is None
            True

        Returns its pid, or None. Mirrors `Process.whereis/1`.
        """
        if name is None or name == "undefined":
            return None  # an atom in OTP, which nobody can have as a name
        block = registered_name.whereis(registered_name.normalise(name))
        return None if block is None else block.pid

    @staticmethod
    def registered() -> builtins.list[object]:
        """The names in use.

            >>> Process.register(self(), "shop"), "shop" in Process.registered()
            (True, True)

        Mirrors `Process.registered/0`.
        """
        return [*process_info.snapshot(lambda: [*registered_name.registered_names])]

    @staticmethod
    def send(destination: object, message: Any, options: Iterable[str] = ()) -> Atom:
        """As `send(destination, message)`, but returns "ok".

            >>> Process.send(self(), "hello")
            'ok'

        The options "noconnect" and "nosuspend" are accepted, and mean nothing on one node. Mirrors `Process.send/3`.
        """
        for option in options:
            if option not in ("noconnect", "nosuspend"):
                raise bad_argument(3, f"invalid option: {option!r}")
        send(destination, message)
        return OK

    @staticmethod
    def sleep(milliseconds: int | str) -> Atom:
        """Wait, and leave the mailbox alone.

            >>> Process.sleep(1)
            'ok'

        Takes milliseconds or "infinity". Returns "ok". Raises `ErlangError("timeout_value")` for anything else. Mirrors
        `Process.sleep/1`.
        """
        wait(to_seconds(milliseconds))
        return OK

    @staticmethod
    def group_leader(pid: Pid | None = None, leader: Pid | None = None) -> Any:
        """The process whose device the output of the caller goes to; with arguments: set that of another.

            >>> Process.group_leader(self(), Process.group_leader())
            True

        Returns the pid, or True when setting. Mirrors `Process.group_leader/0` and `/2`.
        """
        me = scheduler.me()
        if pid is None:
            return me.group_leader
        target, new = check_pid(pid), check_pid(leader, 2)
        if me.dying:
            return True
        if target.block is None:
            raise bad_argument(1, f"not a living process: {target!r}")
        target.block.group_leader = new
        return True

    @staticmethod
    def hibernate(function: Callable[..., Any], *args: Any) -> Any:
        """Drop the stack, and call `function(*args)` when a message is there: an idle process then costs next to
        nothing.

            >>> def echo():
            ...     who, what = receive()
            ...     send(who, what)
            ...     return Process.hibernate(echo)
            >>> pid = spawn(Process.hibernate, echo)
            >>> send(pid, (self(), "hello"))[1]
            'hello'
            >>> receive()
            'hello'

        Must be returned from the process's function, as `become`. Mirrors `Process.hibernate/3`.
        """
        return plan(function, args, True)
