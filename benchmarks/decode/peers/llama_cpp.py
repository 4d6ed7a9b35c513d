"""llama.cpp, built with every instruction set of the machine, through llama-cpp-python's C API."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import gguf
import llama_cpp
import numpy as np
from numpy.typing import NDArray

from benchmarks.decode.peers.measure import Plan, Prompts, main
from benchmarks.decode.peers.weights import Folder

TYPES = {
    "float32": gguf.GGMLQuantizationType.F32,
    "bfloat16": gguf.GGMLQuantizationType.BF16,
    "int8": gguf.GGMLQuantizationType.Q8_0,
}


def file(plan: Plan) -> Path:
    return plan.converted / f"llama_cpp-{plan.precision}.gguf"


def prepare(plan: Plan) -> None:
    """Writes the GGUF file: kernels [out, in] in the precision, biases and norms in float32."""
    if file(plan).exists():
        return
    plan.converted.mkdir(parents=True, exist_ok=True)
    partial = file(plan).with_suffix(".partial")
    weights = Folder(plan.weights)
    writer = gguf.GGUFWriter(partial, "gpt2", use_temp_file=True)
    _describe(writer, weights)
    for name, values in _tensors(weights):
        kind = TYPES[plan.precision] if values.ndim == 2 else gguf.GGMLQuantizationType.F32
        if name == "position_embd.weight":
            kind = gguf.GGMLQuantizationType.F32
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.rename(file(plan))


def _describe(writer: gguf.GGUFWriter, weights: Folder) -> None:
    config = weights.config
    writer.add_context_length(config["n_positions"])
    writer.add_embedding_length(config["n_embd"])
    writer.add_block_count(config["n_layer"])
    writer.add_feed_forward_length(config["n_inner"])
    writer.add_head_count(config["n_head"])
    writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tokenizer_model("none")


def _tensors(weights: Folder) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield "token_embd.weight", weights.float32("wte.weight")
    yield "position_embd.weight", weights.float32("wpe.weight")
    names = {"output_norm": "ln_f"}
    for layer in range(weights.config["n_layer"]):
        names |= {
            f"blk.{layer}.attn_norm": f"h.{layer}.ln_1",
            f"blk.{layer}.attn_qkv": f"h.{layer}.attn.c_attn",
            f"blk.{layer}.attn_output": f"h.{layer}.attn.c_proj",
            f"blk.{layer}.ffn_norm": f"h.{layer}.ln_2",
            f"blk.{layer}.ffn_up": f"h.{layer}.mlp.c_fc",
            f"blk.{layer}.ffn_down": f"h.{layer}.mlp.c_proj",
        }
    for theirs, ours in names.items():
        # One-dimensional tensors are their own transposes.
        yield f"{theirs}.weight", np.ascontiguousarray(weights.float32(f"{ours}.weight").T)
        yield f"{theirs}.bias", weights.float32(f"{ours}.bias")


class LlamaCpp:
    """llama_decode on batches of sequences, one context for each batch size."""

    compiles_shapes = False

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        llama_cpp.llama_backend_init()
        llama_cpp.llama_log_set(_silent, None)
        params = llama_cpp.llama_model_default_params()
        self._model = llama_cpp.llama_model_load_from_file(str(file(plan)).encode(), params)
        if not self._model:
            raise ValueError(f"llama.cpp cannot load {file(plan)}")
        self._contexts: dict[tuple[int, int], llama_cpp.llama_context_p] = {}

    def generate(self, prompts: Prompts, new_tokens: int, room: int) -> Sequence[Sequence[int]]:
        context = self._context(len(prompts), room)
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        found: list[list[int]] = [[] for _ in prompts]
        chunks = prompts
        position = 0
        for _ in range(new_tokens):
            tokens = self._decode(context, chunks, position)
            position += len(chunks[0])
            for row, token in zip(found, tokens, strict=True):
                row.append(token)
            chunks = [[token] for token in tokens]
        return found

    def _context(self, rows: int, room: int) -> "llama_cpp.llama_context_p":
        length = -(-room // 256) * 256
        key = (rows, length)
        if key not in self._contexts:
            params = llama_cpp.llama_context_default_params()
            params.n_ctx = rows * length
            params.n_batch = rows * length
            params.n_seq_max = rows
            params.n_threads = params.n_threads_batch = self._plan.threads
            params.kv_unified = False
            if self._plan.precision == "float32":
                params.type_k = params.type_v = llama_cpp.GGML_TYPE_F32
            self._contexts[key] = llama_cpp.llama_init_from_model(self._model, params)
        return self._contexts[key]

    def _decode(
        self, context: "llama_cpp.llama_context_p", chunks: Prompts, position: int
    ) -> list[int]:
        """Appends a chunk to every sequence; the most likely next tokens."""
        total = sum(map(len, chunks))
        batch = llama_cpp.llama_batch_init(total, 0, 1)
        last: list[int] = []
        at = 0
        for row, chunk in enumerate(chunks):
            for offset, token in enumerate(chunk):
                batch.token[at] = token
                batch.pos[at] = position + offset
                batch.n_seq_id[at] = 1
                batch.seq_id[at][0] = row
                batch.logits[at] = offset == len(chunk) - 1
                at += 1
            last.append(at - 1)
        batch.n_tokens = total
        status = llama_cpp.llama_decode(context, batch)
        llama_cpp.llama_batch_free(batch)
        if status:
            raise RuntimeError(f"llama_decode returned {status}")
        shape = (self._plan.vocabulary,)
        logits = [llama_cpp.llama_get_logits_ith(context, index) for index in last]
        return [int(np.ctypeslib.as_array(row, shape).argmax()) for row in logits]


@llama_cpp.llama_log_callback
def _silent(level: int, text: bytes, data: object) -> None:
    """llama.cpp describes the model at length."""


if __name__ == "__main__":
    main(LlamaCpp, prepare)
