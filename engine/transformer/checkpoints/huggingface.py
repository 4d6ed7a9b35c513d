"""Layouts of the Hugging Face hub: state dicts of PyTorch models, in safetensors or .bin files.

Sources: the parameter names of transformers' GPT2LMHeadModel, OpenAIGPTLMHeadModel,
BertForMaskedLM and BertLMHeadModel, NezhaForMaskedLM, RoFormerForMaskedLM and
T5ForConditionalGeneration; GPT2_ML in the names of ghosthamlet's and Tongjilibo's conversions.
GPT-1 and GPT-2 have Conv1D layers, whose kernels are [in, out]; all others have [out, in].
"""

from collections.abc import Mapping
from typing import Final

from engine.transformer.checkpoints.layouts import Layout, layer

_SUFFIXES: Final = (".weight", ".bias")
_ACTIVATIONS: Final[Mapping[str, str]] = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "gelu_fast": "gelu_tanh",
    "gated-gelu": "gelu_tanh",
    "relu": "relu",
}

_BLOCK: Final[Mapping[str, str]] = {
    "attention/query_key_value": "attn.c_attn",
    "attention/output": "attn.c_proj",
    "attention_norm": "ln_1",
    "feed_forward/up": "mlp.c_fc",
    "feed_forward/down": "mlp.c_proj",
    "feed_forward_norm": "ln_2",
}
_BLOCKS: Final = layer(_BLOCK, at="layers/{i}", published="h.{i}.")
_MASKS: Final = (r"h\.\d+\.attn\.(bias|masked_bias)",)

GPT2: Final = Layout(
    title="Hugging Face GPT-2",
    families=("gpt2", "cpm", "cdial"),
    dense=_SUFFIXES,
    norm=_SUFFIXES,
    prefixes=("module.", "transformer."),
    requires=("wte.weight", "h.0.attn.c_attn.weight"),
    lacks=("emb_norm.weight",),
    tied={"lm_head.weight": "embeddings/token"},
    ignored=_MASKS,
    activations=_ACTIVATIONS,
    # CDial-GPT2: the speakers of CDial-GPT in GPT-2's arrangement.
    architecture={"norm_placement": "pre", "final_norm": True},
    names={
        "embeddings/token": "wte.weight",
        "embeddings/position": "wpe.weight",
        **_BLOCKS,
        "final_norm": "ln_f",
    },
)

GPT2_ML: Final = Layout(
    title="GPT2_ML in PyTorch",
    families=("gpt2_ml",),
    dense=_SUFFIXES,
    norm=_SUFFIXES,
    prefixes=("module.", "transformer."),
    requires=("wte.weight", "h.0.attn.c_attn.weight", "emb_norm.weight"),
    tied={"lm_head.weight": "embeddings/token"},
    ignored=_MASKS,
    names={
        "embeddings/token": "wte.weight",
        "embeddings/position": "wpe.weight",
        "embeddings/norm": "emb_norm",
        **_BLOCKS,
    },
)

GPT: Final = Layout(
    title="Hugging Face GPT",
    families=("gpt", "cdial"),
    dense=_SUFFIXES,
    norm=_SUFFIXES,
    prefixes=("module.", "transformer."),
    requires=("tokens_embed.weight", "h.0.attn.c_attn.weight"),
    tied={"lm_head.weight": "embeddings/token"},
    ignored=(*_MASKS, "position_ids"),
    # OpenAI's GPT says "gelu" and computes it by tanh.
    activations={"gelu": "gelu_tanh", "relu": "relu"},
    names={
        "embeddings/token": "tokens_embed.weight",
        "embeddings/position": "positions_embed.weight",
        **_BLOCKS,
    },
)

