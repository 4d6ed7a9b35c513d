import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.xiangqi import (
    BLACK,
    KING,
    PIECE_TYPES,
    RED,
    ROOK,
    SQUARES,
    STARTING_FEN,
    Board,
    IllegalMoveError,
    InvalidFenError,
    InvalidMoveError,
    Move,
    Piece,
    Status,
    parse_square,
)

pieces = st.builds(Piece, st.sampled_from(PIECE_TYPES), st.booleans())
placements = st.dictionaries(st.sampled_from(SQUARES), pieces, max_size=40)


@st.composite
def any_boards(draw: st.DrawFn) -> Board:
    """Boards with any pieces anywhere, kings or not: what a position editor can make."""
    board = Board(None)
    for sq, piece in draw(placements).items():
        board.set_piece_at(sq, piece)
    board.turn = draw(st.booleans())
    board.halfmove_clock = draw(st.integers(0, 200))
    board.fullmove_number = draw(st.integers(1, 500))
    return board


@st.composite
def played_boards(draw: st.DrawFn) -> Board:
    """Boards in the middle of a random game."""
    board = Board()
    for choice in draw(st.lists(st.integers(0, 1000), max_size=60)):
        if board.legal_moves:
            board.push(board.legal_moves[choice % len(board.legal_moves)])
    return board


def squares(names: str) -> set[int]:
    return {parse_square(name) for name in names.split()}


def state(board: Board) -> tuple[object, ...]:
    return board.fen(), board.key(), board.codes().tobytes(), board.king(RED), board.king(BLACK)


@given(any_boards())
def test_fen_round_trips(board: Board) -> None:
    again = Board(board.fen())
    assert again == board
    assert state(again) == state(board)


@given(any_boards())
def test_codes_round_trip(board: Board) -> None:
    codes = board.codes()
    assert codes.shape == (90,) and codes.dtype == np.int8
    assert Board.from_codes(codes).piece_map() == board.piece_map()
    for sq, piece in board.piece_map().items():
        assert codes[sq] == piece.piece_type + (0 if piece.color else 7)
    assert np.count_nonzero(codes) == len(board.piece_map())


@given(any_boards())
def test_any_position_can_be_asked_anything(board: Board) -> None:
    pseudo = set(board.pseudo_legal_moves)
    assert set(board.legal_moves) == {move for move in pseudo if board.is_legal(move)}
    assert board.is_valid() == (board.status() == Status.VALID)
    assert board.result() in {"1-0", "0-1", "1/2-1/2", "*"}
    for move in board.legal_moves:
        board.push(move)
        board.pop()


@given(played_boards())
def test_a_played_position_is_valid_and_has_the_keys_of_its_fen(board: Board) -> None:
    assert board.status() == Status.VALID
    assert Board(board.fen()).key() == board.key()
    assert set(Board(board.fen()).legal_moves) == set(board.legal_moves)


@given(played_boards())
def test_popping_undoes_every_push(board: Board) -> None:
    for move in list(board.pseudo_legal_moves):
        before = state(board)
        board.push(move)
        assert board.peek() == move
        assert board.pop() == move
        assert state(board) == before
    moves = list(board.move_stack)
    while board.move_stack:
        board.pop()
    assert board == Board()
    for move in moves:
        assert move in board.legal_moves
        board.push(move)


@given(played_boards())
def test_legal_moves_are_those_that_leave_no_check(board: Board) -> None:
    """The definition, against the quick way by pins and checks."""
    for move in board.pseudo_legal_moves:
        mover = board.turn
        after = board.copy()
        after.push(move)
        assert board.is_legal(move) == (not after.is_attacked_by(not mover, after.king(mover) or 0))
        assert (move in board.legal_moves) == board.is_legal(move)
        assert board.gives_check(move) == after.is_check() == bool(after.checkers())


@given(played_boards())
def test_attackers_are_the_pieces_that_can_capture(board: Board) -> None:
    for sq, piece in board.piece_map().items():
        if piece.piece_type != KING:
            board.turn = not piece.color
            captures = {m.from_square for m in board.pseudo_legal_moves if m.to_square == sq}
            assert board.attackers(not piece.color, sq) == captures


@given(played_boards())
def test_mirroring_mirrors_moves_and_history(board: Board) -> None:
    mirrored = board.mirror()
    assert set(mirrored.legal_moves) == {move.mirror() for move in board.legal_moves}
    assert mirrored.move_stack == [move.mirror() for move in board.move_stack]
    assert mirrored.mirror() == board
    assert mirrored.ply() == board.ply() == len(board.move_stack)


