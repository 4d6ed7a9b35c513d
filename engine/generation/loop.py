"""The decode loop: one thread that owns a decoder and takes all jobs forward together.

A round takes one step for every job that is writing, all in one pass, and then reads at most a
fixed number of tokens of newcomers' prompts, first come first served: a long prompt slows the
others down and never stops them.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from engine.generation.jobs import FinishReason, Job, Seat, as_engine_error
from engine.generation.prefix_cache import Prefix, PrefixCache
from engine.models.errors import DeadlineError, EngineError, GenerationError
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.runtimes import Floats

logger = logging.getLogger(__name__)

IDLE = 4
"""Where nobody is writing, a round may read so many times more of the prompts.

Still more is no faster (the decoder reads by 128 anyway), and a stop is heard between rounds only.
"""

PAUSE = 60.0
"""Seconds without a request after which the decoder's memory is given back."""


class DecodeLoop:
    """Serves jobs from ``inbox`` until None comes.

    Args:
        new_decoder: makes the decoder, and another one should it fail.
        slots: the decoder's.
        prefill_tokens: tokens of prompts that a round reads while others are writing.
        prefix_bytes: keys and values to remember of texts that ended.
        done: called once for each job that ended, for whatever reason.
    """

    def __init__(
        self,
        new_decoder: Callable[[], Decoder],
        slots: int,
        prefill_tokens: int,
        prefix_bytes: int,
        done: Callable[[Job], None],
    ) -> None:
        self.inbox: SimpleQueue[Job | None] = SimpleQueue()
        self._new_decoder = new_decoder
        self._slots = slots
        self._prefill_tokens = prefill_tokens
        self._prefix_cache = PrefixCache(prefix_bytes)
        self._done = done
        self._waiting: deque[Job] = deque()
        self._seats: list[Seat] = []
        self._decoder: Decoder | None = None

    def serve(self) -> None:
        """The thread's whole life."""
        while self._receive():
            try:
                self._round()
            except Exception as error:
                # A pass over all slots failed, so nobody's past can be relied on any more.
                logger.exception("the decoder failed; everybody in it ends, and it starts anew")
                self._abandon(error)
        self._decoder = None
        self._prefix_cache.clear()

    def _receive(self) -> bool:
        """Takes what came in, and waits for it if there is nothing else to do."""
        while True:
            try:
                idle = not self._seats and not self._waiting
                job = self.inbox.get(idle, PAUSE if self._decoder is not None else None)
            except Empty:
                if not idle:
                    return True
                self._decoder = None
                continue
            if job is None:
                self._close_all()
                return False
            self._waiting.append(job)
            del job  # or it would live on while the next one is waited for

    def _round(self) -> None:
        self._drop()
        self._admit()
        if not self._seats:
            return
        if self._decoder is None:
            self._decoder = self._new_decoder()
        for seat in list(self._seats):
            if seat.slot is None:
                self._start(seat, self._decoder)
        self._step(self._decoder)
        self._read(self._decoder)

    def _drop(self) -> None:
        """Jobs that nobody wants any more, or whose text has not begun when it should be there."""
        for seat in list(self._seats):
            if seat.job.closed:
                self._end(seat, "closed")
            elif seat.run is None and seat.job.expired:
                self._end(seat, "deadline", DeadlineError("the prompt was not read in time"))
        for job in [job for job in self._waiting if job.closed or job.expired]:
            self._waiting.remove(job)
            late = DeadlineError("too many others were first: the request's time is over")
            self._finish(job, *(("closed", None) if job.closed else ("deadline", late)))

    def _admit(self) -> None:
        free = self._slots - sum(seat.job.slots for seat in self._seats)
        while self._waiting and self._waiting[0].slots <= free:
            job = self._waiting.popleft()
            free -= job.slots
            prefix = Prefix.of(job.prompt.tokens, job.prompt.segments, job.source)
            self._seats.append(Seat(job, prefix))

    def _start(self, seat: Seat, decoder: Decoder) -> None:
        """Opens a slot with as much of the prompt as was read before, by whomever."""
        past, length = self._prefix_cache.longest(seat.prefix)
        holder, shared = seat.nearest(self._seats[: self._seats.index(seat)])
        if holder is not None and shared > length:
            if holder.slot is None or holder.done < shared:
                return  # what is being read already need not be read twice
            copied = self._prefix_cache.keep(decoder, holder.slot, holder.contents(decoder))
            past, length = (past, length) if copied is None else (copied, shared)
        # The last token is read in any case: its logits are wanted.
        length = min(length, len(seat.prefix) - 1)
        try:
            if past is not None and length > 0:
                seat.slot, seat.done = decoder.open(past, length=length), length
            else:
                seat.slot = decoder.open(source=seat.job.source)
        except EngineError as error:
            self._end(seat, "error", error)

    def _step(self, decoder: Decoder) -> None:
        """One token for each job that is writing, and the last ones of prompts."""
        steps: list[tuple[Seat, Sequence[Chunk]]] = []
        for seat in self._seats:
            if seat.wanted is not None and seat.wanted.is_step:
                steps.append((seat, seat.wanted.chunks))
            elif seat.is_reading and seat.rest == 1:
                steps.append((seat, [seat.prompt_chunk(1)]))
        if steps:
            self._extend(decoder, steps)

    def _read(self, decoder: Decoder) -> None:
        """Tokens of prompts, and of jobs that read texts, in the order in which they came."""
        writing = any(seat.wanted is not None and seat.wanted.is_step for seat in self._seats)
        budget = self._prefill_tokens if writing else self._prefill_tokens * IDLE
        reading: list[tuple[Seat, Sequence[Chunk]]] = []
        for seat in list(self._seats):
            if budget <= 0:
                break
            if seat.wanted is not None and not seat.wanted.is_step:
                wanted = seat.wanted
                budget -= wanted.size
                every = wanted.every_position
                self._extend(decoder, [(seat, wanted.chunks)], every_position=every)
            elif seat.is_reading:
                if reading and seat.rest > budget:
                    break  # a few tokens cost a pass as many do
                reading.append((seat, [seat.prompt_chunk(min(seat.rest, budget))]))
                budget -= seat.rest
        if reading:
            self._extend(decoder, reading)

    def _extend(
        self,
        decoder: Decoder,
        asked: Sequence[tuple[Seat, Sequence[Chunk]]],
        *,
        every_position: bool = False,
    ) -> None:
        """One pass for all these seats, and their answers."""
        chunks = [chunk for _, parts in asked for chunk in parts]
        try:
            logits = iter(decoder.extend(chunks, every_position=every_position))
        except EngineError as error:
            # One of them asked for what there is not, and nothing was appended for anybody.
            if len(asked) == 1:
                self._end(asked[0][0], "error", error)
            else:
                for one in asked:
                    self._extend(decoder, [one], every_position=every_position)
            return
        for seat, parts in asked:
            self._answer(seat, decoder, [next(logits) for _ in parts])
        # Readers that are awake earlier compete with the loop for the interpreter at each answer;
        # now they run while the next pass computes.
        for seat, _ in asked:
            seat.job.deliver()

    def _answer(self, seat: Seat, decoder: Decoder, logits: list[Floats]) -> None:
        """What was read of a prompt, or what a job asked for. The job's own code runs here:
        whatever goes wrong in it ends this job alone."""
        try:
            if seat.run is not None:
                seat.wanted = seat.run.send(logits)
                return
            assert seat.slot is not None
            seat.done = decoder.length(seat.slot)
            if not seat.rest:
                seat.run = seat.job.run(decoder, seat.slot, logits[0])
                seat.wanted = next(seat.run)
        except StopIteration as stop:
            self._end(seat, stop.value)
        except Exception as error:
            reason: FinishReason = "deadline" if isinstance(error, DeadlineError) else "error"
            self._end(seat, reason, as_engine_error(error))

    def _end(self, seat: Seat, reason: FinishReason, error: Exception | None = None) -> None:
        """Free the job's slots, and only then tell its reader.

        Raises what freeing them raises: the decoder cannot be trusted then, nor be used on.
        """
        self._seats.remove(seat)
        try:
            if seat.run is not None:
                seat.run.close()
            if seat.slot is not None and self._decoder is not None:
                if seat.job.remember and reason != "error":
                    contents = seat.contents(self._decoder)
                    self._prefix_cache.keep(self._decoder, seat.slot, contents)
                self._decoder.close(seat.slot)
        finally:
            self._finish(seat.job, reason, error)

    def _finish(self, job: Job, reason: FinishReason, error: Exception | None = None) -> None:
        self._done(job)
        job.finish(reason, error)

    def _abandon(self, error: Exception) -> None:
        """Ends every job that has a seat, and forgets the decoder."""
        self._decoder = None
        self._prefix_cache.clear()
        failed, self._seats = self._seats, []
        for seat in failed:
            if seat.run is not None:
                try:
                    seat.run.close()
                except Exception:  # it closes slots of a decoder that has failed
                    logger.debug("a job could not let go of its slots", exc_info=True)
            failure = GenerationError(f"the model failed, try again: {error}")
            self._finish(seat.job, "error", failure)

    def _close_all(self) -> None:
        jobs = [seat.job for seat in self._seats] + list(self._waiting)
        self._seats, self._waiting = [], deque()
        for job in jobs:
            error = GenerationError("the model was closed before the answer was complete")
            self._finish(job, "closed", error)
