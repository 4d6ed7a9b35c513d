"""Pickles of tensors, read as data: opcodes are interpreted here and nothing is ever called.

A pickle is a program for a stack machine. pickletools decodes it; the machine below carries
out the instructions that build dictionaries, lists, tuples and numbers, recognises PyTorch's
functions for rebuilding tensors by their names, and keeps every other object as an `Inert`.
What `pickle` would do there (import a module, call a function) this machine cannot do.
"""

import pickletools
from collections.abc import Callable, Hashable
from typing import Any, BinaryIO

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats.pickle_objects import (
    Global,
    Inert,
    Pickle,
    Storage,
    Tensor,
    check_name,
)

MAX_NAME = 1000
MAX_ARGUMENTS = 20
MAX_OPERATIONS = 4_000_000
"""About 40 are needed for a tensor; none takes more than some 70 bytes beyond its argument."""


def read_pickle(stream: BinaryIO) -> Pickle:
    """The pickle that begins here; the stream stands behind its end afterwards.

    Raises:
        UnsafePickleError: it names a function or class that is no part of a checkpoint.
        CheckpointError: it is damaged, or larger than any checkpoint's.
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            machine.spend(1)
            machine.step(opcode.name, argument)
        return Pickle(machine.stack.pop(), machine.storages)
    except CheckpointError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise CheckpointError(f"its pickle is damaged ({error})") from error


_MARK = object()
"""Where on the stack the arguments of a later instruction begin."""


class _Machine:
    """The stack and the memo of one pickle."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.storages: dict[str, Storage] = {}
        self._budget = MAX_OPERATIONS

    def spend(self, operations: int) -> None:
        """Count operations; there is no checkpoint that needs more than the maximum."""
        self._budget -= operations
        if self._budget < 0:
            raise CheckpointError("its pickle is longer than any checkpoint's")

    def step(self, opcode: str, argument: Any) -> None:
        if opcode in _VALUES:
            self.stack.append(argument)
        elif opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode]())
        elif opcode in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.stack[-1]
        elif opcode in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif opcode == "GLOBAL":
            self.stack.append(_global(*argument.split(" ", 1)))
        elif opcode == "INST":
            made = Inert(_global(*argument.split(" ", 1)).name)
            self.since_mark()
            self.stack.append(made)
        elif opcode in _ACTIONS:
            _ACTIONS[opcode](self)
        elif opcode not in ("PROTO", "FRAME", "STOP"):
            raise CheckpointError(
                f"its pickle has the instruction {opcode}, no part of checkpoints"
            )

    def since_mark(self) -> list[Any]:
        """Take everything above the last mark, and the mark, off the stack."""
        items: list[Any] = []
        while (item := self.stack.pop()) is not _MARK:
            items.append(item)
        items.reverse()
        return items

    def pop(self, count: int) -> list[Any]:
        """Take the topmost objects off the stack, deepest first."""
        items = [self.stack.pop() for _ in range(count)]
        if any(item is _MARK for item in items):
            raise ValueError("a mark where an object is expected")
        return items[::-1]


def _global(module: Any, name: Any) -> Global:
    if not isinstance(module, str) or not isinstance(name, str) or len(module + name) > MAX_NAME:
        raise ValueError("a name that is none")
    check_name(module, name)
    return Global(f"{module}.{name}")


def _key(value: Any) -> Hashable:
    """A dictionary's key. Hashing tuples nested a million deep would exhaust Python's C stack."""
    parts = value if isinstance(value, tuple) else (value,)
    for part in parts:
        if part is not None and not isinstance(part, str | bytes | int | float | Global | Inert):
            raise ValueError("a key that is no text and no number")
    return value  # type: ignore[no-any-return]


def _reduce(machine: _Machine) -> None:
    function, arguments = machine.pop(2)
    # One list may be made into a dictionary many times over, at no cost for the pickle.
    if isinstance(arguments, tuple) and arguments and isinstance(arguments[0], list | tuple):
        machine.spend(len(arguments[0]))
    machine.stack.append(_made(function, arguments))


def _made(function: Any, arguments: Any) -> Any:
    """What calling the function would make, as far as a checkpoint needs it."""
    if not isinstance(function, Global) or not isinstance(arguments, tuple):
        raise ValueError("a call of what is no function")
    if len(arguments) > MAX_ARGUMENTS:
        raise ValueError("a call with too many arguments")
    rebuild = _REBUILD.get(function.name)
    return rebuild(*arguments) if rebuild else Inert(function.name)


def _dictionary(items: Any = (), *_: Any) -> dict[Hashable, Any]:
    """OrderedDict(pairs), defaultdict(factory)."""
    if not isinstance(items, list | tuple):
        return {}
    return {_key(key): value for key, value in items}


