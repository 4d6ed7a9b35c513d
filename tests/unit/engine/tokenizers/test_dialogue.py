"""Dialogues as the published models were trained on them."""

import pytest

from engine.models.errors import PromptError
from engine.tokenizers import (
    CDialDialogue,
    DialogueFormat,
    NezhaDialogue,
    Prompt,
    WordPieceTokenizer,
    dialogue_format,
    read_vocabulary,
)
from tests.unit.engine.tokenizers.samples import BERT, CDIAL

NEZHA = NezhaDialogue(WordPieceTokenizer(read_vocabulary(BERT)))
CDIAL_GPT = CDialDialogue(
    WordPieceTokenizer(read_vocabulary(CDIAL), characters=True, style="huggingface")
)
TURNS = ["别爱我没结果", "你这样会失去我的", "失去了又能怎样"]


def written(dialogue: NezhaDialogue | CDialDialogue, prompt: Prompt) -> list[str]:
    return [dialogue.tokenizer.piece(id) for id in prompt.tokens]


def test_nezha() -> None:
    prompt = NEZHA.prompt(TURNS, 100)
    parts = [["[CLS]"], *([*turn, "[SEP]"] for turn in TURNS)]
    assert written(NEZHA, prompt) == [piece for part in parts for piece in part]
    assert prompt.segments == (0, *[0] * 7, *[1] * 9, *[0] * 8)
    assert prompt.reply_segment == 1
    assert prompt.dropped_turns == 0


def test_cdial() -> None:
    prompt = CDIAL_GPT.prompt(TURNS, 100)
    one, two = (CDIAL_GPT.tokenizer.id(f"[speaker{n}]") for n in (1, 2))
    parts = [
        ["[CLS]"],
        ["[speaker1]", *TURNS[0]],
        ["[speaker2]", *TURNS[1]],
        ["[speaker1]", *TURNS[2]],
        ["[speaker2]"],
    ]
    assert written(CDIAL_GPT, prompt) == [piece for part in parts for piece in part]
    start = CDIAL_GPT.tokenizer.id("[CLS]")
    assert prompt.segments == (start, *[one] * 7, *[two] * 9, *[one] * 8, two)
    assert prompt.reply_segment == two


def test_cdial_spells_latin_words_as_its_program_does() -> None:
    prompt = CDIAL_GPT.prompt(["OK 好"], 100)
    assert written(CDIAL_GPT, prompt) == ["[CLS]", "[speaker1]", "o", "k", "好", "[speaker2]"]


def test_cdial_looks_at_the_last_five_turns() -> None:
    turns = [f"第{n}句" for n in range(8)]
    prompt = CDIAL_GPT.prompt(turns, 400)
    assert prompt.dropped_turns == 3
    assert written(CDIAL_GPT, prompt)[:5] == ["[CLS]", "[speaker1]", "第", "3", "句"]


@pytest.mark.parametrize("dialogue", [NEZHA, CDIAL_GPT])
def test_the_oldest_turns_are_dropped_when_there_is_no_room(dialogue: DialogueFormat) -> None:
    whole = dialogue.prompt(TURNS, 100)
    for room in range(10, len(whole)):
        prompt = dialogue.prompt(TURNS, room)
        assert len(prompt) <= room
        assert 1 <= prompt.dropped_turns <= 2
        assert prompt == Prompt(
            tokens=dialogue.prompt(TURNS[prompt.dropped_turns :], 100).tokens,
            segments=dialogue.prompt(TURNS[prompt.dropped_turns :], 100).segments,
            reply_segment=prompt.reply_segment,
            dropped_turns=prompt.dropped_turns,
        )
    assert dialogue.prompt(TURNS, len(whole)) == whole


@pytest.mark.parametrize("dialogue", [NEZHA, CDIAL_GPT])
def test_a_dialogue_that_cannot_be_written(dialogue: DialogueFormat) -> None:
    with pytest.raises(PromptError, match="no turn"):
        dialogue.prompt([], 100)
    with pytest.raises(PromptError, match=r"the last turn has 8 tokens.*shorten"):
        dialogue.prompt(TURNS, 8)


def test_formats_by_family() -> None:
    assert dialogue_format("nezha", NEZHA.tokenizer) == NEZHA
    assert dialogue_format("cdial", CDIAL_GPT.tokenizer) == CDIAL_GPT
    with pytest.raises(PromptError, match="cpm do not talk; choose one of nezha, cdial"):
        dialogue_format("cpm", NEZHA.tokenizer)
    with pytest.raises(PromptError, match="no tokenizer"):
        dialogue_format("nezha", None)


def test_every_token_has_a_segment() -> None:
    with pytest.raises(ValueError, match="2 tokens but 1 segments"):
        Prompt((1, 2), (0,))
