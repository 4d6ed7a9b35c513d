"""Pack the corpora as tokens, with a segment and whether it is a target for each token.

A pack is a folder of arrays that training maps into memory; README.md tells what is in it.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from engine.models.errors import TokenizerError
from engine.tokenizers.conditions import MOODS, SPEAKERS, segment
from engine.tokenizers.cpm import CPMTokenizer
from training.common.files import read_lines
from training.corpus.dialogues import dialogues, prose
from training.corpus.fewshot.prompts import prompts
from training.corpus.mood import mood, passages
from training.corpus.overlap import Overlap
from training.corpus.plainness import is_plain
from training.corpus.reading import reading
from training.corpus.stories import SIMPLE, general_documents, simple_documents, story_documents
from training.corpus.text import Document, fraction

T = TypeVar("T")

UNSAID = 0.15
"""How often each of a text's conditions is left out, so that a model can do without."""
HELD_OUT_SHARE = 0.015
HELD_OUT_CHARACTERS = 400_000
FEWSHOT_CHARACTERS = 12_000_000
DIALOGUE_TOKENS = 480
"""Longer dialogues become several, each of which begins with the first speaker."""

OLD: Final = {
    "story_wuxia": 0.02,
    "story_history": 0.02,
    "story_essay": 0.01,
    "story_scifi": 0.01,
}
"""Shares of the base mix for manners of writing that a small model learns at the cost of sense."""
MIXES: Final[dict[str, dict[str, float]]] = {
    "base": {
        "dialogue_smile": 0.23,
        "prose_smile": 0.16,
        "sentences": 0.15,
        "story_novel": 0.09,
        "story_children": 0.045,
        "story_modern": 0.04,
        "story_tales": 0.025,
        "fewshot": 0.10,
        "general": 0.07,
        "reading": 0.01,
        "dialogue_emollm": 0.02,
        "dialogue_cpsycoun": 0.02,
        "dialogue_lccc": 0.02,
        "dialogue_kdconv": 0.01,
        "dialogue_oasst": 0.003,
        "dialogue_crosswoz": 0.003,
        "dialogue_talk": 0.005,
        "dialogue_chatterbot": 0.001,
        **OLD,
    },
    "story": {
        "story_tales": 0.14,
        "story_children": 0.18,
        "story_modern": 0.18,
        "story_novel": 0.13,
        "sentences": 0.03,
        "prose_smile": 0.03,
        "fewshot": 0.18,
        "general": 0.04,
        "reading": 0.02,
        **{name: share * 1.2 for name, share in OLD.items()},
    },
    "dialogue": {
        "dialogue_smile": 0.42,
        "dialogue_cpsycoun": 0.06,
        "dialogue_emollm": 0.10,
        "dialogue_talk": 0.16,
        "dialogue_lccc": 0.12,
        "dialogue_kdconv": 0.06,
        "dialogue_oasst": 0.02,
        "dialogue_crosswoz": 0.03,
        "dialogue_chatterbot": 0.01,
        "story_tales": 0.02,
    },
}
"""Shares of the training tokens in each phase: sense first."""


