import gc
import json
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats import open_source
from engine.weights.safetensors import open_safetensors
from tests.unit.engine.transformer.formats.samples import ARRAYS, contents, same, write_safetensors

DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8"]
DTYPES += ["uint64", "uint32", "uint16", "uint8", "bool"]


def write(path, header, data=b""):
    """A file whose header is what the test says, be it right or wrong."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def entry(dtype="F32", shape=(2,), begin=0, end=8):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def test_every_dtype_reads_as_the_package_writes_it(tmp_path):
    arrays = {name: np.array([[0, 1, 1]], name) for name in DTYPES}
    arrays["scalar"] = np.array(2.5, np.float32)
    arrays["empty"] = np.zeros((0, 3), np.float32)
    save_file(arrays, tmp_path / "all", metadata={"format": "np"})
    assert same(contents(tmp_path / "all"), arrays)


def test_two_and_one_byte_floats(tmp_path):
    values = np.array([1.5, -2.0], ml_dtypes.bfloat16).tobytes() + b"\x38\x40"
    header = {"half": entry("BF16", end=4), "eighth": entry("F8_E4M3", begin=4, end=6)}
    found = contents(write(tmp_path / "f", header, values))
    assert found["half"].dtype == ml_dtypes.bfloat16
    assert found["half"].tolist() == [1.5, -2.0]
    assert found["eighth"].tolist() == [1.0, 2.0]


def test_reading_copies_nothing_and_allows_no_writing(tmp_path):
    with open_safetensors(write_safetensors(tmp_path)) as source:
        array = source.read("model/word")
    assert not array.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0
    assert np.array_equal(array, ARRAYS["model/word"]), "stays valid when the source is closed"


def test_a_tensor_at_an_odd_place_is_aligned(tmp_path):
    header = {"byte": entry("U8", (1,), 0, 1), "float": entry("F32", (2,), 1, 9)}
    data = b"\x07" + np.array([1.5, 2.5], np.float32).tobytes()
    assert contents(write(tmp_path / "f", header, data))["float"].tolist() == [1.5, 2.5]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_large_file_is_never_in_memory_as_a_whole(tmp_path):
    megabyte = np.zeros(1 << 18, np.float32)
    save_file({f"t{i}": megabyte for i in range(64)}, tmp_path / "f")
    gc.collect()
    before = resident()
    peak = 0
    with open_safetensors(tmp_path / "f") as source:
        for name in source.names():
            assert source.read(name).sum() == 0
            peak = max(peak, resident() - before)
    assert peak < 16 << 20


def resident() -> int:
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_closed_and_unknown(tmp_path):
    source = open_source(write_safetensors(tmp_path))
    with pytest.raises(CheckpointError, match=r"no tensor 'wrod'; it has .*model/word"):
        source.read("wrod")
    source.close()
    with pytest.raises(CheckpointError, match="closed"):
        source.read("step")


@pytest.mark.parametrize(
    ("header", "data", "reason"),
    [
        ({"a": entry()}, b"1234", "truncated: a ends at byte .* download the file again"),
        ({"a": entry()}, b"123456789", "bytes between or after"),
        ({"a": entry(), "b": entry(begin=4, end=12)}, b"123456789012", "overlap"),
        ({"a": entry(begin=4, end=12)}, b"123456789012", "bytes between"),
        ({"a": entry(shape=(3,))}, b"12345678", r"a is F32 \(3,\) in 8 bytes"),
        ({"a": entry(shape=(-2,), end=-8)}, b"", "entry for a is damaged"),
        ({"a": entry(shape=(True, 2))}, b"12345678", "entry for a is damaged"),
        ({"a": entry(shape=(0, 2**70), end=0)}, b"", "larger than the file"),
        ({"a": entry("F4", (4,), 0, 2)}, b"12", "dtype 'F4', which is not read here; convert"),
        ({"a": entry(["F32"])}, b"12345678", "not read here"),
        ({"a": {}}, b"", "entry for a is damaged"),
        ({"a": 3}, b"", "entry for a is damaged"),
        (b'{"a": 1, "a": 2}', b"", "a name occurs twice"),
        (b"[" * 100_000, b"", "no legible header"),
        (b"{}x", b"", "no legible header"),
        (b"[]", b"", "no JSON object"),
        (b"{\xff}", b"", "no legible header"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(header, data, reason, tmp_path):
    path = write(tmp_path / "bad", header, data)
    with pytest.raises(CheckpointError, match=reason) as caught:
        open_safetensors(path)
    assert str(path) in str(caught.value)


def test_a_header_longer_than_the_file(tmp_path):
    (tmp_path / "f").write_bytes((1 << 60).to_bytes(8, "little") + b"{}")
    with pytest.raises(CheckpointError, match="ends before its header"):
        open_safetensors(tmp_path / "f")
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(CheckpointError, match="cannot be read"):
        open_safetensors(tmp_path / "empty")
