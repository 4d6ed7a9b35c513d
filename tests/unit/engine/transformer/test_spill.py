"""A large model's constants lie in a file: its memory is given back, its numbers stay."""

import numpy as np
import pytest

from engine.transformer.decoder import Chunk
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Floats, openvino_runtime
from engine.transformer.runtimes.spill import Spill
from tests.unit.engine.transformer.tiny import RandomWeights, source, tiny_config, tokens


def logits(family: str, dtype: str) -> list[Floats]:
    """Of long and short passes, alone and together: each shape may have a kernel of its own."""
    config = tiny_config(family)
    model = LanguageModel.build(config, RandomWeights(config), dtype=dtype, runtime="openvino")  # type: ignore[arg-type]
    decoder, text = model.decoder(slots=3), tokens(120)
    slots = [decoder.open(source=source(config)) for _ in range(3)]
    found = decoder.extend([Chunk(slots[0], text)], every_position=True)
    found += decoder.extend([Chunk(slots[0], [5])])
    found += decoder.extend([Chunk(slots[1], text[:3]), Chunk(slots[2], text[:9])])
    found += decoder.extend([Chunk(slot, [7]) for slot in slots])
    return found


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
@pytest.mark.parametrize("family", ["gpt2", "t5"])
def test_where_constants_lie_changes_nothing(
    family: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory = logits(family, dtype)
    monkeypatch.setattr(openvino_runtime, "SPILL_BYTES", 0)
    for one, other in zip(in_memory, logits(family, dtype), strict=True):
        np.testing.assert_array_equal(one, other)


def test_arrays_stay_what_they_are_when_memory_is_let_go() -> None:
    random = np.random.default_rng(0)
    arrays = [random.integers(-9, 9, (n, 33), np.int8) for n in (1, 700, 20)]
    spill = Spill(sum(array.nbytes for array in arrays), len(arrays))
    placed = [spill.place(array) for array in arrays]
    for _ in range(2):
        spill.let_go()
        for array, copy in zip(arrays, placed, strict=True):
            np.testing.assert_array_equal(array, copy)
            assert copy.ctypes.data % 64 == 0


def test_a_full_disk_only_costs_memory(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(size: int, arrays: int) -> Spill:
        raise OSError(28, "No space left on device")

    expected = logits("gpt2", "int8")
    monkeypatch.setattr(openvino_runtime, "SPILL_BYTES", 0)
    monkeypatch.setattr(openvino_runtime, "Spill", full)
    for one, other in zip(expected, logits("gpt2", "int8"), strict=True):
        np.testing.assert_array_equal(one, other)
    assert "No space left" in caplog.text
