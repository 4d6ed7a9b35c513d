"""Two strategies or two models side by side, from one prompt and one seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import gradio as gr
from gradio.components import Component

from app.text.checks import checked_int, explain
from app.text.controls import read_seed, seed_box
from app.text.drafts import Draft, Run, Stop, side_by_side, summary
from app.text.models import TextModels, model_dropdown, title
from app.text.tokens import tokens, tokens_value
from app.text.words import describe
from app.web.events import QUICK, SLOW, visit
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.texts import Language, label, language, text
from engine.generation import STRATEGIES, Strategy, fit, read_text
from engine.generation.token_ranks import character_perplexity
from engine.models.errors import EngineError
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel

SIDES: Final = ("left", "right")
_DEFAULTS: Final = ("top_p", "greedy")
MAX_TOKENS: Final = 256
#: Comparisons of one visitor in a minute; each is two texts.
_LIMIT: Final = 15
#: Characters of a prompt that are shown before each text.
_PROMPT_SHOWN: Final = 120
#: Seconds for reading both texts once more.
_JUDGING: Final = 30.0


class Prepare(Protocol):
    """Makes the page's inputs into a prompt for a model."""

    def __call__(
        self, model_name: str, model: LanguageModel, lang: Language, *values: Any
    ) -> tuple[str, Prompt, int]:
        """What the visitor gave, the prompt, and how many tokens were cut. Raises Refusal."""


Adapt = Callable[[str, LanguageModel, Strategy], Strategy]
"""A strategy for a model, with the page's own ends of a text."""


@dataclass(frozen=True)
class Compared:
    """What is on the screen.

    Attributes:
        presets: of the two sides.
        verdict: what one model thinks of both texts.
        seq: counts comparisons.
    """

    drafts: tuple[Draft, ...] = ()
    presets: tuple[str, ...] = ()
    verdict: str = ""
    seq: int = 0


def render(
    models: TextModels,
    page: str,
    prompt_inputs: Sequence[Component],
    prepare: Prepare,
    *,
    adapt: Adapt = lambda name, model, strategy: strategy,
) -> None:
    """Place the comparison, folded, and connect its events.

    Args:
        page: the beginning of the components' ids.
        prompt_inputs: their values go to ``prepare``.
        adapt: applied to each side's preset.
    """
    ids = f"{page}-compare"
    with gr.Accordion(label("text.compare"), open=False, elem_id=ids):
        gr.Markdown(label("text.compare.about"), elem_classes=["text-about"])
        with gr.Row():
            seed = seed_box(f"{ids}-seed")
            longest = gr.Slider(
                *(8, MAX_TOKENS, 96),
                step=8,
                label=label("text.max_tokens"),
                min_width=240,
                elem_id=f"{ids}-max-tokens",
            )
        with gr.Row(equal_height=False):
            choices = [
                part
                for side, preset in zip(SIDES, _DEFAULTS, strict=True)
                for part in _choices(models, ids, side, preset)
            ]
        # Above the texts: a button that moves while they grow cannot be hit.
        with gr.Row():
            run = gr.Button(label("text.compare.run"), variant="primary", elem_id=f"{ids}-run")
            stop = gr.Button(label("text.stop"), variant="stop", elem_id=f"{ids}-stop")
        shown: list[Any] = []
        with gr.Row(equal_height=False):
            for side in SIDES:
                shown += _view(ids, side)
        shown.append(gr.Markdown(elem_id=f"{ids}-verdict"))
    state, wish = visit(Compared()), visit(Stop())
    comparison = Comparison(models, prepare, adapt)
    shown.insert(0, state)
    run.click(
        comparison.run,
        [state, wish, seed, longest, *choices, *prompt_inputs],
        shown,
        **SLOW,
    )
    stop.click(Stop.ask, [wish], None, **QUICK)


def _choices(models: TextModels, ids: str, side: str, preset: str) -> list[gr.Dropdown]:
    """The model and the strategy of a side."""
    with gr.Column(min_width=300), gr.Group():
        model = model_dropdown(models, f"{ids}-model-{side}")
        strategy = gr.Dropdown(
            [(label(f"text.preset.{name}"), name) for name in STRATEGIES],
            value=preset,
            label=label("text.strategy"),
            elem_id=f"{ids}-preset-{side}",
        )
    return [model, strategy]


