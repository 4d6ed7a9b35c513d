"""The shell that every page stands in: header, a tab for each page, footer."""

import html
from collections.abc import Sequence
from typing import Any, Final, Protocol

import gradio as gr
from starlette.middleware import Middleware

from app.pages.dialogue import page as dialogue
from app.pages.fewshot import page as fewshot
from app.pages.parse_tree import page as parse_tree
from app.pages.story import page as story
from app.pages.word2vec import page as word2vec
from app.pages.xiangqi import page as xiangqi
from app.settings import Settings
from app.web import model_status
from app.web.limits import MAX_QUEUE, MAX_UPLOAD_BYTES, MAX_VISITS
from app.web.security import CONTENT_SECURITY_POLICY, Guard
from app.web.texts import LANGUAGES, i18n, label, text
from app.web.theme import ICON, css, theme
from engine.models.registry import Models


class Page(Protocol):
    """A module of app.pages.

    Attributes:
        TITLE: key of the text on its tab.
        ID: of its tab.
        MODEL: name of its model in the catalogue.
    """

    TITLE: str
    ID: str
    MODEL: str

    def saved(self) -> gr.BrowserState:
        """What the browser keeps of the page. It is placed outside the tabs: a browser does not
        read one inside a tab that has not been open yet."""

    def render(self, models: Models, saved: gr.BrowserState) -> None:
        """Place the page's components in the open tab and connect their events."""


#: The pages, in the order of their tabs.
PAGES: Final[tuple[Page, ...]] = (story, fewshot, dialogue, xiangqi, parse_tree, word2vec)


def build(models: Models, pages: Sequence[Page] = PAGES) -> gr.Blocks:
    """The whole application; it needs no model to be loaded yet."""
    name = " · ".join(text("shell.name", lang) for lang in LANGUAGES)
    demo = gr.Blocks(title=name, analytics_enabled=False)
    with demo:
        gr.HTML(_header(), container=False, padding=False)
        kept = [page.saved() for page in pages]
        with gr.Tabs() as tabs:
            for page, saved in zip(pages, kept, strict=True):
                with gr.Tab(label(page.TITLE), id=page.ID):
                    model_status.render(demo, models, page.MODEL)
                    page.render(models, saved)
        gr.HTML(_footer(), container=False, padding=False)

        def opened(request: gr.Request) -> gr.Tabs:
            """Opens the tab that a share link is of, or that ?tab= names."""
            asked = {*request.query_params, request.query_params.get("tab")}
            return gr.Tabs(selected=next((p.ID for p in pages if p.ID in asked), pages[0].ID))

        demo.load(opened, None, tabs, queue=False, show_progress="hidden", api_visibility="private")
    demo.queue(max_size=MAX_QUEUE)
    return demo


def launch_options(settings: Settings) -> dict[str, Any]:
    """What gradio's launch() is called with."""
    policy = None if settings.share else CONTENT_SECURITY_POLICY
    return {
        "server_name": settings.host,
        "server_port": settings.port,
        "share": settings.share,
        "theme": theme(),
        "head": f"<style>{css()}</style>",
        "favicon_path": ICON,
        "i18n": i18n(),
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "max_file_size": MAX_UPLOAD_BYTES,
        # Each keeps nearly a megabyte before anything is written; gradio would keep 10,000.
        "state_session_capacity": MAX_VISITS,
        "app_kwargs": {"middleware": [Middleware(Guard, policy=policy)]},
    }


def _header() -> str:
    seal = ICON.read_text(encoding="utf-8").replace("<svg ", '<svg aria-hidden="true" ')
    return (
        f'<header class="shell-header">{seal}'
        f"<div><h1>{_both('shell.name')}</h1><p>{_both('shell.line')}</p></div></header>"
    )


def _footer() -> str:
    return f'<footer class="shell-footer">{_both("shell.footer")}</footer>'


def _both(key: str) -> str:
    """A text in both languages as HTML; the style sheet hides the one that does not fit."""
    return "".join(
        f'<span lang="{lang}" data-lang="{lang}">{html.escape(text(key, lang))}</span>'
        for lang in LANGUAGES
    )
