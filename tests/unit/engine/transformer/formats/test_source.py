import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats import open_source
from tests.unit.engine.transformer.formats.samples import (
    ARRAYS,
    contents,
    same,
    torch_file,
    write_bundle,
    write_hdf5,
    write_safetensors,
    write_v1,
)


@pytest.fixture
def shards(tmp_path):
    """Two shards and their index."""
    weight_map = {}
    for number, names in enumerate((list(ARRAYS)[:2], list(ARRAYS)[2:]), 1):
        file = f"model-{number:05}-of-00002.safetensors"
        save_file({name: ARRAYS[name] for name in names}, tmp_path / file)
        weight_map |= dict.fromkeys(names, file)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": weight_map}))
    return index


def edit(index, change):
    parsed = json.loads(index.read_text())
    change(parsed["weight_map"])
    index.write_text(json.dumps(parsed))


@pytest.mark.parametrize("write", [write_safetensors, write_hdf5, write_bundle, write_v1])
def test_the_content_and_not_the_name_tells_the_format(write, tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    path = write(folder)
    assert same(contents(path))
    if path.is_file():
        path.rename(tmp_path / "renamed.bin")
        assert same(contents(tmp_path / "renamed.bin"))


@pytest.mark.parametrize("write", [write_safetensors, write_hdf5, write_bundle])
def test_a_folder_with_one_checkpoint(write, tmp_path):
    write(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "vocab.txt").write_text("a")
    assert same(contents(tmp_path))
    assert same(contents(str(tmp_path)))


@pytest.mark.parametrize("form", ["zip", "legacy"])
def test_a_folder_with_a_torch_file(form, tmp_path):
    torch_file(f"training_state.{form}", tmp_path).rename(tmp_path / "weights.pt")
    assert "module.dense.weight" in contents(tmp_path)


def test_safetensors_are_taken_before_pickles(tmp_path):
    torch_file("training_state.zip", tmp_path).rename(tmp_path / "pytorch_model.bin")
    write_safetensors(tmp_path)
    assert same(contents(tmp_path))


def test_shards_with_an_index(shards):
    assert same(contents(shards))
    assert same(contents(shards.parent))
    with open_source(shards) as source:
        assert source.names() == tuple(ARRAYS)
        with pytest.raises(CheckpointError, match="no tensor 'x'; it has model/word"):
            source.shape("x")
    with pytest.raises(CheckpointError, match="closed"):
        source.read("step")


def test_shards_of_torch_files(tmp_path):
    torch_file("state_dict.zip", tmp_path)
    torch_file("newer_dtypes.zip", tmp_path)
    weight_map = {"int8": "state_dict.zip", "uint16": "newer_dtypes.zip"}
    index = tmp_path / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"weight_map": weight_map}))
    found = contents(tmp_path)
    assert found["int8"].tolist() == [-128, 127]
    assert found["uint16"].tolist() == [1, 65535]


def test_shards_without_an_index(shards):
    shards.unlink()
    assert same(contents(shards.parent))
    (shards.parent / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"00002-of-00002.* is missing.*download this file"):
        open_source(shards.parent)
    shutil.copy(
        shards.parent / "model-00001-of-00002.safetensors",
        shards.parent / "model-00002-of-00002.safetensors",
    )
    with pytest.raises(CheckpointError, match="which another shard has too"):
        open_source(shards.parent)


def test_a_missing_and_a_truncated_shard(shards):
    second = shards.parent / "model-00002-of-00002.safetensors"
    second.write_bytes(second.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=r"00002-of-00002.safetensors is truncated"):
        open_source(shards)
    second.unlink()
    with pytest.raises(
        CheckpointError, match=r"00002-of-00002.safetensors is missing: .*2 tensors"
    ):
        open_source(shards)


def test_a_shard_of_another_checkpoint(shards):
    edit(shards, lambda weights: weights.update(more="model-00001-of-00002.safetensors"))
    with pytest.raises(CheckpointError, match=r"00001-of-00002.* lacks more, which"):
        open_source(shards)


@pytest.mark.parametrize("file", ["../model.safetensors", "/etc/passwd", 3, None, "a\0b", "", ".."])
def test_an_index_names_only_files_beside_it(file, shards):
    edit(shards, lambda weights: weights.update(step=file))
    with pytest.raises(CheckpointError, match="not the name of a file beside it"):
        open_source(shards)


def test_an_index_that_lists_itself(shards):
    edit(shards, lambda weights: weights.update(step=shards.name))
    with pytest.raises(CheckpointError, match="in no format"):
        open_source(shards)


@pytest.mark.parametrize("text", ["{}", '{"weight_map": 3}', "{", '{"a":' * 100_000])
def test_json_that_is_no_index(text, tmp_path):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match="is no index of shards"):
        open_source(tmp_path / "config.json")


def test_nothing_there(tmp_path):
    with pytest.raises(CheckpointError, match=r"there is no .*model.ckpt; name a file"):
        open_source(tmp_path / "model.ckpt")
    with pytest.raises(CheckpointError, match="has no weights in it; put"):
        open_source(tmp_path)


def test_several_checkpoints_in_a_folder(tmp_path):
    for name in ("a", "b"):
        save_file(ARRAYS, tmp_path / f"{name}.safetensors")
    with pytest.raises(CheckpointError, match=r"several .*a.safetensors, b.safetensors.*name one"):
        open_source(tmp_path)


def test_the_newest_of_tensorflows_checkpoints(tmp_path):
    write_bundle(tmp_path)
    for file in tmp_path.glob("model.ckpt-7.*"):
        shutil.copy(file, tmp_path / file.name.replace("-7", "-6"))
    with pytest.raises(CheckpointError, match="several"):
        open_source(tmp_path)
    state = 'model_checkpoint_path: "/home/trainer/model.ckpt-7"\n'
    (tmp_path / "checkpoint").write_text(state)
    with open_source(tmp_path) as source:
        assert source.path.name == "model.ckpt-7"


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"a", bytes(99)])
def test_files_that_are_no_weights(content, tmp_path):
    (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"in no format that is read here.*error page"):
        open_source(tmp_path / "model.bin")


def test_what_git_lfs_left(tmp_path):
    (tmp_path / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(CheckpointError, match="run git lfs pull"):
        open_source(tmp_path)


@pytest.mark.parametrize("length", [0x480, 0x4B50, 0x7B, 0x37B])
def test_a_safetensors_header_whose_length_looks_like_another_format(length, tmp_path):
    """A pickle, a zip, JSON."""
    header = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.ljust(length)
    (tmp_path / "f").write_bytes(length.to_bytes(8, "little") + header + bytes(4))
    assert contents(tmp_path / "f")["a"] == 0


def test_a_path_that_the_operating_system_refuses(tmp_path):
    with pytest.raises(CheckpointError, match="cannot be read"):
        open_source(tmp_path / ("a" * 5000))


def test_importing_the_readers_imports_no_library_that_computes():
    program = (
        "import sys, engine.transformer.checkpoints.formats;"
        "print(*{'keras', 'tensorflow', 'jax', 'torch', 'h5py'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_threads_may_share_a_source(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    arrays = {f"t{i}": np.full(1000, i, np.float32) for i in range(200)}
    save_file(arrays, tmp_path / "f")
    with open_source(tmp_path / "f") as source, ThreadPoolExecutor(8) as pool:
        for name, found in zip(arrays, pool.map(source.read, arrays), strict=True):
            assert np.array_equal(found, arrays[name])
