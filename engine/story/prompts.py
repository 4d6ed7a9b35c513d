"""What a model is given to continue a manuscript.

The manuscript up to the cursor is the prompt. Memory and author's note stand in it where NovelAI
and KoboldAI put them: the memory before everything, the note a few sentences before the end, where
it has the most effect on a model with a short context. Neither belongs to the manuscript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from engine.models.errors import PromptError, TokenizerError
from engine.tokenizers import conditions
from engine.tokenizers.prompt import Prompt

if TYPE_CHECKING:
    from engine.generation.strategy import Strategy
    from engine.tokenizers.base import Tokenizer
    from engine.transformer.language_model import LanguageModel

GENRES: Final = ("any", "novel", "wuxia", "children", "history", "essay", "scifi")
"""Those of engine.tokenizers.conditions that are stories."""

NOTE_DEPTH: Final = 3
"""Sentences between the author's note and the end."""
_MEMORY_SHARE: Final = 4
_NOTE_SHARE: Final = 8
"""Memory and note get at most one in so many tokens of the prompt's."""
_LONGEST_PIECE: Final = 6
_SNAP: Final = 80
"""What remains of a long manuscript begins with a sentence, if one begins within so many
characters."""

_SENTENCE_END: Final = re.compile(r"[。！？…]+[”’」』）]*|[.!?]+[\"')]*(?=\s)|\n+")


@dataclass(frozen=True, kw_only=True)
class StoryRequest:
    """What to continue, and under which conditions.

    Attributes:
        text: the manuscript.
        cursor: where to continue, as a number of characters; None for the end. What stands after
            it is kept, and no model sees it: a language model reads from the left.
        memory: what the model should never forget.
        note: what matters now.
        genre: of GENRES, mood and length: of engine.tokenizers.conditions; for models that know
            them.

    Raises ValueError for a cursor outside of the text or a condition that there is not.
    """

    text: str
    cursor: int | None = None
    memory: str = ""
    note: str = ""
    genre: str = "any"
    mood: str = "any"
    length: str = "any"

    def __post_init__(self) -> None:
        if self.cursor is not None and not 0 <= self.cursor <= len(self.text):
            raise ValueError(f"the cursor is at {self.cursor} of {len(self.text)} characters")
        conditions.segment(self.genre, self.mood, self.length)

    @property
    def before(self) -> str:
        """The manuscript before the cursor."""
        return self.text[: self.cursor]

    @property
    def after(self) -> str:
        """The manuscript after the cursor."""
        return "" if self.cursor is None else self.text[self.cursor :]


@dataclass(frozen=True)
class StoryPrompt:
    """A request as a model reads it, and what of it there was no room for.

    Attributes:
        text: the prompt's text; "" where there was none and the model begins by itself.
        cut: characters of the manuscript, at its beginning, that the model does not see.
        cut_memory: characters of the memory, at its end.
        cut_note: characters of the note, at its end.
    """

    prompt: Prompt
    text: str
    cut: int = 0
    cut_memory: int = 0
    cut_note: int = 0


@dataclass
class _Parts:
    """Pieces of the prompt in their order, each made into tokens by itself."""

    tokenizer: Tokenizer
    texts: list[str] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.texts.append(text)
        self.tokens += self.tokenizer.encode(text)


