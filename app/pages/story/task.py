"""From checked inputs to what the engine writes: requests, prompts and plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from app.pages.story.inputs import Asked
from app.text import compare
from app.text.checks import explained
from app.text.drafts import Plan, next_seed
from app.text.models import TextModels
from app.web.texts import Language
from engine.story import (
    GENRES,
    StoryPrompt,
    StoryRequest,
    story_prompt,
    until_sentence_end,
    without_gaps,
)
from engine.tokenizers.conditions import MOODS
from engine.tokenizers.scripts import Script, converted, script_of

if TYPE_CHECKING:
    from engine.generation.strategy import Strategy
    from engine.generation.text import Token
    from engine.transformer.language_model import LanguageModel

_VALUES: Final = {"mood": MOODS[1:], "genre": GENRES[1:]}


@dataclass(frozen=True)
class Task:
    """What a model is to write.

    Attributes:
        requests: one for each continuation, in the visitor's own script.
        script: what the continuations are shown in.
        model_name: in the catalogue.
        seed: of the first; each other one has the next.
        begin: tokens that the text has already, see app.text.drafts.Draft.
    """

    requests: Sequence[StoryRequest]
    script: Script
    model_name: str
    model: LanguageModel
    strategy: Strategy
    seed: int
    begin: Sequence[Token] = ()

    @classmethod
    def of(
        cls, asked: Asked, strategy: Strategy, seed: int, models: TextModels, lang: Language
    ) -> Task:
        """What was asked for. Raises Refusal."""
        request = asked.request(lang)
        model = models.get(asked.model, lang)
        if asked.sentence:
            strategy = until_sentence_end(strategy, model.tokenizer)
        strategy = without_gaps(strategy, model.tokenizer)
        script = asked.script
        return cls(
            _varied(request, asked, strategy),
            script_of(request.text + request.memory) if script == "auto" else script,
            str(asked.model),
            model,
            strategy,
            seed,
        )

    def prepared(self) -> tuple[list[StoryPrompt], list[Plan]]:
        """What the model reads, in the script that it knows and with room for the continuation,
        and a plan for each continuation. Raises EngineError."""
        longest = self.model.config.max_positions - 1
        # A long continuation leaves at least a quarter of the context to the manuscript.
        room = min(self.strategy.max_tokens, 3 * longest // 4)
        prompts = [story_prompt(self.model, simplified(one), room=room) for one in self.requests]
        plans, seed = [], self.seed
        for prompt in prompts:
            told = (self.model_name, self.model, prompt.text, prompt.prompt, self.strategy, seed)
            plans.append(Plan(*told, begin=self.begin))
            seed = next_seed(seed)
        return prompts, plans


def _varied(request: StoryRequest, asked: Asked, strategy: Strategy) -> list[StoryRequest]:
    """One request for each continuation."""
    if asked.vary == "seed" and (strategy.kind == "beam" or strategy.settings.temperature == 0):
        return [request]  # every seed writes the same text
    if asked.branches == 1 or asked.vary == "seed":
        return [request] * asked.branches
    values = _VALUES[asked.vary]
    # More moods than there are: they come again, with other seeds.
    chosen = [values[i % len(values)] for i in range(asked.branches)]
    if asked.vary == "mood":
        return [replace(request, mood=value) for value in chosen]
    return [replace(request, genre=value) for value in chosen]


def simplified(request: StoryRequest) -> StoryRequest:
    """The request in the script that models read."""
    before = converted(request.before, "simplified")
    after = converted(request.after, "simplified")
    return replace(
        request,
        text=before + after,
        cursor=len(before) if after else None,
        memory=converted(request.memory, "simplified"),
        note=converted(request.note, "simplified"),
    )


def compared(
    name: str, model: LanguageModel, strategy: Strategy, seed: int, lang: Language, *values: Any
) -> Plan:
    """What app.text.compare writes; values are those of Asked. Raises Refusal."""
    request = Asked.read(values, lang).request(lang)
    with explained(lang):
        prompt = story_prompt(model, simplified(request), room=compare.MAX_TOKENS)
    cut = request.before[: prompt.cut]
    tokens = model.tokenizer.encode(cut) if cut and model.tokenizer is not None else ()
    strategy = without_gaps(strategy, model.tokenizer)
    return Plan(name, model, prompt.text, prompt.prompt, strategy, seed, cut=len(tokens))
