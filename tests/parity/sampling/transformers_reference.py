"""Makes transformers.npz: what the logits processors of Hugging Face transformers do to logits.

    python tests/parity/sampling/transformers_reference.py

needs torch and transformers (made with torch 2.13.0 and transformers 5.23.0) in an environment of
their own; the tests need only the file.
"""

import json
from pathlib import Path

import numpy as np
import torch
from transformers.generation import logits_process as reference

VOCABULARY = 150
STOP_IDS = [3, 7]
BAD_WORDS = [[11], [5, 9], [8, 5, 9, 2], [5, 9, 8, 120], [1, 2, 3]]
SETTINGS: list[dict[str, object]] = [
    {"temperature": 0.7},
    {"temperature": 1.8},
    {"top_k": 1},
    {"top_k": 5},
    {"top_k": 400},
    {"top_p": 0.1},
    {"top_p": 0.5},
    {"top_p": 0.95},
    {"min_p": 0.05},
    {"min_p": 0.5},
    {"min_p": 1.0},
    {"typical_p": 0.2},
    {"typical_p": 0.9},
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.8},
    {"no_repeat_ngram": 1},
    {"no_repeat_ngram": 2},
    {"no_repeat_ngram": 3},
    {"bad_words": BAD_WORDS},
    {"logit_bias": {"4": 2.5, "70": -3.0}},
    {"forbidden_ids": [0, 3, 149]},
    {"min_length": 4, "stop_ids": STOP_IDS},
    {"min_length": 3, "stop_ids": STOP_IDS},
    {"temperature": 0.7, "top_p": 0.9},
    {"temperature": 1.3, "top_k": 20, "top_p": 0.8},
    {
        "logit_bias": {"4": 2.5, "70": -3.0},
        "repetition_penalty": 1.2,
        "no_repeat_ngram": 2,
        "bad_words": BAD_WORDS,
        "forbidden_ids": [0],
        "min_length": 4,
        "stop_ids": STOP_IDS,
        "temperature": 0.8,
        "top_k": 40,
        "top_p": 0.9,
        "min_p": 0.02,
        "typical_p": 0.95,
    },
]
"""In the words of engine.generation.settings.Settings."""
PROMPT = [8, 5, 9, 60, 61, 62, 60, 61]
GENERATED = [8, 5, 9]


def processors(settings: dict[str, object]) -> reference.LogitsProcessorList:
    """The processors for these settings, in the order in which transformers' generate has them."""
    get = settings.get
    makers = [
        (
            "logit_bias",
            lambda v: reference.SequenceBiasLogitsProcessor({(int(k),): x for k, x in v.items()}),
        ),
        ("repetition_penalty", reference.RepetitionPenaltyLogitsProcessor),
        ("no_repeat_ngram", reference.NoRepeatNGramLogitsProcessor),
        ("bad_words", reference.NoBadWordsLogitsProcessor),
        (
            "min_length",
            lambda v: reference.MinNewTokensLengthLogitsProcessor(len(PROMPT), v, get("stop_ids")),
        ),
        ("forbidden_ids", reference.SuppressTokensLogitsProcessor),
        ("temperature", reference.TemperatureLogitsWarper),
        ("top_k", reference.TopKLogitsWarper),
        ("top_p", reference.TopPLogitsWarper),
        ("min_p", reference.MinPLogitsWarper),
        ("typical_p", reference.TypicalLogitsWarper),
    ]
    return reference.LogitsProcessorList(
        [make(settings[name]) for name, make in makers if name in settings]
    )


def main() -> None:
    """Writes the file beside this script."""
    rng = np.random.default_rng(2026)
    logits = np.stack(
        [
            rng.standard_normal(VOCABULARY) * 3,
            rng.standard_normal(VOCABULARY) * 0.5 + 4,
            rng.permutation(-1.3 * np.log(np.arange(VOCABULARY) + 2.7)) - 2,
            rng.standard_normal(VOCABULARY) * 12,
        ]
    ).astype(np.float32)
    # A model may itself exclude rows of its table that stand for nothing.
    logits[0, 140:] = -np.inf
    ids = torch.tensor([PROMPT + GENERATED] * len(logits))
    scores = [processors(settings)(ids, torch.tensor(logits)) for settings in SETTINGS]
    probabilities = [torch.softmax(row.double(), dim=-1).numpy() for row in scores]
    np.savez_compressed(
        Path(__file__).with_name("transformers.npz"),
        settings=np.array([json.dumps(settings) for settings in SETTINGS]),
        prompt=np.array(PROMPT),
        generated=np.array(GENERATED),
        logits=logits,
        kept=np.stack([np.isfinite(row.numpy()) for row in scores]),
        probabilities=np.stack(probabilities).astype(np.float32),
    )


if __name__ == "__main__":
    main()
