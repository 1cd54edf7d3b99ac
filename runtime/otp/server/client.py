"""`Client`: a server, to be called by the methods of its class."""

from __future__ import annotations

from types import MethodType
from typing import Any

from pyex.otp.behaviour import module_name, newest


class Client:
    """What `Counter.at(server)` returns: a server together with its class."""

    __slots__ = ("_module", "_server")
    _module: Any
    _server: Any

    def __init__(self, module: Any, server: Any) -> None:
        object.__setattr__(self, "_module", module)
        object.__setattr__(self, "_server", server)

    def __getattr__(self, name: str) -> Any:
        operations = newest(self._module).__operations__
        if name in operations:
            return MethodType(operations[name].client, self._server)
        raise AttributeError(
            f"{name!r} is no call and no cast of {module_name(self._module)}; nothing else can be reached from outside",
            name=name,
            obj=self,
        )

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name!r} cannot be set: the state of a server is its own", name=name, obj=self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Client) and (self._module, self._server) == (other._module, other._server)

    def __hash__(self) -> int:
        return hash((self._module, self._server))

    def __dir__(self) -> list[str]:
        return sorted(newest(self._module).__operations__)

    def __repr__(self) -> str:
        return f"{module_name(self._module)}.at({self._server!r})"

    def __deepcopy__(self, memo: dict[int, object]) -> Client:
        return self
