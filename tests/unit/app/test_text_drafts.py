"""Drafts: written, stopped, branched, retried and saved."""

import itertools
import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from app.text import drafts as drafts_module
from app.text.api import answer, api_seed, finished, named_strategy
from app.text.download import export
from app.text.drafts import (
    KINDS,
    MAX_SEED,
    Draft,
    Plan,
    branch,
    next_seed,
    running,
    side_by_side,
    summary,
)
from app.web.limits import Refusal
from app.web.run import Runs
from app.web.texts import LANGUAGES
from engine.generation import STRATEGIES, Strategy, Token, fit
from engine.generation.batcher import shared_batcher
from engine.models.errors import DeadlineError, GenerationError, QueueFullError
from tests.story_model import StoryModel
from tests.text_page import SlowStoryModel
from tests.waiting import eventually

BALANCED = replace(STRATEGIES["balanced"], max_tokens=40)


def plan(model: Any, *, prompt: str = "从前", seed: int = 1, **options: Any) -> Plan:
    strategy = options.pop("strategy", BALANCED)
    return Plan("story", model, prompt, fit(model, prompt, 40)[0], strategy, seed, **options)


def views(model: Any, **options: Any) -> Generator[Draft, None, None]:
    return running(plan(model, **options))


def written(model: Any, **options: Any) -> Draft:
    *_, last = views(model, **options)
    return last


def released(model: Any) -> bool:
    return eventually(lambda: not shared_batcher(model).load)


def told(draft: Draft) -> tuple[Any, ...]:
    """Everything but the time that it took."""
    return tuple((token.id, token.text) for token in draft.tokens), draft.finish


def test_a_draft_grows_and_then_is_finished() -> None:
    seen = list(views(SlowStoryModel(), strategy=replace(BALANCED, max_tokens=20)))
    lengths = [len(draft.tokens) for draft in seen]
    assert lengths == sorted(lengths) and lengths[-1] == 20 and len(seen) > 2
    assert [draft.finish for draft in seen[:-1]] == [None] * (len(seen) - 1)
    assert seen[-1].finish == "length"
    # Twenty passes of 20 ms, shown every 100 ms.
    assert len(seen) <= seen[-1].seconds / drafts_module.INTERVAL + 3
    assert all(b.text.startswith(a.text) for a, b in itertools.pairwise(seen))


def test_the_same_seed_and_settings_make_the_same_draft() -> None:
    model = StoryModel()
    first = written(model)
    assert told(written(model)) == told(written(StoryModel())) == told(first)
    assert told(written(model, seed=next_seed(first.seed))) != told(first)
    assert next_seed(MAX_SEED) == 0


def test_a_branch_begins_with_what_was_chosen_and_is_always_the_same() -> None:
    model = StoryModel()
    first = written(model)
    other = next(a for a in first.tokens[7].alternatives if a.id != first.tokens[7].id)
    begin = branch(first, 7, other.id, "zh")
    assert [token.id for token in begin[:-1]] == [token.id for token in first.tokens[:7]]
    second = written(model, begin=begin)
    assert second.tokens[7].id == other.id and second.begin == 8
    assert second.text.startswith(first.text[:7])
    assert len(second.tokens) == 40
    assert told(written(model, begin=begin)) == told(second)
    # To choose what was there already is to write the same text again.
    again = written(model, begin=branch(first, 7, first.tokens[7].id, "zh"))
    assert told(again) == told(first)


def test_what_cannot_be_seen_is_no_text_of_a_branch() -> None:
    model = StoryModel()
    first = written(model)
    end = model.tokenizer.eos_id
    shown = replace(first.tokens[3].alternatives[0], id=end, text="<eod>")
    there = replace(first.tokens[3], alternatives=(shown,))
    first = replace(first, tokens=(*first.tokens[:3], there, *first.tokens[4:]))
    ended = written(model, begin=branch(first, 3, end, "zh"))
    assert (ended.text, ended.finish) == (first.text[:3], "stop")
    assert ended.tokens_per_second is None