@dataclass
class Shard:
    """Documents one after another."""

    tokens: list[int] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    loss: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    characters: list[int] = field(default_factory=list)

    def add(
        self, tokens: Sequence[int], segments: Sequence[int], loss: Sequence[int], characters: int
    ) -> None:
        """Append a document; `characters` are those of its targets."""
        self.tokens += tokens
        self.segments += segments
        self.loss += loss
        self.starts.append(len(self.tokens))
        self.characters.append(characters)

    def sizes(self) -> dict[str, int]:
        """How much there is of everything; `characters` are those of targets."""
        return {
            "tokens": len(self.tokens),
            "targets": sum(self.loss),
            "characters": sum(self.characters),
            "documents": len(self.characters),
        }

    def save(self, folder: Path, name: str, *, characters: bool = False) -> None:
        """Write NAME.tokens.npy and so on, to be mapped into memory."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{name}.tokens.npy", np.array(self.tokens, dtype=np.uint16))
        np.save(folder / f"{name}.segments.npy", np.array(self.segments, dtype=np.uint8))
        np.save(folder / f"{name}.loss.npy", np.array(self.loss, dtype=np.uint8))
        np.save(folder / f"{name}.starts.npy", np.array(self.starts, dtype=np.int64))
        if characters:
            np.save(folder / f"{name}.characters.npy", np.array(self.characters, dtype=np.int64))


def length_name(characters: int) -> str:
    """The length of engine.tokenizers.conditions.LENGTHS that a text of so many characters has."""
    return "short" if characters <= 200 else "medium" if characters <= 800 else "long"


def held_out_keys(sizes: Mapping[str, int]) -> set[str]:
    """The keys to keep out of training, of characters by key: whole works, by a hash.

    About HELD_OUT_SHARE of all characters; a work that would be too much by itself is passed over.
    """
    room = min(HELD_OUT_SHARE * sum(sizes.values()), HELD_OUT_CHARACTERS)
    chosen = set()
    for key in sorted(sizes, key=lambda key: fraction(f"held out/{key}")):
        if sizes[key] <= room:
            chosen.add(key)
            room -= sizes[key]
    return chosen


def add_text(
    shard: Shard, tokenizer: CPMTokenizer, document: Document, genre: str, moods: Counter[str]
) -> None:
    """A text with its conditions; counts the characters of each mood in `moods`."""
    said = [fraction(f"{kind}/{document.text}") >= UNSAID for kind in ("genre", "mood", "length")]
    told_genre = genre if said[0] else "any"
    told_length = length_name(len(document.text)) if said[2] and genre != "facts" else "any"
    tokens: list[int] = []
    segments: list[int] = []
    story = genre not in ("general", "facts")
    for passage in passages(document.text) if story else [document.text]:
        found = mood(passage, genre) if story else "any"
        moods[found] += len(passage)
        ids = tokenizer.encode(passage)
        tokens += ids
        segments += [segment(told_genre, found if said[1] else "any", told_length)] * len(ids)
    if document.ends:
        tokens.append(tokenizer.id("<eod>"))
        segments.append(segments[-1])
    shard.add(tokens, segments, [1] * len(tokens), len(document.text))


def add_dialogue(shard: Shard, tokenizer: CPMTokenizer, turns: Sequence[str]) -> None:
    """<cls> and the turns, each with <sep>, in one or more parts; replies are the targets."""
    separator = tokenizer.id("<sep>")
    coded = [[*tokenizer.encode(turn), separator] for turn in turns]
    begin = 0
    while begin < len(turns) - 1:
        end, size = begin + 2, 1 + sum(map(len, coded[begin : begin + 2]))
        while end < len(turns) and size + len(coded[end]) <= DIALOGUE_TOKENS:
            size += len(coded[end])
            end += 1
        if end < len(turns) and (end - begin) % 2:
            end -= 1
        tokens, segments, loss = [tokenizer.id("<cls>")], [SPEAKERS[0]], [0]
        for i, ids in enumerate(coded[begin:end]):
            tokens += ids
            segments += [SPEAKERS[i % 2]] * len(ids)
            loss += [int(i > 0)] * len(ids)
        shard.add(tokens, segments, loss, sum(map(len, turns[begin + 1 : end])))
        begin = end


def genre_of(source: str) -> str:
    """The genre of engine.tokenizers.conditions.GENRES that a source's texts have."""
    kind, _, part = source.partition("_")
    if kind == "story":
        return {"tales": "children", "modern": "novel"}.get(part, part)
    return {"general": "general", "sentences": "any", "prose": "any"}.get(kind, "facts")


def _split(
    found: Iterable[T], key: Callable[[T], str], size: Callable[[T], int]
) -> tuple[list[T], list[T]]:
    """Items to train on and items to hold out."""
    items = list(found)
    sizes: Counter[str] = Counter()
    for item in items:
        sizes[key(item)] += size(item)
    out = held_out_keys(sizes)
    return [i for i in items if key(i) not in out], [i for i in items if key(i) in out]


