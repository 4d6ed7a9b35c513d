"""One generated text and everything that is needed to make it again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, TypeGuard

from app.web.limits import Refusal
from app.web.texts import Language, text
from engine.generation import Settings, Strategy, Token, resumed_texts, write
from engine.generation.jobs import FinishReason
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel

#: Seconds after which a text ends wherever it is: a bundled model needs a few for its longest
#: one, a large published model may not get that far.
DEADLINE: Final = 120.0
#: Seconds between two views of a text that is being written: a browser draws no faster.
INTERVAL: Final = 0.1
#: Seconds after which a reader is woken without news, so that it can be stopped.
PATIENCE: Final = 0.5
#: Seconds to wait for one of several texts before the others are looked at again.
_WAIT: Final = 0.05
#: Settings in the order in which they are named.
_NAMED: Final = (
    "temperature",
    "top_k",
    "top_p",
    "typical_p",
    "repetition_penalty",
    "no_repeat_ngram",
)
#: JSON has numbers that JavaScript reads exactly up to here.
MAX_SEED: Final = 2**53 - 1

ExportKind = Literal["txt", "md", "json"]
KINDS: Final[tuple[ExportKind, ...]] = ("txt", "md", "json")


@dataclass(frozen=True)
class Draft:
    """A text, or as much of it as there is.

    Attributes:
        model: its name in the catalogue.
        prompt: as the visitor gave it.
        tokens: of the text.
        strategy, seed: how they were chosen; see ``begin``.
        finish: why there are no more; None while there are.
        seconds: from the request to the last of the tokens.
        cut: tokens of the prompt that were left out at its beginning.
        begin: how many of the tokens were given (kept from an earlier text, or chosen by a
            visitor). Each token has its own random number, which the seed decides: token i of a
            text gets number i, whether those before it were drawn or given. So the same prompt,
            first tokens, strategy and seed make the same text.
    """

    model: str
    prompt: str
    tokens: tuple[Token, ...]
    strategy: Strategy
    seed: int
    finish: FinishReason | None = None
    seconds: float = 0.0
    cut: int = 0
    begin: int = 0

    @property
    def text(self) -> str:
        """What the tokens say."""
        return "".join(token.text for token in self.tokens)

    @property
    def perplexity(self) -> float | None:
        """exp of the mean surprise of the tokens, to the model that wrote them; None for none."""
        if not self.tokens:
            return None
        return math.exp(-sum(token.logprob for token in self.tokens) / len(self.tokens))

    @property
    def tokens_per_second(self) -> float | None:
        """Of those that were written; None before there are any."""
        written = len(self.tokens) - self.begin
        return written / self.seconds if written and self.seconds else None

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        plain = asdict(self) | {"strategy": self.strategy.to_dict()}
        return plain | {
            "text": self.text,
            "perplexity": self.perplexity,
            "tokens_per_second": self.tokens_per_second,
        }


@dataclass(frozen=True)
class Plan:
    """A draft that is to be written.

    Attributes:
        begin: tokens that it has already, see ``Draft.begin``.
        cut: see Draft.
    """

    model_name: str
    model: LanguageModel
    prompt_text: str
    prompt: Prompt
    strategy: Strategy
    seed: int
    begin: Sequence[Token] = ()
    cut: int = 0


def never() -> bool:
    """Nobody asks to stop."""
    return False


def running(
    plan: Plan, deadline: float = DEADLINE, stopped: Callable[[], bool] = never
) -> Generator[Draft, None, None]:
    """One draft while it is being written: see ``side_by_side``."""
    with closing(side_by_side([plan], deadline, stopped)) as views:
        for (draft,) in views:
            yield draft


def side_by_side(
    plans: Sequence[Plan], deadline: float = DEADLINE, stopped: Callable[[], bool] = never
) -> Generator[list[Draft], None, None]:
    """Drafts while they are being written, at most every INTERVAL; the last have ``finish`` set.

    They come without news as well, every PATIENCE, so that whoever reads them can stop: to close
    the generator frees their places at once. Where an error ends a text, what there was of it
    stays, with finish "error", and the error is raised when the others are done too.

    Args:
        deadline: seconds for each.
        stopped: asked many times a second; once it says so, all end as "closed".

    Raises EngineError.
    """
    texts: list[_Progress] = []
    try:
        for plan in plans:
            texts.append(_Progress(plan, deadline))
        shown, news = -math.inf, True
        while True:
            if stopped():
                for one in texts:
                    one.close()
            live = [one for one in texts if one.finish is None]
            came = [one.poll(0) for one in live]
            if live and not any(came):
                came = [live[0].poll(_WAIT)]
            news = news or any(came)
            over = all(one.finish is not None for one in texts)
            if over or time.monotonic() - shown >= (INTERVAL if news else PATIENCE):
                yield [one.draft() for one in texts]
                shown, news = time.monotonic(), False
            if over:
                break
        for one in texts:
            if one.error is not None:
                raise one.error
    finally:
        for one in texts:
            one.close()


class _Progress:
    """A text as far as it has come."""

    def __init__(self, plan: Plan, deadline: float) -> None:
        ids = [token.id for token in plan.begin]
        told = resumed_texts(plan.model, plan.strategy, ids)
        self._plan = plan
        self._tokens = [replace(a, text=b) for a, b in zip(plan.begin, told, strict=True)]
        self._started = time.monotonic()
        self._seconds = 0.0
        self.finish: FinishReason | None = None
        self.error: Exception | None = None
        self.writer = write(
            *(plan.model, plan.prompt, plan.strategy), seed=plan.seed, begin=ids, deadline=deadline
        )

    def poll(self, seconds: float) -> bool:
        """Wait so long for a token; whether anything has changed."""
        try:
            token = self.writer.poll(seconds)
        except Exception as error:  # kept, so that what was written can be shown first
            self.error, self.finish = error, "error"
            return True
        if token is None:
            self.finish = self.writer.finish_reason
            return self.finish is not None
        self._tokens.append(token)
        self._seconds = time.monotonic() - self._started
        return True

    def close(self) -> None:
        """Write no more, and free the place."""
        self.writer.close()
        self.finish = self.finish or "closed"

    def draft(self) -> Draft:
        plan = self._plan
        return Draft(
            *(plan.model_name, plan.prompt_text, tuple(self._tokens), plan.strategy, plan.seed),
            finish=self.finish,
            seconds=self._seconds,
            cut=plan.cut,
            begin=len(plan.begin),
        )


def next_seed(seed: int) -> int:
    """The seed of a retry."""
    return (seed + 1) % (MAX_SEED + 1)


def branch(
    draft: Draft, index: object, alternative_id: object, lang: Language
) -> tuple[Token, ...]:
    """The tokens with which a branch begins: those before a place, and another one there.

    Args:
        index, alternative_id: as an event brought them: from anybody.

    Raises Refusal where the draft has no such place, or no such alternative there.
    """
    places = range(len(draft.tokens))
    if _is_int(index) and index in places and _is_int(alternative_id):
        there = draft.tokens[index]
        for other in there.alternatives:
            if other.id == alternative_id:
                chosen = Token(other.text, other.id, other.logprob, there.alternatives)
                return (*draft.tokens[:index], chosen)
    raise Refusal(text("text.error.branch", lang))


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def summary(draft: Draft, lang: Language) -> str:
    """One line about a draft: how long, how fast, how probable, why it ended, what was cut."""
    parts = [text("text.summary.tokens", lang, count=len(draft.tokens))]
    if draft.tokens_per_second is not None:
        parts.append(text("text.summary.rate", lang, rate=round(draft.tokens_per_second)))
    if draft.perplexity is not None:
        parts.append(text("text.summary.perplexity", lang, value=f"{draft.perplexity:.1f}"))
    if draft.finish is not None:
        parts.append(text(f"text.finish.{draft.finish}", lang))
    if draft.cut:
        parts.append(text("text.summary.cut", lang, count=draft.cut))
    return " · ".join(parts)


def describe(strategy: Strategy, lang: Language) -> str:
    """What a strategy does, in a few words: 温度 0.8 · top-p 0.9."""
    if strategy.kind == "beam":
        parts = [text("text.short.beams", lang, value=strategy.beams)]
        if strategy.length_penalty:
            value = f"{strategy.length_penalty:g}"
            parts.append(text("text.short.length_penalty", lang, value=value))
        return " · ".join(parts)
    return _drawing(strategy.settings, lang)


def _drawing(settings: Settings, lang: Language) -> str:
    parts = []
    for name in _NAMED:
        value = getattr(settings, name)
        if value is None or (name != "no_repeat_ngram" and value == 1):
            continue
        if settings.temperature == 0 and name in ("top_k", "top_p", "typical_p"):
            continue  # the most probable token is among those that they keep
        parts.append(text(f"text.short.{name}", lang, value=f"{value:g}"))
    return " · ".join(parts) or text("text.short.plain", lang)
