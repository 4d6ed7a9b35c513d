"""Prompts, ranking, accuracy and gaps, against what can be counted by hand."""

import itertools
import math
from collections.abc import Generator

import numpy as np
import pytest

from engine.fewshot import (
    CurveStep,
    Example,
    Judged,
    Proportion,
    Template,
    accuracy,
    answer,
    as_prompt,
    build_prompt,
    choose,
    content_free_shares,
    curve,
    fill,
    fit,
    make_cloze,
    matches,
    possible_shots,
    rank,
    rank_masked,
    shots_curve,
)
from engine.fewshot.ranking import ranking, shares
from engine.generation.settings import Settings
from engine.generation.strategy import Strategy
from engine.generation.text import Token
from engine.models.errors import GenerationError, PromptError
from engine.tokenizers import Vocabulary, WordPieceTokenizer, conditions
from engine.transformer.config import TransformerConfig
from engine.transformer.language_model import LanguageModel
from tests.characters import CharacterTokenizer
from tests.unit.engine.generation.toy import ToyModel
from tests.unit.engine.transformer.tiny import RandomWeights, tiny_config

CAPITALS = [Example("美国", "华盛顿"), Example("日本", "东京"), Example("法国", "巴黎")]
TEMPLATE = Template("{question}的首都是{answer}")


# Templates and prompts


def test_the_prompt_of_the_article_to_the_letter():
    assert build_prompt(CAPITALS[:2], "英国", TEMPLATE) == (
        "美国的首都是华盛顿\n日本的首都是东京\n英国的首都是"
    )


def test_an_instruction_comes_first_and_line_breaks_are_those_of_the_template():
    template = Template("问：{question}\n答：{answer}", separator="\n\n", instruction="回答问题。")
    assert build_prompt(CAPITALS[:1], "英国", template) == (
        "回答问题。\n\n问：美国\n答：华盛顿\n\n问：英国\n答："
    )
    assert build_prompt([], "英国", template) == "回答问题。\n\n问：英国\n答："


def test_braces_of_questions_and_of_the_pattern_are_text():
    template = Template("{x}{question}{}{answer}}")
    assert template.example(Example("{answer}", "{question}")) == "{x}{answer}{}{question}}"
    assert template.question("{0}") == "{x}{0}{}"


@pytest.mark.parametrize(
    "pattern",
    ["", "{question}", "{answer}", "{answer}{question}", "{question}{question}{answer}",
     "{question}{answer}{answer}", "{Question}{answer}"],
)  # fmt: skip
def test_a_pattern_has_both_fields_once_and_the_question_first(pattern):
    with pytest.raises(PromptError, match=r"needs \{question\}"):
        Template(pattern)


def test_what_ends_an_answer():
    assert TEMPLATE.stop == ("\n",) and TEMPLATE.end == "\n"
    quoted = Template("“{question}”：“{answer}”", separator="；")
    assert quoted.stop == ("”", "；", "\n") and quoted.end == "”"
    assert Template("{question}{answer}", separator="").end == ""


def test_the_examples_of_a_seed_begin_with_those_of_fewer_shots():
    many = [Example(str(number), "") for number in range(20)]
    assert choose(many) == tuple(many) and choose(many, 3) == tuple(many[:3])
    assert choose(many, 50, seed=4) == choose(many, seed=4) != tuple(many)
    assert choose(many, 8, seed=4)[:3] == choose(many, 3, seed=4) != choose(many, 3, seed=5)
    assert sorted(choose(many, seed=1), key=lambda one: int(one.question)) == many
    with pytest.raises(PromptError, match="not -1"):
        choose(many, -1)


# Prompts as tokens


def followed(*chains: str, positions: int = 200, extra: str = "") -> ToyModel:
    """A model in which each character is most often followed as in one of the texts."""
    tokenizer = CharacterTokenizer("\n" + "".join(chains) + extra)
    table = np.zeros((tokenizer.vocab_size,) * 2)
    for a, b in itertools.chain.from_iterable(map(itertools.pairwise, chains)):
        table[tokenizer.encode(a), tokenizer.encode(b)] += 4
    model = ToyModel(table, positions=positions)
    model.tokenizer = tokenizer
    return model


def test_a_bundled_model_is_told_that_these_are_facts():
    model = followed("ab")
    assert as_prompt(model, "ab").segments == (0, 0)
    sizes = {"vocab_size": 4, "hidden_size": 2, "num_layers": 1, "num_heads": 1}
    sizes |= {"intermediate_size": 2, "max_positions": 9}
    model.config = TransformerConfig(family="own", num_segments=conditions.NUM_SEGMENTS, **sizes)
    prompt = as_prompt(model, "ab")
    facts = conditions.segment(genre="facts")
    assert prompt.segments == (facts, facts) and prompt.reply_segment == facts


