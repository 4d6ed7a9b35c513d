"""Beam search over the decode loop, as bert4keras has it (AutoRegressiveDecoder.beam_search,
version 0.11.5), and with a length penalty (Wu et al. 2016)."""

from dataclasses import dataclass

import numpy as np

from engine.generation import checks
from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.ending import Endings, Stop, listed
from engine.generation.jobs import Advance, Job, Run
from engine.generation.processors import checked, log_normalizer
from engine.generation.prompts import EncodedPrompt, encoded_prompt, tokenizer_of
from engine.generation.selection import best
from engine.models.errors import GenerationError
from engine.tokenizers.prompt import Prompt
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Floats


@dataclass(frozen=True)
class Hypothesis:
    """One text that was found.

    Attributes:
        tokens: ids, the end included.
        text: what they say; "" where the model has no tokenizer.
        logprob: sum of the natural logarithms of their probabilities.
        score: what texts are compared by: logprob / len(tokens) ** length_penalty.
    """

    tokens: tuple[int, ...]
    text: str
    logprob: float
    score: float


def beam_search(
    model: LanguageModel,
    prompt: str | Prompt,
    *,
    beams: int = 4,
    max_tokens: int = 128,
    min_tokens: int = 1,
    min_ends: int = 1,
    length_penalty: float = 0.0,
    stop: Stop = (),
    deadline: float | None = None,
    batcher: Batcher | None = None,
) -> list[Hypothesis]:
    """Probable continuations of a prompt, the answer first and then the others by score.

    Without a length penalty the answer is that of bert4keras: at each step the best ``beams``
    continuations of all texts go on, by plain sums; the search ends as soon as the best of them
    has ended, and texts that ended without being the best are out of the running. With a penalty
    they stay in it, and the search ends when no text that goes on can overtake them.

    Args:
        beams: texts that are followed at once; at most the batcher's slots.
        min_tokens: before so many, an end is text like any other (bert4keras's minlen).
        min_ends: how many ends it takes to end a text.
        length_penalty: above 0 longer texts score higher: 1 compares means.
        stop: ids that end a text, or strings that are one token each; else the tokenizer's end.
        deadline: seconds until DeadlineError.

    Raises PromptError, QueueFullError, DeadlineError, and GenerationError for a value out of
    range.
    """
    endings = Endings.of(
        *(model.tokenizer, _as_ids(model, stop)),
        max_tokens=max_tokens,
        ends_from=min_tokens,
        min_ends=min_ends,
    )
    search = BeamSearchJob(
        encoded_prompt(model, prompt),
        endings,
        beams=checks.integer("beams", beams, 1, model.config.vocab_size),
        length_penalty=checks.number("length_penalty", length_penalty, 0),
        deadline=deadline,
    )
    batcher = batcher or shared_batcher(model)
    batcher.submit(search)
    found: list[Beam]
    (found,) = search.results()
    tokenizer = model.tokenizer
    return [
        Hypothesis(
            beam.tokens,
            "" if tokenizer is None else tokenizer.decode(beam.tokens),
            beam.logprob,
            search.score(beam),
        )
        for beam in found
    ]


def _as_ids(model: LanguageModel, stop: Stop) -> list[int]:
    ids: list[int] = []
    for item in listed(stop):
        if not isinstance(item, str):
            ids.append(item)
            continue
        tokenizer = tokenizer_of(model)
        newline = tokenizer.newline_id if item == "\n" else None
        tokens = tokenizer.encode(item) if newline is None else [newline]
        if len(tokens) != 1:
            raise GenerationError(
                f"beam search ends at tokens, and {item!r} is {len(tokens)} of them: give an id"
            )
        ids += tokens
    return ids


@dataclass(frozen=True)
class Beam:
    """A text as the search follows it."""

    tokens: tuple[int, ...]
    logprob: float
    parent: int = 0  # its place among the beams of the step before


