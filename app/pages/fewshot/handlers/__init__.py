"""What happens on the page while one question is asked: the fields are filled, the prompt follows
them, the model answers, and candidates are ranked."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import gradio as gr

from app.pages.fewshot import say
from app.pages.fewshot.inputs import (
    DEADLINE,
    LIMIT,
    MAX_CANDIDATES,
    MAX_KEPT,
    MAX_TOKENS,
    Examples,
    Inputs,
    Link,
    Page,
    Task,
    beginning,
    presets,
)
from app.pages.fewshot.masked import MASKED, fill_gap
from app.pages.fewshot.saved import SAVED
from app.pages.fewshot.state import Answered, Answers, Visit
from app.pages.fewshot.table import read_questions
from app.pages.fewshot.view import Screen, filled, screen, shown_prompt
from app.pages.fewshot.widgets import examples_value, prompt_value
from app.text import drafts
from app.text.checks import checked_int, explain, explained
from app.text.controls import OWN, StrategyInputs, strategy_values
from app.text.drafts import Plan
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.run import Run
from app.web.texts import Language, language
from app.web.widget import event_value
from engine.fewshot import Fitted, Template, answering
from engine.fewshot.cloze import FILLINGS, Filling
from engine.generation import STRATEGIES
from engine.models.errors import EngineError
from engine.models.registry import State

if TYPE_CHECKING:
    from engine.generation import Strategy, Token
    from engine.transformer.language_model import LanguageModel

#: Characters of an answer that is taken for a candidate: longer ones are texts.
_LONGEST_COLLECTED: Final = 24
#: What opening the page fills.
OPENED: Final = (*Page.names(), "prompt", "model", *StrategyInputs.names(), "filling")

_seqs = itertools.count(1)


@dataclass(frozen=True)
class _Question:
    """What is asked, and how it is to be answered.

    Attributes:
        before: another answer to the same question, whose candidates have been compared.
    """

    plan: Plan
    task: Task
    fitted: Fitted
    filling: Filling
    before: Answered | None = None


class Handlers:
    """The handlers, for the models of a host.

    Args:
        masked: those with BERT; None where the host does not offer it.
    """

    def __init__(self, models: TextModels, masked: TextModels | None) -> None:
        self.models = models
        self.masked = masked
        self.limiter = RateLimiter(30, 60)

    def ask(self, visit: Visit, request: gr.Request, *values: object) -> Iterator[Screen]:
        """Ask what is filled in; values are those of Inputs."""
        lang = language(request)
        self.limiter.check(request, lang)
        inputs = Inputs.read(values, lang)
        inputs.refuse_nothing(lang)
        strategy, seed = inputs.strategy(lang, LIMIT)
        model = self.models.get(inputs.model, lang)
        with explained(lang):
            fitted = inputs.fitted(model, strategy.max_tokens)
        strategy = answering(strategy, inputs.template)
        plan = _plan(str(inputs.model), model, fitted, strategy, seed)
        yield from self._answer(visit, _Question(plan, inputs, fitted, inputs.filling), lang)

    def reopen(self, visit: Visit, request: gr.Request, *values: object) -> Iterator[Screen]:
        """Ask what a share link holds; a page that was opened by itself waits."""
        if self._linked(request) is None:
            yield Screen(visit)
        else:
            yield from self.ask(visit, request, *values)

    def branch(
        self, visit: Visit, filling: object, event: gr.EventData, request: gr.Request
    ) -> Iterator[Screen]:
        """Go on from another token of the answer; the candidates are what they were."""
        lang = language(request)
        self.limiter.check(request, lang)
        now = visit.answers.current
        if now is None or event_value(event, "seq") != now.seq:
            raise Refusal(say("error.old_answer", lang))
        draft = now.draft
        begin = drafts.branch(draft, event_value(event, "index"), event_value(event, "id"), lang)
        model = self.models.get(draft.model, lang)
        chosen = checked_choice(filling, FILLINGS, lang)
        plan = _plan(draft.model, model, now.fitted, draft.strategy, draft.seed, begin)
        yield from self._answer(visit, _Question(plan, now.task, now.fitted, chosen, now), lang)

    def _answer(self, visit: Visit, asked: _Question, lang: Language) -> Iterator[Screen]:
        with visit.runs.begin() as run:
            for answers in run.screens(self._answers(visit.answers, asked, run, lang)):
                visit.answers = answers
                yield screen(visit, lang)

    def _answers(
        self, answers: Answers, asked: _Question, run: Run, lang: Language
    ) -> Generator[Answers, None, None]:
        """The answer as it comes, and then the candidates, if nobody has stopped it."""
        task, fitted, before = asked.task, asked.fitted, asked.before
        seq = next(_seqs)
        with explained(lang):
            for number, draft in enumerate(drafts.running(asked.plan, DEADLINE, run.stopped)):
                now = Answered(seq, task, fitted, draft)
                if before is not None:
                    now = replace(before, seq=seq, draft=draft)
                answers = answers.amend(now) if number else answers.push(now)
                yield answers
            if before is not None or not task.candidates or run.stopped():
                return
            now = replace(now, ranking=task.ranked(asked.plan.model, fitted))
        answers = answers.amend(now)
        yield answers
        if not run.stopped():
            beside, masked = fill_gap(self.masked, task, asked.filling, lang)
            yield answers.amend(replace(now, beside=beside, masked=masked))

    def preview(
        self,
        model: object,
        max_tokens: object,
        questions: object,
        request: gr.Request,
        *values: object,
    ) -> tuple[str, Any]:
        """The exact prompt as it is now, and what the browser keeps; values are those of Task."""
        lang = language(request)
        try:
            task = Task.read(values, lang)
            prompt = self._prompt(task, model, max_tokens, lang)
        except Refusal as error:
            return prompt_value("", 0, lang, error=str(error)), gr.skip()
        kept = questions if isinstance(questions, str) and len(questions) <= MAX_KEPT else ""
        return prompt, SAVED.kept.dump(Page.restore({**task.model_dump(), "questions": kept}))

    def pick(self, model: object, event: gr.EventData, request: gr.Request) -> list[Any]:
        """Fill in a preset: the values of Page, and the prompt."""
        lang = language(request)
        page = presets()[checked_choice(event_value(event, "key"), tuple(presets()), lang)].page
        prompt = self._prompt(page, model, MAX_TOKENS, lang)
        return [*Page.updates(**filled(page, lang)), prompt]

    def opened(self, kept: object, request: gr.Request) -> list[Any]:
        """The values of OPENED: from a link, from what the browser kept, or as they are served."""
        lang = language(request)
        link, (_, restored) = self._linked(request), SAVED.opened(kept, request)
        page: Task = link or restored or beginning()
        shown: dict[str, Any] = {"filling": gr.Radio(visible=self._has_masked)}
        if page != beginning():
            shown |= filled(page, lang)
        elif lang != "zh":  # the table's own words are served in Chinese
            shown["examples"] = examples_value(page.examples, lang)
        name = self.models.default
        if link is not None:
            name, settings = link.model, link.strategy.settings
            known = (key for key, one in STRATEGIES.items() if one.settings == settings)
            shown |= strategy_values(next(known, OWN), link.strategy, link.seed)
            shown["questions"] = ""
        shown["prompt"] = self._prompt(page, name, MAX_TOKENS, lang)
        return [shown.get(name, gr.skip()) for name in OPENED]

    def _linked(self, request: gr.Request) -> Link | None:
        """What the address holds, if this host offers its model."""
        link, _ = SAVED.opened(None, request)
        return link if link is not None and link.model in self.models.names else None

    @property
    def _has_masked(self) -> bool:
        """Whether BERT's files are on this machine."""
        if self.masked is None:
            return False
        (status,) = self.masked.models.status(MASKED)
        return status.state in (State.WAITING, State.LOADING, State.READY)

    def _prompt(self, task: Task, model: object, max_tokens: object, lang: Language) -> str:
        """The prompt's view; as the model reads it, if nobody has to wait for the model."""
        name = checked_choice(model, self.models.names, lang)
        if self.models.ready(name):
            room = max_tokens if isinstance(max_tokens, int) else MAX_TOKENS
            try:
                loaded = self.models.get(name, lang)
                fitted = task.fitted(loaded, min(max(1, room), LIMIT))
                return shown_prompt(task, fitted, lang)
            except EngineError as error:
                return prompt_value("", 0, lang, error=explain(error, lang))
        asked = len(task.template.question(task.question))
        note = say("prompt.characters", lang, characters=len(task.prompt))
        return prompt_value(task.prompt, len(task.prompt) - asked, lang, note=note)


