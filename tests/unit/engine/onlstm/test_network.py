"""The language model's forward pass, its folder and its words."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from engine.models.errors import CheckpointError, TokenizerError
from engine.onlstm import network, weights
from engine.onlstm.config import OnLstmConfig, shapes
from engine.onlstm.vocabulary import END, UNKNOWN, Vocabulary, units
from tests.unit.engine.onlstm import reference, tiny_model

IDS = np.random.default_rng(5).integers(0, 10, (9, 4)).astype("int32")


def by_numpy(config: OnLstmConfig, arrays: dict[str, np.ndarray]) -> list[list[reference.Step]]:
    """All layers' steps over IDS."""
    x, found = arrays["embeddings/word"][IDS].astype(np.float64), []
    for layer in range(config.layers):
        names = ("input/kernel", "recurrent/kernel", "bias")
        given = (arrays[f"layers/{layer}/{name}"].astype(np.float64) for name in names)
        options = {"form": config.master_input, "cell": config.cell}
        steps = reference.layer(x, *given, chunk=config.chunk_size, **options)
        found.append(steps)
        x = np.stack([step.hidden for step in steps])
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"master_input": "reverse", "hidden_sizes": (8, 4, 6), "chunk_size": 1},
        {"cell": "lstm"},
        {"tied": False, "hidden_sizes": (6, 9), "chunk_size": 3},
    ],
)
def test_a_pass_is_the_equations_layer_by_layer(changes: dict[str, Any]) -> None:
    config = tiny_model.config(**changes)
    arrays = tiny_model.arrays(config)
    traces = network.forward(config, arrays, IDS)
    for trace, steps in zip(traces, by_numpy(config, arrays), strict=True):
        for got, name in (
            (trace.hidden, "hidden"),
            (trace.forget, "forget"),
            (trace.input, "input"),
        ):
            wanted = np.stack([getattr(step, name) for step in steps])
            assert np.abs(keras.ops.convert_to_numpy(got) - wanted).max() < 1e-5
    scores = keras.ops.convert_to_numpy(network.logits(config, arrays, traces[-1].hidden))
    kernel = arrays["embeddings/word"].T if config.tied else arrays["output/kernel"]
    last = keras.ops.convert_to_numpy(traces[-1].hidden)
    assert np.abs(scores - (last @ kernel + arrays["output/bias"])).max() < 1e-4
    nats = keras.ops.convert_to_numpy(network.nats(config, arrays, traces[-1].hidden, IDS))
    shares = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    wanted = -np.log(np.take_along_axis(shares, IDS[..., None], axis=-1)[..., 0])
    assert np.abs(nats - wanted).max() < 1e-4


def test_the_papers_equations_in_pytorch_give_the_same_logits_over_50_steps() -> None:
    """Written down from section 4 of the paper with torch's own functions."""
    torch = pytest.importorskip("torch")
    config = tiny_model.config(hidden_sizes=(12, 8, 6))
    arrays = tiny_model.arrays(config)
    given = {name: torch.from_numpy(array) for name, array in arrays.items()}
    ids = np.random.default_rng(2).integers(0, config.vocabulary_size, (50, 3)).astype("int32")
    x = given["embeddings/word"][torch.from_numpy(ids).long()]
    for layer, size in enumerate(config.hidden_sizes):
        h = c = torch.zeros(3, size)
        outputs = []
        for now in x:
            z = (
                torch.nn.functional.linear(now, given[f"layers/{layer}/input/kernel"].T)
                + torch.nn.functional.linear(h, given[f"layers/{layer}/recurrent/kernel"].T)
                + given[f"layers/{layer}/bias"]
            )
            levels = config.levels(layer)
            f, i, o, u, zf, zi = z.split([size] * 4 + [levels] * 2, dim=-1)
            master_f = zf.softmax(-1).cumsum(-1).repeat_interleave(config.chunk_size, -1)
            master_i = 1 - zi.softmax(-1).cumsum(-1).repeat_interleave(config.chunk_size, -1)
            overlap = master_f * master_i
            f_hat = f.sigmoid() * overlap + (master_f - overlap)
            i_hat = i.sigmoid() * overlap + (master_i - overlap)
            c = f_hat * c + i_hat * u.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        x = torch.stack(outputs)
    wanted = x @ given["embeddings/word"].T + given["output/bias"]
    traces = network.forward(config, arrays, ids)
    got = keras.ops.convert_to_numpy(network.logits(config, arrays, traces[-1].hidden))
    assert np.abs(got - wanted.numpy()).max() < 1e-4


