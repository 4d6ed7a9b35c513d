"""The page's place in the application: its tab, its components, and which event calls what."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr
from gradio.events import api as endpoint

from app.pages.dialogue import PAGE, api
from app.pages.dialogue.handlers import CDIAL, OPENED, Handlers, as_cdial, exported, tell_opened
from app.pages.dialogue.handlers.replies import Replies, compared
from app.pages.dialogue.handlers.talks import Talks
from app.pages.dialogue.inputs import MODELS, Choices, Inputs, TalkInputs
from app.pages.dialogue.layout import Controls, build
from app.pages.dialogue.saved import SAVED
from app.pages.dialogue.view import Screen
from app.text import compare, reading
from app.text.download import file_buttons
from app.text.drafts import KINDS
from app.text.models import TextModels
from app.web.events import QUICK, RUNS, SLOW, root
from app.web.inputs import components
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = MODELS[0]

#: Talks that are watched at the same time; each keeps a model busy.
_TALKS: Final = 4
#: The widget asks for one thing at a time, but does not wait for the end of what was stopped.
_MULTIPLE: Final[dict[str, Any]] = {**SLOW, "trigger_mode": "multiple"}


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return SAVED.state()


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    offered = TextModels(models, [name for name in MODELS if name in models.names])
    handlers = Handlers(offered)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["dg-idea"])
    controls = build(offered, saved)
    _connect_chat(controls, handlers)
    _connect_settings(controls, handlers)
    _connect_browser(controls, handlers)
    with controls.below:
        compare.render(offered, PAGE, [controls.visit], compared)
        reading.render(offered, PAGE)
    endpoint(api.endpoint(offered), api_name=PAGE, concurrency_limit=RUNS)


def _connect_chat(controls: Controls, handlers: Handlers) -> None:
    talk, screen = controls.talk, components(controls, Screen._fields)
    chat: Any = controls.chat
    inputs = components(controls, ("visit", *Inputs.names()))
    replies, talks = Replies(handlers.models), Talks(handlers.models)
    chat.ask(replies.ask, inputs, screen, **_MULTIPLE)
    chat.alter(handlers.change, inputs, screen, **SLOW)
    talk.start.click(
        talks.talk,
        components(controls, ("visit", *TalkInputs.names())),
        screen,
        **{**_MULTIPLE, "concurrency_limit": _TALKS},
    )
    choices = components(controls, ("visit", *Choices.names()))
    for stop in (chat.halt, talk.stop.click):
        stop(handlers.stop, choices, screen, **QUICK)


def _connect_settings(controls: Controls, handlers: Handlers) -> None:
    choices = components(controls, Choices)
    for choice in choices:
        event = choice.release if isinstance(choice, gr.Slider) else choice.input
        event(
            handlers.look,
            [controls.visit, *choices],
            components(controls, Screen._fields),
            **QUICK,
        )
    controls.cdial.click(as_cdial, None, components(controls, CDIAL), **QUICK)


def _connect_browser(controls: Controls, handlers: Handlers) -> None:
    """Opening the page, files and links; what the browser keeps is part of every screen."""
    kept, visit = controls.saved, controls.visit
    root().load(handlers.opened, [kept, visit], components(controls, OPENED), **QUICK)
    root().load(tell_opened, kept, None, **SLOW)
    with controls.files:
        file_buttons(PAGE, {kind: exported(kind) for kind in KINDS}, [visit])
    controls.share.connect(handlers.share, components(controls, ("visit", *Inputs.names())))
