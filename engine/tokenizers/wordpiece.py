"""BERT's WordPiece: words and single ideographs, then the longest pieces of the vocabulary.

Sources: Devlin et al. 2018 and Google's tokenization.py; bert4keras's Tokenizer; Hugging Face's
BertTokenizer. The last two differ in details, so that each of them is a `WordPieceStyle`.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from engine.models.errors import TokenizerError
from engine.tokenizers.base import TextStream, checked, decode_all
from engine.tokenizers.characters import is_ideograph, is_punctuation, is_space, strip_accents
from engine.tokenizers.joining import PieceJoiner
from engine.tokenizers.vocabulary import Vocabulary

StyleName = Literal["bert4keras", "huggingface"]


@dataclass(frozen=True)
class WordPieceStyle:
    """Where published tokenizers of the same vocabulary differ.

    Attributes:
        dropped: Unicode categories of characters that are left out before anything else.
        longest_word: a longer word is one unknown piece, in characters.
        compose: whether text is brought to NFC first.
        final_sigma: whether a capital sigma that ends a word becomes ς rather than σ.
    """

    dropped: frozenset[str]
    longest_word: int
    compose: bool
    final_sigma: bool


STYLES: Final[dict[StyleName, WordPieceStyle]] = {
    "bert4keras": WordPieceStyle(frozenset({"Cc", "Cf"}), 200, compose=False, final_sigma=True),
    "huggingface": WordPieceStyle(
        frozenset({"Cc", "Cf", "Cn", "Co", "Cs"}), 100, compose=True, final_sigma=False
    ),
}


class WordPieceTokenizer:
    """Tokenizer of BERT, NEZHA, GPT2_ML, CDial-GPT and Su's models.

    Args:
        vocabulary: its pieces; a Vocabulary that was made simpler or longer works as well.
        lower_case: small letters without accents, as "uncased" models were trained.
        characters: every character is a word, and the text has no blanks: CDial-GPT's dialogues
            and the moves of Su's xiangqi model.
        style: bert4keras for Su's checkpoints and GPT2_ML, huggingface for those trained there.
        bos, eos: the pieces that texts start and end with; None where there are none.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        lower_case: bool = True,
        characters: bool = False,
        style: StyleName = "bert4keras",
        bos: str = "[CLS]",
        eos: str = "[SEP]",
    ) -> None:
        self.vocabulary = vocabulary
        self.lower_case = lower_case
        self.characters = characters
        self.style = STYLES[style]
        self.vocab_size = len(vocabulary)
        self.bos_id = vocabulary.ids.get(bos)
        self.eos_id = vocabulary.ids.get(eos)
        self.pad_id = vocabulary.ids.get("[PAD]")
        self.unk_id = vocabulary.ids.get("[UNK]")
        self.newline_id: int | None = None
        self._spacing = _Spacing(self.style.dropped)

    def encode(self, text: str) -> list[int]:
        """See `Tokenizer.encode`.

        Raises TokenizerError for text that a vocabulary without [UNK] has no pieces for.
        """
        if self.characters:
            text = " ".join(text)
        if self.style.compose:
            text = unicodedata.normalize("NFC", text)
        if self.lower_case:
            if not self.style.final_sigma:
                text = text.replace("Σ", "σ")
            text = strip_accents(text.lower())
        return [id for word in text.translate(self._spacing).split() for id in self._pieces(word)]

    def _pieces(self, word: str) -> list[int]:
        """The longest piece that the word starts with, then of the rest, or one unknown piece."""
        known = self.vocabulary.ids
        if word in known and len(word) <= self.style.longest_word:
            return [known[word]]
        ids: list[int] = []
        start = 0
        while start < len(word) <= self.style.longest_word:
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                id = known.get(prefix + word[start:end])
                if id is not None:
                    ids.append(id)
                    start = end
                    break
            else:
                break
        return ids if start == len(word) else [self._unknown(word)]

    def _unknown(self, word: str) -> int:
        if self.unk_id is None:
            raise TokenizerError(
                f"{self.vocabulary.name} has no pieces for {word!r} and no [UNK]; "
                "leave it out of the text"
            )
        return self.unk_id

    def decode(self, ids: Iterable[int]) -> str:
        """See `Tokenizer.decode`; letters come out as the vocabulary has them, often small."""
        return decode_all(self.text_stream(), ids)

    def piece(self, id: int) -> str:
        """See `Tokenizer.piece`."""
        return self.vocabulary.pieces[id] if checked(id) < self.vocab_size else ""

    def id(self, piece: str) -> int:
        """See `Tokenizer.id`."""
        try:
            return self.vocabulary.ids[piece]
        except KeyError:
            raise TokenizerError(f"{self.vocabulary.name} has no piece {piece!r}") from None

    def text_stream(self) -> TextStream:
        """See `Tokenizer.text_stream`."""
        return _WordPieceStream(self)


class _WordPieceStream:
    def __init__(self, tokenizer: WordPieceTokenizer) -> None:
        self._tokenizer = tokenizer
        self._joiner = PieceJoiner()

    def push(self, id: int) -> str:
        piece = self._tokenizer.piece(id)
        if is_special(piece):
            return ""
        return piece if self._tokenizer.characters else self._joiner.add(piece)

    def flush(self) -> str:
        return ""


def is_special(piece: str) -> bool:
    """Whether a piece is a mark such as [SEP], <T> or [speaker1] rather than text."""
    return (piece[:1] == "[" and piece[-1:] == "]") or piece in ("<S>", "<T>", "")


class _Spacing(dict[int, str]):
    """For str.translate: blanks around ideographs and punctuation, control characters left out.

    Characters are classified when they first occur.
    """

    def __init__(self, dropped: frozenset[str]) -> None:
        super().__init__()
        self._dropped = dropped

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if is_space(char):
            spaced = " "
        elif is_ideograph(char) or is_punctuation(char):
            spaced = f" {char} "
        elif char == "\ufffd" or unicodedata.category(char) in self._dropped:
            spaced = ""
        else:
            spaced = char
        self[code] = spaced
        return spaced
