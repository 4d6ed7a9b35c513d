"""What a language model is given to continue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Prompt:
    """Tokens and their segments, and the segment that the answer's tokens will have.

    Attributes:
        tokens: ids of the vocabulary, [T].
        segments: the segment of each token, [T]: rows of the segment table, or for CDial-GPT ids
            of speaker tokens.
        reply_segment: the segment of every token that is generated.
        dropped_turns: how many of the oldest turns of a dialogue were left out, because they did
            not fit or because the format looks at the last ones only.
    """

    tokens: tuple[int, ...]
    segments: tuple[int, ...]
    reply_segment: int = 0
    dropped_turns: int = 0

    def __post_init__(self) -> None:
        if len(self.tokens) != len(self.segments):
            raise ValueError(f"{len(self.tokens)} tokens but {len(self.segments)} segments")

    def __len__(self) -> int:
        return len(self.tokens)

    def followed_by(self, answer: Sequence[int]) -> "Prompt":
        """This prompt and the first tokens of its answer."""
        if not len(answer):
            return self
        return replace(
            self,
            tokens=(*self.tokens, *answer),
            segments=(*self.segments, *[self.reply_segment] * len(answer)),
        )
