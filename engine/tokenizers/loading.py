"""The tokenizer of a checkpoint, from whatever files its folder has."""

import json
from pathlib import Path
from typing import Final, Literal

from engine.models.errors import TokenizerError
from engine.tokenizers.base import Tokenizer
from engine.tokenizers.byte_bpe import ByteBPETokenizer
from engine.tokenizers.cpm import CPMTokenizer
from engine.tokenizers.sentencepieces import WORD_START, SentencePieceTokenizer
from engine.tokenizers.vocabulary import read_vocabulary
from engine.tokenizers.wordpiece import WordPieceTokenizer

Kind = Literal["wordpiece", "byte_bpe", "sentencepiece"]

#: Files of each kind of tokenizer, the likeliest first.
_FILES: Final[dict[Kind, tuple[str, ...]]] = {
    "wordpiece": ("vocab.txt", "*vocab*.txt", "tokenizer.json"),
    "byte_bpe": ("tokenizer.json", "vocab.json"),
    "sentencepiece": ("chinese_vocab.model", "spiece.model", "*.model"),
}
#: Kinds of tokenizer of each family's published models, the usual one first. Chinese GPT-2 models
#: often have a BERT vocabulary, and CPM's weights also exist as a GPT-2.
_KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "cpm": ("sentencepiece",),
    "t5": ("sentencepiece",),
    "bundled": ("sentencepiece",),
    "gpt2": ("byte_bpe", "wordpiece", "sentencepiece"),
    **dict.fromkeys(
        ("gpt2_ml", "gpt", "cdial", "nezha", "bert_lm", "bert", "roformer"), ("wordpiece",)
    ),
}
#: Families whose checkpoints were trained with Hugging Face's BertTokenizer.
_HUGGINGFACE: Final = frozenset({"cdial", "gpt", "bert", "gpt2"})
# Tables are padded to a multiple of 2, 64 or 128 rows, sometimes times the shards.
_MOST_PADDING: Final = 1024
_EXTRA_IDS: Final = 100


def load_tokenizer(
    path: Path | str,
    family: str,
    *,
    rows: int | None = None,
    lower_case: bool | None = None,
    words: bool = True,
    extra_ids: int | None = None,
) -> Tokenizer:
    """The tokenizer of a published model.

    Args:
        path: the checkpoint's folder, or the vocabulary itself: vocab.txt, a .model file,
            tokenizer.json or vocab.json beside merges.txt.
        family: a name of `engine.transformer.families.FAMILIES`.
        rows: rows of the model's token table, to tell a vocabulary of another model.
        lower_case: for WordPiece; by default what tokenizer_config.json says, else True.
        words: for CPM's kind: whether jieba cuts the text into words first, as CPM was trained.
        extra_ids: T5's pieces after those of its .model file; by default 100 unless the file has
            them itself, as mT5's has, and none where ``rows`` has no room for them.

    Raises:
        TokenizerError: no such family, no vocabulary there, one that is damaged, or one of
            another model.
    """
    path = Path(path)
    if family not in _KINDS:
        raise TokenizerError(f"no family {family!r}; there are: {', '.join(sorted(_KINDS))}")
    kind, file = _find(path, family)
    tokenizer: Tokenizer
    if kind == "wordpiece":
        tokenizer = _wordpiece(file, family, lower_case)
    elif kind == "byte_bpe":
        tokenizer = ByteBPETokenizer(file)
    elif family == "t5":
        tokenizer = _t5(file, rows, extra_ids)
    else:
        tokenizer = CPMTokenizer(file, words=words)
    if rows is not None and not 0 <= rows - tokenizer.vocab_size < _MOST_PADDING:
        raise TokenizerError(
            f"{file} has {tokenizer.vocab_size} pieces, but the weights have {rows} rows: it is "
            "the vocabulary of another model; take the one that these weights came with"
        )
    return tokenizer


def _find(path: Path, family: str) -> tuple[Kind, Path]:
    """The kind of tokenizer that is there, and its file."""
    kinds = _KINDS[family]
    if path.is_file():
        kind = _kind_of(path)
        if kind not in kinds:
            raise TokenizerError(f"{path} is no vocabulary of {family}; give {_wanted(kinds)}")
        return kind, path
    if not path.is_dir():
        raise TokenizerError(f"there is no {path}; give the folder of the weights")
    for kind in kinds:
        for pattern in _FILES[kind]:
            found = [file for file in sorted(path.glob(pattern)) if _kind_of(file) == kind]
            if len(found) > 1:
                names = ", ".join(file.name for file in found)
                raise TokenizerError(f"{path} has several vocabularies ({names}); name the file")
            if found:
                return kind, found[0]
    raise TokenizerError(
        f"{path} has no vocabulary of {family}: {_wanted(kinds)}; "
        "download it from where the weights are"
    )


def _wanted(kinds: tuple[Kind, ...]) -> str:
    names = {
        "wordpiece": "vocab.txt",
        "byte_bpe": "vocab.json and merges.txt",
        "sentencepiece": "a .model file of SentencePiece",
    }
    return " or ".join(names[kind] for kind in kinds)


def _kind_of(file: Path) -> Kind | None:
    """What kind of vocabulary a file is, by its name, and for tokenizer.json by what it says."""
    if file.suffix == ".model":
        return "sentencepiece"
    if file.suffix == ".txt":
        return "wordpiece" if file.name != "merges.txt" else "byte_bpe"
    if not file.name.endswith("tokenizer.json"):
        return "byte_bpe" if file.suffix == ".json" else None
    try:
        model = json.loads(file.read_bytes())["model"]["type"]
    except (ValueError, KeyError, TypeError):
        raise TokenizerError(
            f"{file} is damaged; download it again from where the weights are"
        ) from None
    kinds: dict[str, Kind] = {"WordPiece": "wordpiece", "BPE": "byte_bpe"}
    return kinds.get(model)


def _wordpiece(file: Path, family: str, lower_case: bool | None) -> WordPieceTokenizer:
    vocabulary = read_vocabulary(file)
    lacking = [piece for piece in ("[UNK]", "[CLS]", "[SEP]") if piece not in vocabulary.ids]
    if lacking and family != "bert_lm":
        raise TokenizerError(
            f"{file} is no vocabulary of {family}: it lacks {', '.join(lacking)}; "
            "take the vocab.txt that the weights came with"
        )
    return WordPieceTokenizer(
        vocabulary,
        lower_case=_is_uncased(file.parent) if lower_case is None else lower_case,
        # CDial-GPT and Su's xiangqi model have no pieces that go on with a word.
        characters=not any(piece.startswith("##") for piece in vocabulary.pieces),
        style="huggingface" if family in _HUGGINGFACE else "bert4keras",
    )


def _is_uncased(folder: Path) -> bool:
    file = folder / "tokenizer_config.json"
    if not file.is_file():
        return True
    try:
        return bool(json.loads(file.read_bytes()).get("do_lower_case", True))
    except (ValueError, AttributeError):
        raise TokenizerError(
            f"{file} is damaged; download it again, or delete it for small letters"
        ) from None


def _t5(file: Path, rows: int | None, extra_ids: int | None) -> SentencePieceTokenizer:
    if extra_ids is None:
        plain = SentencePieceTokenizer(file)
        has_own = any(plain.has(f"{mark}<extra_id_0>") for mark in ("", WORD_START))
        fits = rows is None or rows >= plain.vocab_size + _EXTRA_IDS
        extra_ids = _EXTRA_IDS if fits and not has_own else 0
    return SentencePieceTokenizer(file, extra_ids=extra_ids)
