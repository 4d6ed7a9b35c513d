import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.generation.prefix_cache import Prefix, PrefixCache
from tests.unit.engine.generation.toy import ToyModel

TOKENS = st.lists(st.integers(0, 2), max_size=8)


def beginning(tokens, segments=None, source=None) -> Prefix:
    return Prefix.of(tokens, segments or [0] * len(tokens), source)


class Kept:
    """A decoder whose slots are filled by hand."""

    def __init__(self, budget: int) -> None:
        self.decoder = ToyModel().decoder(1)
        self.prefixes = PrefixCache(budget)

    def keep(self, tokens, segments=None):
        slot = self.decoder.open()
        self.decoder.held[slot] = list(tokens), segments or [0] * len(tokens)
        past = self.prefixes.keep(self.decoder, slot, beginning(tokens, segments))
        self.decoder.close(slot)
        return past


@given(TOKENS, TOKENS)
def test_what_two_texts_share(a, b):
    shared = beginning(a).shared(beginning(b))
    assert a[:shared] == b[:shared]
    assert a[: shared + 1] != b[: shared + 1] or shared == min(len(a), len(b))


def test_the_same_tokens_in_other_segments_or_after_another_source_are_another_text():
    tokens = [1, 2, 3]
    assert beginning(tokens, [0, 0, 1]).shared(beginning(tokens)) == 2
    assert beginning(tokens, source=[1]).shared(beginning(tokens, source=[2])) == 0


def test_the_longest_beginning_is_found():
    kept = Kept(10_000)
    kept.keep([1, 2, 3, 4, 5])
    kept.keep([1, 2, 3, 4, 6, 7])
    past, length = kept.prefixes.longest(beginning([1, 2, 3, 4, 6, 9]))
    assert (past.tokens, length) == ((1, 2, 3, 4, 6, 7), 5)
    assert kept.prefixes.longest(beginning([2, 2])) == (None, 0)


def test_a_longer_text_takes_the_place_of_its_beginning_and_a_shorter_one_is_not_copied():
    kept = Kept(10_000)
    kept.keep([1, 2, 3, 4])
    kept.keep([1, 2, 3, 4, 5])
    assert (len(kept.prefixes), kept.prefixes.nbytes) == (1, 50)
    assert kept.keep([1, 2, 3, 4]) is None
    assert kept.decoder.kept == 2


def test_what_was_used_last_stays_within_the_budget():
    kept = Kept(120)
    for first in range(3):
        kept.keep([first] * 4)
    kept.prefixes.longest(beginning([0] * 4))
    kept.keep([7] * 4)
    assert kept.prefixes.nbytes == 120
    left = [kept.prefixes.longest(beginning([first] * 4))[1] for first in (0, 1, 2, 7)]
    assert left == [4, 0, 4, 4]
    # One that alone is too large is not even copied, once the size of a token is known.
    assert kept.keep(list(np.arange(13))) is None
    assert kept.decoder.kept == 4
    kept.prefixes.clear()
    assert (len(kept.prefixes), kept.prefixes.nbytes) == (0, 0)
