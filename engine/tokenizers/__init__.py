"""Text in, token ids out, and back: the vocabularies of the published models and our own."""

from engine.tokenizers.base import TextStream, Tokenizer
from engine.tokenizers.byte_bpe import ByteBPETokenizer
from engine.tokenizers.cpm import CPMTokenizer
from engine.tokenizers.dialogue import (
    CDialDialogue,
    DialogueFormat,
    NezhaDialogue,
    dialogue_format,
)
from engine.tokenizers.loading import load_tokenizer
from engine.tokenizers.prompt import Prompt
from engine.tokenizers.sentencepieces import SentencePieceTokenizer
from engine.tokenizers.vocabulary import (
    Compound,
    EmbeddingRows,
    Vocabulary,
    read_vocabulary,
)
from engine.tokenizers.wordpiece import WordPieceTokenizer

__all__ = [
    "ByteBPETokenizer",
    "CDialDialogue",
    "CPMTokenizer",
    "Compound",
    "DialogueFormat",
    "EmbeddingRows",
    "NezhaDialogue",
    "Prompt",
    "SentencePieceTokenizer",
    "TextStream",
    "Tokenizer",
    "Vocabulary",
    "WordPieceTokenizer",
    "dialogue_format",
    "load_tokenizer",
    "read_vocabulary",
]
