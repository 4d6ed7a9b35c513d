"""The page's words."""

from typing import Final

from app.web.texts import Language, text
from engine.fewshot import Proportion

PAGE: Final = "fewshot"


def say(key: str, lang: Language, **values: object) -> str:
    """A text of this page."""
    return text(f"{PAGE}.{key}", lang, **values)


def percent(share: float) -> str:
    """87%, and a decimal where it tells something: 0.4%."""
    value = 100 * share
    if 0 < value < 0.1:
        return "<0.1%"
    return f"{value:.1f}%" if 0 < value < 1 or 99 < value < 100 else f"{value:.0f}%"


def proportion(name: str, found: Proportion, lang: Language) -> str:
    """Exactly right 7/10 = 70% (40% to 89%)."""
    low, high = found.interval
    return say(
        "proportion",
        lang,
        name=name,
        right=f"{found.right:g}",
        count=found.count,
        share=percent(found.share),
        low=percent(low),
        high=percent(high),
    )
