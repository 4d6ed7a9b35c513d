"""The committed puzzles: each can be played, each is solved by following its own solution."""

import pytest

from app.pages.xiangqi import puzzles
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move
from engine.xiangqi.play.mates import MateSearch, TooHardError

ALL = list(puzzles.catalogue().values())


def test_there_are_enough_and_each_group_has_some() -> None:
    assert len(ALL) >= 290
    assert {puzzle.group for puzzle in ALL} == set(puzzles.GROUPS)
    assert all(puzzle.licence in {"MIT", "CC-BY-4.0"} for puzzle in ALL)


def test_every_position_is_possible() -> None:
    for puzzle in ALL:
        board = Board(puzzle.fen)
        assert board.is_valid() and board.outcome() is None, puzzle.id


def test_every_puzzle_is_solved_by_its_solution() -> None:
    for puzzle in ALL:
        board = Board(puzzle.fen)
        for _ in range(20):
            move = puzzles.solution(puzzle, board)
            assert move is not None, puzzle.id
            answer = puzzles.answer(puzzle, board, move)
            assert answer.right, (puzzle.id, move)
            board.push(move)
            if answer.solved:
                break
            assert answer.reply is not None and board.is_legal(answer.reply), puzzle.id
            board.push(answer.reply)
        assert answer.solved, puzzle.id
        if puzzle.mate:
            assert board.is_checkmate() or board.is_stalemate(), puzzle.id


def test_a_wrong_move_is_refused_and_leaves_the_board() -> None:
    puzzle = puzzles.group("mate1")[0]
    board = Board(puzzle.fen)
    wrong = [move for move in board.legal_moves if not puzzles.answer(puzzle, board, move).right]
    assert wrong
    assert board.fen() == puzzle.fen


def made_up(fen: str, *line: str) -> puzzles.Puzzle:
    return puzzles.Puzzle(
        "x", "composed", fen, "s", "MIT", "", None, tuple(map(Move.from_uci, line))
    )


# The king on f9 has f8 and e9; the rook on a8 takes f8 away, and e9 faces the red king.
TWO_ROOKS = "5k3/R8/9/9/9/9/9/9/1R7/4K4 w - - 0 1"


def test_a_mate_that_the_book_does_not_have_is_right() -> None:
    puzzle = made_up(TWO_ROOKS, "b1b2", "f9e9", "b2b9")
    answer = puzzles.answer(puzzle, Board(TWO_ROOKS), Move.from_uci("b1b9"))
    assert answer == puzzles.Answer(right=True, solved=True)


def test_stalemate_wins_too() -> None:
    fen = "5k3/9/R8/9/9/9/9/9/9/4K4 w - - 0 1"
    answer = puzzles.answer(made_up(fen, "a7a9"), Board(fen), Move.from_uci("a7a8"))
    assert answer.solved


def test_next_puzzle_goes_round() -> None:
    last = puzzles.group("exercise")[-1]
    assert puzzles.next_after(last) == puzzles.group("exercise")[0]


def test_mate_search() -> None:
    board = Board(TWO_ROOKS)
    assert MateSearch().distance(board, 3) == 1
    assert {move.uci() for move in MateSearch().solutions(board, 1)} == {"b1b9", "b1f1"}
    assert board.fen() == TWO_ROOKS
    assert MateSearch().distance(Board(), 3) is None
    with pytest.raises(TooHardError):
        MateSearch(max_nodes=0).distance(board, 1)


def test_the_defence_holds_out_longest() -> None:
    for puzzle in puzzles.group("mate3"):
        board = Board(puzzle.fen)
        search = MateSearch()
        board.push(search.solutions(board, 3)[0])
        replies = []
        for reply in board.generate_legal_moves():
            board.push(reply)
            replies.append(search.distance(board, 2) or 3)
            board.pop()
        board.push(search.defence(board, 2))
        assert (search.distance(board, 2) or 3) == max(replies), puzzle.id
