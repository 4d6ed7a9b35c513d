"""The job behind a stream: one text, token by token."""

from collections.abc import Sequence

from engine.generation.constraints import MinLength
from engine.generation.endings import Endings
from engine.generation.jobs import Advance, FinishReason, Job, Run
from engine.generation.processing import Sampler, SamplingContext
from engine.generation.reading import Reading
from engine.generation.sampling import choose, random_generator
from engine.generation.stops import StopStrings
from engine.generation.token import Alternative, Token
from engine.tokenizers.base import Tokenizer
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.runtimes import Floats


class Writing(Job):
    """Draws tokens after a prompt until an end; hands out each as a Token."""

    def __init__(
        self,
        reading: Reading,
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
            reading.prompt.followed_by(begin),
            source=reading.source,
            deadline=deadline,
            remember=remember,
        )
        self._before = reading.prompt.tokens
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


class WrittenText:
    """Tokens as text: complete characters, up to a stop string.

    Attributes:
        stopped: whether a stop string was met.
    """

    def __init__(self, tokenizer: Tokenizer | None, endings: Endings) -> None:
        self._tokenizer = tokenizer
        self._endings = endings
        self._characters = None if tokenizer is None else tokenizer.text_stream()
        self._stops = StopStrings(endings.strings)
        self._count = 0
        self._alone: dict[int, str] = {}

    @property
    def stopped(self) -> bool:
        return self._stops.met

    def push(self, id: int) -> str:
        """The text that this id makes certain."""
        self._count += 1
        return "" if self._characters is None else self._passed(self._characters.push(id))

    def flush(self) -> str:
        """All that was waiting, when no more ids come."""
        rest = "" if self._characters is None else self._passed(self._characters.flush())
        return rest + self._stops.flush()

    def alone(self, id: int) -> str:
        """One id by itself: its text, or its piece where it has none (special ones, bytes)."""
        if self._tokenizer is None:
            return ""
        if id not in self._alone:
            self._alone[id] = self._tokenizer.decode([id]) or self._tokenizer.piece(id)
        return self._alone[id]

    def _passed(self, text: str) -> str:
        return self._stops.push(text) if self._endings.strings_count(self._count) else text
