"""Fields and buttons with the page's words: their names are keys of its texts."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.pages.fewshot.words import PAGE
from app.web.texts import label


def box(name: str, value: str = "", *, info: bool = False, **more: Any) -> gr.Textbox:
    """A text field.

    Args:
        info: whether there is a line of explanation, under NAME_info.
    """
    if info:
        more["info"] = label(f"{PAGE}.{name}_info")
    return gr.Textbox(value, label=label(f"{PAGE}.{name}"), elem_id=f"fs-{name}", **more)


def button(name: str, *, min_width: int = 56, **more: Any) -> gr.Button:
    """A button."""
    settings: dict[str, Any] = {"min_width": min_width, "elem_id": f"fs-{name}", **more}
    return gr.Button(label(f"{PAGE}.{name}"), **settings)
