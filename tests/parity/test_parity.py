"""Logits of other people's implementations, from checkpoints in the formats they publish."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import load_checkpoint, open_weights
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Dtype
from tests.libraries import Library
from tests.parity.cases import (
    Case,
    Floats,
    all_cases,
    compute,
    in_pieces,
    one_by_one,
    one_of_each_architecture,
    open_row,
    step_by_step,
    together,
)

CACHED = 1e-5
"""How far logits over a cache may be from those without: nothing but the order of sums differs."""

TOLD = {"cpm_bin", "cpm_megatron", "cpm_megatron_legacy", "cpm_tensorflow"} | {
    "cdial_gpt2_bin",
    "cdial_safetensors",
    "cdial_tensorflow",
    "bert_lm_tensorflow",
    "unilm_tensorflow",
    "roformer_tensorflow",
}
"""Families whose files differ from another family's in nothing but vocabulary or use."""

CAUSAL = [case for case in all_cases() if case.family not in ("bert", "roformer")]
"""An encoder has no cache."""


def name_of(case: Case) -> str:
    return case.name


def difference(found: list[Floats], expected: list[Floats]) -> float:
    """The largest, over rows of the same shapes."""
    assert [a.shape for a in found] == [b.shape for b in expected]
    return max(float(np.abs(a - b).max()) for a, b in zip(found, expected, strict=True))


@pytest.fixture(scope="module", params=all_cases(), ids=name_of)
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Case, LanguageModel]:
    case: Case = request.param
    return case, case.load(tmp_path_factory.mktemp("model"))


def test_the_logits_are_the_references(loaded: tuple[Case, LanguageModel]) -> None:
    case, model = loaded
    expected = [row.logits for row in case.rows]
    assert difference(one_by_one(model, case), expected) < case.settings["tolerance"]


def test_rows_of_different_lengths_pass_together(loaded: tuple[Case, LanguageModel]) -> None:
    case, model = loaded
    expected = [row.logits for row in case.rows]
    assert difference(together(model, case.rows), expected) < case.settings["tolerance"]


@pytest.mark.parametrize("loaded", CAUSAL, ids=name_of, indirect=True)
def test_a_cache_changes_nothing_from_the_first_token_to_the_last(
    loaded: tuple[Case, LanguageModel],
) -> None:
    case, model = loaded
    longest = case.rows[-1]
    assert difference([step_by_step(model, longest)], together(model, [longest])) < CACHED


@pytest.mark.parametrize("loaded", CAUSAL, ids=name_of, indirect=True)
def test_rows_grow_by_pieces_of_different_lengths(loaded: tuple[Case, LanguageModel]) -> None:
    case, model = loaded
    assert difference(in_pieces(model, case.rows, (5, 1, 11, 2)), one_by_one(model, case)) < CACHED


@pytest.mark.parametrize("loaded", CAUSAL, ids=name_of, indirect=True)
def test_a_kept_past_goes_on_from_any_place(loaded: tuple[Case, LanguageModel]) -> None:
    case, model = loaded
    row = max(case.rows, key=lambda row: len(row.tokens))
    whole = together(model, [row])[0]
    first = len(whole) - 5
    decoder = model.decoder(2)
    slot = open_row(decoder, row)
    if row.prefix:
        decoder.extend([row.chunk(slot, 0, row.prefix, bidirectional=True)])
    decoder.extend([row.chunk(slot, row.prefix, first)])
    past = decoder.keep(slot)
    other = decoder.open(past, length=first - 2)
    chunks = [row.chunk(slot, first, first + 3), row.chunk(other, first - 2, first + 1)]
    found = decoder.extend(chunks, every_position=True)
    assert difference(found, [whole[first : first + 3], whole[first - 2 : first + 1]]) < CACHED


@pytest.mark.parametrize("case", [c for c in all_cases() if c.name not in TOLD], ids=name_of)
def test_a_family_is_recognised_by_its_files(case: Case, tmp_path: Path) -> None:
    folder = case.unpack(tmp_path / "x")
    assert open_weights(folder).config.family == case.family


def test_where_the_names_cannot_tell_the_message_asks(tmp_path: Path) -> None:
    (case,) = (case for case in all_cases() if case.name == "roformer_tensorflow")
    with pytest.raises(CheckpointError, match=r"nezha or roformer.*family="):
        open_weights(case.unpack(tmp_path))


