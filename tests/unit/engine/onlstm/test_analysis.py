"""What a model makes of sentences, in each library."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.onlstm import weights
from engine.onlstm.analysis import Analysis, OnLstm, OnLstmModels
from tests.libraries import Library
from tests.unit.engine.onlstm import reference, tiny_model

SENTENCE = ("我", "喜欢", "北京", "的", "秋天")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("models")
    tiny_model.write(found / "zh")
    tiny_model.write(found / "zh-lstm", cell="lstm")
    return found


@pytest.fixture(scope="module")
def model(folder: Path) -> OnLstm:
    return OnLstm.load(folder / "zh")


def same(first: Analysis, second: Analysis) -> bool:
    pairs = [(first.surprisal, second.surprisal)]
    for a, b in zip(first.layers, second.layers, strict=True):
        pairs += [(a.distances, b.distances), (a.forget, b.forget), (a.input, b.input)]
    return first.words == second.words and all(np.allclose(a, b, atol=1e-5) for a, b in pairs)


def by_numpy(folder: Path, units: list[int]) -> tuple[list[list[reference.Step]], np.ndarray]:
    """Steps of all layers as END and then the units are read, and the bits of each unit."""
    settings, _, arrays = weights.load(folder)
    config = settings.model
    x, layers = arrays["embeddings/word"][[0, *units]][:, None].astype(np.float64), []
    for layer in range(config.layers):
        names = ("input/kernel", "recurrent/kernel", "bias")
        given = (arrays[f"layers/{layer}/{name}"].astype(np.float64) for name in names)
        options = {"form": config.master_input, "cell": config.cell}
        steps = reference.layer(x, *given, chunk=config.chunk_size, **options)
        layers.append(steps)
        x = np.stack([step.hidden for step in steps])
    scores = x[:-1, 0] @ arrays["embeddings/word"].T + arrays["output/bias"]
    shares = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    return layers, -np.log2(shares[np.arange(len(units)), units])


@pytest.mark.parametrize("name", ["zh", "zh-lstm"])
def test_distances_gates_and_bits_are_those_of_the_equations(folder: Path, name: str) -> None:
    model = OnLstm.load(folder / name)
    layers, bits = by_numpy(folder / name, model.vocabulary.ids(SENTENCE))
    found = model.analyse([SENTENCE])[0]
    assert found.words == SENTENCE
    assert found.known == (True,) * 5
    assert np.allclose(found.surprisal, bits, atol=1e-4)
    for layer, steps in zip(found.layers, layers, strict=True):
        # The first step reads the end of the sentence before.
        forget, input = (
            np.stack([getattr(s, g)[0] for s in steps[1:]]) for g in ("forget", "input")
        )
        assert np.allclose(layer.forget, forget, atol=1e-5)
        assert np.allclose(layer.input, input, atol=1e-5)
        assert np.allclose(layer.distances, 1 - forget.mean(axis=-1), atol=1e-5)


def test_sentences_do_not_change_each_other(model: OnLstm) -> None:
    long = SENTENCE * 9
    many = [SENTENCE[:n] for n in (3, 1, 5, 2)] * 20 + [long]
    together = model.analyse(many)
    for words, found in zip([*many[:4], long], together[:4] + together[-1:], strict=True):
        assert same(model.analyse([words])[0], found)


def test_long_sentences_are_read_in_smaller_batches(
    model: OnLstm, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, shapes = model._read, []

    def watched(inputs: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
        shapes.append(inputs.shape)
        return read(inputs, targets)

    monkeypatch.setattr(model, "_read", watched)
    model.analyse([SENTENCE] * 70 + [["我"] * 100] * 20)
    assert shapes == [(128, 16), (128, 16), (16, 64)]


def test_a_word_that_is_not_known_is_read_as_its_class(model: OnLstm) -> None:
    first, second = model.analyse([["我", "上海"], ["我", "广州"]])
    assert first.known == (True, False)
    assert np.allclose(first.surprisal, second.surprisal)


def test_a_models_characters_are_put_together_to_words(tmp_path: Path) -> None:
    tiny_model.write(tmp_path, unit="character")
    model = OnLstm.load(tmp_path)
    found = model.analyse([["我", "的的", "红"]])[0]
    layers, bits = by_numpy(tmp_path, model.vocabulary.ids("我的的红"))
    assert np.allclose(found.surprisal, [bits[0], bits[1] + bits[2], bits[3]], atol=1e-4)
    # Steps 1, 2 and 4 read the first characters of the words.
    wanted = [1 - layers[1][step].forget[0].mean() for step in (1, 2, 4)]
    assert np.allclose(found.layers[1].distances, wanted, atol=1e-5)


def test_nothing_to_read_is_nothing_found_but_empty_sentences_are_refused(model: OnLstm) -> None:
    assert model.analyse([]) == []
    for words in ([], ["我", ""]):
        with pytest.raises(ValueError, match="empty"):
            model.analyse([["我"], words])


def test_threads_share_a_model(model: OnLstm) -> None:
    alone = model.analyse([SENTENCE])[0]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(model.analyse, [[SENTENCE], [SENTENCE[:2], SENTENCE]] * 4):
            assert same(found[-1], alone)


def test_models_of_a_folder_go_by_their_names(folder: Path, tmp_path: Path) -> None:
    models = OnLstmModels.load(folder)
    assert list(models.languages) == ["zh", "zh-lstm"]
    assert models.languages["zh-lstm"].config.cell == "lstm"
    assert models.languages["zh"].default_layer == 1
    assert models.languages["zh"].default_parser == "shen"
    assert models.device == models.languages["zh"].device
    with pytest.raises(CheckpointError, match="no model"):
        OnLstmModels.load(tmp_path)


PROGRAM = """
import json, sys
from pathlib import Path
from engine.onlstm.analysis import OnLstm
found = OnLstm.load(Path(sys.argv[1])).analyse([sys.argv[2:]])[0]
print(json.dumps([found.surprisal.tolist(), *(l.distances.tolist() for l in found.layers)]))
"""


def test_each_library_reads_the_same(library: Library, folder: Path) -> None:
    got = library.result(PROGRAM, folder / "zh", *SENTENCE)
    _, vocabulary, _ = weights.load(folder / "zh")
    layers, bits = by_numpy(folder / "zh", vocabulary.ids(SENTENCE))
    wanted = [bits, *([1 - s.forget[0].mean() for s in steps[1:]] for steps in layers)]
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(got, wanted, strict=True))
