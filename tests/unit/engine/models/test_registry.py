"""Loading once, under a lock, within a budget; and status at any time without waiting."""

import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

from engine.models.catalogue import CATALOGUE, ROOT, ModelSpec
from engine.models.errors import ModelError, UnknownModelError
from engine.models.registry import MEMORY_PER_BYTE, Models, State
from engine.transformer.families import family_config
from engine.transformer.weights import shapes

loaded: list[Path] = []
gate = Event()


def load(folder: Path) -> list[Path]:
    """The loader of these tests: waits until it may, and keeps count."""
    gate.wait(10)
    loaded.append(folder)
    if (folder / "broken").exists():
        raise ValueError("shape mismatch")
    return [folder]


@pytest.fixture(autouse=True)
def _open_gate() -> Iterator[None]:
    loaded.clear()
    gate.set()
    yield
    gate.set()


def spec(folder: Path, name: str = "one", size: int = 100) -> ModelSpec:
    folder = folder / name
    folder.mkdir()
    (folder / "weights").write_bytes(b"x" * size)
    return ModelSpec(
        name=name,
        family="test",
        source="local",
        location=str(folder),
        loader=f"{__name__}:load",
        licence="Apache-2.0",
    )


def status_of(models: Models, name: str = "one") -> State:
    (status,) = models.status(name)
    return status.state


