import os
import shutil
import struct
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats import open_source, open_tensorflow, sstable
from tests.unit.engine.transformer.formats.samples import (
    ARRAYS,
    contents,
    same,
    write_bundle,
    write_v1,
)

PUBLISHED = Path(os.environ.get("LM_DATA", "")) / "checkpoint_indexes"
DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint16", "uint8"]


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def masked(data):
    crc = sstable.crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def table(entries, pack=lambda block: (0, block), step=3):
    """A table of (key, value), `step` of them a block, `pack` giving a block's kind and bytes."""

    def block(pairs):
        body = b"".join(
            varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in pairs
        )
        kind, packed = pack(body + struct.pack("<II", 0, 1))
        return packed, packed + bytes([kind]) + masked(packed + bytes([kind]))

    out, index = b"", []
    for start in range(0, len(entries), step):
        packed, stored = block(entries[start : start + step])
        index.append((entries[start][0], varint(len(out)) + varint(len(packed))))
        out += stored
    packed, stored = block(index)
    footer = varint(0) + varint(0) + varint(len(out)) + varint(len(packed))
    return out + stored + footer.ljust(40, b"\0") + sstable.MAGIC


def compressed(block):
    """Snappy without any search: the length, one short run, then runs of up to 256 bytes."""
    out = varint(len(block)) + bytes([(5 - 1) << 2]) + block[:5]
    for start in range(5, len(block), 256):
        run = block[start : start + 256]
        out += bytes([60 << 2, len(run) - 1]) + run
    return 1, out


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path)


def test_every_dtype_reads_as_tensorflow_writes_it(tmp_path):
    arrays = {name: np.array([[0, 1, 1]], name) for name in DTYPES}
    arrays |= {
        "bfloat16": np.array([1.5, -2], ml_dtypes.bfloat16),
        "bool": np.array([True, False]),
        "empty": np.zeros((0, 3), np.float32),
        "scalar": np.array(3, np.int64),
    }
    assert same(contents(write_bundle(tmp_path, arrays)), arrays)


@pytest.mark.parametrize("suffix", ["", ".index", ".data-00000-of-00001"])
def test_a_bundle_by_its_prefix_or_a_file_of_it(suffix, bundle):
    assert same(contents(Path(f"{bundle}{suffix}")))


def test_reading_copies_nothing(bundle):
    with open_tensorflow(bundle) as source:
        assert not source.read("model/layer_1/kernel").flags.owndata
        assert source.path == bundle


def test_an_index_of_many_blocks_compressed_or_not(bundle):
    index = Path(f"{bundle}.index")
    entries = list(sstable.pairs(index.read_bytes()))
    assert len(entries) == len(ARRAYS) + 1
    for pack in (compressed, lambda block: (0, block)):
        index.write_bytes(table(entries, pack, step=2))
        assert same(contents(bundle))


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (b"\x03\x08abc", b"abc"),
        (b"\x09\x08abc\x09\x03", b"abcabcabc"),  # a copy of 6 from 3 before: it runs into itself
        (b"\x08\x0cabcd\x0e\x04\x00", b"abcdabcd"),
        (b"\x08\x0cabcd\x0f\x04\x00\x00\x00", b"abcdabcd"),
        (b"\x01\xf0\x00z", b"z"),
        (b"\x01\xf4\x00\x00z", b"z"),
        (b"\x00", b""),
    ],
)
def test_what_snappy_compressed(packed, plain):
    assert sstable.snappy(packed) == plain


@pytest.mark.parametrize(
    "packed",
    [
        b"\x04\x08abc",
        b"\x02\x08abc",
        b"\x08\x0cabcd\x0e\x05\x00",
        b"\x08\x0cabcd\x0e\x00\x00",
        b"\xff",
    ],
)
def test_what_snappy_cannot_have_written(packed):
    with pytest.raises(IndexError):
        sstable.snappy(packed)


def test_castagnolis_checksum():
    """RFC 3720, appendix B.4."""
    assert sstable.crc32c(bytes(32)) == 0x8A9136AA
    assert sstable.crc32c(b"\xff" * 32) == 0x62A8AB43
    assert sstable.crc32c(bytes(range(32))) == 0x46DD794E


def test_a_missing_or_short_data_file(bundle):
    data = Path(f"{bundle}.data-00000-of-00001")
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=r"00001 is truncated: .* download the file again"):
        open_source(bundle)
    data.unlink()
    with pytest.raises(CheckpointError, match=r"there is no .*00001; put it there"):
        open_source(bundle)


