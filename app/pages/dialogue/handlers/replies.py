"""What lets the model speak: say, again, more, answer, edit, branch.

What a visitor writes is read for calls for help before any model sees it.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

import gradio as gr

from app.pages.dialogue import say
from app.pages.dialogue.handlers import (
    Work,
    check_remembered,
    check_seq,
    checked,
    index_of,
    refused,
    run,
)
from app.pages.dialogue.inputs import Inputs
from app.pages.dialogue.state import (
    MAX_TURN_CHARS,
    Bubble,
    Cards,
    Chat,
    Dialogue,
    Visit,
    conversation,
    in_script,
    model_text,
    next_side,
    script,
)
from app.pages.dialogue.view import Display, Screen, help_text
from app.text import compare, drafts
from app.text.checks import checked_prompt, explained
from app.text.drafts import Draft, Plan, next_seed
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.run import Run
from app.web.texts import Language, language, text
from app.web.widget import event_value
from engine.dialogue import Candidate, Context, context, is_call_for_help, rank, spoken

if TYPE_CHECKING:
    from engine.generation import Strategy, Token
    from engine.transformer.language_model import LanguageModel

ACTS: Final = ("say", "again", "more", "answer", "edit", "branch")
#: Requests of one visitor within so many seconds.
_CALLS, _SECONDS = 40, 60.0
#: Replies without a word are drawn again so many times.
_TRIES: Final = 3
#: Seconds for judging the candidates.
_JUDGING: Final = 30.0


class Replies:
    """The handlers, for the models of the page."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_CALLS, _SECONDS)

    def ask(
        self, visit: Visit, event: gr.EventData, request: gr.Request, *values: object
    ) -> Iterator[Screen]:
        """What the chat asks for, see ACTS; ``values`` are those of Inputs."""
        lang = language(request)
        check_remembered(visit, event, lang)
        display = Display(visit, self.models, lang)
        try:
            self.limiter.check(request, lang)
            inputs = checked(Inputs, values, self.models, lang)
            nonce = event_value(event, "nonce")
            ack = nonce if isinstance(nonce, int) else 0
            display = replace(display, choices=inputs, ack=ack)
            act = checked_choice(event_value(event, "act"), ACTS, lang)
            if act != "say":
                check_seq(visit, event, lang)
            work = _work(act, display, inputs, event)
        except Refusal as refusal:
            yield refused(display, refusal)
            return
        yield from run(display, work)


@dataclass(frozen=True)
class _Task:
    """What is asked of the model, checked.

    Attributes:
        chat: what it is to answer.
        last: how many turns it sees; None for all that fit.
        count: replies to choose from.
        begin: what the reply begins with.
    """

    display: Display
    chat: Chat
    model_name: str
    strategy: Strategy
    seed: int
    last: int | None
    count: int
    begin: Sequence[Token] = ()

    def reply(self) -> Work:
        """The conversation, and the model's reply to it. Raises Refusal."""
        if not conversation(self.chat).turns:
            raise Refusal(say("error.nothing", self.display.lang))
        helped = _helped(self.chat, self.display.lang)
        return self._write if helped is None else _shown(helped)

    def several(self) -> Work:
        """Replies to choose from, in place of the last one. Raises Refusal."""
        chat, lang = self.chat, self.display.lang
        base = chat[:-1] if chat and chat[-1].author == "model" else chat
        if not conversation(base).turns or _helped(base, lang) is not None:
            raise Refusal(say("error.nothing", lang))
        if self.strategy.kind != "sample":
            raise Refusal(say("error.search", lang))
        return replace(self, chat=base)._draw

    def edited(self, index: int, said: str) -> Work:
        """The conversation up to a turn with other words; a person's is answered."""
        chat, old = self.chat, self.chat[index]
        changed = (*chat[:index], replace(old, text=said, draft=None, seen=0))
        if old.author == "person":
            return replace(self, chat=changed).reply()
        if old.author == "given":  # the others that were written in advance stay
            changed += tuple(takewhile(lambda bubble: bubble.author == "given", chat[index + 1 :]))
        return _shown(changed)

    def branched(self, draft: Draft | None, token: object, id: object) -> _Task:
        """The same reply, that goes on from another token. Raises Refusal."""
        lang = self.display.lang
        if draft is None:
            raise Refusal(text("text.error.branch", lang))
        like = replace(self, model_name=draft.model, strategy=draft.strategy, seed=draft.seed)
        return replace(like, begin=drafts.branch(draft, token, id, lang))

    def _write(self, run: Run, dialogue: Dialogue) -> Generator[Screen, None, int | None]:
        """The reply as it is written."""
        display, chat, seed = self.display, self.chat, self.seed
        waiting = Draft(self.model_name, "", (), self.strategy, seed)
        dialogue.push((*chat, Bubble(next_side(chat), "model", "", waiting)))
        yield display.running(seed=seed)
        model, seen = self._seen()
        yield display.running(seen=seen)
        for _ in range(_TRIES):
            plan = self._plan(model, seen, seed)
            with closing(drafts.side_by_side([plan], stopped=run.stopped)) as written:
                for (draft,) in written:
                    words = in_script(draft.text, script(chat)).strip()
                    bubble = Bubble(next_side(chat), "model", words, draft, seen=_count(seen))
                    dialogue.amend((*chat, bubble))
                    if draft.finish is None:
                        yield display.running()
            if words or self.begin or run.stopped():
                break
            seed = next_seed(seed)
        return draft.seed

    def _draw(self, run: Run, dialogue: Dialogue) -> Generator[Screen, None, None]:
        """Replies to choose from as they are written, and then ranked."""
        display, seeds = self.display, [self.seed]
        while len(seeds) < self.count:
            seeds.append(next_seed(seeds[-1]))
        model, seen = self._seen()
        plans = [self._plan(model, seen, seed) for seed in seeds]
        base, started = len(self.chat), time.monotonic()
        cards = Cards(base, (), True, self.model_name, seen.prompt, _count(seen))
        dialogue.cards = cards
        yield display.running(seen=seen, seed=self.seed)
        with closing(drafts.side_by_side(plans, stopped=run.stopped)) as written:
            for several in written:
                found = tuple(Candidate(one.tokens, one.seed, one.finish) for one in several)
                cards = replace(cards, found=found, seconds=time.monotonic() - started)
                dialogue.cards = cards
                yield display.running()
        if run.stopped():
            return
        best = rank(model, seen, cards.found, by="mmi", deadline=_JUDGING)
        if not best:
            dialogue.cards = None
            raise Refusal(say("error.silent", display.lang))
        dialogue.cards = replace(cards, found=tuple(best), running=False)

    def _seen(self) -> tuple[LanguageModel, Context]:
        """The model, and what it sees. Raises Refusal or EngineError."""
        model = self.display.models.get(self.model_name, self.display.lang)
        told = (conversation(self.chat), self.strategy.max_tokens)
        return model, context(model, *told, last=self.last)

    def _plan(self, model: LanguageModel, seen: Context, seed: int) -> Plan:
        told, strategy = model_text(self.chat[-1]), spoken(model, self.strategy)
        return Plan(self.model_name, model, told, seen.prompt, strategy, seed, self.begin)


