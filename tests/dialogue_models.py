"""Dialogue models of random weights, with a vocabulary of some characters."""

from pathlib import Path

from engine.tokenizers import WordPieceTokenizer, read_vocabulary
from engine.transformer.language_model import LanguageModel
from tests.engine.transformer.tiny import RandomWeights, tiny_config

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
