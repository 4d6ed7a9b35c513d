"""Fixtures of Hugging Face transformers 4 on PyTorch: NEZHA, RoFormer, mT5, T5.1.1.

    python -m tests.parity.reference.huggingface4

transformers 4.57.6, torch 2.13.0 (CPU): the last to have NEZHA, and to leave mT5's output
matrix untied from its token table.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import (
    MT5Config,
    MT5ForConditionalGeneration,
    NezhaConfig,
    NezhaForMaskedLM,
    RoFormerConfig,
    RoFormerForMaskedLM,
    T5Config,
    T5ForConditionalGeneration,
)

from tests.parity.reference.fixtures import (
    Row,
    batch_of,
    folder_of,
    keep_logits,
    pack,
    padded,
    random_rows,
    save_case,
    save_rows,
)
from tests.parity.reference.huggingface import VERSIONS, compute, randomize, whole, write_config


def nezha() -> None:
    """nezha_gpt_dialog: NEZHA under a causal mask, which it is given as [B, S, S]."""
    rng = np.random.default_rng(31)
    config = NezhaConfig(
        vocab_size=65,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=128,
        max_relative_position=64,
    )
    model = randomize(NezhaForMaskedLM(config), rng)

    def causal(tokens: torch.Tensor, *, attention_mask: torch.Tensor, **more: Any) -> torch.Tensor:
        triangle = torch.ones(tokens.shape[1], tokens.shape[1]).tril()
        return model(tokens, attention_mask=attention_mask[:, None] * triangle, **more).logits

    rows = random_rows(config.vocab_size, rng, segments="turns")
    compute(rows, causal, segments=True)
    save_rows("nezha", rows)
    tensors = model.state_dict()
    for shared in ("weight", "bias"):
        tensors.pop(f"cls.predictions.decoder.{shared}", None)
    folder = folder_of("nezha_bin")
    torch.save(tensors, folder / "pytorch_model.bin")
    pack(folder / "pytorch_model.bin")
    write_config(folder, config, "NezhaForMaskedLM")
    save_case("nezha_bin", "nezha", "nezha", f"{VERSIONS}: NezhaForMaskedLM, causal mask")


def roformer() -> None:
    """RoFormer with its MLM head."""
    rng = np.random.default_rng(32)
    config = RoFormerConfig(
        vocab_size=62,
        embedding_size=32,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=80,
    )
    model = randomize(RoFormerForMaskedLM(config), rng)
    rows = random_rows(config.vocab_size, rng, segments="turns")
    compute(rows, lambda *a, **k: model(*a, **k).logits, segments=True)
    save_rows("roformer", rows)
    folder = folder_of("roformer_safetensors")
    tensors = model.state_dict()
    for shared in ("weight", "bias"):
        tensors.pop(f"cls.predictions.decoder.{shared}", None)
    save_file(whole(tensors), folder / "model.safetensors", metadata={"format": "pt"})
    write_config(folder, config, "RoFormerForMaskedLM")
    save_case("roformer_safetensors", "roformer", "roformer", f"{VERSIONS}: RoFormerForMaskedLM")


def t5() -> None:
    """mT5 (and T5.1.1, which has the same names), heads of another width than hidden / heads."""
    sizes = {
        "vocab_size": 61,
        "d_model": 24,
        "d_kv": 5,
        "d_ff": 32,
        "num_layers": 1,
        "num_decoder_layers": 2,
        "num_heads": 4,
        "feed_forward_proj": "gated-gelu",
        "tie_word_embeddings": False,
        "decoder_start_token_id": 0,
    }
    for name, config_type, model_type, seed in (
        ("mt5", MT5Config, MT5ForConditionalGeneration, 33),
        ("t5", T5Config, T5ForConditionalGeneration, 34),
    ):
        rng = np.random.default_rng(seed)
        model = randomize(model_type(config_type(**sizes)), rng)
        assert not torch.equal(model.lm_head.weight, model.shared.weight)
        rows = random_rows(61, rng)
        for row, length in zip(rows, (140, 5, 31, 1, 12), strict=True):
            row.source = rng.integers(1, 61, length, dtype=np.int32)
        compute_t5(rows, model)
        save_rows(name, rows)
        folder = folder_of(f"{name}_safetensors")
        tensors = model.state_dict()
        for shared in ("encoder", "decoder"):
            tensors.pop(f"{shared}.embed_tokens.weight")
        save_file(whole(tensors), folder / "model.safetensors", metadata={"format": "pt"})
        write_config(folder, model.config, model_type.__name__)
        reference = f"{VERSIONS}: {model_type.__name__}"
        save_case(f"{name}_safetensors", "t5", name, reference, tolerance=1e-4)


def compute_t5(rows: Sequence[Row], model: Any) -> None:
    """Give each row its logits, with encoder and decoder padded and masked."""

    def run(batch: Sequence[Row]) -> Any:
        sources = padded([row.source for row in batch if row.source is not None])
        source, source_mask = (torch.from_numpy(array) for array in sources)
        tokens, _, mask = (torch.from_numpy(array) for array in batch_of(batch))
        with torch.no_grad():
            return model(
                source,
                attention_mask=source_mask,
                decoder_input_ids=tokens,
                decoder_attention_mask=mask,
            ).logits.numpy()

    keep_logits(rows, run(rows), [run([row])[0] for row in rows])


if __name__ == "__main__":
    for make in (nezha, roformer, t5):
        make()
