"""Files of vectors: what is written is read back, and what is wrong is said."""

import gzip
import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.word2vec.formats import FormatError, Limits, read, read_tsv, write, write_tsv
from engine.word2vec.vectors import Vectors

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=6)
SMALL = Limits(bytes=1_000_000, words=1000, size=300, word_bytes=40)


def some(words: list[str], size: int, seed: int = 0) -> Vectors:
    matrix = np.random.default_rng(seed).normal(size=(len(words), size)).astype(np.float32)
    return Vectors(words, matrix, np.arange(len(words), 0, -1))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(WORDS, min_size=1, max_size=12, unique=True), st.integers(1, 9))
@pytest.mark.parametrize("suffix", [".txt", ".vec", ".bin", ".npz"])
def test_what_is_written_is_read(tmp_path: Path, suffix: str, words: list[str], size: int) -> None:
    vectors, path = some(words, size), tmp_path / f"vectors{suffix}"
    write(vectors, path)
    for source in (path, path.read_bytes()):
        found = read(source, SMALL)
        assert found.words == words
        np.testing.assert_array_equal(found.matrix, vectors.matrix)
        if suffix == ".npz":
            assert found.counts is not None and found.counts.tolist() == [*range(len(words), 0, -1)]


@pytest.mark.parametrize("counted", [True, False])
def test_the_projector_s_pair(tmp_path: Path, counted: bool) -> None:
    vectors = some(["天", "地", "人 类"], 4)
    vectors.counts = vectors.counts if counted else None
    numbers, metadata = tmp_path / "vectors.tsv", tmp_path / "metadata.tsv"
    write_tsv(vectors, numbers, metadata)
    heading = "word\tcount\n天\t3\n" if counted else "天\n"
    assert metadata.read_text(encoding="utf-8").startswith(heading)
    found = read_tsv(numbers, metadata.read_bytes(), SMALL)
    assert found.words == vectors.words
    np.testing.assert_allclose(found.matrix, vectors.matrix, rtol=1e-5)


def test_an_npz_of_floats_is_mapped_and_others_are_read(tmp_path: Path) -> None:
    vectors = some(["一", "二"], 3)
    write(vectors, tmp_path / "plain.npz")
    assert isinstance(read(tmp_path / "plain.npz").matrix, np.memmap)
    words = np.array(["一", "二"])
    for name, matrix in {
        "half": vectors.matrix.astype(">f2"),
        "double": vectors.matrix.astype("f8"),
        "fortran": np.asfortranarray(vectors.matrix),
    }.items():
        np.savez_compressed(tmp_path / f"{name}.npz", words=words, vectors=matrix)
        found = read(tmp_path / f"{name}.npz")
        assert found.matrix.dtype == np.float32
        np.testing.assert_allclose(found.matrix, vectors.matrix, atol=1e-3)
    np.savez(tmp_path / "bytes.npz", words=np.char.encode(words, "utf-8"), vectors=vectors.matrix)
    assert read(tmp_path / "bytes.npz").words == ["一", "二"]


@pytest.mark.parametrize(
    "text",
    [
        "2 3\n天 1 2 3\n地 -4 5e-1 .6\n",
        "2 3\r\n天 1 2 3 \r\n地 -4 0.5 0.6",
        "天 1 2 3\n地 -4 0.5 0.6\n\n",
        "天\t1\t2\t3\n地\t-4\t0.5\t0.6",
    ],
)
def test_texts_of_other_programs(text: str) -> None:
    found = read(text.encode())
    assert found.words == ["天", "地"]
    np.testing.assert_allclose(found.matrix, [[1, 2, 3], [-4, 0.5, 0.6]], rtol=1e-6)


def test_a_word_may_have_blanks_where_the_columns_tell() -> None:
    assert read("2 1\nNew York 0.5\n纽约 0.25\n".encode()).words == ["New York", "纽约"]


def test_binary_as_gensim_writes_it() -> None:
    rows = b"".join(word.encode() + b" " + np.float32([1, 2]).tobytes() for word in "天地")
    assert read(b"2 2\n" + rows).words == ["天", "地"]


NUMBERS = np.float32([1, 2]).tobytes()
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "only blanks": b" \n \n",
    "no vectors": "这不是词向量\n".encode(),
    "prose": b"the quick brown fox\njumps over\n",
    "no words": b"0 5\n",
    "no size": "2 0\n天\n地\n".encode(),
    "too many words": b"999999999999 2\na 1 2\n",
    "too large": b"2 999999999\na 1 2\n",
    "a number with 60 digits": b"9" * 60 + b" 2\na 1 2\n",
    "fewer than said": b"3 2\na 1 2\nb 3 4\n",
    "more than said": b"1 2\na 1 2\nb 3 4\n",
    "a number short": b"2 2\na 1 2\nb 3\n",
    "a number long": b"a 1 2\nb 3 4 5\n",
    "not a number": b"2 2\na 1 2\nb 3 x\n",
    "nan": b"2 2\na 1 2\nb 3 nan\n",
    "infinite": b"2 2\na 1 2\nb 3 1e99\n",
    "twice": b"2 2\na 1 2\na 3 4\n",
    "no word": b"2 2\na 1 2\n 3 4\n",
    "not utf-8": b"1 2\n\xb9\xfa 1 2\n",
    "a long word": b"1 2\n" + b"a" * 100 + b" 1 2\n",
    "binary: cut off": b"2 2\na " + NUMBERS + b"\nb " + NUMBERS[:5],
    "binary: no blank": b"2 2\na " + NUMBERS + b"\nb" + NUMBERS,
    "binary: goes on": b"1 2\na " + NUMBERS + b"\nb " + NUMBERS,
    "binary: nan": b"1 2\na " + np.float32([0, np.nan]).tobytes(),
    "binary: twice": b"2 2\na " + NUMBERS + b"\na " + NUMBERS,
    "binary: not utf-8": b"1 2\n\xb9\xfa " + NUMBERS,
    "binary: no word": b"1 2\n " + NUMBERS,
    "gzip": gzip.compress(b"1 2\na 1 2\n"),
    "pickle": pickle.dumps({"a": 1}),
    "zip that is none": b"PK\x03\x04" + b"\x00" * 50,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_bad_files_are_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as told:
        read(data, SMALL)
    assert len(str(told.value)) < 300
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(FormatError):
        read(tmp_path / "file", SMALL)


