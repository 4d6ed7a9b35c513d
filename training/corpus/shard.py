"""Documents of a source as tokens, with a segment and whether it is a target for each token."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.tokenizers.conditions import SPEAKERS, segment
from engine.tokenizers.cpm import CPMTokenizer
from training.corpus.mood import mood, passages
from training.corpus.text import Document, fraction

UNSAID = 0.15
"""How often each of a text's conditions is left out, so that a model can do without."""
DIALOGUE_TOKENS = 480
"""Longer dialogues become several, each of which begins with the first speaker."""


@dataclass
class Shard:
    """Documents one after another.

    Attributes:
        moods: characters of stories by the mood that was found in them.
    """

    tokens: list[int] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    loss: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    characters: list[int] = field(default_factory=list)
    moods: Counter[str] = field(default_factory=Counter)

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


def add_text(shard: Shard, tokenizer: CPMTokenizer, document: Document, genre: str) -> None:
    """A text with its conditions, `<eod>` at its end."""
    unsaid = {
        kind: fraction(f"{kind}/{document.text}") < UNSAID for kind in ("genre", "mood", "length")
    }
    length = length_name(len(document.text))
    if unsaid["length"] or genre == "facts":
        length = "any"
    tokens: list[int] = []
    segments: list[int] = []
    story = genre not in ("general", "facts")
    for passage in passages(document.text) if story else [document.text]:
        found = mood(passage, genre) if story else "any"
        shard.moods[found] += len(passage)
        ids = tokenizer.encode(passage)
        condition = segment(
            "any" if unsaid["genre"] else genre, "any" if unsaid["mood"] else found, length
        )
        tokens += ids
        segments += [condition] * len(ids)
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
