import gc
import random
import threading
import time
import weakref

import numpy as np
import pytest

from engine.generation.batcher import Batcher, shared_batcher, slots_within
from engine.generation.jobs import Advance, Job
from engine.generation.settings import Settings
from engine.generation.stream import stream
from engine.models.errors import (
    ContextFullError,
    DeadlineError,
    GenerationError,
    PromptError,
    QueueFullError,
)
from engine.tokenizers.prompt import Prompt
from engine.transformer.decoder import Chunk
from tests.unit.engine.generation.toy import LETTERS, ToyModel, alphabet

GREEDY = Settings(temperature=0)
ENDLESS = {"max_tokens": 10**9, "min_tokens": 10**9}


def text_of(tokens) -> str:
    return "".join(token.text for token in tokens)


class Held:
    """A batcher whose loop stands still until it is let go, so that tests decide who comes when.

    The first job's sampler waits for ``go``.
    """

    def __init__(self, model, **options) -> None:
        self.model = model
        self.batcher = Batcher(model, **options)
        self.go = threading.Event()
        self.inside = threading.Event()
        self.first = self.stream("a", sampler=self._wait, max_tokens=1)
        assert self.inside.wait(30)

    def _wait(self, logits, context):
        self.inside.set()
        assert self.go.wait(30)
        return np.eye(len(logits))[0]

    def stream(self, prompt, **options):
        return stream(self.model, prompt, batcher=self.batcher, **options)

    @property
    def decoder(self):
        return self.model.decoders[-1]


def test_streams_step_together():
    held = Held(ToyModel(alphabet()), slots=4)
    streams = [held.stream(letter * 2, sampler=GREEDY, max_tokens=5) for letter in "bdf"]
    held.go.set()
    assert [text_of(tokens) for tokens in streams] == ["cdefg", "efghi", "ghijk"]
    # The prompt of the first; those of the others in one pass; four steps of all three.
    assert held.decoder.passes == [[1], [2, 2, 2], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]
    held.batcher.close()
    assert held.decoder.held == {}


def test_those_who_wait_come_in_the_order_in_which_they_asked():
    held = Held(ToyModel(alphabet()), slots=1, queue=8)
    order = []

    def sampler(name):
        def record(logits, context):
            if not context.step:
                order.append(name)
            return np.eye(len(logits))[logits.argmax()]

        return record

    streams = [held.stream("b", sampler=sampler(name), max_tokens=2) for name in range(5)]
    held.go.set()
    for tokens in reversed(streams):
        list(tokens)
    assert order == [0, 1, 2, 3, 4]


def test_a_full_queue_says_so_and_has_room_again():
    held = Held(ToyModel(alphabet()), slots=1, queue=2)
    waiting = [held.stream("b", sampler=GREEDY, max_tokens=2) for _ in range(2)]
    with pytest.raises(QueueFullError):
        held.stream("b")
    assert held.batcher.load == 3
    held.go.set()
    assert [text_of(tokens) for tokens in waiting] == ["cd", "cd"]
    assert held.batcher.load == 0
    assert text_of(held.stream("b", sampler=GREEDY, max_tokens=2)) == "cd"


def test_long_prompts_do_not_stop_those_who_are_writing():
    held = Held(ToyModel(alphabet()), slots=4, prefill_tokens=8)
    writer = held.stream("ab", sampler=GREEDY, max_tokens=20)
    reader = held.stream(LETTERS * 3, sampler=GREEDY, max_tokens=1)
    held.go.set()
    assert text_of(writer) == LETTERS[2:22]
    list(reader)
    # Between two parts of the long prompt there is a step of those who write.
    reading = [[1], [8]] * 9 + [[1], [6]]
    assert held.decoder.passes == [[1], [2], *reading, *[[1]] * 9]


def test_a_stopped_stream_gives_its_slot_to_the_next_before_another_step():
    held = Held(ToyModel(alphabet()), slots=2)
    writer = held.stream("bb", sampler=GREEDY, max_tokens=3)
    waiting = held.stream("cc", sampler=GREEDY, max_tokens=3)
    writer.close()
    held.go.set()
    assert text_of(waiting) == "def"
    assert [2] in held.decoder.passes
    assert sum(sizes.count(2) for sizes in held.decoder.passes) == 1  # bb was never read
    assert held.decoder.most_open == 1


