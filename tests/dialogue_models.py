"""Dialogue models of random weights, and one that says a few sentences and is quick."""

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from engine.models.catalogue import ModelSpec
from engine.models.registry import Models
from engine.tokenizers import WordPieceTokenizer, read_vocabulary
from engine.tokenizers.conditions import NUM_SEGMENTS
from engine.transformer.language_model import LanguageModel
from tests.unit.engine.generation.toy import LetterStream, ToyDecoder, ToyModel
from tests.unit.engine.transformer.tiny import RandomWeights, tiny_config

SPECIALS = "[PAD] [UNK] [CLS] [SEP] [speaker1] [speaker2]".split()
CHARACTERS = "你好吗我很今天气不错的是啊了，。！？想去哪里吃什么有没人他她它们说话来"


def talker(folder: Path, family: str = "nezha", *, positions: int = 200) -> LanguageModel:
    """A model that talks nonsense: [CLS] u0 [SEP] u1 [SEP], or with CDial-GPT's speakers."""
    vocabulary = folder / f"{family}.txt"
    vocabulary.write_text("\n".join([*SPECIALS, *CHARACTERS]), encoding="utf-8")
    size = len(SPECIALS) + len(CHARACTERS)
    config = tiny_config(family, vocab_size=size, max_positions=positions)
    tokenizer = WordPieceTokenizer(read_vocabulary(vocabulary), characters=family == "cdial")
    return LanguageModel.build(config, RandomWeights(config), tokenizer, name=family)


SENTENCES = (
    "今天天气不错，想去哪里？",
    "我想去吃好吃的。",
    "你好吗？我很好。",
    "好啊，去吃什么？",
    "我没有想好，你说呢？",
    "他们也来吗？",
)
PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted(set("".join(SENTENCES) + CHARACTERS)))
END = PIECES.index("[SEP]")


class ChatTokenizer:
    """A piece a character, and BERT's specials."""

    vocab_size = len(PIECES)
    pad_id, unk_id, bos_id, eos_id = range(4)
    newline_id = None

    def encode(self, text: str) -> list[int]:
        return [PIECES.index(c) if c in PIECES else self.unk_id for c in text]

    def decode(self, ids) -> str:
        return "".join(PIECES[id] for id in ids if id > END)

    def piece(self, id: int) -> str:
        return PIECES[id]

    def id(self, piece: str) -> int:
        bundled = {"<cls>": "[CLS]", "<sep>": "[SEP]"}
        return PIECES.index(bundled.get(piece, piece))

    def text_stream(self) -> LetterStream:
        return LetterStream(self)


class ChatDecoder(ToyDecoder):
    """Takes its time for each pass."""

    seconds = 0.0

    def extend(self, chunks: Any, *, every_position: bool = False) -> Any:
        time.sleep(self.seconds)
        return super().extend(chunks, every_position=every_position)


class ChatModel(ToyModel):
    """A bigram table of a few sentences, which says one after another of them.

    Args:
        seconds: for each pass.
    """

    def __init__(
        self, seconds: float = 0.0, *, positions: int = 200, family: str = "nezha"
    ) -> None:
        table = np.full((len(PIECES), len(PIECES)), -4.0, np.float32)
        for sentence in SENTENCES:
            ids = [END, *map(PIECES.index, sentence), END]
            for before, after in pairwise(ids):
                table[before, after] = 4.0
        super().__init__(table, positions=positions)
        self.seconds = seconds
        self.tokenizer = ChatTokenizer()
        self.config = replace(self.config, family=family, num_segments=NUM_SEGMENTS)

    def decoder(self, slots: int = 1) -> ChatDecoder:
        decoder = ChatDecoder(self, slots)
        decoder.seconds = self.seconds
        self.decoders.append(decoder)
        return decoder


def quick(folder: Path) -> ChatModel:
    """A loader of the catalogue."""
    return ChatModel()


def slow(folder: Path) -> ChatModel:
    """Another one: twenty-five passes a second."""
    return ChatModel(0.04)


def chat_models(folder: Path, loader: str = "quick") -> Models:
    """dialogue is here, with a bigram table; nezha-dialog would have to be fetched."""
    (folder / "dialogue").mkdir(exist_ok=True)
    (folder / "dialogue" / "weights").write_bytes(b"1234")
    common = {"family": "toy", "licence": "MIT", "loader": f"tests.dialogue_models:{loader}"}
    location = str(folder / "dialogue")
    return Models(
        [
            ModelSpec(name="dialogue", source="local", location=location, **common),
            ModelSpec(name="nezha-dialog", source="hub", location="nobody/nothing", **common),
        ]
    )
