"""Fixtures of bert4keras on TensorFlow: what Su Jianlin's models were trained and published with.

    python -m tests.parity.reference.bert4keras

bert4keras 0.11.5, tf_keras 2.21.0, tensorflow 2.21.0, Python 3.11.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.parity.reference import bert4keras_shim  # isort: skip

import bert4keras
import h5py
import numpy as np
import tensorflow as tf
import tf_keras
from bert4keras.backend import set_gelu
from bert4keras.models import build_transformer_model
from numpy.typing import NDArray

from tests.parity.reference.fixtures import (
    Row,
    batch_of,
    folder_of,
    keep_logits,
    padded,
    random_rows,
    random_weight,
    save_case,
    save_rows,
)
from tests.parity.reference.tensorflow_bundle import save_bundle

VERSIONS = f"bert4keras {bert4keras.__version__} on tf_keras {tf_keras.__version__}"
Arrays = dict[str, NDArray[Any]]

assert bert4keras_shim


def sizes(vocab_size: int, **more: Any) -> dict[str, Any]:
    """A bert4keras configuration."""
    return {
        "vocab_size": vocab_size,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 48,
        "hidden_act": "gelu",
    } | more


def randomize(
    transformer: Any, rng: np.random.Generator, *, epsilon: float | None = None
) -> Arrays:
    """Give every layer random weights; returns them under their names in a checkpoint.

    Args:
        epsilon: of every LayerNorm, where the model was not trained with bert4keras's.
    """
    arrays: Arrays = {}
    for name, variables in transformer.variable_mapping().items():
        layer = transformer.layers.get(name)
        if layer is None:
            continue
        weights = layer.trainable_weights
        values = [
            random_weight(variable, weight.shape, rng)
            for variable, weight in zip(variables, weights, strict=True)
        ]
        tf_keras.backend.batch_set_value(zip(weights, values, strict=True))
        for variable, value in zip(variables, values, strict=True):
            _, arrays[variable] = transformer.create_variable(variable, value)
    for layer in transformer.layers.values():
        if epsilon and hasattr(layer, "epsilon"):
            layer.epsilon = epsilon
    return arrays


def compute(rows: Sequence[Row], model: Any) -> None:
    """Give each row its logits: all as one padded batch, and each alone."""

    def run(batch: Sequence[Row]) -> NDArray[np.float32]:
        tokens, segments, _ = batch_of(batch)
        inputs = [tokens, segments] if len(model.inputs) == 2 else [tokens]
        return model.predict(inputs, batch_size=len(batch), verbose=0)

    keep_logits(rows, run(rows), [run([row])[0] for row in rows])


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def bundle(
    name: str,
    family: str,
    config: dict[str, Any],
    *,
    seed: int,
    segments: str = "",
    extra: Arrays | None = None,
    files: tuple[str, str] = ("bert_config.json", "bert_model.ckpt"),
    published: dict[str, Any] | None = None,
    checkpoint: str = "",
    epsilon: float | None = None,
    **build: Any,
) -> None:
    """One model as a TensorFlow bundle.

    Args:
        extra: arrays that lie in the published file and belong to no layer.
        files: names of the configuration and of the bundle.
        published: the configuration as it was published, if it looks otherwise than ours.
        checkpoint: another fixture, of the same seed, whose file serves.
        epsilon: as in ``randomize``.
        build: arguments of build_transformer_model.
    """
    tf_keras.backend.clear_session()
    rng = np.random.default_rng(seed)
    transformer = build_transformer_model(return_keras_model=False, **config, **build)
    arrays = randomize(transformer, rng, epsilon=epsilon) | (extra or {})
    rows = random_rows(config["vocab_size"], rng, segments=segments)
    compute(rows, transformer.model)
    save_rows(name, rows)
    if not checkpoint:
        folder = folder_of(name)
        write_json(folder / files[0], published or config)
        save_bundle(arrays, folder / files[1])
    how = f"build_transformer_model(model={build['model']!r}"
    how += f", application={build['application']!r})" if "application" in build else ")"
    save_case(name, family, name, f"{VERSIONS}: {how}", checkpoint=checkpoint)


def gpt2_ml() -> None:
    """Under the names of the published index, with its optimizer's slots and step beside."""
    config = sizes(67, max_position=80)
    published = {
        "vocab_size": 67,
        "n_embd": 32,
        "attn_pdrop": 0.1,
        "embd_pdrop": 0.1,
        "activation_function": "gelu",
        "initializer_range": 0.014142135623731,
        "n_positions": 80,
        "n_head": 4,
        "n_layer": 2,
    }
    extra: Arrays = {"global_step": np.array(100000, np.int64)}
    for layer in range(2):
        for dense, shape in (("query_layer", (32, 32)), ("intermediate", (32, 48))):
            where = f"newslm/layer{layer:02}/{dense}"
            extra[f"{where}/bias/adafactor_v"] = np.ones(shape[1], np.float32)
            extra[f"{where}/kernel/adafactor_vr"] = np.ones(shape[0], np.float32)
            extra[f"{where}/kernel/adafactor_vc"] = np.ones(shape[1], np.float32)
    bundle(
        "gpt2_ml_tensorflow",
        "gpt2_ml",
        config,
        seed=11,
        model="gpt2_ml",
        final_activation="linear",
        extra=extra,
        published=published,
        files=("mega.json", "model.ckpt-100000"),
    )


