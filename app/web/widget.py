"""A widget: a gr.HTML with a script, put together from small files in the folders widgets/ of app/.

    tree = widget("pages/story/widgets", ["tree.js"], texts="story", template='<nav></nav>')
    tree.goto(on_goto, ...)         # evt: gr.EventData with event_value(evt, "id")
    yield dumps({...})              # its value is ONE string of JSON; the script uses textContent

Gradio takes the script of a gr.HTML as one string, the body of a function of (element,
trigger, props, server, upload, watch). The files of a widget are joined in the order given,
so each may use what those before it define, and nothing of it leaks into the page.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import gradio as gr

from app.web.texts import catalogue

FOLDER: Final = Path(__file__).resolve().parent.parent


def widget(
    folder: str,
    files: Sequence[str],
    *,
    texts: str | Sequence[str],
    template: str,
    value: str = "",
    styles: Sequence[str] = (),
    data: Sequence[str] = (),
    **options: Any,
) -> gr.HTML:
    """The component.

    Args:
        folder: of the files, below app/.
        files: its scripts, after web/widgets/dom.js; one that is not in the folder is named from
            app/ on, with a slash before it.
        template: constant HTML: gradio would evaluate what is in a value.
        styles: style sheets in the folder, which the script finds in STYLE.
        texts, data: see ``script``.
        options: of gr.HTML.
    """

    def place(name: str) -> str:
        return name[1:] if name.startswith("/") else f"{folder}/{name}"

    sheet = style([place(name) for name in styles]) if styles else None
    scripts = ["web/widgets/dom.js", *map(place, files)]
    return gr.HTML(
        value,
        html_template=template,
        js_on_load=script(scripts, texts=texts, data=[place(name) for name in data], style=sheet),
        apply_default_css=False,
        **options,
    )


def dumps(value: object) -> str:
    """A value as JSON for a widget."""
    # Escaped, because gradio warns of every "<script" in the value of a gr.HTML.
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return compact.replace("<", "\\u003c")


def event_value(event: gr.EventData, name: str) -> object:
    """A field of what a widget sent; None where it is missing, or nothing was sent at all."""
    try:
        return getattr(event, name, None)
    except TypeError:
        return None


def script(
    files: Sequence[str],
    *,
    texts: str | Sequence[str],
    data: Sequence[str] = (),
    style: str | None = None,
) -> str:
    """The value of js_on_load.

    Args:
        files: the scripts, as paths below app/.
        texts: the groups of texts whose words the script finds in TEXTS, by key and language.
        data: JSON files below app/; glyphs.json becomes the constant GLYPHS.
        style: becomes the constant STYLE, for a widget whose values change often: gradio
            evaluates css_template and restyles the whole page with every value.
    """
    words = {
        key.removeprefix(f"{group}."): both
        for group in ([texts] if isinstance(texts, str) else texts)
        for key, both in catalogue().items()
        if key.startswith(f"{group}.")
    }
    constants = [f"const TEXTS = {json.dumps(words, ensure_ascii=False)};"]
    for name in data:
        content = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        compact = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        constants.append(f"const {Path(name).stem.upper()} = {compact};")
    if style is not None:
        constants.append(f"const STYLE = {json.dumps(style, ensure_ascii=False)};")
    return "\n".join(['"use strict";', *constants, *(_read(name) for name in files)])


def style(files: Sequence[str]) -> str:
    """The value of css_template.

    Raises ValueError for what gradio would evaluate there: the style is a template of both
    Handlebars and JavaScript to it, and it nests everything in one rule, in which @keyframes
    are ignored.
    """
    css = "\n".join(_read(name) for name in files)
    for forbidden in ("`", "${", "{{", "\\", "@keyframes"):
        if forbidden in css:
            raise ValueError(f"{forbidden} in {', '.join(files)}")
    return css


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
