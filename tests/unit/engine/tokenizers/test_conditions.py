import numpy as np
import pytest

from engine.tokenizers.conditions import (
    GENRES,
    LENGTHS,
    MOODS,
    NUM_SEGMENTS,
    SPEAKERS,
    factors,
    segment,
)


def test_every_condition_has_a_segment_of_its_own_before_the_speakers() -> None:
    found = [segment(g, m, n) for g in GENRES for m in MOODS for n in LENGTHS]
    assert sorted(found) == list(range(SPEAKERS[0]))
    assert (*SPEAKERS,) == (NUM_SEGMENTS - 2, NUM_SEGMENTS - 1)


def test_nothing_said_is_segment_0_which_plain_prompts_have() -> None:
    assert segment() == 0


@pytest.mark.parametrize("kind", ["genre", "mood", "length"])
def test_an_unknown_name_is_refused_with_those_there_are(kind: str) -> None:
    with pytest.raises(ValueError, match=rf"no {kind} 'epic'; there are: any, "):
        segment(**{kind: "epic"})


def test_factors_tell_the_parts_of_every_segment() -> None:
    table = factors()
    assert table.shape == (NUM_SEGMENTS, len(GENRES) + len(MOODS) + len(LENGTHS) + 2)
    assert (table[: SPEAKERS[0]].sum(axis=1) == 3).all()
    assert (table[list(SPEAKERS)].sum(axis=1) == 1).all()
    assert len(np.unique(table, axis=0)) == NUM_SEGMENTS
    sad_wuxia = np.flatnonzero(table[segment("wuxia", "sad", "long")])
    assert sad_wuxia.tolist() == [
        GENRES.index("wuxia"),
        len(GENRES) + MOODS.index("sad"),
        len(GENRES) + len(MOODS) + LENGTHS.index("long"),
    ]
