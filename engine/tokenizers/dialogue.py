"""How the turns of a dialogue become one prompt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.models.errors import PromptError
from engine.tokenizers import conditions
from engine.tokenizers.base import Tokenizer
from engine.tokenizers.prompt import Prompt


class DialogueFormat(Protocol):
    """A model's way of writing a dialogue down; the turns take turns between two speakers."""

    def prompt(self, turns: Sequence[str], max_tokens: int) -> Prompt:
        """The dialogue so far, oldest turn first, for the next one to be generated.

        Args:
            turns: what was said; the last turn is the one to be answered.
            max_tokens: room for the prompt, in tokens. The oldest turns are left out until it
                fits, and Prompt.dropped_turns says how many were.

        Raises PromptError if there is no turn, or if the last one alone does not fit.
        """


@dataclass(frozen=True)
class NezhaDialogue:
    """nezha_gpt_dialog: [CLS] u0 [SEP] u1 [SEP], and the next turn ends with [SEP].

    The segment is 0 for the first turn and its [SEP], then 1, 0, 1; the reply has the other one
    than the last turn. Source: bojone/nezha_gpt_dialog, test.py. The bundled models have the same
    with pieces and segments of their own.

    Attributes:
        start, end: the pieces before the first turn and after each.
        speakers: the segments of the first speaker and of the second.
    """

    tokenizer: Tokenizer
    start: str = "[CLS]"
    end: str = "[SEP]"
    speakers: tuple[int, int] = (0, 1)

    def prompt(self, turns: Sequence[str], max_tokens: int) -> Prompt:
        """See `DialogueFormat.prompt`."""
        start, end = self.tokenizer.id(self.start), self.tokenizer.id(self.end)
        spoken = [[*self.tokenizer.encode(turn), end] for turn in turns]
        kept = _last_that_fit(spoken, max_tokens - 1)
        return Prompt(
            tokens=(start, *(id for turn in kept for id in turn)),
            segments=(
                self.speakers[0],
                *(self.speakers[i % 2] for i, turn in enumerate(kept) for _ in turn),
            ),
            reply_segment=self.speakers[len(kept) % 2],
            dropped_turns=len(turns) - len(kept),
        )


@dataclass(frozen=True)
class CDialDialogue:
    """CDial-GPT: [CLS] [speaker1] u0 [speaker2] u1 [speaker1], and the next turn ends with [SEP].

    The segment of a token is its speaker's token, of [CLS] its own. Source: thu-coai/CDial-GPT,
    contrib/interact.py, which looks at the last five turns only.
    """

    tokenizer: Tokenizer
    max_turns: int = 5

    def prompt(self, turns: Sequence[str], max_tokens: int) -> Prompt:
        """See `DialogueFormat.prompt`."""
        start = self.tokenizer.id("[CLS]")
        speakers = (self.tokenizer.id("[speaker1]"), self.tokenizer.id("[speaker2]"))
        spoken = [[speakers[0], *self.tokenizer.encode(turn)] for turn in turns[-self.max_turns :]]
        kept = _last_that_fit(spoken, max_tokens - 2)
        tokens, segments = [start], [start]
        for i, turn in enumerate(kept):
            speaker = speakers[i % 2]
            tokens += [speaker, *turn[1:]]
            segments += [speaker] * len(turn)
        replier = speakers[len(kept) % 2]
        return Prompt(
            tokens=(*tokens, replier),
            segments=(*segments, replier),
            reply_segment=replier,
            dropped_turns=len(turns) - len(kept),
        )


def dialogue_format(family: str, tokenizer: Tokenizer | None) -> DialogueFormat:
    """How a family's models write a dialogue down.

    Raises PromptError for a family whose models do not talk, or for a model without text.
    """
    formats: dict[str, Callable[[Tokenizer], DialogueFormat]] = {
        "nezha": NezhaDialogue,
        "cdial": CDialDialogue,
        "bundled": _bundled,
    }
    if family not in formats:
        raise PromptError(f"models of {family} do not talk; choose one of {', '.join(formats)}")
    if tokenizer is None:
        raise PromptError("the model has no tokenizer; put its vocabulary beside the weights")
    return formats[family](tokenizer)


def _bundled(tokenizer: Tokenizer) -> DialogueFormat:
    return NezhaDialogue(tokenizer, "<cls>", "<sep>", conditions.SPEAKERS)


def _last_that_fit(spoken: Sequence[list[int]], room: int) -> Sequence[list[int]]:
    """The last turns, as many as have room together.

    Raises PromptError if there is no turn, or if the last one alone does not fit.
    """
    if not spoken:
        raise PromptError("the dialogue has no turn yet; there must be one to answer")
    used = kept = 0
    for turn in reversed(spoken):
        used += len(turn)
        if used > room:
            break
        kept += 1
    if not kept:
        raise PromptError(
            f"the last turn has {len(spoken[-1])} tokens, and there is room for {max(room, 0)}; "
            "shorten it"
        )
    return spoken[-kept:]
