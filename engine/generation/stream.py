"""Text as it is written: one Token after another, as soon as it exists."""

from collections.abc import Sequence
from types import TracebackType

from engine.generation import checks
from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.endings import Endings, Quotations, Stop
from engine.generation.jobs import End, FinishReason, Job
from engine.generation.processing import Sampler
from engine.generation.reading import as_reading
from engine.generation.settings import Settings
from engine.generation.token import Token
from engine.generation.writing import Writing
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel


class TokenStream:
    """An iterator of the tokens of one text.

    To close it, or to let go of it, frees its place before the model's next step.

    Attributes:
        finish_reason: None while there is more to come, then "stop" (a stop id, a stop string or
            the end of a text), "length" (max_tokens), "context" (the model's context is full),
            "deadline", "closed" (by whoever read, or with the model) or "error".
    """

    def __init__(self, job: Job, model: LanguageModel, batcher: Batcher) -> None:
        self.finish_reason: FinishReason | None = None
        self._job = job
        # The decode loop lives only as long as these.
        self._alive = (model, batcher)

    def __iter__(self) -> "TokenStream":
        return self

    def __next__(self) -> Token:
        token = self.poll(None)
        if token is None:
            raise StopIteration
        return token

    def poll(self, seconds: float | None) -> Token | None:
        """The next token; None where none came within so many seconds, or none will come:
        finish_reason says which. Raises as iteration does."""
        if self.finish_reason is not None:
            return None
        found = self._job.take(seconds)
        if found is None or isinstance(found, Token):
            return found
        assert isinstance(found, End)
        self.finish_reason = found.reason
        if found.error is not None:
            raise found.error
        return None

    def close(self) -> None:
        """Stop; the tokens that were not read yet are lost."""
        self._job.closed = True
        self.finish_reason = self.finish_reason or "closed"

    def __del__(self) -> None:
        # Only a flag: the collector may come in the middle of anything.
        job = getattr(self, "_job", None)
        if job is not None:
            job.closed = True

    def __enter__(self) -> "TokenStream":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def stream(
    model: LanguageModel,
    prompt: str | Prompt,
    *,
    sampler: Sampler | Settings | None = None,
    max_tokens: int = 128,
    min_tokens: int = 0,
    ends_from: int = 0,
    stop: Stop = (),
    min_ends: int = 1,
    quotations: Quotations | None = None,
    seed: int | None = None,
    alternatives: int = 5,
    deadline: float | None = None,
    remember: bool = True,
    begin: Sequence[int] = (),
    batcher: Batcher | None = None,
) -> TokenStream:
    """Continue a prompt.

    Every token that is drawn is handed out, the one that ends the text too. A stop string is cut
    off, and text that may begin one is held back until it is certain.

    Args:
        prompt: a text, or tokens with segments. An encoder-decoder reads it with its encoder.
        sampler: how a token is chosen; None draws from the model's own distribution.
        max_tokens: most tokens.
        min_tokens: before so many, nothing that would end the text can be drawn, and stop strings
            do not count.
        ends_from: before so many, a stop id or string is text like any other (bert4keras's minlen).
        stop: ids and strings that end the text. The tokenizer's own end always does.
        min_ends: how many stop ids it takes to end the text (bert4keras's min_ends); without stop
            ids, how many ends of a text.
        quotations: a stop id within one does not end the text, see ``Endings``.
        seed: 0 to 2**64 - 1; the same seed writes the same text, whoever else writes. None: by
            chance.
        alternatives: how many of the most probable tokens to show at each step.
        deadline: seconds until the text ends, wherever it is then.
        remember: whether a later prompt that begins as this text did may reuse what was computed.
        begin: tokens that the text has already. Everything that counts its tokens, endings and
            penalties counts these too, and each of them has used up the random number that drew
            it: with the first tokens of a text as its begin, the same seed writes the same rest.
        batcher: None for the one that all share.

    Raises PromptError, QueueFullError, GenerationError for a value out of range; and, while it is
    read, DeadlineError where the time was over before the first token, GenerationError if the
    model's numbers are not finite or the sampler fails.
    """
    if isinstance(sampler, Settings) or sampler is None:
        sampler = (sampler or Settings()).sampler()
    reading = as_reading(model, prompt)
    endings = Endings.of(
        *(model.tokenizer, stop),
        max_tokens=max_tokens,
        min_tokens=min_tokens,
        ends_from=ends_from,
        min_ends=min_ends,
        quotations=quotations,
        before=reading.prompt.tokens,
    )
    job = Writing(
        *(reading, endings, sampler, model.tokenizer),
        seed=seed,
        alternatives=checks.integer("alternatives", alternatives, 0),
        deadline=deadline,
        remember=remember,
        begin=begin,
    )
    batcher = batcher or shared_batcher(model)
    batcher.submit(job)
    return TokenStream(job, model, batcher)
