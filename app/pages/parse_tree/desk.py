"""What happens on the page: a text is read, a bracketing is compared with, a switch is turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, cast

import gradio as gr

from app.pages.parse_tree import options, scores, view
from app.pages.parse_tree.choices import NOTHING, Choices
from app.pages.parse_tree.reading import MAX_TEXT, Passage, Session, Source
from app.pages.parse_tree.tree import tree_value
from app.pages.parse_tree.variants import AUTO, Variants
from app.pages.parse_tree.words import explain
from app.web.limits import RateLimiter, Refusal, checked_text
from app.web.texts import Language, language
from engine.onlstm.formats import BracketError
from engine.onlstm.sentences import Language as TextLanguage
from engine.onlstm.sentences import SentenceError

_READS: Final = 60
_SECONDS: Final = 60.0


class Screen(NamedTuple):
    """What every handler returns, in the order of the components; gr.skip() for what stays."""

    session: Session
    trees: Any
    kind: Any
    layer: Any
    beside: Any
    scores: Any


class Desk:
    """The handlers of the page."""

    def __init__(self, variants: Variants) -> None:
        self.variants = variants
        self.limiter = RateLimiter(_READS, _SECONDS)

    def draw(self, session: Session, text: object, request: gr.Request, *values: object) -> Screen:
        """Draw the sentences of a text."""
        return self._read(session, text, values, request, is_gold=False)

    def score(self, session: Session, gold: object, request: gr.Request, *values: object) -> Screen:
        """Draw the sentences of a bracketing beside it, with F1."""
        return self._read(session, gold, values, request, is_gold=True)

    def change(self, session: Session, request: gr.Request, *values: object) -> Screen:
        """Draw the sentences that there are as the switches say now."""
        lang = language(request)
        choices = Choices.of(values, lang)
        wanted = text_language(choices)
        if session.passage is None or session.passage.source.language == wanted:
            return self._screen(session, choices, lang)
        self.limiter.check(request, lang)
        source = replace(session.passage.source, language=wanted)
        return self._take(session, source, choices, lang)

    def _read(
        self,
        session: Session,
        text: object,
        values: Sequence[object],
        request: gr.Request,
        *,
        is_gold: bool,
    ) -> Screen:
        lang = language(request)
        choices = Choices.of(values, lang)
        self.limiter.check(request, lang)
        # A change from a text to a bracketing and back leaves nothing of the one for the other.
        if session.passage is not None and session.passage.source.is_gold != is_gold:
            choices = replace(choices, beside=NOTHING)
        source = Source(checked_text(text, MAX_TEXT, lang), is_gold, text_language(choices))
        return self._take(session, source, choices, lang)

    def _take(self, session: Session, source: Source, choices: Choices, lang: Language) -> Screen:
        try:
            session.passage = Passage.of(source)
        except (SentenceError, BracketError) as error:
            return self._screen(session, choices, lang, explain(error, lang))
        return self._screen(session, choices, lang)

    def _screen(
        self, session: Session, choices: Choices, lang: Language, message: str = ""
    ) -> Screen:
        """The sentences; what cannot be done is said above them.

        Nothing changes where the visitor has asked for others meanwhile: their answer may have
        come already.
        """
        sentences: Sequence[Any] = ()
        offered, table = options.unread(choices, lang), ""
        passage = session.passage
        if passage is not None:
            try:
                models = self.variants.load(lang)
                offered = options.options(passage, models, choices, lang)
                sentences = view.shown(passage, models, offered.choices, lang)
                table = scores.table(passage, models, offered.choices, lang)
            except Refusal as refusal:
                message = message or str(refusal)
        if session.passage is not passage:
            return Screen(session, *[gr.skip()] * (len(Screen._fields) - 1))
        value = tree_value(sentences, lang=lang, message=message)
        return Screen(session, value, *offered.components(), table)


def text_language(choices: Choices) -> TextLanguage | None:
    """The language that a text is said to be in; None where its script shall tell."""
    return None if choices.language == AUTO else cast(TextLanguage, choices.language)
