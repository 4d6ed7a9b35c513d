"""Random weights of GPT-2 in Hugging Face's layout, written once and read by every peer.

Layout: config.json and safetensors shards with their index, tensors named as GPT2LMHeadModel names
them (Conv1D kernels are [in, out]; the output head is the token table).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from benchmarks.decode.peers.sizes import Size

INDEX = "model.safetensors.index.json"


def write(size: Size, folder: Path) -> None:
    """Writes the model into the folder, unless it is there already.

    Greedy text shall not repeat one token for ever, or equal tokens would prove little: kernels
    have unit gain and the embeddings are small beside them, or the tied head would say the last
    token again; queries and keys are larger, so that attention chooses; and what GELU's mean
    would add to every position alike is taken out of the second feed-forward kernel.
    """
    if (folder / "config.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20201114)
    places: dict[str, str] = {}
    groups = [_embeddings(size), *(_layer(size, layer) for layer in range(size.layers))]
    for number, group in enumerate(groups, 1):
        file = f"model-{number:05}-of-{len(groups):05}.safetensors"
        save_file(_drawn(rng, group, size.stored), folder / file, metadata={"format": "pt"})
        places |= dict.fromkeys(group, file)
    index = {"metadata": {}, "weight_map": places}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(_config(size)), encoding="utf-8")


def _drawn(
    rng: np.random.Generator, group: dict[str, tuple[int, ...]], dtype: str
) -> dict[str, NDArray[np.floating]]:
    return {name: _draw(rng, name, shape).astype(dtype) for name, shape in group.items()}


def _draw(rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    noise = rng.standard_normal(shape, dtype=np.float32)
    if "ln_" in name:
        return 1 + 0.1 * noise if name.endswith("weight") else 0.1 * noise
    if len(shape) == 1 or "wte" in name or "wpe" in name:
        return 0.05 * noise
    noise /= np.float32(np.sqrt(shape[0]))
    if "c_attn" in name:
        noise[:, : 2 * shape[0]] *= 2
    if "mlp.c_proj" in name:
        noise -= noise.mean(0)
    return noise


def _embeddings(size: Size) -> dict[str, tuple[int, ...]]:
    return {
        "transformer.wte.weight": (size.vocabulary, size.hidden),
        "transformer.wpe.weight": (size.context, size.hidden),
        "transformer.ln_f.weight": (size.hidden,),
        "transformer.ln_f.bias": (size.hidden,),
    }


def _layer(size: Size, layer: int) -> dict[str, tuple[int, ...]]:
    hidden, name = size.hidden, f"transformer.h.{layer}"
    found: dict[str, tuple[int, ...]] = {}
    for norm in ("ln_1", "ln_2"):
        found |= {f"{name}.{norm}.weight": (hidden,), f"{name}.{norm}.bias": (hidden,)}
    kernels = {
        "attn.c_attn": (hidden, 3 * hidden),
        "attn.c_proj": (hidden, hidden),
        "mlp.c_fc": (hidden, 4 * hidden),
        "mlp.c_proj": (4 * hidden, hidden),
    }
    for kernel, shape in kernels.items():
        found |= {f"{name}.{kernel}.weight": shape, f"{name}.{kernel}.bias": shape[1:]}
    return found


def _config(size: Size) -> dict[str, Any]:
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": size.vocabulary,
        "n_positions": size.context,
        "n_embd": size.hidden,
        "n_layer": size.layers,
        "n_head": size.heads,
        "n_inner": 4 * size.hidden,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": None,
        "torch_dtype": size.stored,
    }


class Folder:
    """The written model, one tensor at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config: dict[str, Any] = json.loads((path / "config.json").read_text("utf-8"))
        self._places: dict[str, str] = json.loads((path / INDEX).read_text("utf-8"))["weight_map"]

    def __getitem__(self, name: str) -> NDArray[np.floating]:
        """The tensor under its name, less the leading ``transformer.``."""
        name = f"transformer.{name}"
        with safe_open(self.path / self._places[name], framework="numpy") as file:
            tensor: NDArray[np.floating] = file.get_tensor(name)
        return tensor

    def float32(self, name: str) -> NDArray[np.float32]:
        return self[name].astype(np.float32)

    def names(self) -> Iterator[str]:
        return (name.removeprefix("transformer.") for name in self._places)