def test_the_first_examples_are_left_out_until_the_rest_fits():
    examples = [Example(letter, letter.upper()) for letter in "abcdefgh"]
    template = Template("{question}={answer}")
    model = followed("abcdefghABCDEFGHq=\n", positions=20)
    whole = build_prompt(examples, "q", template)
    assert len(whole) == 34
    fitted = fit(model, examples, "q", template, room=4)
    assert fitted.text == "f=F\ng=G\nh=H\nq=" and (fitted.shots, fitted.left_out) == (3, 5)
    assert model.tokenizer.decode(fitted.prompt.tokens) == fitted.text and not fitted.cut
    assert fit(model, examples, "q", template, room=6).shots == 3
    assert fit(model, examples, "q", template, room=7).shots == 2
    assert fit(model, [], "q", template, room=18).shots == 0
    roomy = fit(followed("abcdefghABCDEFGHq=\n"), examples, "q", template, room=4)
    assert roomy.text == whole and roomy.left_out == 0


def test_a_question_that_is_too_long_keeps_its_end():
    model = followed("abcq=\n", positions=10)
    fitted = fit(model, [Example("a", "b")], "abcabcabc", Template("{question}={answer}"), room=6)
    assert fitted.text == "abc=" and fitted.cut == 6 and fitted.shots == 0
    with pytest.raises(PromptError, match="shorter answer"):
        fit(model, [], "a", Template(), room=10)


def test_a_free_answer_ends_with_the_line_or_with_what_the_pattern_has_there():
    model = followed("q=abc)d\n")
    plain = answer(model, "q=", Template("{question}={answer}"))
    assert "".join(token.text for token in plain) == "abc)d" and plain.finish_reason == "stop"
    closed = answer(model, "q=", Template("{question}={answer})"))
    assert "".join(token.text for token in closed) == "abc"
    late = Strategy(settings=Settings(temperature=0), ends_from=9, min_tokens=9, keep=("b",))
    short = answer(model, "q=", Template("{question}={answer}"), strategy=late)
    assert "".join(token.text for token in short) == "abc)d"


# Ranking


def test_probabilities_are_those_of_the_model_among_the_candidates():
    model = followed("ab\n", "ac\n", "ad\n", "acd")
    expected = model.table - np.logaddexp.reduce(model.table, axis=1, keepdims=True)
    found = rank(model, "a", ["b", "cd"], end="\n")
    a, b, c, d, stop = model.tokenizer.encode("abcd\n")
    by_hand = [
        expected[a, b] + expected[b, stop],
        expected[a, c] + expected[c, d] + expected[d, stop],
    ]
    assert [one.logprob for one in found.candidates] == pytest.approx(by_hand)
    assert [one.scores["mean"] for one in found.candidates] == pytest.approx(
        [by_hand[0] / 2, by_hand[1] / 3]
    )
    odds = np.exp(by_hand) / np.exp(by_hand).sum()
    assert [one.probabilities["sum"] for one in found.candidates] == pytest.approx(odds)
    assert found.methods == ("sum", "mean")
    assert "".join(token.text for token in found.candidates[1].tokens) == "cd\n"


def test_the_end_of_an_answer_tells_a_short_one_from_a_longer_one():
    model = followed("abc\n")
    assert rank(model, "a", ["b", "bc"]).best("sum").text == "b"
    assert rank(model, "a", ["b", "bc"], end="\n").best("sum").text == "bc"


def test_calibration_takes_away_what_the_model_says_anyway():
    def said(*logprobs):
        return [[Token("x", 0, logprob)] for logprob in logprobs]

    # 甲 is likely whatever the question is; the question makes 乙 four times as likely.
    found = ranking(["甲", "乙"], said(math.log(0.6), math.log(0.4)), [0.9, 0.1])
    assert found.best("sum").text == "甲" and found.best("calibrated").text == "乙"
    odds = 0.4 / 0.1, 0.6 / 0.9
    assert found.candidates[1].probabilities["calibrated"] == pytest.approx(odds[0] / sum(odds))
    even = ranking(["甲", "乙"], said(-3, -5), [0.5, 0.5]).candidates
    assert even[0].probabilities["calibrated"] == pytest.approx(even[0].probabilities["sum"])


def test_no_score_is_infinite_however_unlikely_a_candidate_is():
    found = ranking(["甲", "乙"], [[Token("", 0, -2000.0)], [Token("", 0, -1.0)]], [1.0, 0.0])
    for one in found.candidates:
        assert all(map(math.isfinite, (*one.scores.values(), *one.probabilities.values())))
    assert shares([-5000.0, -5000.0]) == [0.5, 0.5]