def _from_type(function: Any, _kind: Any, arguments: Any, _state: Any = None) -> Any:
    """A tensor of a subclass, as torch._tensor._rebuild_from_type_v2 makes it from another's."""
    if isinstance(function, Global) and function.name == "torch._tensor._rebuild_from_type_v2":
        raise ValueError("a tensor's subclass within a subclass")
    return _made(function, arguments)


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Tensor:
    return Tensor(storage, offset, shape, strides)


def _typed_tensor(
    storage: Any, offset: Any, shape: Any, strides: Any, _g: Any, _h: Any, dtype: Any, *_: Any
) -> Tensor:
    return Tensor(storage, offset, shape, strides, dtype)


def _first(value: Any, *_: Any) -> Any:
    return value


_REBUILD: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed_tensor,
    "torch._utils._rebuild_parameter": _first,
    "torch._utils._rebuild_parameter_with_state": _first,
    "torch._tensor._rebuild_from_type_v2": _from_type,
    "torch.Size": _first,
    "collections.OrderedDict": _dictionary,
    "collections.defaultdict": _dictionary,
}


def _new_object_with_names(machine: _Machine) -> None:
    machine.pop(1)
    _reduce(machine)


def _object(machine: _Machine) -> None:
    function, *arguments = machine.since_mark()
    machine.stack += [function, tuple(arguments)]
    _reduce(machine)


def _stack_global(machine: _Machine) -> None:
    module, name = machine.pop(2)
    machine.stack.append(_global(module, name))


def _persistent(machine: _Machine) -> None:
    """What lies outside the pickle: ("storage", class, key, device, length[, view])."""
    (identity,) = machine.pop(1)
    if not isinstance(identity, tuple) or not identity:
        raise ValueError("an unknown persistent id")
    if identity[0] != "storage":  # "module": the source text of a class, in old files
        machine.stack.append(identity[1] if len(identity) > 1 else None)
        return
    _, kind, key, _, length = identity[:5]
    view = identity[5] if len(identity) > 5 else None
    if not isinstance(kind, Global) or not isinstance(key, str) or type(length) is not int:
        raise ValueError("a damaged storage")
    if view is not None:
        raise ValueError("a storage that is a part of another, as only PyTorch before 0.4 wrote")
    storage = machine.storages.setdefault(key, Storage(kind.name, key, length))
    machine.stack.append(storage)


def _memoize(machine: _Machine) -> None:
    machine.memo[len(machine.memo)] = machine.stack[-1]


def _set_items(machine: _Machine, items: list[Any]) -> None:
    if len(items) % 2:
        raise ValueError("a key without a value")
    target = machine.stack[-1]
    if isinstance(target, dict):
        target.update((_key(items[i]), items[i + 1]) for i in range(0, len(items), 2))
    elif not isinstance(target, Inert):
        raise ValueError("items for what is no dictionary")


def _append(machine: _Machine, items: list[Any]) -> None:
    target = machine.stack[-1]
    if isinstance(target, list):
        target.extend(items)
    elif not isinstance(target, Inert):
        raise ValueError("an element for what is no list")


def _new_dictionary(machine: _Machine) -> None:
    items = machine.since_mark()
    machine.stack.append({})
    _set_items(machine, items)


def _frozen_set(machine: _Machine) -> None:
    machine.since_mark()
    machine.stack.append(Inert("builtins.frozenset"))


_VALUES = frozenset(
    """
    INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING
    UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8
    """.split()
)
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "MARK": lambda: _MARK,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": lambda: Inert("builtins.set"),
}
_ACTIONS: dict[str, Callable[[_Machine], object]] = {
    "REDUCE": _reduce,
    "NEWOBJ": _reduce,
    "NEWOBJ_EX": _new_object_with_names,
    "OBJ": _object,
    "STACK_GLOBAL": _stack_global,
    "BINPERSID": _persistent,
    # The state of an object: attributes of a state dict, the contents of an Inert.
    "BUILD": lambda m: m.pop(1),
    "POP": lambda m: m.stack.pop(),
    "POP_MARK": _Machine.since_mark,
    "DUP": lambda m: m.stack.append(m.stack[-1]),
    "MEMOIZE": _memoize,
    "TUPLE": lambda m: m.stack.append(tuple(m.since_mark())),
    "TUPLE1": lambda m: m.stack.append(tuple(m.pop(1))),
    "TUPLE2": lambda m: m.stack.append(tuple(m.pop(2))),
    "TUPLE3": lambda m: m.stack.append(tuple(m.pop(3))),
    "LIST": lambda m: m.stack.append(m.since_mark()),
    "DICT": _new_dictionary,
    "FROZENSET": _frozen_set,
    "ADDITEMS": _Machine.since_mark,
    "SETITEM": lambda m: _set_items(m, m.pop(2)),
    "SETITEMS": lambda m: _set_items(m, m.since_mark()),
    "APPEND": lambda m: _append(m, m.pop(1)),
    "APPENDS": lambda m: _append(m, m.since_mark()),
}
