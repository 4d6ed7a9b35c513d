"""What a pickle of tensors describes, as far as a checkpoint needs it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Global:
    """A name that the pickle refers to, such as torch._utils._rebuild_tensor_v2."""

    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Inert:
    """An object of a class that is not needed here, without its contents."""

    name: str


@dataclass(frozen=True, slots=True)
class Storage:
    """A run of numbers outside the pickle: PyTorch's class of it, its key, its length as stated."""

    kind: str
    key: str
    length: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """A view of a storage, as stated by the pickle: nothing is checked yet.

    ``offset`` and ``strides`` count elements; ``dtype`` is set where the storage has none.
    """

    storage: Any
    offset: Any
    shape: Any
    strides: Any
    dtype: Any = None


@dataclass(frozen=True, slots=True)
class Pickle:
    """What a pickle describes, and all storages that it refers to, by their keys.

    ``value`` is made of dictionaries, lists, tuples, numbers, text and bytes, of `Tensor`, and of
    `Inert`, `Global` and `Storage` for everything else.
    """

    value: Any
    storages: dict[str, Storage]