def test_text_passes_through_the_tokenizer_beside_the_weights(tmp_path: Path) -> None:
    (case,) = (case for case in all_cases() if "texts" in case.settings)
    model = load_checkpoint(case.unpack(tmp_path))
    assert model.tokenizer is not None
    for sample in case.settings["texts"]:
        assert model.tokenizer.encode(sample["text"]) == sample["ids"]
        assert model.tokenizer.decode(sample["ids"]) == sample["text"]


def other_choices(model: LanguageModel) -> Iterator[dict[str, Any]]:
    """Configurations that read the same weights otherwise."""
    config = model.config
    yield {"activation": "gelu" if config.activation == "gelu_tanh" else "gelu_tanh"}
    yield {"norm_epsilon": 1e-5 if config.norm_epsilon < 1e-5 else 1e-12}
    yield {"attention_scale": not config.attention_scale}
    if config.norm_placement != "gpt2_ml" and not config.encoder_layers:
        yield {"norm_placement": "pre" if config.norm_placement == "post" else "post"}
    if config.relative_distance:
        yield {"relative_distance": config.relative_distance // 2}


@pytest.mark.parametrize("case", one_of_each_architecture(), ids=name_of)
def test_each_choice_shows(case: Case, tmp_path: Path) -> None:
    folder = case.unpack(tmp_path)
    model = load_checkpoint(folder, case.family, dtype="float32", tokenizer=False)
    expected = [row.logits for row in case.rows]
    for change in other_choices(model):
        opened = open_weights(folder, case.family)
        wrong = LanguageModel.build(
            replace(opened.config, **change), opened.weights, dtype="float32"
        )
        assert difference(together(wrong, case.rows), expected) > 3 * case.settings["tolerance"], (
            change
        )
    if case.rows[0].segments is not None:
        without = [replace(row, segments=None) for row in case.rows]
        assert difference(together(model, without), expected) > 0.1


def divergence(found: list[Floats], expected: list[Floats]) -> float:
    """Kullback and Leibler's, of our next-token distributions from the reference's, on average."""
    ours, theirs = (log_softmax(np.concatenate(rows)) for rows in (found, expected))
    return float((np.exp(theirs) * (theirs - ours)).sum(axis=-1).mean())


def log_softmax(logits: Floats) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


# On these cases: bfloat16 5e-5 to 2e-4 nats, float16 5e-7 to 4e-6, int8 2e-4 to 9e-4.
@pytest.mark.parametrize(("dtype", "nats"), [("bfloat16", 5e-4), ("float16", 1e-5), ("int8", 2e-3)])
@pytest.mark.parametrize("case", one_of_each_architecture(), ids=name_of)
def test_weights_of_fewer_bits_say_nearly_the_same(
    case: Case, dtype: Dtype, nats: float, tmp_path: Path
) -> None:
    model = load_checkpoint(case.unpack(tmp_path), case.family, dtype=dtype, tokenizer=False)
    assert model.dtype == dtype
    expected = [row.logits for row in case.rows]
    found = together(model, case.rows)
    assert divergence(found, expected) < nats
    assert difference(found, expected) > case.settings["tolerance"]


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Floats]]:
    """What the default runtime computes for each architecture."""
    return {
        case.name: compute(case, case.load(tmp_path_factory.mktemp("model")))
        for case in one_of_each_architecture()
    }


def test_each_library_computes_the_same(
    library: Library, default: dict[str, list[Floats]], tmp_path: Path
) -> None:
    target = tmp_path / "logits.npz"
    library.run(f"from tests.parity.cases import main; main('keras', {str(target)!r})")
    with np.load(target) as file:
        arrays = dict(file)
    for case in one_of_each_architecture():
        found = [arrays[f"{case.name}/{n}"] for n in range(len(default[case.name]))]
        expected = [row.logits for row in case.rows]
        tolerance = case.settings["tolerance"]
        if len(found) > len(expected):
            expected.append(case.rows[-1].logits)  # of the same row, by steps
        assert difference(found, expected) < tolerance, case.name
        assert difference(found, default[case.name]) < tolerance, case.name
