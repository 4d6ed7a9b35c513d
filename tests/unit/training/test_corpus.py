"""The pack: tokens with conditions and targets, and what is held out."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from engine.tokenizers.conditions import SPEAKERS, segment
from engine.tokenizers.cpm import CPMTokenizer
from tests.unit.training.corpus_folder import NUMERALS, TALES, write_corpus, write_tokenizer
from training.corpus.pack import (
    DIALOGUE_TOKENS,
    MIXES,
    Shard,
    add_dialogue,
    add_text,
    held_out_keys,
    length_name,
    pack,
)
from training.corpus.text import Document


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="module")
def tokenizer(model: Path) -> CPMTokenizer:
    return CPMTokenizer(model / "chinese.model", words=False)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    out = folder / "out"
    pack(write_corpus(folder / "data"), model, out, processes=1, fewshot_characters=60_000)
    return out


def test_a_text_ends_with_a_mark_if_it_really_ends(tokenizer: CPMTokenizer) -> None:
    for ends in (True, False):
        shard = Shard()
        add_text(shard, tokenizer, Document("key", TALES[0], ends), "children", Counter())
        assert tokenizer.decode(shard.tokens) == TALES[0]
        assert (shard.tokens[-1] == tokenizer.id("<eod>")) is ends
        assert shard.loss == [1] * len(shard.tokens)
        assert shard.starts == [0, len(shard.tokens)]
        assert shard.characters == [len(TALES[0])]


def test_a_mood_changes_within_a_text(tokenizer: CPMTokenizer) -> None:
    text = "她流着眼泪，伤心极了。" * 28 + "他高兴地笑着，唱起歌。" * 28
    wanted = {segment("novel", mood, "medium") for mood in ("sad", "bright")}
    found: set[frozenset[int]] = set()
    for i in range(200):
        shard, moods = Shard(), Counter[str]()
        add_text(shard, tokenizer, Document("key", f"{i}" + text), "novel", moods)
        found.add(frozenset(shard.segments))
        assert set(moods) == {"sad", "bright"}
    assert wanted in found
    assert {segment("any", "sad", "medium"), segment("any", "bright", "medium")} in found
    assert {segment("novel", "any", "medium")} in found


def test_conditions_are_sometimes_left_out(tokenizer: CPMTokenizer) -> None:
    shard = Shard()
    for i in range(600):
        add_text(shard, tokenizer, Document("key", f"{i}。"), "essay", Counter())
    first = Counter(shard.segments[start] for start in shard.starts[:-1])
    assert 0.65 < first[segment("essay", "any", "short")] / 600 < 0.8
    assert first[segment("any", "any", "short")] > 40
    assert first[segment("essay", "any", "any")] > 40


def test_lists_of_facts_have_no_length(tokenizer: CPMTokenizer) -> None:
    shard = Shard()
    for i in range(50):
        add_text(shard, tokenizer, Document("key", f"{i}的首都是京\n"), "facts", Counter())
    assert set(shard.segments) == {segment("facts"), segment("any")}


def test_speakers_alternate_and_replies_are_targets(tokenizer: CPMTokenizer) -> None:
    shard = Shard()
    add_dialogue(shard, tokenizer, ["你好", "好", "再见"])
    first, second = SPEAKERS
    separator = tokenizer.id("<sep>")
    turns = [[*tokenizer.encode(turn), separator] for turn in ("你好", "好", "再见")]
    assert shard.tokens == [tokenizer.id("<cls>"), *turns[0], *turns[1], *turns[2]]
    a, b, c = map(len, turns)
    assert shard.segments == [first] * (1 + a) + [second] * b + [first] * c
    assert shard.loss == [0] * (1 + a) + [1] * (b + c)
    assert shard.characters == [len("好再见")]


def test_a_long_dialogue_becomes_several(tokenizer: CPMTokenizer) -> None:
    shard = Shard()
    turns = [f"{i}" + NUMERALS * 4 for i in range(40)]
    add_dialogue(shard, tokenizer, turns)
    parts = [shard.tokens[a:b] for a, b in zip(shard.starts[:-1], shard.starts[1:], strict=True)]
    assert len(parts) > 3
    assert all(len(part) <= DIALOGUE_TOKENS for part in parts)
    assert all(part[0] == tokenizer.id("<cls>") for part in parts)
    assert all(part.count(tokenizer.id("<sep>")) % 2 == 0 for part in parts)
    assert tokenizer.decode(shard.tokens) == "".join(turns)


def test_whole_works_are_held_out() -> None:
    sizes = {f"work {i}": 1000 + i for i in range(1000)} | {"huge": 10**6}
    chosen = held_out_keys(sizes)
    held_out = sum(sizes[key] for key in chosen)
    assert "huge" not in chosen
    assert 0.014 < held_out / sum(sizes.values()) <= 0.015
    assert chosen == held_out_keys(dict(reversed(sizes.items())))


@pytest.mark.parametrize(("size", "name"), [(200, "short"), (800, "medium"), (801, "long")])
def test_lengths(size: int, name: str) -> None:
    assert length_name(size) == name


def test_mixes_are_shares() -> None:
    for mix in MIXES.values():
        assert sum(mix.values()) == pytest.approx(1)
        assert mix.keys() <= MIXES["base"].keys()


def test_a_pack(packed: Path, tokenizer: CPMTokenizer) -> None:
    manifest = json.loads((packed / "manifest.json").read_text(encoding="utf8"))
    assert manifest["mixes"] == MIXES
    for name, sizes in manifest["sources"].items():
        for folder, prefix in ((packed, ""), (packed / "held_out", "held_out_")):
            tokens, segments, loss, starts = (
                np.load(folder / f"{name}.{kind}.npy", mmap_mode="r")
                for kind in ("tokens", "segments", "loss", "starts")
            )
            assert (tokens.dtype, segments.dtype, loss.dtype) == (np.uint16, np.uint8, np.uint8)
            assert len(tokens) == len(segments) == len(loss) == starts[-1]
            assert (np.diff(starts) > 0).all()
            assert sizes[f"{prefix}tokens"] == len(tokens)
            assert sizes[f"{prefix}targets"] == int(loss.sum())
            assert sizes[f"{prefix}documents"] == len(starts) - 1
        assert len(np.load(packed / "held_out" / f"{name}.characters.npy")) == len(starts) - 1
        assert sizes["tokens"] > 0, name
    tokens = np.load(packed / "reading.tokens.npy")
    assert tokenizer.decode(tokens.tolist()).startswith("段落：")


def test_nothing_held_out_is_in_training(packed: Path, tokenizer: CPMTokenizer) -> None:
    def turns(folder: Path) -> set[str]:
        tokens = np.load(folder / "dialogue_lccc.tokens.npy").tolist()
        starts = np.load(folder / "dialogue_lccc.starts.npy").tolist()
        ends = [tokens.index(tokenizer.id("<sep>"), start) for start in starts[:-1]]
        return {tokenizer.decode(tokens[a:b]) for a, b in zip(starts, ends, strict=False)}

    held_out = turns(packed / "held_out")
    assert held_out
    assert not held_out & turns(packed)
