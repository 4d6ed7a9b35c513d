"""Training ON-LSTMs: sentences, packs, the network, runs that go on, export and measuring."""

import argparse
import math
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from engine.models.errors import CheckpointError
from engine.onlstm.analysis import OnLstm
from engine.onlstm.config import OnLstmConfig
from engine.onlstm.vocabulary import END, UNKNOWN, Vocabulary
from training.common.command import prefetched
from training.common.state import learned, read_state
from training.onlstm import corpus as onlstm_corpus
from training.onlstm.data import Pack, encode, pack_ptb, pack_sentences, shuffled, side_by_side
from training.onlstm.evaluate import perplexities
from training.onlstm.export import export
from training.onlstm.network import Dropouts, Network
from training.onlstm.run import OnLstmRun

CONFIG = OnLstmConfig(vocabulary_size=20, embedding_size=8, hidden_sizes=(12, 8), chunk_size=4)


def network(**changes: Any) -> Network:
    """4 streams of windows of 5 words."""
    keras.utils.set_random_seed(1)
    given = {"streams": 4, "length": 5, "running": False, **changes}
    found = Network(given.pop("config", CONFIG), **given)
    found.build()
    for variable in found.learned.values():
        variable.assign(keras.random.normal(variable.shape, stddev=0.4))
    found.compile(optimizer=keras.optimizers.SGD(0.1))
    return found


