"""The runtimes agree: OpenVINO, and Keras with each library, each in a process of its own."""

import numpy as np
import pytest

from engine.transformer.language_model import LanguageModel
from tests.libraries import Library
from tests.unit.engine.transformer.tiny import (
    CAUSAL,
    RandomWeights,
    segments,
    source,
    tiny_config,
    tokens,
)

FAMILIES = (*CAUSAL, "bert", "roformer")
PROGRAM = """
import json, sys
import numpy as np
from engine.transformer.decoder import Chunk
from engine.transformer.language_model import LanguageModel
from tests.libraries import Library
from tests.unit.engine.transformer.tiny import RandomWeights, segments, source, tiny_config, tokens

found = {}
for family in sys.argv[1:]:
    config = tiny_config(family)
    model = LanguageModel.build(config, RandomWeights(config), runtime="keras")
    text, read, marks = tokens(40), source(config), segments(config, 40)
    whole = model.logits(text, marks, source=read)

    def chunk(slot, begin, end):
        return Chunk(slot, text[begin:end], marks and marks[begin:end])

    decoder = model.decoder(slots=3)
    slots = [decoder.open(source=read) for _ in range(3)]
    chunks = [chunk(slots[0], 0, 2), chunk(slots[1], 0, 5), chunk(slots[2], 0, 1)]
    if config.attention == "causal":
        decoder.extend(chunks)
        decoder.close(slots[0])
        past = decoder.keep(slots[1])
        slots[0] = decoder.open(past, length=3)
        steps = [decoder.extend([chunk(slots[0], 3 + n, 4 + n), chunk(slots[1], 5 + n, 6 + n)])
                 for n in range(4)]
        stepped = max(
            max(np.abs(one - whole[3 + n]).max(), np.abs(two - whole[5 + n]).max())
            for n, (one, two) in enumerate(steps)
        )
    else:
        stepped = 0.0
    found[family] = {"logits": whole.tolist(), "stepped": float(stepped)}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    found = {}
    for family in FAMILIES:
        config = tiny_config(family)
        model = LanguageModel.build(config, RandomWeights(config), runtime="openvino")
        found[family] = model.logits(tokens(40), segments(config, 40), source=source(config))
    return found


def test_every_library_gives_the_same_logits(
    library: Library, expected: dict[str, np.ndarray]
) -> None:
    got = library.result(PROGRAM, *FAMILIES)
    for family, logits in expected.items():
        np.testing.assert_allclose(got[family]["logits"], logits, atol=1e-5, err_msg=family)
        assert got[family]["stepped"] < 1e-5, family
