"""Views that are sent again and again while somebody looks: server-sent events.

Each distinct view is read once each interval, however many look at it, and only if one of them has taken the last
answer. Who is slow gets the newest answer when the one before has gone out, and misses those between: nothing is
queued.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pyex.observer.collector import Answer
from pyex.observer.server.encoding import encoded
from pyex.observer.view import Refused

Read = Callable[[str], Answer]
MOST_STREAMS = 64
# So long an answer is waited for.
SECONDS = 15.0


class Topic:
    """One view that somebody looks at: its last answer, as the data of an event."""

    def __init__(self, view: str, read: Read, interval: float) -> None:
        self.number = 0
        self.text = ""
        # Of each who looks, what wakes him.
        self.viewers: list[asyncio.Event] = []
        # Set when somebody has taken the last answer.
        self.taken = asyncio.Event()
        self._view = view
        self._read = read
        self._interval = interval
        self.task = asyncio.create_task(self._go_on())

    async def _go_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            self.text = await self._answer()
            self.number += 1
            for viewer in self.viewers:
                viewer.set()
            spent = loop.time() - begun
            # A view that takes long leaves the program some time to itself.
            await asyncio.sleep(max(self._interval - spent, min(spent, self._interval)))
            await self.taken.wait()
            self.taken.clear()

    async def _answer(self) -> str:
        try:
            async with asyncio.timeout(SECONDS):
                data = await asyncio.wrap_future(self._read(self._view))
            return f'{{"view": {json.dumps(self._view)}, "data": {encoded(data)}}}'
        except TimeoutError:
            refused = Refused("the runtime did not answer in time", 504)
        except Refused as error:
            refused = error
        return json.dumps({"view": self._view, "error": str(refused), "status": refused.status})


class Streams:
    """All that is looked at now. In the server's loop."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._topics: dict[tuple[str, int], Topic] = {}
        self._count = 0

    def open(self, views: list[str], interval: int) -> Stream:
        """An answer that goes on. Raises `Refused` where there are too many."""
        if self._count >= MOST_STREAMS:
            raise Refused(f"at most {MOST_STREAMS} streams are open at once: close one", 503)
        # Counted at once: very many may be asked for before the first of them begins.
        self._count += 1
        return Stream(self, list(dict.fromkeys(views)), interval)

    def begin(self, views: list[str], interval: int, viewer: asyncio.Event) -> list[Topic]:
        """Somebody looks."""
        topics = []
        for view in views:
            key = (view, interval)
            if key not in self._topics:
                self._topics[key] = Topic(view, self._read, interval / 1000)
            self._topics[key].viewers.append(viewer)
            topics.append(self._topics[key])
        return topics

    def end(self, views: list[str], interval: int, viewer: asyncio.Event) -> None:
        """He does not look any more; what nobody looks at is not read."""
        for view in views:
            topic = self._topics[view, interval]
            topic.viewers.remove(viewer)
            if not topic.viewers:
                topic.task.cancel()
                del self._topics[view, interval]

    def close(self) -> None:
        """One that was opened has ended."""
        self._count -= 1


class Stream(Response):
    """The events of some views, until who looks is gone."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, views: list[str], interval: int) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._streams = streams
        self._views = views
        self._interval = interval

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._stream(scope, receive, send)
        finally:
            self._streams.close()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body"})
            return
        tasks = [asyncio.create_task(self._tell(send)), asyncio.create_task(_is_gone(receive))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, send: Send) -> None:
        news = asyncio.Event()
        topics = self._streams.begin(self._views, self._interval, news)
        seen = [0] * len(topics)
        try:
            await _write(send, "retry: 2000\n\n")
            while True:
                for place, topic in enumerate(topics):
                    if topic.number > seen[place]:
                        seen[place] = topic.number
                        # Waits as long as he does not read.
                        await _write(send, f"event: view\ndata: {topic.text}\n\n")
                        topic.taken.set()
                await news.wait()
                news.clear()
        finally:
            self._streams.end(self._views, self._interval, news)


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _is_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
