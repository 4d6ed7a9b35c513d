"""The line in each tab that says how its model is: loading or ready, how large, on what."""

import html

import gradio as gr

from app.web.texts import Language, language, text
from engine.models import memory
from engine.models.registry import Models, ModelStatus, State

_POLL_SECONDS = 1.0
#: States that change without anybody touching this page.
_UNSETTLED = (State.WAITING, State.LOADING)


def render(demo: gr.Blocks, models: Models, name: str) -> None:
    """Place the status of a model in demo; it is asked for again until the model is ready."""
    chip = gr.HTML(elem_classes=["model-status-row"], container=False, padding=False)
    timer = gr.Timer(_POLL_SECONDS)

    def refresh(request: gr.Request) -> tuple[str, gr.Timer]:
        (status,) = models.status(name)
        return (
            status_html(status, language(request)),
            gr.Timer(active=status.state in _UNSETTLED),
        )

    # Not through the queue: a status must not wait behind the work whose state it shows.
    gr.on(
        [timer.tick, demo.load],
        refresh,
        None,
        [chip, timer],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )


def status_html(status: ModelStatus, lang: Language) -> str:
    """The status as HTML: what the visitor needs, without the server's paths or errors."""
    seconds = round(status.seconds or 0)
    fields = {"seconds": seconds} if status.state is State.LOADING else {}
    parts = [text(f"shell.state.{status.state}", lang, **fields)]
    if status.bytes:
        parts.append(memory.readable(status.bytes))
    if status.device is not None:
        parts.append(status.device)
    title, first, *others = (html.escape(part) for part in (text("shell.model", lang), *parts))
    rest = "".join(f"<span>{part}</span>" for part in others)
    return (
        f'<div class="model-status" role="status" data-state="{status.state}">'
        f"<span>{title}</span><b>{first}</b>{rest}</div>"
    )