def test_content_free_shares_are_the_mean_over_the_prompts():
    model = followed("ab", "bc")
    each = [
        [one.probabilities["sum"] for one in rank(model, prompt, ["b", "c"]).candidates]
        for prompt in ("a", "b")
    ]
    found = content_free_shares(model, ["a", "b"], ["b", "c"])
    assert found == pytest.approx(np.mean(each, axis=0)) and sum(found) == pytest.approx(1)
    with pytest.raises(GenerationError, match="calibrate"):
        content_free_shares(model, [], ["b"])
    with pytest.raises(GenerationError, match="at least one"):
        rank(model, "a", [])


# Accuracy


def test_wilsons_interval():
    # Newcombe 1998, table I: 81 of 263, and 0 of 20.
    low, high = Proportion(81, 263).interval
    assert (low, high) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert Proportion(0, 20).interval == pytest.approx((0, 0.1611), abs=1e-4)
    assert Proportion(0, 0).interval == (0, 1) and Proportion(0, 0).share == 0
    assert Proportion(20, 20).interval[1] == 1


def test_width_case_and_punctuation_do_not_count():
    assert matches(" Ｈe。", "he") and matches("巴黎！", "巴黎") and matches("b", "a|b")
    assert not matches("巴", "巴黎") and not matches("", "|") and not matches("a", "a b")


LETTERS = [Example(letter, letter.upper()) for letter in "abcd"]
ARROW = Template("{question}>{answer}")


class CopyModel(ToyModel):
    """Answers a question by its capital, but only after an example; else with the end."""

    def __init__(self) -> None:
        tokenizer = CharacterTokenizer("\nabcdABCDN/某>")
        table = np.zeros((200, tokenizer.vocab_size, tokenizer.vocab_size))
        super().__init__(table, positions=200)
        self.tokenizer = tokenizer

    def decoder(self, slots=1):
        decoder = super().decoder(slots)
        plain = decoder.extend

        def extend(chunks, *, every_position=False):
            lengths = [len(decoder.held[chunk.slot][0]) for chunk in chunks]
            plain(chunks, every_position=every_position)
            rows = []
            for chunk, before in zip(chunks, lengths, strict=True):
                text = self.tokenizer.decode(decoder.held[chunk.slot][0])
                ends = range(before + 1, len(text) + 1)
                each = np.stack([self.after(text[:end]) for end in ends])
                rows.append(each if every_position else each[-1])
            return rows

        decoder.extend = extend
        return decoder

    def after(self, text):
        row = np.zeros(self.tokenizer.vocab_size, np.float32)
        wanted = "\n"
        if text.endswith(">") and text.count(">") > 1:
            wanted = text[-2].upper()
        row[self.tokenizer.encode(wanted)] = 9
        return row


def test_each_question_is_judged_by_what_it_wrote_and_what_it_chose():
    found = list(accuracy(CopyModel(), LETTERS, LETTERS, ARROW, candidates=["A", "B", "C", "D"]))
    assert [one.answer for one in found] == ["A", "B", "C", "D"]
    assert all(one.exact and one.chose("sum") and one.chose("calibrated") for one in found)
    # An example that asks the same is not shown.
    assert [one.shots for one in found] == [3] * 4
    zero = list(accuracy(CopyModel(), LETTERS, LETTERS, ARROW, shots=0))
    assert [one.answer for one in zero] == [""] * 4 and not any(one.exact for one in zero)
    assert zero[0].ranking is None and zero[0].chose("sum") is None


def test_answers_are_judged_one_by_one_as_somebody_asks():
    class Endless:
        def __init__(self):
            self.asked = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.asked += 1
            return Example("a", "A")

    questions = Endless()
    answers = accuracy(CopyModel(), questions, LETTERS, ARROW)
    assert next(answers).exact and next(answers).exact and questions.asked == 2
    assert isinstance(answers, Generator)
    answers.close()


def test_the_curve_goes_up_where_an_example_helps():
    steps = list(shots_curve(CopyModel(), LETTERS[:2], LETTERS, ARROW, seeds=(0, 1)))
    assert [(step.seed, step.shots) for step in steps[::2]] == [
        (seed, shots) for seed in (0, 1) for shots in (0, 1, 2)
    ]
    points = curve(steps)
    assert [(point.shots, point.exact.share) for point in points] == [(0, 0), (1, 1), (2, 1)]
    assert points[1].exact.count == 2 and points[1].seeds == (1.0, 1.0)
    assert points[0].chosen is None


def test_questions_asked_with_other_examples_are_no_new_questions():
    def step(seed, right):
        judged = Judged(Example("a", "A"), "A" if right else "B", None, 1)
        return CurveStep(1, seed, judged)

    (point,) = curve([step(0, True), step(1, False), step(2, True)])
    assert point.seeds == (1.0, 0.0, 1.0)
    assert point.exact == Proportion(pytest.approx(2 / 3), 1)


