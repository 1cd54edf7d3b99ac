"""What the API offers, as data: for programs that ask it, as OpenAPI, and as a list for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyex

Fields = dict[str, Any]

# How fields are written here: a type, and what it means. "|null" is for what may be missing.
_PID = "string: a pid, as 0.98.0"
_PROCESS = {"pid": _PID, "label": "string: its name, or what it runs"}
_PEER = {
    "pid": "string|null: a pid, as 0.98.0; null for a name that nobody has",
    "label": "string|null: its name, or what it runs; null for the dead",
}
_PAGE: Fields = {
    "offset": "integer: how many rows are left out at the beginning; 0 by default",
    "limit": "integer: how many rows come at most",
    "search": "string: only rows with this text in them",
    "order": "string: asc or desc",
}

_SYSTEM: Fields = {
    "node": "string: the node's name",
    "program": {"pid": "integer: the number of the operating system's process", "command": "string: what was started"},
    "versions": {name: f"string: the version of {name}" for name in ("pyex", "python", "implementation", "system")},
    "uptime": "integer: ms since the runtime was started",
    "process_count": "integer: processes alive",
    "own_count": "integer: those of the runtime, the shell and the Observer among them",
    "run_queue": "integer: processes that could run",
    "blocked": "integer: processes in a call that blocks the thread of all",
    "context_switches": "integer: since the start",
    "preemptions": "integer: since the start",
    "timers": "integer: timers that are set",
    "abandoned": "integer: processes that were killed and could not be ended",
    "memory": "integer: bytes of the operating system's process",
    "tables": "integer: tables (ets)",
    "table_objects": "integer: objects in them",
    "names": "integer: registered names",
    "limits": "object: limits of the runtime and the operating system, by name",
    "cpus": "integer: processors of the machine",
    "threads": "integer: threads of the operating system's process",
    "messages": "integer: messages that have come into mailboxes since the start",
}
_LOAD: Fields = {
    "interval": "integer: ms between two samples",
    "fields": ["string: what each number of a sample is"],
    "samples": [["number: switches, preemptions and messages per second, cpu in percent of one core, memory in bytes"]],
}
_NODE: Fields = {
    "key": "string: the same as long as it stands in its place",
    "kind": "string: application, shell, system, supervisor or process",
    "pid": f"string|null{_PID[6:]}",
    "name": "string|null: its registered name",
    "label": "string: its name, or what it runs",
    "what": "string|null: what it runs",
    "id": "string|null: its id in its supervisor",
    "status": "string: running, restarting, undefined, no answer or suspended",
    "restart": "string|null: permanent, transient or temporary",
    "strategy": "string|null: of a supervisor",
    "dynamic": "boolean: whether it is a DynamicSupervisor",
    "queue": "integer: messages that wait",
    "restarts": "integer|null: how often a supervisor has restarted a child",
    "restarted": "integer|null: how often it was restarted",
    "ended": "integer|null: how many children have ended",
    "count": "integer: how many children it has; fewer may be listed",
    "children": ["object: nodes like this one"],
    "own": "boolean: whether it belongs to the runtime, the shell or the Observer",
}
_ROW: Fields = {
    **_PROCESS,
    "name": "string|null: its registered name",
    "what": "string|null: what it runs",
    "reductions": "integer: what it has done since it was started",
    "rate": "number: reductions per second since the last look",
    "memory": "integer: bytes",
    "queue": "integer: messages that wait",
    "current": "string: the function that it is in",
    "status": "string: running, waiting, …",
    "own": "boolean: whether it belongs to the runtime, the shell or the Observer",
}
_INFO: Fields = {
    "pid": _PID,
    "alive": "boolean: of a dead process there is nothing more",
    "label": "string: its name, or what it runs",
    "name": "string|null: its registered name",
    "what": "string|null: what it runs",
    "initial_call": "string: the function that it began with",
    "current": "string: the function that it is in",
    "status": "string: running, waiting, …",
    "queue": "integer: messages that wait",
    "priority": "string: low, normal, high or max",
    "trap_exit": "boolean: whether exit signals become messages",
    "group_leader": _PEER,
    "parent": _PEER,
    "reductions": "integer: what it has done since it was started",
    "rate": "number: reductions per second since the last look",
    "memory": "integer: bytes",
    "links": [_PEER],
    "monitors": [_PEER],
    "monitored_by": [_PEER],
    "counts": "object: how many there are of links, monitors, monitored_by, messages, dictionary; fewer may be listed",
    "messages": ["string: a message, as the shell shows it; the first ones"],
    "dictionary": [["string: key and value, as the shell shows them"]],
    "stack": [{"function": "string: its name", "file": "string: where it is written", "line": "integer: from 1"}],
    "behaviour": "string|null: GenServer, Supervisor, …",
    "state": "string|null: of a server, as the shell shows it",
    "suspended": "boolean: whether Sys.suspend holds it",
    "supervisor": {**_PROCESS, "id": "string: its id there"},
    "traced": "boolean: whether the Observer traces it",
    "own": "boolean: whether it belongs to the runtime, the shell or the Observer",
}
_TABLE: Fields = {
    "id": "string: how the view table names it",
    "name": "string: the name it was made with",
    "type": "string: set, ordered_set, bag or duplicate_bag",
    "protection": "string: public, protected or private",
    "objects": "integer: how many there are",
    "owner": _PROCESS,
}
_TABLES_ROW: Fields = {
    **_TABLE,
    "named": "boolean: whether the name stands for it",
    "memory": "integer: bytes",
    "own": "boolean: whether it belongs to the runtime, the shell or the Observer",
}
_TABLE_CONTENTS: Fields = {
    **_TABLE,
    "keypos": "integer: where the key stands in an object, from 1",
    "columns": "integer: how many parts the longest object has",
    "total": "integer|null: objects that match the search, where that is known",
    "partial": "boolean: whether there may be more that match",
    "next": "integer|null: the offset to go on from",
    "rows": [["string: a part of an object, as the shell shows it"]],
}
_TRACE: Fields = {
    "tracing": [_PROCESS],
    "traced": "integer: how many are traced; tracing has the first thousand",
    "running": "boolean: whether anything is traced",
    "left_out": "integer: events of a flood that were not put into words",
    "last": "integer: the number of the last event",
    "events": [
        {
            "seq": "integer: its number",
            "at": "integer: ms since 1970",
            "kind": "string: send, lost, receive, spawn, exit, link, unlink, register or unregister",
            "pid": _PID,
            "other": "string|null: the other process, or a name",
            "other_is_pid": "boolean: whether that is a pid",
            "word": "string: what OTP calls such a message (call, cast, reply, EXIT, …), or empty",
            "short": "string: what is in the message, the reason or the name, cut",
            "what": "string: the whole message or reason, as the shell shows it",
            "left_out": "integer: how many events were left out right before this one",
        }
    ],
    "gone": [f"{_PID}: takes part, and has ended without an event of it"],
    "labels": "object: what the pids are called",
}
_LOG: Fields = {
    "last": "integer: the number of the last event",
    "left_out": "integer: events that were too many to keep",
    "events": [
        {
            "seq": "integer: its number",
            "at": "integer: ms since 1970",
            "level": "string: debug to emergency",
            "text": "string: what was reported",
            "pid": f"string|null{_PID[6:]}",
            "label": "string|null: what that process is called",
        }
    ],
}
_SNAPSHOT: Fields = {
    "pyex_snapshot": "integer: 1, the version of this format",
    "node": "string: the node's name",
    "left_out": {
        "processes": "integer: processes that were too many",
        "process": "integer: processes of which only the row is there",
        "table": "integer: tables whose contents are not there",
    },
    "views": "object: the answer to each view, or null; those of process and table by pid and id",
}
_AFTER: Fields = {"after": "integer: only events behind this number; 0 by default"}


@dataclass(frozen=True)
class View:
    """What can be asked: `path` after /api/, and what its answer holds."""

    path: str
    about: str
    fields: Fields
    query: Fields


@dataclass(frozen=True)
class Action:
    """What can be done: `name` after /api/act/, and what its body holds."""

    name: str
    about: str
    body: Fields


VIEWS = (
    View("system", "Versions and figures of the whole runtime.", _SYSTEM, {}),
    View(
        "load",
        "The load of the last minutes, a sample each second, oldest first.",
        _LOAD,
        {"last": "integer: only so many of the newest"},
    ),
    View(
        "applications",
        "The supervision trees, and what belongs to none.",
        {"roots": [_NODE], "links": [[_PID]]},
        {
            "limit": "integer: how many children of a supervisor are listed",
            "everything": "integer: 1 for the processes of the runtime, the shell and the Observer, too",
        },
    ),
    View(
        "processes",
        "A table of processes.",
        {
            "count": "integer: of all",
            "total": "integer: of those that match",
            "partial": "boolean: true where there was no time to look at all; else it is missing",
            "rows": [_ROW],
        },
        {
            **_PAGE,
            "sort": "string: pid, label, reductions, rate, memory, queue, current or status",
            "own": "integer: 1 for those of the runtime, the shell and the Observer, too",
        },
    ),
    View("process/{pid}", "Everything about a process.", _INFO, {}),
    View(
        "tables",
        "The tables (ets).",
        {"count": "integer: of all", "rows": [_TABLES_ROW]},
        {
            "sort": "string: name, id, type, protection, objects, memory or owner",
            "order": _PAGE["order"],
            "limit": _PAGE["limit"],
        },
    ),
    View("table/{id}", "What is in a table.", _TABLE_CONTENTS, {k: _PAGE[k] for k in ("offset", "limit", "search")}),
    View("trace", "What traced processes have done.", _TRACE, _AFTER),
    View("log", "Reports, as they came.", _LOG, _AFTER),
    View("snapshot", "All of it, as a file to be opened later.", _SNAPSHOT, {}),
)
_REASON = "string: a word or :atom is an atom, anything else a Python literal"
ACTIONS = (
    Action("exit", "Send an exit signal to a process.", {"pid": _PID, "reason": f"{_REASON}; kill by default"}),
    Action("send", "Send a message to a process.", {"pid": _PID, "message": "string: a Python literal"}),
    Action("suspend", "Suspend a server (Sys.suspend).", {"pid": _PID}),
    Action("resume", "Resume a server (Sys.resume).", {"pid": _PID}),
    Action("stop", "Stop a server (GenServer.stop).", {"pid": _PID, "reason": f"{_REASON}; normal by default"}),
    Action(
        "child",
        "Terminate, restart or delete a child of a supervisor.",
        {
            "supervisor": _PID,
            "child": "string: its id, or its pid",
            "do": "string: terminate, restart or delete",
        },
    ),
    Action("trace", "Begin or end to trace processes.", {"pids": [_PID], "on": "boolean: begin, or end"}),
    Action("trace_clear", "Forget what has been traced.", {}),
    Action("trace_stop", "End to trace all processes; what has been traced is kept.", {}),
    Action("show", "Show a process in the shell: i(pid).", {"pid": _PID}),
)
_STREAM_QUERY: Fields = {
    "view": "string: a view with its query, encoded; may come several times",
    "interval": "integer: ms between two answers, from 200 to 60000; 1000 by default",
}
_AT = {"at": "integer: when it was read, ms since 1970"}


def contents() -> dict[str, Any]:
    """What there is, for people: the answer to GET /api/."""
    return {
        "views": {f"/api/{view.path}": view.about for view in VIEWS},
        "actions": {f"/api/act/{action.name}": action.about for action in ACTIONS},
        "stream": "/api/stream?view=system&view=processes&interval=1000",
        "description": "/api/openapi.json",
    }


def description() -> dict[str, Any]:
    """The API in OpenAPI 3.1: the answer to GET /api/openapi.json."""
    paths = {f"/api/{view.path}": {"get": _view(view)} for view in VIEWS}
    paths["/api/stream"] = {
        "get": {
            "summary": "Views again and again, as server-sent events named view, whose data holds view and data.",
            "parameters": _query(_STREAM_QUERY),
            "responses": {"200": {"description": "until it is closed", "content": {"text/event-stream": {}}}},
        }
    }
    for action in ACTIONS:
        paths[f"/api/act/{action.name}"] = {"post": _action(action)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The Observer of pyex",
            "version": pyex.__version__,
            "description": "Pids are written 0.98.0, terms as the shell shows them; sizes are bytes, times are ms.",
        },
        "security": [{"bearer": []}, {"token": []}],
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "the token of the address; to look"},
                "token": {"type": "apiKey", "in": "header", "name": "X-Pyex-Token", "description": "the same; to act"},
            },
            "schemas": {"Error": _schema({"error": "string: what was wrong"})},
        },
        "paths": paths,
    }


def _view(view: View) -> dict[str, Any]:
    name, _, rest = view.path.partition("/")
    parameters = _query(view.query)
    if rest:
        place = {"name": rest[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        parameters = [place, *parameters]
    return {
        "operationId": name,
        "summary": view.about,
        "parameters": parameters,
        "responses": {"200": _answer("the view", _schema({**_AT, **view.fields})), **_ERRORS},
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "operationId": f"act_{action.name}",
        "summary": action.about,
        "security": [{"token": []}],
        "requestBody": {"content": {"application/json": {"schema": _schema(action.body)}}},
        "responses": {"200": _answer("it is done", _schema({"ok": "string: what was done"})), **_ERRORS},
    }


def _query(fields: Fields) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": written.partition(": ")[2], "schema": {"type": _type(written)}}
        for name, written in fields.items()
    ]


def _answer(about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": about, "content": {"application/json": {"schema": schema}}}


_ERRORS = {
    status: _answer(about, {"$ref": "#/components/schemas/Error"})
    for status, about in (("400", "it cannot be understood"), ("403", "the token is missing"), ("404", "there is none"))
}


def _schema(written: Any) -> dict[str, Any]:
    if isinstance(written, dict):
        return {"type": "object", "properties": {name: _schema(field) for name, field in written.items()}}
    if isinstance(written, list):
        return {"type": "array", "items": _schema(written[0])}
    return {"type": _type(written), "description": written.partition(": ")[2]}


def _type(written: str) -> Any:
    names = written.partition(":")[0].split("|")
    return names if len(names) > 1 else names[0]
