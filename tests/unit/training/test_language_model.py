"""The language models' trainer: what it computes, that it goes on after a stop, what it exports."""

import importlib.util
import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from engine.models.catalogue import ROOT
from engine.models.errors import CheckpointError
from engine.tokenizers import CPMTokenizer, conditions
from engine.transformer.checkpoints.loading import load_checkpoint
from engine.transformer.families import family_config
from engine.transformer.language_model import LanguageModel
from tests.libraries import environment
from tests.unit.training.language_model_pack import TOKENIZER, options, pack
from training.common.command import prefetched
from training.common.optimizer import Schedule, make_optimizer
from training.language_model.data import Pack
from training.language_model.export import export, read_run, whole
from training.language_model.network import Network
from training.language_model.run import TransformerRun

CONFIG = family_config(
    "bundled",
    vocab_size=64,
    hidden_size=16,
    num_layers=2,
    num_heads=2,
    intermediate_size=32,
    max_positions=32,
    num_segments=conditions.NUM_SEGMENTS,
    condition_size=4,
)


class _Learned:
    """A network's weights for the engine."""

    def __init__(self, network: Network) -> None:
        arrays = {name: ops.convert_to_numpy(v) for name, v in network.learned.items()}
        self._arrays = whole(arrays, network.factors)

    def read(self, name: str) -> np.ndarray:
        return self._arrays[name]


def network(precision: str = "float32") -> Network:
    """With weights that all matter."""
    keras.utils.set_random_seed(0)
    found = Network(CONFIG, conditions.factors(), precision=precision)
    found.build()
    for variable in found.learned.values():
        variable.assign(variable + 0.2 * keras.random.normal(variable.shape))
    return found


def train(run: TransformerRun) -> None:
    start = run.step * run.args.accumulate
    size, windows = run.args.window, run.args.windows
    run.fit(prefetched(run.pack.batches(run.args.mix, size=size, windows=windows, start=start)))


def test_a_window_of_documents_is_as_good_as_each_by_itself(tmp_path: Path) -> None:
    model = network()
    engine = LanguageModel.build(CONFIG, _Learned(model), runtime="openvino")
    batch = next(Pack(pack(tmp_path)).batches("base", size=24, windows=3))
    losses = ops.convert_to_numpy(model.target_losses(batch))
    compared = 0
    for row in range(3):
        for document in np.unique(batch["documents"][row]):
            at = batch["documents"][row] == document
            logits = engine.logits(
                batch["tokens"][row, at].tolist(), batch["segments"][row, at].tolist()
            )
            logits = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
            targets = batch["targets"][row, at]
            expected = -logits[np.arange(len(targets)), np.maximum(targets, 0)]
            np.testing.assert_allclose(losses[row, at], expected * (targets >= 0), atol=1e-4)
            compared += 1
    assert compared > 4