def test_only_as_many_shots_as_there_are_for_every_question():
    assert possible_shots([Example("x", "")], LETTERS) == [0, 1, 2, 4]
    assert possible_shots([Example("x", ""), Example("A", "")], LETTERS) == [0, 1, 2]
    assert possible_shots([], LETTERS, shots=(4, 3, 9, -1, 3)) == [3, 4]


# Gaps


PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "。", *"甲乙丙丁戊天地人的是"]


@pytest.fixture(scope="module")
def bert():
    config = tiny_config("bert", vocab_size=len(PIECES))
    tokenizer = WordPieceTokenizer(Vocabulary(tuple(PIECES)))
    return LanguageModel.build(config, RandomWeights(config), tokenizer)


GAP = Template("{question}的是{answer}")
SHOWN = [Example("甲", "天"), Example("乙", "地")]


def logprobs(model, pieces):
    ids = [model.tokenizer.id(piece) for piece in pieces]
    logits = model.logits(ids).astype(np.float64)
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def test_lines_become_sentences_around_the_gap():
    cloze = make_cloze(SHOWN, "丙", Template("问：{question}？\n答：{answer}"))
    assert cloze.text(2) == "问：甲？答：天。问：乙？答：地。问：丙？答：[MASK][MASK]。"
    assert make_cloze([], "丙", Template("{question}（{answer}）")).text(1) == "丙（[MASK]）"


def test_independent_masks_are_read_in_one_pass(bert):
    cloze, found = rank_masked(bert, SHOWN, "丙", GAP, ["丁", "天地"], filling="independent")
    assert cloze.text(1) == "甲的是天。乙的是地。丙的是[MASK]。"
    before = ["[CLS]", *"甲的是天。乙的是地。丙的是"]
    rows = logprobs(bert, [*before, "[MASK]", "[MASK]", "。", "[SEP]"])
    at = len(before)
    pair = [rows[at, PIECES.index("天")], rows[at + 1, PIECES.index("地")]]
    assert [token.logprob for token in found.candidates[1].tokens] == pytest.approx(pair, abs=1e-4)
    assert found.candidates[1].logprob == pytest.approx(sum(pair), abs=1e-4)
    one = logprobs(bert, [*before, "[MASK]", "。", "[SEP]"])[at, PIECES.index("丁")]
    assert found.candidates[0].logprob == pytest.approx(one, abs=1e-4)
    assert found.methods == ("sum", "mean", "calibrated")


def test_iterative_masks_put_the_surest_token_in_first(bert):
    _, found = rank_masked(bert, [], "丙", GAP, ["天地"], filling="iterative")
    before, after = ["[CLS]", *"丙的是"], ["。", "[SEP]"]
    at = len(before)
    first = logprobs(bert, [*before, "[MASK]", "[MASK]", *after])
    sky, earth = PIECES.index("天"), PIECES.index("地")
    if first[at, sky] > first[at + 1, earth]:
        then = logprobs(bert, [*before, "天", "[MASK]", *after])
        by_hand = [first[at, sky], then[at + 1, earth]]
    else:
        then = logprobs(bert, [*before, "[MASK]", "地", *after])
        by_hand = [then[at, sky], first[at + 1, earth]]
    assert [t.logprob for t in found.candidates[0].tokens] == pytest.approx(by_hand, abs=1e-4)


def test_what_the_model_would_put_into_the_gap_is_no_special_piece(bert):
    cloze = make_cloze(SHOWN, "丙", GAP)
    for length in (1, 3):
        found = fill(bert, cloze, length)
        assert len(found) == length and all(token.text in PIECES[5:] for token in found)
    before = ["[CLS]", *"甲的是天。乙的是地。丙的是"]
    row = logprobs(bert, [*before, "[MASK]", "。", "[SEP]"])[len(before)]
    assert fill(bert, cloze, 1)[0].logprob == pytest.approx(row[5:].max(), abs=1e-4)


def test_examples_that_do_not_fit_into_the_encoder_are_left_out(bert):
    many = [Example("甲" * 30, "天")] * 8
    cloze, _ = rank_masked(bert, many, "丙", GAP, ["丁"])
    assert cloze.left_out == 3 and cloze.text(1).count("天") == 5
    with pytest.raises(PromptError, match="too long"):
        rank_masked(bert, many, "丙" * 300, GAP, ["丁"])


def test_wrong_questions_to_a_masked_model_are_named(bert):
    with pytest.raises(GenerationError, match="at least one"):
        rank_masked(bert, [], "丙", GAP, [])
    with pytest.raises(PromptError, match="no tokens"):
        rank_masked(bert, [], "丙", GAP, [" "])
    with pytest.raises(GenerationError, match="sideways"):
        rank_masked(bert, [], "丙", GAP, ["丁"], filling="sideways")
    with pytest.raises(GenerationError, match="no masks"):
        rank_masked(followed("ab"), [], "丙", GAP, ["丁"])
