"""What the repository promises: a Space that starts, commands that run, files that travel."""

import io
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from engine.__main__ import main
from engine.models.catalogue import CATALOGUE, ROOT


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_a_space_gets_what_it_asks_for() -> None:
    front_matter = yaml.safe_load(read("README.md").split("---")[1])
    assert front_matter["sdk"] == "gradio"
    assert f"gradio=={front_matter['sdk_version']}\n" in read("requirements.txt")
    assert (ROOT / front_matter["app_file"]).is_file()
    assert (ROOT / front_matter["thumbnail"]).is_file()
    assert len(front_matter["short_description"]) <= 60


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in read(name).splitlines() if line and line[0] not in "#-"]
        assert lines
        assert all(re.match(r"[\w-]+==\d[\d.]*(;|$)", line) for line in lines)


def test_the_starter_is_short() -> None:
    assert len(read("app.py").splitlines()) <= 15


def test_every_file_can_be_pushed_to_a_space_and_none_is_a_pickle() -> None:
    for path in tracked():
        assert path.stat().st_size < 10_000_000, path
        assert path.suffix not in {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin"}, path


def test_the_whole_tree_stays_small() -> None:
    assert sum(path.stat().st_size for path in tracked()) < 60 * 2**20


@pytest.mark.slow
@pytest.mark.parametrize("name", ["docs/zh/models.md", "docs/en/models.md"])
def test_the_example_with_a_language_model_runs(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", read(name), re.DOTALL)
    model = re.search(r'load_checkpoint\("(.*)"\)', program)
    assert model is not None
    assert model[1] in {spec.name for spec in CATALOGUE}
    exec(program.replace(model[1], "story"), {})
    assert capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        line
        for line in read("docs/en/command_line.md").splitlines()
        if line.startswith("python -m engine ")
    ],
)
def test_a_command_runs_as_it_is_written(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.stdin", io.StringIO("你好\n"))
    words = [word.replace("converted/", f"{tmp_path}/") for word in shlex.split(command, True)]
    assert main(words[3:]) == 0
