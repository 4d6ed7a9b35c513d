"""The fields of the page: what a preset, a reload or a share link puts in, and what they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import gradio as gr

from app.pages.fewshot import store
from app.pages.fewshot.asking import LIMIT, MAX_TOKENS, fitted_prompt
from app.pages.fewshot.masked import MASKED
from app.pages.fewshot.presets import presets
from app.pages.fewshot.table import read_questions, write_questions
from app.pages.fewshot.task import MAX_CANDIDATES, Task, read_examples, read_task, task_values
from app.pages.fewshot.view import Answers, shown_prompt
from app.pages.fewshot.widgets import prompt_value
from app.pages.fewshot.words import PAGE, say
from app.text.checks import explain
from app.text.controls import OWN, StrategyControls
from app.text.models import TextModels
from app.web import sharing
from app.web.limits import Refusal, checked_choice
from app.web.texts import Language, language, text
from app.web.widget import event_value
from engine.generation import STRATEGIES
from engine.models.errors import EngineError
from engine.models.registry import State

_LONGEST_COLLECTED: Final = 24
"""Characters of an answer that is taken for a candidate: longer ones are texts."""


class Form:
    """The handlers, for the models of a host."""

    def __init__(self, models: TextModels, masked: TextModels | None) -> None:
        self.models = models
        self.masked = masked

    def preview(
        self,
        model: object,
        max_tokens: object,
        questions: object,
        request: gr.Request,
        *values: object,
    ) -> tuple[Any, Any]:
        """The exact prompt as it is now, and what the browser keeps."""
        lang = language(request)
        try:
            task = read_task(values, lang)
            return (
                self.prompt(task, model, max_tokens, lang),
                store.save(task, str(values[1]), str(values[2]), questions),
            )
        except Refusal as error:
            return prompt_value("", 0, lang, error=str(error)), gr.skip()

    def prompt(self, task: Task, model: object, max_tokens: object, lang: Language) -> str:
        """The prompt's view; as the model reads it, if nobody has to wait for the model."""
        name = checked_choice(model, self.models.names, lang)
        if self.models.ready(name):
            room = max_tokens if isinstance(max_tokens, int) else MAX_TOKENS
            try:
                loaded = self.models.get(name, lang)
                fitted = fitted_prompt(loaded, task, min(max(1, room), LIMIT))
                return shown_prompt(task, fitted, lang)
            except EngineError as error:
                return prompt_value("", 0, lang, error=explain(error, lang))
        asked = len(task.template.question(task.question))
        note = say("prompt.characters", lang, characters=len(task.prompt))
        return prompt_value(task.prompt, len(task.prompt) - asked, lang, note=note)

    def pick(self, model: object, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Fill in a preset: the task's fields, the table of questions and the prompt."""
        lang = language(request)
        preset = presets()[checked_choice(event_value(event, "key"), tuple(presets()), lang)]
        values = task_values(preset, lang)
        prompt = self.prompt(read_task(values, lang), model, MAX_TOKENS, lang)
        return (*values, write_questions(preset.test), prompt)

    def opened(
        self, saved: object, controls: StrategyControls, request: gr.Request
    ) -> tuple[Any, ...]:
        """Fill in what a share link holds, or what the browser kept.

        Where there is neither, the fields stay: the page was served with the beginning, and what a
        visitor has typed before this answer comes is not lost.

        Returns the task's fields, the questions, the prompt, the model, the strategy's values,
        whether the page is one that was shared, and whether BERT can be asked in two ways.
        """
        lang = language(request)
        page, is_shared = self._opened(saved, lang, request)
        name = page.model or self.models.default
        prompt = self.prompt(read_task(page.fields(lang), lang), name, MAX_TOKENS, lang)
        strategy: Sequence[Any] = [gr.skip()] * len(controls.inputs)
        if page.strategy is not None:
            known = (
                key for key, one in STRATEGIES.items() if one.settings == page.strategy.settings
            )
            strategy = controls.values(next(known, OWN), page.strategy, page.seed)
        model = gr.Dropdown(self.models.choices(lang), value=name)
        fields = [*page.fields(lang), page.questions]
        if page == store.beginning():
            # But for the table, whose words are the served ones only in Chinese.
            fields = [fields[0] if lang != "zh" else gr.skip(), *[gr.skip()] * len(fields[1:])]
        return (
            *fields,
            prompt,
            model,
            *strategy,
            is_shared,
            gr.Radio(visible=self._has_masked),
        )

    @property
    def _has_masked(self) -> bool:
        """Whether BERT's files are on this machine."""
        if self.masked is None:
            return False
        (status,) = self.masked.models.status(MASKED)
        return status.state in (State.WAITING, State.LOADING, State.READY)

    def _opened(
        self, saved: object, lang: Language, request: gr.Request
    ) -> tuple[store.Page, bool]:
        try:
            shared = sharing.from_request(PAGE, request)
            if shared is not None:
                return store.reopen(shared, self.models.names), True
        except (sharing.ShareError, store.StoreError):
            gr.Warning(text("limits.bad_link", lang))
        try:
            return store.restore(saved), False
        except store.StoreError:
            return store.beginning(), False

    def collect(self, table: object, questions: object, request: gr.Request) -> str:
        """The short answers of the examples and of the questions, as candidates."""
        lang = language(request)
        found = list(read_examples(table, lang))
        if isinstance(questions, str) and questions.strip():
            found += read_questions(questions, lang)
        answers = dict.fromkeys(one.answer.partition("|")[0] for one in found)
        short = [answer for answer in answers if len(answer) <= _LONGEST_COLLECTED]
        if not short:
            raise Refusal(say("error.nothing_to_collect", lang))
        return "\n".join(short[:MAX_CANDIDATES])

    def share(self, answers: Answers, request: gr.Request) -> gr.Textbox:
        """A link to the answer that is shown."""
        lang = language(request)
        if answers.current is None:
            raise Refusal(say("error.no_answer", lang))
        try:
            link = sharing.query(PAGE, store.share(answers.current))
        except sharing.ShareError as error:
            raise Refusal(say("error.long_link", lang)) from error
        return gr.Textbox(link, visible=True)
