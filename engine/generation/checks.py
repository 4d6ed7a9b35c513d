"""Checks of numbers that people set: errors that name the field, the value and what is allowed."""

import math
import operator
from collections.abc import Iterable
from typing import Any

from engine.models.errors import GenerationError


def number(
    name: str,
    value: Any,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    low_excluded: bool = False,
) -> float:
    """``value`` as a finite float from low to high.

    Raises GenerationError for anything else, NaN and booleans included.
    """
    error = GenerationError(
        f"{name} must be a number{_limits(low, high, low_excluded)}, not {value!r}"
    )
    if isinstance(value, (bool, str, bytes)):
        raise error
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        raise error from None
    if not math.isfinite(result) or not low <= result <= high or (low_excluded and result == low):
        raise error
    return result


def integer(name: str, value: Any, low: int, high: float = math.inf) -> int:
    """``value`` as an int from low to high; a float without a fraction, as JSON has it, will do.

    Raises GenerationError for anything else.
    """
    error = GenerationError(f"{name} must be an integer{_limits(low, high)}, not {value!r}")
    if isinstance(value, bool):
        raise error
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        result = operator.index(value)
    except TypeError:
        raise error from None
    if not low <= result <= high:
        raise error
    return result


def token_ids(name: str, values: Any) -> tuple[int, ...]:
    """``values`` as token ids, integers of at least 0.

    Raises GenerationError for anything else.
    """
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise GenerationError(f"{name} must be a list of token ids, not {values!r}")
    return tuple(integer(f"an id in {name}", value, 0) for value in values)


def _limits(low: float, high: float, low_excluded: bool = False) -> str:
    if low_excluded:
        return f" above {low}" if high == math.inf else f" above {low} and at most {high}"
    if high == math.inf:
        return "" if low == -math.inf else f" of at least {low}"
    return f" from {low} to {high}"
