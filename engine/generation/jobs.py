"""What the decode loop runs: a prompt that it reads, and then a job that asks for more, step by
step, and gets the logits.

A job is written as a generator, as if it had the decoder for itself. The loop puts the steps of
all jobs together, so that sampling, beam search and scoring share one decoder and its passes.
"""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Literal

from engine.generation import checks
from engine.generation.prefix_cache import Prefix
from engine.models.errors import DeadlineError, EngineError, GenerationError, PromptError
from engine.tokenizers.prompt import Prompt
from engine.transformer.config import TransformerConfig
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.runtimes import Floats

FinishReason = Literal["stop", "length", "context", "deadline", "closed", "error"]


@dataclass(frozen=True)
class Advance:
    """Tokens that a job wants to have read next; the answer is Decoder.extend's."""

    chunks: Sequence[Chunk]
    every_position: bool = False

    @property
    def size(self) -> int:
        """Tokens in all chunks."""
        return sum(len(chunk.tokens) for chunk in self.chunks)

    @property
    def is_step(self) -> bool:
        """Whether it is one token a slot, which all jobs take together in one pass."""
        return not self.every_position and all(len(chunk.tokens) == 1 for chunk in self.chunks)


Run = Generator[Advance, list[Floats], FinishReason]


@dataclass(frozen=True)
class End:
    """The last thing a job hands out: why there is no more."""

    reason: FinishReason
    error: Exception | None = None


class Job(ABC):
    """One request, from its submission until its End.

    Args:
        prompt: what is read before ``run`` is asked for anything.
        source: the encoder's tokens, for an encoder-decoder.
        slots: most slots that it holds at once, the prompt's included.
        deadline: seconds from now; None for as long as it takes.
        remember: whether its tokens may be the beginning of a later prompt.

    Attributes:
        outbox: what was delivered, for one reader.
        closed: set by the reader, from any thread, when no more is wanted.
    """

    def __init__(
        self,
        prompt: Prompt,
        *,
        source: Sequence[int] | None = None,
        slots: int = 1,
        deadline: float | None = None,
        remember: bool = True,
    ) -> None:
        self.prompt = prompt
        self.source = source
        self.slots = slots
        self.remember = remember
        self.outbox: SimpleQueue[Any] = SimpleQueue()
        self.closed = False
        self._ready: list[Any] = []
        self._expires: float | None = None
        if deadline is not None:
            seconds = checks.number("deadline", deadline, 0)
            self._expires = monotonic() + seconds

    @abstractmethod
    def run(self, decoder: Decoder, slot: int, logits: Floats) -> Run:
        """The job from the moment when its prompt is in ``slot``, followed by ``logits`` [V].

        Slots that it opens it must close, whatever happens. The prompt's slot may be extended, and
        must begin with the prompt at any time; it is the loop's to close.
        """

    @property
    def expired(self) -> bool:
        """Whether the deadline is past."""
        return self._expires is not None and monotonic() >= self._expires

    def check_deadline(self) -> None:
        """Raises DeadlineError when the deadline is past."""
        if self.expired:
            raise DeadlineError("the answer was not ready in time: ask for less, or allow more")

    def hand_out(self, item: Any) -> None:
        """Something for the reader, with the next delivery."""
        self._ready.append(item)

    def deliver(self) -> None:
        """Let the reader have what was handed out."""
        for item in self._ready:
            self.outbox.put(item)
        self._ready.clear()

    def finish(self, reason: FinishReason, error: Exception | None = None) -> None:
        """Tell the reader that this is all."""
        self.hand_out(End(reason, error))
        self.deliver()

    def take(self, seconds: float | None = None) -> Any:
        """The next thing that was delivered; None where nothing came within so many seconds."""
        try:
            return self.outbox.get(timeout=seconds)
        except Empty:
            return None

    def results(self) -> Iterator[Any]:
        """What the job hands out, until its slots are free again.

        Raises whatever ended the job before its time.
        """
        try:
            while not isinstance(found := self.outbox.get(), End):
                yield found
        finally:
            self.closed = True
        if found.error is not None:
            raise found.error


@dataclass
class Seat:
    """A job that was let in.

    Attributes:
        slot: the decoder's, once there is one.
        done: how many tokens of the prompt the slot holds.
        run: the job's own part, once its prompt is read; it waits for the answer to ``wanted``.
    """

    job: Job
    prefix: Prefix
    slot: int | None = None
    done: int = 0
    run: Run | None = None
    wanted: Advance | None = None

    @property
    def rest(self) -> int:
        """Tokens of the prompt that are still to be read."""
        return len(self.job.prompt) - self.done

    @property
    def is_reading(self) -> bool:
        """Whether the prompt is being read."""
        return self.slot is not None and self.run is None

    def prompt_chunk(self, count: int) -> Chunk:
        """The next ``count`` tokens of the prompt."""
        assert self.slot is not None
        prompt, part = self.job.prompt, slice(self.done, self.done + count)
        return Chunk(self.slot, prompt.tokens[part], prompt.segments[part])

    def contents(self, decoder: Decoder) -> Prefix:
        """What the slot holds: the prompt, and answers after it."""
        assert self.slot is not None
        prompt, tokens = self.job.prompt, decoder.tokens(self.slot)
        segments = [*prompt.segments, *[prompt.reply_segment] * (len(tokens) - len(prompt))]
        return Prefix.of(tokens, segments[: len(tokens)], self.job.source)

    def nearest(self, others: Sequence["Seat"]) -> tuple["Seat | None", int]:
        """The first of the seats whose prompt shares most with this one's, and how many tokens
        that are; None where no one shares half of it."""
        best, length = None, (len(self.prefix) - 1) // 2
        for other in others:
            shared = other.prefix.shared(self.prefix)
            if shared > length:
                best, length = other, shared
        return best, length


def check_prompt(prompt: Prompt, config: TransformerConfig) -> None:
    """Raises PromptError where the prompt is empty, too long, or of another vocabulary, and
    GenerationError where the model is no language model."""
    if config.attention == "bidirectional":
        raise GenerationError(f"{config.family} reads both ways: it cannot continue a text")
    if not len(prompt):
        raise PromptError("the prompt is empty: there must be at least one token to continue")
    excess = len(prompt) - config.max_positions
    if excess > 0:
        raise PromptError(
            f"the prompt has {len(prompt):,} tokens and the model's context holds "
            f"{config.max_positions:,}: shorten it by {excess:,}"
        )
    check_tokens("the prompt", prompt.tokens, config)
    # As the decoder has it: a speaker of CDial-GPT is a token too, and families without segments
    # are given some all the same.
    segments = config.num_segments or config.vocab_size
    _check_ids("segment", "the prompt", (*prompt.segments, prompt.reply_segment), segments)


def check_tokens(where: str, ids: Sequence[int], config: TransformerConfig) -> None:
    """Raises PromptError where one of these ids, at least one, is not in the model's vocabulary.

    Args:
        where: what they are tokens of, for the message.
    """
    _check_ids("token", where, ids, config.vocab_size)


def as_engine_error(error: Exception) -> EngineError:
    """The error, or one with a name around whatever a request of its own made go wrong."""
    if isinstance(error, EngineError):
        return error
    wrapped = GenerationError(f"the request failed: {type(error).__name__}: {error}")
    wrapped.__cause__ = error
    return wrapped


def _check_ids(kind: str, where: str, ids: Sequence[int], count: int) -> None:
    if not 0 <= min(ids) <= max(ids) < count:
        wrong = min(ids) if min(ids) < 0 else max(ids)
        raise PromptError(f"{kind} {wrong} of {where} does not exist: the model has {count:,}")
