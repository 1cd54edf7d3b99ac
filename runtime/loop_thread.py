"""The event loop that coroutines run in for processes, in a thread of its own.

It begins when the first is waited for, and ends with the runtime. Nothing here imports asyncio before that.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import CancelledError
from threading import Thread
from typing import TYPE_CHECKING

from pyex.carrier import end_child
from pyex.scheduler import scheduler

if TYPE_CHECKING:
    from asyncio import Task

    from pyex.blocking import Job

# How long coroutines may take to end when the runtime stops.
FAREWELL_SECONDS = 1.0


class LoopThread:
    """The loop, its thread, and the tasks that processes wait for."""

    def __init__(self) -> None:
        import asyncio

        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.loop = self.runner.get_loop()
        self.tasks: dict[Job, Task[None]] = {}
        self.stopped = False
        self.thread = Thread(target=self._serve, name="pyex event loop", daemon=True)
        try:
            self.thread.start()
        except BaseException:
            self.runner.close()
            raise

    def submit(self, job: Job) -> None:
        self.loop.call_soon_threadsafe(self._start, job)

    def cancel(self, job: Job) -> None:
        self.loop.call_soon_threadsafe(self._cancel, job)

    def stop(self) -> None:
        """Cancel what is left, and wait for it a while. In the hub."""
        self.loop.call_soon_threadsafe(self._stop)
        self.thread.join(FAREWELL_SECONDS)

    # -- in the loop's thread

    def _serve(self) -> None:
        while not self.stopped:
            # Raised in a task, these two come through the loop, too; the task keeps them for whoever waits for it.
            with contextlib.suppress(SystemExit, KeyboardInterrupt):
                self.loop.run_forever()
        self.runner.close()

    def _stop(self) -> None:
        self.stopped = True
        self.loop.stop()

    def _start(self, job: Job) -> None:
        task = self.loop.create_task(_call(job), context=job.context)
        self.tasks[job] = task
        task.add_done_callback(lambda task: self._finish(job, task))

    def _cancel(self, job: Job) -> None:
        task = self.tasks.get(job)
        if task is not None:
            task.cancel()

    def _finish(self, job: Job, task: Task[None]) -> None:
        del self.tasks[job]
        if task.cancelled():
            # For the process it is an error like others, as for a thread that waits for a task.
            job.error = CancelledError("the coroutine was cancelled")
        if scheduler.forked:
            end_child(job.error or SystemExit(0))
        scheduler.post(job.finish)


async def _call(job: Job) -> None:
    import asyncio

    try:
        job.result = await job.function(*job.args)
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        job.error = error
    finally:
        # The error leads to this frame: without this it would keep itself alive.
        del job


# In the child of a fork it stays, for it shares files with the parent's; `blocking` is refused there.
_current: LoopThread | None = None


def running() -> LoopThread:
    """The loop thread; started when there is none. In a process."""
    global _current
    if _current is None:
        import asyncio  # noqa: F401  # outside of the critical section

        scheduler.enter()
        try:
            if _current is None:
                _current = LoopThread()
        finally:
            scheduler.leave()
    return _current


def stop() -> None:
    """When the runtime stops."""
    global _current
    thread, _current = _current, None
    if thread is not None:
        thread.stop()