def packed(compress: bool = False, **arrays: object) -> bytes:
    file = io.BytesIO()
    save: Callable[..., None] = np.savez_compressed if compress else np.savez
    save(file, **arrays)
    return file.getvalue()


def with_header(shape: str, descr: str = "'<f4'") -> bytes:
    """An npz whose vectors claim a shape, with 8 bytes of numbers behind."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    npy = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\x00" * 8
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as pack:
        pack.writestr("vectors.npy", npy)
        words = io.BytesIO()
        np.save(words, np.array(["a"]))
        pack.writestr("words.npy", words.getvalue())
    return file.getvalue()


ONE = np.ones((1, 2), np.float32)
HOSTILE_NPZ: dict[str, bytes] = {
    "no words": packed(vectors=ONE),
    "no vectors": packed(words=np.array(["a"])),
    "objects": packed(words=np.array(["a"], object), vectors=ONE),
    "object vectors": packed(words=np.array(["a"]), vectors=ONE.astype(object)),
    "one axis": packed(words=np.array(["a", "b"]), vectors=ONE[0]),
    "integers": packed(words=np.array(["a"]), vectors=ONE.astype(int)),
    "nan": packed(words=np.array(["a"]), vectors=ONE * np.nan),
    "too large for float32": packed(words=np.array(["a"]), vectors=np.array([[1e99, 1.0]])),
    "too few words": packed(words=np.array(["a"]), vectors=np.ones((2, 2), np.float32)),
    "twice": packed(words=np.array(["a", "a"]), vectors=np.ones((2, 2), np.float32)),
    "no word": packed(words=np.array([""]), vectors=ONE),
    "not utf-8": packed(words=np.array([b"\xff"]), vectors=ONE),
    "long words": packed(words=np.array(["a" * 400]), vectors=ONE),
    "negative counts": packed(words=np.array(["a"]), vectors=ONE, counts=np.array([-1])),
    "counts of another size": packed(words=np.array(["a"]), vectors=ONE, counts=np.array([1, 2])),
    "a bomb": packed(True, words=np.array(["a"] * 900), vectors=np.zeros((900, 290))),
    "a large shape": with_header("(1, 250)"),
    "a negative shape": with_header("(-1, 2)"),
    "a huge shape": with_header("(10**18, 2)"),
    "a shape beyond int64": with_header("(99999999999999999999, 2)"),
    "an unknown dtype": with_header("(1, 2)", "'<q9'"),
    "code": with_header("(1, __import__('os'))"),
    "cut off": packed(words=np.array(["a"]), vectors=ONE)[:300],
}


@pytest.mark.parametrize("data", HOSTILE_NPZ.values(), ids=HOSTILE_NPZ)
def test_bad_npz_are_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        read(data, SMALL)
    (tmp_path / "file.npz").write_bytes(data)
    with pytest.raises(FormatError):
        read(tmp_path / "file.npz", SMALL)


@pytest.fixture(scope="module", params=[".txt", ".bin", ".npz"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("whole") / f"vectors{request.param}"
    write(some(["天", "地", "人"], 4), path)
    return path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(noise=st.binary(max_size=60), at=st.integers(0, 1000))
def test_damage_is_refused_or_harmless(whole: bytes, noise: bytes, at: int) -> None:
    at %= len(whole)
    try:
        found = read(whole[:at] + noise + whole[at + len(noise) :], SMALL)
    except FormatError:
        return
    assert np.isfinite(found.matrix).all()
    assert len(set(found.words)) == len(found)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (b"1\t2\n3\t4\n", b"a\n"),
        (b"1\t2\n3\t4\n", b"a\nb\nc\nd\n"),
        (b"1\t2\n3\n", b"a\nb\n"),
        (b"1\tx\n", b"a\n"),
        (b"1\tinf\n", b"a\n"),
        (b"1\t2\n3\t4\n", b"a\na\n"),
        (b"1\t2\n", b"\xff\n"),
        (b"\n", b"a\n"),
        (b"1\t2\n", b""),
        (b"1\t2\n", b"\tno word\n"),
    ],
)
def test_bad_pairs_are_refused(numbers: bytes, words: bytes) -> None:
    with pytest.raises(FormatError):
        read_tsv(numbers, words, SMALL)


def test_limits_are_kept() -> None:
    data = b"3 2\na 1 2\nb 1 2\nc 1 2\n"
    assert len(read(data, Limits(words=3))) == 3
    for limits in (Limits(words=2), Limits(size=1), Limits(bytes=10)):
        with pytest.raises(FormatError, match="at most"):
            read(data, limits)


@pytest.mark.parametrize("suffix", [".txt", ".bin"])
@pytest.mark.parametrize("word", ["New York", "a\tb", "a\nb"])
def test_words_that_a_format_cannot_hold(tmp_path: Path, suffix: str, word: str) -> None:
    with pytest.raises(FormatError, match="npz"):
        write(some(["a", word], 2), tmp_path / f"vectors{suffix}")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read(tmp_path / "none.txt")
    with pytest.raises(FormatError, match="no format"):
        write(some(["a"], 2), tmp_path / "vectors.model")
