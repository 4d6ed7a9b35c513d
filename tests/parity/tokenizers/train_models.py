"""Trains the small SentencePiece and byte BPE models of models/, on sample.txt.

The published ones are too large to be committed. Run once, with the engine's own environment:
`python -m tests.parity.tokenizers.train_models`. Training is not reproducible to the bit, so
make_fixtures.py has to run after it.
"""

import io
import json
import logging
from pathlib import Path

import jieba
import sentencepiece
from tokenizers import ByteLevelBPETokenizer

from tests.parity.tokenizers.sentences import SAMPLE

MODELS = Path(__file__).with_name("models")
MARKS = str.maketrans({" ": "\u2582", "\n": "\u2583"})


def train_sentencepiece(name: str, lines: list[str], **options: object) -> None:
    """Write models/NAME.model."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        num_threads=1,
        minloglevel=2,
        hard_vocab_limit=False,
        **options,
    )
    (MODELS / f"{name}.model").write_bytes(model.getvalue())


def main() -> None:
    """Train every model."""
    jieba.setLogLevel(logging.WARNING)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    cut = [" ".join(word.translate(MARKS) for word in jieba.cut(line)) for line in lines]
    train_sentencepiece(
        "cpm",
        cut,
        normalization_rule_name="identity",
        vocab_size=3000,
        character_coverage=0.98,
        pad_id=-1,
        control_symbols=["<sep>", "<pad>", "<mask>", "<eod>"],
        user_defined_symbols=["\u2582", "\u2583"],
    )
    train_sentencepiece(
        "marks",
        [line.translate(MARKS) for line in lines],
        vocab_size=2000,
        character_coverage=0.98,
        byte_fallback=True,
        normalization_rule_name="identity",
        pad_id=3,
        user_defined_symbols=["\u2582", "\u2583"],
    )
    train_sentencepiece(
        "t5",
        lines,
        vocab_size=2500,
        character_coverage=0.98,
        byte_fallback=True,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
    )
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(
        lines, vocab_size=2500, special_tokens=["<|endoftext|>"], show_progress=False
    )
    (MODELS / "gpt2").mkdir(exist_ok=True)
    bpe.save_model(str(MODELS / "gpt2"))
    vocab = json.loads((MODELS / "gpt2/vocab.json").read_text(encoding="utf-8"))
    print(f"gpt2: {len(vocab)} pieces")


if __name__ == "__main__":
    main()
