"""A manuscript as a prompt, titles, and the two scripts."""

import pytest

from engine.generation.strategy import Strategy
from engine.generation.writer import write
from engine.models.errors import PromptError, TokenizerError
from engine.story import (
    GENRES,
    StoryRequest,
    sentence_ends,
    story_prompt,
    until_sentence_end,
    without_gaps,
)
from engine.story.titles import repeated_names, suggest_titles
from engine.tokenizers import conditions
from engine.tokenizers.scripts import converted, converted_pieces, script_of
from tests.characters import CharacterTokenizer
from tests.story_model import CHARACTERS, SENTENCES, StoryModel
from tests.unit.engine.generation.toy import LetterTokenizer

STORY = "".join(SENTENCES).rstrip()


def decoded(model: StoryModel, prompt) -> str:
    return model.tokenizer.decode(prompt.tokens)


def test_the_model_reads_what_stands_before_the_cursor() -> None:
    model = StoryModel()
    found = story_prompt(model, StoryRequest(text=STORY, cursor=8))
    assert found.text == STORY[:8] == decoded(model, found.prompt)
    assert (found.cut, found.cut_memory, found.cut_note) == (0, 0, 0)


def test_memory_comes_first_and_the_note_three_sentences_before_the_end() -> None:
    found = story_prompt(
        StoryModel(), StoryRequest(text=STORY, memory=" 大雪 ", note="老人想走", cursor=None)
    )
    head, tail = "".join(SENTENCES[:3]), "".join(SENTENCES[3:]).rstrip()
    assert found.text == f"大雪\n{head}（老人想走）{tail}"


def test_a_note_stands_before_a_short_text_as_a_whole() -> None:
    found = story_prompt(StoryModel(), StoryRequest(text="小狐狸想去", note="大雪"))
    assert found.text == "（大雪）小狐狸想去"


@pytest.mark.parametrize("positions", [40, 64, 100])
def test_what_does_not_fit_is_cut_at_a_sentence_and_counted(positions: int) -> None:
    text = "".join(SENTENCES[:5]) * 20
    memory, note = "大雪" * 50, "老人" * 50
    model = StoryModel(positions)
    found = story_prompt(model, StoryRequest(text=text, memory=memory, note=note), room=16)
    assert len(found.prompt) <= positions - 16
    head = memory[: len(memory) - found.cut_memory]
    middle = note[: len(note) - found.cut_note]
    assert 0 < len(head) <= positions // 4 and 0 < len(middle) <= positions // 8
    kept = text[found.cut :]
    assert any(kept.startswith(sentence) for sentence in SENTENCES)
    assert found.text.replace(f"（{middle}）", "") == f"{head}\n{kept}"


def test_characters_that_are_several_tokens_are_no_trouble() -> None:
    class Bytes(CharacterTokenizer):
        def encode(self, text: str) -> list[int]:
            return [id for one in super().encode(text) for id in [one] * 4]

    model = StoryModel(100)
    model.tokenizer = Bytes(CHARACTERS)
    found = story_prompt(model, StoryRequest(text="海" * 500), room=20)
    assert len(found.prompt) == 80 and found.cut == 480


def test_conditions_are_on_every_token_of_a_model_that_knows_them_and_on_no_other() -> None:
    request = StoryRequest(text="海", genre="wuxia", mood="sad", length="short")
    knowing, other = StoryModel(), StoryModel(segments=0)
    wanted = conditions.segment("wuxia", "sad", "short")
    found = story_prompt(knowing, request).prompt
    assert conditions.known_by(knowing.config.num_segments)
    assert not conditions.known_by(other.config.num_segments)
    assert set(found.segments) == {wanted} == {found.reply_segment}
    plain = story_prompt(other, request).prompt
    assert set(plain.segments) == {0} == {plain.reply_segment}
    assert set(GENRES) <= set(conditions.GENRES)


