"""The dialogue page: a chat with a small model, its context, replies to choose from, and two
models that talk to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import gradio as gr
from gradio.events import api as add_endpoint

from app.pages.dialogue import api, exchange, store
from app.pages.dialogue.altering import Altering, opened, tell
from app.pages.dialogue.asking import Asking
from app.pages.dialogue.layout import Controls, build
from app.pages.dialogue.request import read_wishes
from app.pages.dialogue.session import Session, conversation, model_text
from app.pages.dialogue.view import say
from app.pages.dialogue.watching import Watching
from app.text import compare, reading
from app.text.checks import explained
from app.text.controls import OWN
from app.text.download import file_buttons
from app.text.drafts import KINDS, ExportKind, Plan
from app.text.models import TextModels
from app.web import sharing
from app.web.events import QUICK, RUNS, SLOW, root
from app.web.limits import Refusal
from app.web.texts import Language, label, language, text
from engine.dialogue import context, spoken
from engine.generation import PRESETS, STRATEGIES, Strategy
from engine.models.registry import Models
from engine.transformer.language_model import LanguageModel

TITLE: Final = "dialogue.title"
ID: Final = "dialogue"
MODEL: Final = "dialogue"

_NAMES: Final = ("dialogue", "nezha-dialog", "cdial-base", "cdial-large")
#: Talks that are watched at the same time; each keeps a model busy.
_WATCHED: Final = 4


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return gr.BrowserState(storage_key="dialogue", secret="dialogue")


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    offered = TextModels(models, [name for name in _NAMES if name in models.names])
    gr.Markdown(label("dialogue.idea"), elem_classes=["dg-idea"])
    controls = build(offered, saved)
    _connect_chat(controls, offered)
    _connect_settings(controls, offered)
    _connect_files(controls, offered)
    _connect_opening(controls, offered)
    with controls.below:
        compare.render(offered, ID, [controls.session], _compared)
        reading.render(offered, ID)
    add_endpoint(api.endpoint(offered), api_name=ID, concurrency_limit=RUNS)


def _connect_chat(controls: Controls, models: TextModels) -> None:
    asking, altering, watching = Asking(models), Altering(models), Watching(models)
    chat: Any = controls.chat
    everything = [controls.session, *controls.wishes]
    asked = chat.ask(asking.ask, everything, controls.screen, trigger_mode="multiple", **SLOW)
    watched = controls.watch.start.click(
        watching.watch,
        [controls.session, *controls.watch.inputs, *controls.wishes],
        controls.screen,
        trigger_mode="multiple",
        **{**SLOW, "concurrency_limit": _WATCHED},
    )
    chat.alter(altering.alter, everything, controls.screen, **SLOW)
    for stop in (chat.halt, controls.watch.stop.click):
        stop(altering.settle, everything, controls.screen, cancels=[asked, watched], **QUICK)


def _connect_settings(controls: Controls, models: TextModels) -> None:
    altering = Altering(models)
    shown = [controls.model, controls.last, controls.by, controls.weight]
    for component in (*shown, controls.strategy.max_tokens):
        listener: Any = component
        event = listener.release if isinstance(component, gr.Slider) else listener.input
        event(altering.look, [controls.session, *controls.wishes], controls.screen[:3], **QUICK)

    def as_cdial(request: gr.Request) -> list[Any]:
        preset = PRESETS["cdial"]
        strategy = Strategy(settings=preset.settings, max_tokens=preset.max_tokens)
        about = say("cdial.about", language(request))
        return [about, preset.turns, *controls.strategy.values(OWN, strategy, None, lucky=True)]

    outputs = [controls.about, controls.last, *controls.strategy.inputs]
    controls.cdial.click(as_cdial, None, outputs, **QUICK)


def _connect_files(controls: Controls, models: TextModels) -> None:
    def content(kind: ExportKind) -> Callable[..., str]:
        def written(request: gr.Request, session: Session) -> str:
            lang = language(request)
            if not session.chat:
                raise Refusal(text("text.error.nothing", lang))
            return exchange.export(session.settled().chat, kind, lang)

        return written

    with controls.files:
        file_buttons(ID, {kind: content(kind) for kind in KINDS}, [controls.session])

    def shared(request: gr.Request, session: Session, *values: object) -> gr.Textbox:
        lang = language(request)
        chat = session.settled().chat
        if not chat:
            raise Refusal(text("text.error.nothing", lang))
        wishes = read_wishes(values, models, lang)
        drafts = [bubble.draft for bubble in chat if bubble.draft is not None]
        seed = drafts[-1].seed if drafts else wishes.seed
        state, dropped = store.share(
            store.Link(chat, wishes.model, wishes.strategy, seed, wishes.last or 0)
        )
        if dropped:
            gr.Info(say("share_dropped", lang, count=dropped))
        return gr.Textbox(sharing.query(ID, state), visible=True)

    controls.share.connect(shared, [controls.session, *controls.wishes])


def _connect_opening(controls: Controls, models: TextModels) -> None:
    def on_load(request: gr.Request, kept: object, session: Session) -> list[Any]:
        if session.chat:
            # Somebody has asked before this answer came.
            return [gr.skip()] * (len(controls.screen[:-1]) + len(outputs))
        screen, link = opened(models, kept, request)
        if link is None:
            return [*screen[:-1], *[gr.skip() for _ in outputs]]
        model = link.model if link.model in models.names else models.default
        preset = _preset_of(link.strategy)
        about = text(f"text.about.{preset}", language(request))
        values = controls.strategy.values(preset, link.strategy, link.seed)
        return [*screen[:-1], about, model, link.last, *values]

    # The seed, the last of the screen, is among the strategy's.
    outputs = [controls.about, controls.model, controls.last, *controls.strategy.inputs]
    known = [controls.saved, controls.session]
    root().load(on_load, known, [*controls.screen[:-1], *outputs], **QUICK)
    root().load(tell, [controls.saved], None, **SLOW)


def _preset_of(strategy: Strategy) -> str:
    for name, preset in STRATEGIES.items():
        if replace(preset, max_tokens=strategy.max_tokens) == strategy:
            return name
    return OWN


def _compared(
    name: str, model: LanguageModel, strategy: Strategy, seed: int, lang: Language, *values: Any
) -> Plan:
    """The conversation up to its last question, for a comparison."""
    session: Session = values[0]
    chat = session.settled().chat
    while chat and chat[-1].author not in ("person", "given"):
        chat = chat[:-1]
    if not chat:
        raise Refusal(say("error.nothing", lang))
    with explained(lang):
        seen = context(model, conversation(chat), compare.MAX_TOKENS)
    told = f"{model_text(chat[-1])} "
    return Plan(name, model, told, seen.prompt, spoken(model, strategy), seed)
