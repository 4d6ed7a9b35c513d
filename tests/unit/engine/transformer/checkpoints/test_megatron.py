import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import megatron, open_weights
from engine.transformer.checkpoints.canonical import MappedWeights
from tests.unit.engine.transformer.checkpoints import published


@pytest.fixture
def config():
    return published.tiny_config("cpm", num_heads=4, intermediate_size=32, vocab_size=48)


def deal_out(tensors, ranks, heads):
    """The shares of each rank, by Megatron-LM's own rules: heads, inner units and words are dealt
    out whole. Written apart from the reader, over heads where that is over thirds."""
    shares = [{} for _ in range(ranks)]
    for name, array in tensors.items():
        for rank, share in enumerate(shares):
            if "query_key_value" in name:
                by_head = array.reshape(3, heads, -1, *array.shape[1:])
                own = by_head[:, rank * heads // ranks : (rank + 1) * heads // ranks]
                share[name] = own.reshape(-1, *array.shape[1:])
            elif re.search(r"word_embeddings|dense_h_to_4h", name):
                share[name] = np.split(array, ranks)[rank]
            elif re.search(r"(attention\.dense|dense_4h_to_h)\.weight", name):
                share[name] = np.split(array, ranks, axis=1)[rank]
            else:
                share[name] = array
    return shares


def write_ranks(folder, shares, name="mp_rank_{:02}_model_states.pt"):
    torch = pytest.importorskip("torch", reason="only PyTorch writes its files")

    for rank, share in enumerate(shares):
        path = folder / name.format(rank)
        path.parent.mkdir(parents=True, exist_ok=True)
        module = {key: torch.from_numpy(np.ascontiguousarray(x)) for key, x in share.items()}
        torch.save({"module": module, "iteration": 80000, "dp_world_size": 1}, path)


def merged_source(shares: Iterable[Any]) -> megatron.MergedSource:
    sources: Any = [published.Memory(share) for share in shares]
    return megatron.MergedSource(Path("ranks"), sources)


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_any_number_of_ranks_is_one_model(config, ranks):
    weights = published.tiny_weights(config)
    shares = deal_out(published.publish(megatron.CPM, weights), ranks, config.num_heads)
    merged = merged_source(shares)
    mapped = MappedWeights(merged, megatron.CPM, config)
    for name, array in weights.items():
        assert np.array_equal(mapped.read(name), array), name


@pytest.mark.parametrize("ranks", [2, 4])
def test_ranks_together_compute_what_the_merged_layer_does(config, ranks):
    """The parallel computation itself: column-parallel outputs side by side, each rank's heads
    attending alone, and row-parallel outputs summed."""
    random = np.random.default_rng(1)
    weights = published.tiny_weights(config)
    x = random.normal(size=(7, config.hidden_size)).astype(np.float32)
    shares = deal_out(published.publish(megatron.CPM, weights), ranks, config.num_heads)
    merged = merged_source(shares)
    mapped = MappedWeights(merged, megatron.CPM, config)

    def attention(fused, heads, output):
        query, key, value = (
            part.reshape(7, heads, -1).swapaxes(0, 1) for part in np.split(fused, 3, axis=-1)
        )
        scores = np.exp(query @ key.swapaxes(1, 2) / 10)
        mixed = scores / scores.sum(-1, keepdims=True) @ value
        return mixed.swapaxes(0, 1).reshape(7, -1) @ output

    name = "layers/1/attention"
    whole = attention(
        x @ mapped.read(f"{name}/query_key_value/kernel"),
        config.num_heads,
        mapped.read(f"{name}/output/kernel"),
    )
    name = "transformer.layers.1.attention"
    parts = [
        attention(
            x @ share[f"{name}.query_key_value.weight"].T,
            config.num_heads // ranks,
            share[f"{name}.dense.weight"].T,
        )
        for share in shares
    ]
    assert np.allclose(whole, sum(parts), atol=1e-4)

    up, down = (mapped.read(f"layers/1/feed_forward/{half}/kernel") for half in ("up", "down"))
    name = "transformer.layers.1.mlp"
    parts = [
        np.maximum(x @ share[f"{name}.dense_h_to_4h.weight"].T, 0)
        @ share[f"{name}.dense_4h_to_h.weight"].T
        for share in shares
    ]
    assert np.allclose(np.maximum(x @ up, 0) @ down, sum(parts), atol=1e-4)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("80000/mp_rank_{:02}_model_states.pt", "80000"),
        ("80000/mp_rank_{:02}_model_states.pt", "."),
        ("iter_0080000/mp_rank_{:02}/model_states.pt", "."),
    ],
)
def test_ranks_are_found_and_read_from_disk(config, tmp_path, name, given):
    weights = published.tiny_weights(config)
    write_ranks(tmp_path, deal_out(published.publish(megatron.CPM, weights), 2, 4), name)
    (tmp_path / "latest_checkpointed_iteration.txt").write_text("80000\n")
    folder = tmp_path / given
    (folder / "config.json").write_text(json.dumps({"num_attention_heads": 4}))
    opened = open_weights(folder)
    assert opened.config == config
    published.assert_equal(opened, weights)


def test_the_last_iteration_is_taken_and_the_only_one_needs_no_note(config, tmp_path):
    weights = [published.tiny_weights(config, seed) for seed in (1, 2)]
    for folder, those in zip(("70000", "80000"), weights, strict=True):
        shares = deal_out(published.publish(megatron.CPM, those), 2, 4)
        write_ranks(tmp_path / folder, shares)
    (tmp_path / "config.json").write_text(json.dumps({"num_attention_heads": 4}))
    with pytest.raises(CheckpointError, match=r"several iterations \(70000, 80000\)"):
        open_weights(tmp_path)
    latest = tmp_path / "latest_checkpointed_iteration.txt"
    latest.write_text("80000\n")
    published.assert_equal(open_weights(tmp_path), weights[1])
    latest.unlink()
    shutil.rmtree(tmp_path / "80000")
    published.assert_equal(open_weights(tmp_path), weights[0])


def test_a_missing_rank_is_named(config, tmp_path):
    shares = deal_out(published.publish(megatron.CPM, published.tiny_weights(config)), 4, 4)
    write_ranks(tmp_path, shares)
    (tmp_path / "mp_rank_02_model_states.pt").unlink()
    with pytest.raises(CheckpointError, match="lacks mp_rank_02: get all the shards"):
        open_weights(tmp_path)


def test_ranks_of_different_models_are_noticed(config):
    shares = deal_out(published.publish(megatron.CPM, published.tiny_weights(config)), 2, 4)
    del shares[1]["transformer.final_layernorm.bias"]
    with pytest.raises(CheckpointError, match=r"rank 1 and rank 0 do not both have .*norm\.bias"):
        merged_source(shares)
    shares[1]["transformer.final_layernorm.bias"] = np.ones(15, np.float32)
    with pytest.raises(CheckpointError, match=r"bias is \(15,\) in rank 1 and \(16,\) in rank 0"):
        merged_source(shares)


def test_a_folder_without_ranks_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"has no mp_rank_00_model_states\.pt"):
        megatron.open_megatron(tmp_path)
