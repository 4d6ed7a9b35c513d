"""The small vocabularies that tokenizer tests share; tests/parity/tokenizers makes them."""

from pathlib import Path

from engine.tokenizers import (
    ByteBPETokenizer,
    CPMTokenizer,
    SentencePieceTokenizer,
    Tokenizer,
    Vocabulary,
    WordPieceTokenizer,
    read_vocabulary,
)

MODELS = Path(__file__).parents[3] / "parity" / "tokenizers" / "models"
BERT = MODELS / "bert_vocab.txt"
CDIAL = MODELS / "cdial_vocab.txt"
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]

#: Su's xiangqi model: a move is four characters.
XIANGQI = Vocabulary(("[PAD]", *"0123456789abcdefghi"))


def every_tokenizer() -> dict[str, Tokenizer]:
    """One of each kind."""
    return {
        "bert": WordPieceTokenizer(read_vocabulary(BERT)),
        "cdial": WordPieceTokenizer(read_vocabulary(CDIAL), characters=True),
        "cpm": CPMTokenizer(MODELS / "cpm.model"),
        "marks": CPMTokenizer(MODELS / "marks.model", words=False),
        "gpt2": ByteBPETokenizer(MODELS / "gpt2"),
        "t5": SentencePieceTokenizer(MODELS / "t5.model", extra_ids=100),
    }
