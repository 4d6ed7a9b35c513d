"""The published families: the fields of TransformerConfig that all sizes of a family share.

Sources: GPT2_ML (Zhang 2019, after Grover, Zellers et al. 2019); CPM (Zhang et al. 2020, Megatron
GPT-2); GPT-2 (Radford et al. 2019); GPT (Radford et al. 2018) and CDial-GPT (Wang et al. 2020);
NEZHA (Wei et al. 2019) and Su Jianlin's nezha_gpt_dialog; BERT (Devlin et al. 2018); RoFormer
(Su et al. 2021); mT5 and T5.1.1 (Xue et al. 2020, Shazeer 2020). "bundled" is ours: GPT-2 without
the dense layers' biases and with RoFormer's positions.
"""

from typing import Any, Final

from engine.transformer.config import TransformerConfig

_BERT: Final[dict[str, Any]] = {
    "norm_placement": "post",
    "norm_epsilon": 1e-12,
    "embedding_norm": True,
    "activation": "gelu",
    "num_segments": 2,
    "head": "mlm",
}
_GPT: Final[dict[str, Any]] = {"norm_placement": "post", "activation": "gelu_tanh"}
_GPT2: Final[dict[str, Any]] = {"final_norm": True, "activation": "gelu_tanh"}
_T5: Final[dict[str, Any]] = {
    "norm": "rms",
    "norm_epsilon": 1e-6,
    "final_norm": True,
    "activation": "gelu_tanh",
    "gated": True,
    "biases": False,
    "position": "t5",
    "relative_distance": 128,
    "relative_buckets": 32,
    "attention_scale": False,
    "head": "untied",
}

FAMILIES: Final[dict[str, dict[str, Any]]] = {
    "gpt2_ml": {"norm_placement": "gpt2_ml", "embedding_norm": True, "activation": "gelu"},
    "cpm": _GPT2,
    "gpt2": _GPT2,
    "gpt": _GPT,
    "cdial": {**_GPT, "segments_as_tokens": True},
    "nezha": {**_BERT, "position": "nezha", "relative_distance": 64},
    "bert_lm": _BERT,
    "bert": {**_BERT, "attention": "bidirectional"},
    "roformer": {**_BERT, "position": "rotary", "attention": "bidirectional"},
    "t5": _T5,
    "bundled": {**_GPT2, "biases": False, "position": "rotary"},
}


def family_config(family: str, **sizes: Any) -> TransformerConfig:
    """The configuration of a family with these sizes (and whatever else differs).

    Raises ValueError for a family that is not in FAMILIES.
    """
    try:
        shared = FAMILIES[family]
    except KeyError:
        known = ", ".join(FAMILIES)
        raise ValueError(f"no family {family!r}; there are: {known}") from None
    return TransformerConfig(family=family, **{**shared, **sizes})
