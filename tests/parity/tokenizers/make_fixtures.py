"""Runs the reference tokenizers over the sentences and writes fixtures.npz.

Their packages cannot be installed beside the engine, so this runs in an environment of its own:

    pip install transformers==4.57.6 sentencepiece==0.2.3 jieba==0.42.1 numpy six
    pip download --no-deps --no-binary :all: bert4keras==0.11.5   # and unpack it
    python -m tests.parity.tokenizers.make_fixtures FOLDER_OF_BERT4KERAS [LM_DATA]

Of bert4keras only the tokenizers and snippets modules run; its Keras is replaced by a stand-in.
LM_DATA is a folder with tokenizers/cpm_chinese_vocab.model and cpm_vocab.json as CPM published
them.
The fixtures hold one SHA-256 of the ids of all sentences, 16 bits of the CRC-32 of each one's, so
that a difference can be found, and the ids themselves of the first ones. Texts that the reference
makes of these ids have the same.
"""

import argparse
import hashlib
import json
import logging
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from unittest.mock import MagicMock

import jieba
import numpy as np
import sentencepiece
from transformers import BertTokenizer, GPT2TokenizerFast, T5Tokenizer

from tests.parity.tokenizers.sentences import sentences

HERE = Path(__file__).parent
MODELS = HERE / "models"
SHOWN = 100
MARKS = str.maketrans({" ": "\u2582", "\n": "\u2583"})

Encode = Callable[[str], list[int]]
Decode = Callable[[list[int]], str]


