"""When a text is over: ends of texts, stop ids, stop strings, and numbers of tokens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from engine.generation import checks
from engine.generation.strategy import Strategy
from engine.models.errors import GenerationError
from engine.tokenizers.base import Tokenizer

Stop = str | int | Sequence[str | int]
_TEXTS: Final[WeakKeyDictionary[Tokenizer, tuple[str, ...]]] = WeakKeyDictionary()
"""The text of every id by itself."""
_OPENING: Final = frozenset("“「『（")
_CLOSING: Final = frozenset("”」』）")


def listed(stop: Stop) -> tuple[str | int, ...]:
    """One or several as several; numbers of numpy are numbers too."""
    if isinstance(stop, str) or not isinstance(stop, Iterable):
        return (stop,)
    return tuple(stop)


@dataclass(frozen=True)
class Quotations:
    """The ids that open and close quotations and brackets.

    Attributes:
        counts: how many an id opens; below 0: closes.
        breaks: line breaks, which leave none open.
    """

    counts: Mapping[int, int]
    breaks: frozenset[int] = frozenset()

    def opened(self, tokens: Iterable[int], already: int = 0) -> int:
        """How many are open behind the tokens, where so many were before them."""
        for token in tokens:
            already = 0 if token in self.breaks else max(0, already + self.counts.get(token, 0))
        return already


@dataclass(frozen=True)
class Endings:
    """What ends a text, see ``stream``.

    Attributes:
        ids: ids of which it takes ``min_ends``: the stop ids, or the tokenizer's end.
        end_id: the tokenizer's end, where there are stop ids besides; one is enough.
        strings: stop strings.
        quotations: a stop id within one ends no text; the mark that closes it right behind a stop
            id does. None: they do not matter.
        opened: quotations that are open where the text begins.
    """

    ids: frozenset[int]
    end_id: int | None
    strings: tuple[str, ...]
    max_tokens: int
    min_tokens: int
    ends_from: int
    min_ends: int
    quotations: Quotations | None = None
    opened: int = 0

    @classmethod
    def of(
        cls,
        tokenizer: Tokenizer | None,
        stop: Stop,
        *,
        max_tokens: int,
        min_tokens: int = 0,
        ends_from: int = 0,
        min_ends: int = 1,
        quotations: Quotations | None = None,
        before: Sequence[int] = (),
    ) -> "Endings":
        """Checked; ``before`` are the tokens that the text continues.

        Raises GenerationError that names the field, its value and what is allowed.
        """
        given = listed(stop)
        strings = tuple(item for item in given if isinstance(item, str))
        if strings and tokenizer is None:
            raise GenerationError("stop strings need a tokenizer: give stop ids")
        ids = frozenset(
            checks.token_ids("stop", [item for item in given if not isinstance(item, str)])
        )
        end = None if tokenizer is None else tokenizer.eos_id
        ends = frozenset() if end is None else frozenset([end])
        return cls(
            ids=ids or ends,
            end_id=end if ids else None,
            strings=strings,
            max_tokens=checks.integer("max_tokens", max_tokens, 1),
            min_tokens=checks.integer("min_tokens", min_tokens, 0),
            ends_from=checks.integer("ends_from", ends_from, 0),
            min_ends=checks.integer("min_ends", min_ends, 1),
            # Nobody has a text go on behind its own end.
            quotations=quotations if ids else None,
            opened=quotations.opened(before) if quotations else 0,
        )

    @property
    def all_ids(self) -> tuple[int, ...]:
        """Every id that may end a text."""
        return tuple(sorted(self.ids | ({self.end_id} if self.end_id is not None else set())))

    def is_end(self, tokens: Sequence[int]) -> bool:
        """Whether the last of the tokens generated so far ends the text."""
        last = tokens[-1]
        if len(tokens) < self.ends_from:
            return False
        if last == self.end_id and last not in self.ids:
            return True
        if last not in self.ids and not self._closes_behind_end(tokens):
            return False
        enough = sum(token in self.ids for token in tokens) >= self.min_ends
        return enough and (last == self.end_id or not self._within_quotation(tokens))

    def _closes_behind_end(self, tokens: Sequence[int]) -> bool:
        if self.quotations is None or len(tokens) < 2:
            return False
        return self.quotations.counts.get(tokens[-1], 0) < 0 and tokens[-2] in self.ids

    def _within_quotation(self, tokens: Sequence[int]) -> bool:
        return self.quotations is not None and self.quotations.opened(tokens, self.opened) > 0

    def strings_count(self, count: int) -> bool:
        """Whether a stop string that is complete with token number ``count`` ends the text."""
        return count > self.min_tokens and count >= self.ends_from


class StopStrings:
    """Text goes in piece by piece and comes out once it can no longer begin a stop string.

    What comes out does not depend on how the text was cut into pieces: everything before the stop
    string that is complete first (of those that end together, the longest).

    Attributes:
        met: whether a stop string was met; nothing comes out any more then.

    Raises GenerationError for an empty stop string.
    """

    def __init__(self, strings: Iterable[str]) -> None:
        self._strings = tuple(dict.fromkeys(strings))
        if "" in self._strings:
            raise GenerationError("a stop string must not be empty: it is everywhere")
        # What may begin one, the longest first.
        beginnings = {string[:end] for string in self._strings for end in range(1, len(string))}
        self._beginnings = tuple(sorted(beginnings, key=len, reverse=True))
        self._waiting = ""
        self.met = False

    def push(self, text: str) -> str:
        """The text that is certain now."""
        if self.met:
            return ""
        text = self._waiting + text
        found = [
            (at + len(string), at) for string in self._strings if (at := text.find(string)) >= 0
        ]
        if found:
            self.met, self._waiting = True, ""
            return text[: min(found)[1]]
        self._waiting = next((start for start in self._beginnings if text.endswith(start)), "")
        return text[: len(text) - len(self._waiting)]

    def flush(self) -> str:
        """What was held back and began no stop string after all."""
        text, self._waiting = self._waiting, ""
        return text


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


def strategy_endings(
    tokenizer: Tokenizer | None, strategy: Strategy, before: Sequence[int] = ()
) -> Endings:
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
    tokenizer: Tokenizer | None, strategy: Strategy, written: int, before: Sequence[int]
) -> Endings:
    """What ends a search after these tokens, of which so many are of the text: a search ends at
    tokens, so at any that has a stop string in it; one that takes several tokens ends the text but
    not the search for it."""
    ids = set(kept_ids(tokenizer, strategy))
    for string in strategy.stop:
        ids |= {id for id, text in enumerate(_pieces(tokenizer)) if string in text}
    return Endings.of(
        *(tokenizer, sorted(ids)),
        max_tokens=strategy.max_tokens - written,
        ends_from=max(1, strategy.min_tokens - written, strategy.ends_from - written),
        quotations=quotations(tokenizer, strategy),
        before=before,
    )


def _opened(text: str) -> int:
    """How many quotations and brackets a text opens and does not close."""
    return sum((mark in _OPENING) - (mark in _CLOSING) for mark in text)


def _pieces(tokenizer: Tokenizer | None) -> tuple[str, ...]:
    if tokenizer is None:
        raise GenerationError("an end that is text needs a tokenizer")
    if tokenizer not in _TEXTS:
        _TEXTS[tokenizer] = tuple(tokenizer.decode([id]) for id in range(tokenizer.vocab_size))
    return _TEXTS[tokenizer]
