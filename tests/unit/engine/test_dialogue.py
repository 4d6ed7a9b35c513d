"""Turns, what a model sees of them, replies, candidates, and two models talking."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.dialogue import (
    Candidate,
    Conversation,
    Speaker,
    TalkStep,
    Turn,
    candidates,
    context,
    draw,
    rank,
    reply,
    spoken,
    talk,
)
from engine.generation import Settings, Token, score
from engine.generation.batcher import shared_batcher
from engine.generation.strategy import STRATEGIES, Strategy
from engine.models.errors import GenerationError, PromptError
from engine.tokenizers.conditions import SPEAKERS
from engine.transformer.language_model import LanguageModel
from tests.dialogue_models import END, ChatModel, talker
from tests.waiting import eventually

SHORT = Strategy(settings=Settings(top_k=5), max_tokens=6)
TURNS = ["你好吗", "我很好", "今天天气不错"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return talker(tmp_path_factory.mktemp("nezha"))


@pytest.fixture(scope="module")
def cdial(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return talker(tmp_path_factory.mktemp("cdial"), "cdial")


def texts(conversation: Conversation) -> list[str]:
    return [turn.text for turn in conversation.turns]


def test_two_speakers_take_turns_and_nothing_changes_in_place() -> None:
    first = Conversation().said("一")
    second = first.said("二").said("三")
    assert texts(first) == ["一"]
    assert [turn.speaker for turn in second.turns] == [0, 1, 0]
    assert second.speaker == 1


def test_a_call_for_help_is_not_for_the_model(model: LanguageModel) -> None:
    call = (Turn("我想死", 0, heard=False), Turn("请打电话", 1, heard=False))
    talked = Conversation((*Conversation.of(["你好", "好啊"]).turns, *call)).said("今天好")
    assert [turn.text for turn in talked.heard] == ["你好", "好啊", "今天好"]
    assert [turn.speaker for turn in talked.turns] == [0, 1, 0, 1, 0]
    seen = context(model, talked, 8)
    assert seen.prompt == context(model, Conversation.of(["你好", "好啊", "今天好"]), 8).prompt


def test_the_context_shows_each_turn_with_its_segment(model: LanguageModel) -> None:
    seen = context(model, Conversation.of(TURNS), 10)
    assert (seen.before, seen.after) == (("[CLS]",), ())
    assert [turn.pieces for turn in seen.turns] == [(*turn, "[SEP]") for turn in TURNS]
    assert [turn.segment for turn in seen.turns] == [0, 1, 0]
    assert seen.prompt.reply_segment == 1
    assert (seen.room, seen.dropped, seen.cut) == (190, 0, 0)


def test_the_context_of_cdial_has_its_speakers(cdial: LanguageModel) -> None:
    seen = context(cdial, Conversation.of(TURNS), 10)
    assert seen.before == ("[CLS]",)
    assert [turn.pieces[0] for turn in seen.turns] == ["[speaker1]", "[speaker2]", "[speaker1]"]
    assert seen.after == ("[speaker2]",)


def test_what_does_not_fit_is_said(model: LanguageModel) -> None:
    room = model.config.max_positions
    seen = context(model, Conversation.of(TURNS), room - 11)
    assert seen.dropped == 2
    assert [turn.segment for turn in seen.turns] == [None, None, 0]
    assert [turn.text for turn in seen.turns] == TURNS
    last = context(model, Conversation.of(TURNS), 10, last=2)
    assert last.dropped == 1 and last.turns[0].pieces == ()
    long = context(model, Conversation.of([*TURNS[:2], "今天" * 300]), 100)
    assert len(long.prompt) == long.room == 100
    assert (long.dropped, long.cut) == (2, 600 - 98)
    assert long.turns[2].pieces == (*"今天" * 49, "[SEP]")


def test_there_must_be_something_to_answer_and_room_for_it(model: LanguageModel) -> None:
    with pytest.raises(PromptError, match="no turn yet"):
        context(model, Conversation(), 10)
    with pytest.raises(PromptError, match="choose shorter ones"):
        context(model, Conversation.of(TURNS), model.config.max_positions)


def test_a_reply_ends_where_turns_end_and_says_something(model: LanguageModel) -> None:
    assert spoken(model, STRATEGIES["su_random_sample"]).keep == ()
    assert spoken(model, STRATEGIES["su_random_sample"]).ends_from == 0
    assert spoken(model, SHORT).settings.forbidden_ids == (0, 1, 2)
    seen = context(model, Conversation.of(TURNS), 6)
    end = model.tokenizer.id("[SEP]")
    for seed in range(20):
        writer = reply(model, seen, SHORT, seed=seed)
        said = list(writer)
        assert said[0].id != end and 1 <= len(said) <= 6
        assert (said[-1].id == end) == (writer.finish_reason == "stop")
        again = list(reply(model, seen, SHORT, seed=seed, begin=[said[0].id]))
        assert [token.id for token in again] == [token.id for token in said[1:]]


def test_the_bundled_model_has_pieces_and_segments_of_its_own() -> None:
    bundled = ChatModel(family="bundled")
    how = spoken(bundled, STRATEGIES["su_top_k"])
    assert how.keep == ("<sep>",) and {0, 1, 2} <= {*how.settings.forbidden_ids}
    seen = context(bundled, Conversation.of(["你好吗？", "我很好。", "你说呢？"]), how.max_tokens)
    assert [turn.segment for turn in seen.turns] == [*SPEAKERS, SPEAKERS[0]]
    assert seen.prompt.reply_segment == SPEAKERS[1]
    said = [*reply(bundled, seen, how, seed=1)]
    assert said[-1].id == END and "".join(t.text for t in said)


def token(text: str, logprob: float) -> Token:
    return Token(text, 0, logprob)


def test_candidates_are_those_of_their_seeds(model: LanguageModel) -> None:
    seen = context(model, Conversation.of(TURNS), 6)
    *_, drawn = draw(model, seen, SHORT, 5, seed=7)
    for number, candidate in enumerate(drawn):
        alone = reply(model, seen, SHORT, seed=7 + number)
        assert [t.id for t in alone] == [t.id for t in candidate.tokens]
        assert candidate.seed == 7 + number and candidate.finish in ("stop", "length")


def test_the_same_reply_counts_once_and_the_likelier_is_first(model: LanguageModel) -> None:
    seen = context(model, Conversation.of(TURNS), 6)
    drawn = [
        Candidate((token("好", -2.0), token("", -1.0)), 1),
        Candidate((token(" 好", -2.0), token("", -1.0)), 2),
        Candidate((token("不错", -0.5), token("", -0.1)), 3),
        Candidate((token("", -0.1),), 4),
    ]
    ranked = rank(model, seen, drawn)
    assert [(one.text, one.count, one.seed) for one in ranked] == [("不错", 1, 3), ("好", 2, 1)]
    assert ranked[1].mean_logprob == -1.5
    assert rank(model, seen, [drawn[3]], by="mmi") == []


def test_mutual_information_takes_off_what_would_be_said_anyway(model: LanguageModel) -> None:
    seen = context(model, Conversation.of(TURNS), 6)
    ranked = candidates(model, seen, SHORT, 6, seed=1, by="mmi", weight=0.5)
    empty = context(model, Conversation.of([""]), 6)
    for one in ranked:
        (after,) = score(model, seen.prompt, [one.text])
        (alone,) = score(model, empty.prompt, [one.text])
        expected = (after.logprob - 0.5 * alone.logprob) / len(after.per_token)
        assert math.isclose(one.mmi(0.5), expected, abs_tol=1e-4)
    values = [one.mmi(0.5) for one in ranked]
    assert values == sorted(values, reverse=True)
    with pytest.raises(GenerationError, match="mutual information"):
        Candidate((), 1).mmi(0.5)


def test_a_search_has_no_candidates_and_numbers_have_limits(model: LanguageModel) -> None:
    seen = context(model, Conversation.of(TURNS), 6)
    with pytest.raises(GenerationError, match="samples"):
        next(draw(model, seen, Strategy(kind="beam"), 3, seed=1))
    for n in (0, 17):
        with pytest.raises(GenerationError, match="n must be"):
            next(draw(model, seen, SHORT, n, seed=1))


def test_who_stops_drawing_frees_every_place(model: LanguageModel) -> None:
    seen = context(model, Conversation.of(TURNS), 100)
    drawing = draw(model, seen, Strategy(settings=Settings(), max_tokens=100), 8, seed=1)
    next(drawing)
    drawing.close()
    assert eventually(lambda: shared_batcher(model).load == 0)


def finished(saying: Iterator[TalkStep]) -> list[TalkStep]:
    return [said for said in saying if said.finish is not None]


def test_two_models_take_turns(model: LanguageModel, cdial: LanguageModel) -> None:
    speakers = (Speaker(model, SHORT), Speaker(cdial, SHORT, last=3))
    said = finished(talk(speakers, Conversation.of(["你好"]), turns=4, seed=3))
    assert len(said) == 4 and said[-1].end == "turns"
    talked = said[-1].conversation
    assert len(talked) == 5
    # The second speaker answers first, as a reply to what stood there.
    seen = context(cdial, Conversation.of(["你好"]), 6)
    first = "".join(t.text for t in reply(cdial, seen, SHORT, seed=3)).strip()
    assert talked.turns[1].text == first
    again = finished(talk(speakers, Conversation.of(["你好"]), turns=4, seed=3))
    assert again[-1].conversation == talked


def test_a_talk_that_goes_in_circles_ends(model: LanguageModel) -> None:
    greedy = Strategy(settings=Settings(temperature=0, forbidden_ids=range(7)), max_tokens=2)
    speaker = Speaker(model, greedy, last=1)
    said = finished(talk((speaker, speaker), Conversation.of(["你"]), turns=60, seed=0))
    assert said[-1].end == "repeats" and len(said) < 60


def test_who_stops_watching_frees_the_place(model: LanguageModel) -> None:
    speaker = Speaker(model, Strategy(settings=Settings(), max_tokens=60))
    talking = talk((speaker, speaker), Conversation.of(["你好"]), turns=50, seed=0)
    for _ in range(5):
        next(talking)
    talking.close()
    assert eventually(lambda: shared_batcher(model).load == 0)


def test_a_script_needs_no_deep_learning_to_begin() -> None:
    import subprocess
    import sys

    code = "import sys, engine.dialogue; print({'keras', 'openvino', 'opencc'} & {*sys.modules})"
    root = Path(__file__).parents[3]
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert found.stdout.strip() == "set()", found.stderr
