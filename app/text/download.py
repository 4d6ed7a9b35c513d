"""Buttons that save what a page holds as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

import gradio as gr
from gradio.components import Component

from app.limits import Refusal
from app.text.drafts import KINDS, Draft, ExportKind, export
from app.texts import label, language, text

_TYPES: Final[dict[ExportKind, str]] = {
    "txt": "text/plain;charset=utf-8",
    "md": "text/markdown;charset=utf-8",
    "json": "application/json",
}
_SAVE: Final = """content => {
  if (!content) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], {type: TYPE}));
  link.download = NAME;
  link.click();
  URL.revokeObjectURL(link.href);
}"""


def download_buttons(
    page: str, drafts: Callable[..., Draft | Sequence[Draft]], inputs: Sequence[Component]
) -> list[gr.Button]:
    """Place a button for each kind of file.

    Args:
        page: the beginning of the buttons' ids and the files' names.
        drafts: called with the values of the inputs; what it returns is saved. It may raise
            Refusal.
    """

    def content(kind: ExportKind) -> Callable[..., str]:
        def written(request: gr.Request, *values: Any) -> str:
            lang = language(request)
            found = drafts(*values)
            if not found:
                raise Refusal(text("text.error.nothing", lang))
            return export(found, kind, lang)

        return written

    return file_buttons(page, {kind: content(kind) for kind in KINDS}, inputs)


def file_buttons(
    page: str, contents: dict[ExportKind, Callable[..., str]], inputs: Sequence[Component]
) -> list[gr.Button]:
    """Place a button for each kind of file; its content is what the function returns for the
    request and the values of the inputs."""
    buttons = []
    with gr.Row(elem_classes=["text-files"]):
        for kind, content in contents.items():
            button = gr.Button(
                label(f"text.export.{kind}"), size="sm", min_width=80, elem_id=f"{page}-{kind}"
            )
            # Hidden and not left out: what is not in the page has no value that a script can read.
            held = gr.Textbox(visible="hidden", elem_id=f"{page}-{kind}-content")
            button.click(
                content, [*inputs], [held], show_progress="hidden", api_visibility="private"
            ).success(None, [held], None, js=_script(f"{page}.{kind}", _TYPES[kind]))
            buttons.append(button)
    return buttons


def _script(name: str, kind: str) -> str:
    return _SAVE.replace("TYPE", json.dumps(kind)).replace("NAME", json.dumps(name))
