"""A text drawn token by token: each Token is handed out as soon as it exists."""

from collections.abc import Sequence
from types import TracebackType

from engine.generation import checks
from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.beam import Hypothesis
from engine.generation.constraints import MinLength
from engine.generation.ending import Endings, Quotations, Stop
from engine.generation.jobs import Advance, End, FinishReason, Job, Run
from engine.generation.processors import Sampler, SamplingContext
from engine.generation.prompts import EncodedPrompt, encoded_prompt
from engine.generation.sampling import SEEDS, choose, random_generator
from engine.generation.settings import Settings
from engine.generation.strategy import bert4keras
from engine.generation.text import Alternative, Token, WrittenText
from engine.tokenizers.base import Tokenizer
from engine.tokenizers.prompt import Prompt
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Floats


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
    encoded = encoded_prompt(model, prompt)
    endings = Endings.of(
        *(model.tokenizer, stop),
        max_tokens=max_tokens,
        min_tokens=min_tokens,
        ends_from=ends_from,
        min_ends=min_ends,
        quotations=quotations,
        before=encoded.prompt.tokens,
    )
    job = DrawingJob(
        *(encoded, endings, sampler, model.tokenizer),
        seed=seed,
        alternatives=checks.integer("alternatives", alternatives, 0),
        deadline=deadline,
        remember=remember,
        begin=begin,
    )
    batcher = batcher or shared_batcher(model)
    batcher.submit(job)
    return TokenStream(job, model, batcher)


def random_sample(
    model: LanguageModel,
    prompt: str | Prompt,
    n: int = 1,
    *,
    top_k: int | None = None,
    top_p: float | None = None,
    temperature: float = 1.0,
    max_tokens: int = 128,
    min_tokens: int = 1,
    min_ends: int = 1,
    stop: Stop = (),
    seed: int | None = None,
    deadline: float | None = None,
    batcher: Batcher | None = None,
) -> list[Hypothesis]:
    """n texts, drawn independently; their prompt is read once.

    The semantics of AutoRegressiveDecoder.random_sample (bert4keras 0.11.5), but for the order:
    there it is that in which the texts end, here that of the seeds. ``score`` of each is its
    logprob.

    Args:
        min_tokens: before so many, an end is text like any other (minlen).
        min_ends: how many stop ids end a text.
        stop: ids or strings, see ``stream``.
        seed: of the first text; the others have the following ones, and 0 follows 2**64 - 1.

    Raises what ``stream`` raises.
    """
    batcher = batcher or shared_batcher(model)
    n = checks.integer("n", n, 1)
    if seed is not None:
        seed = checks.integer("seed", seed, 0, SEEDS - 1)
    waiting: list[TokenStream] = []
    found: list[Hypothesis] = []
    for number in range(n):
        if len(waiting) == batcher.slots:
            found.append(_collected(waiting.pop(0), model))
        waiting.append(
            stream(
                *(model, prompt),
                sampler=bert4keras(top_k=top_k, top_p=top_p, temperature=temperature),
                max_tokens=max_tokens,
                ends_from=min_tokens,
                min_ends=min_ends,
                stop=stop,
                seed=None if seed is None else (seed + number) % SEEDS,
                alternatives=0,
                deadline=deadline,
                # The first one stands for all: they begin alike and then differ by chance.
                remember=not number,
                batcher=batcher,
            )
        )
    return found + [_collected(tokens, model) for tokens in waiting]


def _collected(tokens: TokenStream, model: LanguageModel) -> Hypothesis:
    """A whole text."""
    read = list(tokens)
    logprob = sum(token.logprob for token in read)
    text = "".join(token.text for token in read)
    return Hypothesis(tuple(token.id for token in read), text, logprob, logprob)


class DrawingJob(Job):
    """Draws tokens after a prompt until an end; hands out each as a Token."""

    def __init__(
        self,
        encoded: EncodedPrompt,
        endings: Endings,
        sampler: Sampler,
        tokenizer: Tokenizer | None,
        *,
        seed: int | None,
        alternatives: int,
        deadline: float | None,
        remember: bool,
        begin: Sequence[int] = (),
    ) -> None:
        super().__init__(
            encoded.prompt.followed_by(begin),
            source=encoded.source,
            deadline=deadline,
            remember=remember,
        )
        self._before = encoded.prompt.tokens
        self._endings = endings
        self._sampler = sampler
        self._constraints = [MinLength(endings.min_tokens, endings.all_ids)]
        self._rng = random_generator(seed)
        self._alternatives = alternatives
        self._text = WrittenText(tokenizer, endings)
        self._generated = list(begin)
        for id in begin:
            self._text.push(id)
            self._rng.random()  # a choice takes one

    def run(self, decoder: Decoder, slot: int, logits: Floats) -> Run:
        reason: FinishReason | None = None
        while True:
            token, reason = self._next(
                logits, is_full=decoder.length(slot) >= decoder.config.max_positions
            )
            self.hand_out(token)
            if reason is not None:
                return reason
            (logits,) = yield Advance([Chunk(slot, (token.id,), (self.prompt.reply_segment,))])

    def _next(self, logits: Floats, *, is_full: bool) -> tuple[Token, FinishReason | None]:
        """The token that these logits [V] give, and why it is the last one if it is."""
        choice = choose(
            self._sampler,
            logits,
            SamplingContext(self._before, self._generated, len(self._generated)),
            self._rng,
            alternatives=self._alternatives,
            constraints=self._constraints,
        )
        self._generated.append(choice.id)
        text = self._text.push(choice.id)
        reason = self._reason(is_full)
        if reason is not None:
            text += self._text.flush()
            if self._text.stopped:
                reason = "stop"
        others = (Alternative(self._text.alone(i), i, p) for i, p in choice.alternatives)
        return Token(text, choice.id, choice.logprob, tuple(others)), reason

    def _reason(self, is_full: bool) -> FinishReason | None:
        if self._text.stopped or self._endings.is_end(self._generated):
            return "stop"
        if len(self._generated) >= self._endings.max_tokens:
            return "length"
        if is_full:
            return "context"
        return "deadline" if self.expired else None
