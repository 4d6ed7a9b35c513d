"""The settings of a strategy as components, and what they say as a Strategy."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import gradio as gr
from pydantic import PlainSerializer, PlainValidator

from app.text.checks import checked_int
from app.text.drafts import MAX_SEED
from app.web.events import QUICK
from app.web.inputs import Model, components, number, one_of, whole
from app.web.limits import Refusal, checked_choice
from app.web.texts import Language, label, language, text
from engine.generation import STRATEGIES, Settings, Strategy
from engine.generation.strategy import Kind
from engine.models.errors import GenerationError

OWN: Final = "own"
PRESETS: Final = (*STRATEGIES, OWN)
#: Short enough to be typed again.
_DRAWN_SEEDS: Final = 10**9
MAX_TOKENS: Final = 1024
#: Of a strategy as JSON text; a share link has room for fewer.
_MAX_STRATEGY_CHARS: Final = 10_000
#: Whoever writes a seed means it: no other one is drawn then.
_TYPED: Final = "lucky => document.activeElement?.closest('#ID') ? false : lucky"


@dataclass(frozen=True)
class Slider:
    """A number of the strategy.

    Attributes:
        off: the value at which the setting is left out.
        whole: whether it is a whole number.
    """

    name: str
    low: float
    high: float
    step: float
    off: float | None
    whole: bool = False


SETTINGS: Final = (
    Slider("temperature", 0, 2, 0.05, 1),
    Slider("top_k", 0, 200, 1, 0, whole=True),
    Slider("top_p", 0.05, 1, 0.01, 1),
    Slider("typical_p", 0.05, 1, 0.01, 1),
    Slider("repetition_penalty", 1, 2, 0.05, 1),
    Slider("no_repeat_ngram", 0, 10, 1, 0, whole=True),
)
SEARCH: Final = (
    Slider("beams", 1, 8, 1, None, whole=True),
    Slider("length_penalty", 0, 2, 0.1, None),
)


def _slider_type(slider: Slider) -> PlainValidator:
    key = f"text.{slider.name}"
    if slider.whole:
        return whole(int(slider.low), int(slider.high), key)
    return number(slider.low, slider.high, key)


_CHECKS: Final = {slider.name: _slider_type(slider) for slider in (*SETTINGS, *SEARCH)}


class StrategyInputs(Model):
    """What the components say: a base for the inputs of a page that has them."""

    preset: Annotated[str, one_of(PRESETS)]
    kind: Kind
    temperature: Annotated[float, _CHECKS["temperature"]]
    top_k: Annotated[int, _CHECKS["top_k"]]
    top_p: Annotated[float, _CHECKS["top_p"]]
    typical_p: Annotated[float, _CHECKS["typical_p"]]
    repetition_penalty: Annotated[float, _CHECKS["repetition_penalty"]]
    no_repeat_ngram: Annotated[int, _CHECKS["no_repeat_ngram"]]
    beams: Annotated[int, _CHECKS["beams"]]
    length_penalty: Annotated[float, _CHECKS["length_penalty"]]
    max_tokens: Annotated[int, whole(1, MAX_TOKENS, "text.max_tokens")]
    seed: Any = None
    lucky: Any = False

    def strategy(self, lang: Language, limit: int = MAX_TOKENS) -> tuple[Strategy, int]:
        """The strategy and the seed.

        What a preset has besides these settings (where it ends, what it forbids) comes from the
        preset. The seed is drawn where none is given or a new one is wanted each time.

        Args:
            limit: the most tokens that may be asked for.

        Raises Refusal.
        """
        base = STRATEGIES.get(self.preset, Strategy())
        found: dict[str, Any] = {slider.name: getattr(self, slider.name) for slider in SETTINGS}
        for slider in SETTINGS:
            if found[slider.name] == slider.off:
                found[slider.name] = None
        longest = checked_int(self.max_tokens, 1, limit, lang, text("text.max_tokens", lang))
        try:
            strategy = replace(
                base,
                kind=self.kind,
                settings=replace(base.settings, **found),
                max_tokens=longest,
                beams=self.beams,
                length_penalty=self.length_penalty,
            )
        except GenerationError:
            raise Refusal(text("text.error.settings", lang)) from None
        return strategy, read_seed(None if self.lucky else self.seed, lang)


def _strategy_of(value: object) -> Strategy:
    if isinstance(value, Strategy):
        return value
    if not isinstance(value, str) or len(value) > _MAX_STRATEGY_CHARS:
        raise ValueError("not a strategy")
    try:
        return Strategy.from_dict(json.loads(value))
    except (GenerationError, TypeError, RecursionError) as error:
        raise ValueError("not a strategy") from error


def _text_of(strategy: Strategy) -> str:
    return json.dumps(strategy.to_dict(), ensure_ascii=False, separators=(",", ":"))


StrategyText = Annotated[
    Strategy, PlainValidator(_strategy_of), PlainSerializer(_text_of, return_type=str)
]
"""A strategy in a link or a kept page, whose values are flat: its settings as JSON text."""


@dataclass(frozen=True)
class StrategyControls:
    """The components: StrategyInputs."""

    preset: gr.Dropdown
    kind: gr.Radio
    temperature: gr.Slider
    top_k: gr.Slider
    top_p: gr.Slider
    typical_p: gr.Slider
    repetition_penalty: gr.Slider
    no_repeat_ngram: gr.Slider
    beams: gr.Slider
    length_penalty: gr.Slider
    max_tokens: gr.Slider
    seed: gr.Textbox
    lucky: gr.Checkbox


def strategy_values(
    preset: str, strategy: Strategy, seed: int | None, *, lucky: bool = False
) -> dict[str, Any]:
    """The value of each component for a strategy, as for a share link, by the components' names."""
    return {
        "preset": preset if preset in PRESETS else OWN,
        "kind": strategy.kind,
        **{slider.name: _shown(strategy.settings, slider) for slider in SETTINGS},
        "beams": strategy.beams,
        "length_penalty": strategy.length_penalty,
        "max_tokens": strategy.max_tokens,
        "seed": seed,
        "lucky": lucky,
    }


