"""Makes bert4keras.json: token ids that bert4keras's random_sample draws from known tables.

    pip install --no-deps bert4keras==0.11.5 && python tests/parity/sampling/bert4keras_reference.py

in an environment of its own. Its decoder computes with numpy alone, so that Keras, which its
package imports, is replaced by an empty stand-in.
"""

import json
import sys
import types
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

stand_in: Any = types.ModuleType("bert4keras.backend")
stand_in.K = stand_in.keras = stand_in.tf = mock.MagicMock()
stand_in.keras.callbacks.Callback = object
sys.modules["bert4keras.backend"] = stand_in

from bert4keras.snippets import AutoRegressiveDecoder  # noqa: E402

VOCABULARY = 40
END = 0
STEPS = 12
CASES: list[dict[str, Any]] = [
    {"top_p": 0.95},
    {"top_p": 0.5},
    {"top_p": 0.95, "temperature": 0.7},
    {"top_p": 0.8, "temperature": 1.5},
    {"top_k": 5, "top_p": 0.9},
    {"top_k": 12, "top_p": 0.7, "temperature": 0.8},
    {"top_k": 1},
    {"top_k": 5},
]


def table() -> np.ndarray:
    """Logits [V, V] of a bigram model, rounded so that the file holds them exactly."""
    return np.round(np.random.default_rng(7292).standard_normal((VOCABULARY, VOCABULARY)) * 2, 4)


class Bigrams(AutoRegressiveDecoder):
    """Each token depends on the one before it."""

    @AutoRegressiveDecoder.wraps(default_rtype="logits")
    def predict(self, inputs, output_ids, states):
        tokens = np.concatenate([inputs[0], output_ids], axis=1)
        return table()[tokens[:, -1]]


def main() -> None:
    """Writes the file beside this script."""
    decoder = Bigrams(start_id=None, end_id=END, maxlen=STEPS, minlen=1)
    draws = []
    for case in CASES:
        for seed in range(12):
            np.random.seed(seed)
            [ids] = decoder.random_sample(
                [[1 + seed]],
                1,
                topk=case.get("top_k"),
                topp=case.get("top_p"),
                temperature=case.get("temperature", 1),
            )
            draws.append({"settings": case, "seed": seed, "first": 1 + seed, "ids": ids.tolist()})
    text = json.dumps({"end": END, "steps": STEPS, "table": table().tolist(), "draws": draws})
    Path(__file__).with_name("bert4keras.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
