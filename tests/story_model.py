"""A bigram table of a few Chinese sentences: a story model that is quick, and always the same."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.models.catalogue import ModelSpec
from engine.models.registry import Models
from engine.tokenizers import conditions
from tests.characters import CharacterTokenizer, bundled_config
from tests.unit.engine.generation.toy import ToyDecoder, ToyModel

SENTENCES = (
    "从前，山里住着一只小狐狸。",
    "小狐狸想去看海。",
    "大雪下了三天，山路不见了！",
    "老人说：海在山的那一边。",
    "你知道海有多大吗？",
    "小狐狸和老人一起走了很久。\n",
)
CHARACTERS = "".join(SENTENCES) + "《》（）话說貓夜風天气今不错双十科学空间题目这个故事叫"


class SlowDecoder(ToyDecoder):
    """A pass takes as long as the model says."""

    def extend(self, chunks: Sequence, *, every_position: bool = False):
        time.sleep(StoryModel.delay)
        return super().extend(chunks, every_position=every_position)


class StoryModel(ToyModel):
    """Continues by what follows what in SENTENCES; it never ends by itself.

    Attributes:
        delay: seconds of a pass, in all models of this kind.
    """

    delay = 0.0

    def __init__(self, positions: int = 256, segments: int = conditions.NUM_SEGMENTS) -> None:
        tokenizer = CharacterTokenizer(CHARACTERS)
        size = tokenizer.vocab_size
        table = np.full((size, size), -4.0, np.float32)
        text = tokenizer.encode("".join(SENTENCES))
        for a, b in zip(text, text[1:] + text[:1], strict=True):
            table[a, b] += 6
        table[:, [tokenizer.eos_id, tokenizer.unk_id]] = -30
        super().__init__(table, positions=positions)
        self.tokenizer = tokenizer
        self.config = bundled_config(size, positions, segments)

    def decoder(self, slots: int = 1) -> ToyDecoder:
        self.decoders.append(SlowDecoder(self, slots))
        return self.decoders[-1]

    @classmethod
    def load(cls, folder: Path) -> "StoryModel":
        return cls(512)


def story_models(folder: Path, *, loaded: bool = True) -> Models:
    """A catalogue with the stand-in as the bundled model, and a published one that is not here."""
    here = ModelSpec(
        name="story",
        family="stand-in",
        source="local",
        location=str(folder),
        loader=f"{__name__}:StoryModel.load",
        licence="Apache-2.0",
    )
    absent = ModelSpec("gpt2-ml-15g", "GPT2_ML", "local", str(folder / "no"), here.loader, "MIT")
    models = Models([here, absent])
    if loaded:
        models.get("story")
    return models