@given(played_boards())
def test_copies_are_independent(board: Board) -> None:
    before = state(board)
    for other in (board.copy(), board.copy(stack=False)):
        assert other == board
        if other.legal_moves:
            other.push(other.legal_moves[0])
            assert other != board
    assert state(board) == before
    assert board.copy(stack=False).move_stack == []
    assert board.root() == Board()


def test_the_starting_position() -> None:
    board = Board()
    assert board.fen() == STARTING_FEN
    assert board.turn == RED
    assert board.piece_at(parse_square("a0")) == Piece(ROOK, RED)
    assert board.piece_at(parse_square("e4")) is None
    assert board.king(RED) == parse_square("e0") and board.king(BLACK) == parse_square("e9")
    assert len(board.legal_moves) == board.legal_moves.count() == 44
    assert board != "a board"
    assert str(board).splitlines()[0] == "r n b a k a b n r"
    assert repr(board) == f"Board({STARTING_FEN!r})"


@pytest.mark.parametrize(
    ("fen", "full"),
    [
        ("4k4/9/9/9/9/9/9/9/9/4K4", "4k4/9/9/9/9/9/9/9/9/4K4 w - - 0 1"),
        ("4k4/9/9/9/9/9/9/9/9/3K5 b", "4k4/9/9/9/9/9/9/9/9/3K5 b - - 0 1"),
        ("4k4/9/9/9/9/9/9/9/9/EH2K4 r - - 3 0", "4k4/9/9/9/9/9/9/9/9/BN2K4 w - - 3 1"),
    ],
)
def test_short_and_old_fens_are_read(fen: str, full: str) -> None:
    assert Board(fen).fen() == full


@pytest.mark.parametrize(
    "fen",
    [
        "",
        "hello",
        "9/9/9/9/9/9/9/9/9",
        "9/9/9/9/9/9/9/9/9/8",
        "9/9/9/9/9/9/9/9/9/55",
        "9/9/9/9/9/9/9/9/9/x8",
        "9/9/9/9/9/9/9/9/9/08",
        f"{STARTING_FEN} extra",
        STARTING_FEN.replace(" w ", " x "),
        STARTING_FEN.replace("- -", "KQ -"),
        STARTING_FEN.replace(" 0 1", " -1 1"),
        STARTING_FEN.replace(" 0 1", " 0 １"),
        STARTING_FEN.replace(" 0 1", " 0 1e9"),
        "9" * 10_000_000,
    ],
)
def test_bad_fens_are_refused_and_change_nothing(fen: str) -> None:
    board = Board()
    with pytest.raises(InvalidFenError) as refused:
        board.set_fen(fen)
    assert len(str(refused.value)) < 400
    assert board == Board()


def test_codes_of_the_wrong_kind_are_refused() -> None:
    with pytest.raises(InvalidFenError):
        Board.from_codes(np.zeros(89, np.int8))
    with pytest.raises(InvalidFenError):
        Board.from_codes(np.full(90, 15))


def test_moves_are_parsed_and_refused_with_their_text() -> None:
    board = Board()
    assert board.push_uci("h2-e2") == Move.from_uci("h2e2")
    with pytest.raises(IllegalMoveError, match="h2e2"):
        board.push_uci("h2e2")
    with pytest.raises(InvalidMoveError, match="castle"):
        board.push_uci("castle")
    with pytest.raises(IllegalMoveError, match="e5e6"):
        board.push(Move.from_uci("e5e6"))
    with pytest.raises(IndexError):
        Board().pop()
    assert len(board.move_stack) == 1


def test_captures_reset_the_clock_and_black_counts_the_moves() -> None:
    board = Board()
    for text, clock, number in [("h2e2", 1, 1), ("h9g7", 2, 2), ("e2e6", 0, 2), ("i9h9", 1, 3)]:
        assert board.is_capture(Move.from_uci(text)) == (clock == 0)
        board.push_uci(text)
        assert (board.halfmove_clock, board.fullmove_number) == (clock, number)


