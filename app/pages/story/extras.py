"""Handlers beside the writing: titles, examples, files and share links."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from typing import Any, Final, TypeVar

import gradio as gr

from app.pages.story import store
from app.pages.story.desk import MAX_TITLE_CHARS, Desk
from app.pages.story.examples import openings
from app.pages.story.widgets import Chip, chips_value
from app.pages.story.wishes import Asked, for_model, manuscript_of
from app.pages.story.words import PAGE, say
from app.text.checks import explain
from app.text.controls import PRESETS, read_strategy
from app.text.drafts import ExportKind
from app.text.models import TextModels
from app.web import sharing
from app.web.inputs import cleaned
from app.web.limits import RateLimiter, Refusal, checked_choice, checked_text
from app.web.texts import Language, language, text
from app.web.widget import event_value
from engine.models.errors import EngineError
from engine.story.titles import Title, suggest_titles
from engine.tokenizers.scripts import converted, script_of

#: Titles cost as much as a few continuations.
_SEARCHES, _SECONDS = 12, 60.0
_TITLES: Final = 6
_PATIENCE: Final = 20.0

_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>#+\-!|~])")

Item = TypeVar("Item")


class Titles:
    """Finding a title."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_SEARCHES, _SECONDS)

    def find(self, request: gr.Request, *values: object) -> tuple[list[str], str]:
        """Titles for the manuscript, and the chips that show them."""
        lang = language(request)
        self.limiter.check(request, lang)
        asked = Asked.of(values)
        model = self.models.get(asked.model, lang)
        told = asked.request(lang)
        try:
            found = suggest_titles(model, for_model(told), count=_TITLES, deadline=_PATIENCE)
        except EngineError as error:
            if not told.text.strip():
                raise Refusal(say("titles_none", lang)) from error
            raise Refusal(explain(error, lang)) from error
        if not found:
            gr.Info(say("titles_none", lang))
        script = script_of(told.text)
        words = [converted(title.text, script) for title in found]
        chips = [_chip(word, title, lang) for word, title in zip(words, found, strict=True)]
        return words, chips_value(chips)

    def pick(self, words: list[str], event: gr.EventData, request: gr.Request) -> str:
        """One of them becomes the title."""
        return _item(words, event_value(event, "index"), language(request))


def _chip(word: str, title: Title, lang: Language) -> Chip:
    ratio = f"{math.exp(title.gain):.2f}"
    return Chip(zh=word, en=word, hint=say("titles_gain", lang, ratio=ratio))


def take_example(
    desk: Desk, manuscript: object, event: gr.EventData, request: gr.Request
) -> tuple[Any, ...]:
    """An opening instead of the manuscript, which undo brings back; genre and mood that suit it,
    and no title. Gradio shows no refusal of an event that comes past the queue, as this one does:
    the next one, ``refuse_example``, is in it."""
    lang = language(request)
    desk.refusal = ""
    try:
        if desk.run is not None:
            raise Refusal(say("error.running", lang))
        opening = _item(openings(), event_value(event, "index"), lang)
        desk.see(manuscript_of(manuscript, lang))
    except Refusal as refusal:
        desk.refusal = str(refusal)
        return (gr.skip(),) * 5
    desk.begin_page(opening.text)
    return desk, opening.text, "", opening.genre, opening.mood


def refuse_example(desk: Desk) -> None:
    """Say why no opening was taken, if none was."""
    if desk.refusal:
        raise Refusal(desk.refusal)


def _item(items: Sequence[Item], index: object, lang: Language) -> Item:
    if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(items):
        return items[index]
    raise Refusal(say("error.old", lang))


def new_page(desk: Desk, manuscript: object, request: gr.Request) -> tuple[Desk, str, str]:
    """An empty manuscript and no title; undo brings the old one back, and the tree stays."""
    lang = language(request)
    if desk.run is not None:
        raise Refusal(say("error.running", lang))
    desk.see(manuscript_of(manuscript, lang))
    desk.begin_page("")
    return desk, "", ""


def files() -> dict[ExportKind, Callable[..., str]]:
    """What each kind of file holds; the functions take the desk, the title and the manuscript."""
    return {"txt": _as_text, "md": _as_markdown, "json": _as_json}


def _as_text(request: gr.Request, desk: Desk, title: object, manuscript: object) -> str:
    heading, body = _named(title, manuscript, language(request))
    return f"{heading}\n\n{body}\n" if heading else f"{body}\n"


def _as_markdown(request: gr.Request, desk: Desk, title: object, manuscript: object) -> str:
    heading, body = _named(title, manuscript, language(request))
    # A line break within a paragraph is a break in Markdown only after two blanks.
    lines = "  \n".join(map(_escaped, body.split("\n")))
    return f"# {_escaped(heading)}\n\n{lines}\n" if heading else f"{lines}\n"


def _escaped(words: str) -> str:
    return _MARKS.sub(r"\\\1", words)


def _as_json(request: gr.Request, desk: Desk, title: object, manuscript: object) -> str:
    heading, body = _named(title, manuscript, language(request))
    tries = [
        {
            "id": node.id,
            "parent": node.parent,
            "request": asdict(node.request),
            "written": node.written,
            "draft": node.draft.to_dict(),
        }
        for node in desk.nodes.values()
    ]
    whole = {"title": heading, "text": body, "current": desk.now.node, "tries": tries}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _named(title: object, manuscript: object, lang: Language) -> tuple[str, str]:
    heading = " ".join(cleaned(checked_text(title, MAX_TITLE_CHARS, lang)).split())
    body = manuscript_of(manuscript, lang)
    if not body.strip():
        raise Refusal(text("text.error.nothing", lang))
    return heading, body


def share(models: TextModels) -> Callable[..., gr.Textbox]:
    """The handler that makes a link of the page's values, the model and the strategy's values."""

    def shared(request: gr.Request, *values: Any) -> gr.Textbox:
        lang = language(request)
        names = [field.name for field in fields(store.Page)]
        try:
            page = store.restore(dict(zip(names, values, strict=False)))
        except store.StoreError:
            raise Refusal(say("error.bad_saved", lang)) from None
        model, *told = values[len(names) :]
        strategy, seed = read_strategy(_keeping_seed(told), lang)
        preset = checked_choice(told[0], PRESETS, lang)
        link = store.Link(page, checked_choice(model, models.names, lang), preset, strategy, seed)
        try:
            query = sharing.query(PAGE, store.share(link))
        except sharing.ShareError:
            count = f"{len(page.text):,}"
            raise Refusal(say("error.too_long_to_share", lang, count=count)) from None
        return gr.Textbox(query, visible=True)

    return shared


def _keeping_seed(values: Sequence[Any]) -> Sequence[Any]:
    """The strategy's values, but with the seed that is shown, if there is one: the visitor shares
    the text that it wrote."""
    return [*values[:-1], False]
