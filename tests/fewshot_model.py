"""A stand-in that knows the answers of the page's presets by heart, and a tiny BERT that knows
nothing: what the page needs of models, quickly and always the same."""

import time
from pathlib import Path

import numpy as np

from app.pages.fewshot.inputs import presets
from engine.models.catalogue import ModelSpec
from engine.models.registry import Models
from engine.tokenizers import Vocabulary, WordPieceTokenizer
from engine.transformer.language_model import LanguageModel
from tests.characters import CharacterTokenizer, bundled_config
from tests.unit.engine.generation.toy import ToyDecoder, ToyModel
from tests.unit.engine.transformer.tiny import RandomWeights, tiny_config

FACTS = [
    preset.page.template.example(example)
    for preset in presets().values()
    for example in (*preset.page.examples, *preset.test)
]
FACTS += ["中国的首都是北京", "鸟 bird"]
CHARACTERS = "".join(FACTS) + "\nN/A某问答：？（）一二三四五六七八九十aé"


class FactsDecoder(ToyDecoder):
    model: "FactsModel"

    def extend(self, chunks, *, every_position=False):
        before = {chunk.slot: len(self.held[chunk.slot][0]) for chunk in chunks}
        super().extend(chunks, every_position=every_position)
        found = []
        for chunk in chunks:
            tokens = self.held[chunk.slot][0]
            ends = range(before[chunk.slot] + 1, len(tokens) + 1)
            rows = np.stack([self.model.after(tokens[:end]) for end in ends])
            found.append(rows if every_position else rows[-1])
        if FactsModel.pause:
            time.sleep(FactsModel.pause)
        return found


class FactsModel(ToyModel):
    """Goes on with a line of FACTS that begins so, else with the end of the line."""

    pause = 0.0

    def __init__(self, positions: int = 512) -> None:
        tokenizer = CharacterTokenizer(CHARACTERS)
        size = tokenizer.vocab_size
        super().__init__(np.zeros((size, size), np.float32), positions=positions)
        self.tokenizer = tokenizer
        self.config = bundled_config(size, positions)

    def decoder(self, slots: int = 1) -> FactsDecoder:
        decoder = FactsDecoder(self, slots)
        decoder.model = self
        self.decoders.append(decoder)
        return decoder

    def after(self, tokens) -> np.ndarray:
        line = self.tokenizer.decode(tokens).rpartition("\n")[2]
        row = np.zeros(self.tokenizer.vocab_size, np.float32)
        row[[self.tokenizer.eos_id, self.tokenizer.unk_id]] = -20
        wanted = [fact + "\n" for fact in FACTS if (fact + "\n").startswith(line) and line]
        for fact in wanted or [line + "\n"]:
            row[self.tokenizer.encode(fact[len(line)])] += 8 / len(wanted or [1])
        return row

    @classmethod
    def load(cls, folder: Path) -> "FactsModel":
        return cls()


def load_bert(folder: Path) -> LanguageModel:
    """A BERT of two layers with weights by chance."""
    pieces = (
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "。",
        *(c for c in sorted(set(CHARACTERS)) if c.strip()),
    )
    config = tiny_config("bert", vocab_size=len(set(pieces)))
    tokenizer = WordPieceTokenizer(Vocabulary(tuple(dict.fromkeys(pieces))))
    return LanguageModel.build(config, RandomWeights(config), tokenizer)


def fewshot_models(folder: Path, *, loaded: bool = True, bert: bool = True) -> Models:
    """A catalogue with the stand-in as the bundled model, a published one that is not here, and
    a BERT that is here or not."""

    def spec(name: str, loader: str, here: bool) -> ModelSpec:
        location = str(folder if here else folder / "no")
        return ModelSpec(name, "stand-in", "local", location, f"{__name__}:{loader}", "MIT")

    models = Models(
        [
            spec("story", "FactsModel.load", True),
            spec("cpm", "FactsModel.load", False),
            spec("bert", "load_bert", bert),
        ]
    )
    if loaded:
        models.get("story")
    return models
