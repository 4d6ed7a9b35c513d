"""Windows of packed documents."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.language_model_pack import pack, write
from training.corpus.tokenizer import SPECIALS
from training.language_model.data import END, Pack, Source, Span, Stream, window


def test_the_end_piece_is_the_tokenizers() -> None:
    assert 2 + SPECIALS.index("<eod>") == END


def test_a_text_begins_after_the_end_of_another_that_it_does_not_see() -> None:
    tokens = np.array([7, 8, END, 9, 10, 11, 12])
    documents = np.array([0, 0, 0, 1, 1, 1, 2])
    span = Span(tokens, np.array([1, 1, 1, 2, 2, 2, 3]), np.ones(7, int), documents)
    found = window(span)
    np.testing.assert_array_equal(found["tokens"], [7, 8, END, 9, 10, END])
    np.testing.assert_array_equal(found["targets"], [8, END, 9, 10, 11, 12])
    np.testing.assert_array_equal(found["documents"], [0, 0, 1, 1, 1, 2])
    np.testing.assert_array_equal(found["segments"], [1, 1, 2, 2, 2, 3])


def test_a_dialogue_begins_by_itself() -> None:
    span = Span(
        np.array([2, 7, 3, 8, 3, 2, 9]),
        np.array([0, 0, 0, 1, 1, 0, 0]),
        np.array([0, 0, 0, 1, 1, 0, 0]),
        np.array([0, 0, 0, 0, 0, 1, 1]),
    )
    found = window(span)
    np.testing.assert_array_equal(found["tokens"], [2, 7, 3, 8, 3, 2])
    np.testing.assert_array_equal(found["targets"], [-1, -1, 8, 3, -1, -1])
    np.testing.assert_array_equal(found["documents"], [0, 0, 0, 0, 0, 1])
    np.testing.assert_array_equal(found["segments"], [0, 0, 0, 1, 1, 0])


def test_every_document_comes_once_before_any_comes_again(tmp_path: Path) -> None:
    documents = [[10 * n + i for i in range(n)] for n in range(1, 7)]
    write(tmp_path, "some", documents)
    stream = Stream(Source(tmp_path, "some"), seed=3)
    length = sum(map(len, documents))
    orders = []
    for epoch in range(3):
        span = stream.read(epoch * length, length)
        pieces = [span.tokens[span.documents == n].tolist() for n in range(len(documents))]
        assert sorted(pieces) == sorted(documents)
        orders.append(pieces)
    assert orders[0] != orders[1] != orders[2]
    whole = stream.read(0, 3 * length).tokens
    parts = [stream.read(begin, 4).tokens for begin in range(0, 3 * length - 3, 4)]
    np.testing.assert_array_equal(np.concatenate(parts), whole[: 4 * len(parts)])


def test_a_run_that_goes_on_sees_what_it_would_have_seen(tmp_path: Path) -> None:
    found = Pack(pack(tmp_path))
    whole = list(islice(found.batches("base", size=16, windows=4, seed=1), 7))
    rest = list(islice(found.batches("base", size=16, windows=4, seed=1, start=4), 3))
    for one, two in zip(whole[4:], rest, strict=True):
        for name in one:
            np.testing.assert_array_equal(one[name], two[name])


def test_sources_come_as_often_as_the_mix_says(tmp_path: Path) -> None:
    found = Pack(pack(tmp_path))
    assert found.mix("base") == {"texts": 0.75, "talks": 0.25}
    with pytest.raises(ValueError, match="no mix 'all'; there are: base, texts"):
        found.mix("all")
    batch = next(found.batches("base", size=16, windows=400))
    talks = (batch["segments"] >= 100).any(axis=1).mean()
    assert 0.18 < talks < 0.32
    only = next(found.batches("texts", size=16, windows=40))
    assert (only["segments"] < 5).all()


def test_the_held_out_sample_is_the_same_every_time(tmp_path: Path) -> None:
    found = Pack(pack(tmp_path))
    one, two = (found.sample("texts", size=16, windows=3) for _ in range(2))
    np.testing.assert_array_equal(one["targets"], two["targets"])
    assert one["targets"].shape == (3, 16)
    assert found.held_out("texts").tokens_a_character == 0.5
