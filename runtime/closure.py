"""What a function takes with it when it is sent or spawned: its closure, and the shell's data that it reads.

A function is a message too, so nothing that can change is shared through it: the cells of its closure are copied. A
lambda typed at the prompt also reads names that the shell's assignments bind, its *data*; those are captured as
well, so that `for i in range(3): spawn(lambda: print(i))` prints 0 1 2. The globals of a module in a file stay
shared, as in all Python.

A prompt marks its namespace by an entry `DATA_NAMES`: an object that tells which names are data, and which data has
died.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CellType, CodeType, FunctionType
from typing import Any, Protocol

from pyex.errors import Self

DATA_NAMES = "__data__"

Copy = Callable[[Any, dict[int, Any]], Any]


class DataNames(Protocol):
    """What a prompt tells about the names in its namespace."""

    def is_data(self, name: str) -> bool:
        """Whether the name is bound to data now, by an assignment and not by `def`, `class` or `import`."""
        ...

    def why_gone(self, name: str) -> str | None:
        """What became of data that this name was bound to; None when nothing is known."""
        ...


def captures_nothing(function: FunctionType) -> bool:
    """Whether a quick look tells that a function takes nothing with it."""
    return (
        function.__closure__ is None
        and function.__defaults__ is None
        and function.__kwdefaults__ is None
        and (function.__name__ != "<lambda>" or DATA_NAMES not in function.__globals__)
    )


def captured(function: FunctionType, copy: Copy, memo: dict[int, Any]) -> FunctionType:
    """The function as its receiver gets it; itself, when it takes nothing with it."""
    data = _data_read(function)
    # What a module's own function has as defaults is the module's, as its globals are.
    local = function.__name__ == "<lambda>" or "<locals>" in function.__qualname__
    has_defaults = local and (function.__defaults__ or function.__kwdefaults__)
    if function.__closure__ is None and not data and not has_defaults:
        return function
    cells = tuple([_cell(each, memo) for each in function.__closure__ or ()])
    namespace = Captured(function.__globals__) if data else function.__globals__
    twin = FunctionType(function.__code__, namespace, function.__name__, function.__defaults__, cells or None)
    memo[id(function)] = twin
    for cell, original in zip(cells, function.__closure__ or (), strict=True):
        if id(cell) in memo:
            continue  # another function of the message shares this variable
        memo[id(cell)] = cell
        try:
            contents = original.cell_contents
        except ValueError:
            continue  # a cell that is still empty
        cell.cell_contents = contents if isinstance(contents, Self) else copy(contents, memo)
    for name in data:
        namespace[name] = copy(function.__globals__[name], memo)
    twin.__kwdefaults__ = function.__kwdefaults__
    if local:
        twin.__defaults__ = copy(function.__defaults__, memo)
        twin.__kwdefaults__ = copy(function.__kwdefaults__, memo)
    twin.__annotations__ = function.__annotations__
    twin.__qualname__ = function.__qualname__
    twin.__doc__ = function.__doc__
    twin.__dict__.update(function.__dict__)
    return twin


class Captured(dict[str, Any]):
    """The globals of a captured lambda: its data by value, and code as the prompt has it when it is called."""

    __slots__ = ("live",)

    def __init__(self, live: dict[str, Any]) -> None:
        super().__init__({name: live[name] for name in ("__builtins__", "__name__", DATA_NAMES) if name in live})
        self.live = live

    def __missing__(self, name: str) -> Any:
        return self.live[name]


def _cell(original: CellType, memo: dict[int, Any]) -> CellType:
    """The copy of a variable, the same for all functions of a message that share it."""
    cell = memo.get(id(original))
    if cell is None:
        cell = memo[id(original)] = CellType()
    return cell


def _data_read(function: FunctionType) -> list[str]:
    """The data of a prompt that a lambda reads."""
    names: DataNames | None = function.__globals__.get(DATA_NAMES)
    if names is None or function.__name__ != "<lambda>":
        return []
    return [name for name in _names_read(function.__code__) if name in function.__globals__ and names.is_data(name)]


def _names_read(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names_read(constant)
    return names


def why_name_is_gone(error: BaseException) -> str | None:
    """For a `NameError` about data that died with a shell process: what became of it."""
    if not isinstance(error, NameError) or error.name is None or error.__traceback__ is None:
        return None
    place = error.__traceback__
    while place.tb_next is not None:
        place = place.tb_next
    names: DataNames | None = place.tb_frame.f_globals.get(DATA_NAMES)
    return names.why_gone(error.name) if names is not None else None
