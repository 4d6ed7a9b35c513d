"""The logits of keras-hub for the GPT-2 that huggingface.py has made: a second opinion.

    python -m tests.parity.reference.kerashub

keras-hub 0.32.0 (pip install --no-deps), keras 3.15.1 on tensorflow 2.21.0. It reads the folder
with its own converter of Hugging Face's names.
"""

import keras
import keras_hub
import numpy as np
from numpy.typing import NDArray

from tests.parity.reference.fixtures import (
    MODELS,
    Row,
    batch_of,
    keep_logits,
    random_rows,
    save_case,
    save_rows,
)

CHECKPOINT = "gpt2_bpe"


def gpt2() -> None:
    """A backbone and the transpose of its token table, which keras-hub's GPT2CausalLM is."""
    backbone = keras_hub.models.GPT2Backbone.from_preset(str(MODELS / CHECKPOINT / "checkpoint"))
    rows = random_rows(277, np.random.default_rng(51), lengths=(1, 6, 17))

    def run(batch: list[Row]) -> NDArray[np.float32]:
        tokens, _, mask = batch_of(batch)
        hidden = backbone({"token_ids": tokens, "padding_mask": mask})
        return keras.ops.convert_to_numpy(backbone.token_embedding(hidden, reverse=True))

    keep_logits(rows, run(rows), [run([row])[0] for row in rows])
    save_rows("gpt2_kerashub", rows)
    reference = f"keras-hub {keras_hub.__version__}, keras {keras.__version__}: GPT2Backbone"
    save_case("gpt2_kerashub", "gpt2", "gpt2_kerashub", reference, checkpoint=CHECKPOINT)


if __name__ == "__main__":
    gpt2()
