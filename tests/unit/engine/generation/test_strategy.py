"""Strategies, and what is written by them: whole, from given tokens, and several texts at once."""

import itertools
import math
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.generation import (
    STRATEGIES,
    Settings,
    Strategy,
    beam_search,
    fit,
    interleaved,
    read_text,
    resumed_texts,
    write,
)
from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.ending import Endings, Quotations
from engine.models.errors import DeadlineError, GenerationError, PromptError, QueueFullError
from engine.tokenizers.prompt import Prompt
from engine.tokenizers.streaming import PieceStream
from engine.transformer.language_model import LanguageModel
from tests.unit.engine.generation.toy import (
    END,
    LETTERS,
    LetterTokenizer,
    ToyDecoder,
    ToyModel,
    alphabet,
)
from tests.unit.engine.transformer.tiny import RandomWeights, tiny_config, tokens
from tests.waiting import eventually

LETTER_STRATEGIES = {name: s for name, s in STRATEGIES.items() if not s.keep}
ENDLESS = Strategy(max_tokens=4000, min_tokens=4000)


def ids(writer) -> list[int]:
    return [token.id for token in writer]


def text_of(writer) -> str:
    return "".join(token.text for token in writer)


def released(batcher) -> bool:
    """Whether all slots are free again soon."""
    return eventually(lambda: not batcher.load)


