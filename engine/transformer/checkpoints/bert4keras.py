"""Layouts of TensorFlow checkpoints, as bert4keras reads and writes them, and of its Keras files.

Sources: the variable names of bert4keras 0.11 (Su Jianlin), which are those of Google's BERT and
T5, of GPT2_ML (Zhang 2019, in Grover's names) and of Su's ports of CPM-LM and CDial-GPT; the HDF5
files of Keras 2.3's save_weights with bert4keras's layer names (Su's xiangqi model).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from engine.transformer.checkpoints.layouts import Layout, layer

_OPTIMIZER: Final = (
    "global_step",
    r".*/adafactor_\w+",
    r".*/adam_[mv]",
    r".*/Adam(_1)?",
    r".*/lamb_[mv]",
    r".*_slot_\w+",
    r"save_counter.*",
    r"_CHECKPOINTABLE_OBJECT_GRAPH",
)

GPT2_ML: Final = Layout(
    title="GPT2_ML TensorFlow checkpoint",
    families=("gpt2_ml",),
    requires=("newslm/embeddings/word_embed",),
    ignored=_OPTIMIZER,
    names={
        "embeddings/token": "newslm/embeddings/word_embed",
        "embeddings/position": "newslm/embeddings/pos_embed",
        "embeddings/norm": "newslm/embeddings/LayerNorm_embed_norm",
        "layers/{i}/attention/query_key_value": "newslm/layer{i:02}/{query|key|value}_layer",
        "layers/{i}/attention/output": "newslm/layer{i:02}/context_projection_layer",
        "layers/{i}/attention_norm": "newslm/layer{i:02}/LayerNorm_mlp_ln0",
        "layers/{i}/feed_forward/up": "newslm/layer{i:02}/intermediate",
        "layers/{i}/feed_forward/down": "newslm/layer{i:02}/output",
        "layers/{i}/feed_forward_norm": "newslm/layer{i:02}/LayerNorm_mlp_ln1",
    },
)

_NEZHA_NAMES: Final[Mapping[str, str]] = {
    "embeddings/token": "bert/embeddings/word_embeddings",
    "embeddings/segment": "bert/embeddings/token_type_embeddings",
    "embeddings/norm": "bert/embeddings/LayerNorm",
    "layers/{i}/attention/query_key_value": (
        "bert/encoder/layer_{i}/attention/self/{query|key|value}"
    ),
    "layers/{i}/attention/output": "bert/encoder/layer_{i}/attention/output/dense",
    "layers/{i}/attention_norm": "bert/encoder/layer_{i}/attention/output/LayerNorm",
    "layers/{i}/feed_forward/up": "bert/encoder/layer_{i}/intermediate/dense",
    "layers/{i}/feed_forward/down": "bert/encoder/layer_{i}/output/dense",
    "layers/{i}/feed_forward_norm": "bert/encoder/layer_{i}/output/LayerNorm",
    "head/dense": "cls/predictions/transform/dense",
    "head/norm": "cls/predictions/transform/LayerNorm",
    "head/bias": "cls/predictions/output_bias",
}
_BERT_IGNORED: Final = (*_OPTIMIZER, r"bert/pooler/.*", r"cls/seq_relationship/.*")

NEZHA: Final = Layout(
    title="NEZHA or RoFormer TensorFlow checkpoint",
    families=("nezha", "roformer"),
    requires=("bert/embeddings/word_embeddings",),
    lacks=("bert/embeddings/position_embeddings",),
    ignored=_BERT_IGNORED,
    names=_NEZHA_NAMES,
)

BERT: Final = Layout(
    title="BERT TensorFlow checkpoint",
    families=("bert", "bert_lm"),
    requires=("bert/embeddings/word_embeddings", "bert/embeddings/position_embeddings"),
    ignored=_BERT_IGNORED,
    names={**_NEZHA_NAMES, "embeddings/position": "bert/embeddings/position_embeddings"},
)

_GPT_NAMES: Final[Mapping[str, str]] = {
    "embeddings/token": "gpt/embeddings/word_embeddings",
    "embeddings/position": "gpt/embeddings/position_embeddings",
    "layers/{i}/attention/query_key_value": (
        "gpt/transformer/layer_{i}/attention/self/{query|key|value}"
    ),
    "layers/{i}/attention/output": "gpt/transformer/layer_{i}/attention/output/dense",
    "layers/{i}/attention_norm": "gpt/transformer/layer_{i}/attention/output/LayerNorm",
    "layers/{i}/feed_forward/up": "gpt/transformer/layer_{i}/intermediate/dense",
    "layers/{i}/feed_forward/down": "gpt/transformer/layer_{i}/output/dense",
    "layers/{i}/feed_forward_norm": "gpt/transformer/layer_{i}/output/LayerNorm",
}

# Su's port of CDial-GPT has the rows of [CLS] and [PAD] exchanged, and a vocab.txt that says so:
# the vocabulary in a checkpoint's own folder is always the right one.
GPT: Final = Layout(
    title="GPT or CDial-GPT TensorFlow checkpoint",
    families=("gpt", "cdial"),
    requires=(
        "gpt/embeddings/word_embeddings",
        "gpt/transformer/layer_0/attention/output/LayerNorm/gamma",
    ),
    ignored=_OPTIMIZER,
    names=_GPT_NAMES,
)

GPT2: Final = Layout(
    title="GPT-2 or CPM-LM TensorFlow checkpoint",
    families=("gpt2", "cpm"),
    requires=("gpt/embeddings/word_embeddings", "gpt/output/LayerNorm/gamma"),
    ignored=_OPTIMIZER,
    names={
        **_GPT_NAMES,
        "layers/{i}/attention_norm": "gpt/transformer/layer_{i}/attention/input/LayerNorm",
        "layers/{i}/feed_forward_norm": "gpt/transformer/layer_{i}/input/LayerNorm",
        "final_norm": "gpt/output/LayerNorm",
    },
)

_T5_ENCODER: Final[Mapping[str, str]] = {
    "attention/query_key_value/kernel": "layer_000/SelfAttention/{q|k|v}",
    "attention/output/kernel": "layer_000/SelfAttention/o",
    "attention_norm": "layer_000/layer_norm",
    "feed_forward/gate": "layer_001/DenseReluDense/wi_0",
    "feed_forward/up": "layer_001/DenseReluDense/wi_1",
    "feed_forward/down": "layer_001/DenseReluDense/wo",
    "feed_forward_norm": "layer_001/layer_norm",
}
_T5_DECODER: Final[Mapping[str, str]] = {
    "attention/query_key_value/kernel": "layer_000/SelfAttention/{q|k|v}",
    "attention/output/kernel": "layer_000/SelfAttention/o",
    "attention_norm": "layer_000/layer_norm",
    "cross_attention/query/kernel": "layer_001/EncDecAttention/q",
    "cross_attention/key_value/kernel": "layer_001/EncDecAttention/{k|v}",
    "cross_attention/output/kernel": "layer_001/EncDecAttention/o",
    "cross_attention_norm": "layer_001/layer_norm",
    "feed_forward/gate": "layer_002/DenseReluDense/wi_0",
    "feed_forward/up": "layer_002/DenseReluDense/wi_1",
    "feed_forward/down": "layer_002/DenseReluDense/wo",
    "feed_forward_norm": "layer_002/layer_norm",
}

T5: Final = Layout(
    title="T5.1.1 or mT5 TensorFlow checkpoint",
    families=("t5",),
    norm=("/scale", ""),
    # mT5's own names: encoder/rms_norm/scale is T5's encoder/final_layer_norm/scale.
    renames=(
        ("coder/rms_norm/", "coder/final_layer_norm/"),
        ("rms_norm", "layer_norm"),
    ),
    requires=("shared/embedding", "decoder/logits/kernel"),
    ignored=_OPTIMIZER,
    transposed_tables=("relative_bias", "encoder/relative_bias"),
    names={
        "embeddings/token": "shared/embedding",
        "encoder/relative_bias": (
            "encoder/block_000/layer_000/SelfAttention/relative_attention_bias"
        ),
        **layer(_T5_ENCODER, at="encoder/layers/{i}", published="encoder/block_{i:03}/"),
        "encoder/final_norm": "encoder/final_layer_norm",
        "relative_bias": "decoder/block_000/layer_000/SelfAttention/relative_attention_bias",
        **layer(_T5_DECODER, at="layers/{i}", published="decoder/block_{i:03}/"),
        "final_norm": "decoder/final_layer_norm",
        "head/kernel": "decoder/logits/kernel",
    },
)


_NEWER: Final = {"MLM-Bias/beta:0": "MLM-Bias/bias:0"}
"""bert4keras 0.11 calls the bias of its output so."""


def _without_counters(names: Iterable[str]) -> dict[str, str]:
    """Keras numbers the dense layers of a session: dense_37 becomes dense_1 where it is the first
    of its Keras layer."""
    numbers: dict[str, set[int]] = defaultdict(set)
    found = {name: re.fullmatch(r"(.+)/dense(?:_(\d+))?/(.+)", name) for name in names}
    for match in found.values():
        if match:
            numbers[match[1]].add(int(match[2] or 0))
    order = {name: sorted(those) for name, those in numbers.items()}
    renamed = {}
    for name, match in found.items():
        if match:
            number = order[match[1]].index(int(match[2] or 0)) + 1
            renamed[f"{match[1]}/dense_{number}/{match[3]}"] = name
        else:
            renamed[_NEWER.get(name, name)] = name
    return renamed


KERAS_BERT: Final = Layout(
    title="Keras HDF5 weights of a bert4keras BERT",
    families=("bert_lm", "bert"),
    dense=("/kernel:0", "/bias:0"),
    norm=("/gamma:0", "/beta:0"),
    rename=_without_counters,
    requires=("Embedding-Token/embeddings:0", "Embedding-Position/embeddings:0"),
    ignored=(r"Pooler-Dense/.*", r"NSP-Proba/.*"),
    names={
        "embeddings/token": "Embedding-Token/embeddings:0",
        "embeddings/segment": "Embedding-Segment/embeddings:0",
        "embeddings/position": "Embedding-Position/embeddings:0",
        "embeddings/norm": "Embedding-Norm",
        "layers/{i}/attention/query_key_value": (
            "Transformer-{i}-MultiHeadSelfAttention/{dense_1|dense_2|dense_3}"
        ),
        "layers/{i}/attention/output": "Transformer-{i}-MultiHeadSelfAttention/dense_4",
        "layers/{i}/attention_norm": "Transformer-{i}-MultiHeadSelfAttention-Norm",
        "layers/{i}/feed_forward/up": "Transformer-{i}-FeedForward/dense_1",
        "layers/{i}/feed_forward/down": "Transformer-{i}-FeedForward/dense_2",
        "layers/{i}/feed_forward_norm": "Transformer-{i}-FeedForward-Norm",
        "head/dense": "MLM-Dense",
        "head/norm": "MLM-Norm",
        "head/bias": "MLM-Bias/bias:0",
    },
)

LAYOUTS: Final = (GPT2_ML, NEZHA, BERT, GPT, GPT2, T5, KERAS_BERT)
