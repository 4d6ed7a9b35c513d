"""Forced mates by checks alone (连将杀): who finds one has solved most puzzles.

An and-or search: the attacker tries checks only, the defender every reply. A mate with a quiet
move in it is not found, so None means "no mate by checks", not "no mate".
"""

from typing import Final

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move, XiangqiError

MAX_NODES: Final = 20_000


class TooHardError(XiangqiError):
    """The search has used up its positions."""


class MateSearch:
    """Mates of one puzzle; positions once searched are remembered.

    Args:
        max_nodes: attacker's positions to look at before TooHardError is raised, over all calls.
    """

    def __init__(self, max_nodes: int = MAX_NODES) -> None:
        self.nodes_left = max_nodes
        self._known: dict[tuple[int, int], bool] = {}

    def distance(self, board: Board, limit: int) -> int | None:
        """The fewest moves (of the side to move) that force mate, None if over limit."""
        for moves in range(1, limit + 1):
            if self._forced(board, moves):
                return moves
        return None

    def solutions(self, board: Board, moves: int) -> list[Move]:
        """The first moves that force mate within so many moves."""
        return [move for move in _checks(board) if self.mates(board, move, moves)]

    def defence(self, board: Board, limit: int) -> Move:
        """The reply that holds out longest against an attacker who has limit moves left.

        Raises ValueError where there is no legal reply.
        """
        distances: dict[Move, int] = {}
        for move in board.generate_legal_moves():
            board.push(move)
            distances[move] = self.distance(board, limit) or limit + 1
            board.pop()
        return max(distances, key=lambda move: distances[move])

    def _forced(self, board: Board, moves: int) -> bool:
        known = self._known.get((board.key(), moves))
        if known is None:
            if self.nodes_left <= 0:
                raise TooHardError(board.fen())
            self.nodes_left -= 1
            known = any(self.mates(board, move, moves) for move in _checks(board))
            self._known[board.key(), moves] = known
        return known

    def mates(self, board: Board, move: Move, moves: int) -> bool:
        """Whether a legal move, a quiet one too, forces mate by checks within so many moves.

        Stalemate counts, since it loses.
        """
        board.push(move)
        try:
            replies = list(board.generate_legal_moves())
            if moves == 1 or not replies:
                return not replies
            return all(self._answered(board, reply, moves - 1) for reply in replies)
        finally:
            board.pop()

    def _answered(self, board: Board, reply: Move, moves: int) -> bool:
        board.push(reply)
        try:
            # One more check may be enough where several are allowed.
            return any(self._forced(board, fewer) for fewer in range(1, moves + 1))
        finally:
            board.pop()


def _checks(board: Board) -> list[Move]:
    return [move for move in board.generate_legal_moves() if board.gives_check(move)]
