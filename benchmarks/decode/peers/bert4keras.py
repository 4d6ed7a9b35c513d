"""bert4keras 0.11.5 on tf_keras: every token recomputes the whole text, as its decoder does."""

import os
import sys
from collections.abc import Sequence

os.environ.update(TF_KERAS="1", TF_USE_LEGACY_KERAS="1")

import numpy as np
import tf_keras

from benchmarks.decode.peers.measure import Plan, Prompts, main
from benchmarks.decode.peers.weights import Folder

# bert4keras wants the Keras 2 that once was tf.keras.
sys.modules["keras"] = tf_keras
for _name in ("backend", "initializers", "activations", "layers", "models", "utils"):
    sys.modules[f"keras.{_name}"] = getattr(tf_keras, _name)

from bert4keras.backend import set_gelu  # noqa: E402
from bert4keras.models import GPT2  # noqa: E402
from bert4keras.snippets import AutoRegressiveDecoder  # noqa: E402


class EmptyGPT2(GPT2):
    """GPT2 that draws no random weights, which for a large model takes a minute."""

    @property
    def initializer(self) -> tf_keras.initializers.Initializer:
        return tf_keras.initializers.Zeros()


class Continuation(AutoRegressiveDecoder):
    """The decoder of bert4keras's examples: predict on everything so far, its last token kept."""

    model: tf_keras.Model

    @AutoRegressiveDecoder.wraps(default_rtype="probas")
    def predict(self, inputs: list[np.ndarray], output_ids: np.ndarray, states: object) -> object:
        tokens = np.concatenate([inputs[0], output_ids], 1)
        return self.last_token(self.model).predict(tokens, verbose=0)


class Bert4Keras:
    """GPT2 of bert4keras; it computes in float32."""

    compiles_shapes = True

    def __init__(self, plan: Plan) -> None:
        weights = Folder(plan.weights)
        config = weights.config
        set_gelu("tanh")
        transformer = EmptyGPT2(
            vocab_size=config["vocab_size"],
            hidden_size=config["n_embd"],
            num_hidden_layers=config["n_layer"],
            num_attention_heads=config["n_head"],
            intermediate_size=config["n_inner"],
            hidden_act="gelu",
            max_position=config["n_positions"],
        )
        transformer.build()
        _assign(transformer, weights)
        self._decoder = Continuation(start_id=None, end_id=-1, maxlen=1)
        self._decoder.model = transformer.model

    def generate(self, prompts: Prompts, new_tokens: int, room: int) -> Sequence[Sequence[int]]:
        # random_sample() and beam_search() take one prompt; predict() is what both call, and is
        # called here for several.
        output = np.zeros((len(prompts), 0), int)
        for _ in range(new_tokens):
            probabilities, _ = self._decoder.predict([np.array(prompts)], output, None)
            output = np.concatenate([output, probabilities.argmax(1)[:, None]], 1)
        return output.tolist()


def _assign(transformer: GPT2, weights: Folder) -> None:
    layers = transformer.layers
    layers["Embedding-Token"].set_weights([weights["wte.weight"]])
    layers["Embedding-Position"].set_weights([weights["wpe.weight"]])
    _norm(layers["Output-Norm"], weights, "ln_f")
    for number in range(transformer.num_hidden_layers):
        attention = f"Transformer-{number}-MultiHeadSelfAttention"
        feed_forward = f"Transformer-{number}-FeedForward"
        name = f"h.{number}"
        kernels = np.split(weights[f"{name}.attn.c_attn.weight"], 3, axis=1)
        biases = np.split(weights[f"{name}.attn.c_attn.bias"], 3)
        values = [array for pair in zip(kernels, biases, strict=True) for array in pair]
        layers[attention].set_weights([*values, *_dense(weights, f"{name}.attn.c_proj")])
        up, down = (_dense(weights, f"{name}.mlp.{part}") for part in ("c_fc", "c_proj"))
        layers[feed_forward].set_weights([*up, *down])
        _norm(layers[f"{attention}-Norm"], weights, f"{name}.ln_1")
        _norm(layers[f"{feed_forward}-Norm"], weights, f"{name}.ln_2")


def _norm(layer: tf_keras.layers.Layer, weights: Folder, name: str) -> None:
    layer.set_weights([weights[f"{name}.bias"], weights[f"{name}.weight"]])


def _dense(weights: Folder, name: str) -> list[np.ndarray]:
    return [weights[f"{name}.weight"], weights[f"{name}.bias"]]


if __name__ == "__main__":
    main(Bert4Keras)
