"""Answers that are given, not written: how probable each of them is after one prompt.

Texts without a prompt are read in token_ranks.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.jobs import Advance, Job, Run, check_tokens
from engine.generation.processors import checked, log_normalizer
from engine.generation.prompts import EncodedPrompt, encoded_prompt, plain_prompt, tokenizer_of
from engine.generation.text import Token
from engine.models.errors import PromptError
from engine.tokenizers.base import Tokenizer
from engine.tokenizers.prompt import Prompt
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Floats

TOGETHER: Final = 64
"""Tokens of candidates that one pass reads, so that others need not wait long."""
FORKS: Final = 8
"""Candidates that one pass reads at most."""


@dataclass(frozen=True)
class Score:
    """A candidate and what the model thinks of it.

    Attributes:
        text: as it was given.
        logprob: natural logarithm of its probability after the prompt: the sum over its tokens.
        per_token: its tokens, without alternatives.
    """

    text: str
    logprob: float
    per_token: tuple[Token, ...]

    @property
    def mean_logprob(self) -> float:
        """logprob a token: fairer where candidates differ in length."""
        return self.logprob / len(self.per_token)


def score(
    model: LanguageModel,
    prompt: str | Prompt,
    candidates: Sequence[str],
    *,
    deadline: float | None = None,
    batcher: Batcher | None = None,
) -> list[Score]:
    """How probable each candidate is after the prompt, in the order given.

    The prompt is read once, the candidates side by side after it. Where the tokens of prompt and
    candidate together are not those of the prompt and then others (a border within a piece), the
    candidates' tokens begin with the last that all share; they compare as before. Where they share
    none, all stand after the piece that texts begin with; in a vocabulary without one, prompt and
    candidate are made into tokens apart.

    Args:
        prompt: a text, or tokens; after those a candidate's tokens are those of its text alone.
        deadline: seconds until DeadlineError.

    Raises PromptError for a prompt or candidate that is empty, too long or has tokens that the
    model does not have, QueueFullError, DeadlineError.
    """
    shared, continuations = _continuations(model, prompt, list(candidates))
    if not continuations:
        return []
    room = model.config.max_positions + 1 - len(shared.prompt)
    for text, tokens in zip(candidates, continuations, strict=True):
        if not tokens:
            raise PromptError(f"the candidate {text!r} has no tokens")
        check_tokens(f"the candidate {text[:20]!r}", tokens, model.config)
        if len(tokens) > room:
            raise PromptError(
                f"the candidate {text[:20]!r} has {len(tokens):,} tokens and the context has room "
                f"for {max(room, 0):,}: shorten it or the prompt by {len(tokens) - room:,}"
            )
    batcher = batcher or shared_batcher(model)
    forks = min(FORKS, batcher.slots, sum(len(tokens) > 1 for tokens in continuations) or 1)
    job = _ScoringJob(shared, continuations, slots=forks, deadline=deadline)
    batcher.submit(job)
    (found,) = job.results()
    tokenizer = tokenizer_of(model)
    return [
        Score(text, sum(logprobs), _as_tokens(tokenizer, tokens, logprobs))
        for text, tokens, logprobs in zip(candidates, continuations, found, strict=True)
    ]


def _continuations(
    model: LanguageModel, prompt: str | Prompt, candidates: list[str]
) -> tuple[EncodedPrompt, list[list[int]]]:
    """What all share, and each candidate's tokens after that."""
    tokenizer = tokenizer_of(model)
    whole = encoded_prompt(model, prompt)
    if isinstance(prompt, Prompt) or whole.source is not None or not prompt:
        return whole, [tokenizer.encode(text) for text in candidates]
    alone = list(whole.prompt.tokens)
    texts = [tokenizer.encode(prompt + text) for text in candidates]
    shared = min((_common(alone, tokens) for tokens in texts), default=len(alone))
    if not shared and tokenizer.bos_id is not None:
        return EncodedPrompt(plain_prompt([tokenizer.bos_id])), texts
    if not shared:
        return whole, [tokenizer.encode(text) for text in candidates]
    return EncodedPrompt(plain_prompt(alone[:shared])), [tokens[shared:] for tokens in texts]


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens both begin with."""
    return next(
        (at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )


def _as_tokens(
    tokenizer: Tokenizer, ids: Sequence[int], logprobs: Sequence[float]
) -> tuple[Token, ...]:
    characters = tokenizer.text_stream()
    texts = [characters.push(id) for id in ids]
    texts[-1] += characters.flush()
    return tuple(Token(*item) for item in zip(texts, ids, logprobs, strict=True))


class _ScoringJob(Job):
    """Hands out one list: the log-probabilities of each candidate's tokens."""

    def __init__(
        self,
        shared: EncodedPrompt,
        candidates: list[list[int]],
        *,
        slots: int,
        deadline: float | None,
    ) -> None:
        super().__init__(shared.prompt, source=shared.source, slots=slots, deadline=deadline)
        self._candidates = candidates

    def run(self, decoder: Decoder, slot: int, logits: Floats) -> Run:
        forks = [slot]
        try:
            scores = checked(logits)
            normalizer = log_normalizer(scores)
            found = [[float(scores[tokens[0]]) - normalizer] for tokens in self._candidates]
            # Those of like length together: the others of a pass are padded to its longest.
            order = sorted(range(len(found)), key=lambda at: len(self._candidates[at]))
            longer = [at for at in order if len(self._candidates[at]) > 1]
            if len(longer) > 1 and self.slots > 1:
                past = decoder.keep(slot)
                forks += [decoder.open(past) for _ in range(self.slots - 1)]
            while longer:
                self.check_deadline()
                group, longer = self._split(longer, len(forks))
                rows = yield Advance(
                    [self._chunk(fork, at) for fork, at in zip(forks, group, strict=False)],
                    every_position=True,
                )
                for fork, at, block in zip(forks, group, rows, strict=False):
                    decoder.truncate(fork, len(self.prompt))
                    found[at] += _logprobs(block, self._candidates[at][1:])
            self.hand_out(found)
            return "stop"
        finally:
            for fork in forks[1:]:
                decoder.close(fork)

    def _split(self, waiting: list[int], forks: int) -> tuple[list[int], list[int]]:
        """The candidates of the next pass, at least one, and the rest."""
        count = 1
        while count < min(forks, len(waiting)):
            longest = len(self._candidates[waiting[count]]) - 1
            if (count + 1) * longest > TOGETHER:
                break
            count += 1
        return waiting[:count], waiting[count:]

    def _chunk(self, slot: int, at: int) -> Chunk:
        tokens = self._candidates[at][:-1]
        return Chunk(slot, tokens, [self.prompt.reply_segment] * len(tokens))


def _logprobs(rows: Floats, ids: Sequence[int]) -> list[float]:
    """The log-probability of each id by the logits [S, V] before it."""
    found = []
    for row, id in zip(rows, ids, strict=True):
        scores = checked(row)
        found.append(float(scores[id]) - log_normalizer(scores))
    return found
