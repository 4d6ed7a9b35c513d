"""keras-hub on TensorFlow: GPT2CausalLM.generate(), compiled as it compiles itself."""

import os
from collections.abc import Sequence

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import keras_hub
import numpy as np

from benchmarks.decode.peers.measure import Plan, Prompts, main
from benchmarks.decode.peers.weights import Folder


class KerasHub:
    """GPT2CausalLM without a preprocessor: token ids in, token ids out."""

    compiles_shapes = True

    def __init__(self, plan: Plan) -> None:
        weights = Folder(plan.weights)
        config = weights.config
        backbone = keras_hub.models.GPT2Backbone(
            vocabulary_size=config["vocab_size"],
            num_layers=config["n_layer"],
            num_heads=config["n_head"],
            hidden_dim=config["n_embd"],
            intermediate_dim=config["n_inner"],
            dropout=0.0,
            max_sequence_length=config["n_positions"],
            dtype=plan.precision,
        )
        _assign(backbone, weights)
        self._model = keras_hub.models.GPT2CausalLM(backbone)
        self._model.compile(sampler="greedy")

    def generate(self, prompts: Prompts, new_tokens: int, room: int) -> Sequence[Sequence[int]]:
        # It fills every place that the mask leaves open, so a short continuation is asked for by
        # taking the places before it for prompt: shapes, and what is compiled, stay the same.
        given = room - new_tokens
        ids = np.ones((len(prompts), room), "int32")
        ids[:, : len(prompts[0])] = prompts
        mask = np.broadcast_to(np.arange(room) < given, ids.shape).astype("int32")
        found = self._model.generate({"token_ids": ids, "padding_mask": mask}, stop_token_ids=None)
        rows: list[list[int]] = np.asarray(found["token_ids"])[:, given:].tolist()
        return rows


def _assign(backbone: keras.Model, weights: Folder) -> None:
    backbone.token_embedding.set_weights([weights["wte.weight"]])
    backbone.position_embedding.set_weights([weights["wpe.weight"]])
    backbone.layer_norm.set_weights([weights["ln_f.weight"], weights["ln_f.bias"]])
    for number, layer in enumerate(backbone.transformer_layers):
        values = {name: weights[f"h.{number}.{name}"] for name in _NAMES}
        heads = backbone.num_heads
        for variable in layer.weights:
            variable.assign(_value(variable.path, values, heads).reshape(variable.shape))


def _value(path: str, values: dict[str, np.ndarray], heads: int) -> np.ndarray:
    """The array of a variable, which keras-hub names by layer and kind."""
    kind = {"kernel": "weight", "gamma": "weight", "bias": "bias", "beta": "bias"}
    suffix = kind[path.rsplit("/", 1)[1]]
    for number, part in enumerate(("query", "key", "value")):
        if f"/{part}/" in path:
            return np.split(values[f"attn.c_attn.{suffix}"], 3, axis=-1)[number]
    for theirs, ours in _PLACES.items():
        if f"/{theirs}/" in path:
            return values[f"{ours}.{suffix}"]
    raise KeyError(path)


_PLACES = {
    "attention_output": "attn.c_proj",
    "self_attention_layer_norm": "ln_1",
    "feedforward_layer_norm": "ln_2",
    "feedforward_intermediate_dense": "mlp.c_fc",
    "feedforward_output_dense": "mlp.c_proj",
}
_NAMES = [
    f"{layer}.{kind}" for layer in ("attn.c_attn", *_PLACES.values()) for kind in ("weight", "bias")
]

if __name__ == "__main__":
    main(KerasHub)
