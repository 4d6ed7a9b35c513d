import gc
import math
import weakref

import numpy as np
import pytest

from engine.generation.batcher import shared_batcher
from engine.generation.sampling import Greedy
from engine.generation.settings import Settings
from engine.generation.stream import stream
from engine.models.errors import DeadlineError, GenerationError, PromptError
from engine.tokenizers.prompt import Prompt
from tests.unit.engine.generation.toy import END, LETTERS, ToyModel, alphabet

GREEDY = Settings(temperature=0)


def text_of(tokens) -> str:
    return "".join(token.text for token in tokens)


def written(model, prompt, **options):
    tokens = stream(model, prompt, **options)
    return text_of(tokens), tokens.finish_reason


def test_a_text_goes_on_until_its_end():
    tokens = stream(ToyModel(alphabet()), "v", sampler=GREEDY)
    found = list(tokens)
    assert text_of(found) == "wxyz"
    assert [token.id for token in found] == [22, 23, 24, 25, END]
    assert tokens.finish_reason == "stop"


def test_a_token_says_how_probable_it_was_and_what_else_there_was():
    model = ToyModel()
    tokens = list(stream(model, "a", sampler=GREEDY, max_tokens=3, alternatives=2))
    before = 0
    for token in tokens:
        row = model.table[before].astype(np.float64)
        logprobs = row - np.log(np.exp(row).sum())
        assert token.logprob == pytest.approx(logprobs.max())
        assert [a.id for a in token.alternatives] == list(np.argsort(-logprobs)[:2])
        assert token.alternatives[0].text == LETTERS[token.id]
        before = token.id


def test_max_tokens_stop_ids_and_stop_strings():
    model = ToyModel(alphabet())
    assert written(model, "a", sampler=GREEDY, max_tokens=3) == ("bcd", "length")
    # A stop id ends the text and belongs to it, a stop string is cut off.
    assert written(model, "a", sampler=GREEDY, stop=[4]) == ("bcde", "stop")
    assert written(model, "a", sampler=GREEDY, stop="ef") == ("bcd", "stop")
    assert written(model, "a", sampler=GREEDY, stop=["xx", "cd", 9]) == ("b", "stop")


@pytest.mark.parametrize("stop", [4, np.int64(4), [4], np.array([4]), [np.uint8(4)], {4}])
def test_stop_ids_of_any_kind(stop):
    assert written(ToyModel(alphabet()), "a", sampler=GREEDY, stop=stop) == ("bcde", "stop")


def test_what_may_begin_a_stop_string_is_held_back_and_given_at_last():
    model = ToyModel(alphabet())
    tokens = list(stream(model, "a", sampler=GREEDY, stop="cdX", max_tokens=4))
    assert [token.text for token in tokens] == ["b", "", "", "cde"]
    tokens = list(stream(model, "a", sampler=GREEDY, stop="cdX", max_tokens=3))
    assert [token.text for token in tokens] == ["b", "", "cd"]


def test_before_min_tokens_no_end_is_drawn():
    model = ToyModel(alphabet())
    tokens = list(stream(model, "y", sampler=GREEDY, min_tokens=3, max_tokens=4))
    assert END not in [token.id for token in tokens[:3]]
    assert written(model, "a", sampler=GREEDY, stop="c", min_tokens=2, max_tokens=9)[0] != "b"


def test_min_tokens_that_leave_no_token_say_so():
    model = ToyModel(alphabet())
    for sampler in (GREEDY, None, Greedy()):
        with pytest.raises(GenerationError, match="no token is left"):
            list(stream(model, "a", sampler=sampler, stop=range(27), min_tokens=2))


def test_min_tokens_hold_back_any_samplers_ends():
    def constant(logits, context):
        assert len(logits) == END + 1
        return np.exp(logits.astype(np.float64)) / np.exp(logits.astype(np.float64)).sum()

    tokens = list(stream(ToyModel(alphabet()), "y", sampler=constant, min_tokens=3, seed=1))
    assert END not in [token.id for token in tokens[:3]]
    with pytest.raises(GenerationError, match="no token is left"):
        list(stream(ToyModel(), "a", sampler=constant, stop=range(27), min_tokens=2))


def test_a_stop_id_that_cannot_be_held_back_is_named():
    tokens = stream(ToyModel(alphabet()), "a", sampler=GREEDY, stop=[10**6], min_tokens=2)
    with pytest.raises(GenerationError, match="1000000 is not in this vocabulary"):
        list(tokens)


