"""The endpoint for programs: what was said in, the reply out.

Annotations are evaluated here: gradio describes the endpoint by them.
"""

from collections.abc import Callable
from typing import Final

import gradio as gr

from app.pages.dialogue import say
from app.pages.dialogue.inputs import LONGEST
from app.pages.dialogue.state import (
    MAX_TURN_CHARS,
    Bubble,
    conversation,
    in_script,
    model_text,
    script,
)
from app.pages.dialogue.view import help_text
from app.text.api import api_seed, finished, named_strategy
from app.text.checks import checked_int, checked_prompt, explained
from app.text.drafts import Plan, running
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal
from app.web.texts import language
from engine.dialogue import context, is_call_for_help, spoken

_CALLS, _SECONDS = 60, 60.0
_MAX_TURNS: Final = 200


def endpoint(models: TextModels) -> Callable[..., str]:
    """The function behind /dialogue."""
    limiter = RateLimiter(_CALLS, _SECONDS)

    def dialogue(
        messages: str | list[str],
        strategy: str = "su_top_k",
        max_tokens: int = 0,
        seed: int = -1,
        last: int = 0,
        model: str = "dialogue",
        request: gr.Request | None = None,
    ) -> str:
        """Answer a message, or a conversation; the same values and seed give the same reply.

        Args:
            messages: what was said: one text, or the turns of both speakers in their order, the
                last one to be answered. At most 20,000 characters each.
            strategy: a preset: balanced, greedy, temperature, top_k, top_p, typical, penalty,
                beam, su_random_sample, su_top_k or su_beam.
            max_tokens: of the reply, 1 to 256; 0 for the preset's own, at most 256.
            seed: 0 to 2**53 - 1; below 0 it is drawn.
            last: how many turns the model looks at; 0 for all that fit into its context.
            model: dialogue, or a published model that this server has: nezha-dialog, cdial-base
                or cdial-large.

        Returns the reply. A message by somebody who may hurt themselves is not answered by a
        model, but with where people are to talk to.
        """
        lang = language(request)
        limiter.check(request, lang)
        turns = [messages] if isinstance(messages, str) else messages
        if not isinstance(turns, list) or not 0 < len(turns) <= _MAX_TURNS:
            raise Refusal(say("error.turns", lang, maximum=_MAX_TURNS))
        said = [checked_prompt(turn, lang, MAX_TURN_CHARS).strip() for turn in turns]
        if is_call_for_help(said[-1]):
            return help_text(said[-1], lang)
        how = named_strategy(strategy, checked_int(max_tokens, 0, LONGEST, lang), lang)
        number = api_seed(seed, lang)
        shown = checked_int(last, 0, _MAX_TURNS, lang) or None
        loaded = models.get(model, lang)
        chat = tuple(Bubble(i % 2, "person", turn) for i, turn in enumerate(said))
        with explained(lang):
            seen = context(loaded, conversation(chat), how.max_tokens, last=shown)
            told = model_text(chat[-1])
            plan = Plan(model, loaded, told, seen.prompt, spoken(loaded, how), number)
        return in_script(finished(running(plan), lang).text.strip(), script(chat))

    return dialogue
