"""The sources of a pack, each in two parts: what is trained on, and what is held out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from training.corpus.dialogues import Dialogue, dialogues, prose
from training.corpus.fewshot.prompts import prompts
from training.corpus.plainness import is_plain
from training.corpus.reading import reading
from training.corpus.stories import SIMPLE, general_documents, simple_documents, story_documents
from training.corpus.text import Document, fraction

HELD_OUT_SHARE: Final = 0.015
HELD_OUT_CHARACTERS: Final = 400_000
FEWSHOT_CHARACTERS: Final = 12_000_000
_GENRES: Final = {
    "story_tales": "children",
    "story_modern": "novel",
    "sentences": "any",
    "prose_smile": "any",
    "general": "general",
    "fewshot": "facts",
    "reading": "facts",
}

Item = Document | Dialogue
Split = tuple[list[Item], list[Item]]


def genre_of(source: str) -> str:
    """The genre of engine.tokenizers.conditions.GENRES that a source's texts have."""
    return _GENRES.get(source) or source.removeprefix("story_")


def held_out_keys(sizes: Mapping[str, int]) -> set[str]:
    """The keys to keep out of training, of characters by key: whole works, by a hash.

    About HELD_OUT_SHARE of all characters, HELD_OUT_CHARACTERS at most; a work that would be too
    much by itself is passed over.
    """
    room = min(HELD_OUT_SHARE * sum(sizes.values()), HELD_OUT_CHARACTERS)
    chosen = set()
    for key in sorted(sizes, key=lambda key: fraction(f"held out/{key}")):
        if sizes[key] <= room:
            chosen.add(key)
            room -= sizes[key]
    return chosen


def split(source: str, data: Path, fewshot_characters: int = FEWSHOT_CHARACTERS) -> Split:
    """What of a source is trained on, and what is held out.

    Args:
        source: a name of training.corpus.mixes.SOURCES.
        data: the folder of the corpora.
    """
    if source == "fewshot":
        return (
            list(prompts(data, fewshot_characters, held_out=False, seed=1)),
            list(prompts(data, fewshot_characters // 60, held_out=True, seed=2)),
        )
    if source.startswith("prose_"):
        trained, _ = split(source.replace("prose_", "dialogue_"), data)
        talks = (item.turns for item in trained if isinstance(item, Dialogue))
        return [Document("", text, ends=False) for text in prose(talks)], []
    items = list(_items(source, data))
    sizes: Counter[str] = Counter()
    for item in items:
        sizes[item.key] += item.characters
    chosen = held_out_keys(sizes)
    trained = [item for item in items if item.key not in chosen]
    if source == "story_novel":
        trained = [item for item in trained if is_plain(item.text)]
    return trained, [item for item in items if item.key in chosen]


def held_out_texts(source: str, data: Path) -> list[str]:
    """What no source may train on: the held-out texts and dialogues of one.

    Few-shot prompts are held out by what they ask, and share their form with all others.
    """
    return [] if source == "fewshot" else [item.text for item in split(source, data)[1]]


def _items(source: str, data: Path) -> Iterable[Item]:
    """All that there is of a source."""
    match source.split("_"):
        case ["dialogue", name]:
            return (Dialogue(tuple(turns)) for turns in dialogues(data, name))
        case ["story", kind] if kind not in SIMPLE:
            return story_documents(data, kind)
        case ["story", kind] | ["sentences" as kind]:
            return simple_documents(data, kind)
        case ["general"]:
            return general_documents(data)
        case ["reading"]:
            return reading(data)
    raise ValueError(f"there is no source {source!r}")
