"""One game between two players, refereed by pyffish (not by the library that is measured)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import pyffish

from benchmarks.xiangqi.opponents import Opponent
from engine.xiangqi.board import STARTING_FEN, Board
from engine.xiangqi.board.moves import Move

MAX_PLIES = 300
"""A game this long, the opening included, is a draw."""


@dataclass(frozen=True)
class PlayedGame:
    """``red_score`` is 1, 0.5 or 0; ``seconds`` is the longest and the mean thinking time of red,
    then of black."""

    red_score: float
    termination: str
    moves: tuple[str, ...]
    seconds: tuple[tuple[float, float], tuple[float, float]]


def verdict(moves: Sequence[Move], fen: str = STARTING_FEN) -> tuple[float, str] | None:
    """Red's score and the reason where the game from ``fen`` (red to move) is over, else None.

    Mate and stalemate lose; repetitions end the game when pyffish lets a player claim it (third
    occurrence; perpetual check and its simpler perpetual chases lose).
    """
    history = [move.uci(one_based=True) for move in moves]
    red_to_move = len(history) % 2 == 0
    if not pyffish.legal_moves("xiangqi", fen, history):
        check = pyffish.gives_check("xiangqi", fen, history)
        return float(not red_to_move), "checkmate" if check else "stalemate"
    ended, value = pyffish.is_optional_game_end("xiangqi", fen, history)
    if ended:
        mover_score = 0.5 + 0.5 * ((value > 0) - (value < 0))
        red_score = mover_score if red_to_move else 1 - mover_score
        return red_score, "repetition" if value == 0 else "perpetual check or chase"
    if len(history) >= MAX_PLIES:
        return 0.5, f"{MAX_PLIES} plies"
    return None


def play(red: Opponent, black: Opponent, opening: Sequence[Move]) -> PlayedGame:
    """Play from ``opening`` to the end; an illegal move or a resignation loses."""
    board = Board()
    for opening_move in opening:
        board.push(opening_move)
    spent: tuple[list[float], list[float]] = ([], [])
    for player in (red, black):
        player.new_game()
    end = verdict(board.move_stack)
    while end is None:
        red_to_move = board.turn
        start = time.perf_counter()
        move = (red if red_to_move else black).play(board)
        spent[not red_to_move].append(time.perf_counter() - start)
        if move is None or not board.is_legal(move):
            end = float(not red_to_move), "resignation" if move is None else f"illegal {move}"
            break
        board.push(move)
        end = verdict(board.move_stack)
    red_time, black_time = (
        (max(times, default=0.0), sum(times) / max(1, len(times))) for times in spent
    )
    moves = tuple(move.uci() for move in board.move_stack)
    return PlayedGame(end[0], end[1], moves, (red_time, black_time))
