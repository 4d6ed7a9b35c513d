"""What happens on the page: a text is read, a bracketing is compared with, a switch is turned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import gradio as gr

from app.pages.parse_tree import scores, view
from app.pages.parse_tree.inputs import MAX_TEXT, NOTHING, Choices, Page, beginning
from app.pages.parse_tree.models import Variants
from app.pages.parse_tree.saved import SAVED
from app.pages.parse_tree.state import Passage, Source, Visit
from app.pages.parse_tree.widgets import tree_value
from app.web.limits import RateLimiter, Refusal, checked_text
from app.web.run import Run
from app.web.texts import Language, language, text
from engine.onlstm.formats import BracketError
from engine.onlstm.sentences import SentenceError

_READS: Final = 60
_SECONDS: Final = 60.0


class Screen(NamedTuple):
    """What every handler returns, by the components' names; gr.skip() for what stays."""

    visit: Visit
    trees: Any = gr.skip()
    kind: Any = gr.skip()
    layer: Any = gr.skip()
    beside: Any = gr.skip()
    scores: Any = gr.skip()


class Handlers:
    """The handlers; ``values`` are those of Choices, in the order of its fields."""

    def __init__(self, variants: Variants) -> None:
        self.variants = variants
        self.limiter = RateLimiter(_READS, _SECONDS)

    def draw(self, visit: Visit, text: object, request: gr.Request, *values: object) -> Screen:
        """Draw the sentences of a text."""
        return self._read(visit, text, values, request, is_gold=False)

    def score(self, visit: Visit, gold: object, request: gr.Request, *values: object) -> Screen:
        """Draw the sentences of a bracketing beside it, with F1."""
        return self._read(visit, gold, values, request, is_gold=True)

    def change(self, visit: Visit, request: gr.Request, *values: object) -> Screen:
        """Draw the sentences that there are as the switches say now."""
        lang = language(request)
        choices = Choices.read(values, lang)
        passage = visit.passage
        if passage is None or passage.source.language == choices.text_language:
            with visit.runs.begin() as run:
                return self._screen(run, visit, choices, lang)
        self.limiter.check(request, lang)
        source = replace(passage.source, language=choices.text_language)
        return self._take(visit, source, choices, lang)

    def resume(self, visit: Visit, request: gr.Request, *values: object) -> Screen:
        """Draw what the page was opened with; values are those of Page."""
        if visit.passage is not None:
            return Screen(visit)  # somebody has asked before this answer came
        page = Page.read(values, language(request))
        choices = [getattr(page, name) for name in Choices.names()]
        return self._read(visit, page.drawn, choices, request, is_gold=page.source == "gold")

    def _read(
        self,
        visit: Visit,
        text: object,
        values: Sequence[object],
        request: gr.Request,
        *,
        is_gold: bool,
    ) -> Screen:
        lang = language(request)
        choices = Choices.read(values, lang)
        self.limiter.check(request, lang)
        # A change from a text to a bracketing and back leaves nothing of the one for the other.
        if visit.passage is not None and visit.passage.source.is_gold != is_gold:
            choices = choices.model_copy(update={"beside": NOTHING})
        source = Source(checked_text(text, MAX_TEXT, lang), is_gold, choices.text_language)
        return self._take(visit, source, choices, lang)

    def _take(self, visit: Visit, source: Source, choices: Choices, lang: Language) -> Screen:
        with visit.runs.begin() as run:
            try:
                visit.passage = Passage.of(source)
            except (SentenceError, BracketError) as error:
                return self._screen(run, visit, choices, lang, view.explain(error, lang))
            return self._screen(run, visit, choices, lang)

    def _screen(
        self, run: Run, visit: Visit, choices: Choices, lang: Language, message: str = ""
    ) -> Screen:
        """The sentences; what cannot be done is said above them. Nothing changes where the visitor
        has asked for others meanwhile: their answer may have come already."""
        sentences: Sequence[Any] = ()
        offered, table = view.unread(choices, lang), ""
        passage = visit.passage
        if passage is not None:
            try:
                models = self.variants.load(lang)
                offered = view.options(passage, models, choices, lang)
                sentences = view.sentences(passage, models, offered.choices, lang)
                table = scores.table(passage, models, offered.choices, lang)
            except Refusal as refusal:
                message = message or str(refusal)
        if run.overtaken():
            return Screen(visit)
        value = tree_value(sentences, lang=lang, message=message)
        return Screen(visit, value, scores=table, **offered.components())


def opened(kept: object, request: gr.Request) -> list[Any]:
    """The values of the page's fields: from a link, from what the browser kept, or as served."""
    page, restored = SAVED.opened(kept, request)
    if page is None and restored is not None and restored.drawn.strip():
        page = restored
    if page is None or page == beginning():
        return Page.updates()
    offered = view.unread(page, language(request)).components()
    return Page.updates(**{**dict(page), **offered})


def share(request: gr.Request, *values: object) -> gr.Textbox:
    """A link to the page as it is; values are those of Page."""
    lang = language(request)
    return SAVED.link_box(Page.read(values, lang), lang)


def take(samples: Sequence[str]) -> Callable[..., str]:
    """The handler of a click on an example, which comes with its number."""

    def taken(index: object, request: gr.Request) -> str:
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(samples):
            return samples[index]
        raise Refusal(text("limits.not_a_choice", language(request)))

    return taken
