"""The whole benchmark on a corpus of a few lines and models with random weights."""

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.text import quality
from tests.unit.benchmarks.tiny_text import write_model
from tests.unit.training.corpus_folder import write_corpus, write_tokenizer
from training.corpus.pack import pack


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality")
    tokenizer = write_tokenizer(folder)
    data = write_corpus(folder / "data")
    pack(data, tokenizer, folder / "pack", processes=1, fewshot_characters=60_000)
    # So little is held out of so little that what is trained on has to stand for it.
    for path in (folder / "pack").glob("story_*.npy"):
        shutil.copy(path, folder / "pack" / "held_out")
    write_model(folder / "model", tokenizer / "chinese.model")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("story", ["Bits per character", "Samples", "Few-shot", "Classification"]),
        ("dialogue", ["Bits per character", "The true reply", "Replies"]),
    ],
)
def test_everything_is_measured(
    folder: Path,
    name: str,
    headings: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    samples = folder / f"{name}.md"
    arguments = ["--data", folder / "data", "--pack", folder / "pack", "--samples", samples]
    models = ["--models", f"{name}={folder / 'model'}", "--quick"]
    monkeypatch.setattr(sys, "argv", ["quality", *map(str, arguments), *models])
    quality.main()
    found = capsys.readouterr().out
    sections = found.split("\n## ")[1:]
    assert [
        section.startswith(heading) for section, heading in zip(sections, headings, strict=True)
    ]
    for section in sections:
        assert section.count("\n| ") > 2, section
    assert "nan" not in found
    assert samples.read_text(encoding="utf8").count("**people**") >= 4
