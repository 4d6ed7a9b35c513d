"""What happens on the page.

A run writes into ``visit.writing`` only. When it is over, or was stopped, ``settle`` takes in what
there is, with the manuscript as it is in the browser then: who edits while the model writes loses
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Final, TypeVar

import gradio as gr

from app.pages.story import say, view
from app.pages.story.inputs import (
    DEFAULT,
    MAX_CHARS,
    MAX_TITLE_CHARS,
    MODELS,
    TOKENS,
    Asked,
    Inputs,
    Page,
    Shared,
    checked_manuscript,
    examples,
)
from app.pages.story.saved import SAVED
from app.pages.story.state import Snapshot, Visit
from app.pages.story.task import Task, simplified
from app.pages.story.view import Screen, settled
from app.text import drafts
from app.text.checks import explain, explained
from app.text.controls import StrategyInputs, strategy_values
from app.text.drafts import ExportKind
from app.text.models import TextModels
from app.web.inputs import cleaned
from app.web.limits import RateLimiter, Refusal, checked_text
from app.web.texts import Language, language, text
from app.web.widget import event_value
from engine.generation import STRATEGIES
from engine.models.errors import EngineError
from engine.story.titles import suggest_titles
from engine.tokenizers.scripts import converted, script_of

#: A person asks for less than this; a program that asks for more is told to wait.
_RUNS, _SECONDS = 40, 60.0
#: Titles cost as much as a few continuations.
_SEARCHES: Final = 12
_TITLES: Final = 6
#: Seconds for finding titles, and for a run to end after Stop.
_PATIENCE: Final = 20.0
_ENDING: Final = 2.0
#: Tokens that a branch near the end of a text still gets.
_AFTER_BRANCH: Final = 48
#: GPT2_ML begins with the settings of Su Jianlin's example, every other model with the page's own.
_PRESETS: Final = dict.fromkeys(("gpt2-ml-15g", "gpt2-ml-30g"), "su_random_sample")
#: What opening the page fills.
OPENED: Final = tuple(dict.fromkeys((*Screen._fields, *Shared.names())))

Item = TypeVar("Item")


class Handlers:
    """The handlers, for the models of the page; ``values`` are those of Inputs."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_RUNS, _SECONDS)
        self.searches = RateLimiter(_SEARCHES, _SECONDS)

    def write(self, visit: Visit, request: gr.Request, *values: object) -> Iterator[Screen]:
        """Continue the manuscript at the cursor that came along, or at its end."""
        lang = language(request)
        task = self._task(visit, values, request)
        yield from self._write(visit, task, visit.now.node, lang)

    def retry(self, visit: Visit, request: gr.Request, *values: object) -> Iterator[Screen]:
        """Write the continuation that is looked at again: its place, with what is set now."""
        lang = language(request)
        task = self._task(visit, values, request)
        node, parent = visit.node, visit.now.node
        if node is not None:
            parent, place = node.parent, node.request
            again = [replace(r, text=place.text, cursor=place.cursor) for r in task.requests]
            task = replace(task, requests=again, script=node.script)
        yield from self._write(visit, task, parent, lang)

    def branch(
        self, visit: Visit, text: object, event: gr.EventData, request: gr.Request
    ) -> Iterator[Screen]:
        """Go on from another token than the one that was drawn."""
        lang = language(request)
        self.limiter.check(request, lang)
        visit.see(checked_manuscript(text, lang))
        node = visit.node
        if node is None or event_value(event, "seq") != node.id:
            raise Refusal(say("error.old", lang))
        draft = node.draft
        begin = drafts.branch(draft, event_value(event, "index"), event_value(event, "id"), lang)
        longest = max(draft.strategy.max_tokens, len(begin) + _AFTER_BRANCH)
        task = Task(
            requests=[node.request],
            script=node.script,
            model_name=draft.model,
            model=self.models.get(draft.model, lang),
            strategy=replace(draft.strategy, max_tokens=longest),
            seed=draft.seed,
            begin=begin,
        )
        yield from self._write(visit, task, node.parent, lang)

    def stop(self, visit: Visit, text: object, request: gr.Request) -> Screen:
        """End what is being written, and take in what there is."""
        visit.runs.stop()
        return self.settle(visit, text, request)

    def settle(self, visit: Visit, text: object, request: gr.Request) -> Screen:
        """After a run: what was written becomes part of the visit."""
        lang = language(request)
        if visit.runs.running:
            return Screen(visit)  # another run has begun since
        visit.runs.wait(_ENDING)
        writing = visit.writing
        if writing is None:  # refused, or stopped: what is typed meanwhile stays
            return settled(visit, lang)._replace(text=gr.skip(), notice=gr.skip())
        visit.settle(checked_manuscript(text, lang))
        return settled(visit, lang, notice=writing.notice)

    def _task(self, visit: Visit, values: Sequence[object], request: gr.Request) -> Task:
        lang = language(request)
        self.limiter.check(request, lang)
        inputs = Inputs.read(values, lang)
        task = Task.of(inputs, *inputs.strategy(lang), self.models, lang)
        written = task.requests[0].text
        if len(written) >= MAX_CHARS:
            raise Refusal(say("error.full", lang, maximum=f"{MAX_CHARS:,}"))
        visit.see(written)
        return task

    def _write(
        self, visit: Visit, task: Task, parent: int | None, lang: Language
    ) -> Iterator[Screen]:
        # Where the engine fails, what there is will be settled; why there is no more is said now.
        with visit.runs.begin() as run, explained(lang):
            writing = visit.begin(task.requests, task.script, parent)
            prompts, plans = task.prepared()
            writing.notice = view.notice(task.requests[0], prompts[0], lang)
            yield view.starting(visit, writing, task.seed, lang)
            with closing(drafts.side_by_side(plans, stopped=run.stopped)) as written:
                for found in written:
                    if run.overtaken():
                        return
                    writing.drafts = found
                    yield view.progress(visit, writing, lang)

    def choose(
        self, visit: Visit, text: object, event: gr.EventData, request: gr.Request
    ) -> Screen:
        """Take one of the continuations that stand side by side."""
        lang = self._look(visit, text, request)
        if visit.group is None or event_value(event, "seq") != visit.group:
            raise Refusal(say("error.old", lang))
        visit.accept(_item(visit.choices(), event_value(event, "index"), lang))
        return settled(visit, lang)

    def goto(self, visit: Visit, text: object, event: gr.EventData, request: gr.Request) -> Screen:
        """Return to a continuation of the tree."""
        lang = self._look(visit, text, request)
        if visit.go_to(event_value(event, "id")) is None:
            raise Refusal(say("error.old", lang))
        return settled(visit, lang)

    def undo(self, visit: Visit, text: object, request: gr.Request) -> Screen:
        """The manuscript of one step before."""
        lang = self._look(visit, text, request)
        visit.undo()
        return settled(visit, lang)

    def redo(self, visit: Visit, text: object, request: gr.Request) -> Screen:
        """The manuscript of one step later."""
        lang = self._look(visit, text, request)
        visit.redo()
        return settled(visit, lang)

    def clear(self, visit: Visit, text: object, request: gr.Request) -> list[Any]:
        """An empty manuscript and no title; undo brings the old one back, and the tree stays."""
        lang = self._look(visit, text, request)
        visit.begin_page("")
        return [*settled(visit, lang), ""]

    def take_example(
        self, visit: Visit, text: object, event: gr.EventData, request: gr.Request
    ) -> list[Any]:
        """An opening instead of the manuscript, which undo brings back; genre and mood that suit
        it, and no title."""
        lang = language(request)
        opening = _item(examples(), event_value(event, "index"), lang)
        self._look(visit, text, request)
        visit.begin_page(opening.text)
        told = {"text": opening.text, "genre": opening.genre, "mood": opening.mood}
        return [visit, *Page.updates(title="", **told)]

    def _look(self, visit: Visit, text: object, request: gr.Request) -> Language:
        """See the manuscript before it changes. Raises Refusal while the model is writing."""
        lang = language(request)
        visit.see(checked_manuscript(text, lang))
        if visit.writing is not None:
            raise Refusal(say("error.running", lang))
        return lang

    def find_titles(self, visit: Visit, request: gr.Request, *values: object) -> tuple[Visit, str]:
        """Titles for the manuscript, as chips; values are those of Asked."""
        lang = language(request)
        self.searches.check(request, lang)
        asked = Asked.read(values, lang)
        model, told = self.models.get(asked.model, lang), asked.request(lang)
        try:
            found = suggest_titles(model, simplified(told), count=_TITLES, deadline=_PATIENCE)
        except EngineError as error:
            why = explain(error, lang) if told.text.strip() else say("titles_none", lang)
            raise Refusal(why) from error
        if not found:
            gr.Info(say("titles_none", lang))
        script = script_of(told.text)
        visit.titles = [replace(title, text=converted(title.text, script)) for title in found]
        return visit, view.titles(visit.titles, lang)


