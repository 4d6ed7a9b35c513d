"""PGN that is wrong, endless, or no PGN at all: a clear error, and soon."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.xiangqi import (
    STARTING_FEN,
    AmbiguousMoveError,
    IllegalMoveError,
    InvalidFenError,
    InvalidMoveError,
    XiangqiError,
)
from engine.xiangqi.records import Game, InvalidRecordError, read_games, read_record


def same(a, b):
    return (a.board, a.moves, a.comments, a.variations, a.result) == (
        b.board,
        b.moves,
        b.comments,
        b.variations,
        b.result,
    )


@pytest.mark.parametrize(
    ("text", "error", "quoted"),
    [
        ("", InvalidRecordError, "''"),
        ("hello", InvalidMoveError, "'hello'"),
        ("1. 炮二平六 马8进9 2. 车一进五", IllegalMoveError, "'车一进五'"),
        ('[FEN "4k4/9/9/9/9/8R/9/9/9/3K4R w"]\n车一进一', AmbiguousMoveError, "'车一进一'"),
        ('[FEN "nonsense"]\nh2e2', InvalidFenError, "nonsense"),
        ('[FEN "nonsense"]', InvalidFenError, "nonsense"),
        ("{never closed", InvalidRecordError, "{never closed"),
        ("[Event 五羊杯]", InvalidRecordError, "[Event 五羊杯]"),
        ("(h2e2)", InvalidRecordError, "("),
        ("h2e2)", InvalidRecordError, ")"),
        ("h2e2 (b2e2", InvalidRecordError, "("),
        ("h2e2 (" * 1000, InvalidRecordError, "("),
        ("\0", InvalidMoveError, r"'\x00'"),
    ],
)
def test_errors(text, error, quoted):
    with pytest.raises(error) as caught:
        Game.from_pgn(text)
    assert quoted in str(caught.value)
    assert len(str(caught.value)) < 300


def test_deep_variations_are_refused_not_crashed_on():
    deep = "h2e2 (" + "b2e2 (" * 99 + "h2e2"
    game = Game.from_pgn(deep + ")" * 100)
    assert same(Game.from_pgn(game.to_pgn("iccs")), game)
    with pytest.raises(InvalidRecordError, match="nested"):
        Game.from_pgn(deep + "(b2e2" + ")" * 101)


def seconds_to_read(text):
    start = time.process_time()
    try:
        for _ in read_games(text):
            pass
    except XiangqiError:
        pass
    return time.process_time() - start


@pytest.mark.parametrize(
    "part",
    [
        "h2e2 (b2e2) h9g7 h0g2 g7h9 g2h0 h9g7 e2h2 g7h9 *\n",
        "{ a comment } ",
        "[a ",
        '[Event "',
        '[Event "x"]\n',
        "(",
        "{",
        '"',
        "*",
        "炮",
        "1.",
        "\0",
    ],
)
def test_time_grows_with_size_alone(part):
    small = part * (40_000 // len(part))
    first = seconds_to_read(small)
    assert seconds_to_read(small * 5) < 15 * first + 0.5


def test_ten_megabytes_of_noise_fail_at_once():
    for part in ('[Event "', "h2e2 (", "{ ", "炮二平五马8进7", "\0"):
        assert seconds_to_read(part * (10_000_000 // len(part.encode()))) < 5


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
@example(b"XQ")
def test_random_bytes_give_games_or_errors(data):
    try:
        for game in read_record(data):
            game.to_pgn()
    except XiangqiError:
        pass


PIECES_OF_PGN = [
    *("[", "]", '"', "Event", "FEN", STARTING_FEN, "{", "}", "(", ")", ";", "\n", " ", "\\", "$1"),
    *("h2e2", "炮二平五", "C2.5", "h9g7", "1.", "...", "*", "1-0"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES_OF_PGN), max_size=20))
def test_random_pgn_gives_games_or_errors(parts):
    try:
        for game in read_games("".join(parts)):
            assert same(Game.from_pgn(game.to_pgn()), game)
    except XiangqiError:
        pass
