import h5py
import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats import hdf5, hdf5_layout, open_keras_hdf5
from tests.unit.engine.transformer.formats.samples import ARRAYS, contents, same, write_hdf5


@pytest.mark.parametrize("texts", [np.asarray, list], ids=["h5py 2", "h5py 3"])
def test_weights_of_save_weights(texts, tmp_path):
    found = contents(write_hdf5(tmp_path, texts))
    assert list(found) == list(ARRAYS)
    assert same(found)


def test_reading_copies_nothing(tmp_path):
    with open_keras_hdf5(write_hdf5(tmp_path)) as source:
        assert not source.read("model/word").flags.owndata


def test_a_whole_model_and_lists_in_pieces(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        root = file.create_group("model_weights")
        root.attrs["layer_names0"] = np.array([b"a", b"none"])
        root.attrs["layer_names1"] = np.array([b"b"])
        root.create_group("none").attrs["weight_names"] = np.array([])
        for number, layer in enumerate("ab"):
            group = root.create_group(layer)
            group.attrs["weight_names"] = np.array([b"dense/kernel:0", f"only_{layer}".encode()])
            group["dense/kernel:0"] = np.full(2, number, np.float32)
            group[f"only_{layer}"] = np.float32(number)
    found = contents(tmp_path / "m.h5")
    assert list(found) == ["a/dense/kernel:0", "only_a", "b/dense/kernel:0", "only_b"]
    assert found["b/dense/kernel:0"].tolist() == [1, 1]


def spoil(path, change):
    with h5py.File(path, "r+") as file:
        change(file)
    return path


def external_link(file):
    del file["model"]["model/bias"]
    file["model"]["model/bias"] = h5py.ExternalLink("other.h5", "/secret")


def external_data(file):
    del file["model"]["model/bias"]
    file["model"].create_dataset(
        "model/bias", shape=(3,), dtype="f4", external=[("/etc/hostname", 0, 12)]
    )


def replace(**options):
    def change(file):
        del file["model"]["model/bias"]
        file["model"].create_dataset("model/bias", **options)

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda file: file.attrs.pop("layer_names"), "lists no layers as Keras 2 does; if Keras 3"),
        (lambda file: file["model"].pop("model/bias"), "lists model/bias, which is not in it"),
        (lambda file: file.pop("step"), "lists step, which is not in it"),
        (replace(data=[b"text"]), "model/bias is no array of little-endian numbers"),
        (replace(data=np.zeros(3, ">f4")), "model/bias is no array of little-endian numbers"),
        (replace(data=np.zeros(3), compression="gzip"), "model/bias is compressed.*h5repack"),
        (replace(shape=(2**40,), dtype="f4", chunks=(1024,)), "model/bias is compressed"),
        (external_link, "model/bias lies in another file"),
        (external_data, "model/bias lies in another file"),
    ],
)
def test_a_file_that_is_not_as_keras_writes_it(change, reason, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.zeros(3, np.float32)
    path = spoil(write_hdf5(tmp_path), change)
    with pytest.raises(CheckpointError, match=reason) as error:
        open_keras_hdf5(path)
    assert str(path) in str(error.value)


def test_hdf5_that_comes_to_no_end(tmp_path, monkeypatch):
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass")
    monkeypatch.setattr(hdf5_layout, "__file__", str(endless))
    monkeypatch.setattr(hdf5, "SECONDS", 0.5)
    with pytest.raises(CheckpointError, match="comes to no end"):
        open_keras_hdf5(write_hdf5(tmp_path))


def test_hdf5_that_crashes(tmp_path, monkeypatch):
    crash = tmp_path / "crash.py"
    crash.write_text("import os; os.abort()")
    monkeypatch.setattr(hdf5_layout, "__file__", str(crash))
    with pytest.raises(CheckpointError, match="HDF5 cannot read it"):
        open_keras_hdf5(write_hdf5(tmp_path))
