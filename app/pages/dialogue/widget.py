"""The chat and the view of its context, each a gr.HTML with a constant template.

    chat = chat_widget(chat_value(...))
    chat.ask(fn, ...)     # the model is to speak: evt.act and what belongs to it
    chat.alter(fn, ...)   # something that is done at once
    chat.halt(None, cancels=[...])

The chat's value is JSON Lines and only grows while a reply is written, so that gradio sends what
was added and the browser reads that alone; see widgets/conversation.js. The tokens of
a reply are drawn by the scripts of the token view.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import gradio as gr

from app.pages.dialogue.presets import OPENINGS, PERSONAS
from app.web.texts import catalogue
from app.web.widget import FOLDER, script, style

_TOKENS: Final = tuple(
    f"text/widgets/{name}.js"
    for name in ("words", "stream", "shading", "place", "popover", "legend", "passage", "input")
)
_CHAT: Final = tuple(
    f"pages/dialogue/widgets/{name}.js"
    for name in ("words", "conversation", "composer", "bubble", "cards", "opening", "main")
)
_CONTEXT: Final = ("pages/dialogue/widgets/words.js", "pages/dialogue/widgets/context.js")
#: The style sheet of the token view, which all views of the page share.
_STYLES: Final = ("text/widgets/tokens.css", "text/widgets/popover.css", "text/widgets/legend.css")
_PREFIX: Final = "dialogue.chat."


def lines(values: Sequence[Any]) -> str:
    """JSON Lines."""
    return "".join(f"{_json(value)}\n" for value in values)


def chat_widget(value: str, *, elem_id: str) -> gr.HTML:
    """The component of the chat; its value is what ``view.chat_value`` returns."""
    personas = [{"key": one.key, "name": one.name} for one in PERSONAS.values()]
    constants = _constants(WORDS=_words(), OPENINGS=list(OPENINGS), PERSONAS=personas)
    base = script(("web/widgets/dom.js", *_TOKENS), texts="tokens", style=style(_STYLES))
    return _html(value, "dg tk", "\n".join([base, constants, *map(_read, _CHAT)]), elem_id)


def context_widget(value: str, *, elem_id: str) -> gr.HTML:
    """The component of the context; its value is what ``view.context_value`` returns."""
    base = script(("web/widgets/dom.js",), texts="tokens")
    parts = [base, _constants(WORDS=_words()), *map(_read, _CONTEXT)]
    return _html(value, "dg-context", "\n".join(parts), elem_id)


def _html(value: str, name: str, js: str, elem_id: str) -> gr.HTML:
    return gr.HTML(
        value,
        html_template=f'<div class="{name}"></div>',
        js_on_load=js,
        apply_default_css=False,
        elem_id=elem_id,
    )


def _words() -> Mapping[str, Mapping[Any, str]]:
    """The texts of the page that its scripts need."""
    return {
        key.removeprefix(_PREFIX): both
        for key, both in catalogue().items()
        if key.startswith(_PREFIX)
    }


def _constants(**values: object) -> str:
    return "\n".join(f"const {name} = {_json(value)};" for name, value in values.items())


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _json(value: object) -> str:
    # Escaped, because gradio warns of every "<script" in the value of a gr.HTML.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
