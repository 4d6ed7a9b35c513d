"""Handlers of the page: plain generators, each run in a thread of its own.

A run writes into ``desk.run`` only, and every view of it is one Screen. When it is over, or was
stopped, ``settle`` takes in what there is, with the manuscript as it is in the browser then: who
edits while the model writes loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import gradio as gr

from app.pages.story.desk import MAX_CHARS, Desk, Node
from app.pages.story.prompts import notice, prompt_for, runs_of
from app.pages.story.screen import Screen, idle, progress, settled, starting
from app.pages.story.wishes import Asked, Wish, manuscript_of
from app.pages.story.words import say
from app.text import drafts
from app.text.checks import explain
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal
from app.web.texts import Language, language
from app.web.widget import event_value
from engine.models.errors import EngineError

if TYPE_CHECKING:
    from engine.generation.text import Token

#: A person asks for less than this; a program that asks for more is told to wait.
_RUNS, _SECONDS = 40, 60.0
#: Tokens that a branch near the end of a text still gets.
_AFTER_BRANCH: Final = 48


class Studio:
    """The handlers, for the models of the page."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_RUNS, _SECONDS)

    def write(self, desk: Desk, request: gr.Request, *values: object) -> Iterator[Screen]:
        """Continue the manuscript at the cursor that came along, or at its end."""
        lang = language(request)
        wish = self._wish(desk, values, request)
        parent = desk.now.node
        yield from self._run(desk, wish, parent, lang)

    def retry(self, desk: Desk, request: gr.Request, *values: object) -> Iterator[Screen]:
        """Write the continuation that is looked at again: its place, with what is set now."""
        lang = language(request)
        wish = self._wish(desk, values, request)
        node, parent = desk.node, desk.now.node
        if node is not None:
            told, parent = wish.request, node.parent
            again = replace(told, text=node.request.text, cursor=node.request.cursor)
            wish = replace(wish, request=again, script=node.script)
        yield from self._run(desk, wish, parent, lang)

    def branch(
        self, desk: Desk, text: object, event: gr.EventData, request: gr.Request
    ) -> Iterator[Screen]:
        """Go on from another token than the one that was drawn."""
        lang = language(request)
        self.limiter.check(request, lang)
        desk.see(manuscript_of(text, lang))
        node = desk.node
        if node is None or event_value(event, "seq") != node.id:
            raise Refusal(say("error.old", lang))
        draft = node.draft
        begin = drafts.branch(draft, event_value(event, "index"), event_value(event, "id"), lang)
        longest = max(draft.strategy.max_tokens, len(begin) + _AFTER_BRANCH)
        wish = Wish(
            request=node.request,
            script=node.script,
            model_name=draft.model,
            model=self.models.get(draft.model, lang),
            branches=1,
            vary="seed",
            strategy=replace(draft.strategy, max_tokens=longest),
            seed=draft.seed,
        )
        yield from self._run(desk, wish, node.parent, lang, begin)

    def settle(self, desk: Desk, text: object, request: gr.Request) -> Screen:
        """After a run, or when it was stopped: what was written becomes part of the desk."""
        lang = language(request)
        run = desk.run
        if run is None:
            return idle(desk)
        desk.settle(manuscript_of(text, lang))
        return settled(desk, lang, notice=run.notice)

    def refresh(self, desk: Desk, request: gr.Request) -> Screen:
        """The desk as it is."""
        return settled(desk, language(request))

    def choose(self, desk: Desk, text: object, event: gr.EventData, request: gr.Request) -> Screen:
        """Take one of the continuations that stand side by side."""

        def action() -> Node | None:
            seq, index = event_value(event, "seq"), event_value(event, "index")
            cards = [] if desk.run_shown is None else desk.siblings(desk.run_shown)
            if seq != desk.run_shown or not isinstance(index, int) or isinstance(index, bool):
                return None
            node = cards[index] if 0 <= index < len(cards) else None
            if node is not None:
                desk.accept(node)
            return node

        return self._look(desk, text, request, action)

    def goto(self, desk: Desk, text: object, event: gr.EventData, request: gr.Request) -> Screen:
        """Return to a continuation of the tree."""
        return self._look(desk, text, request, lambda: desk.go_to(event_value(event, "id")))

    def undo(self, desk: Desk, text: object, request: gr.Request) -> Screen:
        """The manuscript of one step before."""

        def action() -> bool:
            desk.undo()
            return True

        return self._look(desk, text, request, action)

    def redo(self, desk: Desk, text: object, request: gr.Request) -> Screen:
        """The manuscript of one step later."""

        def action() -> bool:
            desk.redo()
            return True

        return self._look(desk, text, request, action)

    def _look(
        self,
        desk: Desk,
        text: object,
        request: gr.Request,
        action: Callable[[], object],
    ) -> Screen:
        """Go somewhere; what cannot be reached is said, and the desk stays as it is."""
        lang = language(request)
        desk.see(manuscript_of(text, lang))
        if desk.run is not None:
            raise Refusal(say("error.running", lang))
        if not action():
            raise Refusal(say("error.old", lang))
        return settled(desk, lang)

    def _wish(self, desk: Desk, values: tuple[object, ...], request: gr.Request) -> Wish:
        lang = language(request)
        self.limiter.check(request, lang)
        asked = Asked.of(values)
        wish = asked.wish(self.models, lang)
        if len(wish.request.text) >= MAX_CHARS:
            raise Refusal(say("error.full", lang, maximum=f"{MAX_CHARS:,}"))
        desk.see(wish.request.text)
        return wish

    def _run(
        self,
        desk: Desk,
        wish: Wish,
        parent: int | None,
        lang: Language,
        begin: Sequence[Token] = (),
    ) -> Iterator[Screen]:
        requests = wish.requests()
        run = desk.begin(requests, wish.script, parent)
        try:
            prompts = [prompt_for(wish.model, request, wish.strategy) for request in requests]
            run.notice = notice(wish, prompts[0], lang)
            yield starting(desk, run, wish.seed, lang, notice=run.notice)
            with closing(drafts.side_by_side(runs_of(wish, prompts, begin))) as views:
                for view in views:
                    if desk.run is not run:  # stopped, or overtaken by another run
                        return
                    run.drafts = view
                    yield progress(desk, run, lang)
        except EngineError as error:
            # What there is will be settled; why there is no more is said now.
            raise Refusal(explain(error, lang)) from error
