"""What the Observer's server is asked, and what it answers: addresses, methods, bodies, and their description."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from in_process import in_process
from observer_client import start, view_named

from pyex import blocking, observer, receive, spawn
from pyex.observer.server import openapi
from pyex.observer.server.routes import PAGE
from pyex.observer.view import VIEWS


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    yield
    observer.stop()


@in_process
def test_other_methods_are_not_allowed() -> None:
    """405 says which is."""
    client = start()
    own = {**client.bearer, "X-Pyex-Token": client.token}
    for path, method, allowed in (
        ("/api/system", "POST", "GET"),
        ("/", "DELETE", "GET"),
        ("/page/main.js", "PUT", "GET"),
        ("/api/stream", "POST", "GET"),
    ):
        found = blocking(client.ask, path, method, own, b"")
        assert found.status == 405
        assert allowed in found.headers["allow"]
    assert blocking(client.ask, "/api/system", "OPTIONS", own).status == 405


@in_process
def test_head_has_no_body_and_an_end() -> None:
    """Also of a stream, which would not end."""
    client = start()
    for path in ("/", "/page/main.js", "/api/system", "/api/stream?view=system"):
        found = blocking(client.ask, path, "HEAD", client.bearer)
        assert (found.status, found.body) == (200, b"")


@in_process
def test_only_files_of_the_page_are_served() -> None:
    """No way leads out of the folder, and the page itself is not served raw."""
    client = start()
    for path in (
        "/page/../window.py",
        "/page/%2e%2e/window.py",
        "/page/..%2fwindow.py",
        "/page/%2fetc%2fpasswd",
        "/page/..%5cwindow.py",
        "/page/trace/../../window.py",
        "/page/main.js%00.css",
        "/page/index.html",
        "/page/",
        "/page/.",
        "/page/trace",
        "/page/trace/",
        "/page/trace/nothing.js",
        "/page/nothing.js",
        "/page/" + "a" * 5000 + ".js",
        "/favicon.ico",
    ):
        assert blocking(client.get, path).status == 404, path


@in_process
def test_every_file_that_the_page_names_is_served() -> None:
    """Its scripts, those that these import, its style sheets and its icon."""
    client = start()
    left, seen = re.findall(r'(?:href|src)="(/page/[^"]+)"', blocking(client.get, "/").body.decode()), set()
    assert "/page/main.js" in left
    while left:
        if (path := left.pop()) in seen:
            continue
        seen.add(path)
        found = blocking(client.get, path)
        assert found.status == 200, path
        if path.endswith(".js"):
            left += [urljoin(path, name) for name in re.findall(r'"(\.{1,2}/[\w./]+\.js)"', found.body.decode())]
    assert seen == {f"/page/{path.relative_to(PAGE).as_posix()}" for path in PAGE.rglob("*.*")} - {"/page/index.html"}


@in_process
def test_what_there_is_not_is_told_as_json() -> None:
    """An unknown view, an unknown action, bad words in a query."""
    client = start()
    assert "there is no view 'nothing'" in blocking(client.get, "/api/nothing").json["error"]
    assert blocking(client.get, "/api/nothing").status == 404
    assert blocking(client.get, "/api/process/nonsense").status == 400
    assert blocking(client.get, "/api/%00%ff").status == 404
    assert blocking(client.get, "/api/snapshot-file/0").status == 404
    assert blocking(client.act, "nothing").status in (400, 404)


@in_process
def test_a_body_that_is_none_is_refused() -> None:
    """No JSON, no object, too deep, too long: a sentence each."""
    client = start()
    for body, status, text in (
        (b"{", 400, "no JSON"),
        (b"\xff\xfe", 400, "no JSON"),
        (b"[1]", 400, "no JSON object"),
        (b"[" * 60_000, 400, "no JSON"),
        (b'"' + b"x" * 200_000 + b'"', 413, "too long"),
    ):
        found = blocking(client.act, "exit", body)
        assert (found.status, text in found.json["error"]) == (status, True), body[:10]


@in_process
def test_a_view_that_fails_is_an_answer(capfd: pytest.CaptureFixture[str]) -> None:
    """What went wrong is told to who asked, and nothing of it to the person at the terminal."""

    def read(rest: str, query: dict[str, str]) -> dict[str, Any]:
        match rest:
            case "exit":
                from pyex import exit

                exit("gone")
            case "json":
                return {"object": object()}
            case "nan":
                return {"number": float("nan")}
        raise RuntimeError("out of order")

    with view_named("broken", read):
        client = start()
        assert blocking(client.get, "/api/broken").json == {"error": "RuntimeError: out of order"}
        for rest in ("", "exit", "json", "nan"):
            assert blocking(client.get, f"/api/broken/{rest}").status == 500
        assert blocking(client.get, "/api/system").status == 200
    assert capfd.readouterr() == ("", "")


@in_process
def test_a_long_answer_comes_whole() -> None:
    """Many rows are written in steps; what comes is one JSON."""
    data = {"rows": [[str(number), {"x": [number]}] for number in range(2505)], "none": [], "text": "\ud800 <script>"}
    with view_named("long", lambda rest, query: data):
        client = start()
        found = blocking(client.get, "/api/long").json
    assert {name: found[name] for name in data} == data


@in_process
def test_the_programs_own_logging_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """uvicorn's loggers stay as they are, for a program that uses uvicorn itself, and say nothing of the Observer."""
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio")]
    before = [(each.level, each.propagate, list(each.handlers)) for each in loggers]
    with caplog.at_level(logging.DEBUG):
        client = start()
        blocking(client.says, "nonsense\n\n")
        blocking(client.get, "/api/system")
        assert [(each.level, each.propagate, list(each.handlers)) for each in loggers] == before
        logging.getLogger("uvicorn.error").info("the program's own")
        observer.stop()
    assert [each.getMessage() for each in caplog.records if each.name.startswith(("uvicorn", "asyncio"))] == [
        "the program's own"
    ]
    assert not any(each.filters for each in loggers)


