"""Two models, or one with two strategies, talk to each other while the visitor watches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

import gradio as gr

from app.pages.dialogue.asking import help_text
from app.pages.dialogue.request import Request, Screen, plain_wishes, read_wishes
from app.pages.dialogue.session import Bubble, Chat, Session, conversation
from app.pages.dialogue.view import say
from app.text.checks import checked_int, checked_prompt, explain
from app.text.drafts import INTERVAL, Draft, next_seed
from app.text.models import TextModels
from app.web.limits import RateLimiter, checked_choice
from app.web.texts import Language, language, text
from engine.dialogue import Speaker, TalkStep, is_call_for_help, spoken, talk
from engine.generation import STRATEGIES

MAX_TURNS: Final = 40
_MAX_OPENING: Final = 500
#: Talks of one visitor within so many seconds.
_CALLS, _SECONDS = 10, 60.0
#: Seconds between two turns, so that people can follow.
_PAUSE: Final = 0.9


@dataclass(frozen=True)
class _Guest:
    """Who talks, under which name, and the model's name in the catalogue."""

    name: str
    model: str
    speaker: Speaker


class Watching:
    """The handler, for the models of the page."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_CALLS, _SECONDS)

    def watch(
        self,
        request: gr.Request,
        session: Session,
        opening: object,
        turns: object,
        first_model: object,
        first_preset: object,
        second_model: object,
        second_preset: object,
        *values: object,
    ) -> Iterator[Screen]:
        """The first speaker says the opening, the second one answers, and so on."""
        guests = ((first_model, first_preset), (second_model, second_preset))
        with session.ongoing.run():
            session = session.settled().next()
            yield from self._talk(request, session, opening, turns, guests, values)

    def _talk(
        self,
        request: gr.Request,
        session: Session,
        opening: object,
        turns: object,
        chosen: Sequence[tuple[object, object]],
        values: Sequence[object],
    ) -> Iterator[Screen]:
        lang = language(request)
        asked = Request(self.models, session, plain_wishes(self.models), lang)
        try:
            self.limiter.check(request, lang)
            asked.wishes = read_wishes(values, self.models, lang)
            said = checked_prompt(opening, lang, _MAX_OPENING).strip()
            count = checked_int(turns, 1, MAX_TURNS, lang, say("watch.turns", lang))
            guests = [
                self._guest(asked, side, *one) for side, one in zip("ab", chosen, strict=True)
            ]
            begun = Bubble(0, "given", said, name=guests[0].name)
            if is_call_for_help(said):
                call = replace(begun, author="call", name="")
                answer = Bubble(1, "help", help_text(said, lang))
                asked.session = asked.session.push((call, answer))
                yield asked.done()
                return
            asked.session = replace(asked.session.push((begun,)), watching=True)
            yield asked.screen(seed=asked.wishes.seed)
            yield from self._watched(asked, guests, count)
        except Exception as error:
            gr.Warning(explain(error, lang))
        yield asked.done()

    def _guest(self, asked: Request, side: str, model_name: object, preset: object) -> _Guest:
        lang = asked.lang
        model_key = checked_choice(model_name, self.models.names, lang)
        key = checked_choice(preset, tuple(STRATEGIES), lang)
        model = self.models.get(model_key, lang)
        longest = asked.wishes.strategy.max_tokens
        strategy = spoken(model, replace(STRATEGIES[key], max_tokens=longest))
        who, how = say(f"watch.{side}", lang), text(f"text.preset.{key}", lang)
        name = say("watch.name", lang, who=who, how=how)
        return _Guest(name, model_key, Speaker(model, strategy, asked.wishes.last))

    def _watched(self, asked: Request, guests: list[_Guest], count: int) -> Iterator[Screen]:
        seed, chat, shown = asked.wishes.seed, asked.session.chat, 0.0
        started = time.monotonic()
        speakers = (guests[0].speaker, guests[1].speaker)
        talking = talk(speakers, conversation(chat), turns=count, seed=seed)
        with closing(talking):
            for said in talking:
                side = len(chat) % 2
                bubble = _bubble(said, side, guests[side], seed, time.monotonic() - started)
                asked.session = asked.session.amend((*chat, bubble))
                if said.finish is None:
                    if time.monotonic() - shown >= INTERVAL:
                        yield asked.screen()
                        shown = time.monotonic()
                    continue
                chat = (*chat, bubble)
                yield asked.screen()
                if said.end is not None:
                    _tell(said, asked.lang)
                    break
                yield from _pause(asked, chat)
                seed, started = next_seed(seed), time.monotonic()


def _bubble(said: TalkStep, side: int, guest: _Guest, seed: int, seconds: float) -> Bubble:
    strategy = guest.speaker.strategy
    draft = Draft(guest.model, "", said.tokens, strategy, seed, said.finish, seconds)
    return Bubble(side, "model", draft.text.strip(), draft, guest.name)


def _pause(asked: Request, chat: Chat) -> Iterator[Screen]:
    """Wait between two turns, and be ready to be stopped meanwhile."""
    until = time.monotonic() + _PAUSE
    while time.monotonic() < until:
        time.sleep(_PAUSE / 2)
        yield asked.screen()


def _tell(said: TalkStep, lang: Language) -> None:
    if said.end != "turns":
        gr.Info(say(f"watch.end.{said.end}", lang))
