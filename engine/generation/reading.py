"""Prompts as people give them, made into what a decoder reads."""

from dataclasses import dataclass

from engine.models.errors import PromptError
from engine.tokenizers.base import Tokenizer
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel


@dataclass(frozen=True)
class Reading:
    """What the decoder begins with, and the encoder's tokens where there is an encoder."""

    prompt: Prompt
    source: tuple[int, ...] | None = None


def as_reading(model: LanguageModel, prompt: str | Prompt) -> Reading:
    """The prompt for this model.

    A text becomes tokens of segment 0; an empty one becomes the piece that texts begin with, if
    the vocabulary has one. An encoder reads the whole prompt (of a text, with its end), and its
    decoder begins with padding, as T5 does.

    Raises PromptError for a text that has no tokens, or a model without a tokenizer.
    """
    given = as_prompt(model, prompt)
    if not model.config.encoder_layers:
        return Reading(given)
    if not 0 < len(given) <= model.config.max_positions:
        raise PromptError(
            f"the prompt has {len(given):,} tokens; this model's encoder reads from 1 to "
            f"{model.config.max_positions:,}"
        )
    pad = None if model.tokenizer is None else model.tokenizer.pad_id
    return Reading(plain_prompt([pad or 0]), given.tokens)


def as_prompt(model: LanguageModel, prompt: str | Prompt) -> Prompt:
    """The prompt's tokens for this model, however many; see as_reading."""
    return prompt if isinstance(prompt, Prompt) else _encoded(model, prompt)


def plain_prompt(tokens: list[int]) -> Prompt:
    """These tokens, all of segment 0."""
    return Prompt(tuple(tokens), (0,) * len(tokens))


def tokenizer_of(model: LanguageModel) -> Tokenizer:
    """The model's tokenizer. Raises PromptError where it has none."""
    if model.tokenizer is None:
        raise PromptError(f"{model.name} has no tokenizer: give it token ids, as a Prompt")
    return model.tokenizer


def _encoded(model: LanguageModel, text: str) -> Prompt:
    tokenizer = tokenizer_of(model)
    tokens = tokenizer.encode(text)
    if model.config.encoder_layers and tokenizer.eos_id is not None:
        tokens = [*tokens, tokenizer.eos_id]
    if not tokens and tokenizer.bos_id is not None:
        tokens = [tokenizer.bos_id]
    return plain_prompt(tokens)
