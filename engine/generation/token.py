"""What a stream hands out for each step: the token, and what else the model might have said."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Alternative:
    """A token that stood to choose at one step.

    Attributes:
        text: the piece as people write it.
        id: its row of the vocabulary.
        logprob: natural logarithm of the model's own probability for it, see Token.
    """

    text: str
    id: int
    logprob: float


@dataclass(frozen=True)
class Token:
    """One step of a generated text.

    Attributes:
        text: the complete characters that this token made available: maybe "", where a character
            takes several tokens, and the texts of all tokens together are the whole text.
        id: its row of the vocabulary.
        logprob: natural logarithm of its probability in the model's own distribution, that is at
            temperature 1 and before penalties and filters, but among the tokens that the hard
            constraints allow.
        alternatives: the most probable tokens of that distribution, best first; the chosen one
            may be among them.
    """

    text: str
    id: int
    logprob: float
    alternatives: tuple[Alternative, ...] = ()
