"""Tables in Markdown, shares with their intervals, and many questions asked at once."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from engine.fewshot import Proportion

Item = TypeVar("Item")
Answer = TypeVar("Answer")

TOGETHER = 6
"""Questions that are asked at once: the decode loop puts them into one pass."""


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def share(right: Sequence[bool]) -> str:
    """How many are true, in percent with a 95% interval (Wilson 1927)."""
    if not right:
        return "-"
    found = Proportion(sum(right), len(right))
    low, high = found.interval
    return f"{found.share:.1%} ({low:.0%} to {high:.0%})"


def asked(question: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """The answers, in the order of the items."""
    with ThreadPoolExecutor(TOGETHER) as threads:
        return list(threads.map(question, items))