# The description


@in_process
def test_the_description_names_what_there_is() -> None:
    """OpenAPI lists all views and actions, and each of its addresses is one of the server's."""
    client = start()
    described = blocking(client.get, "/api/openapi.json").json
    assert described["openapi"].startswith("3.")
    views = {view.path.partition("/")[0] for view in openapi.VIEWS}
    assert views == set(VIEWS)
    from pyex.observer.action import ACTIONS

    assert {action.name for action in openapi.ACTIONS} == set(ACTIONS)
    for path, methods in described["paths"].items():
        asked = path.replace("{pid}", "0.0.0").replace("{id}", "none")
        for method in methods:
            query = "?view=system" if path == "/api/stream" else ""
            # HEAD of a stream ends.
            verb = "HEAD" if query else method.upper()
            found = blocking(client.ask, asked + query, verb, {**client.bearer, "X-Pyex-Token": client.token}, b"{}")
            assert found.status != 405
            if "/act/" not in path and "{id}" not in path:
                assert found.status == 200, (path, found.body)
    listed = blocking(client.get, "/api/").json
    assert {*listed["views"], *listed["actions"], "/api/stream"} == set(described["paths"])


@pytest.mark.parametrize("path", [view.path for view in openapi.VIEWS if view.path not in ("snapshot", "table/{id}")])
@in_process
def test_the_description_holds_the_fields_that_come(path: str) -> None:
    """What a view answers has the fields that are described, and no others."""
    client = start()
    pid = repr(spawn(receive))[5:-1]
    found = blocking(client.get, f"/api/{path.format(pid=pid)}").json
    described = next(view for view in openapi.VIEWS if view.path == path)
    assert {*found, "partial"} == {"at", *described.fields, "partial"}
    json.dumps(openapi.description())
