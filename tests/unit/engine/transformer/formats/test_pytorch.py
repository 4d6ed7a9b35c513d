import io
import zipfile

import ml_dtypes
import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats import open_pytorch
from tests.unit.engine.transformer.formats.samples import contents, same, torch_file

TABLE = np.arange(24, dtype=np.float32).reshape(4, 6)

STATE = {
    "float32": TABLE,
    "transposed": TABLE.T,
    "rows": TABLE[1:3],
    "columns": TABLE[:, ::2],
    "tied": TABLE,
    "expanded": np.array([[1.5, -2]] * 3, np.float32),
    "parameter": np.array([[0.25, -0.5]], np.float32),
    "buffer": np.array([7], np.float32),
    "scalar": np.array(3.5, np.float32),
    "empty": np.zeros((0, 5), np.float32),
    "float16": np.array([1.5, -65504], np.float16),
    "bfloat16": np.array([[1, -3.0e38], [2.0**-130, 0]], ml_dtypes.bfloat16),
    "float64": np.array([1 / 3]),
    "int64": np.array([-(2**62), 2**62]),
    "int32": np.array([-5, 5], np.int32),
    "int16": np.array([-300, 300], np.int16),
    "int8": np.array([-128, 127], np.int8),
    "uint8": np.array([0, 255], np.uint8),
    "bool": np.array([True, False, True]),
}

FORMS = pytest.mark.parametrize("form", ["zip", "legacy"])


@FORMS
def test_every_dtype_and_layout_reads_as_pytorch_wrote_it(form, tmp_path):
    found = contents(torch_file(f"state_dict.{form}", tmp_path))
    assert list(found) == list(STATE)
    assert same(found, STATE)


def test_reading_copies_nothing(tmp_path):
    with open_pytorch(torch_file("state_dict.zip", tmp_path)) as source:
        assert not source.read("transposed").flags.owndata
        assert not source.read("transposed").flags.c_contiguous
        assert not source.read("rows").flags.writeable


def test_dtypes_whose_storages_have_none(tmp_path):
    found = contents(torch_file("newer_dtypes.zip", tmp_path))
    assert found["uint16"].tolist() == [1, 65535]
    assert found["float8"].dtype == ml_dtypes.float8_e4m3fn
    assert found["float8"].tolist() == [0.5, -448.0]


@FORMS
def test_a_training_state_is_flattened_and_its_objects_left_out(form, tmp_path):
    path = torch_file(f"training_state.{form}", tmp_path)
    expected = {
        "dense.weight": np.arange(6, dtype=np.float32).reshape(3, 2),
        "dense.bias": np.array([0.5, 1.5, 2.5], np.float32),
    }
    found = contents(path)
    assert list(found) == [
        "module.dense.weight",
        "module.dense.bias",
        "optimizer.state.0.exp_avg",
    ]
    assert same({name: found[f"module.{name}"] for name in expected}, expected)
    with open_pytorch(path, "module") as source:
        assert same({name: source.read(name) for name in source.names()}, expected)
    with open_pytorch(path, "optimizer.state") as source:
        assert source.names() == ("0.exp_avg",)


@FORMS
def test_a_root_that_is_not_there(form, tmp_path):
    path = torch_file(f"training_state.{form}", tmp_path)
    with pytest.raises(CheckpointError, match="there is no 'model' in it; it has iteration, mod"):
        open_pytorch(path, "model")
    with pytest.raises(CheckpointError, match=r"there is no 'iteration.x' in it"):
        open_pytorch(path, "iteration.x")


def test_a_whole_model_is_not_its_weights(tmp_path):
    with pytest.raises(CheckpointError, match=r"no tensors by name; save model.state_dict\(\)"):
        open_pytorch(torch_file("whole_model.zip", tmp_path))


def rewritten(path, change):
    """The zip file with `change` applied to its members (name, bytes, info), anew."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            change(new, info.filename, old.read(info))
    path.write_bytes(out.getvalue())
    return path


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda z, n, d: n.endswith("data/0") or z.writestr(n, d), "lacks the numbers of float32"),
        (lambda z, n, d: z.writestr(n, d[: 4 if "data/" in n else None]), "not all there"),
        (lambda z, n, d: n.endswith(".pkl") or z.writestr(n, d), "none of torch.save's"),
        (lambda z, n, d: z.writestr(n, d.replace(b"little", b"big")), "big-endian"),
        (lambda z, n, d: z.writestr(n, d, zipfile.ZIP_DEFLATED), "is compressed"),
    ],
)
def test_a_zip_that_is_not_as_pytorch_writes_it(change, reason, tmp_path):
    path = rewritten(torch_file("state_dict.zip", tmp_path), change)
    with pytest.raises(CheckpointError, match=reason) as caught:
        open_pytorch(path)
    assert str(path) in str(caught.value)


def test_other_zip_files_and_pickles(tmp_path):
    np.savez(tmp_path / "a.npz", a=TABLE)
    with pytest.raises(CheckpointError, match=r"none of torch.save's"):
        open_pytorch(tmp_path / "a.npz")
    (tmp_path / "b").write_bytes(b"\x80\x02}.")
    with pytest.raises(CheckpointError, match=r"a pickle, but none of torch.save's"):
        open_pytorch(tmp_path / "b")


def test_a_legacy_file_without_its_end(tmp_path):
    path = torch_file("state_dict.legacy", tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=r"is truncated: .* download the file again"):
        open_pytorch(path)
