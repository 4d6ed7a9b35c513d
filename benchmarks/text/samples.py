"""Texts that the story model writes, beside what people wrote in the same place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.report import asked, table
from engine.generation.strategy import Strategy
from engine.generation.writer import write
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel
from training.language_model.documents import Document

PROMPT: Final = 40
"""Characters that a sample begins with; the prompt goes on to the end of a clause."""
LENGTH: Final = 200
"""Characters of a sample."""
_ENDS: Final = "。！？，；\n"


@dataclass(frozen=True)
class Opening:
    """The beginning of a held-out text.

    Attributes:
        source: where it is from.
        human: how it really goes on, LENGTH characters.
    """

    source: str
    text: str
    prompt: Prompt
    human: str


def openings(samples: dict[str, list[Document]], count: int) -> list[Opening]:
    """So many, as many from each source as from the others."""
    waiting = [_openings(name, documents) for name, documents in samples.items()]
    found: list[Opening] = []
    while waiting and len(found) < count:
        source = waiting.pop(0)
        if (opening := next(source, None)) is not None:
            found.append(opening)
            waiting.append(source)
    return found


def _openings(name: str, documents: Sequence[Document]) -> Iterator[Opening]:
    for document in documents:
        text, pieces = document.text, document.pieces
        at = next((i + 1 for i in range(PROMPT, len(text)) if text[i] in _ENDS), len(text))
        if len(text) < at + LENGTH:
            continue
        segment = int(document.segments[0])
        tokens = pieces.tokenizer.encode(text[:at])
        prompt = Prompt(tuple(tokens), (segment,) * len(tokens), reply_segment=segment)
        yield Opening(name, text[:at], prompt, text[at : at + LENGTH])


def continuation(model: LanguageModel, opening: Opening, strategy: Strategy, seed: int) -> str:
    """LENGTH characters after an opening. The end of the text is not drawn before."""
    text = ""
    writer = write(model, opening.prompt, strategy, seed=seed, alternatives=0)
    try:
        for token in writer:
            text += token.text
            if len(text) >= LENGTH:
                break
    finally:
        writer.close()
    return text[:LENGTH]


def ngrams(text: str, n: int) -> list[str]:
    """All of n characters, in their order."""
    return [text[i : i + n] for i in range(len(text) - n + 1)]


def distinct(texts: Sequence[str], n: int) -> float:
    """Different n-grams of characters over all n-grams of all texts (Li et al. 2016)."""
    found = [gram for text in texts for gram in ngrams(text, n)]
    return len(set(found)) / max(len(found), 1)


def repetition(text: str, n: int = 4) -> float:
    """The share of a text's n-grams of characters that occurred before in it."""
    found = ngrams(text, n)
    return 1 - len(set(found)) / len(found) if found else 0.0


def written(model: LanguageModel, starts: Sequence[Opening], strategy: Strategy) -> list[str]:
    """A continuation of each opening."""
    longest = min(3 * LENGTH, model.config.max_positions - 2 * PROMPT)
    chosen = Strategy(settings=strategy.settings, max_tokens=longest, min_tokens=longest)
    return asked(lambda item: continuation(model, item[1], chosen, seed=item[0]), enumerate(starts))


def variety(kinds: dict[str, Sequence[str]]) -> str:
    """How varied the texts of each kind are."""
    rows = []
    for kind, texts in kinds.items():
        repeated = sum(map(repetition, texts)) / max(len(texts), 1)
        length = sum(map(len, texts)) / max(len(texts), 1)
        counts = f"{len(texts)}", f"{length:.0f}"
        shares = f"{distinct(texts, 1):.3f}", f"{distinct(texts, 2):.3f}", f"{repeated:.1%}"
        rows.append((kind, *counts, *shares))
    return table(
        ("texts", "number", "characters each", "distinct-1", "distinct-2", "repeated 4-grams"), rows
    )


def to_read(starts: Sequence[Opening], kinds: dict[str, Sequence[str]]) -> str:
    """The samples for people, in Markdown."""
    parts = []
    for number, opening in enumerate(starts):
        parts.append(f"## {number + 1}. {opening.source}\n\n> {_quoted(opening.text)}\n")
        parts += [f"**{kind}**: {_quoted(texts[number])}\n" for kind, texts in kinds.items()]
    return "\n".join(parts)


def _quoted(text: str) -> str:
    return text.strip().replace("\n", " / ")
