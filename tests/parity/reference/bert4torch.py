"""Fixtures of bert4torch on PyTorch: GPT2_ML as it lies on the Hugging Face hub.

    python -m tests.parity.reference.bert4torch

bert4torch 0.4.9.post2, torch 2.13.0 (CPU). No class of transformers reads these files.
"""

import json
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from bert4torch.models import build_transformer_model

from tests.parity.reference.fixtures import (
    folder_of,
    keep_logits,
    pack,
    padded,
    random_rows,
    random_weight,
    save_case,
    save_rows,
)

CONFIG: dict[str, Any] = {
    "model": "gpt2_ml",
    "vocab_size": 66,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "hidden_act": "gelu",
    "max_position": 80,
    "segment_vocab_size": 0,
    "layer_norm_eps": 1e-5,
    "attention_probs_dropout_prob": 0.0,
    "hidden_dropout_prob": 0.0,
}


def shapes() -> dict[str, tuple[int, ...]]:
    """The tensors of the published file; kernels are [in, out]."""
    hidden, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
    found: dict[str, tuple[int, ...]] = {
        "wte.weight": (CONFIG["vocab_size"], hidden),
        "wpe.weight": (CONFIG["max_position"], hidden),
    }
    norms = ["emb_norm"]
    for layer in range(CONFIG["num_hidden_layers"]):
        at = f"h.{layer}"
        norms += [f"{at}.ln_1", f"{at}.ln_2"]
        for name, rows, columns in (
            ("attn.c_attn", hidden, 3 * hidden),
            ("attn.c_proj", hidden, hidden),
            ("mlp.c_fc", hidden, inner),
            ("mlp.c_proj", inner, hidden),
        ):
            found |= {f"{at}.{name}.weight": (rows, columns), f"{at}.{name}.bias": (columns,)}
    return found | {f"{name}.{kind}": (hidden,) for name in norms for kind in ("weight", "bias")}


def gpt2_ml() -> None:
    """One file that bert4torch itself loads."""
    rng = np.random.default_rng(41)
    folder = folder_of("gpt2_ml_bin")
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n", encoding="utf-8")
    tensors = {
        name: torch.from_numpy(random_weight(name, shape, rng)) for name, shape in shapes().items()
    }
    path = folder / "pytorch_model.bin"
    torch.save(tensors, path)
    model = build_transformer_model(str(folder / "config.json"), str(path), with_lm=True).eval()
    rows = random_rows(CONFIG["vocab_size"], rng)

    def run(batch: list) -> np.ndarray:
        tokens, _ = padded([row.tokens for row in batch])
        with torch.no_grad():
            return model([torch.from_numpy(tokens)]).numpy()

    keep_logits(rows, run(rows), [run([row])[0] for row in rows])
    save_rows("gpt2_ml_bin", rows)
    pack(path)
    reference = f"bert4torch {version('bert4torch')}, torch {torch.__version__}: gpt2_ml"
    save_case("gpt2_ml_bin", "gpt2_ml", "gpt2_ml_bin", reference)


if __name__ == "__main__":
    gpt2_ml()
