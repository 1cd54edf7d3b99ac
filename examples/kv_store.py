"""A key-value store: buckets that crash, and data that survive it.

    python examples/kv_store.py
    pyex run examples/kv_store.py

The data are in an ETS table. It belongs to a process that does nothing else, for what does nothing does not crash. The
buckets are servers that keep nothing but their names: they write, one update after the other, while whoever only reads
looks into the table without asking anybody. So a bucket that is given a function that fails can simply end; its
supervisor starts it again, and there is nothing to restore.
"""

from collections.abc import Callable
from typing import Any

import pyex
from pyex import GenServer, Process, Supervisor, Task, ets, ok, receive, spawn_monitor


class TableOwner(GenServer):
    @staticmethod
    def start_link(_: object) -> Any:
        return GenServer.start_link(TableOwner, None)

    @staticmethod
    def init(_: object) -> Any:
        ets.new("store", ["named_table", "public"])
        return ("ok", None)


class Bucket(GenServer):
    # For its clients

    @staticmethod
    def start_link(bucket: str) -> Any:
        return GenServer.start_link(Bucket, bucket, name=bucket)

    @staticmethod
    def get(bucket: str, key: str) -> Any:
        match ets.lookup("store", (bucket, key)):
            case [(_, value)]:
                return value
        return None

    @staticmethod
    def put(bucket: str, key: str, value: Any) -> Any:
        return GenServer.call(bucket, ("put", key, value))

    @staticmethod
    def update(bucket: str, key: str, function: Callable[[Any], Any]) -> Any:
        return GenServer.call(bucket, ("update", key, function))

    # In the server

    @staticmethod
    def init(bucket: str) -> Any:
        return ("ok", bucket)

    @staticmethod
    def handle_call(request: Any, from_: Any, bucket: str) -> Any:
        match request:
            case ("put", key, value):
                ets.insert("store", ((bucket, key), value))
                return ("reply", "ok", bucket)
            case ("update", key, function):
                value = function(Bucket.get(bucket, key))
                ets.insert("store", ((bucket, key), value))
                return ("reply", value, bucket)


def show() -> None:
    pid, apples, pears = Process.whereis("fruit"), Bucket.get("fruit", "apples"), Bucket.get("fruit", "pears")
    print(f"fruit is {pid} and has {apples} apples and {pears} pears")


def main() -> None:
    buckets = [Supervisor.child_spec((Bucket, name), id=name) for name in ("fruit", "tools")]
    store = ok(Supervisor.start_link([TableOwner, *buckets], strategy="rest_for_one"))

    Bucket.put("fruit", "apples", 0)
    Bucket.put("fruit", "pears", 5)
    pick = Task.async_stream(range(100), lambda _: Bucket.update("fruit", "apples", lambda n: n + 1))
    print(f"{len(list(pick))} tasks have put an apple there each")
    show()

    careless, reference = spawn_monitor(Bucket.update, "fruit", "pears", lambda n: n / 0)
    receive(("DOWN", reference, ..., ..., ...))
    print(f"{careless} has shared the pears among nobody, and is gone; so is the bucket")

    Supervisor.which_children(store)  # It answers when it has started the bucket again
    show()


if __name__ == "__main__":
    pyex.run(main)
