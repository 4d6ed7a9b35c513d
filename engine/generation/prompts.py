"""Prompts as people give them, made into what a decoder reads."""

from dataclasses import dataclass

from engine.models.errors import PromptError
from engine.tokenizers.base import Tokenizer
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel


@dataclass(frozen=True)
class EncodedPrompt:
    """What the decoder begins with, and the encoder's tokens where there is an encoder."""

    prompt: Prompt
    source: tuple[int, ...] | None = None


def encoded_prompt(model: LanguageModel, prompt: str | Prompt) -> EncodedPrompt:
    """The prompt for this model.

    A text becomes tokens of segment 0; an empty one becomes the piece that texts begin with, if
    the vocabulary has one. An encoder reads the whole prompt (of a text, with its end), and its
    decoder begins with padding, as T5 does.

    Raises PromptError for a text that has no tokens, or a model without a tokenizer.
    """
    given = as_prompt(model, prompt)
    if not model.config.encoder_layers:
        return EncodedPrompt(given)
    if not 0 < len(given) <= model.config.max_positions:
        raise PromptError(
            f"the prompt has {len(given):,} tokens; this model's encoder reads from 1 to "
            f"{model.config.max_positions:,}"
        )
    pad = None if model.tokenizer is None else model.tokenizer.pad_id
    return EncodedPrompt(plain_prompt([pad or 0]), given.tokens)


def as_prompt(model: LanguageModel, prompt: str | Prompt) -> Prompt:
    """The prompt's tokens for this model, however many; see encoded_prompt."""
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


def fit(model: LanguageModel, prompt: str | Prompt, room: int) -> tuple[Prompt, int]:
    """The last tokens of a prompt that leave room for an answer, and how many were cut off.

    The piece that texts begin with stays where the prompt has one. An encoder reads its prompt
    apart from the answer, so there nothing is left free for it.

    Args:
        room: tokens to leave free; at least one of the prompt stays.

    Raises PromptError for a prompt without tokens.
    """
    whole = as_prompt(model, prompt)
    if not len(whole):
        raise PromptError("the prompt is empty: there must be at least one token to continue")
    if model.config.encoder_layers:
        room = 0
    most = max(1, model.config.max_positions - room)
    cut = len(whole) - most
    if cut <= 0:
        return whole, 0
    first = model.tokenizer.bos_id if model.tokenizer is not None else None
    kept = 1 if most > 1 and whole.tokens[0] == first else 0
    tokens = (*whole.tokens[:kept], *whole.tokens[kept + cut :])
    segments = (*whole.segments[:kept], *whole.segments[kept + cut :])
    return Prompt(tokens, segments, whole.reply_segment, whole.dropped_turns), cut
