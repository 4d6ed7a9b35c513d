"""A prompt continued as a Strategy says: draws and searches through one interface."""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from typing import Final, Protocol

from engine.generation import checks
from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.beam import BeamSearchJob
from engine.generation.ending import kept_ids, quotations, search_endings, strategy_endings
from engine.generation.jobs import End, FinishReason, Job
from engine.generation.prompts import EncodedPrompt, as_prompt, encoded_prompt
from engine.generation.strategy import Strategy
from engine.generation.stream import stream
from engine.generation.text import Token, resumed
from engine.generation.token_ranks import ReadingJob, ranked
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Floats

_PATIENCE: Final = 0.05
"""Seconds to wait for one of several texts before the others are looked at again."""


class Writer(Protocol):
    """A text that is being written; TokenStream is one.

    Attributes:
        finish_reason: see TokenStream.
    """

    finish_reason: FinishReason | None

    def __iter__(self) -> Iterator[Token]: ...
    def __next__(self) -> Token: ...

    def poll(self, seconds: float | None) -> Token | None:
        """The next token; None where none came within so many seconds, or none will come."""

    def close(self) -> None:
        """Stop, and free the place; the tokens that were not read yet are lost."""


class _Finished:
    """A text of which nothing more comes."""

    def __init__(self, reason: FinishReason) -> None:
        self.finish_reason: FinishReason | None = reason

    def __iter__(self) -> Iterator[Token]:
        return self

    def __next__(self) -> Token:
        raise StopIteration

    def poll(self, seconds: float | None) -> Token | None:
        """See Writer."""
        return None

    def close(self) -> None:
        """See Writer."""


def write(
    model: LanguageModel,
    prompt: str | Prompt,
    strategy: Strategy,
    *,
    seed: int | None,
    begin: Sequence[int] = (),
    alternatives: int = 5,
    deadline: float | None = None,
    batcher: Batcher | None = None,
) -> Writer:
    """Continue a prompt.

    A search shows nothing until it is done; then the tokens of its answer come one by one, each
    with its probability and the alternatives, as the model reads them once more.

    Args:
        seed: for "sample", see ``stream``.
        begin: tokens that the text has already, with which it goes on: its limits, endings and
            penalties count them, and the same seed writes the same rest after them. Where they
            are a whole text, nothing comes.
        alternatives: how many of the most probable tokens to show at each step.
        deadline: seconds; then a text that is drawn ends where it is, and a search fails.

    Raises what ``stream`` and ``beam_search`` raise, and TokenizerError where the vocabulary has
    nothing of ``strategy.keep``.
    """
    before = as_prompt(model, prompt).tokens if strategy.whole_quotations else ()
    endings = strategy_endings(model.tokenizer, strategy, before)
    _, _, reason = resumed(model.tokenizer, endings, begin)
    if reason is not None:
        return _Finished(reason)
    if strategy.kind == "beam":
        return SearchWriter(
            *(model, prompt, strategy),
            begin=begin,
            alternatives=alternatives,
            deadline=deadline,
            batcher=batcher,
        )
    return stream(
        *(model, prompt),
        sampler=strategy.settings,
        max_tokens=strategy.max_tokens,
        min_tokens=strategy.min_tokens,
        ends_from=strategy.ends_from,
        stop=(*strategy.stop, *kept_ids(model.tokenizer, strategy)),
        quotations=quotations(model.tokenizer, strategy),
        seed=seed,
        alternatives=alternatives,
        deadline=deadline,
        begin=begin,
        batcher=batcher,
    )


def resumed_texts(model: LanguageModel, strategy: Strategy, begin: Sequence[int]) -> list[str]:
    """What each token of a begin adds to the text; what may begin a stop string is held back, and
    comes with the first token after them."""
    return resumed(model.tokenizer, strategy_endings(model.tokenizer, strategy), begin)[0]


def interleaved(writers: Sequence[Writer]) -> Generator[tuple[int, Token], None, None]:
    """The tokens of several texts as they come, each with the number of its writer.

    One that waits for its place, or searches, does not keep the others waiting. All are closed
    at the end, whatever it is; an error of one of them ends all.
    """
    live = dict(enumerate(writers))
    try:
        while live:
            came = False
            for number, writer in list(live.items()):
                token = writer.poll(0)
                if token is not None:
                    came = True
                    yield number, token
                elif writer.finish_reason is not None:
                    del live[number]
            if live and not came:
                number, writer = next(iter(live.items()))
                token = writer.poll(_PATIENCE)
                if token is not None:
                    yield number, token
    finally:
        for writer in writers:
            writer.close()


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
        encoded = encoded_prompt(model, prompt)
        self._before = EncodedPrompt(encoded.prompt.followed_by(begin), encoded.source)
        self._ends = strategy_endings(model.tokenizer, strategy, encoded.prompt.tokens)
        _, self._text, _ = resumed(model.tokenizer, self._ends, begin)
        self._tokens = list(begin)
        self._alternatives = checks.integer("alternatives", alternatives, 0)
        self._deadline = deadline
        self._answer: list[int] = []
        self._ready: deque[Token] = deque()
        self._over: FinishReason | None = None
        self._job: Job = BeamSearchJob(
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
            elif isinstance(self._job, BeamSearchJob):
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
        # A list of its own: the loop still reads it while the answer's tokens are taken from here.
        self._job = ReadingJob(self._before, list(self._answer), deadline=self._deadline)
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
