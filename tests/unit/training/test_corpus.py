"""The pack: tokens with conditions and targets, and what is held out."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from engine.tokenizers.conditions import GENRES, SPEAKERS, segment
from engine.tokenizers.cpm import CPMTokenizer
from tests.unit.training.corpus_folder import NUMERALS, TALES, write_corpus, write_tokenizer
from training.corpus.mixes import MIXES, SOURCES
from training.corpus.overlap import Overlap
from training.corpus.pack import pack, pack_source
from training.corpus.shard import DIALOGUE_TOKENS, Shard, add_dialogue, add_text, length_name
from training.corpus.sources import genre_of, held_out_keys, held_out_texts, split
from training.corpus.text import Document
from training.language_model.data import Pack


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="module")
def tokenizer(model: Path) -> CPMTokenizer:
    return CPMTokenizer(model / "chinese.model", words=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory, data: Path, model: Path) -> Path:
    out = tmp_path_factory.mktemp("pack")
    pack(data, model, out, processes=1, fewshot_characters=60_000)
    return out


def test_a_text_ends_with_a_mark_if_it_really_ends(tokenizer: CPMTokenizer) -> None:
    for ends in (True, False):
        shard = Shard()
        add_text(shard, tokenizer, Document("key", TALES[0], ends), "children")
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
        shard = Shard()
        add_text(shard, tokenizer, Document("key", f"{i}" + text), "novel")
        found.add(frozenset(shard.segments))
        assert set(shard.moods) == {"sad", "bright"}
    assert wanted in found
    assert {segment("any", "sad", "medium"), segment("any", "bright", "medium")} in found
    assert {segment("novel", "any", "medium")} in found


def test_conditions_are_sometimes_left_out(tokenizer: CPMTokenizer) -> None:
    shard = Shard()
    for i in range(600):
        add_text(shard, tokenizer, Document("key", f"{i}。"), "essay")
    first = Counter(shard.segments[start] for start in shard.starts[:-1])
    assert 0.65 < first[segment("essay", "any", "short")] / 600 < 0.8
    assert first[segment("any", "any", "short")] > 40
    assert first[segment("essay", "any", "any")] > 40


def test_lists_of_facts_have_no_length(tokenizer: CPMTokenizer) -> None:
    shard = Shard()
    for i in range(50):
        add_text(shard, tokenizer, Document("key", f"{i}的首都是京\n"), "facts")
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


def test_mixes_are_weights_of_sources_that_the_base_mix_has() -> None:
    for mix in MIXES.values():
        assert all(weight > 0 for weight in mix.values())
        assert mix.keys() <= MIXES["base"].keys()
    assert set(SOURCES) == MIXES["base"].keys()


@pytest.mark.parametrize(
    ("source", "genre"),
    [
        ("story_novel", "novel"),
        ("story_tales", "children"),
        ("story_modern", "novel"),
        ("sentences", "any"),
        ("prose_smile", "any"),
        ("general", "general"),
        ("fewshot", "facts"),
        ("reading", "facts"),
    ],
)
def test_genres(source: str, genre: str) -> None:
    assert genre_of(source) == genre
    assert genre in ("any", *GENRES)


def test_a_pack(packed: Path, tokenizer: CPMTokenizer) -> None:
    manifest = json.loads((packed / "manifest.json").read_text(encoding="utf8"))
    assert manifest["mixes"] == MIXES
    assert manifest["sources"].keys() == set(SOURCES)
    measured = Pack(packed).measured("base")
    assert {"story_modern", "dialogue_talk", "dialogue_oasst", "sentences"} <= set(measured)
    assert not [name for name in measured if name.startswith("prose_")]
    for name, sizes in manifest["sources"].items():
        assert sizes["tokens"] > 0, name
        assert (sizes["held_out_tokens"] > 0) is (name in measured)
        held_out = [(packed / "held_out", "held_out_")] if name in measured else []
        for folder, prefix in ((packed, ""), *held_out):
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
        if held_out:
            characters = np.load(packed / "held_out" / f"{name}.characters.npy")
            assert len(characters) == sizes["held_out_documents"]
            assert characters.sum() == sizes["held_out_characters"]
    tokens = np.load(packed / "reading.tokens.npy")
    assert tokenizer.decode(tokens.tolist()).startswith("段落：")


def test_conditions_of_the_new_sources(packed: Path) -> None:
    def conditions(source: str) -> set[int]:
        return set(np.load(packed / f"{source}.segments.npy").tolist())

    assert segment("children", "any", "short") in conditions("story_tales")
    assert segment("novel", "any", "short") in conditions("story_modern")
    for source in ("sentences", "prose_smile"):
        allowed = {segment("any", "any", length) for length in ("any", "short", "medium")}
        assert conditions(source) <= allowed, source
    assert conditions("dialogue_talk") == conditions("dialogue_oasst") == set(SPEAKERS)


def test_sentences_and_replies_do_not_end_a_text(packed: Path, tokenizer: CPMTokenizer) -> None:
    def ends(source: str) -> bool:
        return tokenizer.id("<eod>") in np.load(packed / f"{source}.tokens.npy")

    assert [ends(name) for name in ("sentences", "prose_smile", "story_modern")] == [0, 0, 1]


def test_held_out_text_is_in_no_other_source(
    data: Path, model: Path, tokenizer: CPMTokenizer, tmp_path: Path
) -> None:
    held_out = Overlap()
    trained, kept = split("story_modern", data)
    held_out.add(held_out_texts("sentences", data))
    held_out.add([trained[3].text])
    sizes = pack_source("story_modern", data, model / "chinese.model", tmp_path, held_out)
    assert sizes["dropped"] == 1
    assert sizes["documents"] == len(trained) - 1
    assert sizes["held_out_documents"] == len(kept)
    text = tokenizer.decode(np.load(tmp_path / "story_modern.tokens.npy").tolist())
    assert trained[2].text in text
    assert trained[3].text not in text


def test_replies_of_held_out_dialogues_are_no_prose(data: Path) -> None:
    replies = {turn for text in held_out_texts("dialogue_smile", data) for turn in text.split("\n")}
    trained, kept = split("prose_smile", data)
    assert replies and trained and not kept
    assert not replies & {item.text for item in trained}
    assert held_out_texts("prose_smile", data) == held_out_texts("fewshot", data) == []


def test_more_texts_can_be_kept_out(data: Path, model: Path, tmp_path: Path) -> None:
    wanted = split("sentences", data)[0][0].text
    pack(data, model, tmp_path, processes=1, fewshot_characters=6000, keep_out=[wanted])
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf8"))
    assert manifest["sources"]["sentences"]["dropped"] == 1


def test_only_plain_novels_are_trained_on(data: Path) -> None:
    assert split("story_novel", data)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.corpus.sources.is_plain", lambda text: False)
        assert split("story_novel", data)[0] == []
        assert split("story_wuxia", data)[0]


def test_a_source_that_there_is_not(data: Path) -> None:
    with pytest.raises(ValueError, match="no source 'poems'"):
        split("poems", data)


def test_nothing_held_out_is_in_training(packed: Path, tokenizer: CPMTokenizer) -> None:
    def turns(folder: Path) -> set[str]:
        tokens = np.load(folder / "dialogue_lccc.tokens.npy").tolist()
        starts = np.load(folder / "dialogue_lccc.starts.npy").tolist()
        ends = [tokens.index(tokenizer.id("<sep>"), start) for start in starts[:-1]]
        return {tokenizer.decode(tokens[a:b]) for a, b in zip(starts, ends, strict=False)}

    held_out = turns(packed / "held_out")
    assert held_out
    assert not held_out & turns(packed)