class BeamSearchJob(Job):
    """Hands out a list of beams, the answer first."""

    def __init__(
        self,
        encoded: EncodedPrompt,
        endings: Endings,
        *,
        beams: int,
        length_penalty: float,
        deadline: float | None,
    ) -> None:
        super().__init__(encoded.prompt, source=encoded.source, slots=beams, deadline=deadline)
        self._beams = beams
        self._endings = endings
        self._penalty = length_penalty
        self._ended: list[Beam] = []

    def score(self, beam: Beam) -> float:
        """What beams are compared by."""
        return float(beam.logprob / len(beam.tokens) ** self._penalty)

    def run(self, decoder: Decoder, slot: int, logits: Floats) -> Run:
        forks: list[int] = []
        try:
            room = decoder.config.max_positions - decoder.length(slot) + 1
            alive, rows = [Beam((), 0.0)], [logits]
            for _ in range(min(self._endings.max_tokens, room)):
                self.check_deadline()
                ended, alive = self._grown(alive, rows)
                self._ended += ended
                if self._is_over(ended, alive, min(self._endings.max_tokens, room)):
                    break
                if len(alive[0].tokens) == 1 and len(alive) > 1:
                    past = decoder.keep(slot)
                    forks += [decoder.open(past) for _ in alive[1:]]
                slots = [slot, *forks]
                decoder.reorder(slots[: len(alive)], [slots[beam.parent] for beam in alive])
                while len(forks) >= len(alive):
                    decoder.close(forks.pop())
                if decoder.length(slot) >= decoder.config.max_positions:
                    break
                rows = yield Advance(
                    [
                        Chunk(at, beam.tokens[-1:], (self.prompt.reply_segment,))
                        for at, beam in zip(slots, alive, strict=False)
                    ]
                )
            self.hand_out(self._ranked(alive))
            return "stop" if self._ended else "length"
        finally:
            for fork in forks:
                decoder.close(fork)

    def _grown(self, alive: list[Beam], rows: list[Floats]) -> tuple[list[Beam], list[Beam]]:
        """The best continuations by one token: those that end with it, and those that go on.

        As many as went on before (at first, as there are beams): one that has ended leaves its
        place empty.
        """
        width = len(alive) if alive[0].tokens else self._beams
        scores = np.stack([checked(row) for row in rows])
        for at, beam in enumerate(alive):
            scores[at] += beam.logprob - log_normalizer(scores[at])
        grown = []
        for at in best(scores.ravel(), width).tolist():
            parent, id = divmod(at, scores.shape[1])
            if scores[parent, id] > -np.inf:
                tokens = (*alive[parent].tokens, id)
                grown.append(Beam(tokens, float(scores[parent, id]), parent))
        ends = [self._endings.is_end(beam.tokens) for beam in grown]
        return (
            [beam for beam, end in zip(grown, ends, strict=True) if end],
            [beam for beam, end in zip(grown, ends, strict=True) if not end],
        )

    def _is_over(self, ended: list[Beam], alive: list[Beam], longest: int) -> bool:
        if not alive:
            return True
        best_alive = max(beam.logprob for beam in alive)
        if not self._penalty:
            return any(beam.logprob >= best_alive for beam in ended)
        # Sums only fall, so this is the most that a text which goes on can still come to.
        bound = best_alive / longest**self._penalty
        return any(self.score(beam) >= bound for beam in self._ended)

    def _ranked(self, alive: list[Beam]) -> list[Beam]:
        """Everything that was found, the answer first."""
        ranked = sorted([*self._ended, *alive], key=self.score, reverse=True)
        if not self._penalty:
            # bert4keras's answer: the best of the texts of the last step.
            longest = max(len(beam.tokens) for beam in ranked)
            answer = next(beam for beam in ranked if len(beam.tokens) == longest)
            ranked.remove(answer)
            ranked.insert(0, answer)
        return ranked[: self._beams]
