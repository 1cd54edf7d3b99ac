"""The environment of an application: values by keys, which others may set. They are copied, as messages are."""

from __future__ import annotations

from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.otp.application import table as application_table
from pyex.otp.application.controller import CALL_MS, call, ensure
from pyex.otp.application.spec import name_of


def get_env(app: Any, key: Any, default: Any = None) -> Any:
    """A value of the environment of an application.

        >>> Application.put_env("shop", "size", 5), Application.get_env("shop", "size")
        ('ok', 5)
        >>> Application.get_env("shop", "colour", "blue")
        'blue'

    Returns the value, or `default` where there is none. Mirrors `Application.get_env/3`.
    """
    ensure()
    found = application_table.fetch_env(name_of(app), key)
    return found[0] if found else default


def fetch_env(app: Any, key: Any) -> Any:
    """A value of the environment of an application, or an error.

        >>> Application.fetch_env("shop", "colour")
        'error'

    Returns `("ok", value)` or "error". (`ok(Application.fetch_env(…))` does what Elixir's `fetch_env!` does.) Mirrors
    `Application.fetch_env/2`.
    """
    ensure()
    found = application_table.fetch_env(name_of(app), key)
    return (OK, found[0]) if found else ERROR


def get_all_env(app: Any) -> dict[Any, Any]:
    """The environment of an application.

        >>> Application.get_all_env("nobody")
        {}

    Returns a dict. Mirrors `Application.get_all_env/1`.
    """
    ensure()
    return application_table.all_env(name_of(app))


def put_env(app: Any, key: Any, value: Any, *, timeout: int | str = CALL_MS, persistent: bool = False) -> Atom:
    """Change the environment of an application.

        >>> Application.put_env("shop", "size", 5)
        'ok'

    When the application is loaded after that, what its definition says takes the place of this, but for what is
    `persistent`. Returns "ok". Mirrors `Application.put_env/4`.
    """
    return Atom(call(("set_env", name_of(app), {key: value}, persistent), timeout))


def put_all_env(config: dict[Any, dict[Any, Any]], *, timeout: int | str = CALL_MS, persistent: bool = False) -> Atom:
    """Change the environments of several applications: `{app: {key: value}}`.

        >>> Application.put_all_env({"shop": {"size": 5}, "bank": {"open": False}})
        'ok'

    Returns "ok". Mirrors `Application.put_all_env/2`.
    """
    for app, values in config.items():
        call(("set_env", name_of(app), dict(values), persistent), timeout)
    return OK


def delete_env(app: Any, key: Any, *, timeout: int | str = CALL_MS, persistent: bool = False) -> Atom:
    """Remove something from the environment of an application.

        >>> Application.delete_env("shop", "size")
        'ok'

    Returns "ok". Mirrors `Application.delete_env/3`.
    """
    return Atom(call(("unset_env", name_of(app), key, persistent), timeout))