def strategy_controls(
    page: str, default: str, *, max_tokens: int, limit: int = 384
) -> StrategyControls:
    """Place the choice of a strategy: presets and the seed, and all settings in an accordion.

    To choose a preset fills the settings; to change one of them makes the strategy one's own.

    Args:
        page: the beginning of the components' ids.
        default: the preset at first.
        max_tokens: at first, and of every preset that has no number of its own.
        limit: the most tokens that may be asked for.
    """
    strategy = STRATEGIES[default]
    with gr.Row(elem_classes=["text-strategy"]):
        preset = gr.Dropdown(
            [(label(f"text.preset.{name}"), name) for name in PRESETS],
            value=default,
            label=label("text.strategy"),
            min_width=180,
            elem_id=f"{page}-preset",
        )
        seed = seed_box(f"{page}-seed")
        lucky = gr.Checkbox(
            value=True,
            label=label("text.lucky"),
            info=label("text.seed_info"),
            min_width=160,
            elem_id=f"{page}-lucky",
        )
    about = gr.Markdown(label(f"text.about.{default}"), elem_classes=["text-about"])
    with gr.Accordion(label("text.details"), open=False, elem_id=f"{page}-details"):
        kind = gr.Radio(
            [(label(f"text.kind.{name}"), name) for name in ("sample", "beam")],
            value=strategy.kind,
            label=label("text.kind"),
            elem_id=f"{page}-kind",
        )
        with gr.Row():
            sliders = {
                slider.name: _slider(page, slider, _shown(strategy.settings, slider))
                for slider in SETTINGS
            }
        with gr.Row():
            for slider in SEARCH:
                sliders[slider.name] = _slider(page, slider, getattr(strategy, slider.name))
        length = Slider("max_tokens", 1, limit, 1, None, whole=True)
        longest = _slider(page, length, min(limit, _longest(strategy, max_tokens)))
    controls = StrategyControls(
        preset=preset, kind=kind, max_tokens=longest, seed=seed, lucky=lucky, **sliders
    )
    _connect(controls, about, max_tokens, limit)
    return controls


def seed_box(elem_id: str) -> gr.Textbox:
    """Place a field for a seed; it may be left empty. (A gr.Number shows nothing as 0.)"""
    return gr.Textbox(
        label=label("text.seed"),
        placeholder=label("text.seed.any"),
        max_lines=1,
        max_length=len(str(MAX_SEED)),
        min_width=120,
        elem_id=elem_id,
    )


def _slider(page: str, slider: Slider, value: float) -> gr.Slider:
    return gr.Slider(
        slider.low,
        slider.high,
        value,
        step=slider.step,
        label=label(f"text.{slider.name}"),
        min_width=250,
        elem_id=f"{page}-{slider.name}",
    )


def _connect(controls: StrategyControls, about: gr.Markdown, max_tokens: int, limit: int) -> None:
    names = ("kind", *(slider.name for slider in (*SETTINGS, *SEARCH)), "max_tokens")
    filled = components(controls, names)

    def chosen(preset: object, request: gr.Request) -> list[Any]:
        name = checked_choice(preset, PRESETS, language(request))
        if name == OWN:
            return [gr.skip() for _ in filled]
        strategy = STRATEGIES[name]
        longest = min(limit, _longest(strategy, max_tokens))
        strategy = replace(strategy, max_tokens=longest)
        shown = strategy_values(name, strategy, None)
        return [shown[name] for name in names]

    def described(preset: object, request: gr.Request) -> str:
        lang = language(request)
        return text(f"text.about.{checked_choice(preset, PRESETS, lang)}", lang)

    controls.preset.input(chosen, [controls.preset], filled, **QUICK)
    # Whoever has changed it: a page does too, for a model with settings of its own.
    controls.preset.change(described, [controls.preset], [about], **QUICK)
    # The length is no part of what makes a strategy.
    for component in filled[:-1]:
        component.input(lambda: OWN, None, [controls.preset], **QUICK)
    # Not "input", which a paste does not cause; a run changes the seed while the field is left.
    controls.seed.change(
        None,
        [controls.lucky],
        [controls.lucky],
        js=_TYPED.replace("ID", str(controls.seed.elem_id)),
        api_visibility="private",
    )


def read_seed(seed: object, lang: Language) -> int:
    """A seed as ``seed_box`` or a link has it; drawn where there is none. Raises Refusal."""
    if isinstance(seed, str):
        seed = seed.strip()
        if seed.isascii() and seed.isdigit() and len(seed) <= len(str(MAX_SEED)):
            seed = int(seed)
    if seed is None or seed == "":
        return secrets.randbelow(_DRAWN_SEEDS)
    return checked_int(seed, 0, MAX_SEED, lang, text("text.seed", lang))


def _shown(settings: Settings, slider: Slider) -> float:
    value: float | None = getattr(settings, slider.name)
    if value is None:
        assert slider.off is not None
        return slider.off
    return value


def _longest(strategy: Strategy, usual: int) -> int:
    """The preset's own number of tokens, if it has one."""
    return usual if strategy.max_tokens == Strategy().max_tokens else strategy.max_tokens