def cpm() -> None:
    """CPM in the names that bojone gave it; its GELU is the tanh one, whatever the file says."""
    set_gelu("tanh")
    bundle(
        "cpm_tensorflow",
        "cpm",
        sizes(66, max_position=80),
        seed=12,
        model="gpt2",
        final_activation="linear",
        files=("config.json", "cpm_lm.ckpt"),
    )
    set_gelu("erf")


def cdial() -> None:
    """CDial-GPT in the names that bojone gave it; segments are ids of the token table.

    It was trained in PyTorch with an epsilon of 1e-5; bert4keras has BERT's 1e-12.
    """
    set_gelu("tanh")
    config = sizes(63, max_position=80, segment_vocab_size=63, shared_segment_embeddings=True)
    bundle(
        "cdial_tensorflow",
        "cdial",
        config,
        seed=13,
        segments="ids",
        model="gpt",
        epsilon=1e-5,
        final_activation="linear",
        files=("gpt_config.json", "gpt_model.ckpt"),
    )
    set_gelu("erf")


def nezha() -> None:
    """NEZHA with a causal mask, as nezha_gpt_dialog has it.

    It was trained with BERT's epsilon of 1e-12; bert4keras has Keras's 1e-7, here and in RoFormer.
    """
    published = sizes(65, max_position_embeddings=512, max_relative_position=64) | {
        "type_vocab_size": 2,
        "use_relative_position": True,
    }
    bundle(
        "nezha_tensorflow",
        "nezha",
        sizes(65),
        seed=14,
        segments="turns",
        model="nezha",
        application="lm",
        with_mlm="linear",
        published=published,
        epsilon=1e-12,
        files=("config.json", "model.ckpt-86"),
    )


def bert() -> None:
    """BERT with a causal mask, with a prefix that sees itself (UniLM), and without a mask.

    The three are one file, with the pooler and the next sentence's head that BERT has.
    """
    config = sizes(64, max_position_embeddings=80, type_vocab_size=2)
    pooler: Arrays = {
        "bert/pooler/dense/kernel": np.ones((32, 32), np.float32),
        "bert/pooler/dense/bias": np.ones(32, np.float32),
        "cls/seq_relationship/output_weights": np.ones((2, 32), np.float32),
        "cls/seq_relationship/output_bias": np.ones(2, np.float32),
    }
    common = {"model": "bert", "with_mlm": "linear", "extra": pooler, "seed": 15}
    bundle("bert_tensorflow", "bert", config, segments="turns", **common)
    common["checkpoint"] = "bert_tensorflow"
    bundle("bert_lm_tensorflow", "bert_lm", config, segments="turns", application="lm", **common)
    bundle("unilm_tensorflow", "bert_lm", config, segments="prefix", application="unilm", **common)


def roformer() -> None:
    """RoFormer, which has rotary positions and no position table."""
    bundle(
        "roformer_tensorflow",
        "roformer",
        sizes(62, max_position_embeddings=80),
        seed=18,
        segments="turns",
        model="roformer",
        with_mlm="linear",
        epsilon=1e-12,
    )


