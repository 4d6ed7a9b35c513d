"""Two models, or one with two strategies, talk to each other while the visitor watches."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import gradio as gr

from app.pages.dialogue import say
from app.pages.dialogue.handlers import checked, refused, run
from app.pages.dialogue.inputs import TalkInputs
from app.pages.dialogue.state import Bubble, Dialogue, Visit, conversation
from app.pages.dialogue.view import Display, Screen, help_text
from app.text.checks import checked_prompt
from app.text.drafts import INTERVAL, Draft, next_seed
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.run import Run
from app.web.texts import language, text
from engine.dialogue import Speaker, TalkStep, is_call_for_help, spoken, talk
from engine.generation import STRATEGIES

if TYPE_CHECKING:
    from engine.generation import Strategy

_MAX_OPENING: Final = 500
#: Talks of one visitor within so many seconds.
_CALLS, _SECONDS = 10, 60.0
#: Seconds between two turns, so that people can follow.
_PAUSE: Final = 0.9
#: Seconds between two looks whether somebody has pressed Stop.
_GLANCE: Final = 0.05


class Talks:
    """The handler, for the models of the page."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_CALLS, _SECONDS)

    def talk(self, visit: Visit, request: gr.Request, *values: object) -> Iterator[Screen]:
        """The first speaker says the opening, the second one answers, and so on; values are those
        of TalkInputs."""
        lang = language(request)
        display = Display(visit, self.models, lang)
        try:
            self.limiter.check(request, lang)
            inputs = checked(TalkInputs, values, self.models, lang)
            display = replace(display, choices=inputs)
            for name in (inputs.first_model, inputs.second_model):
                checked_choice(name, self.models.names, lang)
            opening = checked_prompt(inputs.opening, lang, _MAX_OPENING).strip()
            task = _Task(display, inputs, opening, *inputs.strategy(lang))
        except Refusal as refusal:
            yield refused(display, refusal)
            return
        yield from run(display, task.work)


@dataclass(frozen=True)
class _Guest:
    """Who talks, under which name, and the model's name in the catalogue."""

    name: str
    model_name: str
    speaker: Speaker

    def bubble(self, side: int, step: TalkStep, seed: int, seconds: float) -> Bubble:
        """What it is saying."""
        strategy = self.speaker.strategy
        draft = Draft(self.model_name, "", step.tokens, strategy, seed, step.finish, seconds)
        return Bubble(side, "model", draft.text.strip(), draft, self.name)


@dataclass(frozen=True)
class _Task:
    """A talk, checked.

    Attributes:
        opening: what the first one says.
        strategy: whose length the turns have.
        seed: of the first turn.
    """

    display: Display
    inputs: TalkInputs
    opening: str
    strategy: Strategy
    seed: int

    def work(self, run: Run, dialogue: Dialogue) -> Generator[Screen, None, None]:
        """The talk, as it goes on."""
        display, inputs, said = self.display, self.inputs, self.opening
        if is_call_for_help(said):
            answer = help_text(said, display.lang)
            dialogue.push((Bubble(0, "call", said), Bubble(1, "help", answer)))
            return
        guests = (
            self._guest("a", inputs.first_model, inputs.first_preset),
            self._guest("b", inputs.second_model, inputs.second_preset),
        )
        dialogue.push((Bubble(0, "given", said, name=guests[0].name),))
        dialogue.talking = True
        yield display.running(seed=self.seed)
        yield from self._turns(guests, run, dialogue)

    def _guest(self, side: str, model_name: str, preset: str) -> _Guest:
        models, lang = self.display.models, self.display.lang
        model = models.get(model_name, lang)
        strategy = replace(STRATEGIES[preset], max_tokens=self.strategy.max_tokens)
        who, how = say(f"watch.{side}", lang), text(f"text.preset.{preset}", lang)
        speaker = Speaker(model, spoken(model, strategy), self.inputs.last or None)
        return _Guest(say("watch.name", lang, who=who, how=how), model_name, speaker)

    def _turns(
        self, guests: tuple[_Guest, _Guest], run: Run, dialogue: Dialogue
    ) -> Generator[Screen, None, None]:
        seed, chat, shown, started = self.seed, dialogue.chat, 0.0, time.monotonic()
        speakers = (guests[0].speaker, guests[1].speaker)
        steps = talk(speakers, conversation(chat), turns=self.inputs.turns, seed=seed)
        with closing(steps):
            for step in steps:
                if run.stopped():
                    return
                side, seconds = len(chat) % 2, time.monotonic() - started
                said = (*chat, guests[side].bubble(side, step, seed, seconds))
                dialogue.amend(said)
                if step.finish is not None or time.monotonic() - shown >= INTERVAL:
                    yield self.display.running()
                    shown = time.monotonic()
                if step.finish is not None and step.end is None:
                    _pause(run)
                    chat, seed, started = said, next_seed(seed), time.monotonic()
        if step.end != "turns":
            gr.Info(say(f"watch.end.{step.end}", self.display.lang))


def _pause(run: Run) -> None:
    """Wait between two turns."""
    until = time.monotonic() + _PAUSE
    while time.monotonic() < until and not run.stopped():
        time.sleep(_GLANCE)
