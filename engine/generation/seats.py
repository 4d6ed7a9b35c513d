"""A job's place in the decode loop."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.generation.jobs import Advance, Job, Run
from engine.generation.prefixes import Beginning
from engine.transformer.decoder import Chunk, Decoder


@dataclass
class Seat:
    """A job that was let in.

    Attributes:
        slot: the decoder's, once there is one.
        done: how many tokens of the prompt the slot holds.
        run: the job's own part, once its prompt is read; it waits for the answer to ``wanted``.
    """

    job: Job
    beginning: Beginning
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

    def held(self, decoder: Decoder) -> Beginning:
        """What the slot holds: the prompt, and answers after it."""
        assert self.slot is not None
        prompt, tokens = self.job.prompt, decoder.tokens(self.slot)
        segments = [*prompt.segments, *[prompt.reply_segment] * (len(tokens) - len(prompt))]
        return Beginning.of(tokens, segments[: len(tokens)], self.job.source)

    def nearest(self, others: Sequence["Seat"]) -> tuple["Seat | None", int]:
        """The first of the seats whose prompt shares most with this one's, and how many tokens
        that are; None where no one shares half of it."""
        best, length = None, (len(self.beginning) - 1) // 2
        for other in others:
            shared = other.beginning.shared(self.beginning)
            if shared > length:
                best, length = other, shared
        return best, length
