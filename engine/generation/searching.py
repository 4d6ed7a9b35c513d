"""A beam search as a text that is written: its answer's tokens, each with what else there was."""

from collections import deque
from collections.abc import Iterator, Sequence

from engine.generation import checks
from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.beam import BeamSearch
from engine.generation.ends import begun, endings, search_endings
from engine.generation.jobs import End, FinishReason, Job
from engine.generation.ranks import TextReading, ranked
from engine.generation.reading import Reading, as_reading
from engine.generation.strategy import Strategy
from engine.generation.token import Token
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Floats


class SearchWriter:
    """Searches, then reads the answer for the probabilities of its tokens. See ``write``.

    Attributes:
        finish_reason: see TokenStream.
    """

    def __init__(
        self,
        model: LanguageModel,
        prompt: str | Prompt,
        strategy: Strategy,
        *,
        begin: Sequence[int],
        alternatives: int,
        deadline: float | None,
        batcher: Batcher | None,
    ) -> None:
        self.finish_reason: FinishReason | None = None
        # The decode loop lives only as long as these.
        self._model, self._batcher = model, batcher or shared_batcher(model)
        reading = as_reading(model, prompt)
        self._before = Reading(reading.prompt.followed_by(begin), reading.source)
        self._ends = endings(model.tokenizer, strategy, reading.prompt.tokens)
        _, self._text, _ = begun(model.tokenizer, self._ends, begin)
        self._tokens = list(begin)
        self._alternatives = checks.integer("alternatives", alternatives, 0)
        self._deadline = deadline
        self._answer: list[int] = []
        self._ready: deque[Token] = deque()
        self._over: FinishReason | None = None
        self._job: Job = BeamSearch(
            self._before,
            search_endings(model.tokenizer, strategy, len(begin), self._before.prompt.tokens),
            beams=min(strategy.beams, model.config.vocab_size),
            length_penalty=strategy.length_penalty,
            deadline=deadline,
        )
        self._batcher.submit(self._job)

    def __iter__(self) -> Iterator[Token]:
        return self

    def __next__(self) -> Token:
        token = self.poll(None)
        if token is None:
            raise StopIteration
        return token

    def poll(self, seconds: float | None) -> Token | None:
        """See Writer."""
        while not self._ready and self.finish_reason is None:
            if self._over is not None:
                self.finish_reason = self._over
                break
            found = self._job.take(seconds)
            if found is None:
                break
            if isinstance(found, End):
                self._job_ended(found)
            elif isinstance(self._job, BeamSearch):
                self._answer = list(found[0].tokens)
            else:
                self._read(found)
        return self._ready.popleft() if self._ready else None

    def close(self) -> None:
        """See Writer."""
        self._job.closed = True
        self._ready.clear()
        self.finish_reason = self.finish_reason or "closed"

    def __del__(self) -> None:
        # Only a flag: the collector may come in the middle of anything.
        job = getattr(self, "_job", None)
        if job is not None:
            job.closed = True

    def _job_ended(self, end: End) -> None:
        if end.error is not None or end.reason == "closed":
            self.finish_reason = end.reason
            if end.error is not None:
                raise end.error
            return
        # The search's: a reading is not heard to its end, the last token is enough.
        # A list of its own: the loop still reads it while the answer's tokens are told from here.
        self._job = TextReading(self._before, list(self._answer), deadline=self._deadline)
        self._batcher.submit(self._job)

    def _read(self, rows: Sequence[Floats]) -> None:
        """Logits before tokens of the answer, as tokens."""
        for row in rows:
            id = self._answer.pop(0)
            self._tokens.append(id)
            text = self._text.push(id)
            reason = self._reason()
            if reason is not None:
                text += self._text.flush()
            found = ranked(row, id, text, self._alternatives, self._text)
            self._ready.append(Token(text, id, found.logprob, found.alternatives))
            if reason is not None:
                self._job.closed = True
                self._over = reason
                return

    def _reason(self) -> FinishReason | None:
        if self._text.stopped or self._ends.is_end(self._tokens):
            return "stop"
        if len(self._tokens) >= self._ends.max_tokens:
            return "length"
        return None if self._answer else "context"
