"""Fixtures of Hugging Face transformers 5 on PyTorch: GPT-2, CPM, GPT-1, CDial-GPT, BERT.

    python -m tests.parity.reference.huggingface

transformers 5.23.0, torch 2.13.0 (CPU).
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForPreTraining,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Tokenizer,
    OpenAIGPTConfig,
    OpenAIGPTLMHeadModel,
)

from tests.parity.reference.fixtures import (
    Row,
    batch_of,
    folder_of,
    keep_logits,
    pack,
    random_rows,
    random_weight,
    save_case,
    save_rows,
)
from tests.parity.reference.megatron import split

VERSIONS = f"transformers {transformers.__version__}, torch {torch.__version__}"
Tensors = dict[str, torch.Tensor]

TEXTS = (
    "The weather is fine today, isn't it? The weather was fine yesterday.",
    "It's 2026: café, naïve, 今天天气不错, 🙂.",
    "  two  spaces\tand a tab\n",
)


def randomize(model: Any, rng: np.random.Generator) -> Any:
    """The model with every weight random, in evaluation mode."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:  # RoFormer's sinusoids do not
                parameter.copy_(torch.from_numpy(random_weight(name, parameter.shape, rng)))
    return model.eval()


def compute(
    rows: Sequence[Row], logits: Callable[..., torch.Tensor], *, segments: bool = False
) -> None:
    """Give each row its logits: all as one padded batch with a mask, and each alone."""

    def run(batch: Sequence[Row]) -> Any:
        tokens, types, mask = (torch.from_numpy(array) for array in batch_of(batch))
        more = {"token_type_ids": types} if segments else {}
        with torch.no_grad():
            return logits(tokens, attention_mask=mask, **more).numpy()

    keep_logits(rows, run(rows), [run([row])[0] for row in rows])


def write_config(folder: Path, config: Any, architecture: str, **more: Any) -> None:
    """config.json as transformers writes it beside the weights."""
    config.architectures = [architecture]
    text = {key: value for key, value in config.to_diff_dict().items() if key != "dtype"} | more
    (folder / "config.json").write_text(json.dumps(text, indent=2) + "\n", encoding="utf-8")


def whole(tensors: Tensors) -> Tensors:
    """Copies, for safetensors keeps no tensor that shares its memory."""
    return {name: tensor.contiguous().clone() for name, tensor in tensors.items()}


def causal_buffers(config: GPT2Config) -> Tensors:
    """The triangular masks that older files of GPT-2 hold for each layer."""
    size = config.n_positions
    triangle = torch.ones(size, size, dtype=torch.bool).tril()[None, None]
    return {f"h.{layer}.attn.bias": triangle for layer in range(config.n_layer)}


def gpt2() -> None:
    """OpenAI's file: names without a prefix, and triangular masks among the weights."""
    rng = np.random.default_rng(1)
    config = GPT2Config(
        vocab_size=67,
        n_positions=140,
        n_embd=32,
        n_layer=2,
        n_head=4,
        n_inner=48,
        bos_token_id=66,
        eos_token_id=66,
    )
    model = randomize(GPT2LMHeadModel(config), rng)
    rows = random_rows(config.vocab_size, rng, lengths=(1, 2, 7, 33, 135))
    compute(rows, lambda *a, **k: model(*a, **k).logits)
    save_rows("gpt2", rows)
    reference = f"{VERSIONS}: GPT2LMHeadModel"

    folder = folder_of("gpt2_safetensors")
    tensors = whole(model.transformer.state_dict() | causal_buffers(config))
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    write_config(folder, config, "GPT2LMHeadModel")
    save_case("gpt2_safetensors", "gpt2", "gpt2", reference)


def gpt2_bpe() -> None:
    """GPT-2 with its tokenizer: byte-level BPE in vocab.json and merges.txt."""
    rng = np.random.default_rng(6)
    folder = folder_of("gpt2_bpe")
    trainer = tokenizers.ByteLevelBPETokenizer()
    trainer.train_from_iterator(
        TEXTS, vocab_size=289, min_frequency=2, special_tokens=["<|endoftext|>"]
    )
    trainer.save_model(str(folder))
    tokenizer = GPT2Tokenizer.from_pretrained(folder)
    size = len(tokenizer)
    config = GPT2Config(
        vocab_size=size,
        n_positions=40,
        n_embd=16,
        n_layer=2,
        n_head=2,
        bos_token_id=0,
        eos_token_id=0,
    )
    model = randomize(GPT2LMHeadModel(config), rng)
    encoded = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
    rows = [Row(np.array(ids[:14], np.int32)) for ids in encoded]
    compute(rows, lambda *a, **k: model(*a, **k).logits)
    save_rows("gpt2_bpe", rows)
    tensors = whole(model.transformer.state_dict())
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    write_config(folder, config, "GPT2LMHeadModel")
    texts = [{"text": text, "ids": ids} for text, ids in zip(TEXTS, encoded, strict=True)]
    save_case("gpt2_bpe", "gpt2", "gpt2_bpe", f"{VERSIONS}: GPT2LMHeadModel", texts=texts)


