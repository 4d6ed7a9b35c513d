"""What a relation is: items that are asked and answered in the same way."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

Pairs = Iterable[tuple[str, str]]

PLAIN: Final = ("{q} -> {a}", "{q}：{a}", "{q}={a}", "问：{q}\n答：{a}")
"""Templates that do not say what is asked: only the examples do."""


@dataclass(frozen=True)
class Relation:
    """Items that are asked and answered in the same way.

    Attributes:
        name: unique.
        pairs: (question, answer); questions are unique.
        templates: each with {q}, and {a} at the very end.
        held_out: never trained on.
        weight: how often it is drawn for training, beside the others.
        closed: whether the answers are few enough to choose from.
    """

    name: str
    pairs: tuple[tuple[str, str], ...]
    templates: tuple[str, ...]
    held_out: bool = False
    weight: float = 1.0
    closed: bool = False

    @staticmethod
    def end(template: str) -> str:
        """What ends an example: an empty line too, if the example itself has two lines."""
        return "\n\n" if "\n" in template else "\n"


def unique(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    """Without questions that have two answers, as namesakes do."""
    found = sorted(set(pairs))
    counts = Counter(question for question, _ in found)
    return tuple(pair for pair in found if counts[pair[0]] == 1)


def make_relation(
    name: str, pairs: Pairs, *templates: str, plain: int = 3, **options: Any
) -> Relation:
    """A relation with so many of PLAIN beside its own templates. `options`: its other fields."""
    return Relation(name, unique(pairs), templates + PLAIN[:plain], **options)