def test_a_stream_that_nobody_holds_any_more_is_stopped():
    model = ToyModel(alphabet() * 0)
    batcher = Batcher(model, slots=1)
    tokens = stream(model, "a", batcher=batcher, **ENDLESS)
    next(tokens)
    del tokens
    gc.collect()
    # The only slot is free again.
    assert len(list(stream(model, "b", batcher=batcher, max_tokens=3, min_tokens=3))) == 3
    assert batcher.load == 0


def test_the_next_turn_does_not_read_its_history_again():
    model = ToyModel(alphabet())
    batcher = Batcher(model)
    first = text_of(stream(model, "abcdefgh", sampler=GREEDY, max_tokens=5, batcher=batcher))
    before = model.decoders[0].extended
    assert before == 8 + 4  # the prompt, and each token but the last
    text_of(
        stream(model, "abcdefgh" + first + "xyz", sampler=GREEDY, max_tokens=1, batcher=batcher)
    )
    assert model.decoders[0].extended - before == 1 + 3  # the last token of the answer, the turn
    # The same question again: its last token, for the logits.
    before = model.decoders[0].extended
    text_of(stream(model, "abcdefgh", sampler=GREEDY, max_tokens=1, batcher=batcher))
    assert model.decoders[0].extended - before == 1
    # What differs early is read from there.
    text_of(stream(model, "abcdxxxxx", sampler=GREEDY, max_tokens=1, batcher=batcher))
    assert model.decoders[0].extended - before == 1 + 5


def test_equal_prompts_that_come_together_are_read_once():
    held = Held(ToyModel(), slots=8)
    streams = [held.stream(LETTERS, seed=s, max_tokens=2, min_tokens=2) for s in range(6)]
    held.go.set()
    for tokens in streams:
        list(tokens)
    # Each of the five others reads the last token itself, and then each draws one more.
    assert held.decoder.extended == 1 + len(LETTERS) + 5 + 6


def test_a_prompt_that_begins_like_one_being_written_after_is_read_from_there():
    held = Held(ToyModel(alphabet()), slots=3)
    writer = held.stream("abcdefgh", sampler=GREEDY, **ENDLESS)
    held.go.set()
    next(writer)
    before = held.decoder.passes.copy()
    other = held.stream("abcdefxy", sampler=GREEDY, max_tokens=1)
    next(other)
    writer.close()
    read = [size for sizes in held.decoder.passes[len(before) :] for size in sizes if size > 1]
    assert read == [2]


def test_those_who_began_alike_go_on_when_the_first_one_leaves():
    held = Held(ToyModel(alphabet()), slots=4, prefill_tokens=2)
    first = held.stream(LETTERS, sampler=GREEDY, max_tokens=1)
    second = held.stream(LETTERS, sampler=GREEDY, max_tokens=1)
    first.close()
    held.go.set()
    assert [token.id for token in second] == [26]


def test_without_a_budget_nothing_is_remembered():
    model = ToyModel(alphabet())
    batcher = Batcher(model, prefix_bytes=0)
    for _ in range(2):
        list(stream(model, "abcdefgh", sampler=GREEDY, max_tokens=1, batcher=batcher))
    assert model.decoders[0].extended == 16


def broken_sampler(logits, context):
    raise ZeroDivisionError("nothing by nothing")


def nan_sampler(logits, context):
    return np.full(len(logits), np.nan)


def long_sampler(logits, context):
    return np.append(np.zeros(len(logits)), 1.0)


@pytest.mark.parametrize(
    ("sampler", "message"),
    [(broken_sampler, "ZeroDivisionError"), (nan_sampler, "sum is nan"), (long_sampler, "failed")],
)
def test_a_request_that_fails_ends_alone(sampler, message):
    held = Held(ToyModel(alphabet()), slots=4)
    good = held.stream("ab", sampler=GREEDY, max_tokens=6)
    bad = held.stream("ab", sampler=sampler)
    held.go.set()
    with pytest.raises(GenerationError, match=message):
        list(bad)
    assert bad.finish_reason == "error"
    assert text_of(good) == "cdefgh"
    assert len(held.model.decoders) == 1
    assert held.batcher.load == 0