def test_a_configuration_goes_through_json() -> None:
    config = tiny_model.config(cell="lstm", unit="character", language="en")
    assert OnLstmConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_sizes": []}, "at least one layer"),
        ({"hidden_sizes": [12, 8]}, "tied"),
        ({"hidden_sizes": [13, 6]}, "multiple"),
        ({"hidden_sizes": 12}, "list"),
        ({"chunk_size": 0}, "chunk_size"),
        ({"cell": "gru"}, "cell"),
        ({"colour": 1}, "colour"),
        ({"embedding_size": None}, "embedding_size"),
    ],
)
def test_a_configuration_that_cannot_be_says_why(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OnLstmConfig.from_dict(tiny_model.config().to_dict() | changes)


def test_a_folder_keeps_the_weights_in_int8(tmp_path: Path) -> None:
    tiny_model.write(tmp_path)
    settings, vocabulary, arrays = weights.load(tmp_path)
    assert settings == weights.Settings(tiny_model.config(), 1, "shen")
    assert vocabulary.words == tiny_model.vocabulary().words
    for name, array in tiny_model.arrays(settings.model).items():
        # A scale for each output column, and for each word of the embedding.
        axis = 1 if name == "embeddings/word" else 0
        peak = np.abs(array).max(axis=axis, keepdims=True) if array.ndim > 1 else 1
        assert (np.abs(arrays[name] - array) <= peak / 127).all()
    assert all(path.stat().st_size < 10_000_000 for path in tmp_path.glob("*.safetensors"))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("config.json", '"default_layer": 1', '"default_layer": 2', "no layer 2"),
        ("config.json", '"shen"', '"other"', "no parser"),
        ("config.json", "{", "[", "no configuration"),
        ("config.json", '"chunk_size": 2', '"chunk_size": 1', "expected"),
        ("config.json", '"tied": true', '"tied": false', "output/kernel"),
        ("words.txt", "树叶\n", "", "words"),
        ("words.txt", "树叶", "北京", "twice"),
        ("words.txt", END, "begin", "first word"),
    ],
)
def test_a_damaged_folder_is_an_error_that_says_where(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    path = tiny_model.write(tmp_path) / file
    text = path.read_text(encoding="utf8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf8")
    with pytest.raises((CheckpointError, TokenizerError), match=message):
        weights.load(tmp_path)


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    config = tiny_model.config()
    arrays = tiny_model.arrays(config)
    arrays["layers/0/bias"][3] = np.inf
    settings = weights.Settings(config)
    weights.save(tmp_path, settings, tiny_model.vocabulary(), arrays)
    with pytest.raises(CheckpointError, match="layers/0/bias"):
        weights.load(tmp_path)
    with pytest.raises(ValueError, match="no layer"):
        replace(settings, default_layer=7)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"config\.json"):
        weights.load(tmp_path / "nowhere")
    (tmp_path / "config.json").write_text(json.dumps({"model": {}}))
    with pytest.raises(CheckpointError):
        weights.load(tmp_path)


def test_frequent_words_come_first_and_others_have_classes() -> None:
    words = Vocabulary.build({"的": 9, "我": 5, "你": 5, "树": 1}, 11, "zh")
    assert words.words[0] == END
    assert words.words[-3:] == ("的", "你", "我")
    ids = words.ids(["的", "树", "树叶", "一二三", "12.5%", "Linux", "前所未有地"])
    assert [words.words[i] for i in ids] == [
        *("的", "<unk1>", "<unk2>", "<number>", "<number>", "<latin>", "<unk4>"),
    ]
    assert "树" not in words
    assert "我" in words


def test_english_is_read_in_lower_case_and_by_its_endings() -> None:
    words = Vocabulary.build({"the": 3, "walking": 1}, 100, "en")
    ids = words.ids(["The", "Walking", "barked", "dogs", "1990", "zebra"])
    assert [words.words[i] for i in ids] == [
        *("the", "walking", "<unk-ed>", "<unk-s>", "<number>", UNKNOWN),
    ]


def test_the_treebanks_own_words_have_no_classes() -> None:
    words = Vocabulary.build({"N": 3, "the": 2}, 100, "en", classes=False)
    assert words.words == (END, UNKNOWN, "N", "the")
    assert words.ids(["N", "1990", "dogs"]) == [2, 2, 1]


def test_a_word_is_one_unit_or_its_characters() -> None:
    assert units("秋天", "word") == ("秋天",)
    assert units("秋天", "character") == ("秋", "天")


def test_there_is_a_shape_for_every_weight() -> None:
    config = tiny_model.config()
    assert shapes(config)["layers/0/input/kernel"] == (6, 4 * 12 + 2 * 6)
    assert shapes(replace(config, cell="lstm"))["layers/1/bias"] == (4 * 6,)
    assert "output/kernel" not in shapes(config)
