"""One short run of the training script, stopped and resumed, on the sample games."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from training.xiangqi.export import export
from training.xiangqi.network import LOSSES

SAMPLE = Path(__file__).parents[2] / "data" / "xiangqi" / "sample_games.tsv"
SIZES = "--channels 8 --blocks 1 --squeeze 4 --width 32 --layers 1 --heads 2 --windows 4".split()


def train(corpus: Path, run: Path, steps: int) -> str:
    command = [sys.executable, "-m", "training.xiangqi.train", str(corpus), "--run", str(run)]
    command += ["--steps", str(steps), "--decay", "4", *SIZES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
def test_a_run_learns_and_resumes_where_it_stopped(tmp_path: Path) -> None:
    corpus, run = tmp_path / "corpus", tmp_path / "run"
    corpus.mkdir()
    shutil.copy(SAMPLE, corpus / "human_games.tsv")
    assert "from step 0" in train(corpus, run, 12)
    assert "from step 12" in train(corpus, run, 24)
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    log = [line for line in lines if "loss" in line]
    assert log[-1]["step"] == 24
    assert log[-1]["loss"] < log[0]["loss"]
    assert all(line[name] >= 0 for line in log for name in LOSSES)
    held_out = (run / "held_out.tsv").read_text().splitlines()
    assert len(held_out) >= len(SAMPLE.read_text().splitlines()) // 35

    export(run, tmp_path / "model")
    settings = (tmp_path / "model" / "config.json").read_text()
    assert json.loads(settings)["model"]["width"] == 32
    assert list((tmp_path / "model").glob("model-*.safetensors"))
    # As runs were before they had a common folder.
    model = json.loads((run / "config.json").read_text())["model"]
    (run / "config.json").write_text(json.dumps(model))
    export(run, tmp_path / "again")
    assert (tmp_path / "again" / "config.json").read_text() == settings