def cpm() -> None:
    """CPM-LM in float16: Hugging Face's .bin, and Megatron's shards by new and old torch.save."""
    rng = np.random.default_rng(2)
    config = GPT2Config(
        vocab_size=68,
        n_positions=80,
        n_embd=32,
        n_layer=2,
        n_head=4,
        bos_token_id=7,
        eos_token_id=7,
    )
    model = randomize(GPT2LMHeadModel(config), rng).half().float()
    rows = random_rows(config.vocab_size, rng)
    compute(rows, lambda *a, **k: model(*a, **k).logits)
    save_rows("cpm", rows)
    reference = f"{VERSIONS}: GPT2LMHeadModel"

    half = {name: tensor.half() for name, tensor in model.state_dict().items()}
    folder = folder_of("cpm_bin")
    half["lm_head.weight"] = half["transformer.wte.weight"]
    torch.save(half, folder / "pytorch_model.bin")
    pack(folder / "pytorch_model.bin")
    write_config(folder, config, "GPT2LMHeadModel", torch_dtype="float16")
    save_case("cpm_bin", "cpm", "cpm", reference)

    sizes = {
        "vocab_size": 68,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "max_position": 80,
        "hidden_act": "gelu",
    }
    for name, zipped in (("cpm_megatron", True), ("cpm_megatron_legacy", False)):
        folder = folder_of(name)
        for rank, shard in enumerate(split(half, layers=config.n_layer, ranks=2)):
            path = folder / "80000" / f"mp_rank_{rank:02}_model_states.pt"
            path.parent.mkdir(exist_ok=True)
            torch.save(around(shard), path, _use_new_zipfile_serialization=zipped)
            pack(path)
        (folder / "config.json").write_text(json.dumps(sizes, indent=2) + "\n", encoding="utf-8")
        (folder / "latest_checkpointed_iteration.txt").write_text("80000", encoding="utf-8")
        save_case(name, "cpm", "cpm", reference)


def around(module: Tensors) -> dict[str, Any]:
    """What a trainer saves beside the weights, objects of its own classes among it."""
    from argparse import Namespace
    from collections import OrderedDict

    return {
        "iteration": 80000,
        "module": OrderedDict(module),
        "optimizer": None,
        "lr_scheduler": {"start_lr": 0.00015, "num_iters": 80000},
        "args": Namespace(num_layers=2, model_parallel_size=2),
        "np_rng_state": np.random.RandomState(0).get_state(),
        "torch_rng_state": torch.get_rng_state()[:16].clone(),
        "csr_tensor_module_names": set(),
    }


def gpt() -> None:
    """GPT-1, and CDial-GPT: the same with the speakers' ids looked up in the token table."""
    rng = np.random.default_rng(3)
    config = OpenAIGPTConfig(vocab_size=69, n_positions=80, n_embd=32, n_layer=2, n_head=4)
    model = randomize(OpenAIGPTLMHeadModel(config), rng)
    with torch.no_grad():  # or else no LayerNorm has a small input, and its epsilon does not show
        for parameter in model.transformer.h[0].attn.c_proj.parameters():
            parameter.mul_(0.01)
    folder = folder_of("gpt_safetensors")
    tensors = model.state_dict()
    tensors.pop("lm_head.weight")
    save_file(whole(tensors), folder / "model.safetensors", metadata={"format": "pt"})
    write_config(folder, config, "OpenAIGPTLMHeadModel")
    for name, segments, checkpoint in (("gpt", "", ""), ("cdial", "ids", "gpt_safetensors")):
        rows = random_rows(config.vocab_size, rng, segments=segments)
        compute(rows, lambda *a, **k: model(*a, **k).logits, segments=bool(segments))
        save_rows(name, rows)
        reference = f"{VERSIONS}: OpenAIGPTLMHeadModel"
        save_case(f"{name}_safetensors", name, name, reference, checkpoint=checkpoint)


def cdial_gpt2() -> None:
    """CDial-GPT2: GPT-2 with the speakers' ids looked up in the token table; an older .bin."""
    rng = np.random.default_rng(5)
    config = GPT2Config(
        vocab_size=64,
        n_positions=80,
        n_embd=32,
        n_layer=2,
        n_head=4,
        n_inner=48,
        bos_token_id=0,
        eos_token_id=0,
    )
    model = randomize(GPT2LMHeadModel(config), rng)
    rows = random_rows(config.vocab_size, rng, segments="ids")
    compute(rows, lambda *a, **k: model(*a, **k).logits, segments=True)
    save_rows("cdial_gpt2", rows)
    folder = folder_of("cdial_gpt2_bin")
    tensors = {
        f"transformer.{name}": tensor
        for name, tensor in (model.transformer.state_dict() | causal_buffers(config)).items()
    }
    for layer in range(config.n_layer):
        tensors[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    tensors["lm_head.weight"] = tensors["transformer.wte.weight"]
    torch.save(tensors, folder / "pytorch_model.bin")
    pack(folder / "pytorch_model.bin")
    write_config(folder, config, "GPT2LMHeadModel")
    save_case("cdial_gpt2_bin", "cdial", "cdial_gpt2", f"{VERSIONS}: GPT2LMHeadModel")


def bert() -> None:
    """BERT as it was published: with a pooler and the next sentence's head beside the MLM head."""
    rng = np.random.default_rng(4)
    config = BertConfig(
        vocab_size=65,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=80,
    )
    model = randomize(BertForPreTraining(config), rng)
    rows = random_rows(config.vocab_size, rng, segments="turns")
    compute(rows, lambda *a, **k: model(*a, **k).prediction_logits, segments=True)
    save_rows("bert", rows)
    folder = folder_of("bert_safetensors")
    tensors = model.state_dict()
    for shared in ("weight", "bias"):
        tensors.pop(f"cls.predictions.decoder.{shared}", None)
    save_file(whole(tensors), folder / "model.safetensors", metadata={"format": "pt"})
    write_config(folder, config, "BertForPreTraining")
    save_case("bert_safetensors", "bert", "bert", f"{VERSIONS}: BertForPreTraining")


if __name__ == "__main__":
    for make in (gpt2, gpt2_bpe, cpm, gpt, cdial_gpt2, bert):
        make()
