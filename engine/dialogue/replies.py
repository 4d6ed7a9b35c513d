"""One reply as it is written, or several at once to choose from."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from engine.dialogue.conversation import Context
from engine.generation import checks
from engine.generation.strategy import Strategy
from engine.models.errors import GenerationError, PromptError
from engine.tokenizers.dialogue import dialogue_format

if TYPE_CHECKING:
    from engine.generation.jobs import FinishReason
    from engine.generation.text import Token
    from engine.generation.writer import Writer
    from engine.transformer.language_model import LanguageModel

Ranking = Literal["logprob", "mmi"]
MAX_CANDIDATES: Final = 16
MMI_WEIGHT: Final = 0.5

#: What ends a turn in a vocabulary whose own end is that of a whole text.
_TURN_ENDS: Final = {"bundled": ("<sep>",)}


def spoken(model: LanguageModel, strategy: Strategy) -> Strategy:
    """The strategy for a turn: it ends where this model's turns end, says something, and nothing
    is drawn that is no part of a turn (an unknown piece, padding, the beginning of a dialogue)."""
    ends = _TURN_ENDS.get(model.config.family, ())
    forbidden = sorted({*strategy.settings.forbidden_ids, *_never_said(model)})
    settings = replace(strategy.settings, forbidden_ids=tuple(forbidden))
    least = max(1, strategy.min_tokens)
    return replace(strategy, settings=settings, stop=(), keep=ends, ends_from=0, min_tokens=least)


def _never_said(model: LanguageModel) -> set[int]:
    tokenizer = model.tokenizer
    if tokenizer is None:
        return set()
    ids = {tokenizer.unk_id, tokenizer.pad_id, tokenizer.bos_id}
    if model.config.family == "bundled":
        ids.add(tokenizer.id("<cls>"))
    return {id for id in ids if id is not None and id != tokenizer.eos_id}


def reply(
    model: LanguageModel,
    context: Context,
    strategy: Strategy,
    *,
    seed: int | None,
    begin: Sequence[int] = (),
    alternatives: int = 5,
    deadline: float | None = None,
) -> Writer:
    """The answer to a conversation, token by token.

    Args:
        context: see ``conversation.context``; it was given ``strategy.max_tokens``.
        strategy: its own stops do not count, see ``spoken``.
        begin: tokens that the answer has already.

    Raises what ``write`` raises.
    """
    from engine.generation.writer import write

    return write(
        *(model, context.prompt, spoken(model, strategy)),
        seed=seed,
        begin=begin,
        alternatives=alternatives,
        deadline=deadline,
    )


@dataclass(frozen=True)
class Candidate:
    """A reply to choose.

    Attributes:
        tokens: as they were drawn, the end of the turn included.
        seed: with which the same reply comes again.
        finish: why it ended; None while it is written.
        count: how many draws said the same.
        conditional: natural logarithm of the probability of its text after the conversation,
            the end of the turn not counted; None where only the log-probability was asked for.
        prior: the same after an empty turn: how probable the reply is whatever was said.
        length: tokens of its text that ``conditional`` and ``prior`` count.
    """

    tokens: tuple[Token, ...]
    seed: int | None
    finish: FinishReason | None = None
    count: int = 1
    conditional: float | None = None
    prior: float | None = None
    length: int = 0

    @property
    def text(self) -> str:
        return "".join(token.text for token in self.tokens).strip()

    @property
    def mean_logprob(self) -> float:
        """Log-probability a token, the end of the turn included."""
        return sum(token.logprob for token in self.tokens) / max(1, len(self.tokens))

    def mmi(self, weight: float) -> float:
        """(log p(reply | conversation) - weight log p(reply)) / tokens.

        Raises GenerationError where ``rank`` was not asked for it.
        """
        if self.conditional is None or self.prior is None:
            raise GenerationError("this candidate was not ranked by mutual information")
        return (self.conditional - weight * self.prior) / max(1, self.length)


def draw(
    model: LanguageModel,
    context: Context,
    strategy: Strategy,
    n: int,
    *,
    seed: int | None,
    alternatives: int = 5,
    deadline: float | None = None,
) -> Generator[tuple[Candidate, ...], None, None]:
    """n replies that are drawn at once in one batch: as they stand after every token.

    Args:
        seed: of the first; the others have the following ones.

    Raises GenerationError for a beam search, which finds one answer and draws none, and what
    ``write`` raises.
    """
    from engine.generation.sampling import SEEDS
    from engine.generation.writer import interleaved

    n = checks.integer("n", n, 1, MAX_CANDIDATES)
    if strategy.kind != "sample":
        raise GenerationError("candidates are drawn: choose a strategy that samples")
    seeds = [None if seed is None else (seed + number) % SEEDS for number in range(n)]
    more = {"alternatives": alternatives, "deadline": deadline}
    writers: list[Writer] = []
    try:
        for one in seeds:
            writers.append(reply(model, context, strategy, seed=one, **more))  # type: ignore[arg-type]
        found = [Candidate((), one) for one in seeds]
        for number, token in interleaved(writers):
            found[number] = replace(found[number], tokens=(*found[number].tokens, token))
            yield tuple(found)
        yield tuple(
            replace(candidate, finish=writer.finish_reason)
            for candidate, writer in zip(found, writers, strict=True)
        )
    finally:
        for writer in writers:
            writer.close()


def rank(
    model: LanguageModel,
    context: Context,
    candidates: Sequence[Candidate],
    *,
    by: Ranking = "logprob",
    weight: float = MMI_WEIGHT,
    deadline: float | None = None,
) -> list[Candidate]:
    """The candidates, best first; those that say the same are one, and empty ones are left out.

    "logprob" compares log-probabilities a token. "mmi" is maximum mutual information in the form
    of Li et al. 2016 ("A Diversity-Promoting Objective Function for Neural Conversation Models")
    that needs one model only, with an anti-language model: what would be said anyway is worth
    less. Its p(reply) is this model's own after an empty turn. DialoGPT (Zhang et al. 2020) ranks
    by a second model instead that reads backwards, which nobody has trained here.

    Args:
        weight: of the anti-language model, 0 to 1.

    Raises GenerationError, and what ``score`` raises.
    """
    checks.number("weight", weight, 0, 1)
    merged = _merged(candidates)
    if by == "logprob" or not merged:
        return sorted(merged, key=lambda candidate: -candidate.mean_logprob)
    from engine.generation.scoring import score

    written = dialogue_format(model.config.family, model.tokenizer)
    texts = [candidate.text for candidate in merged]
    empty = written.prompt([""], context.room)
    after = score(model, context.prompt, texts, deadline=deadline)
    alone = score(model, empty, texts, deadline=deadline)
    judged = [
        replace(candidate, conditional=a.logprob, prior=b.logprob, length=len(a.per_token))
        for candidate, a, b in zip(merged, after, alone, strict=True)
    ]
    return sorted(judged, key=lambda candidate: -candidate.mmi(weight))


def candidates(
    model: LanguageModel,
    context: Context,
    strategy: Strategy,
    n: int,
    *,
    seed: int | None,
    by: Ranking = "logprob",
    weight: float = MMI_WEIGHT,
) -> list[Candidate]:
    """n replies drawn at once and ranked: ``draw``, then ``rank``.

    Raises PromptError where all of them are empty.
    """
    *_, drawn = draw(model, context, strategy, n, seed=seed)
    found = rank(model, context, drawn, by=by, weight=weight)
    if not found:
        raise PromptError("the model said nothing: ask again with another seed")
    return found


def _merged(candidates: Sequence[Candidate]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        text = candidate.text
        if text in found:
            first = found[text]
            found[text] = replace(first, count=first.count + candidate.count)
        elif text:
            found[text] = candidate
    return list(found.values())
