"""The containers that are laid out: how each opens, which elements it has, and how it closes.

A class is known by its `__repr__`: one that has its own, of which nothing is known here, is shown by that. What is
looked at is looked up past the class's own `__getattr__` and properties.
"""

from __future__ import annotations

import dataclasses
import sys
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable
from itertools import islice
from types import MappingProxyType, SimpleNamespace
from typing import Any, Literal

from pyex.inspection.static_lookup import UNKNOWN, class_dict, class_name, look_up, mro

# How an element is written: `value`, `key: value`, `name=value`.
Element = tuple[Literal["", "key", "field"], Any, Any]
_FIELD_NOT_SET = "<not set>"


@dataclasses.dataclass(slots=True)
class Parts:
    """What a container is made of; `kind` is the colour of its brackets. There may be more elements than were asked
    for, never fewer unless there are no more."""

    open: str
    elements: list[Element]
    close: str
    kind: Literal["list", "tuple", "map"]


class NotSet:
    """Stands for the value of a field that an object does not have (yet)."""

    def __repr__(self) -> str:
        return _FIELD_NOT_SET


def parts_of(value: Any, most: int) -> Parts | None:
    """The parts of a container with at least `most` of its elements, where it has so many; None for what is none."""
    kind = type(value)
    shown_by = look_up(kind, "__repr__")
    known = _BY_REPR.get(id(shown_by)) or _other_shape(kind, shown_by)
    return known(value, most) if known is not None else _rich_parts(value, kind, most)


# -- the shapes


def _list(value: list[Any], most: int) -> Parts:
    return Parts("[", _bare(islice(list.__iter__(value), most)), "]", "list")


def _tuple(value: tuple[Any, ...], most: int) -> Parts:
    return Parts("(", _bare(islice(tuple.__iter__(value), most)), ",)" if len(value) == 1 else ")", "tuple")


def _dict(value: dict[Any, Any], most: int) -> Parts:
    return Parts("{", _keyed(islice(dict.items(value), most)), "}", "map")


def _set(value: set[Any], most: int) -> Parts:
    name = class_name(type(value))
    if not set.__len__(value):
        return Parts(f"{name}(", [], ")", "map")
    ends = ("{", "}") if type(value) is set else (f"{name}({{", "})")
    return Parts(ends[0], _bare(islice(set.__iter__(value), most)), ends[1], "map")


def _frozenset(value: frozenset[Any], most: int) -> Parts:
    name = class_name(type(value))
    if not frozenset.__len__(value):
        return Parts(f"{name}(", [], ")", "map")
    return Parts(f"{name}({{", _bare(islice(frozenset.__iter__(value), most)), "})", "map")


def _deque(value: deque[Any], most: int) -> Parts:
    close = "])" if value.maxlen is None else f"], maxlen={value.maxlen})"
    return Parts(f"{class_name(type(value))}([", _bare(islice(deque.__iter__(value), most)), close, "list")


def _defaultdict(value: defaultdict[Any, Any], most: int) -> Parts:
    open = f"{class_name(type(value))}({value.default_factory!r}, {{"
    return Parts(open, _keyed(islice(dict.items(value), most)), "})", "map")


def _counter(value: Counter[Any], most: int) -> Parts:
    name = class_name(type(value))
    pairs = list(dict.items(value))
    if not pairs:
        return Parts(f"{name}(", [], ")", "map")
    try:
        pairs.sort(key=lambda pair: pair[1], reverse=True)
    except TypeError:
        pass  # counts that cannot be compared stay as they stand, as in Counter's own repr
    return Parts(f"{name}({{", _keyed(pairs[:most]), "})", "map")


def _ordered_dict(value: OrderedDict[Any, Any], most: int) -> Parts:
    name = class_name(type(value))
    pairs = list(islice(OrderedDict.items(value), most))
    if not pairs:
        return Parts(f"{name}(", [], ")", "map")
    if sys.version_info >= (3, 12):
        return Parts(f"{name}({{", _keyed(pairs), "})", "map")
    return Parts(f"{name}([", _bare(pairs), "])", "map")


def _chain_map(value: ChainMap[Any, Any], most: int) -> Parts:
    return Parts(f"{class_name(type(value))}(", _bare(value.maps[:most]), ")", "map")


def _mapping_proxy(value: MappingProxyType[Any, Any], most: int) -> Parts:
    return Parts("mappingproxy({", _keyed(islice(value.items(), most)), "})", "map")


def _view(value: Iterable[Any], most: int) -> Parts:
    return Parts(f"{class_name(type(value))}([", _bare(islice(value, most)), "])", "list")


def _namespace(value: SimpleNamespace, most: int) -> Parts:
    name = "namespace" if type(value) is SimpleNamespace else class_name(type(value))
    fields = islice(object.__getattribute__(value, "__dict__").items(), most)
    return Parts(f"{name}(", [("field", field, each) for field, each in fields], ")", "map")


