"""Two strategies or two models side by side, from one prompt and one seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, NamedTuple, Protocol

import gradio as gr
from gradio.components import Component

from app.text.checks import explain
from app.text.controls import read_seed, seed_box
from app.text.drafts import Draft, Plan, describe, side_by_side, summary
from app.text.models import TextModels, model_dropdown, title
from app.text.tokens import tokens, tokens_value
from app.web.events import QUICK, SLOW, visit
from app.web.inputs import Model, components, one_of, whole
from app.web.limits import RateLimiter, Refusal
from app.web.run import Runs
from app.web.texts import Language, label, language, text
from engine.generation import STRATEGIES, Strategy, fit, read_text
from engine.generation.token_ranks import character_perplexity
from engine.models.errors import EngineError
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel

_DEFAULTS: Final = {"left": "top_p", "right": "greedy"}
MAX_TOKENS: Final = 256
#: Comparisons of one visitor in a minute; each is two texts.
_LIMIT: Final = 15
#: Characters of a prompt that are shown before each text.
_PROMPT_SHOWN: Final = 120
#: Seconds for reading both texts once more.
_JUDGING: Final = 30.0


class Prepare(Protocol):
    """Makes the page's inputs into what a model writes."""

    def __call__(
        self,
        name: str,
        model: LanguageModel,
        strategy: Strategy,
        seed: int,
        lang: Language,
        *values: Any,
    ) -> Plan:
        """The plan, with the page's own ends of a text. Raises Refusal or EngineError."""


_Preset = Annotated[str, one_of(tuple(STRATEGIES))]


class Inputs(Model):
    """What is compared: the fields of Controls, and then those of the page's prompt."""

    seed: Any
    max_tokens: Annotated[int, whole(1, MAX_TOKENS, "text.max_tokens")]
    left_model: Any
    left_preset: _Preset
    right_model: Any
    right_preset: _Preset


@dataclass
class Visit:
    """What the server remembers.

    Attributes:
        seq: counts comparisons.
    """

    seq: int = 0
    runs: Runs = field(default_factory=Runs)


class Screen(NamedTuple):
    """What the handler returns.

    Attributes:
        verdict: what one model thinks of both texts.
    """

    visit: Visit
    left_head: str
    left_tokens: str
    right_head: str
    right_tokens: str
    verdict: str


@dataclass(frozen=True)
class Controls:
    """The components of Inputs and Screen."""

    visit: gr.State
    seed: gr.Textbox
    max_tokens: gr.Slider
    left_model: gr.Dropdown
    left_preset: gr.Dropdown
    right_model: gr.Dropdown
    right_preset: gr.Dropdown
    run: gr.Button
    stop: gr.Button
    left_head: gr.Markdown
    left_tokens: gr.HTML
    right_head: gr.Markdown
    right_tokens: gr.HTML
    verdict: gr.Markdown


def render(
    models: TextModels, page: str, prompt_inputs: Sequence[Component], prepare: Prepare
) -> None:
    """Place the comparison, folded, and connect its events.

    Args:
        page: the beginning of the components' ids.
        prompt_inputs: their values go to ``prepare``.
    """
    controls = _build(models, f"{page}-compare")
    comparison = Comparison(models, prepare)
    inputs = components(controls, ("visit", *Inputs.names()))
    screen = components(controls, Screen._fields)
    controls.run.click(comparison.run, [*inputs, *prompt_inputs], screen, **SLOW)
    controls.stop.click(comparison.stop, [controls.visit], None, **QUICK)


def _build(models: TextModels, ids: str) -> Controls:
    with gr.Accordion(label("text.compare"), open=False, elem_id=ids):
        gr.Markdown(label("text.compare.about"), elem_classes=["text-about"])
        parts: dict[str, Any] = {}
        with gr.Row():
            parts["seed"] = seed_box(f"{ids}-seed")
            parts["max_tokens"] = gr.Slider(
                *(8, MAX_TOKENS, 96),
                step=8,
                label=label("text.max_tokens"),
                min_width=240,
                elem_id=f"{ids}-max-tokens",
            )
        with gr.Row(equal_height=False):
            for side, preset in _DEFAULTS.items():
                with gr.Column(min_width=300), gr.Group():
                    parts[f"{side}_model"] = model_dropdown(models, f"{ids}-model-{side}")
                    parts[f"{side}_preset"] = gr.Dropdown(
                        [(label(f"text.preset.{name}"), name) for name in STRATEGIES],
                        value=preset,
                        label=label("text.strategy"),
                        elem_id=f"{ids}-preset-{side}",
                    )
        # Above the texts: a button that moves while they grow cannot be hit.
        with gr.Row():
            run = gr.Button(label("text.compare.run"), variant="primary", elem_id=f"{ids}-run")
            stop = gr.Button(label("text.stop"), variant="stop", elem_id=f"{ids}-stop")
        with gr.Row(equal_height=False):
            for side in _DEFAULTS:
                with gr.Column(min_width=300):
                    parts[f"{side}_head"] = gr.Markdown(
                        elem_classes=["text-side"], elem_id=f"{ids}-head-{side}"
                    )
                    parts[f"{side}_tokens"] = tokens(elem_id=f"{ids}-view-{side}")
        verdict = gr.Markdown(elem_id=f"{ids}-verdict")
    return Controls(visit=visit(Visit()), run=run, stop=stop, verdict=verdict, **parts)


