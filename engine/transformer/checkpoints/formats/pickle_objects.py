"""What a pickle of tensors may name, and what it describes, as far as a checkpoint needs it.

Nothing named is ever imported or called (see `pickle_reader`): the list of names is no line of
defence, but tells a checkpoint from a file that was made to attack whoever unpickles it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.models.errors import CheckpointError

# Classes of libraries that training programs leave in their checkpoints. By convention a class
# has a capital letter, and what could run code in these libraries (torch.hub.load) has none.
_CLASS = re.compile(
    r"(torch|numpy|deepspeed|megatron|apex|transformers|tokenizers|fp16|argparse|pathlib|datetime"
    r"|collections|omegaconf|fairseq|pytorch_lightning|lightning)(\.\w+)*\._*[A-Z]\w*"
)
_HARMLESS = re.compile(
    r"torch\.(b?float\w*|double|half|u?int\d+|long|short|bool|complex\d+|quint\w+|qint\w+"
    r"|strided|contiguous_format|preserve_format|device|serialization\._get_layout)"
    r"|torch\._utils\._rebuild_\w+|torch\._tensor\._rebuild_from_type_v2"
    r"|numpy\.(ndarray|dtype|bool_|u?int\d+|float\d+)"
    r"|numpy\._?core\.multiarray\.(_reconstruct|scalar)"
    r"|numpy\._?core\.numeric\._frombuffer"
    r"|numpy\.random\._pickle\.__\w+_ctor"
    r"|collections\.(defaultdict|deque)"
    r"|(builtins|__builtin__)\.(set|frozenset|dict|list|tuple|int|long|float|complex|bool|str"
    r"|unicode|bytes|bytearray|object|slice|range|xrange)"
    r"|(copyreg|copy_reg)\._reconstructor|_codecs\.encode|datetime\.(datetime|date|timedelta)"
)


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


class UnsafePickleError(CheckpointError):
    """The pickle names something that is no part of a checkpoint: it may be there to run code."""


@lru_cache(maxsize=256)
def check_name(module: str, name: str) -> None:
    """Do nothing if a checkpoint may name this.

    Raises:
        UnsafePickleError: it may not.
    """
    full = f"{module}.{name}"
    # A dotted name reaches through one module into another: torch, hub.os.system.
    if "." in name or not (_HARMLESS.fullmatch(full) or _CLASS.fullmatch(full)):
        raise UnsafePickleError(
            f"its pickle refers to {full[:200]}, which could run code where it is unpickled and is "
            "no part of a checkpoint. Nothing was run. If you trust the file, convert it to "
            "safetensors elsewhere (torch.load, then safetensors.torch.save_file of the tensors)"
        )
