"""Penalties on what was said already, and biases: logits are shifted, nothing is excluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.generation import checks
from engine.generation.processors import Logits, Processor, SamplingContext, within


@dataclass(frozen=True)
class RepetitionPenalty(Processor):
    """CTRL's penalty (Keskar et al. 2019) on every token of prompt and text so far.

    A positive logit is divided by ``penalty``, a negative one multiplied; 1 changes nothing.
    """

    penalty: float

    def __post_init__(self) -> None:
        checks.number("repetition_penalty", self.penalty, 0, low_excluded=True)

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        ids = within(logits, context.text_ids)
        seen = logits[ids]
        result = logits.copy()
        result[ids] = np.where(seen > 0, seen / self.penalty, seen * self.penalty)
        return result


@dataclass(frozen=True)
class FrequencyPenalty(Processor):
    """OpenAI's: ``penalty`` off a token's logit for each time it was generated.

    The prompt does not count; below 0 repetition is rewarded.
    """

    penalty: float

    def __post_init__(self) -> None:
        checks.number("frequency_penalty", self.penalty)

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        result = logits.copy()
        np.subtract.at(result, within(logits, context.generated_ids), self.penalty)
        return result


@dataclass(frozen=True)
class PresencePenalty(Processor):
    """OpenAI's: ``penalty`` off the logit of every token that was generated, however often.

    The prompt does not count; below 0 repetition is rewarded.
    """

    penalty: float

    def __post_init__(self) -> None:
        checks.number("presence_penalty", self.penalty)

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        ids = within(logits, context.generated_ids)
        result = logits.copy()
        result[ids] = logits[ids] - self.penalty
        return result


@dataclass(frozen=True)
class LogitBias(Processor):
    """Added to the logits of these ids, as OpenAI's logit_bias.

    Attributes:
        bias: a mapping of ids to what is added, or pairs of them; kept as sorted pairs.
    """

    bias: Mapping[int, float] | tuple[tuple[int, float], ...]

    def __post_init__(self) -> None:
        pairs = sorted(dict(self.bias).items())
        checks.token_ids("logit_bias", [i for i, _ in pairs])
        for i, value in pairs:
            checks.number(f"logit_bias of id {i}", value)
        object.__setattr__(self, "bias", tuple(pairs))

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        pairs = dict(self.bias)
        result = logits.copy()
        result[within(logits, list(pairs))] += np.fromiter(pairs.values(), np.float64)
        return result