class GatedModel(ToyModel):
    """Computes only while its gate is open."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.gate = threading.Event()
        self.gate.set()

    def decoder(self, slots: int = 1):
        gate = self.gate

        class Gated(ToyDecoder):
            def extend(self, chunks, *, every_position=False):
                assert gate.wait(30)
                return super().extend(chunks, every_position=every_position)

        self.decoders.append(Gated(self, slots))
        return self.decoders[-1]


# As plain values


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_survives_json(name):
    strategy = STRATEGIES[name]
    assert Strategy.from_dict(strategy.to_dict()) == strategy


def test_what_is_not_set_is_not_written_down():
    assert Strategy().to_dict() == {}
    strategy = Strategy(kind="beam", beams=2, stop=("\n",), settings=Settings(top_k=3))
    assert strategy.to_dict() == {
        "kind": "beam",
        "beams": 2,
        "stop": ["\n"],
        "settings": {"top_k": 3},
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "magic"}, "kind must be sample or beam"),
        ({"beams": 0}, "beams must be an integer from 1 to 16"),
        ({"beams": True}, "beams"),
        ({"max_tokens": 10**9}, "max_tokens must be an integer from 1 to 4096"),
        ({"max_tokens": "8"}, "max_tokens"),
        ({"length_penalty": float("nan")}, "length_penalty"),
        ({"stop": "a"}, "stop must be a list of texts"),
        ({"stop": [""]}, "stop must be a list of texts"),
        ({"keep": [1]}, "keep must be a list of texts"),
        ({"settings": {"top_p": 2}}, "top_p"),
        ({"settings": {"nonsense": 1}}, "no setting 'nonsense'"),
        ({"settings": [1]}, "settings must be an object"),
        ({"seed": 1}, "no 'seed'"),
        ([], "an object of values"),
    ],
)
def test_bad_values_are_named(values, message):
    with pytest.raises(GenerationError, match=message):
        Strategy.from_dict(values)


def test_a_strategy_wants_settings():
    with pytest.raises(GenerationError, match="settings must be Settings"):
        Strategy(settings={"top_k": 3})


def test_the_published_ones_are_what_was_published():
    su = STRATEGIES["su_random_sample"]
    assert (su.settings.top_p, su.ends_from, su.max_tokens, su.keep) == (0.95, 128, 256, ("。",))
    assert STRATEGIES["su_top_k"].settings.top_k == 5
    assert STRATEGIES["su_beam"].length_penalty == 0


# Writing


@pytest.mark.parametrize("name", LETTER_STRATEGIES)
def test_the_same_seed_writes_the_same_text(name):
    model = ToyModel()
    first = list(write(model, "abc", STRATEGIES[name], seed=5))
    assert list(write(model, "abc", STRATEGIES[name], seed=5)) == first
    assert len(first) == STRATEGIES[name].max_tokens


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(sorted(LETTER_STRATEGIES)),
    st.integers(0, 2**53 - 1),
    st.integers(0, 40),
    st.integers(1, 40),
)
def test_a_text_goes_on_from_its_own_beginning_as_it_did(name, seed, kept, most):
    strategy = Strategy.from_dict(
        LETTER_STRATEGIES[name].to_dict() | {"max_tokens": most, "kind": "sample"}
    )
    model = ToyModel()
    whole = list(write(model, "abc", strategy, seed=seed))
    begin = [token.id for token in whole[:kept]]
    writer = write(model, "abc", strategy, seed=seed, begin=begin)
    assert list(writer) == whole[kept:]
    assert writer.finish_reason == "length"


def test_a_branch_depends_on_the_seed_and_the_place():
    model = ToyModel()
    strategy = Strategy(max_tokens=30)
    whole = ids(write(model, "abc", strategy, seed=1))
    branch = [*whole[:10], (whole[10] + 1) % END]
    first = ids(write(model, "abc", strategy, seed=1, begin=branch))
    assert ids(write(model, "abc", strategy, seed=1, begin=branch)) == first
    assert len(first) == 19
    assert ids(write(model, "abc", strategy, seed=2, begin=branch)) != first


def test_limits_and_penalties_count_what_was_given():
    model = ToyModel(alphabet())
    assert text_of(write(model, "a", Strategy(max_tokens=5), seed=1, begin=[1, 2])) == "def"
    once = Strategy(settings=Settings(no_repeat_ngram=1, temperature=0), max_tokens=4)
    assert 4 not in ids(write(model, "a", once, seed=1, begin=[4, 3]))
    late = Strategy(max_tokens=9, ends_from=4, stop=("d",))
    assert text_of(write(model, "a", late, seed=1, begin=[1, 2])) == "defghij"
    assert text_of(write(model, "a", late, seed=1, begin=[0, 1, 2])) == ""


@pytest.mark.parametrize("kind", ["sample", "beam"])
def test_what_is_given_may_be_a_whole_text(kind):
    model = ToyModel(alphabet())
    for begin, options, reason in (
        ([1, END], {}, "stop"),
        ([1, 2], {"stop": ("bc",)}, "stop"),
        ([1, 2], {"keep": ("c",)}, "stop"),
        ([1, 2], {"max_tokens": 2}, "length"),
    ):
        writer = write(model, "a", Strategy(kind=kind, **options), seed=1, begin=begin)
        assert list(writer) == []
        assert writer.finish_reason == reason
        writer.close()
    assert not shared_batcher(model).load


def test_a_stop_string_may_begin_in_what_is_given():
    model = ToyModel(alphabet())
    for kind in ("sample", "beam"):
        strategy = Strategy(kind=kind, stop=("de",), max_tokens=9)
        writer = write(model, "a", strategy, seed=1, begin=[1, 2, 3])
        assert resumed_texts(model, strategy, [1, 2, 3]) == ["b", "c", ""]
        assert text_of(writer) == ""
        assert writer.finish_reason == "stop"
        writer = write(
            model, "a", Strategy(kind=kind, stop=("dX",), max_tokens=5), seed=1, begin=[1, 2, 3]
        )
        assert text_of(writer) == "def"


class ByteTokenizer(LetterTokenizer):
    """A letter is a byte of a character."""

    def text_stream(self):
        parts = "你".encode()
        return PieceStream(lambda id: b"" if id == END else parts[id % 3 : id % 3 + 1])


def test_half_a_character_in_what_is_given_finds_its_other_half():
    model = ToyModel(alphabet())
    model.tokenizer = ByteTokenizer()
    for kind in ("sample", "beam"):
        writer = write(model, "a", Strategy(kind=kind, max_tokens=5), seed=1, begin=[3, 4])
        assert [token.text for token in writer] == ["你", "", ""]


def test_a_piece_stays_by_its_text_or_by_its_name():
    model = ToyModel(alphabet())
    assert text_of(write(model, "a", Strategy(keep=("e",)), seed=1)) == "bcde"
    table = alphabet()
    table[4, END] = 40
    model = ToyModel(table)
    model.tokenizer = type("Named", (LetterTokenizer,), {"eos_id": None})()
    writer = write(model, "a", Strategy(keep=("[END]",)), seed=1)
    assert ids(writer) == [1, 2, 3, 4, END]
    assert writer.finish_reason == "stop"


class Speaking(LetterTokenizer):
    """Some letters are marks."""

    def decode(self, ids) -> str:
        return super().decode(ids).translate(str.maketrans("cef", "“。”"))


@pytest.mark.parametrize("kind", ["sample", "beam"])
def test_an_end_within_a_quotation_waits_for_the_mark_that_closes_it(kind):
    model = ToyModel(alphabet())
    model.tokenizer = Speaking()
    strategy = Strategy(kind=kind, keep=("。",))
    assert text_of(write(model, "a", strategy, seed=1)) == "b“d。"
    whole = replace(strategy, whole_quotations=True)
    assert text_of(write(model, "a", whole, seed=1)) == "b“d。”"
    # It may have been opened before, by the prompt or in what there is of the text.
    assert text_of(write(model, "c", whole, seed=1)) == "d。”"
    assert text_of(write(model, "a", whole, seed=1, begin=[1, 2])) == "d。”"
    # Behind its own end no text goes on.
    ending = replace(whole, keep=())
    assert text_of(write(model, "b", ending, seed=1)) == "“d。”" + LETTERS[6:]


@pytest.mark.parametrize(
    ("tokens", "ends"),
    [
        ([0, 1], True),
        ([2, 0, 1], False),
        ([2, 0, 1, 3], True),
        ([2, 0, 3], False),
        ([2, 0, 3, 1], True),
        ([2, 2, 1, 3], False),
        ([2, 2, 1, 3, 3], False),  # nothing ends between the two
        ([3, 0, 1], True),
        ([3, 3, 2, 1], False),
        ([2, 0, 4, 1], True),  # a line break leaves none open
        ([3], False),
    ],
)
def test_where_quotations_end_a_text(tokens, ends):
    quotations = Quotations({2: 1, 3: -1}, frozenset([4]))
    endings = Endings.of(None, [1], max_tokens=9, quotations=quotations)
    assert endings.is_end(tokens) is ends
    # A quotation that is open before the text: as if it began with the mark, but for its end.
    opened = Endings.of(None, [1], max_tokens=9, quotations=quotations, before=[2])
    assert opened.is_end(tokens) is endings.is_end([2, *tokens])
    closed = Endings.of(None, [1], max_tokens=9, quotations=quotations, before=[2, 4])
    assert closed.is_end(tokens) is ends


def test_text_that_should_end_a_text_wants_a_tokenizer():
    model = ToyModel()
    model.tokenizer = None
    with pytest.raises(GenerationError, match="tokenizer"):
        write(model, Prompt((0,), (0,)), Strategy(keep=("。",)), seed=1)


# Search


def test_a_search_tells_its_tokens_as_the_model_reads_them():
    model = ToyModel()
    strategy = Strategy(kind="beam", beams=3, max_tokens=7)
    (best, *_) = beam_search(model, "abc", beams=3, max_tokens=7)
    found = list(write(model, "abc", strategy, seed=1, alternatives=4))
    assert tuple(token.id for token in found) == best.tokens
    assert sum(token.logprob for token in found) == pytest.approx(best.logprob)
    ranks = read_text(model, best.text, context="abc", alternatives=4)
    assert [token.alternatives for token in found] == [rank.alternatives for rank in ranks]
    assert text_of(found) == best.text


def test_a_long_answer_is_told_while_its_rest_is_still_read():
    model = GatedModel()
    batcher = Batcher(model)
    writer = write(model, "abc", Strategy(kind="beam", max_tokens=200), seed=1, batcher=batcher)
    # Told as it comes, with the loop held up between the passes that read the answer.
    found = []
    while writer.finish_reason is None:
        token = writer.poll(0.02)
        model.gate.clear()
        if token is not None:
            found.append(token)
        else:
            model.gate.set()
    model.gate.set()
    (best, *_) = beam_search(model, "abc", max_tokens=200)
    assert tuple(token.id for token in found) == best.tokens
    assert sum(token.logprob for token in found) == pytest.approx(best.logprob)
    batcher.close()


@pytest.mark.parametrize(
    ("options", "text", "reason"),
    [
        ({"stop": ("g",)}, "bcdef", "stop"),
        ({"stop": ("fg",)}, "bcde", "stop"),
        ({"keep": ("g",)}, "bcdefg", "stop"),
        ({"stop": ("c",), "ends_from": 4, "max_tokens": 6}, "bcdefg", "length"),
        ({"max_tokens": 3}, "bcd", "length"),
        ({}, "bcdefghijklmnopqrstuvwxyz", "stop"),
    ],
)
def test_a_search_ends_as_a_draw_does(options, text, reason):
    for kind in ("beam", "sample"):
        writer = write(
            ToyModel(alphabet()),
            "a",
            Strategy(kind=kind, settings=Settings(temperature=0), **options),
            seed=1,
        )
        assert text_of(writer) == text
        assert writer.finish_reason == reason


def test_a_search_ends_with_the_context():
    for kind in ("beam", "sample"):
        writer = write(ToyModel(alphabet(), positions=5), "abc", Strategy(kind=kind), seed=1)
        assert (text_of(writer), writer.finish_reason) == ("def", "context")


def test_a_search_that_takes_too_long_says_so():
    writer = write(ToyModel(), "a", Strategy(kind="beam"), seed=1, deadline=0)
    with pytest.raises(DeadlineError):
        list(writer)
    assert writer.finish_reason == "deadline"
    assert writer.poll(0) is None


def test_whoever_waits_for_a_search_can_stop_it():
    model = GatedModel()
    batcher = Batcher(model)
    model.gate.clear()
    writer = write(model, "a", Strategy(kind="beam"), seed=1, batcher=batcher)
    assert writer.poll(0.01) is None
    assert writer.finish_reason is None
    writer.close()
    assert writer.finish_reason == "closed"
    assert list(writer) == []
    model.gate.set()
    assert released(batcher)
    batcher.close()


def test_a_search_is_refused_where_a_draw_would_be():
    model = GatedModel()
    model.gate.clear()
    batcher = Batcher(model, slots=4, queue=2)
    waiting = [write(model, "a", ENDLESS, seed=1, batcher=batcher) for _ in range(6)]
    for kind in ("sample", "beam"):
        with pytest.raises(QueueFullError):
            write(model, "a", Strategy(kind=kind), seed=1, batcher=batcher)
    for writer in waiting:
        writer.close()
    model.gate.set()
    assert released(batcher)
    batcher.close()


# Several at once


def test_texts_together_are_those_that_each_would_be_alone():
    model = ToyModel()
    prompts = ["abc", "x", "hello"]
    strategies = [Strategy(max_tokens=9), Strategy(max_tokens=4), STRATEGIES["beam"]]
    alone = [text_of(write(model, p, s, seed=7)) for p, s in zip(prompts, strategies, strict=True)]
    writers = [write(model, p, s, seed=7) for p, s in zip(prompts, strategies, strict=True)]
    texts = ["", "", ""]
    for number, token in interleaved(writers):
        texts[number] += token.text
    assert texts == alone
    assert [writer.finish_reason for writer in writers] == ["length"] * 3


def test_one_that_waits_for_its_place_does_not_keep_the_others_waiting():
    model = ToyModel()
    batcher = Batcher(model, slots=2)
    holder = write(model, "z", ENDLESS, seed=1, batcher=batcher)
    next(holder)
    strategy = Strategy(max_tokens=30)
    # The second one gets the only place that is left; the first has to wait behind the holder.
    blocked = write(model, "b", ENDLESS, seed=1, batcher=batcher)
    next(blocked)
    waiting = write(model, "c", strategy, seed=1, batcher=batcher)
    came = [number for number, _ in itertools.islice(interleaved([waiting, blocked]), 20)]
    assert came == [1] * 20
    holder.close()
    assert released(batcher)  # islice let go of the generator, which closed its writers
    batcher.close()


def test_texts_that_nobody_reads_on_free_their_places():
    model = ToyModel()
    batcher = Batcher(model)
    writers = [write(model, "a", ENDLESS, seed=seed, batcher=batcher) for seed in range(16)]
    stepping = interleaved(writers)
    assert {number for number, _ in itertools.islice(stepping, 200)} == set(range(16))
    stepping.close()
    assert released(batcher)
    batcher.close()


def test_an_error_of_one_ends_all():
    model = ToyModel()
    batcher = Batcher(model)
    writers = [
        write(model, "a", ENDLESS, seed=1, batcher=batcher),
        write(model, "a", STRATEGIES["beam"], seed=1, deadline=0, batcher=batcher),
    ]
    with pytest.raises(DeadlineError):
        list(interleaved(writers))
    assert released(batcher)
    batcher.close()


# Room


def test_the_end_of_a_long_prompt_is_kept():
    model = ToyModel(positions=20)
    assert fit(model, "abc", 10) == (Prompt((0, 1, 2), (0, 0, 0)), 0)
    kept, cut = fit(model, LETTERS, 12)
    assert (kept.tokens, cut) == (tuple(range(18, 26)), 18)
    given = Prompt(tuple(range(26)), tuple(number % 2 for number in range(26)), 1, dropped_turns=2)
    kept, cut = fit(model, given, 12)
    assert (kept.segments, kept.reply_segment, kept.dropped_turns) == ((0, 1) * 4, 1, 2)
    assert len(fit(model, LETTERS, 10**6)[0]) == 1


def test_nothing_has_no_end_to_keep():
    with pytest.raises(PromptError, match="empty"):
        fit(ToyModel(), "", 10)


def test_the_piece_that_texts_begin_with_stays():
    model = ToyModel(positions=20)
    model.tokenizer = type("Begins", (LetterTokenizer,), {"bos_id": 25})()
    kept, cut = fit(model, "z" + LETTERS, 16)
    assert (kept.tokens, cut) == ((25, 23, 24, 25), 23)
    kept, cut = fit(model, LETTERS, 16)
    assert (kept.tokens, cut) == ((22, 23, 24, 25), 22)


def test_an_encoder_has_its_context_for_the_prompt_alone():
    config = tiny_config("t5", max_positions=12)
    model = LanguageModel.build(config, RandomWeights(config))
    kept, cut = fit(model, Prompt(tuple(tokens(30)), (0,) * 30), 8)
    assert (kept.tokens, cut) == (tuple(tokens(30)[-12:]), 18)
    strategy = Strategy(max_tokens=5)
    whole = list(write(model, kept, strategy, seed=1))
    assert len(whole) == 5
    rest = write(model, kept, strategy, seed=1, begin=[token.id for token in whole[:2]])
    assert ids(rest) == [token.id for token in whole[2:]]


# Over a real decoder


def test_the_same_text_comes_again_whoever_else_writes():
    config = tiny_config("gpt2_ml")
    model = LanguageModel.build(config, RandomWeights(config))
    prompt = Prompt(tuple(tokens(9)), (0,) * 9)
    strategy = Strategy(settings=Settings(top_p=0.9, repetition_penalty=1.1), max_tokens=40)
    alone = list(write(model, prompt, strategy, seed=3))
    writers = [write(model, prompt, strategy, seed=3 if n == 4 else n) for n in range(9)]
    found: list[list[int]] = [[] for _ in writers]
    for number, token in interleaved(writers):
        found[number].append(token.id)
    assert found[4] == [token.id for token in alone]
    for kept in (1, 17, 39):
        begin = [token.id for token in alone[:kept]]
        rest = list(write(model, prompt, strategy, seed=3, begin=begin))
        assert [token.id for token in rest] == [token.id for token in alone[kept:]]
        assert np.allclose([t.logprob for t in rest], [t.logprob for t in alone[kept:]], atol=1e-3)
    assert all(math.isfinite(token.logprob) for token in alone)