class Asking(Job):
    """Asks for these tokens after its prompt, all of them again and again."""

    def __init__(self, ids, *, every_position=False) -> None:
        super().__init__(Prompt((0,), (0,)))
        self.ids = ids
        self.every_position = every_position

    def run(self, decoder, slot, logits):
        while True:
            self.hand_out("read")
            yield Advance([Chunk(slot, self.ids)], every_position=self.every_position)


@pytest.mark.parametrize("ids", [(99,), (1, 99)], ids=["a step", "a reading"])
@pytest.mark.parametrize("every_position", [False, True])
def test_tokens_that_there_are_not_end_only_the_job_that_asks_for_them(ids, every_position):
    held = Held(ToyModel(alphabet()), slots=4)
    good = [held.stream(letter * 2, sampler=GREEDY, max_tokens=6) for letter in "bd"]
    bad = Asking(ids, every_position=every_position)
    held.batcher.submit(bad)
    held.go.set()
    found = bad.results()
    assert next(found) == "read"
    with pytest.raises(PromptError, match="99"):
        next(found)
    assert [text_of(tokens) for tokens in good] == ["cdefgh", "efghij"]
    # Nobody read anything twice: prompts of two tokens, and five steps.
    assert held.decoder.extended == 1 + 1 + 2 * (2 + 5)
    assert len(held.model.decoders) == 1
    assert held.batcher.load == 0
    assert held.decoder.held == {}


def test_a_job_that_overflows_the_context_ends_alone():
    held = Held(ToyModel(alphabet(), positions=9), slots=4)
    good = held.stream("bb", sampler=GREEDY, max_tokens=6)
    bad = Asking((1,))
    held.batcher.submit(bad)
    held.go.set()
    with pytest.raises(ContextFullError):
        list(bad.results())
    assert text_of(good) == "cdefgh"


def test_logits_that_are_not_finite_end_one_request():
    table = alphabet()
    table[5] = np.nan
    held = Held(ToyModel(table), slots=4)
    good = held.stream("ghi", sampler=GREEDY, max_tokens=3)
    bad = held.stream("bc", sampler=GREEDY)
    held.go.set()
    found = []
    with pytest.raises(GenerationError, match="not finite"):
        for token in bad:
            found.append(token.text)
    assert found == ["d", "e", "f"]
    assert text_of(good) == "jkl"


def test_a_decoder_that_fails_ends_all_and_the_loop_goes_on_with_another():
    held = Held(ToyModel(alphabet()), slots=2, queue=8)
    streams = [held.stream("ab", sampler=GREEDY, **ENDLESS) for _ in range(2)]
    waiting = held.stream("bcde", sampler=GREEDY, max_tokens=2)
    held.decoder.fail = RuntimeError("out of memory")
    held.go.set()
    for tokens in streams:
        with pytest.raises(GenerationError, match="out of memory"):
            list(tokens)
    # This one had no slot yet.
    assert text_of(waiting) == "fg"
    assert len(held.model.decoders) == 2
    assert held.batcher.load == 0


def test_slots_that_a_job_cannot_let_go_of_are_lost_with_their_decoder():
    class Stuck(Asking):
        def run(self, decoder, slot, logits):
            try:
                yield from super().run(decoder, slot, logits)
            finally:
                raise RuntimeError("cannot move a row")

    held = Held(ToyModel(alphabet()), slots=4)
    other = held.stream("ab", sampler=GREEDY, **ENDLESS)
    stuck = Stuck((1,))
    held.batcher.submit(stuck)
    held.go.set()
    assert next(stuck.results()) == "read"  # and nobody reads on: the job is closed
    with pytest.raises(GenerationError, match="cannot move a row"):
        list(other)
    assert text_of(held.stream("b", sampler=GREEDY, max_tokens=2)) == "cd"
    assert len(held.model.decoders) == 2
    assert held.batcher.load == 0


def test_a_model_that_makes_no_decoder_is_an_error_for_each_request():
    model = ToyModel(alphabet())
    batcher = Batcher(model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "decoder", lambda slots: 1 / 0)
        with pytest.raises(GenerationError, match="division by zero"):
            list(stream(model, "a", batcher=batcher))
    assert text_of(stream(model, "w", sampler=GREEDY, batcher=batcher)) == "xyz"


