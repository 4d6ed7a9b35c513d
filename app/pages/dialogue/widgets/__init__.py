"""The chat and the view of its context.

    chat.ask(fn, ...)     # the model is to speak: evt.act and what belongs to it
    chat.alter(fn, ...)   # something that is done at once
    chat.halt(fn, ...)    # Stop

The chat's value is JSON Lines and only grows while a reply is written, so that gradio sends what
was added and the browser reads that alone; see conversation.js. The tokens of a reply are drawn by
the scripts of the token view.
"""

from __future__ import annotations

from typing import Any, Final

import gradio as gr

from app.web.widget import widget

_TOKENS: Final = (
    *("words", "stream", "shading", "place", "popover", "legend", "passage"),
    "input",
)
_CHAT: Final = ("words", "conversation", "composer", "bubble", "cards", "opening", "main")
_STYLES: Final = ("tokens", "popover", "legend")


def chat(value: str) -> gr.HTML:
    """The chat; its value is what ``view.chat_value`` returns."""
    tokens = [f"/text/widgets/{name}.js" for name in _TOKENS]
    return _widget(
        "chat",
        "dg tk",
        value,
        files=[*tokens, *(f"{name}.js" for name in _CHAT)],
        styles=[f"/text/widgets/{name}.css" for name in _STYLES],
        data=["/pages/dialogue/examples.json"],
    )


def context(value: str) -> gr.HTML:
    """The context; its value is what ``view.context_value`` returns."""
    return _widget("context", "dg-context", value, files=["context.js"])


def _widget(name: str, style: str, value: str, **options: Any) -> gr.HTML:
    return widget(
        "pages/dialogue/widgets",
        texts=("tokens", "dialogue.chat"),
        template=f'<div class="{style}"></div>',
        value=value,
        elem_id=f"dialogue-{name}",
        **options,
    )