def checksums(answers: Iterable[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """16 bits for each of the answers, [N] uint16, and the SHA-256 of all of them, [32] uint8."""
    whole = hashlib.sha256()
    short = []
    for answer in answers:
        whole.update(len(answer).to_bytes(4, "little") + answer)
        short.append(zlib.crc32(answer) & 0xFFFF)
    return np.array(short, np.uint16), np.frombuffer(whole.digest(), np.uint8)


def huggingface_bert(vocabulary: str, lower_case: bool) -> Encode:
    tokenizer = BertTokenizer(str(MODELS / vocabulary), do_lower_case=lower_case)

    def encode(text: str) -> list[int]:
        # What tokenize() does, with split_special_tokens handed on, which tokenize() forgets.
        if lower_case:
            text = "".join(map(str.lower, text))
        return tokenizer.convert_tokens_to_ids(tokenizer._tokenize(text, split_special_tokens=True))

    return encode


def cdial_interact() -> Encode:
    """As thu-coai/CDial-GPT's contrib/interact.py has it: every character by itself."""
    encode = huggingface_bert("cdial_vocab.txt", True)
    return lambda text: encode(" ".join(text.replace(" ", "")))


def bert4keras(folder: Path) -> tuple[Encode, Encode, list[int]]:
    """Its Tokenizer with the whole vocabulary, with the simplified one, and keep_tokens."""
    sys.path.insert(0, str(folder))
    sys.modules["bert4keras.backend"] = MagicMock()
    from bert4keras.tokenizers import Tokenizer, load_vocab

    path = str(MODELS / "bert_vocab.txt")
    small, keep = load_vocab(path, simplified=True, startswith=["[PAD]", "[UNK]", "[CLS]", "[SEP]"])

    def encoder(vocabulary: object) -> Encode:
        tokenizer = Tokenizer(vocabulary, do_lower_case=True, token_start=None, token_end=None)
        return lambda text: tokenizer.encode(text)[0]

    return encoder(path), encoder(small), keep


def cpm(model: Path, vocabulary: Path | None) -> tuple[Encode, Decode]:
    """As TsinghuaAI/CPM-1-Generate's data_utils/tokenization_gpt2.py does it.

    Pieces are looked up in a vocab.json; without one, in the model.
    """
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    if vocabulary is None:
        ids = {processor.id_to_piece(i): i for i in range(processor.get_piece_size())}
    else:
        ids = json.loads(vocabulary.read_text(encoding="utf-8"))
    pieces = {id: piece for piece, id in ids.items()}

    def encode(text: str) -> list[int]:
        marked = " ".join(word.translate(MARKS) for word in jieba.cut(text, cut_all=False))
        return [ids.get(piece, 0) for piece in processor.encode(marked, out_type=str)]

    def decode(found: list[int]) -> str:
        # An unknown piece comes out as U+2047, which the sentences do not have.
        text = processor.decode([pieces[id] for id in found]).replace("\u2047", "")
        return text.replace(" ", "").replace("\u2582", " ").replace("\u2583", "\n")

    return encode, decode


def marks() -> tuple[Encode, Decode]:
    """A model with CPM's marks but without words, and with pieces of single bytes."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(MODELS / "marks.model"))

    def decode(found: list[int]) -> str:
        text = processor.decode(found)
        return text.replace(" ", "").replace("\u2582", " ").replace("\u2583", "\n")

    return lambda text: processor.encode(text.translate(MARKS)), decode


def gpt2(folder: Path) -> tuple[Encode, Decode]:
    tokenizer = GPT2TokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"))
    return (
        lambda text: tokenizer(text, split_special_tokens=True)["input_ids"],
        lambda found: tokenizer.decode(found, clean_up_tokenization_spaces=False),
    )


def t5() -> tuple[Encode, Decode]:
    # mT5 was published with legacy=True; texts are SentencePiece's own, as bert4keras takes them.
    tokenizer = T5Tokenizer(str(MODELS / "t5.model"), legacy=True, extra_ids=100)
    tokenizer.split_special_tokens = True

    def encode(text: str) -> list[int]:
        pieces = tokenizer.tokenize(text)
        return tokenizer.convert_tokens_to_ids(pieces)

    return encode, tokenizer.sp_model.decode


def main() -> None:
    """Write the fixtures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("bert4keras", type=Path)
    parser.add_argument("data", type=Path, nargs="?")
    arguments = parser.parse_args()
    jieba.setLogLevel(logging.WARNING)
    lines = sentences()
    found: dict[str, np.ndarray] = {"sentences": np.array(zlib.crc32(repr(lines).encode()))}

    def add(name: str, encode: Encode, decode: Decode | None = None) -> None:
        ids = [encode(line) for line in lines]
        found[f"{name}/short"], found[f"{name}/whole"] = checksums(
            np.array(sentence, "<i4").tobytes() for sentence in ids
        )
        found[f"{name}/lengths"] = np.array([len(s) for s in ids[:SHOWN]], np.uint16)
        found[f"{name}/ids"] = np.array([i for s in ids[:SHOWN] for i in s], np.uint16)
        if decode is not None:
            found[f"{name}/texts/short"], found[f"{name}/texts/whole"] = checksums(
                decode(sentence).encode() for sentence in ids
            )
        print(f"{name}: {sum(map(len, ids))} ids")

    full, simplified, keep = bert4keras(arguments.bert4keras)
    add("bert4keras", full)
    add("bert4keras_simplified", simplified)
    found["bert4keras_simplified/keep"] = np.array(keep, np.uint16)
    add("huggingface_uncased", huggingface_bert("bert_vocab.txt", True))
    add("huggingface_cased", huggingface_bert("bert_vocab.txt", False))
    add("cdial_words", huggingface_bert("cdial_vocab.txt", True))
    add("cdial_characters", cdial_interact())
    add("cpm", *cpm(MODELS / "cpm.model", None))
    add("marks", *marks())
    add("gpt2", *gpt2(MODELS / "gpt2"))
    add("t5", *t5())
    if arguments.data is not None:
        folder = arguments.data / "tokenizers"
        add("cpm_published", *cpm(folder / "cpm_chinese_vocab.model", folder / "cpm_vocab.json"))
    np.savez_compressed(HERE / "fixtures.npz", **found)


if __name__ == "__main__":
    main()