def batch(seed: int = 0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    names = ("tokens", "targets")
    return {name: random.integers(0, 20, (5, 4)).astype("int32") for name in names}


def write_sentences(folder: Path) -> Path:
    """Sentences of six sources, enough for a few windows."""
    random = np.random.default_rng(0)
    for source in ("novel", "children", "tech", "wiki", "smile", "tatoeba"):
        for name, count in ((source, 80), (f"{source}.held_out", 20)):
            lines = (
                " ".join(random.choice(list("天地人日月山水火木金"), random.integers(2, 7)))
                for _ in range(count)
            )
            (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf8")
    return folder


def options(pack: Path, run: Path, **changes: Any) -> argparse.Namespace:
    """Of training.onlstm.train."""
    given = {
        **dict(pack=pack, run=run, init=None, steps=6, schedule="wsd", warmup=1, decay=2),
        **dict(optimizer="adamw", rate=0.01, adam_ratio=1.0, weight_decay=0.01, streams=8),
        **dict(length=6, threads=1, precision="float32", seed=0, cell="onlstm", chunk=4),
        **dict(master_input="complement", embedding=8, hidden=[12, 8], drop_words=0.0),
        **dict(drop_embedding=0.0, drop_hidden_layers=0.0, drop_output=0.0, drop_recurrent=0.0),
        **dict(penalty_activation=0.0, penalty_temporal=0.0),
    }
    return argparse.Namespace(**given | changes)


def test_chinese_sentences_have_no_punctuation_and_half_are_clauses() -> None:
    text = "秋天的树叶很红，我们都很喜欢看。Hello! 短句。" * 3 + "春天来了，北京的花都开了吗？"
    found = list(onlstm_corpus.chinese_sentences(text, "jieba"))
    plain = {"".join(words) for words in found}
    whole = {"秋天的树叶很红我们都很喜欢看", "春天来了北京的花都开了吗"}
    clauses = {"秋天的树叶很红", "我们都很喜欢看", "北京的花都开了吗"}
    assert plain <= whole | clauses
    assert plain
    assert all(len(words) > 1 for words in found)


def test_english_sentences_are_cut_as_the_treebank_does() -> None:
    text = 'He said: "I don\'t know the <unk> men." She left.'
    assert list(onlstm_corpus.english_sentences(text)) == [
        ["he", "said", "i", "do", "n't", "know", "the", UNKNOWN, "men"],
        ["she", "left"],
    ]


def test_the_sentences_of_a_corpus_are_held_out_by_document(tmp_path: Path) -> None:
    (tmp_path / "qa").mkdir()
    lines = [
        f"我们今天去了第{i}个很远的地方。\tWe went to place number {i} today." for i in range(300)
    ]
    (tmp_path / "qa" / "tatoeba_zh_en.tsv").write_text("\n".join(lines * 2), encoding="utf8")
    out = tmp_path / "sentences"
    out.mkdir()
    for source in ("tatoeba", "english_tatoeba"):
        made = onlstm_corpus.write_source(source, tmp_path, out, "jieba")
        train, held = (
            [" ".join(w) for w in onlstm_corpus.read_sentences(out, source, held_out=h)]
            for h in (False, True)
        )
        assert made["sentences"] == 300 == len({*train, *held}) == len(train) + len(held)
        assert 1 <= len(held) <= 15
        assert onlstm_corpus.write_source(source, tmp_path, out, "jieba")["there"]


def test_a_text_is_read_side_by_side_without_a_gap() -> None:
    text = np.arange(1, 24).astype(np.uint16)
    windows = list(side_by_side(text, streams=2, length=4))
    assert len(windows) == 2
    targets = np.concatenate([w["targets"] for w in windows])
    assert targets.T.tolist() == [list(range(1, 9)), list(range(9, 17))]
    inputs = np.concatenate([w["tokens"] for w in windows])
    assert inputs.T.tolist() == [list(range(8)), list(range(8, 16))]
    whole = list(side_by_side(text, streams=2, length=4, whole=True))
    told = np.concatenate([w["targets"] for w in whole]).T.ravel()
    assert told.tolist() == [*range(1, 24), -1]
    again = list(side_by_side(text, streams=2, length=4, start=1))
    assert len(again) == 1
    assert np.array_equal(again[0]["tokens"], windows[1]["tokens"])


def test_shuffling_keeps_sentences_whole() -> None:
    text = np.array([3, 1, 0, 2, 0, 5, 6, 7, 0])
    found = shuffled(text, np.random.default_rng(2))
    sentences = [sentence.strip() for sentence in " ".join(map(str, found)).split(" 0")]
    assert sorted(sentences) == ["", "2", "3 1", "5 6 7"]
    assert found[-1] == 0
    assert found.tolist() != text.tolist()


def test_batches_go_on_where_a_run_stopped(tmp_path: Path) -> None:
    pack_sentences(write_sentences(tmp_path), tmp_path / "pack", "zh", "word", 30)
    pack = Pack(tmp_path / "pack")
    steps = pack.steps_an_epoch(streams=8, length=6)
    straight = pack.batches(streams=8, length=6)
    found = [next(straight) for _ in range(2 * steps + 1)]
    for start in (1, steps, 2 * steps):
        first = next(pack.batches(streams=8, length=6, start=start))
        assert np.array_equal(first["targets"], found[start]["targets"])
    assert not np.array_equal(found[0]["targets"], found[steps]["targets"])
    with pytest.raises(ValueError, match="less than"):
        pack.steps_an_epoch(streams=1000, length=1000)


def test_a_pack_tells_what_is_in_it(tmp_path: Path) -> None:
    manifest = pack_sentences(write_sentences(tmp_path), tmp_path / "pack", "zh", "word", 15)
    pack = Pack(tmp_path / "pack")
    assert manifest["sentences"] == 480 == (pack.train == 0).sum()
    # 15 rows: END, <unk>, six classes and seven of the ten words.
    assert 0.1 < manifest["unknown_share"] < 0.4
    assert pack.sources == ["novel", "children", "tech", "wiki", "smile", "tatoeba"]
    assert (pack.held_out("wiki") == 0).sum() == 20


def test_the_penn_treebank_is_packed_without_the_lines_to_be_parsed(tmp_path: Path) -> None:
    lines = [f" the <unk> of N word{i} " for i in range(4000)]
    for name, some in (("train", lines), ("valid", lines[:7]), ("test", lines[:5])):
        (tmp_path / f"ptb.{name}.txt").write_text("\n".join(some) + "\n")
    pack_ptb(tmp_path, tmp_path / "pack")
    pack = Pack(tmp_path / "pack")
    assert pack.running
    assert (pack.train == 0).sum() == 4000 - 3911
    assert [pack.vocabulary.words[i] for i in pack.train[:6]] == [
        *("the", UNKNOWN, "of", "N", "word3911", END),
    ]
    assert len(pack.vocabulary) == 4000 + 3 + 2


@pytest.mark.parametrize("running", [False, True])
def test_a_window_goes_on_where_the_one_before_ended(running: bool) -> None:
    parts = [batch(0), batch(1)]
    for part in parts:
        part["tokens"][1:4] = np.maximum(part["tokens"][1:4], 1)
        part["tokens"][0] = [0, 3, 0, 4]
    joined = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    half, whole = network(running=running), network(running=running, length=10)
    for name, variable in half.learned.items():
        variable.assign(whole.learned[name])
    got = half.mean_nats(parts)
    assert got == pytest.approx(whole.mean_nats([joined]), abs=1e-5)
    assert abs(got - np.mean([half.mean_nats([part]) for part in parts])) > 1e-3


def test_an_end_of_a_sentence_begins_anew_unless_the_text_is_running() -> None:
    first, second = batch(0), batch(0)
    first["tokens"][2] = second["tokens"][2] = 0
    second["tokens"][:2] = (first["tokens"][:2] + 7) % 19 + 1
    for running in (False, True):
        model = network(running=running)
        outputs = []
        for given in (first, second):
            for pair in model.states:
                for state in pair:
                    state.assign(ops.zeros_like(state))
            outputs.append(ops.convert_to_numpy(model(given))[2:])
        assert np.allclose(outputs[0], outputs[1], atol=1e-6) is not running


def test_measuring_leaves_training_as_it_was() -> None:
    model = network()
    model.train_on_batch(batch(0), batch(0)["targets"])
    before = [ops.convert_to_numpy(v).copy() for v in model.variables]
    first = model.mean_nats([batch(1), batch(2)])
    assert first == pytest.approx(model.mean_nats([batch(1), batch(2)]))
    assert all(
        np.array_equal(a, ops.convert_to_numpy(v))
        for a, v in zip(before, model.variables, strict=True)
    )


def test_the_loss_is_that_of_the_engine(tmp_path: Path) -> None:
    """The same words by the engine's forward pass, which reads each sentence by itself."""
    sentences = [["天", "地", "人"], ["山", "水"], ["日"]]
    vocabulary = Vocabulary.build({word: 1 for s in sentences for word in s}, 20, "zh")
    config = OnLstmConfig(
        vocabulary_size=len(vocabulary), embedding_size=8, hidden_sizes=(12, 8), chunk_size=4
    )
    model = network(config=config, streams=1, length=9)
    text = encode(sentences, vocabulary)
    got = model.mean_nats(side_by_side(text, streams=1, length=9, whole=True))
    from engine.onlstm.weights import Settings

    arrays = {name: ops.convert_to_numpy(v) for name, v in model.learned.items()}
    engine = OnLstm(Settings(config), vocabulary, arrays)
    bits = sum(found.surprisal.sum() for found in engine.analyse(sentences))
    ends = []
    for words in sentences:
        # The end is a word that the engine reads like any other.
        ends.append(engine.analyse([[*words, END]])[0].surprisal[-1])
    assert got == pytest.approx((bits + sum(ends)) * math.log(2) / len(text), rel=1e-4)


@pytest.mark.slow
def test_dropouts_and_penalties_change_training_only() -> None:
    plain = network()
    drops = Dropouts(0.2, 0.3, 0.3, 0.3, 0.4, activation=2.0, temporal=1.0)
    dropped = network(dropouts=drops)
    for name, variable in dropped.learned.items():
        variable.assign(plain.learned[name])
    assert dropped.mean_nats([batch()]) == pytest.approx(plain.mean_nats([batch()]), abs=1e-6)
    losses = [
        m.train_on_batch(batch(), batch()["targets"], return_dict=True) for m in (plain, dropped)
    ]
    assert losses[0]["nats"] == pytest.approx(losses[0]["loss"], abs=1e-6)
    assert losses[1]["loss"] > losses[1]["nats"] + 1e-3
    assert abs(losses[1]["nats"] - losses[0]["nats"]) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "form"), [("onlstm", "reverse"), ("lstm", "complement")])