def _work(act: str, display: Display, inputs: Inputs, event: gr.EventData) -> Work:
    """What is to be done. Raises Refusal."""
    dialogue, lang = display.visit.settled(), display.lang
    strategy, seed = inputs.strategy(lang)
    chat, last = dialogue.chat, inputs.last or None
    task = _Task(display, chat, inputs.model, strategy, seed, last, inputs.count)
    if act == "more":
        return task.several()
    if act == "answer":
        return task.reply()
    if act == "say":
        return replace(task, chat=_with(chat, _said(event, lang))).reply()
    index = index_of(event, dialogue, lang)
    if act == "edit":
        return task.edited(index, _said(event, lang))
    old, task = chat[index].draft, replace(task, chat=chat[:index])
    if act == "branch":
        return task.branched(old, event_value(event, "token"), event_value(event, "id")).reply()
    if old is not None and inputs.keeps_seed:
        task = replace(task, seed=next_seed(old.seed))
    return task.reply()


def _shown(chat: Chat) -> Work:
    """A conversation that no model has to answer."""

    def work(run: Run, dialogue: Dialogue) -> Generator[Screen, None, None]:
        dialogue.push(chat)
        yield from ()

    return work


def _said(event: gr.EventData, lang: Language) -> str:
    return checked_prompt(event_value(event, "text"), lang, MAX_TURN_CHARS).strip()


def _with(chat: Chat, said: str) -> Chat:
    """With what a person says; somebody who was not answered goes on."""
    if chat and chat[-1].author in ("person", "call"):
        return (*chat, Bubble(chat[-1].side, "person", said))
    return (*chat, Bubble(next_side(chat), "person", said))


def _count(seen: Context) -> int:
    """How many turns a model sees."""
    return len(seen.turns) - seen.dropped


def _helped(chat: Chat, lang: Language) -> Chat | None:
    """The conversation with an answer from people for people, where the last turn calls for it."""
    last = chat[-1] if chat else None
    if last is None or last.author not in ("person", "given", "model") or last.draft is not None:
        return None
    if not is_call_for_help(last.text):
        return None
    answer = help_text(last.text, lang)
    return (*chat[:-1], replace(last, author="call"), Bubble(1 - last.side, "help", answer))


def compared(
    name: str, model: LanguageModel, strategy: Strategy, seed: int, lang: Language, *values: Any
) -> Plan:
    """The answer to the conversation's last question, for app.text.compare; values are the visit.
    Raises Refusal."""
    (visit,) = values
    chat = visit.settled().chat
    while chat and chat[-1].author not in ("person", "given"):
        chat = chat[:-1]
    if not chat:
        raise Refusal(say("error.nothing", lang))
    with explained(lang):
        seen = context(model, conversation(chat), compare.MAX_TOKENS)
    told = f"{model_text(chat[-1])} "
    return Plan(name, model, told, seen.prompt, spoken(model, strategy), seed)
