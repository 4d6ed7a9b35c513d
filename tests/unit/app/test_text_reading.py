"""How a model sees a text: windows, what is said of it, and what the handlers accept."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from app.text import reading as page
from app.text.models import TextModels
from app.text.windows import Reading, read_windows
from app.web.limits import Refusal
from engine.generation import Alternative, TokenRank
from engine.models.errors import DeadlineError, PromptError
from tests.story_model import SENTENCES, StoryModel
from tests.text_page import toy_models

STORY = "".join(SENTENCES) * 8
ZH = gr.Request(headers={"accept-language": "zh-CN"}, session_hash="somebody")
EN = gr.Request(headers={"accept-language": "en"}, session_hash="somebody")


def read(model: Any, text: str, **options: Any) -> list[Reading]:
    return list(read_windows("story", model, text, **{"deadline": 60.0, **options}))


def rank(text: str, share: float, place: int = 1) -> TokenRank:
    return TokenRank(text, 1, math.log(share), place, (Alternative("的", 2, -0.5),))


def test_a_text_that_fits_is_read_at_once() -> None:
    (found,) = read(StoryModel(), SENTENCES[0])
    assert found.first == "从"  # nothing stands before it in a vocabulary without a beginning
    assert found.first + "".join(token.text for token in found.tokens) == SENTENCES[0]
    assert (found.windows, found.overlap, found.done) == (1, 0, True)
    assert all(len(token.alternatives) == 5 for token in found.tokens)


@pytest.mark.parametrize("positions", [40, 64, 100])
def test_a_longer_one_in_windows_as_if_the_context_had_no_end(positions: int) -> None:
    (whole,) = read(StoryModel(2000), STORY)
    found = read(StoryModel(positions), STORY)
    last = found[-1]
    assert len(found) == last.windows > 1
    assert [one.done for one in found] == [False] * (len(found) - 1) + [True]
    assert last.first + "".join(token.text for token in last.tokens) == STORY
    # The toy looks at one token only, which every window sees.
    assert [t.rank for t in last.tokens] == [t.rank for t in whole.tokens]
    assert [t.logprob for t in last.tokens] == pytest.approx([t.logprob for t in whole.tokens])
    assert last.overlap == positions // 2
    for before, after in itertools.pairwise(found):
        assert after.tokens[: len(before.tokens)] == before.tokens


def test_no_window_ends_within_a_character() -> None:
    class Halves(type(StoryModel().tokenizer)):
        """Every character is two tokens; the second completes it."""

        def encode(self, text: str) -> list[int]:
            return [id for one in super().encode(text) for id in (one, one)]

        def text_stream(self) -> Any:
            whole, seen = super().text_stream(), []

            class Stream:
                def push(self, id: int) -> str:
                    seen.append(id)
                    return "" if len(seen) % 2 else whole.push(id)

                def flush(self) -> str:
                    return ""

            return Stream()

    for positions in (41, 42, 43):
        model = StoryModel(positions)
        model.tokenizer = Halves(model.tokenizer.characters)
        last = read(model, STORY)[-1]
        assert last.windows > 1
        assert last.first + "".join(token.text for token in last.tokens) == STORY


def test_a_vocabulary_with_a_beginning_judges_the_first_token_too() -> None:
    model = StoryModel()
    model.tokenizer.bos_id = model.tokenizer.newline_id  # type: ignore[misc]
    try:
        (found,) = read(model, SENTENCES[0])
    finally:
        model.tokenizer.bos_id = None  # type: ignore[misc]
    assert found.first == ""
    assert "".join(token.text for token in found.tokens) == SENTENCES[0]


@pytest.mark.parametrize("text", ["", "从"])
def test_a_text_without_a_token_to_judge_is_refused(text: str) -> None:
    with pytest.raises(PromptError):
        read(StoryModel(), text)


def test_a_reading_ends_in_time() -> None:
    with pytest.raises(DeadlineError):
        read(StoryModel(40), STORY, deadline=0.0)


def test_what_is_said_of_a_reading() -> None:
    ranks = (rank("天", 0.25), rank("气", 0.5), rank("", 0.001, 900), rank("鲸\n", 0.0625, 40))
    found = Reading("story", "今天气鲸\n", "今", ranks, done=True)
    bits = -math.log2(0.25 * 0.5 * 0.001 * 0.0625) / 4  # four characters, the line break too
    assert found.bits_per_character == pytest.approx(bits)
    assert found.character_perplexity == pytest.approx(2**bits)
    assert [token.text for token in found.surprises(2, 0.3)] == ["鲸\n", "天"]
    assert page.summary(found, "zh") == f"4 词元 · 每字困惑度 {2**bits:.1f}（{bits:.2f} 比特）"
    rare = Reading("story", "鲸龘", "", (rank("鲸", 0.02, 400), rank("龘", 1e-9, 9000)), 3, 8, True)
    assert "read in 3 windows" in page.summary(rare, "en")
    assert page.summary(rare, "en").endswith("least expected: “龘” (rank 9,000), “鲸” (rank 400)")
    assert Reading("story", "x").perplexity is Reading("story", "x").bits_per_character is None


def test_json_has_everything() -> None:
    found = Reading("story", "今天", "今", (rank("天", 0.5, 3),), done=True)
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["tokens"][0]["rank"] == 3
    assert plain["tokens"][0]["alternatives"][0]["text"] == "的"
    assert plain["bits_per_character"] == pytest.approx(1.0)


@pytest.fixture
def reader(tmp_path: Path) -> page.Reader:
    return page.Reader(TextModels(toy_models(tmp_path), ("story", "gpt2", "mt5-small")))


def test_the_view_grows_and_says_what_was_read(reader: page.Reader) -> None:
    visit = page.Visit()
    values = [value for _, value in reader.run(visit, "story", "rank", SENTENCES[0] * 40, ZH)]
    assert len(values) >= 4
    heads = {json.loads(value.split("\n")[0])["seq"] for value in values}
    assert heads == {1}
    # The first has nothing in it yet, not even what is not judged.
    assert all(b.startswith(a) for a, b in itertools.pairwise(values[1:]))
    assert visit.reading is not None and visit.reading.done and "分" in values[-1]
    assert reader.look(visit, "probability", ZH).startswith('{"seq":1,"lang":"zh","mode":"prob')
    list(reader.run(visit, "story", "rank", SENTENCES[1], ZH))
    assert visit.seq == 2


@pytest.mark.parametrize("value", [None, 3, ["x"], "", " \n", "\x00", "字" * 5001])
def test_a_text_that_cannot_be_read_is_refused(reader: page.Reader, value: object) -> None:
    with pytest.raises(Refusal):
        next(reader.run(page.Visit(), "story", "rank", value, EN))


@pytest.mark.parametrize("mode", [None, "x", ["rank"], {}])
def test_another_kind_of_shading_is_refused(reader: page.Reader, mode: object) -> None:
    visit = page.Visit()
    for call in (
        lambda: next(reader.run(visit, "story", mode, "从前", EN)),
        lambda: next(reader.write(visit, "story", mode, EN)),
        lambda: reader.look(visit, mode, EN),
        lambda: reader.stop(visit, mode, EN),
    ):
        with pytest.raises(Refusal):
            call()


@pytest.mark.parametrize("name", [None, "xiangqi", "gpt2", "mt5-small", ["story"]])
def test_a_model_that_is_not_there_is_refused(reader: page.Reader, name: object) -> None:
    with pytest.raises(Refusal):
        list(reader.run(page.Visit(), name, "rank", "从前，山里", EN))
    with pytest.raises(Refusal):
        list(reader.write(page.Visit(), name, "rank", EN))


def test_stop_keeps_what_was_read_and_drops_what_was_not(reader: page.Reader) -> None:
    visit = page.Visit()
    run = reader.run(visit, "story", "rank", SENTENCES[0] * 40, EN)
    next(run)
    assert reader.stop(visit, "rank", EN) == (visit, "") and visit.reading is None
    assert list(run) == []
    run = reader.run(visit, "story", "rank", SENTENCES[0] * 40, EN)
    next(run), next(run)
    read = visit.reading.tokens
    _, value = reader.stop(visit, "rank", EN)
    assert visit.reading.done and visit.reading.tokens == read
    assert json.loads(value.rstrip("\n").split("\n")[-1])["status"]
    assert list(run) == [] and visit.reading.tokens == read


def test_the_model_writes_an_example_of_its_own_and_reads_it(reader: page.Reader) -> None:
    visit = page.Visit()
    screens = list(reader.write(visit, "story", "rank", EN))
    texts = [text for _, text, _ in screens if isinstance(text, str)]
    assert all(text.startswith(page._OPENING) for text in texts)
    assert len(texts[-1]) > len(page._OPENING) + 60
    assert visit.reading is not None and visit.reading.done and visit.reading.text == texts[-1]
    assert isinstance(screens[-1][2], str)


def test_an_example_that_was_stopped_is_not_read(reader: page.Reader) -> None:
    visit = page.Visit()
    run = reader.write(visit, "story", "rank", EN)
    next(run)
    reader.stop(visit, "rank", EN)
    list(run)
    assert visit.reading is None


def test_too_many_readings_are_refused(reader: page.Reader) -> None:
    for _ in range(30):
        next(reader.run(page.Visit(), "story", "rank", "从前", EN))
    with pytest.raises(Refusal):
        next(reader.run(page.Visit(), "story", "rank", "从前", EN))


def test_files(reader: page.Reader) -> None:
    found = Reading("story", "天\n", "", (rank("天", 0.5, 3), rank("\n", 0.25, 1)), done=True)
    shown = page.Visit(found, 1)
    assert json.loads(page._as_json(EN, shown))["model"] == "story"
    assert page._as_table(shown, EN) == "token\tprobability\trank\n天\t0.5\t3\n\\n\t0.25\t1\n"
    for nothing in (page.Visit(), page.Visit(Reading("story", "天"), 1)):
        with pytest.raises(Refusal):
            page._as_json(EN, nothing)


def test_the_page_is_built_with_and_without_a_source(reader: page.Reader, tmp_path: Path) -> None:
    models = TextModels(toy_models(tmp_path), ("story",))
    with gr.Blocks() as demo:
        box = gr.Textbox()
        page.render(models, "one", box)
        page.render(models, "two")
    names = {block.elem_id for block in demo.blocks.values()}
    assert "one-reading-mine" in names and "two-reading-mine" not in names
    visible = [fn.api_visibility for fn in demo.fns.values()]
    assert set(visible) == {"private"}
