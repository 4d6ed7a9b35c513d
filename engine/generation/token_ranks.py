"""How a model reads a text that is given: each token's probability and rank, and perplexity."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from engine.generation import checks
from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.ending import Endings
from engine.generation.jobs import Advance, Job, Run, check_tokens
from engine.generation.processors import checked, log_normalizer
from engine.generation.prompts import EncodedPrompt, encoded_prompt, plain_prompt, tokenizer_of
from engine.generation.selection import best
from engine.generation.text import Alternative, WrittenText
from engine.models.errors import GenerationError, PromptError
from engine.tokenizers.prompt import Prompt
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Floats

TOGETHER: Final = 64
"""Tokens of a text that one pass reads, so that others need not wait long."""


@dataclass(frozen=True)
class TokenRank:
    """A token of a given text among all that might have stood there (GLTR, Gehrmann et al. 2019).

    Attributes:
        text: the complete characters that it makes available.
        id: its row of the vocabulary.
        logprob: natural logarithm of its probability.
        rank: 1 for the most probable token of all.
        alternatives: the most probable tokens, best first.
    """

    text: str
    id: int
    logprob: float
    rank: int
    alternatives: tuple[Alternative, ...]


def read_text(
    model: LanguageModel,
    text: str,
    *,
    context: str | Prompt | None = None,
    alternatives: int = 5,
    deadline: float | None = None,
    batcher: Batcher | None = None,
) -> list[TokenRank]:
    """How the model reads a text, token by token.

    Args:
        context: what stands before the text and is not judged. Without it the text's first token
            stands before the others: nothing is said of it, and it is not in the list.
        alternatives: how many of the most probable tokens to show in each place.
        deadline: seconds until DeadlineError.

    Raises PromptError for a text without tokens to judge, one that is too long or one with tokens
    that the model does not have, QueueFullError, DeadlineError.
    """
    checks.integer("alternatives", alternatives, 0)
    tokenizer = tokenizer_of(model)
    tokens = tokenizer.encode(text)
    characters = tokenizer.text_stream()
    if context is None:
        if model.config.encoder_layers:
            raise PromptError("an encoder-decoder reads a text after a context: give it one")
        before = EncodedPrompt(plain_prompt(tokens[:1]))
        for id in tokens[:1]:
            characters.push(id)
        tokens = tokens[1:]
    else:
        before = encoded_prompt(model, context)
    if not tokens:
        raise PromptError("the text has no token to judge: there must be one after the first")
    check_tokens("the text", tokens, model.config)
    excess = len(before.prompt) + len(tokens) - 1 - model.config.max_positions
    if excess > 0:
        raise PromptError(
            f"the text is too long for the model's context of {model.config.max_positions:,} "
            f"tokens: shorten it by {excess:,}"
        )
    job = ReadingJob(before, tokens, deadline=deadline)
    batcher = batcher or shared_batcher(model)
    batcher.submit(job)
    pieces = WrittenText(tokenizer, Endings.of(tokenizer, (), max_tokens=1))
    ranks: list[TokenRank] = []
    # Judged here and not in the decode loop, which others are waiting for.
    for row in chain.from_iterable(job.results()):
        id = tokens[len(ranks)]
        ranks.append(ranked(row, id, characters.push(id), alternatives, pieces))
    return ranks


def ranked(row: Floats, id: int, text: str, alternatives: int, pieces: WrittenText) -> TokenRank:
    """A token, of this text, by the logits [V] before it.

    Args:
        alternatives: how many of the most probable tokens to show.
        pieces: what knows the text of a single token.
    """
    logprobs = checked(row)
    logprobs -= log_normalizer(logprobs)
    others = best(logprobs, alternatives).tolist() if alternatives else []
    return TokenRank(
        text=text,
        id=id,
        logprob=float(logprobs[id]),
        rank=1 + int(np.count_nonzero(logprobs > logprobs[id])),
        alternatives=tuple(Alternative(pieces.alone(i), i, float(logprobs[i])) for i in others),
    )


class ReadingJob(Job):
    """Hands out logits [S, V], one row before each token of the text."""

    def __init__(self, before: EncodedPrompt, tokens: list[int], *, deadline: float | None) -> None:
        super().__init__(before.prompt, source=before.source, deadline=deadline, remember=False)
        self._tokens = tokens

    def run(self, decoder: Decoder, slot: int, logits: Floats) -> Run:
        self.hand_out([logits])
        segment = self.prompt.reply_segment
        for begin in range(0, len(self._tokens) - 1, TOGETHER):
            self.check_deadline()
            part = self._tokens[begin : min(begin + TOGETHER, len(self._tokens) - 1)]
            chunk = Chunk(slot, part, [segment] * len(part))
            (rows,) = yield Advance([chunk], every_position=True)
            self.hand_out(rows)
        return "stop"


def perplexity(ranks: Sequence[TokenRank]) -> float:
    """exp of the mean surprise a token. Raises GenerationError for no tokens."""
    return _perplexity(ranks, len(ranks))


def character_perplexity(ranks: Sequence[TokenRank]) -> float:
    """exp of the surprise a character, which compares models of different vocabularies.

    Raises GenerationError for tokens without a character.
    """
    return _perplexity(ranks, sum(len(token.text) for token in ranks))


def _perplexity(ranks: Sequence[TokenRank], count: int) -> float:
    if not count:
        raise GenerationError("there is no perplexity of nothing: give a longer text")
    return math.exp(-sum(token.logprob for token in ranks) / count)