def test_an_empty_manuscript_begins_as_a_paragraph_or_is_refused() -> None:
    model = StoryModel()
    found = story_prompt(model, StoryRequest(text=""))
    assert found.text == "" and decoded(model, found.prompt) == "。\n"
    model.tokenizer.bos_id = 3
    assert story_prompt(model, StoryRequest(text="")).prompt.tokens == (3,)
    model.tokenizer.bos_id = None
    model.tokenizer.newline_id = None
    with pytest.raises(PromptError, match="cannot begin"):
        story_prompt(model, StoryRequest(text=""))


def test_no_room_is_said() -> None:
    with pytest.raises(PromptError, match="no room"):
        story_prompt(StoryModel(50), StoryRequest(text="海"), room=50)


@pytest.mark.parametrize(
    "wrong", [{"cursor": 3}, {"cursor": -1}, {"genre": "opera"}, {"mood": "x"}, {"length": ""}]
)
def test_requests_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        StoryRequest(text="山里", **wrong)


def test_the_rest_of_the_manuscript_stays() -> None:
    request = StoryRequest(text="山里住着", cursor=2)
    assert (request.before, request.after) == ("山里", "住着")
    assert StoryRequest(text="山里").after == ""


def test_a_continuation_ends_with_the_first_sentence_of_its_second_half() -> None:
    model = StoryModel()
    ends = sentence_ends(model.tokenizer)
    strategy = until_sentence_end(Strategy(max_tokens=80), model.tokenizer)
    assert (strategy.keep, strategy.ends_from) == (ends, 40) == (("。", "！", "？"), 40)
    prompt = story_prompt(model, StoryRequest(text="从前")).prompt
    text = "".join(token.text for token in write(model, prompt, strategy, seed=1))
    assert 40 <= len(text) < 80 and text[-1] in ends and not set(text[40:-1]) & set(ends)


def test_a_vocabulary_without_chinese_ends_sentences_with_a_point() -> None:
    class English(LetterTokenizer):
        def id(self, piece: str) -> int:
            raise TokenizerError(piece)

    assert sentence_ends(English()) == (".", "!", "?")
    assert sentence_ends(None) == ()


def test_unknown_pieces_are_never_written() -> None:
    model = StoryModel()
    model.table[:, model.tokenizer.unk_id] = 30
    assert without_gaps(Strategy(), None) == Strategy()
    strategy = without_gaps(Strategy(max_tokens=20), model.tokenizer)
    tokens = list(write(model, "山里", strategy, seed=1))
    assert len(tokens) == 20 and model.tokenizer.unk_id not in {token.id for token in tokens}


def test_titles_are_those_that_explain_the_text() -> None:
    # After 海 this model expects 在 and 。, after 狐 only 狸: the judge is the bigram table.
    titles = suggest_titles(StoryModel(), StoryRequest(text=STORY), count=4, seed=1)
    assert 1 <= len(titles) <= 4
    assert [t.gain for t in titles] == sorted((t.gain for t in titles), reverse=True)
    assert len({t.text for t in titles}) == len(titles)
    assert titles == suggest_titles(StoryModel(), StoryRequest(text=STORY), count=4, seed=1)
    assert {"text", "pattern"} & {t.source for t in titles}


def test_no_text_has_no_title() -> None:
    with pytest.raises(PromptError, match="no text"):
        suggest_titles(StoryModel(), StoryRequest(text=" \n"))


def test_names_are_what_comes_again() -> None:
    assert repeated_names(STORY)[0] == "小狐狸"
    assert "老人" in repeated_names(STORY)
    assert repeated_names("天") == []


def test_scripts_are_told_apart_and_converted_by_word() -> None:
    simplified, traditional = "头发发展了，皇后后来吃面。", "頭髮發展了，皇后後來吃麪。"
    assert converted(simplified, "traditional")[:5] == traditional[:5]
    assert converted("皇后後來", "simplified") == "皇后后来"
    assert script_of(simplified) == "simplified" and script_of(traditional) == "traditional"
    assert script_of("") == script_of("天地人") == "simplified"
    assert script_of("乾隆年间，他发了财") == "simplified"


def test_pieces_are_converted_as_their_text() -> None:
    assert converted_pieces(["理", "发", "店", "发", "了财"], "traditional") == [
        *("理", "髮", "店", "發", "了財")
    ]
    assert converted_pieces([], "traditional") == []