def entry(**changes):
    """A BundleEntryProto of two floats."""
    values: dict[str, Any] = {
        "dtype": 1,
        "shape": b"\x12\x02\x08\x02",
        "shard": 0,
        "offset": 0,
        "size": 8,
    } | changes
    out = b"\x08" + varint(values["dtype"]) + b"\x12" + varint(len(values["shape"]))
    out += values["shape"] + b"\x18" + varint(values["shard"]) + b"\x20" + varint(values["offset"])
    return out + b"\x28" + varint(values["size"])


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([(b"", b"\x08\x01"), (b"a", entry(size=12))], "not that of its shape"),
        ([(b"", b"\x08\x01"), (b"a", entry(shard=1))], "not that of its shape"),
        ([(b"", b"\x08\x01"), (b"a", entry(offset=1))], "truncated"),
        ([(b"", b"\x08\x01"), (b"a", entry(shape=b"\x12\x02\x08\xff"))], "damaged"),
        ([(b"", b"\x08\x01"), (b"a", b"\x08")], "damaged"),
        ([(b"", b"\x08\x01"), (b"a", b"\x0a\x01x")], "damaged"),
        ([(b"", b"\x08\x01"), (b"a", b"\x13")], "damaged"),
        ([(b"", b"\x10\x01")], "big-endian"),
        ([(b"", b"\x08\x01"), (b"\xff", entry())], "decode"),
        ([(b"", b"\x08\x01"), (b"a" * 1025, entry())], "damaged"),
    ],
)
def test_an_index_with_a_wrong_entry(entries, reason, tmp_path):
    (tmp_path / "m.data-00000-of-00001").write_bytes(bytes(8))
    (tmp_path / "m.index").write_bytes(table(entries))
    with pytest.raises(CheckpointError, match=reason) as error:
        open_source(tmp_path / "m")
    assert str(tmp_path / "m") in str(error.value)


def test_a_good_entry_is_good(tmp_path):
    (tmp_path / "m.data-00000-of-00001").write_bytes(bytes(8))
    (tmp_path / "m.index").write_bytes(table([(b"", b"\x08\x01"), (b"a", entry())]))
    assert contents(tmp_path / "m")["a"].tolist() == [0, 0]


def test_one_block_listed_over_and_over(tmp_path):
    block = varint(0) + varint(1) + varint(0) + b"a" + struct.pack("<II", 0, 1)
    stored = block + b"\0" + masked(block + b"\0")
    handle = varint(0) + varint(len(block))
    index = b"".join(varint(0) + varint(1) + varint(len(handle)) + b"a" + handle for _ in "12")
    index += struct.pack("<II", 0, 1)
    footer = varint(0) + varint(0) + varint(len(stored)) + varint(len(index))
    whole = stored + index + b"\0" + masked(index + b"\0") + footer.ljust(40, b"\0") + sstable.MAGIC
    with pytest.raises(CheckpointError, match="damaged"):
        list(sstable.pairs(whole))


def test_variables_of_objects_and_texts_are_left_out(tmp_path):
    import tensorflow as tf

    tf.train.Checkpoint(v=tf.Variable([1.0, 2.0]), s=tf.Variable("text")).save(tmp_path / "ckpt")
    found = contents(tmp_path)
    assert list(found) == [f"{n}/.ATTRIBUTES/VARIABLE_VALUE" for n in ("save_counter", "v")]


def test_v1(tmp_path):
    path = write_v1(tmp_path)
    assert same(contents(path))
    with open_source(path) as source, pytest.raises(CheckpointError, match="no tensor 'x'; it has"):
        source.read("x")
    with pytest.raises(CheckpointError, match="closed"):
        source.read("step")


def test_a_damaged_v1(tmp_path):
    path = write_v1(tmp_path)
    whole = bytearray(path.read_bytes())
    whole[10:60] = bytes(50)
    path.write_bytes(whole)
    with pytest.raises(CheckpointError, match=r"TensorFlow cannot read .*download the file again"):
        contents(path)


def test_a_partitioned_variable(tmp_path):
    import tensorflow as tf

    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "m"),
        tensor_names=["table", "table", "step"],
        shape_and_slices=["4 3 0,2:0,3", "4 3 2,2:0,3", ""],
        tensors=[tf.zeros((2, 3)), tf.ones((2, 3)), tf.constant(7)],
    )
    found = contents(tmp_path / "m")
    assert found["table"].tolist() == [[0] * 3] * 2 + [[1] * 3] * 2
    assert found["step"] == 7


@pytest.mark.corpus
@pytest.mark.skipif(not os.environ.get("LM_DATA"), reason="LM_DATA names no corpus")
@pytest.mark.parametrize(
    ("name", "rows"),
    [("mega-bert-tok-tf/model.ckpt-100000", 21130), ("mega-clue-tok-tf/model.ckpt-220000", 8021)],
)
def test_gpt2_mls_own_index(name, rows, tmp_path):
    shutil.copy(PUBLISHED / f"{name}.index", tmp_path)
    prefix = tmp_path / Path(name).name
    # A file of 20 GB that takes no room on the disk.
    with Path(f"{prefix}.data-00000-of-00001").open("wb") as file:
        file.truncate(20_000_000_000)
    with open_source(tmp_path) as source:
        assert len(source.names()) == 1835
        assert source.shape("newslm/embeddings/word_embed") == (rows, 1536)
        assert source.shape("newslm/layer47/intermediate/kernel") == (1536, 6144)
        assert source.dtype("newslm/embeddings/pos_embed") == np.float32
        assert not source.read("newslm/layer00/query_layer/kernel").any()