class Comparison:
    """The handlers."""

    def __init__(self, models: TextModels, prepare: Prepare) -> None:
        self._models = models
        self._prepare = prepare
        self._limiter = RateLimiter(_LIMIT, 60)

    def run(self, visit: Visit, request: gr.Request, *values: Any) -> Iterator[Screen]:
        """Both texts while they are written, and then what one model thinks of them; values are
        those of Inputs and of the prompt."""
        lang = language(request)
        self._limiter.check(request, lang)
        count = len(Inputs.names())
        inputs, prompt = Inputs.read(values[:count], lang), values[count:]
        seed = read_seed(inputs.seed, lang)
        names = (inputs.left_model, inputs.right_model)
        presets = (inputs.left_preset, inputs.right_preset)
        drafts: list[Draft] = []
        visit.seq += 1
        try:
            plans = []
            for name, preset in zip(names, presets, strict=True):
                model = self._models.get(name, lang)
                strategy = replace(STRATEGIES[preset], max_tokens=inputs.max_tokens)
                plans.append(self._prepare(str(name), model, strategy, seed, lang, *prompt))
            with visit.runs.begin() as run:
                with closing(side_by_side(plans, stopped=run.stopped)) as views:
                    for drafts in views:
                        if run.overtaken():
                            return
                        yield _screen(visit, drafts, presets, lang)
                verdict = self._verdict(drafts, prompt, lang)
                if not run.overtaken():
                    yield _screen(visit, drafts, presets, lang, verdict)
        except EngineError as error:
            gr.Warning(explain(error, lang))
            if drafts:
                yield _screen(visit, drafts, presets, lang)

    def stop(self, visit: Visit) -> None:
        """End both, with what there is."""
        visit.runs.stop()

    def _verdict(self, drafts: Sequence[Draft], values: Sequence[Any], lang: Language) -> str:
        """The perplexity of both texts to one model; "" where that cannot read the prompt."""
        names = {draft.model for draft in drafts}
        name = names.pop() if len(names) == 1 else self._models.default
        if not self._models.ready(name):
            return ""
        judge, first = self._models.get(name, lang), drafts[0]
        try:
            plan = self._prepare(name, judge, first.strategy, first.seed, lang, *values)
        except Refusal:
            return ""
        found = (_perplexity(judge, plan.prompt, draft) for draft in drafts)
        left, right = ("–" if value is None else f"{value:.1f}" for value in found)
        who = title(name, lang)
        return text("text.compare.verdict", lang, model=who, left=left, right=right)


def _perplexity(judge: LanguageModel, prompt: Prompt, draft: Draft) -> float | None:
    """Of a character of the draft; None for a text without any, or one that does not fit."""
    if judge.tokenizer is None or not draft.text.strip():
        return None
    needed = len(judge.tokenizer.encode(draft.text))
    context, _ = fit(judge, prompt, needed)
    try:
        ranks = read_text(judge, draft.text, context=context, alternatives=0, deadline=_JUDGING)
        return character_perplexity(ranks)
    except EngineError:
        return None


def _screen(
    visit: Visit,
    drafts: Sequence[Draft],
    presets: Sequence[str],
    lang: Language,
    verdict: str = "",
) -> Screen:
    """Both texts as far as they are written."""
    left, right = (
        tokens_value(
            draft.tokens,
            seq=visit.seq,
            lang=lang,
            prompt=_last(draft.prompt),
            status=summary(draft, lang),
            running=draft.finish is None,
            branchable=False,
        )
        for draft in drafts
    )
    one, other = drafts
    left_head, right_head = (
        _head(one, other, presets[0], lang),
        _head(other, one, presets[1], lang),
    )
    used = text("text.compare.seed", lang, seed=one.seed)
    return Screen(visit, left_head, left, right_head, right, f"{used} {verdict}".strip())


def _last(prompt: str) -> str:
    """The end of a prompt: the texts matter here, and both begin alike."""
    return prompt if len(prompt) <= _PROMPT_SHOWN else "…" + prompt[-_PROMPT_SHOWN:]


def _head(here: Draft, other: Draft, preset: str, lang: Language) -> str:
    """What a column is; what sets it apart from the other is in bold."""
    strategy = text(f"text.preset.{preset}", lang)
    details = describe(here.strategy, lang)
    model = title(here.model, lang)
    if here.strategy != other.strategy:
        strategy = f"**{strategy}**"
    if here.model != other.model:
        model = f"**{model}**"
    return text("text.compare.head", lang, strategy=strategy, details=details, model=model)
