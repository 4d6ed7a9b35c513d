"""Drafts as files, and buttons that save them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

import gradio as gr
from gradio.components import Component

from app.text.drafts import KINDS, Draft, ExportKind, summary
from app.web.events import QUIET
from app.web.files import save_script
from app.web.limits import Refusal
from app.web.markdown import escaped, quoted
from app.web.texts import Language, label, language, text

CSV: Final = "text/csv;charset=utf-8"
_TYPES: Final[dict[ExportKind, str]] = {
    "txt": "text/plain;charset=utf-8",
    "md": "text/markdown;charset=utf-8",
    "json": "application/json",
}


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
            button.click(content, [*inputs], [held], **QUIET).success(
                None, [held], None, js=save_script(f"{page}.{kind}", _TYPES[kind])
            )
            buttons.append(button)
    return buttons


def export(drafts: Draft | Sequence[Draft], kind: ExportKind, lang: Language = "zh") -> str:
    """One or several drafts as a file: plain text, Markdown with the settings, or JSON with all
    tokens, their probabilities and alternatives."""
    several = [drafts] if isinstance(drafts, Draft) else list(drafts)
    if kind == "json":
        return json.dumps([draft.to_dict() for draft in several], ensure_ascii=False, indent=1)
    if kind == "txt":
        return "\n\n".join(draft.prompt + draft.text for draft in several) + "\n"
    return "\n".join(_as_markdown(draft, lang) for draft in several)


def _as_markdown(draft: Draft, lang: Language) -> str:
    settings = json.dumps(draft.strategy.to_dict(), ensure_ascii=False)
    return (
        f"{quoted(draft.prompt)}\n\n{escaped(draft.text)}\n\n"
        f"- {text('text.model', lang)}: `{draft.model}`\n"
        f"- {text('text.seed', lang)}: {draft.seed}\n"
        f"- {text('text.strategy', lang)}: `{settings}`\n"
        f"- {summary(draft, lang)}\n"
    )