def test_the_gradients_are_those_of_the_loss(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("training.language_model.network.ROWS", 10)
    model = network()
    model.compile(optimizer=keras.optimizers.SGD(1.0), jit_compile=False)
    batch = next(Pack(pack(tmp_path)).batches("base", size=24, windows=2))
    before = {name: ops.convert_to_numpy(v).copy() for name, v in model.learned.items()}
    model.train_on_batch(batch, batch["targets"])
    gradients = {n: before[n] - ops.convert_to_numpy(v) for n, v in model.learned.items()}
    for name, array in before.items():
        model.learned[name].assign(array)
    random = np.random.default_rng(0)
    for name in (
        "embeddings/token",
        "embeddings/segment",
        "embeddings/condition",
        "layers/0/attention_norm/condition/kernel",
        "layers/1/feed_forward/up/kernel",
        "final_norm/bias",
    ):
        direction = random.normal(size=before[name].shape).astype(np.float32)
        slopes = []
        for sign in (1, -1):
            model.learned[name].assign(before[name] + sign * 1e-2 * direction)
            slopes.append(model.mean_loss(batch))
        model.learned[name].assign(before[name])
        expected = (slopes[0] - slopes[1]) / 2e-2
        assert (gradients[name] * direction).sum() == pytest.approx(expected, rel=0.02, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("library", ["tensorflow", "jax", "torch"])
def test_every_library_learns_the_same(library: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    args = options(pack(tmp_path / "pack"), tmp_path / "run", steps=40, decay=10, rate=0.01)
    words = [str(args.pack)]
    words += [f"--{k.replace('_', '-')}={v}" for k, v in vars(args).items() if k != "pack" and v]
    run = subprocess.run(
        [sys.executable, "-m", "training.language_model.train", *words],
        cwd=ROOT,
        env={**environment(library), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert log[-1]["step"] == 40
    first, *_, last = [line["held_out"] for line in log if "held_out" in line]
    assert first["texts"] > 2.8 and first["talks"] > 2.8
    assert last["texts"] < 2.1 and last["talks"] < 1.7


@pytest.mark.slow
def test_a_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack")
    straight = TransformerRun(options(folder, tmp_path / "straight", steps=4))
    train(straight)
    half = TransformerRun(options(folder, tmp_path / "stopped", steps=4))
    half.args.steps = 2
    train(half)
    again = TransformerRun(options(folder, tmp_path / "stopped", steps=4))
    assert (half.step, again.step) == (2, 2)
    train(again)
    one, two = (read_run(tmp_path / name) for name in ("straight", "stopped"))
    for name, array in one.arrays.items():
        np.testing.assert_allclose(two.arrays[name], array, atol=1e-5, err_msg=name)
    tuned = TransformerRun(
        options(folder, tmp_path / "tuned", mix="texts", init=tmp_path / "straight")
    )
    assert tuned.step == 0
    tuned.save()
    for name, array in read_run(tmp_path / "tuned").arrays.items():
        np.testing.assert_array_equal(array, one.arrays[name])


def test_an_exported_model_is_the_one_that_was_trained(tmp_path: Path) -> None:
    tokenizer = tmp_path / "tokenizer"
    tokenizer.mkdir()
    shutil.copyfile(TOKENIZER, tokenizer / "chinese.model")
    pieces = CPMTokenizer(TOKENIZER, words=False)
    run = TransformerRun(
        options(pack(tmp_path / "pack"), tmp_path / "run", vocabulary=pieces.vocab_size)
    )
    run.save()
    trained = read_run(run.folder)
    model = LanguageModel.build(trained.config, trained, runtime="openvino")
    export(run.folder, tmp_path / "int8", tokenizer)
    small = load_checkpoint(tmp_path / "int8")
    assert small.dtype == "int8" and small.config == trained.config
    assert small.tokenizer is not None
    text = small.tokenizer.encode("天下\n大事")
    assert text == pieces.encode("天下\n大事")
    expected, found = (each.logits(text, [3] * len(text)) for each in (model, small))
    assert 0 < np.abs(found - expected).max() < 0.05 * np.abs(expected).max()
    again = TransformerRun(
        options(
            tmp_path / "pack",
            tmp_path / "again",
            vocabulary=pieces.vocab_size,
            init=tmp_path / "int8",
        )
    )
    was, now = (_Learned(each.network) for each in (run, again))
    for name in run.network.learned:
        assert np.abs(now.read(name) - was.read(name)).max() <= 0.02 * np.abs(was.read(name)).max()
    (tokenizer / "chinese.model").write_bytes(b"another one")
    with pytest.raises(CheckpointError, match="another tokenizer"):
        export(run.folder, tmp_path / "again", tokenizer)


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no run"):
        read_run(tmp_path)


@pytest.mark.parametrize("parts", [1, 4])
def test_schedules_of_the_rate(parts: int) -> None:
    def rates(decay: int | None) -> list[float]:
        found = Schedule(2.0, 20, warmup=4, decay=decay, parts=parts)
        return [float(found(step * parts + parts - 1)) for step in range(21)]

    stable = rates(decay=5)
    assert stable[:4] == pytest.approx([0.5, 1.0, 1.5, 2.0])
    assert stable[4:16] == pytest.approx([2.0] * 12)
    assert stable[16:] == pytest.approx([1.6, 1.2, 0.8, 0.4, 0.0])
    cosine = rates(decay=None)
    assert cosine[:4] == pytest.approx([0.5, 1.0, 1.5, 2.0])
    assert cosine[12] == pytest.approx(1.0) and cosine[20] == pytest.approx(0, abs=1e-6)
    assert all(a > b for a, b in itertools.pairwise(cosine[4:]))


def test_what_is_no_matrix_of_a_block_neither_decays_nor_goes_by_muon() -> None:
    for name in ("muon", "adamw"):
        model = network()
        options = {"adam_ratio": 1.0, "weight_decay": 0.5, "precision": "float32", "pool": None}
        schedule = Schedule(1.0, 10, warmup=1, decay=None)
        optimizer = make_optimizer(name, schedule, **options)
        optimizer.build(model.trainable_variables)
        before = {key: ops.convert_to_numpy(v).copy() for key, v in model.learned.items()}
        optimizer._apply_weight_decay(model.trainable_variables)
        decayed = {
            key
            for key, value in model.learned.items()
            if not np.allclose(ops.convert_to_numpy(value), before[key])
        }
        kernels = {key for key in before if key.endswith("kernel") and "condition" not in key}
        assert decayed == kernels
        if name == "muon":
            assert {k for k, v in model.learned.items() if not optimizer._should_use_adamw(v)} == (
                kernels
            )
