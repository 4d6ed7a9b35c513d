import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.weights import bundle


@pytest.fixture
def weights():
    random = np.random.default_rng(0)
    return {
        "layer/kernel": random.normal(size=(64, 32)).astype(np.float32),
        "layer/bias": random.normal(size=32).astype(np.float32),
    }


class Variable:
    def __init__(self, shape):
        self.shape = shape

    def assign(self, value):
        self.value = value


def test_int8_is_within_half_a_step_of_the_weights(weights, tmp_path):
    bundle.save(weights, tmp_path)
    loaded = bundle.load(tmp_path)
    kernel = weights["layer/kernel"]
    half_a_step = np.abs(kernel).max(axis=0) / 127 / 2
    assert (np.abs(loaded["layer/kernel"] - kernel) <= half_a_step + 1e-6).all()
    assert np.abs(loaded["layer/bias"] - weights["layer/bias"]).max() < 2e-3


def test_shards_stay_under_ten_megabytes_and_replace_older_ones(tmp_path):
    large = {f"w{i}": np.ones((1000, 4000), dtype=np.float32) for i in range(4)}
    bundle.save(large, tmp_path)
    shards = sorted(tmp_path.glob("*.safetensors"))
    assert len(shards) == 2
    assert all(path.stat().st_size < 10_000_000 for path in shards)
    assert bundle.load(tmp_path).keys() == large.keys()
    bundle.save({"w": np.ones((2, 2), dtype=np.float32)}, tmp_path)
    assert bundle.load(tmp_path).keys() == {"w"}


def test_a_missing_shard_is_counted(tmp_path):
    bundle.save({f"w{i}": np.ones((1000, 4000), dtype=np.float32) for i in range(4)}, tmp_path)
    next(tmp_path.glob("*.safetensors")).unlink()
    with pytest.raises(CheckpointError, match="00001-of-00002"):
        bundle.load(tmp_path)


def test_a_truncated_shard_is_named(weights, tmp_path):
    bundle.save(weights, tmp_path)
    path = next(tmp_path.glob("*.safetensors"))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=path.name):
        bundle.load(tmp_path)


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=str(tmp_path)):
        bundle.load(tmp_path)


def test_what_does_not_fit_is_named(weights, tmp_path):
    fitting = {"layer/kernel": Variable((64, 32)), "layer/bias": Variable((32,))}
    bundle.assign(fitting, weights, source=tmp_path)
    assert (fitting["layer/kernel"].value == weights["layer/kernel"]).all()
    wrong_shape = {**fitting, "layer/bias": Variable((31,))}
    with pytest.raises(CheckpointError, match=r"layer/bias is \(32,\), expected \(31,\)"):
        bundle.assign(wrong_shape, weights, source=tmp_path)
    with pytest.raises(CheckpointError, match="missing tensors norm/gamma"):
        bundle.assign({**fitting, "norm/gamma": Variable((1,))}, weights, source=tmp_path)
    weights["layer/bias"][3] = np.nan
    with pytest.raises(CheckpointError, match="layer/bias holds values that are not fin"):
        bundle.assign(fitting, weights, source=tmp_path)
