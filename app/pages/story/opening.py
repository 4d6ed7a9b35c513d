"""The page when it is opened: from a share link, from what the browser kept, or new."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any, Final

import gradio as gr

from app.pages.story import store
from app.pages.story.desk import Desk, Snapshot
from app.pages.story.screen import Screen, settled
from app.pages.story.words import PAGE, say
from app.text.controls import StrategyControls
from app.web import sharing
from app.web.texts import language
from engine.generation import STRATEGIES

#: The model that knows genre, mood and length.
BUNDLED: Final = "story"
#: Preset and tokens of a continuation at first; so many tokens are half as many characters again.
DEFAULT: Final = "balanced"
TOKENS: Final = 96
_PRESETS: Final = dict.fromkeys(("gpt2-ml-15g", "gpt2-ml-30g"), "su_random_sample")


def opened(
    saved: object, models: tuple[str, ...], strategy: StrategyControls, request: gr.Request
) -> list[Any]:
    """The values of the screen, the page's fields, the model and the strategy, in this order.

    Where nothing was linked or kept, the page stays as it was served: what a visitor has typed
    before this answer comes is not lost.

    Args:
        saved: from the browser's storage.
        models: names of those that the page offers.
    """
    lang = language(request)
    page, link, notice = store.Page(), None, ""
    with suppress(sharing.ShareError, store.StoreError):
        link = _linked(models, request)
    if link is not None:
        page, notice = link.page, say("notice.opened", lang)
    elif saved is not None:
        with suppress(store.StoreError):
            page = store.restore(saved)
        notice = say("notice.restored", lang) if page.text.strip() else ""
    shown: list[Any] = [getattr(page, field.name) for field in fields(store.Page)]
    kept: list[Any] = [gr.skip()] * (1 + len(strategy.inputs))
    if link is None and page == store.Page():
        return [gr.skip()] * (len(Screen._fields) + len(shown) + len(kept))
    desk = Desk()
    desk.show(Snapshot(page.text))
    screen = settled(desk, lang, notice=notice)
    if link is None:
        return [*screen, *shown, *kept]
    told = strategy.values(link.preset, link.strategy, link.seed)
    return [*screen, *shown, link.model, *told]


def warn(saved: object, models: tuple[str, ...], request: gr.Request) -> None:
    """Tell a visitor of a link or a kept manuscript that could not be opened: an event of its own,
    since gradio shows no notice of one that comes past the queue, as ``opened`` does."""
    lang = language(request)
    try:
        if _linked(models, request) is not None:
            return
    except (sharing.ShareError, store.StoreError):
        gr.Warning(say("error.bad_link", lang))
    if saved is None:
        return
    try:
        store.restore(saved)
    except store.StoreError:
        gr.Warning(say("error.bad_saved", lang))


def _linked(models: tuple[str, ...], request: gr.Request) -> store.Link | None:
    """Raises ShareError or StoreError for a link that cannot be opened."""
    shared = sharing.from_request(PAGE, request)
    return None if shared is None else store.reopen(shared, models)


def chosen_model(strategy: StrategyControls) -> Callable[..., list[Any]]:
    """The handler of a choice of model: what it understands, and the settings of its author.

    GPT2_ML begins with those of Su Jianlin's example, every other model with the page's own.
    """

    def chosen(model: object, preset: object) -> list[Any]:
        told = model == BUNDLED
        wanted = _PRESETS.get(str(model), DEFAULT)
        values: list[Any] = [gr.skip()] * len(strategy.inputs)
        if preset in (*_PRESETS.values(), DEFAULT) and preset != wanted:
            known = STRATEGIES[wanted]
            tokens = known.max_tokens if wanted != DEFAULT else TOKENS
            values = strategy.values(wanted, replace(known, max_tokens=tokens), 0)
            values[-2:] = [gr.skip(), gr.skip()]
        return [gr.Column(visible=told), gr.Markdown(visible=not told), *values]

    return chosen
