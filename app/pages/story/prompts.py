"""From a visitor's wish to what the model reads, and what is to be said about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.pages.story.wishes import Asked, Wish, for_model
from app.pages.story.words import say
from app.text import compare, drafts
from app.text.checks import explained
from app.web.texts import Language
from engine.story import StoryPrompt, StoryRequest, story_prompt, without_gaps

if TYPE_CHECKING:
    from engine.generation.strategy import Strategy
    from engine.generation.text import Token
    from engine.tokenizers.prompt import Prompt
    from engine.transformer.language_model import LanguageModel


def prompt_for(model: LanguageModel, request: StoryRequest, strategy: Strategy) -> StoryPrompt:
    """The prompt in the script that models read, with room for the continuation.

    Raises EngineError.
    """
    longest = model.config.max_positions - 1
    # A long continuation leaves at least a quarter of the context to the manuscript.
    room = min(strategy.max_tokens, 3 * longest // 4)
    return story_prompt(model, for_model(request), room=room)


def compared(
    model_name: str, model: LanguageModel, lang: Language, *values: Any
) -> tuple[str, Prompt, int]:
    """The page's prompt for app.text.compare. Raises Refusal."""
    request = Asked.of(values).request(lang)
    with explained(lang):
        prompt = story_prompt(model, for_model(request), room=compare.MAX_TOKENS)
    cut = request.before[: prompt.cut]
    tokens = model.tokenizer.encode(cut) if cut and model.tokenizer is not None else ()
    return prompt.text, prompt.prompt, len(tokens)


def adapted(model_name: str, model: LanguageModel, strategy: Strategy) -> Strategy:
    """A strategy for app.text.compare."""
    return without_gaps(strategy, model.tokenizer)


def runs_of(wish: Wish, prompts: Sequence[StoryPrompt], begin: Sequence[Token]) -> list[drafts.Run]:
    """One for each prompt; each other one has the next seed."""
    runs, seed = [], wish.seed
    for prompt in prompts:
        runs.append(
            drafts.Run(
                *(wish.model_name, wish.model, prompt.text, prompt.prompt, wish.strategy, seed),
                begin=begin,
            )
        )
        seed = drafts.next_seed(seed)
    return runs


def notice(wish: Wish, prompt: StoryPrompt, lang: Language) -> str:
    """What the model does not see, and what else is not as it was asked for."""
    parts = []
    if prompt.cut:
        parts.append(say("notice.cut", lang, count=f"{prompt.cut:,}"))
    if prompt.cut_memory or prompt.cut_note:
        count = prompt.cut_memory + prompt.cut_note
        parts.append(say("notice.cut_memory", lang, count=f"{count:,}"))
    if wish.request.after:
        parts.append(say("notice.middle", lang))
    return " ".join(parts)
