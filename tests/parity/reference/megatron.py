"""A model in Hugging Face's GPT-2 layout as the shards that Megatron's model parallelism saves.

CPM was trained with Megatron-LM 1.1 on two model-parallel ranks: each has its part of every
matrix, cut along the axis that its layer computes in parallel. In a rank's query_key_value lie
its own heads' queries, then keys, then values.
"""

from collections.abc import Callable, Iterator
from functools import partial

import torch

Tensors = dict[str, torch.Tensor]
Cut = Callable[[torch.Tensor, int], torch.Tensor]


def split(gpt2: Tensors, *, layers: int, ranks: int) -> Iterator[Tensors]:
    """Each rank's module; linear weights are [out, in] there, not [in, out]."""
    for rank in range(ranks):
        yield _shard(gpt2, layers, partial(_part, ranks, rank))


def _part(ranks: int, rank: int, tensor: torch.Tensor, axis: int) -> torch.Tensor:
    return tensor.chunk(ranks, axis)[rank].clone()


def _shard(gpt2: Tensors, layers: int, part: Cut) -> Tensors:
    shard = {
        "word_embeddings.weight": part(gpt2["transformer.wte.weight"], 0),
        "position_embeddings.weight": gpt2["transformer.wpe.weight"],
    }
    for layer in range(layers):
        old, new = f"transformer.h.{layer}", f"transformer.layers.{layer}"

        def whole(theirs: str, ours: str, old: str = old, new: str = new) -> None:
            for kind in ("weight", "bias"):
                shard[f"{new}.{theirs}.{kind}"] = gpt2[f"{old}.{ours}.{kind}"].clone()

        whole("input_layernorm", "ln_1")
        kernels = gpt2[f"{old}.attn.c_attn.weight"].T.chunk(3)
        biases = gpt2[f"{old}.attn.c_attn.bias"].chunk(3)
        attention = f"{new}.attention"
        shard[f"{attention}.query_key_value.weight"] = torch.cat([part(k, 0) for k in kernels])
        shard[f"{attention}.query_key_value.bias"] = torch.cat([part(b, 0) for b in biases])
        shard[f"{attention}.dense.weight"] = part(gpt2[f"{old}.attn.c_proj.weight"].T, 1)
        shard[f"{attention}.dense.bias"] = gpt2[f"{old}.attn.c_proj.bias"].clone()
        whole("post_attention_layernorm", "ln_2")
        shard[f"{new}.mlp.dense_h_to_4h.weight"] = part(gpt2[f"{old}.mlp.c_fc.weight"].T, 0)
        shard[f"{new}.mlp.dense_h_to_4h.bias"] = part(gpt2[f"{old}.mlp.c_fc.bias"], 0)
        shard[f"{new}.mlp.dense_4h_to_h.weight"] = part(gpt2[f"{old}.mlp.c_proj.weight"].T, 1)
        shard[f"{new}.mlp.dense_4h_to_h.bias"] = gpt2[f"{old}.mlp.c_proj.bias"].clone()
    for kind in ("weight", "bias"):
        shard[f"transformer.final_layernorm.{kind}"] = gpt2[f"transformer.ln_f.{kind}"].clone()
    return shard