def xiangqi() -> None:
    """Su's xiangqi model: BERT with a causal mask, 20 tokens, HDF5 by Keras 2.3's save_weights."""
    tf_keras.backend.clear_session()
    rng = np.random.default_rng(19)
    config = sizes(20, max_position_embeddings=80, type_vocab_size=2, hidden_size=24)
    transformer = build_transformer_model(
        model="bert", application="lm", with_mlm="linear", return_keras_model=False, **config
    )
    randomize(transformer, rng)
    rows = random_rows(20, rng)
    compute(rows, transformer.model)
    save_rows("xiangqi_hdf5", rows)
    folder = folder_of("xiangqi_hdf5")
    save_keras_weights(transformer.model, folder / "best_model.weights")
    write_json(folder / "bert_config.json", config)
    save_case(
        "xiangqi_hdf5",
        "bert_lm",
        "xiangqi_hdf5",
        f"{VERSIONS}: build_transformer_model(model='bert', application='lm')",
    )


def save_keras_weights(model: Any, path: Path) -> None:
    """HDF5 as Keras 2.3.1's save_weights writes it.

    One group a layer; dense layers inside others are counted from dense_1 through the model. The
    bert4keras of that time called the output's bias bias, not beta.
    """
    dense = 0
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = np.array([layer.name.encode() for layer in model.layers])
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = b"2.3.1"
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = []
            for weight in layer.weights:
                kind = weight.name.rpartition("/")[2]
                if layer.name == "MLM-Bias":
                    kind = "bias:0"
                inside = "/dense" in weight.name
                dense += inside and kind == "kernel:0"
                name = f"{layer.name}/dense_{dense}/{kind}" if inside else f"{layer.name}/{kind}"
                group.create_dataset(name, data=weight.numpy())
                names.append(name.encode())
            group.attrs["weight_names"] = np.array(names)


def t5() -> None:
    """mT5 and T5.1.1 under the names that Google published.

    bert4keras can add the decoder's position bias to its cross-attention, which neither Google
    nor Hugging Face does: not here. It also divides the logits by the root of the hidden size,
    which is undone here.
    """
    for name, model, seed in (
        ("mt5_tensorflow", "mt5.1.1", 20),
        ("t5_tensorflow", "t5.1.1", 21),
    ):
        tf_keras.backend.clear_session()
        rng = np.random.default_rng(seed)
        config = sizes(61, hidden_size=24, intermediate_size=32, attention_head_size=5)
        set_gelu("tanh")
        transformer = build_transformer_model(
            model=model,
            return_keras_model=False,
            cross_position_bias=False,
            with_lm="linear",
            **config | {"hidden_act": ["gelu", "linear"]},
        )
        set_gelu("erf")
        arrays = randomize_t5(transformer, rng)
        rows = random_rows(61, rng)
        for row, length in zip(rows, (140, 5, 31, 1, 12), strict=True):
            row.source = rng.integers(1, 61, length, dtype=np.int32)

        def run(batch: Sequence[Row], model: Any = transformer.model) -> NDArray[np.float32]:
            source, _ = padded([row.source for row in batch if row.source is not None])
            tokens, _, _ = batch_of(batch)
            logits = model.predict([source, tokens], batch_size=len(batch), verbose=0)
            return logits * np.float32(np.sqrt(24))

        keep_logits(rows, run(rows), [run([row])[0] for row in rows])
        save_rows(name, rows)
        folder = folder_of(name)
        write_json(folder / "config.json", config | {"relative_attention_num_buckets": 32})
        save_bundle(arrays, folder / "model.ckpt-1000000")
        save_case(
            name,
            "t5",
            name,
            f"{VERSIONS}: build_transformer_model(model={model!r}, cross_position_bias=False), "
            "logits times the root of the hidden size",
            tolerance=1e-4,
        )


def randomize_t5(transformer: Any, rng: np.random.Generator) -> Arrays:
    """As ``randomize``, for encoder and decoder together."""
    transformer.layers = transformer._decoder.layers | transformer._encoder.layers
    return randomize(transformer, rng)


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    for make in (gpt2_ml, cpm, cdial, nezha, bert, roformer, xiangqi, t5):
        make()
