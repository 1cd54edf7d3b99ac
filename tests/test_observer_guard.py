"""Who may come in to the Observer's server: those with the token, by its own address; and who may only look."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from in_process import in_process
from observer_client import start

from pyex import Process, blocking, observer, receive, send, spawn
from pyex.observer import window


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    yield
    observer.stop()


@in_process
def test_the_address_leads_to_the_page_and_leaves_a_cookie() -> None:
    """The token is in the address once; then a cookie that scripts cannot read stands for it."""
    client = start()
    first = blocking(client.ask, f"/?token={client.token}")
    assert (first.status, first.headers["location"]) == (303, "/")
    assert "HttpOnly" in first.headers["set-cookie"]
    cookie = {"Cookie": first.headers["set-cookie"].partition(";")[0]}
    page = blocking(client.ask, "/", "GET", cookie)
    assert page.status == 200
    assert f'content="{client.token}"' in page.body.decode()
    assert "default-src 'none'" in page.headers["content-security-policy"]
    script = blocking(client.ask, "/page/main.js", "GET", cookie)
    assert (script.status, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


@in_process
def test_without_the_token_there_is_nothing() -> None:
    """Neither the page, nor its files, nor the API, for no token and a wrong one."""
    client = start()
    wrong: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Cookie": f"pyex_observer_{client.port}=wrong"},
        {"Cookie": f"pyex_observer_1={client.token}"},
        {"X-Pyex-Token": client.token},
        {"Authorization": "Bearer t\xf6ken"},
    ]
    for path in ("/", "/?token=wrong", "/?token=%F6%00", "/page/main.js", "/api/", "/api/system", "/nothing"):
        for headers in wrong:
            assert blocking(client.ask, path, "GET", headers).status == 403, (path, headers)


@in_process
def test_only_its_own_names_are_answered() -> None:
    """A page whose name was made to lead here has another Host: it hears nothing."""
    client = start()
    good = (f"127.0.0.1:{client.port}", f"localhost:{client.port}", f"LOCALHOST:{client.port}")
    for host in good:
        assert blocking(client.ask, "/api/", "GET", {**client.bearer, "Host": host}).status == 200
    for host in ("evil.example", f"evil.example:{client.port}", "127.0.0.1", "127.0.0.1:1", "", f"{good[0]}."):
        assert blocking(client.ask, "/api/", "GET", {**client.bearer, "Host": host}).status == 421
    assert b" 421 " in blocking(client.says, "GET /api/ HTTP/1.0\n\n")


@in_process
def test_another_page_is_not_answered() -> None:
    """Origin says whose page asks; so does Sec-Fetch-Site, where a browser sends no Origin."""
    client = start()
    own = f"http://127.0.0.1:{client.port}"
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", "http://[", f"{own}@evil.example", "http://localhost"):
        assert blocking(client.ask, "/api/", "GET", {**client.bearer, "Origin": origin}).status == 403
        assert blocking(lambda origin=origin: client.act("exit", Origin=origin)).status == 403
    assert blocking(client.ask, "/api/", "GET", {**client.bearer, "Origin": own}).status == 200
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        assert blocking(client.ask, "/api/", "GET", {**client.bearer, "Sec-Fetch-Site": site}).status == status
    assert blocking(client.ask, f"/?token={client.token}", "GET", {"Sec-Fetch-Site": "cross-site"}).status == 303


@in_process
def test_to_act_the_token_must_be_in_its_header() -> None:
    """A cookie, or a bearer, is enough to look and not to act."""
    client = start()
    cookie = {"Cookie": f"pyex_observer_{client.port}={client.token}"}
    assert blocking(client.ask, "/api/", "GET", cookie).status == 200
    for headers in ({}, cookie, client.bearer, {"X-Pyex-Token": "wrong"}, {"X-Pyex-Token": "\xf6"}):
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert blocking(client.ask, "/api/act/exit", method, headers, b"{}").status == 403


@in_process
def test_what_is_given_twice_is_refused() -> None:
    """Of two tokens, or origins, it is not clear which counts."""
    client = start()
    head = f"GET /api/ HTTP/1.1\nHost: 127.0.0.1:{client.port}\nConnection: close\n"
    token = f"Authorization: Bearer {client.token}\n"
    assert b" 200 " in blocking(client.says, f"{head}{token}\n")
    for more in (token, "Origin: http://evil.example\nOrigin: http://127.0.0.1\n", "Host: evil.example\n"):
        assert b" 400 " in blocking(client.says, f"{head}{token}{more}\n").partition(b"\r\n")[0]


@in_process
def test_a_ticket_opens_once() -> None:
    """What a browser's command line shows to everybody on the machine is worth nothing afterwards."""
    client = start()
    assert window._window is not None
    ticket = window._window.url_to_open()
    path = ticket[ticket.index("/?") :]
    assert client.token not in ticket
    assert [blocking(client.ask, path).status for _ in range(2)] == [303, 403]


@in_process
def test_a_ticket_is_good_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that did not come in time asks for the whole address."""
    monkeypatch.setattr("pyex.observer.server.guard.TICKET_SECONDS", -1.0)
    client = start()
    assert window._window is not None
    ticket = window._window.url_to_open()
    assert blocking(client.ask, ticket[ticket.index("/?") :]).status == 403


@in_process
def test_a_read_only_observer_shows_and_does_nothing() -> None:
    """Its page has no token that can act, and what is sent anyway is refused."""
    client = start(readonly=True)
    pid = spawn(receive)
    page = blocking(client.get, "/").body.decode()
    assert client.token not in page
    assert 'name="pyex-readonly" content="true"' in page
    refused = blocking(client.act, "exit", {"pid": repr(pid)[5:-1]})
    assert (refused.status, refused.json["error"]) == (
        403,
        "This Observer is for looking only: it was started with readonly=True.",
    )
    assert Process.alive(pid)
    send(pid, "enough")