def _named_tuple(value: Any, most: int) -> Parts:
    names = look_up(type(value), "_fields")
    fields = list(zip(names, tuple.__iter__(value), strict=False))[:most]
    return Parts(f"{class_name(type(value))}(", [("field", name, each) for name, each in fields], ")", "tuple")


def _data_class(value: Any, most: int) -> Parts:
    names = [field.name for field in dataclasses.fields(type(value)) if field.repr]
    qualname = type.__dict__["__qualname__"].__get__(type(value))
    return Parts(f"{qualname}(", _fields(value, names[:most]), ")", "map")


def _attrs_class(value: Any, most: int) -> Parts:
    names = [each.name for each in look_up(type(value), "__attrs_attrs__") if each.repr]
    return Parts(f"{class_name(type(value))}(", _fields(value, names[:most]), ")", "map")


def _array(value: Any, most: int) -> Parts:
    if value.typecode in "uw" or not len(value):
        text = f", {value[:most].tounicode()!r}" if len(value) else ""
        return Parts(f"array({value.typecode!r}{text}", [], ")", "list")
    return Parts(f"array({value.typecode!r}, [", _bare(value[:most]), "])", "list")


# -- which of them


_PLAIN: dict[Any, Any] = {}
_ORDERED: OrderedDict[Any, Any] = OrderedDict()
_VIEWS: tuple[object, ...] = (
    *(_PLAIN.keys(), _PLAIN.values(), _PLAIN.items()),
    *(_ORDERED.keys(), _ORDERED.values(), _ORDERED.items()),
)
_SHAPES: list[tuple[type, Callable[[Any, int], Parts]]] = [
    (list, _list),
    (tuple, _tuple),
    (dict, _dict),
    (set, _set),
    (frozenset, _frozenset),
    (deque, _deque),
    (defaultdict, _defaultdict),
    (Counter, _counter),
    (OrderedDict, _ordered_dict),
    (ChainMap, _chain_map),
    (MappingProxyType, _mapping_proxy),
    (SimpleNamespace, _namespace),
    *((type(view), _view) for view in _VIEWS),
]
_BY_REPR = {id(look_up(kind, "__repr__")): shape for kind, shape in _SHAPES}
# Every namedtuple class has a __repr__ of its own, made from one code object.
_NAMED_TUPLE_REPR: object = getattr(namedtuple("_Sample", "").__repr__, "__code__", None)


def _other_shape(kind: type, shown_by: Any) -> Callable[[Any, int], Parts] | None:
    """The shape of a class whose `__repr__` was made for it."""
    if issubclass(kind, tuple) and getattr(shown_by, "__code__", None) is _NAMED_TUPLE_REPR:
        return _named_tuple
    if look_up(kind, "__dataclass_fields__") is not UNKNOWN and "__create_fn__" in _made_as(shown_by):
        return _data_class
    if look_up(kind, "__attrs_attrs__") is not UNKNOWN and _file(shown_by).startswith("<attrs generated"):
        return _attrs_class
    # Whoever has an array has imported its module.
    array = sys.modules.get("array")
    return _array if array is not None and kind is array.array else None


def _made_as(function: Any) -> str:
    return str(getattr(getattr(function, "__wrapped__", None), "__qualname__", ""))


def _file(function: Any) -> str:
    return str(getattr(getattr(function, "__code__", None), "co_filename", ""))


def _rich_parts(value: Any, kind: type, most: int) -> Parts | None:
    """What an object tells by the protocol of rich, unless a class below has a `__repr__` that may know more."""
    for each in mro(kind):
        own = class_dict(each)
        if "__rich_repr__" in own:
            function = own["__rich_repr__"]
            break
        if "__repr__" in own:
            return None
    else:
        return None
    if not callable(function) or getattr(function, "angular", False):
        return None
    elements = [element for each in islice(function(value) or (), most) if (element := _rich_element(each))]
    return Parts(f"{class_name(kind)}(", elements, ")", "map")


def _rich_element(told: Any) -> Element | None:
    match told:
        case (each,) | (None, each):
            return ("", None, each)
        case (name, each):
            return ("field", str(name), each)
        case (name, each, default):
            return None if each == default else ("field", str(name), each)
    return ("", None, told)


# -- elements


def _bare(elements: Iterable[Any]) -> list[Element]:
    return [("", None, element) for element in elements]


def _keyed(pairs: Iterable[tuple[Any, Any]]) -> list[Element]:
    # At once: nobody else may change the dict meanwhile.
    return [("key", key, element) for key, element in list(pairs)]


def _fields(value: Any, names: Iterable[str]) -> list[Element]:
    return [("field", name, getattr(value, name, NotSet())) for name in names]
