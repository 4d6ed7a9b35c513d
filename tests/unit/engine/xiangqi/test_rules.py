import pytest

from engine.xiangqi import BLACK, RED, Board, Move, Outcome, Termination

MATE = "R3k4/1R7/9/9/9/9/9/9/9/3K5 b - - 0 1"
STALEMATE = "4k4/9/4P4/9/9/9/9/9/5R3/3K5 b - - 0 1"
QUIET = "3k5/9/9/9/9/9/9/9/9/R3K4 b - - {} 90"


def play(fen: str, moves: str) -> Board:
    board = Board(fen)
    for text in moves.split():
        board.push_uci(text)
    return board


def test_a_game_in_progress_has_no_outcome() -> None:
    board = Board()
    assert board.outcome() is None
    assert board.result() == "*"


def test_checkmate() -> None:
    board = Board(MATE)
    assert board.is_checkmate() and not board.is_stalemate()
    assert board.outcome() == Outcome(RED, Termination.CHECKMATE)
    assert board.result() == "1-0"


def test_stalemate_loses() -> None:
    board = Board(STALEMATE)
    assert board.is_stalemate() and not board.is_checkmate()
    assert board.outcome() == Outcome(RED, Termination.STALEMATE)
    black_wins = Board("3k5/5r3/9/9/9/9/9/4p4/9/4K4 w")
    assert black_wins.outcome() == Outcome(BLACK, Termination.STALEMATE)
    assert black_wins.result() == "0-1"


def test_sixty_moves_each_without_a_capture_draw() -> None:
    assert Board(QUIET.format(119)).outcome() is None
    assert Board(QUIET.format(120)).outcome() == Outcome(None, Termination.NO_CAPTURE_LIMIT)
    assert Board(QUIET.format(120)).result() == "1/2-1/2"
    assert Board(QUIET.format(100)).outcome(no_capture_limit=100) is not None
    assert Board(QUIET.format(500)).outcome(no_capture_limit=None) is None


def test_mate_comes_before_the_limit() -> None:
    board = Board(MATE.replace("0 1", "120 90"))
    assert board.outcome() == Outcome(RED, Termination.CHECKMATE)


@pytest.mark.parametrize(
    ("fen", "drawn"),
    [
        ("3k5/4a4/4b4/9/9/9/9/4B4/4A4/4K4 w", True),
        ("3k5/9/9/9/9/9/P8/9/9/4K4 w", False),
        ("3k5/9/9/9/n8/9/9/9/9/4K4 w", False),
        ("3k5/9/9/9/C8/9/9/9/9/4K4 w", False),
    ],
)
def test_a_draw_when_nothing_left_can_cross_the_river(fen: str, drawn: bool) -> None:
    board = Board(fen)
    assert board.is_insufficient_material() == drawn
    expected = Outcome(None, Termination.INSUFFICIENT_MATERIAL) if drawn else None
    assert board.outcome() == expected


def test_the_third_occurrence_ends_the_game_and_not_the_second() -> None:
    cycle = "b0c2 b9c7 c2b0 c7b9 "
    assert play(Board().fen(), cycle).is_repetition(2)
    assert play(Board().fen(), cycle).outcome() is None
    board = play(Board().fen(), cycle * 2)
    assert board.is_repetition()
    assert board.outcome() == Outcome(None, Termination.REPETITION)
    board.pop()
    assert board.outcome() is None
    board.push_uci("h9g7")
    assert board.outcome() is None


def test_a_capture_and_the_other_side_to_move_start_anew() -> None:
    # The rook loses a move on its way back: the placement is the same, the side to move is not.
    board = play("3k5/9/9/9/9/9/9/9/9/R3K4 w", "a0a1 d9d8 a1a2 d8d9 a2a0")
    assert board.board_fen() == board.root().board_fen()
    assert not board.is_repetition(2)
    board = play(Board().fen(), "h2h9 i9h9 " + "b0c2 h9h8 c2b0 h8h9 ")
    assert board.is_repetition(2)
    assert len(board.earlier_keys()) == 4


def test_a_board_without_its_history_knows_no_repetition() -> None:
    board = play(Board().fen(), "b0c2 b9c7 c2b0 c7b9 " * 2)
    assert board.copy().outcome() is not None
    assert board.copy(stack=False).outcome() is None
    assert Board(board.fen()).outcome() is None
    board.push(Move.from_uci("b0c2"))
    assert board.mirror().outcome() == board.outcome()
