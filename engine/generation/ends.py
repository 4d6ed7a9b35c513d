"""What ends a text, as a Strategy says it, in the ids of a vocabulary."""

from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

from engine.generation.endings import Endings, Quotations
from engine.generation.jobs import FinishReason
from engine.generation.strategy import Strategy
from engine.generation.writing import WrittenText
from engine.models.errors import GenerationError
from engine.tokenizers.base import Tokenizer


def kept_ids(tokenizer: Tokenizer | None, strategy: Strategy) -> tuple[int, ...]:
    """The ids of ``Strategy.keep``.

    Raises TokenizerError for one that ends no piece and names none.
    """
    ids: set[int] = set()
    for string in strategy.keep:
        pieces = _pieces(tokenizer)
        found = {id for id, text in enumerate(pieces) if text.endswith(string)}
        if tokenizer is not None and not found:
            found = {tokenizer.id(string)}
        ids |= found
    return tuple(sorted(ids))


def quotations(tokenizer: Tokenizer | None, strategy: Strategy) -> Quotations | None:
    """Those of a vocabulary; None unless ``Strategy.whole_quotations``."""
    if not strategy.whole_quotations:
        return None
    pieces = list(enumerate(_pieces(tokenizer)))
    return Quotations(
        {id: count for id, text in pieces if (count := _opened(text))},
        frozenset(id for id, text in pieces if "\n" in text),
    )


def endings(tokenizer: Tokenizer | None, strategy: Strategy, before: Sequence[int] = ()) -> Endings:
    """What ends a text that is drawn after these tokens. Raises what kept_ids raises."""
    stop: tuple[str | int, ...] = (*strategy.stop, *kept_ids(tokenizer, strategy))
    return Endings.of(
        tokenizer,
        stop,
        max_tokens=strategy.max_tokens,
        min_tokens=strategy.min_tokens,
        ends_from=strategy.ends_from,
        quotations=quotations(tokenizer, strategy),
        before=before,
    )


def search_endings(
    tokenizer: Tokenizer | None, strategy: Strategy, begun: int, before: Sequence[int]
) -> Endings:
    """What ends a search after these tokens, of which so many are of the text: a search ends at
    tokens, so at any that has a stop string in it; one that takes several tokens ends the text but
    not the search for it."""
    ids = set(kept_ids(tokenizer, strategy))
    for string in strategy.stop:
        ids |= {id for id, text in enumerate(_pieces(tokenizer)) if string in text}
    return Endings.of(
        *(tokenizer, sorted(ids)),
        max_tokens=strategy.max_tokens - begun,
        ends_from=max(1, strategy.min_tokens - begun, strategy.ends_from - begun),
        quotations=quotations(tokenizer, strategy),
        before=before,
    )


def begun(
    tokenizer: Tokenizer | None, ends: Endings, begin: Sequence[int]
) -> tuple[list[str], WrittenText, FinishReason | None]:
    """A text that has these tokens: what each of them adds to it; what goes on with it; and why
    it is over, if it is. Text that may begin a stop string comes with a later token."""
    text = WrittenText(tokenizer, ends)
    texts = [text.push(id) for id in begin]
    reason: FinishReason | None = None
    if begin and (text.stopped or ends.is_end(begin)):
        reason = "stop"
    elif len(begin) >= ends.max_tokens:
        reason = "length"
    if begin and reason is not None:
        texts[-1] += text.flush()
    return texts, text, reason


_TEXTS: Final[WeakKeyDictionary[Tokenizer, tuple[str, ...]]] = WeakKeyDictionary()
"""The text of every id by itself."""


_OPENING: Final = frozenset("“「『（")
_CLOSING: Final = frozenset("”」』）")


def _opened(text: str) -> int:
    """How many quotations and brackets a text opens and does not close."""
    return sum((mark in _OPENING) - (mark in _CLOSING) for mark in text)


def _pieces(tokenizer: Tokenizer | None) -> tuple[str, ...]:
    if tokenizer is None:
        raise GenerationError("an end that is text needs a tokenizer")
    if tokenizer not in _TEXTS:
        _TEXTS[tokenizer] = tuple(tokenizer.decode([id]) for id in range(tokenizer.vocab_size))
    return _TEXTS[tokenizer]
