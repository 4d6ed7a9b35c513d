import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.xiangqi import (
    BLACK,
    CANNON,
    HORSE,
    KING,
    PIECE_TYPES,
    RED,
    SQUARE_NAMES,
    SQUARES,
    InvalidFenError,
    InvalidMoveError,
    Move,
    Piece,
    XiangqiError,
    parse_square,
    square,
    square_file,
    square_mirror_file,
    square_name,
    square_rank,
)

moves = st.builds(Move, st.sampled_from(SQUARES), st.sampled_from(SQUARES)).filter(
    lambda move: move.from_square != move.to_square
)


def test_squares_run_from_red_left_to_black_right() -> None:
    assert [parse_square(name) for name in ("a0", "e0", "i0", "a1", "i9")] == [0, 4, 8, 9, 89]
    assert len(set(SQUARE_NAMES)) == 90


@given(st.sampled_from(SQUARES))
def test_square_names_and_coordinates_round_trip(sq: int) -> None:
    assert parse_square(square_name(sq)) == sq
    assert square(square_file(sq), square_rank(sq)) == sq


@given(st.sampled_from(SQUARES))
def test_mirroring_a_square_keeps_the_rank_and_undoes_itself(sq: int) -> None:
    assert square_rank(square_mirror_file(sq)) == square_rank(sq)
    assert square_file(square_mirror_file(sq)) == 8 - square_file(sq)


@pytest.mark.parametrize("name", ["", "j0", "a10", "E0", "e", "00"])
def test_unknown_square_names_are_refused_with_their_text(name: str) -> None:
    with pytest.raises(InvalidMoveError, match=repr(name)):
        parse_square(name)


@given(moves)
def test_moves_round_trip_in_every_spelling(move: Move) -> None:
    assert Move.from_uci(str(move)) == move
    assert Move.from_uci(move.uci(one_based=True), one_based=True) == move
    text = move.uci()
    assert Move.from_uci(f"{text[:2]}-{text[2:]}".upper()) == move
    assert move.mirror().mirror() == move


def test_one_based_ranks_reach_ten() -> None:
    assert Move.from_uci("h10g8", one_based=True) == Move.from_uci("h9g7")
    assert Move.from_uci("h9g7").uci(one_based=True) == "h10g8"
    assert repr(Move.from_uci("h2-e2")) == "Move.from_uci('h2e2')"


@pytest.mark.parametrize(
    "text", ["", "h2", "h2e", "h2e22", "h10e2", "j2e2", "h2h2", "h2 e2", "h２e2"]
)
def test_texts_that_are_no_move_are_refused_with_their_text(text: str) -> None:
    with pytest.raises(InvalidMoveError, match=repr(text)):
        Move.from_uci(text)


def test_rank_zero_is_refused_in_one_based_moves() -> None:
    with pytest.raises(InvalidMoveError):
        Move.from_uci("h0h1", one_based=True)


def test_pieces_round_trip_through_their_letters() -> None:
    for color in (RED, BLACK):
        for piece_type in PIECE_TYPES:
            piece = Piece(piece_type, color)
            assert Piece.from_symbol(piece.symbol()) == piece
    assert Piece(CANNON, RED).symbol() == "C"
    assert Piece.from_symbol("H") == Piece.from_symbol("N") == Piece(HORSE, RED)
    assert Piece.from_symbol("e") == Piece.from_symbol("b")


def test_the_two_sides_have_different_characters() -> None:
    assert Piece(KING, RED).chinese() == "帥"
    assert Piece(KING, BLACK).chinese() == "將"
    characters = {Piece(t, c).chinese() for t in PIECE_TYPES for c in (RED, BLACK)}
    assert len(characters) == 14


@pytest.mark.parametrize("symbol", ["x", "", "rr", "q", "車"])
def test_unknown_letters_are_refused(symbol: str) -> None:
    with pytest.raises(InvalidFenError, match=repr(symbol)):
        Piece.from_symbol(symbol)


def test_all_errors_are_value_errors() -> None:
    assert issubclass(InvalidMoveError, XiangqiError)
    assert issubclass(XiangqiError, ValueError)