def stop(visit: Visit) -> None:
    """End the answer."""
    visit.runs.stop()


def undo(visit: Visit, request: gr.Request) -> Screen:
    """The answer before."""
    visit.answers = visit.answers.undo()
    return screen(visit, language(request))


def redo(visit: Visit, request: gr.Request) -> Screen:
    """The answer that was undone."""
    visit.answers = visit.answers.redo()
    return screen(visit, language(request))


def collect(table: object, questions: object, request: gr.Request) -> str:
    """The short answers of the examples and of the questions, as candidates."""
    lang = language(request)
    found = list(Examples.read([table], lang).examples)
    if isinstance(questions, str) and questions.strip():
        found += read_questions(questions, lang)
    answers = dict.fromkeys(one.answer.partition("|")[0] for one in found)
    short = [answer for answer in answers if len(answer) <= _LONGEST_COLLECTED]
    if not short:
        raise Refusal(say("error.nothing_to_collect", lang))
    return "\n".join(short[:MAX_CANDIDATES])


def share(visit: Visit, request: gr.Request) -> gr.Textbox:
    """A link to the answer that is shown."""
    lang = language(request)
    now = visit.answers.current
    if now is None:
        raise Refusal(say("error.no_answer", lang))
    asked = {**now.task.model_dump(), "pattern": now.task.template.pattern}
    how = {"model": now.draft.model, "strategy": now.draft.strategy, "seed": now.draft.seed}
    return SAVED.link_box(Link.restore(asked | how), lang)


def compared(
    name: str,
    model: LanguageModel,
    strategy: Strategy,
    seed: int,
    lang: Language,
    max_tokens: object,
    *values: object,
) -> Plan:
    """What app.text.compare writes; values are those of Task. Raises Refusal."""
    task = Task.read(values, lang)
    task.refuse_nothing(lang)
    room = checked_int(max_tokens, 1, LIMIT, lang)
    with explained(lang):
        fitted = task.fitted(model, room)
    # An answer ends with its line.
    return _plan(name, model, fitted, answering(strategy, Template()), seed)


def _plan(
    name: str,
    model: LanguageModel,
    fitted: Fitted,
    strategy: Strategy,
    seed: int,
    begin: Sequence[Token] = (),
) -> Plan:
    return Plan(name, model, fitted.text, fitted.prompt, strategy, seed, begin, fitted.cut)
