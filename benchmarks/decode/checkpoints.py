"""CPM-LM and GPT2_ML of random weights, in the layouts that they were published in.

python -m benchmarks.decode.checkpoints cpm_lm /tmp/full/cpm_lm 32
"""

import argparse
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Published:
    """A checkpoint as it lay on somebody's server.

    Attributes:
        layers: blocks of the published model.
        writer: the library whose format it is.
        path: of what is loaded, inside its folder.
        dtypes: what it is to be loaded in, the default of a CPU first.
        write: into a folder, with so many blocks.
    """

    title: str
    layers: int
    writer: str
    path: str
    dtypes: tuple[str, ...]
    write: Callable[[Path, int], None]


def draw(rng: np.random.Generator, name: str, shape: Shape) -> NDArray[np.float32]:
    """As GPT-2 starts: scales around 1, everything else around 0."""
    values = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
    scale = "gamma" in name or ("layernorm" in name and name.endswith("weight"))
    return values + 1 if scale else values


def write_cpm_lm(folder: Path, layers: int) -> None:
    """80000/mp_rank_0{0,1}_model_states.pt; what both ranks have whole is the same in both."""
    import torch

    (folder / "80000").mkdir(parents=True, exist_ok=True)
    (folder / "latest_checkpointed_iteration.txt").write_text("80000", encoding="utf-8")
    for rank in (0, 1):
        module: OrderedDict[str, Any] = OrderedDict()
        whole, own = np.random.default_rng(0), np.random.default_rng([1, rank])
        for name, shape, is_split in cpm_lm_shapes(layers):
            values = draw(own if is_split else whole, name, shape)
            module[name] = torch.from_numpy(values.astype(np.float16))
        path = folder / "80000" / f"mp_rank_{rank:02}_model_states.pt"
        torch.save({"iteration": 80000, "module": module, "optimizer": None}, path)


def cpm_lm_shapes(layers: int) -> Iterator[tuple[str, Shape, bool]]:
    """Name, shape in one of two ranks, and whether the ranks have different parts of it."""
    hidden, half = 2560, 1280
    yield "word_embeddings.weight", (15_000, hidden), True
    yield "position_embeddings.weight", (1024, hidden), False
    for layer in range(layers):
        name = f"transformer.layers.{layer}"
        for norm in ("input_layernorm", "post_attention_layernorm"):
            yield f"{name}.{norm}.weight", (hidden,), False
            yield f"{name}.{norm}.bias", (hidden,), False
        yield f"{name}.attention.query_key_value.weight", (3 * half, hidden), True
        yield f"{name}.attention.query_key_value.bias", (3 * half,), True
        yield f"{name}.attention.dense.weight", (hidden, half), True
        yield f"{name}.attention.dense.bias", (hidden,), False
        yield f"{name}.mlp.dense_h_to_4h.weight", (4 * half, hidden), True
        yield f"{name}.mlp.dense_h_to_4h.bias", (4 * half,), True
        yield f"{name}.mlp.dense_4h_to_h.weight", (hidden, 4 * half), True
        yield f"{name}.mlp.dense_4h_to_h.bias", (hidden,), False
    yield "transformer.final_layernorm.weight", (hidden,), False
    yield "transformer.final_layernorm.bias", (hidden,), False


def write_gpt2_ml(folder: Path, layers: int) -> None:
    """model.ckpt-100000.{index,data-00000-of-00001}."""
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    shapes = dict(gpt2_ml_shapes(layers))
    tf.raw_ops.SaveV2(
        prefix=str(folder / "model.ckpt-100000"),
        tensor_names=list(shapes),
        shape_and_slices=[""] * len(shapes),
        tensors=[tf.constant(draw(rng, name, shape)) for name, shape in shapes.items()],
    )


def gpt2_ml_shapes(layers: int) -> Iterator[tuple[str, Shape]]:
    hidden, inner = 1536, 6144
    kernels = {
        "query_layer": (hidden, hidden),
        "key_layer": (hidden, hidden),
        "value_layer": (hidden, hidden),
        "context_projection_layer": (hidden, hidden),
        "intermediate": (hidden, inner),
        "output": (inner, hidden),
    }
    yield "newslm/embeddings/word_embed", (21_130, hidden)
    yield "newslm/embeddings/pos_embed", (1024, hidden)
    norms = ["newslm/embeddings/LayerNorm_embed_norm"]
    for layer in range(layers):
        name = f"newslm/layer{layer:02}"
        norms += [f"{name}/LayerNorm_mlp_ln0", f"{name}/LayerNorm_mlp_ln1"]
        for kernel, shape in kernels.items():
            yield f"{name}/{kernel}/kernel", shape
            yield f"{name}/{kernel}/bias", shape[1:]
    for norm in norms:
        yield f"{norm}/gamma", (hidden,)
        yield f"{norm}/beta", (hidden,)


CHECKPOINTS: Final = {
    "cpm_lm": Published(
        title="CPM-LM, two Megatron ranks, float16",
        layers=32,
        writer="torch",
        path=".",
        dtypes=("int8", "bfloat16"),
        write=write_cpm_lm,
    ),
    "gpt2_ml": Published(
        title="GPT2_ML, TensorFlow bundle, float32",
        layers=48,
        writer="tensorflow",
        path="model.ckpt-100000",
        dtypes=("int8", "float32"),
        write=write_gpt2_ml,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=CHECKPOINTS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("layers", type=int)
    args = parser.parse_args()
    CHECKPOINTS[args.name].write(args.folder, args.layers)


if __name__ == "__main__":
    main()
