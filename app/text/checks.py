"""What the writing pages accept, and how they say what went wrong."""

import json
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from app.web.inputs import cleaned
from app.web.limits import Refusal, checked_text
from app.web.texts import Language, text
from engine.models.errors import (
    CheckpointError,
    ContextFullError,
    DeadlineError,
    EngineError,
    GenerationError,
    ModelError,
    PromptError,
    QueueFullError,
    SlotsFullError,
    TokenizerError,
)

logger = logging.getLogger(__name__)

#: Characters of a prompt; more than any model's context holds.
MAX_PROMPT: Final = 20_000

#: The most particular first.
_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (QueueFullError, "queue"),
    (SlotsFullError, "queue"),
    (DeadlineError, "deadline"),
    (ContextFullError, "context"),
    (PromptError, "prompt"),
    (TokenizerError, "vocabulary"),
    (CheckpointError, "model"),
    (GenerationError, "generation"),
    (ModelError, "model"),
    (EngineError, "generation"),
)


def explain(error: BaseException, lang: Language) -> str:
    """Why there is no (more) text, as a sentence for the visitor; the log has the rest."""
    if isinstance(error, Refusal):
        return str(error)
    for kind, key in _REASONS:
        if isinstance(error, kind):
            logger.info("refused: %s", error)
            return text(f"text.error.{key}", lang)
    logger.error("a request failed", exc_info=error)
    return text("text.error.unexpected", lang)


@contextmanager
def explained(lang: Language) -> Iterator[None]:
    """The engine's errors as sentences for the visitor: Refusal in their place."""
    try:
        yield
    except EngineError as error:
        raise Refusal(explain(error, lang)) from error


def checked_prompt(value: object, lang: Language, maximum: int = MAX_PROMPT) -> str:
    """The text, cleaned. Raises Refusal where it is no text, too long or empty."""
    prompt = cleaned(checked_text(value, maximum, lang))
    if not prompt.strip():
        raise Refusal(text("text.error.empty", lang))
    return prompt


def checked_int(value: object, low: int, high: int, lang: Language, what: str = "") -> int:
    """The value, if it is a whole number from low to high; 3.0 is one, as JSON has it.

    Args:
        what: the name of the value for the visitor.

    Raises Refusal.
    """
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refusal(_out_of_range(low, high, lang, what))
    return value


def checked_float(value: object, low: float, high: float, lang: Language, what: str = "") -> float:
    """The value, if it is a finite number from low to high. Raises Refusal."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not low <= value <= high
    ):
        raise Refusal(_out_of_range(low, high, lang, what))
    return float(value)


def checked_json(value: object, maximum: int, lang: Language) -> object:
    """What a JSON text of at most maximum characters says. Raises Refusal."""
    content = checked_text(value, maximum, lang)
    try:
        found: object = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Refusal(text("limits.json", lang)) from None
    return found


def _out_of_range(low: float, high: float, lang: Language, what: str) -> str:
    name = what or text("limits.value", lang)
    return text("limits.range", lang, what=name, low=f"{low:,}", high=f"{high:,}")


def _refuse(constant: str) -> None:
    # Python reads NaN and Infinity, which JSON does not have.
    raise ValueError(constant)