_ENCODER_BLOCK: Final[Mapping[str, str]] = {
    "attention/query_key_value": "attention.self.{query|key|value}",
    "attention/output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "feed_forward/up": "intermediate.dense",
    "feed_forward/down": "output.dense",
    "feed_forward_norm": "output.LayerNorm",
}
_NEZHA_NAMES: Final[Mapping[str, str]] = {
    "embeddings/token": "embeddings.word_embeddings.weight",
    "embeddings/segment": "embeddings.token_type_embeddings.weight",
    "embeddings/norm": "embeddings.LayerNorm",
    **layer(_ENCODER_BLOCK, at="layers/{i}", published="encoder.layer.{i}."),
    "head/dense": "cls.predictions.transform.dense",
    "head/norm": "cls.predictions.transform.LayerNorm",
    "head/bias": "cls.predictions.bias",
}
_BERT_NAMES: Final[Mapping[str, str]] = {
    **_NEZHA_NAMES,
    "embeddings/position": "embeddings.position_embeddings.weight",
}
_LAYER_NORM: Final = (("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias"))
_BERT_TIED: Final[Mapping[str, str]] = {
    "cls.predictions.decoder.weight": "embeddings/token",
    "cls.predictions.decoder.bias": "head/bias",
}
_BERT_IGNORED: Final = (
    r"pooler\..*",
    r"cls\.seq_relationship\..*",
    r"embeddings\.(position_ids|token_type_ids)",
    r".*\.relative_positions_encoding\..*",
    r"encoder\.embed_positions\.weight",
)

BERT: Final = Layout(
    title="Hugging Face BERT",
    families=("bert", "bert_lm"),
    dense=_SUFFIXES,
    norm=_SUFFIXES,
    transposed=True,
    prefixes=("module.", "bert."),
    renames=_LAYER_NORM,
    requires=("embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"),
    tied=_BERT_TIED,
    ignored=_BERT_IGNORED,
    activations=_ACTIVATIONS,
    names=_BERT_NAMES,
)

NEZHA: Final = Layout(
    title="Hugging Face NEZHA or RoFormer",
    families=("nezha", "roformer"),
    dense=_SUFFIXES,
    norm=_SUFFIXES,
    transposed=True,
    prefixes=("module.", "nezha.", "roformer.", "bert."),
    renames=_LAYER_NORM,
    requires=("embeddings.word_embeddings.weight",),
    lacks=("embeddings.position_embeddings.weight",),
    tied=_BERT_TIED,
    ignored=_BERT_IGNORED,
    activations=_ACTIVATIONS,
    names=_NEZHA_NAMES,
)

_T5_ENCODER: Final[Mapping[str, str]] = {
    "attention/query_key_value": "layer.0.SelfAttention.{q|k|v}",
    "attention/output": "layer.0.SelfAttention.o",
    "attention_norm": "layer.0.layer_norm",
    "feed_forward/gate": "layer.1.DenseReluDense.wi_0",
    "feed_forward/up": "layer.1.DenseReluDense.wi_1",
    "feed_forward/down": "layer.1.DenseReluDense.wo",
    "feed_forward_norm": "layer.1.layer_norm",
}
_T5_DECODER: Final[Mapping[str, str]] = {
    "attention/query_key_value": "layer.0.SelfAttention.{q|k|v}",
    "attention/output": "layer.0.SelfAttention.o",
    "attention_norm": "layer.0.layer_norm",
    "cross_attention/query": "layer.1.EncDecAttention.q",
    "cross_attention/key_value": "layer.1.EncDecAttention.{k|v}",
    "cross_attention/output": "layer.1.EncDecAttention.o",
    "cross_attention_norm": "layer.1.layer_norm",
    "feed_forward/gate": "layer.2.DenseReluDense.wi_0",
    "feed_forward/up": "layer.2.DenseReluDense.wi_1",
    "feed_forward/down": "layer.2.DenseReluDense.wo",
    "feed_forward_norm": "layer.2.layer_norm",
}

T5: Final = Layout(
    title="Hugging Face T5.1.1 or mT5",
    families=("t5",),
    dense=_SUFFIXES,
    norm=_SUFFIXES,
    transposed=True,
    prefixes=("module.",),
    requires=("shared.weight", "decoder.block.0.layer.1.EncDecAttention.q.weight"),
    tied={
        "encoder.embed_tokens.weight": "embeddings/token",
        "decoder.embed_tokens.weight": "embeddings/token",
    },
    ignored=(r"decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias\.weight",),
    activations=_ACTIVATIONS,
    names={
        "embeddings/token": "shared.weight",
        "encoder/relative_bias": (
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
        ),
        **layer(_T5_ENCODER, at="encoder/layers/{i}", published="encoder.block.{i}."),
        "encoder/final_norm": "encoder.final_layer_norm",
        "relative_bias": "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        **layer(_T5_DECODER, at="layers/{i}", published="decoder.block.{i}."),
        "final_norm": "decoder.final_layer_norm",
        "head/kernel": "lm_head.weight",
    },
)

LAYOUTS: Final = (GPT2_ML, GPT2, GPT, BERT, NEZHA, T5)