def test_a_text_of_one_sentence_is_learned(cell: str, form: str) -> None:
    config = OnLstmConfig(
        vocabulary_size=20,
        embedding_size=8,
        hidden_sizes=(12, 8),
        chunk_size=4,
        cell=cell,
        master_input=form,
    )
    model = network(config=config)
    model.compile(optimizer=keras.optimizers.Adam(0.05))
    text = np.tile([5, 9, 3, 7, 0], 16)
    windows = list(side_by_side(text, streams=4, length=5))
    for _ in range(30):
        for given in windows:
            model.train_on_batch(given, given["targets"])
    assert model.mean_nats(windows) < 0.2


@pytest.mark.slow
def test_a_run_goes_on_after_a_stop_and_is_exported(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    pack_sentences(write_sentences(tmp_path), folder, "zh", "word", 30)
    with pytest.raises(CheckpointError, match="no run"):
        read_state(tmp_path / "run")
    for steps in (3, 6):
        run = OnLstmRun(options(folder, tmp_path / "run", steps=steps, decay=0))
        assert run.step == steps - 3
        run.fit(prefetched(run.batches()))
    assert run.step == 6
    _, state = read_state(tmp_path / "run")
    for name, variable in run.network.learned.items():
        assert np.array_equal(learned(state)[name], ops.convert_to_numpy(variable))
    found = run.held_out()
    assert found.keys() == set(run.pack.sources)
    assert all(2 < value < 40 for value in found.values())
    tuned = OnLstmRun(options(folder, tmp_path / "tuned", init=tmp_path / "run"))
    assert tuned.step == 0
    assert tuned.held_out()["wiki"] == pytest.approx(found["wiki"], abs=0.01)

    export(tmp_path / "run", tmp_path / "model", 0, "shen")
    model = OnLstm.load(tmp_path / "model")
    assert (model.default_layer, model.default_parser) == (0, "shen")
    exact, narrow = (perplexities(tmp_path / name, run.pack) for name in ("run", "model"))
    assert exact["wiki"] == pytest.approx(found["wiki"], rel=0.02)
    assert narrow["all"] == pytest.approx(exact["all"], rel=0.02)
    pack_sentences(tmp_path, tmp_path / "other", "zh", "word", 15)
    with pytest.raises(ValueError, match="vocabulary"):
        perplexities(tmp_path / "model", Pack(tmp_path / "other"))


@pytest.mark.corpus
@pytest.mark.skipif(not os.environ.get("LM_DATA"), reason="LM_DATA names no corpus")
def test_the_real_sentences_of_tatoeba_are_mostly_kept(tmp_path: Path) -> None:
    corpus = Path(os.environ["LM_DATA"])
    made = onlstm_corpus.write_source("english_tatoeba", corpus, tmp_path, "jieba")
    assert 25_000 < int(str(made["sentences"])) < 29_054