def _view(ids: str, side: str) -> list[Component]:
    """What a side is, and its text."""
    with gr.Column(min_width=300):
        head = gr.Markdown(elem_classes=["text-side"], elem_id=f"{ids}-head-{side}")
        view = tokens(elem_id=f"{ids}-view-{side}")
    return [head, view]


class Comparison:
    """The handlers."""

    def __init__(self, models: TextModels, prepare: Prepare, adapt: Adapt) -> None:
        self._models = models
        self._prepare = prepare
        self._adapt = adapt
        self._limiter = RateLimiter(_LIMIT, 60)

    def run(
        self,
        request: gr.Request,
        state: Compared,
        wish: Stop,
        seed: object,
        longest: object,
        left_model: object,
        left_preset: object,
        right_model: object,
        right_preset: object,
        *values: Any,
    ) -> Iterator[tuple[Any, ...]]:
        """Both texts while they are written, and then what one model thinks of them."""
        lang = language(request)
        self._limiter.check(request, lang)
        chosen = read_seed(seed, lang)
        most = checked_int(longest, 1, MAX_TOKENS, lang, text("text.max_tokens", lang))
        presets = tuple(
            checked_choice(preset, tuple(STRATEGIES), lang)
            for preset in (left_preset, right_preset)
        )
        stopped = wish.watch()
        compared = Compared((), presets, seq=state.seq + 1)
        try:
            runs = [
                self._run(name, preset, most, chosen, lang, values)
                for name, preset in zip((left_model, right_model), presets, strict=True)
            ]
            with closing(side_by_side(runs, stopped=stopped)) as views:
                for drafts in views:
                    compared = replace(compared, drafts=tuple(drafts))
                    yield _screen(compared, lang)
            compared = replace(compared, verdict=self._verdict(compared, values, lang))
            yield _screen(compared, lang)
        except EngineError as error:
            gr.Warning(explain(error, lang))
            if compared.drafts:
                yield _screen(compared, lang)

    def _run(
        self,
        name: object,
        preset: str,
        most: int,
        seed: int,
        lang: Language,
        values: Sequence[Any],
    ) -> Run:
        model = self._models.get(name, lang)
        prompt_text, prompt, cut = self._prepare(str(name), model, lang, *values)
        strategy = replace(STRATEGIES[preset], max_tokens=most)
        strategy = self._adapt(str(name), model, strategy)
        return Run(str(name), model, prompt_text, prompt, strategy, seed, cut=cut)

    def _verdict(self, compared: Compared, values: Sequence[Any], lang: Language) -> str:
        """The perplexity of both texts to one model; "" where that cannot read the prompt."""
        names = {draft.model for draft in compared.drafts}
        name = names.pop() if len(names) == 1 else self._models.default
        if not self._models.ready(name):
            return ""
        judge = self._models.get(name, lang)
        try:
            _, prompt, _ = self._prepare(name, judge, lang, *values)
        except Refusal:
            return ""
        found = (_perplexity(judge, prompt, draft) for draft in compared.drafts)
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


def _screen(compared: Compared, lang: Language) -> tuple[Any, ...]:
    """The values of what is shown, in the order of the outputs."""
    shown: list[Any] = [compared]
    for side in range(len(SIDES)):
        if side >= len(compared.drafts):
            shown += ["", ""]
            continue
        draft = compared.drafts[side]
        value = tokens_value(
            draft.tokens,
            seq=compared.seq,
            lang=lang,
            prompt=_last(draft.prompt),
            status=summary(draft, lang),
            running=draft.finish is None,
            branchable=False,
        )
        shown += [_head(compared, side, lang), value]
    if not compared.drafts:
        return (*shown, "")
    used = text("text.compare.seed", lang, seed=compared.drafts[0].seed)
    return (*shown, f"{used} {compared.verdict}".strip())


def _last(prompt: str) -> str:
    """The end of a prompt: the texts matter here, and both begin alike."""
    return prompt if len(prompt) <= _PROMPT_SHOWN else "…" + prompt[-_PROMPT_SHOWN:]


def _head(compared: Compared, side: int, lang: Language) -> str:
    """What a column is; what sets it apart from the other is in bold."""
    here, other = compared.drafts[side], compared.drafts[1 - side]
    strategy = text(f"text.preset.{compared.presets[side]}", lang)
    details = describe(here.strategy, lang)
    model = title(here.model, lang)
    if here.strategy != other.strategy:
        strategy = f"**{strategy}**"
    if here.model != other.model:
        model = f"**{model}**"
    return text("text.compare.head", lang, strategy=strategy, details=details, model=model)