@pytest.mark.parametrize(
    ("index", "id"),
    [
        (-1, None), (40, None), (None, None), ("3", None), (3.0, None), (True, None), ([], None),
        (10**30, None), (3, -1), (3, "1"), (3, True), (3, 10**9), (3, [1]), (3, {}),
    ],
)  # fmt: skip
def test_an_event_of_another_text_is_refused(index: object, id: object) -> None:
    draft = written(StoryModel())
    known = draft.tokens[3].alternatives[0].id
    with pytest.raises(Refusal, match="再选"):
        branch(draft, index, known if id is None else id, "zh")


def test_stop_frees_the_place_within_two_tokens() -> None:
    model = SlowStoryModel()
    view = views(model, strategy=Strategy(max_tokens=200))
    next(draft for draft in view if len(draft.tokens) > 5)
    (decoder,) = model.decoders
    before = decoder.extended
    view.close()
    assert released(model)
    assert decoder.extended - before <= 2


def test_a_run_that_is_asked_to_stop_ends_with_what_there_is() -> None:
    model, runs = SlowStoryModel(), Runs()
    runs.begin()
    runs.stop()  # an old run is no new one
    plans = [plan(model, strategy=Strategy(max_tokens=200), seed=seed) for seed in (1, 2)]
    seen = []
    for drafts in side_by_side(plans, stopped=runs.begin().stopped):
        seen.append(drafts)
        if len(drafts[0].tokens) > 4:
            runs.stop()
    assert [draft.finish for draft in seen[-1]] == ["closed", "closed"]
    assert 4 < len(seen[-1][0].tokens) < 30
    assert released(model)


def test_one_who_waits_in_the_queue_can_stop_before_the_first_token() -> None:
    model = SlowStoryModel()
    endless = Strategy(max_tokens=200, min_tokens=200)
    batcher = shared_batcher(model)
    others = [views(model, strategy=endless, seed=seed) for seed in range(batcher.slots)]
    for other in others:
        next(other)
    last = views(model)
    assert next(last).tokens == ()
    assert next(last).tokens == ()
    assert batcher.load == batcher.slots + 1
    last.close()
    for other in others:
        other.close()
    assert released(model)


def test_an_error_keeps_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    model = StoryModel()
    one = plan(model)
    view = side_by_side([one, plan(model, seed=2)])

    class Breaking:
        finish_reason = None

        def __init__(self, writer: Any) -> None:
            self.writer = writer
            self.left = 5

        def poll(self, seconds: float | None) -> Token | None:
            if not self.left:
                raise GenerationError("broken")
            token: Token | None = self.writer.poll(seconds)
            self.left -= token is not None
            return token

        def close(self) -> None:
            self.writer.close()

    write = drafts_module.write
    monkeypatch.setattr(
        drafts_module,
        "write",
        lambda *values, seed, **options: (
            Breaking(write(*values, seed=seed, **options))
            if seed == 1
            else write(*values, seed=seed, **options)
        ),
    )
    seen = []
    with pytest.raises(GenerationError, match="broken"):
        for shown in view:
            seen.append(shown)
    broken, whole = seen[-1]
    assert (broken.finish, len(broken.tokens)) == ("error", 5)
    assert (whole.finish, len(whole.tokens)) == ("length", 40)
    assert released(model)


def test_a_full_queue_takes_nobodys_place() -> None:
    model = SlowStoryModel()
    batcher = shared_batcher(model)
    room = batcher.slots + batcher.queue
    with pytest.raises(QueueFullError):
        next(side_by_side([plan(model, seed=seed) for seed in range(room + 1)]))
    assert released(model)


def test_ten_people_write_at_once_what_each_would_alone() -> None:
    model = StoryModel()
    alone = [told(written(model, seed=seed)) for seed in range(10)]
    *_, last = side_by_side([plan(model, seed=seed) for seed in range(10)])
    assert [told(draft) for draft in last] == alone