def split_texts(
    source: str, data: Path, fewshot_characters: int = FEWSHOT_CHARACTERS
) -> tuple[list[Document], list[Document]]:
    """Training and held-out documents of a source that is no dialogue."""
    kind, _, part = source.partition("_")
    if source == "fewshot":
        return (
            list(prompts(data, fewshot_characters, held_out=False, seed=1)),
            list(prompts(data, fewshot_characters // 60, held_out=True, seed=2)),
        )
    if kind == "prose":
        trained, kept = split_dialogues(f"dialogue_{part}", data)
        return ([Document("", text, False) for text in prose(trained)], [])
    if source == "general":
        found = general_documents(data)
    elif source == "reading":
        found = reading(data)
    elif part in SIMPLE or source in SIMPLE:
        found = simple_documents(data, part or source)
    else:
        found = story_documents(data, part)
    trained, kept = _split(
        found, lambda document: document.key, lambda document: len(document.text)
    )
    if source == "story_novel":
        trained = [document for document in trained if is_plain(document.text)]
    return trained, kept


def split_dialogues(source: str, data: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Training and held-out dialogues of a source; those that begin alike stay together."""
    found = dialogues(data, source.removeprefix("dialogue_"))
    return _split(found, lambda turns: turns[0], lambda turns: sum(map(len, turns)))


def held_out_texts(source: str, data: Path) -> list[str]:
    """What no source may train on: the held-out texts, and dialogues, of one."""
    if source == "fewshot" or source.startswith("prose_"):
        return []
    if source.startswith("dialogue_"):
        return ["\n".join(turns) for turns in split_dialogues(source, data)[1]]
    return [document.text for document in split_texts(source, data)[1]]


def pack_source(
    source: str,
    data: Path,
    model: Path,
    out: Path,
    kept_out: Overlap,
    fewshot_characters: int = FEWSHOT_CHARACTERS,
) -> dict[str, object]:
    """Write one source, and tell how much it is.

    Args:
        kept_out: the held-out texts of all sources; what has to do with them is not trained on.
    """
    tokenizer = CPMTokenizer(model, words=False)
    train, kept = Shard(), Shard()
    moods: Counter[str] = Counter()
    dropped = 0
    if source.startswith("dialogue_"):
        for shard, talks in zip((train, kept), split_dialogues(source, data), strict=True):
            for turns in talks:
                if shard is train and kept_out.overlaps("\n".join(turns)):
                    dropped += 1
                    continue
                add_dialogue(shard, tokenizer, turns)
    else:
        texts = split_texts(source, data, fewshot_characters)
        for shard, documents in zip((train, kept), texts, strict=True):
            for document in documents:
                if shard is train and source != "fewshot" and kept_out.overlaps(document.text):
                    dropped += 1
                    continue
                add_text(shard, tokenizer, document, genre_of(source), moods)
    train.save(out, source)
    if kept.tokens:
        kept.save(out / "held_out", source, characters=True)
    total = max(moods.total(), 1)
    return {
        **train.sizes(),
        **{f"held_out_{name}": size for name, size in kept.sizes().items()},
        "dropped": dropped,
        "moods": {name: round(moods[name] / total, 4) for name in MOODS if name in moods},
    }


def pack(
    data: Path,
    tokenizer: Path,
    out: Path,
    processes: int = 2,
    fewshot_characters: int = FEWSHOT_CHARACTERS,
    keep_out: Iterable[str] = (),
) -> dict[str, object]:
    """Write all sources and manifest.json. Returns what the manifest says.

    Args:
        keep_out: more texts that are not to be trained on.
    """
    model = tokenizer / "chinese.model"
    sources = sorted({**MIXES["base"], **MIXES["story"], **MIXES["dialogue"]})
    with ProcessPoolExecutor(processes) as pool:
        kept_out = Overlap()
        kept_out.add(keep_out)
        for texts in pool.map(held_out_texts, sources, [data] * len(sources)):
            kept_out.add(texts)
        jobs = {
            source: pool.submit(pack_source, source, data, model, out, kept_out, fewshot_characters)
            for source in sources
        }
        sizes = {source: job.result() for source, job in jobs.items()}
    manifest: dict[str, object] = {
        "tokenizer": hashlib.sha256(model.read_bytes()).hexdigest(),
        "sources": sizes,
        "mixes": MIXES,
    }
    (out / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf8"
    )
    return manifest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="the folder of the corpora")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of chinese.model")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pack")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep-out", type=Path, help="more texts not to train on, one a line")
    options = parser.parse_args()
    try:
        manifest = pack(
            options.corpus,
            options.tokenizer,
            options.out,
            options.processes,
            keep_out=[] if options.keep_out is None else read_lines(options.keep_out),
        )
    except (OSError, TokenizerError) as error:
        parser.error(str(error))
    print(json.dumps(manifest["sources"], ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