def pick_title(visit: Visit, event: gr.EventData, request: gr.Request) -> str:
    """One of them becomes the title."""
    return _item(visit.titles, event_value(event, "index"), language(request)).text


def _item(items: Sequence[Item], index: object, lang: Language) -> Item:
    if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(items):
        return items[index]
    raise Refusal(say("error.old", lang))


def choose_model(model: object, preset: object) -> list[Any]:
    """What the chosen model understands, and the settings of its author: whether conditions are
    shown, what is said in their place, and the strategy."""
    told, wanted = model == MODELS[0], _PRESETS.get(str(model), DEFAULT)
    shown: dict[str, Any] = {}
    # What the visitor chose otherwise stays.
    if preset in (*_PRESETS.values(), DEFAULT) and preset != wanted:
        known = STRATEGIES[wanted]
        tokens = TOKENS if wanted == DEFAULT else known.max_tokens
        shown = strategy_values(wanted, replace(known, max_tokens=tokens), None)
        del shown["seed"], shown["lucky"]
    boxes = [gr.Column(visible=told), gr.Markdown(visible=not told)]
    return [*boxes, *StrategyInputs.updates(**shown)]


def exported(kind: ExportKind) -> Callable[..., str]:
    """The handler that makes a file of title and manuscript."""

    def content(request: gr.Request, visit: Visit, title: object, manuscript: object) -> str:
        lang = language(request)
        heading = " ".join(cleaned(checked_text(title, MAX_TITLE_CHARS, lang)).split())
        body = checked_manuscript(manuscript, lang)
        if not body.strip():
            raise Refusal(text("text.error.nothing", lang))
        return view.export(kind, visit, heading, body)

    return content


def share(request: gr.Request, *values: object) -> gr.Textbox:
    """A link to the page, the model and the strategy; values are those of Shared."""
    lang = language(request)
    shared = Shared.read(values, lang)
    return SAVED.link_box(shared.link(lang), lang, count=f"{len(shared.text):,}")


def opened(kept: object, request: gr.Request) -> list[Any]:
    """The values of OPENED: from a link, from what the browser kept, or as they are served."""
    lang = language(request)
    link, restored = SAVED.opened(kept, request)
    page, key = (restored, "notice.restored") if link is None else (link, "notice.opened")
    if page is None or page == Page():
        return [gr.skip()] * len(OPENED)
    visit = Visit()
    visit.show(Snapshot(page.text))
    notice = say(key, lang) if link is not None or page.text.strip() else ""
    shown: dict[str, Any] = settled(visit, lang, notice=notice)._asdict()
    shown |= {name: getattr(page, name) for name in Page.names()}
    if link is not None:
        shown |= {"model": link.model} | strategy_values(link.preset, link.strategy, link.seed)
    return [shown.get(name, gr.skip()) for name in OPENED]