def story_prompt(model: LanguageModel, request: StoryRequest, room: int = 0) -> StoryPrompt:
    """The prompt for this model.

    A model that has the segments of engine.tokenizers.conditions reads genre, mood and length with
    every token; any other reads the plain text. Before an empty manuscript stands the piece that
    texts begin with, or the end of a paragraph.

    Args:
        room: tokens of the context to leave for the continuation.

    Raises PromptError where the context is not longer than the room, or the model has no
    tokenizer or no piece to begin an empty manuscript with.
    """
    tokenizer = model.tokenizer
    if tokenizer is None:
        raise PromptError(f"{model.name} has no tokenizer: it does not write texts")
    budget = model.config.max_positions - room
    if budget < 1:
        raise PromptError(
            f"the context of {model.config.max_positions:,} tokens has no room for a prompt "
            f"beside {room:,} new ones: ask for fewer"
        )
    memory = _first_that_fits(tokenizer, request.memory.strip(), budget // _MEMORY_SHARE)
    note = _first_that_fits(tokenizer, request.note.strip(), budget // _NOTE_SHARE)
    parts = _Parts(tokenizer)
    if memory:
        parts.add(f"{memory}\n")
    # A few tokens for the note's brackets, and for borders where a piece might have been longer.
    used = len(parts.tokens) + (len(tokenizer.encode(note)) + 4 if note else 0)
    kept = _last_that_fits(tokenizer, request.before, budget - used)
    border = _note_border(kept) if note else 0
    for text in (kept[:border], f"（{note}）" if note else "", kept[border:]):
        if text:
            parts.add(text)
    tokens = (parts.tokens or _beginning(model, tokenizer))[-budget:]
    segment = condition_segment(model, request)
    return StoryPrompt(
        Prompt(tuple(tokens), (segment,) * len(tokens), reply_segment=segment),
        "".join(parts.texts),
        cut=len(request.before) - len(kept),
        cut_memory=len(request.memory.strip()) - len(memory),
        cut_note=len(request.note.strip()) - len(note),
    )


def condition_segment(model: LanguageModel, request: StoryRequest) -> int:
    """The segment of the request's conditions; 0 for a model that knows none."""
    if not conditions.known_by(model.config.num_segments):
        return 0
    return conditions.segment(request.genre, request.mood, request.length)


def sentence_ends(tokenizer: Tokenizer | None) -> tuple[str, ...]:
    """What ends a sentence in a vocabulary: Chinese punctuation, where it has any."""
    if tokenizer is None:
        return ()
    try:
        has_chinese = tokenizer.id("。") != tokenizer.unk_id
    except TokenizerError:
        has_chinese = False
    return ("。", "！", "？") if has_chinese else (".", "!", "?")


def until_sentence_end(strategy: Strategy, tokenizer: Tokenizer | None) -> Strategy:
    """The strategy, but from half of its tokens on the first end of a sentence ends the text.

    As Su Jianlin's GPT2_ML example does (kexue.fm/archives/7292): 128 of 256 tokens, then 。 Unlike
    there what somebody says is not cut off before its closing mark.
    """
    return replace(
        strategy,
        keep=sentence_ends(tokenizer),
        whole_quotations=True,
        ends_from=(strategy.max_tokens + 1) // 2,
    )


def without_gaps(strategy: Strategy, tokenizer: Tokenizer | None) -> Strategy:
    """The strategy, but pieces that stand for unknown text or for nothing are never drawn."""
    if tokenizer is None or strategy.kind != "sample":
        return strategy
    ids = {tokenizer.unk_id, tokenizer.pad_id} - {tokenizer.eos_id, tokenizer.bos_id, None}
    forbidden = {*strategy.settings.forbidden_ids, *(id for id in ids if id is not None)}
    settings = replace(strategy.settings, forbidden_ids=tuple(sorted(forbidden)))
    return replace(strategy, settings=settings)


def _beginning(model: LanguageModel, tokenizer: Tokenizer) -> list[int]:
    """What stands before an empty manuscript.

    Not the end of another text, after which the bundled models learned to begin: most texts that
    began there were lists of facts. A paragraph begins after a sentence.
    """
    if tokenizer.bos_id is not None:
        return [tokenizer.bos_id]
    if tokenizer.newline_id is not None:
        return tokenizer.encode("。\n")
    raise PromptError(f"{model.name} cannot begin by itself: give it a word to continue")


def _note_border(text: str) -> int:
    """Where the author's note goes: before the last NOTE_DEPTH sentences."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text.rstrip())]
    whole = [end for end in ends if end < len(text.rstrip())]
    return whole[-NOTE_DEPTH] if len(whole) >= NOTE_DEPTH else 0


def _last_that_fits(tokenizer: Tokenizer, text: str, room: int) -> str:
    """The end of a text that has at most so many tokens, from the beginning of a sentence."""
    start = max(0, len(text) - max(room, 0) * _LONGEST_PIECE)
    while start < len(text) and (excess := _excess(tokenizer, text[start:], room)):
        start += excess
    if start == 0:
        return text
    border = _SENTENCE_END.search(text, start, min(start + _SNAP, len(text) - 1))
    return text[start if border is None else border.end() :]


def _first_that_fits(tokenizer: Tokenizer, text: str, room: int) -> str:
    """The beginning of a text that has at most so many tokens."""
    text = text[: room * _LONGEST_PIECE]
    while text and (excess := _excess(tokenizer, text, room)):
        text = text[: max(0, len(text) - excess)]
    return text


def _excess(tokenizer: Tokenizer, text: str, room: int) -> int:
    """About how many characters are too many, at least one; 0 where the text fits."""
    tokens = len(tokenizer.encode(text))
    return max(1, (tokens - room) * len(text) // tokens) if tokens > room else 0
