"""The judge: bits a character of a continuation, and what is compared."""

import math
import sys
from pathlib import Path

import pytest

from benchmarks.text import judge
from benchmarks.text.judge import Case, EngineJudge, openings, report, shuffled
from engine.tokenizers.cpm import CPMTokenizer
from engine.transformer.checkpoints import load_checkpoint
from tests.unit.benchmarks.tiny_text import DIALOGUE, small_pack, write_model
from tests.unit.training.corpus_folder import write_tokenizer
from training.language_model.documents import Texts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judge")
    write_model(folder / "model", write_tokenizer(folder) / "chinese.model")
    return folder


@pytest.fixture(scope="module")
def texts(folder: Path) -> Texts:
    story = "小兔子在河边种了三棵树，后来树长得又高又大，结了好多果子。朋友很多，生活快乐极了。" * 8
    tokenizer = CPMTokenizer(folder / "model" / "chinese.model", words=False)
    return small_pack(folder / "pack", tokenizer, [(story, True)])


def test_bits_are_those_of_the_continuation_alone(folder: Path) -> None:
    model = load_checkpoint(folder / "model", dtype="float32")
    assert model.tokenizer is not None
    before, after = "小兔子在河边种了三棵树。", "后来树长得又高又大。"
    tokens = [model.tokenizer.encode(text) for text in (before, after)]
    logits = model.logits([*tokens[0], *tokens[1]][:-1])[len(tokens[0]) - 1 :]
    nats = 0.0
    for row, token in zip(logits.astype(float), tokens[1], strict=True):
        nats -= row[token] - math.log(sum(map(math.exp, row)))
    found = EngineJudge(model).bits(before, after)
    assert found == pytest.approx(nats / math.log(2) / len(after), rel=1e-4)
    long = before * 100
    assert EngineJudge(model).bits(long, after) > 0, "the end of a long opening is enough"


def test_openings_end_with_a_clause_and_people_go_on(texts: Texts) -> None:
    found = openings(texts, ["story_children"], 3)
    assert len(found) == 2
    for one in found:
        assert one.text[-1] in "，。"
        assert len(one.text) > judge.OPENING and len(one.human) >= judge.LEAST
        assert one.text + one.human in next(texts.documents("story_children")).text
        assert texts.pieces.tokenizer.decode(one.prompt.tokens) == one.text


def test_sentences_of_other_texts_in_random_order() -> None:
    texts = ["一只兔子。两只兔子。", "山上有树。河里有鱼。", "今天天晴。"]
    found = shuffled(texts)
    assert list(map(len, found)) == list(map(len, texts))
    assert all(set(sentence) <= set("".join(texts)) for sentence in found)
    assert "兔子" not in found[0]
    assert found == shuffled(texts)


class Length:
    """Says how many characters it was given."""

    def bits(self, opening: str, continuation: str) -> float:
        return float(len(opening + continuation))


def test_the_report_weighs_by_characters_and_varies_on_as_many() -> None:
    cases = [
        Case("一", {"ours": "山山山山山水", "people": "天天天天"}),
        Case("二", {"ours": "水水", "people": "地地地地"}),
    ]
    ours, people = report(Length(), {"replies": cases}).splitlines()[2:]
    assert ours.startswith("| replies: ours | 2 | 8 | 6.00 ± 2.00 | 0.500 |")
    assert people.startswith("| replies: people | 2 | 8 | 5.00 ± 0.00 | 0.500 |")


def test_everything_is_judged(
    folder: Path, texts: Texts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"judge": "model", "story": "model", "dialogue": "model", "pack": "pack"}
    options = [f"--{name}={folder / place}" for name, place in places.items()]
    options += ["--openings=2", f"--samples={folder / 'samples.md'}"]
    monkeypatch.setattr(sys, "argv", ["judge", *options])
    judge.main()
    rows = capsys.readouterr().out.strip().splitlines()[2:]
    names = [row.split(" | ")[0].removeprefix("| ") for row in rows]
    kinds = ("ours", "people", "shuffled")
    assert names == [
        f"{name}: {kind}" for name in ("children's tales", "replies") for kind in kinds
    ]
    assert DIALOGUE[1] in (folder / "samples.md").read_text(encoding="utf8")