def test_whoever_waits_too_long_is_told(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("engine.generation.jobs.monotonic", lambda: clock[0])
    held = Held(ToyModel(alphabet()), slots=1)
    hurried = held.stream("b", deadline=5)
    patient = held.stream("b", sampler=GREEDY, deadline=50, max_tokens=2)
    clock[0] = 10
    held.go.set()
    with pytest.raises(DeadlineError):
        list(hurried)
    assert text_of(patient) == "cd"


def test_closing_ends_everybody_and_the_thread():
    held = Held(ToyModel(alphabet()), slots=1)
    waiting = held.stream("b")
    closing = threading.Thread(target=held.batcher.close)
    closing.start()
    held.go.set()
    closing.join(30)
    assert not closing.is_alive()
    with pytest.raises(GenerationError, match="closed"):
        list(waiting)
    assert waiting.finish_reason == "closed"
    with pytest.raises(GenerationError, match="closed"):
        held.stream("b")
    held.batcher.close()
    assert held.batcher.load == 0


def test_a_batcher_that_was_never_used_has_no_thread():
    batcher = Batcher(ToyModel())
    batcher.close()
    assert batcher._thread.ident is None


def test_a_batcher_that_nobody_holds_ends_its_thread():
    model = ToyModel(alphabet())
    tokens = stream(model, "v", sampler=GREEDY, batcher=Batcher(model))
    assert text_of(tokens) == "wxyz"  # until then the stream holds it
    thread = tokens._alive[1]._thread
    del tokens
    gc.collect()
    thread.join(30)
    assert not thread.is_alive()


def test_a_batcher_whose_model_is_gone_takes_no_jobs():
    model = ToyModel(alphabet())
    used, unused = Batcher(model), Batcher(model)
    text_of(stream(model, "v", sampler=GREEDY, batcher=used))
    del model
    gc.collect()
    for batcher in (used, unused):
        with pytest.raises(GenerationError, match="load it again"):
            batcher.submit(Asking((1,)))
        assert batcher.load == 0


def test_the_decoder_is_given_back_after_a_pause(monkeypatch):
    monkeypatch.setattr("engine.generation.loop.PAUSE", 0.01)
    model = ToyModel(alphabet())
    batcher = Batcher(model)
    for _ in range(2):
        assert text_of(stream(model, "abcdw", sampler=GREEDY, batcher=batcher)) == "xyz"
        gone = weakref.ref(model.decoders.pop())
        for _ in range(3000):
            gc.collect()
            if gone() is None:
                break
            time.sleep(0.01)
        assert gone() is None


def test_slots_are_as_many_as_their_memory_allows():
    config = ToyModel(positions=1000).config
    assert slots_within(10**9, config) == 16
    assert slots_within(8 * 1000 * 5, config) == 5
    assert slots_within(1, config) == 1


def test_one_model_has_one_batcher():
    model, other = ToyModel(), ToyModel()
    assert shared_batcher(model) is shared_batcher(model)
    assert shared_batcher(model) is not shared_batcher(other)


def test_thirty_users_who_stop_when_they_like():
    model = ToyModel()
    batcher = Batcher(model, slots=5, queue=40, prefill_tokens=4, prefix_bytes=2_000)
    expected = {}
    for number in range(30):
        prompt = LETTERS[number % 26] * (1 + number % 9)
        options = {"seed": number, "max_tokens": 5 + number % 30}
        expected[number] = prompt, options, text_of(stream(model, prompt, **options))
    failures = []

    def user(number: int) -> None:
        chance = random.Random(number)
        prompt, options, text = expected[number]
        for _ in range(8):
            try:
                tokens = stream(model, prompt, batcher=batcher, **options)
            except QueueFullError:
                continue
            stop_at = chance.choice([0, 1, 3, 1000])
            read = ""
            for count, token in enumerate(tokens):
                read += token.text
                if count == stop_at:
                    break
            if chance.random() < 0.5:
                tokens.close()
            if read != (text if stop_at == 1000 else text[: stop_at + 1]):
                failures.append((number, read, text))

    threads = [threading.Thread(target=user, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert not failures
    del threads
    gc.collect()
    list(stream(model, "a", max_tokens=1, batcher=batcher))
    list(stream(model, "a", max_tokens=1, batcher=batcher))
    assert batcher.load == 0
    decoder = model.decoders[-1]
    assert len(model.decoders) == 2  # one of the shared batcher, one of this
    assert decoder.held == {}
    assert decoder.most_open <= 5
    assert batcher._loop._prefix_cache.nbytes <= 2_000
