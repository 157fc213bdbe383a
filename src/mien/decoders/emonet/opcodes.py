"""Reads the pickle of a checkpoint without ever calling what it names.

The pickle of a state dict says, in a small stack language, which names are looked up and
called with what. Here nothing is looked up: a name becomes a `Named`, and a call is allowed
only for an ordered dictionary and for torch's two makers of plain tensors, which become
descriptions. Any other name or opcode is refused before anything is done with it.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np

Container = TypeVar("Container", dict[Any, Any], list[Any])

BFLOAT16 = np.dtype("V2")
"""numpy has no such numbers; their bits are the upper half of a float32's."""

_DTYPES: dict[str, np.dtype[Any]] = {
    "torch DoubleStorage": np.dtype("<f8"),
    "torch FloatStorage": np.dtype("<f4"),
    "torch HalfStorage": np.dtype("<f2"),
    "torch BFloat16Storage": BFLOAT16,
    "torch LongStorage": np.dtype("<i8"),
    "torch IntStorage": np.dtype("<i4"),
    "torch ShortStorage": np.dtype("<i2"),
    "torch CharStorage": np.dtype("i1"),
    "torch ByteStorage": np.dtype("u1"),
    "torch BoolStorage": np.dtype("?"),
}
_DICTIONARY = "collections OrderedDict"
_TENSOR = "torch._utils _rebuild_tensor_v2"
_PARAMETER = "torch._utils _rebuild_parameter"
_ALLOWED = {*_DTYPES, _DICTIONARY, _TENSOR, _PARAMETER}
_VALUES = {
    *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
    *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """Something the pickle names: module and name, with a space between; never looked up."""

    name: str


@dataclass(frozen=True, slots=True)
class Storage:
    """A member `data/KEY` of the archive with `n` numbers."""

    key: str
    dtype: np.dtype[Any]
    n: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where in a storage a tensor's numbers are; offset and strides count numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Mark:
    """Where a group of values begins on the stack."""


_MARK = _Mark()


def described(pickle: bytes) -> object:
    """What the pickle holds: dictionaries, lists, tuples, text, numbers and `Tensor`s.

    Raises:
        ValueError: If it is damaged, or holds anything else; the text is the reason.
    """
    machine = _Machine()
    for opcode, argument, _ in pickletools.genops(io.BytesIO(pickle)):
        machine.run(opcode.name, argument)
    return machine.pop()


class _Machine:
    """The stack and the memory of one pickle."""

    def __init__(self) -> None:
        self._stack: list[object] = []
        self._memo: dict[object, object] = {}

    def run(self, name: str, argument: object) -> None:
        """Do one opcode.

        Raises:
            ValueError: If it is not among those that a state dict needs.
        """
        if name in _VALUES:
            self._stack.append(argument)
        elif name in self._PLAIN:
            self._stack.append(self._PLAIN[name]())
        elif name in self._DO:
            self._DO[name](self, argument)
        elif name not in ("PROTO", "FRAME", "STOP"):
            raise ValueError(f"its pickle uses {name}, which no state dict needs")

    def pop(self) -> object:
        """The value on top, taken off."""
        if not self._stack or self._stack[-1] is _MARK:
            raise ValueError("its pickle is damaged")
        return self._stack.pop()

    def _group(self) -> list[object]:
        """The values since the last mark, taken off with it."""
        values: list[object] = []
        while self._stack and self._stack[-1] is not _MARK:
            values.append(self._stack.pop())
        if not self._stack:
            raise ValueError("its pickle is damaged")
        self._stack.pop()
        return values[::-1]

    def _top(self, kind: type[Container]) -> Container:
        top = self._stack[-1] if self._stack else None
        if not isinstance(top, kind):
            raise ValueError("its pickle is damaged")
        return top

    def _mark(self, _: object) -> None:
        self._stack.append(_MARK)

    def _tuple(self, _: object) -> None:
        self._stack.append(tuple(self._group()))

    def _short_tuple(self, n: int) -> None:
        self._stack.append(tuple([self.pop() for _ in range(n)][::-1]))

    def _set_item(self, _: object) -> None:
        value, key = self.pop(), self.pop()
        self._fill([key, value])

    def _set_items(self, _: object) -> None:
        self._fill(self._group())

    def _fill(self, pairs: list[object]) -> None:
        target, keys, values = self._top(dict), pairs[::2], pairs[1::2]
        # Other keys have hashes, and that of a deep tuple of tuples takes the process down.
        if len(keys) != len(values) or not all(type(key) in (str, int) for key in keys):
            raise ValueError("its pickle holds a dictionary with keys that are no text")
        target.update(zip(keys, values, strict=True))

    def _append(self, _: object) -> None:
        self._extend([self.pop()])

    def _appends(self, _: object) -> None:
        self._extend(self._group())

    def _extend(self, values: list[object]) -> None:
        self._top(list).extend(values)

    def _put(self, index: object) -> None:
        self._stack.append(value := self.pop())
        self._memo[index] = value

    def _memoize(self, _: object) -> None:
        self._put(len(self._memo))

    def _get(self, index: object) -> None:
        if index not in self._memo:
            raise ValueError("its pickle is damaged")
        self._stack.append(self._memo[index])

    def _name(self, name: object) -> None:
        if name not in _ALLOWED:
            raise ValueError(f"its pickle names {_short(name)}, and only plain tensors are read")
        self._stack.append(Named(str(name)))

    def _stack_name(self, _: object) -> None:
        name, module = self.pop(), self.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise ValueError("its pickle is damaged")
        self._name(f"{module} {name}")

    def _reduce(self, _: object) -> None:
        arguments, function = self.pop(), self.pop()
        if not isinstance(function, Named) or type(arguments) is not tuple:
            raise ValueError("its pickle calls something that is no name")
        maker = _MAKERS.get(function.name)
        if maker is None:
            raise ValueError(f"its pickle calls {function.name}")
        self._stack.append(maker(arguments))

    def _build(self, _: object) -> None:
        self.pop()  # `_metadata` of a state dict: versions of its modules, of no use here
        self._top(dict)

    def _persistent(self, _: object) -> None:
        self._stack.append(_storage(self.pop()))

    _PLAIN: ClassVar[dict[str, Callable[[], object]]] = {
        "NONE": lambda: None,
        "NEWTRUE": lambda: True,
        "NEWFALSE": lambda: False,
        "EMPTY_TUPLE": tuple,
        "EMPTY_LIST": list,
        "EMPTY_DICT": dict,
    }
    _DO: ClassVar[dict[str, Callable[[_Machine, object], None]]] = {
        "MARK": _mark,
        "TUPLE": _tuple,
        "TUPLE1": lambda self, _: self._short_tuple(1),
        "TUPLE2": lambda self, _: self._short_tuple(2),
        "TUPLE3": lambda self, _: self._short_tuple(3),
        "SETITEM": _set_item,
        "SETITEMS": _set_items,
        "APPEND": _append,
        "APPENDS": _appends,
        "BINPUT": _put,
        "LONG_BINPUT": _put,
        "MEMOIZE": _memoize,
        "BINGET": _get,
        "LONG_BINGET": _get,
        "GLOBAL": _name,
        "STACK_GLOBAL": _stack_name,
        "REDUCE": _reduce,
        "BUILD": _build,
        "BINPERSID": _persistent,
    }


def _short(name: object) -> str:
    return repr(str(name)[:80])


def _storage(told: object) -> Storage:
    if type(told) is not tuple or len(told) != 5:
        raise ValueError("its pickle is damaged")
    kind, named, key, _, n = told
    if kind != "storage" or not isinstance(named, Named) or not isinstance(key, str):
        raise ValueError("its pickle is damaged")
    if named.name not in _DTYPES or type(n) is not int or n < 0:
        raise ValueError(
            f"its pickle has a storage of {named.name} with a size that makes no sense"
        )
    return Storage(key, _DTYPES[named.name], n)


def _tensor(arguments: tuple[object, ...]) -> Tensor:
    """Of `_rebuild_tensor_v2`: storage, offset, shape, strides, then what training needs."""
    if len(arguments) < 4:
        raise ValueError("its pickle is damaged")
    storage, offset, shape, strides = arguments[:4]
    if not isinstance(storage, Storage) or type(offset) is not int:
        raise ValueError("its pickle makes a tensor of something that is no storage")
    return Tensor(storage, offset, _integers(shape), _integers(strides))


def _integers(values: object) -> tuple[int, ...]:
    if type(values) is not tuple or len(values) > 8 or any(type(v) is not int for v in values):
        raise ValueError("its pickle has a tensor whose shape is no tuple of whole numbers")
    return values


def _parameter(arguments: tuple[object, ...]) -> Tensor:
    if not arguments or not isinstance(arguments[0], Tensor):
        raise ValueError("its pickle is damaged")
    return arguments[0]


def _dictionary(arguments: tuple[object, ...]) -> dict[object, object]:
    if arguments:
        raise ValueError("its pickle fills a dictionary in a way that torch does not")
    return {}


_MAKERS: dict[str, Callable[[tuple[object, ...]], object]] = {
    _DICTIONARY: _dictionary,
    _TENSOR: _tensor,
    _PARAMETER: _parameter,
}