def test_many_at_once_get_one_model_loaded_once(tmp_path: Path) -> None:
    models = Models([spec(tmp_path)])
    start, got = Barrier(8), []

    def visitor() -> None:
        start.wait()
        got.append(models.get("one"))

    threads = [Thread(target=visitor) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(loaded) == 1
    assert len(got) == 8
    assert all(model is got[0] for model in got)


def test_status_does_not_wait_for_loading(tmp_path: Path) -> None:
    models = Models([spec(tmp_path, size=300)])
    assert status_of(models) is State.WAITING
    gate.clear()
    thread = models.preload()
    while status_of(models) is not State.LOADING:
        time.sleep(0.001)
    (status,) = models.status()
    assert status.seconds is not None
    gate.set()
    thread.join(10)
    (status,) = models.status()
    assert (status.state, status.bytes, status.device) == (State.READY, 300, "CPU")


def test_one_model_does_not_wait_for_another(tmp_path: Path) -> None:
    first, second = spec(tmp_path, "first"), spec(tmp_path, "second")
    models = Models([first, replace(second, loader="pathlib:Path")])
    gate.clear()
    thread = models.preload(["first"])
    while status_of(models, "first") is not State.LOADING:
        time.sleep(0.001)
    assert models.get("second") == Path(second.location)
    gate.set()
    thread.join(10)


def test_preloading_stops_at_the_budget(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    specs = [spec(tmp_path, "a", 100), spec(tmp_path, "b", 1000), spec(tmp_path, "c", 50)]
    models = Models(specs, budget=MEMORY_PER_BYTE * 160)
    models.preload().join(10)
    assert [status.state for status in models.status()] == ["ready", "waiting", "ready"]
    assert "b: not preloaded" in caplog.text
    assert models.get("b")


def test_a_download_counts_against_the_budget_before_it_begins(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    remote = replace(spec(tmp_path), source="hub", location="owner/name", parameters=10**9)
    models = Models([remote], budget=10**9 - 1)
    models.preload(["one"]).join(10)
    assert status_of(models) is State.REMOTE
    assert "one: not preloaded" in caplog.text


def test_a_failure_is_reported_and_tried_again(tmp_path: Path) -> None:
    models = Models([spec(tmp_path)])
    broken = tmp_path / "one" / "broken"
    broken.touch()
    with pytest.raises(ModelError, match="one cannot be loaded: ValueError: shape mismatch"):
        models.get("one")
    (status,) = models.status()
    assert status.state is State.FAILED
    assert status.error == "ValueError: shape mismatch"
    broken.unlink()
    assert models.get("one")
    assert status_of(models) is State.READY


def test_one_failure_does_not_keep_the_rest_from_loading(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models = Models([spec(tmp_path, "a"), spec(tmp_path, "b")])
    (tmp_path / "a" / "broken").touch()
    models.preload().join(10)
    assert status_of(models, "a") is State.FAILED
    assert status_of(models, "b") is State.READY
    assert "a cannot be loaded" in caplog.text


def test_a_model_whose_files_are_not_here_is_absent(tmp_path: Path) -> None:
    models = Models([replace(spec(tmp_path), location=str(tmp_path / "nowhere"))])
    assert status_of(models) is State.ABSENT
    models.preload().join(10)
    assert status_of(models) is State.ABSENT
    with pytest.raises(ModelError, match="nowhere is not there"):
        models.get("one")


def test_a_folder_of_ones_own_replaces_the_catalogues(tmp_path: Path) -> None:
    own = tmp_path / "own" / "one"
    own.mkdir(parents=True)
    catalogue = [spec(tmp_path)]
    assert Models(catalogue, folder=tmp_path / "own").get("one") == [own]
    assert Models(catalogue, folder=tmp_path / "empty").get("one") == [tmp_path / "one"]


def test_a_hub_repository_is_fetched_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def locate(name: str) -> Path:
        asked.append(name)
        return tmp_path / "one"

    monkeypatch.setattr("engine.models.hub.locate", locate)
    models = Models([replace(spec(tmp_path), source="hub", location="owner/name")])
    assert status_of(models) is State.REMOTE
    models.preload().join(10)
    assert asked == []
    assert models.get("one") == [tmp_path / "one"]
    assert asked == ["owner/name"]


def test_an_unknown_name_is_an_error_that_lists_the_known(tmp_path: Path) -> None:
    models = Models([spec(tmp_path)])
    for call in (models.get, models.status, models.spec, models.folder):
        with pytest.raises(UnknownModelError, match="no model 'two'; there are: one"):
            call("two")
    with pytest.raises(UnknownModelError):
        models.preload(["two"])


def test_the_catalogue_is_in_order() -> None:
    assert len({spec.name for spec in CATALOGUE}) == len(CATALOGUE)
    for spec_ in CATALOGUE:
        folder = spec_.folder()
        if spec_.source == "bundled":
            assert folder is not None
            assert (folder / "CARD.md").is_file()
            assert any(folder.rglob("config.json"))
            assert all(path.stat().st_size < 10_000_000 for path in folder.rglob("*"))


def test_listing_models_and_counting_moves_need_no_tensorflow() -> None:
    program = (
        "import sys; from engine.__main__ import main;"
        "assert main(['models']) == 0 and main(['perft', '2']) == 0;"
        "sys.exit(bool({'tensorflow', 'keras', 'gradio'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert "1920 paths" in run.stdout
    assert "xiangqi" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["chess"], "invalid choice: 'chess'"),
        (["perft", "-1"], "not a number of plies: '-1'"),
        (["perft", "1", "--fen", "nonsense"], "nonsense"),
    ],
)
def test_a_bad_command_line_is_explained(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.__main__ import main

    try:
        status = main(arguments)
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    assert status == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "name, family, sizes",
    [
        ("gpt2-ml-15g", "gpt2_ml", (21130, 1536, 48, 24, 6144, 1024)),
        ("gpt2-ml-30g", "gpt2_ml", (8021, 1536, 48, 24, 6144, 1024)),
        ("cpm", "cpm", (30000, 2560, 32, 32, 10240, 1024)),
        ("cpm-distill", "cpm", (30000, 768, 12, 12, 3072, 1024)),
        ("cdial-base", "cdial", (13088, 768, 12, 12, 3072, 513)),
        ("bert", "bert", (21128, 768, 12, 12, 3072, 512)),
        ("gpt2", "gpt2", (50257, 768, 12, 12, 3072, 1024)),
    ],
)
def test_the_catalogue_counts_right(name: str, family: str, sizes: tuple[int, ...]) -> None:
    names = ("vocab_size", "hidden_size", "num_layers", "num_heads", "intermediate_size")
    given = dict(zip((*names, "max_positions"), sizes, strict=True))
    counted = sum(math.prod(shape) for shape in shapes(family_config(family, **given)).values())
    (found,) = (entry for entry in CATALOGUE if entry.name == name)
    assert found.parameters == counted
