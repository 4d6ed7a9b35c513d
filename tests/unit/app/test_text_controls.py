"""The settings of a strategy as components."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from app.text.controls import (
    PRESETS,
    StrategyControls,
    StrategyInputs,
    StrategyText,
    read_seed,
    strategy_controls,
    strategy_values,
)
from app.text.drafts import MAX_SEED, describe
from app.web.inputs import Model, SavedError, components
from app.web.limits import Refusal
from app.web.saved import Format
from app.web.texts import LANGUAGES, Language, text
from engine.generation import STRATEGIES, Settings, Strategy, write
from tests.story_model import StoryModel


@pytest.fixture(scope="module")
def controls() -> StrategyControls:
    with gr.Blocks():
        return strategy_controls("page", "balanced", max_tokens=100)


def shown(*told: Any, lucky: bool = False) -> list[Any]:
    """What the components show of a strategy, in their order."""
    return [*strategy_values(*told, lucky=lucky).values()]


def read(values: list[Any], lang: Language) -> tuple[Strategy, int]:
    """What they say."""
    return StrategyInputs.read(values, lang).strategy(lang)


def as_sampled(strategy: Strategy) -> Strategy:
    """Without settings that change nothing."""
    plain = strategy.settings
    return replace(
        strategy,
        settings=replace(plain, temperature=None if plain.temperature == 1 else plain.temperature),
    )


def test_the_page_begins_with_its_preset(controls: StrategyControls) -> None:
    values = [component.value for component in components(controls, StrategyInputs)]
    strategy, seed = read(values, "zh")
    assert strategy == replace(STRATEGIES["balanced"], max_tokens=100)
    assert 0 <= seed <= MAX_SEED


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_shown_of_a_preset_is_the_preset(name: str) -> None:
    strategy = STRATEGIES[name]
    values = shown(name, strategy, 7)
    assert read(values, "zh") == (as_sampled(strategy), 7)
    assert len(values) == len(StrategyInputs.names())


def test_moved_sliders_win_over_the_preset_that_is_named() -> None:
    values = shown("su_random_sample", STRATEGIES["su_random_sample"], 7)
    values[2], values[5] = 0.5, 0.2
    strategy, _ = read(values, "zh")
    assert (strategy.settings.temperature, strategy.settings.typical_p) == (0.5, 0.2)
    assert strategy.keep == ("。",)
    values[0] = "own"
    assert read(values, "zh")[0].keep == ()


def test_a_strategy_that_is_no_preset_is_ones_own() -> None:
    assert shown("nonsense", Strategy(), None)[0] == "own"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, "magic"), (0, None), (0, 3), (1, "both"), (2, 2.1), (2, -1), (2, "hot"), (2, None),
        (2, 0.001), (2, float("nan")), (3, 2.5), (3, 10**9), (4, 0), (4, 1.5), (6, 0), (7, -1),
        (8, 0), (8, 99), (9, -1), (10, 0), (10, 10**9), (10, True), (11, -1), (11, "abc"),
        (11, 1.5), (11, 2**60), (11, "9" * 30), (11, ["7"]),
    ],
)  # fmt: skip
def test_values_from_anybody_are_refused_in_words(place: int, value: Any) -> None:
    values = shown("balanced", STRATEGIES["balanced"], 7)
    values[place] = value
    for lang in LANGUAGES:
        with pytest.raises(Refusal) as refused:
            read(values, lang)
        assert str(refused.value)


@pytest.mark.parametrize("count", [0, 1, 12, 14])
def test_a_wrong_number_of_values_is_refused(count: int) -> None:
    with pytest.raises(Refusal):
        read([1] * count, "zh")


def test_seeds_come_as_numbers_texts_or_not_at_all() -> None:
    assert [read_seed(seed, "zh") for seed in (7, 7.0, "7", " 0 ")] == [7, 7, 7, 0]
    assert len({read_seed(seed, "zh") for seed in (None, "", "  ", None, "")}) > 1
    values = shown("balanced", STRATEGIES["balanced"], 7, lucky=True)
    assert len({read(values, "zh")[1] for _ in range(5)}) > 1


def test_every_preset_has_a_name_and_a_line_in_both_languages() -> None:
    for name in PRESETS:
        for lang in LANGUAGES:
            assert text(f"text.preset.{name}", lang)
            assert "\n" not in text(f"text.about.{name}", lang)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_preset_writes(name: str) -> None:
    strategy = replace(STRATEGIES[name], max_tokens=20)
    assert "".join(token.text for token in write(StoryModel(), "从前", strategy, seed=1))


def test_strategies_in_words() -> None:
    assert describe(STRATEGIES["balanced"], "zh") == (
        "温度 0.8 · top-p 0.9 · 重复惩罚 1.15 · 6 元不重复"
    )
    assert describe(STRATEGIES["beam"], "en") == "4 beams · length penalty 1"
    assert describe(STRATEGIES["su_beam"], "en") == "4 beams"
    assert describe(Strategy(), "en") == "plain sampling"
    assert describe(Strategy(settings=Settings(temperature=0, top_p=0.5)), "zh") == "温度 0"
    assert describe(Strategy(settings=Settings(no_repeat_ngram=1)), "en") == "no repeated 1-grams"


class Link(Model):
    strategy: StrategyText


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_link_holds_a_strategy_as_text(name: str) -> None:
    kept = Format(Link).dump(Link(strategy=STRATEGIES[name]))
    assert isinstance(kept["strategy"], str)
    assert Format(Link).load(kept).strategy == STRATEGIES[name]


@pytest.mark.parametrize(
    "wrong", [None, 1, "", "{", "[]", '{"kind":"x"}', "[" * 9_000, "1" * 10**5]
)
def test_another_text_is_no_strategy(wrong: object) -> None:
    with pytest.raises(SavedError):
        Format(Link).load({"strategy": wrong})
