"""Text in, token ids out, and back: the vocabularies of the published models and our own."""

from engine.tokenizers.base import TextStream, Tokenizer
from engine.tokenizers.prompt import Prompt
from engine.tokenizers.vocabulary import (
    Compound,
    EmbeddingRows,
    Vocabulary,
    read_vocabulary,
)
from engine.tokenizers.wordpiece import WordPieceTokenizer

__all__ = [
    "Compound",
    "EmbeddingRows",
    "Prompt",
    "TextStream",
    "Tokenizer",
    "Vocabulary",
    "WordPieceTokenizer",
    "read_vocabulary",
]