@pytest.mark.parametrize(
    ("fen", "source", "targets"),
    [
        # The horse's leg is blocked upwards, the elephant's eye to the left.
        ("4k4/9/9/9/9/4p4/4N4/9/9/3K5 w", "e3", "c2 c4 g2 g4 d1 f1"),
        ("4k4/9/9/9/9/9/9/3p5/2B6/5K3 w", "c1", "a3"),
        ("4k4/9/9/9/9/9/9/9/3p5/2B2K3 w", "c0", "a2"),
        # An elephant stays on its side of the river, a pawn never goes back.
        ("4k4/9/9/9/9/2B6/9/9/9/5K3 w", "c4", "a2 e2"),
        ("4k4/9/9/9/9/P8/9/9/9/5K3 w", "a4", "a5"),
        ("4k4/9/9/9/P8/9/9/9/9/5K3 w", "a5", "a6 b5"),
        # Advisor and king stay in the palace.
        ("3k5/9/9/9/9/9/9/9/4A4/5K3 w", "e1", "d0 d2 f2"),
        ("3k5/9/9/9/9/9/9/5K3/9/9 w", "f2", "e2 f1"),
        # A cannon moves like a rook and captures over exactly one piece.
        ("3k5/9/9/9/9/9/1p7/9/1p7/1C3K3 w", "b0", "a0 c0 d0 e0 b3"),
    ],
)
def test_how_the_pieces_move(fen: str, source: str, targets: str) -> None:
    board = Board(fen)
    sq = parse_square(source)
    assert {m.to_square for m in board.legal_moves if m.from_square == sq} == squares(targets)


@pytest.mark.parametrize(
    ("fen", "illegal"),
    [
        ("4k4/9/9/9/9/4R4/9/9/9/4K4 w", "e4d4"),  # the kings would face each other
        ("3k5/9/9/9/9/9/9/9/9/4K4 w", "e0d0"),  # the king would step before the other one
        ("4k4/9/4r4/9/4N4/9/9/9/9/4K4 w", "e5g4"),  # pinned by a rook
        ("3k5/4c4/4p4/9/4N4/9/9/9/9/4K4 w", "e5g4"),  # one of two screens
        ("3k5/4c4/9/9/9/9/9/9/R8/4K4 w", "a1e1"),  # becomes the screen of a bare cannon
        ("3k5/9/9/9/9/9/9/3n5/3R5/4K4 w", "d1c1"),  # frees the leg of a horse
        ("3k5/4c4/9/9/9/9/9/4R4/9/4K4 w", "e2e5"),  # in check, and still a screen
    ],
)
def test_moves_that_expose_the_king_are_illegal(fen: str, illegal: str) -> None:
    board = Board(fen)
    move = Move.from_uci(illegal)
    assert board.is_pseudo_legal(move)
    assert not board.is_legal(move)
    assert move not in board.legal_moves


def test_checkers_of_every_kind_are_found() -> None:
    board = Board("3k5/9/9/4c4/9/9/9/3n1p3/4p4/4K4 w")
    assert board.checkers() == squares("e1 d2 e6")
    facing = Board("4k4/9/9/9/9/9/9/9/9/4K4 w")
    assert facing.checkers() == squares("e9") and facing.is_check()
    assert Board(None).checkers() == set() and not Board(None).is_check()


@pytest.mark.parametrize(
    ("fen", "status"),
    [
        (STARTING_FEN, Status.VALID),
        ("9/9/9/9/9/9/9/9/9/9 w", Status.NO_RED_KING | Status.NO_BLACK_KING),
        ("4k4/9/9/9/9/9/9/9/9/4K4 w", Status.OPPOSITE_CHECK),
        ("4k4/4R4/9/9/9/9/9/9/9/3K5 w", Status.OPPOSITE_CHECK),
        ("4k4/9/9/9/9/9/9/9/9/RRRK5 w", Status.TOO_MANY_PIECES),
        ("4k4/9/9/9/9/9/9/3KK4/9/9 w", Status.TOO_MANY_PIECES | Status.OPPOSITE_CHECK),
        ("4k4/9/9/9/9/9/3K5/9/9/9 w", Status.MISPLACED_KING),
        ("4k4/9/9/9/9/9/9/9/9/3KA4 w", Status.MISPLACED_ADVISOR),
        ("4k4/9/9/9/9/9/9/9/9/1B1K5 w", Status.MISPLACED_ELEPHANT),
        ("4k4/9/9/9/9/9/1P7/9/9/3K5 w", Status.MISPLACED_PAWN),
        ("p3k4/9/9/9/9/9/9/9/9/3K5 w", Status.MISPLACED_PAWN),
    ],
)
def test_status_names_what_is_wrong(fen: str, status: Status) -> None:
    assert Board(fen).status() == status
    assert Board(fen).is_valid() == (status == Status.VALID)


def test_two_kings_of_a_colour_and_a_captured_king_do_no_harm() -> None:
    board = Board("4k4/4R4/9/9/9/9/9/3KK4/9/9 w")
    before = state(board)
    board.push(Move.from_uci("e8e9"))
    assert board.king(BLACK) is None and not board.is_check()
    board.pop()
    assert state(board) == before
    board.push(Move.from_uci("e2f2"))
    board.pop()
    assert state(board) == before
    board.remove_piece_at(parse_square("d2"))
    assert board.king(RED) == parse_square("e2")