@pytest.mark.parametrize("kind", ["sample", "beam"])
def test_time_is_up(kind: Any) -> None:
    model = SlowStoryModel()
    one = plan(model, strategy=Strategy(kind=kind, max_tokens=200))
    view = side_by_side([one], deadline=0.2)
    if kind == "beam":
        with pytest.raises(DeadlineError):
            list(view)
        return
    *_, (last,) = view
    assert last.finish == "deadline" and 0 < len(last.tokens) < 60


# What is said of them, and how they are saved

DRAFT = Draft(
    "story",
    "# 从前\n*有*",
    (Token("山", 1, -0.5), Token("<b>", 2, -1.5)),
    STRATEGIES["top_k"],
    7,
    finish="stop",
    seconds=0.5,
    cut=3,
)


def test_numbers_of_a_draft() -> None:
    assert DRAFT.text == "山<b>"
    assert DRAFT.perplexity == pytest.approx(2.718, abs=1e-3)
    assert DRAFT.tokens_per_second == 4
    assert replace(DRAFT, begin=1).tokens_per_second == 2
    empty = replace(DRAFT, tokens=())
    assert (empty.perplexity, empty.tokens_per_second) == (None, None)


def test_a_draft_in_one_line() -> None:
    assert summary(DRAFT, "en") == (
        "2 tokens · 4/s · perplexity 2.7 · finished · the prompt is longer than the context: its "
        "first 3 tokens were not read"
    )
    for finish in ("stop", "length", "context", "deadline", "closed", "error", None):
        for lang in LANGUAGES:
            assert summary(replace(DRAFT, finish=finish, tokens=()), lang)  # type: ignore[arg-type]


def test_files() -> None:
    assert export(DRAFT, "txt") == "# 从前\n*有*山<b>\n"
    marked = export(DRAFT, "md", "en")
    assert marked.startswith(
        "> \\# 从前  \n> \\*有\\*\n\n山\\<b\\>\n\n- Model: `story`\n- Seed: 7\n"
    )
    (plain,) = json.loads(export([DRAFT], "json"))
    assert plain["text"] == "山<b>" and plain["tokens"][0]["logprob"] == -0.5
    assert Strategy.from_dict(plain["strategy"]) == DRAFT.strategy
    assert all(export([DRAFT, DRAFT], kind).count("山") >= 2 for kind in KINDS)


def test_an_exported_draft_can_be_made_again() -> None:
    model = StoryModel()
    first = written(model)
    (plain,) = json.loads(export(first, "json"))
    strategy = Strategy.from_dict(plain["strategy"])
    again = written(model, prompt=plain["prompt"], seed=plain["seed"], strategy=strategy)
    assert told(again) == told(first)


# For programs


def test_a_program_gets_the_finished_text_and_how_it_was_made() -> None:
    model = StoryModel()
    found = answer(finished(views(model), "zh"))
    assert found["text"] == written(model).text
    assert found["finish"] == "length" and found["tokens"] == 40 and found["seed"] == 1
    json.dumps(found, allow_nan=False)


def test_a_program_is_told_in_words_what_went_wrong() -> None:
    with pytest.raises(Refusal, match="时间"):
        late = side_by_side([plan(SlowStoryModel(), strategy=STRATEGIES["beam"])], deadline=0.1)
        finished((draft for (draft,) in late), "zh")
    for name, most in (("magic", 0), (None, 0), ("top_p", -1), ("top_p", 10**9), ("top_p", "x")):
        with pytest.raises(Refusal):
            named_strategy(name, most, "zh")
    assert named_strategy("top_p", 0, "zh") == STRATEGIES["top_p"]
    assert named_strategy("top_p", 9, "zh").max_tokens == 9
    assert api_seed(-1, "zh") >= 0 and api_seed(None, "zh") >= 0 and api_seed(5, "zh") == 5
    with pytest.raises(Refusal):
        api_seed(True, "zh")
