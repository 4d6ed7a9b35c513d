"""What a handler is given and gives back: the visitor's wishes, the session, and the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import gradio as gr

from app.pages.dialogue import store
from app.pages.dialogue.session import Session, conversation
from app.pages.dialogue.view import chat_value, context_value, say
from app.text.checks import checked_float, checked_int, explain
from app.text.controls import read_strategy
from app.text.models import TextModels
from app.web.limits import Refusal, checked_choice
from app.web.texts import Language
from app.web.widget import event_value
from engine.dialogue import MAX_CANDIDATES, MMI_WEIGHT, Context, Ranking, context
from engine.generation import Strategy
from engine.models.errors import EngineError

#: How many turns a model may be shown; 0 for as many as fit.
LAST: Final = (0, 1, 3, 5, 9)
RANKINGS: Final[tuple[Ranking, ...]] = ("logprob", "mmi")
LONGEST: Final = 256


class Screen(NamedTuple):
    """The outputs of every handler, in this order; gr.skip() leaves one as it is."""

    session: Session
    chat: str
    context: Any
    saved: Any
    seed: Any


@dataclass(frozen=True)
class Wishes:
    """What the controls say, checked.

    Attributes:
        keeps_seed: whether the visitor's own seed is to be used.
        last: how many turns the model is shown; None for all that fit.
        count: how many candidates.
        by, weight: what ranks them.
    """

    model: str
    strategy: Strategy
    seed: int
    keeps_seed: bool
    last: int | None
    count: int
    by: Ranking
    weight: float


def read_wishes(values: Sequence[object], models: TextModels, lang: Language) -> Wishes:
    """The values of ``Controls.wishes``. Raises Refusal."""
    model, last, count, by, weight, *strategy_values = values
    strategy, seed = read_strategy(strategy_values, lang, LONGEST)
    turns = checked_int(last, 0, max(LAST), lang, say("last", lang))
    return Wishes(
        model=checked_choice(model, models.names, lang),
        strategy=strategy,
        seed=seed,
        keeps_seed=not strategy_values[-1] and strategy_values[-2] not in (None, ""),
        last=turns or None,
        count=checked_int(count, 2, MAX_CANDIDATES, lang, say("count", lang)),
        by=checked_choice(by, RANKINGS, lang),
        weight=checked_float(weight, 0, 1, lang, say("weight", lang)),
    )


def plain_wishes(models: TextModels) -> Wishes:
    """What nobody has said otherwise."""
    return Wishes(models.default, Strategy(), 0, False, None, 2, "logprob", MMI_WEIGHT)


def check_remembered(event: gr.EventData, session: Session, lang: Language) -> None:
    """Raises Refusal where the page shows a dialogue that nobody here knows any more.

    Nothing may be shown then: an empty dialogue would take the place of the one that the browser
    keeps, and can bring back.
    """
    if not session.seq and event_value(event, "seq"):
        raise Refusal(say("error.forgotten", lang))


class Request:
    """One request of a visitor: the session as it changes, and how it is shown.

    Attributes:
        ack: the number under which the browser sent the request; set once it is taken up.
    """

    def __init__(
        self, models: TextModels, session: Session, wishes: Wishes, lang: Language, ack: int = 0
    ) -> None:
        self.models = models
        self.session = session
        self.wishes = wishes
        self.lang = lang
        self.ack = ack

    def screen(self, *, seen: Context | None = None, seed: int | None = None) -> Screen:
        """While something is being written: what has changed."""
        self.session.ongoing.latest = self.session
        return Screen(
            self.session,
            self._chat(),
            gr.skip() if seen is None else context_value(seen, self.lang),
            gr.skip(),
            gr.skip() if seed is None else str(seed),
        )

    def done(self) -> Screen:
        """When nothing is being written any more: everything."""
        self.session = self.session.settled()
        self.session.ongoing.latest = self.session
        saved = store.save(self.session.chat)
        return Screen(self.session, self._chat(), self.context(), saved, gr.skip())

    def _chat(self) -> str:
        wishes = self.wishes
        return chat_value(self.session, self.lang, ack=self.ack, by=wishes.by, weight=wishes.weight)

    def context(self) -> str:
        """What the model would see now; it is not loaded for that."""
        name, lang = self.wishes.model, self.lang
        talked = conversation(self.session.chat)
        if not len(talked):
            return context_value(None, lang, say("context.empty", lang))
        if not self.models.ready(name):
            return context_value(None, lang, say("context.no_model", lang))
        longest = self.wishes.strategy.max_tokens
        try:
            seen = context(self.models.get(name, lang), talked, longest, last=self.wishes.last)
        except EngineError as error:
            return context_value(None, lang, explain(error, lang))
        return context_value(seen, lang)
