"""A tokenizer with a piece a character, and what a stand-in with it needs to pass for the bundled
model."""

from collections.abc import Iterable

from engine.tokenizers import conditions
from engine.transformer.config import TransformerConfig
from tests.unit.engine.generation.toy import LetterStream


class CharacterTokenizer:
    """The last two pieces are the end, and whatever else there is."""

    bos_id = pad_id = None

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = sorted(set(characters))
        self.pieces = [*self.characters, "<eod>", "<unk>"]
        self.ids = {piece: id for id, piece in enumerate(self.pieces)}
        self.vocab_size = len(self.pieces)
        self.eos_id, self.unk_id = self.ids["<eod>"], self.ids["<unk>"]
        self.newline_id = self.ids["\n"]

    def encode(self, text: str) -> list[int]:
        return [self.ids.get(character, self.unk_id) for character in text]

    def decode(self, ids) -> str:
        return "".join(self.pieces[id] for id in ids if id < self.eos_id)

    def piece(self, id: int) -> str:
        return self.pieces[id]

    def id(self, piece: str) -> int:
        return self.ids.get(piece, self.unk_id)

    def text_stream(self) -> LetterStream:
        return LetterStream(self)


def bundled_config(vocab_size: int, positions: int, segments: int = conditions.NUM_SEGMENTS):
    """That of a model of the bundled family which has no layers to speak of."""
    return TransformerConfig(
        family="bundled",
        vocab_size=vocab_size,
        hidden_size=1,
        num_layers=1,
        num_heads=1,
        intermediate_size=1,
        max_positions=positions,
        num_segments=segments,
    )
