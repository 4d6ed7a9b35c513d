"""What the writing pages say about strategies."""

from typing import Final

from app.web.texts import Language, text
from engine.generation import Settings, Strategy

#: Settings in the order in which they are named.
_NAMED: Final = (
    "temperature",
    "top_k",
    "top_p",
    "typical_p",
    "repetition_penalty",
    "no_repeat_ngram",
)


def describe(strategy: Strategy, lang: Language) -> str:
    """What a strategy does, in a few words: 温度 0.8 · top-p 0.9."""
    if strategy.kind == "beam":
        parts = [text("text.short.beams", lang, value=strategy.beams)]
        if strategy.length_penalty:
            value = f"{strategy.length_penalty:g}"
            parts.append(text("text.short.length_penalty", lang, value=value))
        return " · ".join(parts)
    return _drawing(strategy.settings, lang)


def _drawing(settings: Settings, lang: Language) -> str:
    parts = []
    for name in _NAMED:
        value = getattr(settings, name)
        if value is None or (name != "no_repeat_ngram" and value == 1):
            continue
        if settings.temperature == 0 and name in ("top_k", "top_p", "typical_p"):
            continue  # the most probable token is among those that they keep
        parts.append(text(f"text.short.{name}", lang, value=f"{value:g}"))
    return " · ".join(parts) or text("text.short.plain", lang)
