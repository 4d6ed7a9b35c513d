"""CTranslate2: the weights under the names of its decoder specification, as its own converter."""

from collections.abc import Sequence
from pathlib import Path

import ctranslate2
from ctranslate2.converters.converter import Converter
from ctranslate2.specs import TransformerDecoderModelSpec, common_spec

from benchmarks.decode.peers.measure import Plan, Prompts, main
from benchmarks.decode.peers.weights import Folder


class FolderConverter(Converter):
    """GPT-2 from our folder: CTranslate2's own converter wants a tokenizer, which we lack."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def _load(self) -> TransformerDecoderModelSpec:
        config = self._folder.config
        spec = TransformerDecoderModelSpec.from_config(
            config["n_layer"],
            config["n_head"],
            pre_norm=True,
            activation=common_spec.Activation.GELUTanh,
        )
        decoder = spec.decoder
        decoder.scale_embeddings = False
        decoder.embeddings.weight = self._folder["wte.weight"]
        decoder.position_encodings.encodings = self._folder["wpe.weight"]
        decoder.projection.weight = decoder.embeddings.weight
        self._norm(decoder.layer_norm, "ln_f")
        for number, layer in enumerate(decoder.layer):
            self._norm(layer.self_attention.layer_norm, f"h.{number}.ln_1")
            self._dense(layer.self_attention.linear[0], f"h.{number}.attn.c_attn")
            self._dense(layer.self_attention.linear[1], f"h.{number}.attn.c_proj")
            self._norm(layer.ffn.layer_norm, f"h.{number}.ln_2")
            self._dense(layer.ffn.linear_0, f"h.{number}.mlp.c_fc")
            self._dense(layer.ffn.linear_1, f"h.{number}.mlp.c_proj")
        spec.register_vocabulary([str(i) for i in range(config["vocab_size"])])
        for token in ("bos_token", "eos_token", "unk_token"):
            setattr(spec.config, token, "0")
        return spec

    def _norm(self, spec: common_spec.LayerNormSpec, name: str) -> None:
        spec.gamma = self._folder[f"{name}.weight"]
        spec.beta = self._folder[f"{name}.bias"]

    def _dense(self, spec: common_spec.LinearSpec, name: str) -> None:
        spec.weight = self._folder[f"{name}.weight"].T.copy()
        spec.bias = self._folder[f"{name}.bias"]


def folder(plan: Plan) -> Path:
    return plan.converted / f"ctranslate2-{plan.precision}"


def prepare(plan: Plan) -> None:
    if folder(plan).exists():
        return
    weights = Folder(plan.weights)
    # Loaded as float32 all the same: half precision on the disk is what the weights came in.
    stored = weights.config["torch_dtype"] if plan.precision == "float32" else plan.precision
    plan.converted.mkdir(parents=True, exist_ok=True)
    FolderConverter(weights).convert(str(folder(plan)), quantization=stored)


class CTranslate2:
    """ctranslate2.Generator."""

    compiles_shapes = False

    def __init__(self, plan: Plan) -> None:
        self._generator = ctranslate2.Generator(
            str(folder(plan)), compute_type=plan.precision, intra_threads=plan.threads
        )

    def generate(self, prompts: Prompts, new_tokens: int, room: int) -> Sequence[Sequence[int]]:
        found = self._generator.generate_batch(
            [[str(token) for token in prompt] for prompt in prompts],
            max_length=new_tokens,
            min_length=new_tokens,
            include_prompt_in_result=False,
        )
        return [result.sequences_ids[0] for result in found]


if __name__ == "__main__":
    main(CTranslate2, prepare)