def test_an_end_may_be_text_like_any_other_at_first_or_several_times():
    model = ToyModel(alphabet())
    found = written(model, "y", sampler=GREEDY, stop=[25], min_ends=2, max_tokens=60)
    assert found == ("z", "stop")  # the text's own end is enough
    table = alphabet()
    table[2, 0] = 30  # abcabc...
    model = ToyModel(table)
    found = written(model, "a", sampler=GREEDY, stop=[2], min_ends=3)
    assert found == ("bcabcabc", "stop")
    assert written(model, "a", sampler=GREEDY, stop=[2], ends_from=3) == ("bcabc", "stop")
    assert written(model, "a", sampler=GREEDY, stop="c", ends_from=3) == ("bcab", "stop")


def test_a_full_context_ends_the_text_calmly():
    model = ToyModel(alphabet(), positions=5)
    assert written(model, "abc", sampler=GREEDY) == ("def", "context")
    assert written(model, "abcde", sampler=GREEDY) == ("f", "context")


def test_a_prompt_too_long_says_by_how_much():
    with pytest.raises(PromptError, match="shorten it by 3"):
        stream(ToyModel(positions=5), "abcdefgh")


def test_prompts_that_cannot_be_read():
    model = ToyModel()
    with pytest.raises(PromptError, match="empty"):
        stream(model, "")
    with pytest.raises(PromptError, match="token 99"):
        stream(model, Prompt((99,), (0,)))
    # The toy has no table of segments, and its decoder allows what any decoder allows then.
    with pytest.raises(PromptError, match="segment 99"):
        stream(model, Prompt((1, 2), (0, 99)))
    with pytest.raises(PromptError, match="segment -5"):
        stream(model, Prompt((1,), (0,), reply_segment=-5))
    model.tokenizer = None
    with pytest.raises(PromptError, match="no tokenizer"):
        stream(model, "a")


def test_a_model_without_a_tokenizer_writes_ids():
    model = ToyModel(alphabet())
    model.tokenizer = None
    tokens = stream(model, Prompt((3,), (0,)), sampler=GREEDY, stop=[6])
    assert [(token.id, token.text) for token in tokens] == [(4, ""), (5, ""), (6, "")]
    with pytest.raises(GenerationError, match="stop ids"):
        stream(model, Prompt((3,), (0,)), stop="a")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"min_tokens": -1}, "min_tokens"),
        ({"min_ends": 0}, "min_ends"),
        ({"alternatives": -1}, "alternatives"),
        ({"seed": -1}, "seed"),
        ({"stop": [-1]}, "stop"),
        ({"stop": 1.5}, "stop"),
        ({"stop": [""]}, "stop string"),
        ({"deadline": math.nan}, "deadline"),
    ],
)
def test_values_out_of_range_name_the_field(options, message):
    with pytest.raises(GenerationError, match=message):
        stream(ToyModel(), "a", **options)


def test_a_seed_writes_the_same_text_whoever_else_writes():
    model = ToyModel()
    alone = written(model, "a", seed=7, max_tokens=50)
    others = [stream(model, letter, seed=ord(letter), max_tokens=50) for letter in "bcdef"]
    again = stream(model, "a", seed=7, max_tokens=50)
    texts = [text_of(tokens) for tokens in [*others, again]]
    assert texts[-1] == alone[0]
    assert len(set(texts)) == len(texts)


def test_a_text_that_did_not_begin_in_time_is_an_error():
    tokens = stream(ToyModel(), "a", deadline=0)
    with pytest.raises(DeadlineError):
        next(tokens)
    assert tokens.finish_reason == "deadline"


def test_a_text_that_began_ends_where_it_is_when_the_time_is_over(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("engine.generation.jobs.monotonic", lambda: clock[0])

    def slow(logits, context):
        clock[0] += 1
        return Greedy()(logits, context)

    assert written(ToyModel(alphabet()), "a", sampler=slow, deadline=3.5) == ("bcde", "deadline")


def test_closing_a_stream_ends_it():
    model = ToyModel(alphabet() * 0)  # every token alike: it hardly ends by itself
    with stream(model, "a", max_tokens=10_000_000, min_tokens=10_000_000) as tokens:
        next(tokens)
    assert tokens.finish_reason == "closed"
    with pytest.raises(StopIteration):
        next(tokens)


def test_the_model_is_not_kept_alive_by_its_streams():
    model = ToyModel(alphabet())
    tokens = stream(model, "a", sampler=GREEDY)
    next(tokens)
    thread = shared_batcher(model)._thread
    gone = weakref.ref(model)
    del model, tokens
    gc.collect()
    thread.join(timeout=30)
    assert not thread.is_alive()
    gc.collect()
    assert gone() is None
