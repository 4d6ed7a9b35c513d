"""A tokenizer from whatever lies beside the weights, or an error that says what to do."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tokenizers import ByteLevelBPETokenizer

from engine.models.errors import TokenizerError
from engine.tokenizers import (
    ByteBPETokenizer,
    CPMTokenizer,
    SentencePieceTokenizer,
    WordPieceTokenizer,
    load_tokenizer,
)
from engine.transformer.families import FAMILIES
from tests.unit.engine.tokenizers.samples import BERT, CDIAL, MODELS, XIANGQI


def put(folder: Path, **files: Path) -> Path:
    """A folder with copies of files: name with __ for the dot."""
    for name, source in files.items():
        shutil.copy(source, folder / name.replace("__", "."))
    return folder


def gpt2_files(folder: Path) -> Path:
    return put(
        folder, vocab__json=MODELS / "gpt2/vocab.json", merges__txt=MODELS / "gpt2/merges.txt"
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_a_kind_of_vocabulary(family: str, tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match=f"has no vocabulary of {family}.*download"):
        load_tokenizer(tmp_path, family)


def test_folders(tmp_path: Path) -> None:
    for name in ("bert", "cpm", "gpt2", "t5"):
        (tmp_path / name).mkdir()
    put(tmp_path / "bert", vocab__txt=BERT)
    put(tmp_path / "cpm", chinese_vocab__model=MODELS / "cpm.model", vocab__json=BERT)
    gpt2_files(tmp_path / "gpt2")
    put(tmp_path / "t5", spiece__model=MODELS / "t5.model")
    assert isinstance(load_tokenizer(tmp_path / "bert", "nezha"), WordPieceTokenizer)
    assert isinstance(load_tokenizer(tmp_path / "cpm", "cpm"), CPMTokenizer)
    assert isinstance(load_tokenizer(tmp_path / "gpt2", "gpt2"), ByteBPETokenizer)
    assert isinstance(load_tokenizer(tmp_path / "bert", "gpt2"), WordPieceTokenizer)
    assert isinstance(load_tokenizer(tmp_path / "t5", "t5"), SentencePieceTokenizer)


def test_tokenizer_json_of_both_kinds(tmp_path: Path) -> None:
    pair = load_tokenizer(MODELS / "gpt2", "gpt2")
    (tmp_path / "gpt2").mkdir()
    written = ByteLevelBPETokenizer(
        str(MODELS / "gpt2/vocab.json"), str(MODELS / "gpt2/merges.txt")
    )
    written.add_special_tokens(["<|endoftext|>"])
    written.save(str(tmp_path / "gpt2" / "tokenizer.json"))
    text = "it's 今天 <|endoftext|> 🦔\n"
    assert load_tokenizer(tmp_path / "gpt2", "gpt2").encode(text) == pair.encode(text)

    plain = load_tokenizer(BERT, "bert")
    assert isinstance(plain, WordPieceTokenizer)
    model = {"type": "WordPiece", "vocab": plain.vocabulary.ids}
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": model}), encoding="utf-8")
    assert load_tokenizer(tmp_path, "bert").encode(text) == plain.encode(text)


def test_capital_letters_as_the_configuration_says(tmp_path: Path) -> None:
    put(tmp_path, vocab__txt=BERT)
    config = tmp_path / "tokenizer_config.json"
    config.write_text('{"do_lower_case": false}', encoding="utf-8")
    cased = load_tokenizer(tmp_path, "bert")
    assert cased.encode("A") == [cased.unk_id]
    assert load_tokenizer(tmp_path, "bert", lower_case=True).encode("A") != [cased.unk_id]
    config.write_text("{", encoding="utf-8")
    with pytest.raises(TokenizerError, match=r"tokenizer_config\.json is damaged"):
        load_tokenizer(tmp_path, "bert")


def test_vocabularies_of_characters(tmp_path: Path) -> None:
    cdial = load_tokenizer(CDIAL, "cdial", rows=13_088)
    assert cdial.decode(cdial.encode("Hi 你好")) == "hi你好"
    (tmp_path / "vocab.txt").write_text("\n".join(XIANGQI.pieces), encoding="utf-8")
    assert len(load_tokenizer(tmp_path, "bert_lm", rows=20).encode("h2e2")) == 4


def test_cpm_without_words() -> None:
    text = "我们一起去公园"
    plain = load_tokenizer(MODELS / "marks.model", "cpm", words=False)
    assert plain.encode(text) == CPMTokenizer(MODELS / "marks.model", words=False).encode(text)
    assert plain.encode(text) != load_tokenizer(MODELS / "marks.model", "cpm").encode(text)


def test_extra_ids_of_t5() -> None:
    model = MODELS / "t5.model"
    size = load_tokenizer(model, "t5", extra_ids=0).vocab_size
    tokenizer = load_tokenizer(model, "t5", rows=size + 128)
    assert tokenizer.vocab_size == size + 100
    assert tokenizer.id("<extra_id_0>") == size + 99
    assert tokenizer.piece(size + 99) == "<extra_id_0>"
    assert tokenizer.decode([tokenizer.id("<extra_id_3>")]) == ""
    assert load_tokenizer(model, "t5", rows=size).vocab_size == size


@pytest.mark.parametrize(
    ("file", "family", "rows", "message"),
    [
        ("bert_vocab.txt", "gpt2_ml", 8_021, "21128 pieces, but the weights have 8021 rows"),
        ("cdial_vocab.txt", "nezha", 21_128, "vocabulary of another model"),
        ("bert_vocab.txt", "cpm", None, r"no vocabulary of cpm; give a \.model file"),
        ("t5.model", "cpm", None, "no pieces for blanks .* not CPM's model"),
        ("gpt2/merges.txt", "bert", None, r"no vocabulary of bert; give vocab\.txt"),
        ("bert_vocab.txt", "llama", None, "no family 'llama'; there are: bert"),
        ("nothing", "bert", None, "there is no .*nothing; give the folder"),
        (".", "cpm", None, r"several vocabularies \(cpm\.model, marks\.model, t5\.model\)"),
    ],
)
def test_the_wrong_vocabulary(file: str, family: str, rows: int | None, message: str) -> None:
    with pytest.raises(TokenizerError, match=message):
        load_tokenizer(MODELS / file, family, rows=rows)


@pytest.mark.parametrize(
    ("family", "name", "content", "message"),
    [
        ("bert", "vocab.txt", b"", "is empty"),
        ("bert", "vocab.txt", b"\xff\xfe\x00", "not text in UTF-8"),
        ("bert", "vocab.txt", b"[UNK]\n[CLS]\n[SEP]\na\na\n", "'a' twice"),
        ("bert", "vocab.txt", b"version https://git-lfs.github.com/spec/v1\n", r"lacks \[UNK\]"),
        ("bert", "tokenizer.json", b'{"model": {"type": "WordPiece"}}', "no WordPiece tokenizer"),
        ("bert", "tokenizer.json", b'{"model"', r"tokenizer\.json is damaged"),
        ("gpt2", "tokenizer.json", b'{"model": {"type": "BPE"}}', "cannot be read"),
        ("cpm", "x.model", b"", r"no SentencePiece model .* download"),
        ("cpm", "x.model", (MODELS / "cpm.model").read_bytes()[:5000], "or is damaged"),
        ("t5", "spiece.model", b"\x00\x01\x02 nothing like a model", "or is damaged"),
    ],
)
def test_damaged_files(
    family: str, name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TokenizerError, match=message):
        load_tokenizer(tmp_path, family)


def test_damaged_byte_pair_encoding(tmp_path: Path) -> None:
    gpt2_files(tmp_path)
    (tmp_path / "merges.txt").unlink()
    with pytest.raises(TokenizerError, match=r"has no merges\.txt"):
        load_tokenizer(tmp_path, "gpt2")
    (tmp_path / "merges.txt").write_text("#version: 0.2\nno such\n", encoding="utf-8")
    with pytest.raises(TokenizerError, match="cannot be read"):
        load_tokenizer(tmp_path, "gpt2")
    (tmp_path / "vocab.json").write_text('{"a": 0, "b": 1}', encoding="utf-8")
    (tmp_path / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    with pytest.raises(TokenizerError, match="not byte-level BPE"):
        load_tokenizer(tmp_path, "gpt2")


def test_importing_tokenizers_is_quick() -> None:
    """Nothing heavy is imported before it is used."""
    program = (
        "import sys, engine.tokenizers; "
        "heavy = {'jieba', 'sentencepiece', 'tokenizers', 'keras', 'tensorflow', 'torch'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
