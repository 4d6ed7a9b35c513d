"""Writes the small files of torch.save that tests/unit/engine/transformer/formats reads.

PyTorch is not needed to run the tests, so this runs in an environment of its own, at the root:

    pip install torch==2.13.0 numpy==2.4.6
    python -m tests.parity.formats.make_torch_files

The files are compressed (.xz): no pickle lies in the repository as such.
"""

import argparse
import collections
import io
import lzma
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch

HERE = Path(__file__).parent


def state_dict() -> dict[str, torch.Tensor]:
    """Every dtype that both formats know, and every way in which a tensor may lie in a storage."""
    table = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    return collections.OrderedDict(
        {
            "float32": table.clone(),
            "transposed": table.T,
            "rows": table[1:3],
            "columns": table[:, ::2],
            "tied": table,
            "expanded": torch.tensor([1.5, -2.0]).expand(3, 2),
            "parameter": torch.nn.Parameter(torch.tensor([[0.25, -0.5]])),
            "buffer": torch.nn.Buffer(torch.tensor([7.0])),
            "scalar": torch.tensor(3.5),
            "empty": torch.zeros(0, 5),
            "float16": torch.tensor([1.5, -65504.0]).half(),
            "bfloat16": torch.tensor([[1.0, -3.0e38], [2.0**-130, 0.0]]).bfloat16(),
            "float64": torch.tensor([1 / 3], dtype=torch.float64),
            "int64": torch.tensor([-(2**62), 2**62]),
            "int32": torch.tensor([-5, 5], dtype=torch.int32),
            "int16": torch.tensor([-300, 300], dtype=torch.int16),
            "int8": torch.tensor([-128, 127], dtype=torch.int8),
            "uint8": torch.tensor([0, 255], dtype=torch.uint8),
            "bool": torch.tensor([True, False, True]),
        }
    )


def newer_dtypes() -> dict[str, torch.Tensor]:
    """Dtypes whose storages have none, which only the zip format knows."""
    return {
        "uint16": torch.tensor([1, 65535]).to(torch.uint16),
        "float8": torch.tensor([0.5, -448.0]).to(torch.float8_e4m3fn),
    }


def training_state() -> dict[str, Any]:
    """What DeepSpeed leaves: a module under one key, and objects of many classes around it."""
    scaler = foreign_class("deepspeed.runtime.fp16.loss_scaler", "DynamicLossScaler")()
    scaler.scale = 65536.0
    linear = torch.nn.Linear(2, 3)
    with torch.no_grad():
        linear.weight.copy_(torch.arange(6.0).reshape(3, 2))
        linear.bias.copy_(torch.tensor([0.5, 1.5, 2.5]))
    return {
        "iteration": 80000,
        "module": linear.state_dict(prefix="dense."),
        "optimizer": {
            "loss_scaler": scaler,
            "state": {0: {"exp_avg": torch.ones(2)}},
            "groups": [{"params": [0], "betas": (0.9, 0.98)}],
        },
        "args": argparse.Namespace(num_layers=2, dtype=torch.float16, device=torch.device("cpu")),
        "random": (3, tuple(range(10)), None),
        "numpy": ("MT19937", np.arange(4, dtype=np.uint32), 4, 0, 0.0),
        "loss": np.float32(2.5),
        "names": {"a", "b"},
        "sizes": torch.Size([2, 3]),
    }


def foreign_class(module: str, name: str) -> Any:
    """A class that pickles under a library's name, without the library."""
    made = type(name, (), {"__module__": module})
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    setattr(sys.modules[module], name, made)
    return made


def write(name: str, value: Any, *, legacy: bool) -> None:
    """Save in one of the two formats, compressed."""
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=not legacy)
    form = "legacy" if legacy else "zip"
    (HERE / f"{name}.{form}.xz").write_bytes(lzma.compress(stream.getvalue(), preset=9))


def main() -> None:
    """Write all files."""
    for legacy in (False, True):
        write("state_dict", state_dict(), legacy=legacy)
        write("training_state", training_state(), legacy=legacy)
    write("newer_dtypes", newer_dtypes(), legacy=False)
    write("whole_model", torch.nn.Linear(2, 3), legacy=False)


if __name__ == "__main__":
    main()
