"""Move generation: pseudo-legal moves from tables, legality from pins and checks.

Most positions have no check and no pin, and there every pseudo-legal move that is not the king's is
legal. Otherwise `_dangers` names the squares that matter for the king's safety, and only moves from
or to one of them are tried out on the board.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.xiangqi.board.attacks import (
    BETWEEN,
    BLACK_CODES,
    FILE_BLOCKERS,
    FILE_MASK,
    FILE_SHIFT,
    FILE_SLIDES,
    LEAPS,
    NO_SQUARE,
    OCCUPANCY,
    RANK_BLOCKERS,
    RANK_MASK,
    RANK_SHIFT,
    RANK_SLIDES,
    SOURCES,
    piece_code,
)
from engine.xiangqi.board.moves import (
    BLACK,
    CANNON,
    HORSE,
    KING,
    PAWN,
    RED,
    ROOK,
    Color,
    Move,
    Square,
)
from engine.xiangqi.board.placement import BaseBoard

_ROOKS: Final = tuple(piece_code(ROOK, c) for c in (BLACK, RED))
_CANNONS: Final = tuple(piece_code(CANNON, c) for c in (BLACK, RED))
_LEAPERS: Final = tuple((piece_code(HORSE, c), piece_code(PAWN, c)) for c in (BLACK, RED))


def pseudo_legal_moves(board: BaseBoard, color: Color, *, king: bool = True) -> list[Move]:
    """The moves of ``color`` regardless of its king's safety; without the king's if not ``king``.

    A king does not fly to the other king: no move of a game ever captures it.
    """
    moves: list[Move] = []
    own_king = NO_SQUARE if king else board._kings[color]
    for sq, code in board._men[color].items():
        if sq != own_king:
            _add_moves(board, color, sq, code, moves)
    return moves


def _add_moves(board: BaseBoard, color: Color, sq: Square, code: int, moves: list[Move]) -> None:
    if code in _ROOKS or code in _CANNONS:
        enemies, occupied = board._men[not color], board._occupied
        along_rank = RANK_SLIDES[sq][occupied >> RANK_SHIFT[sq] & RANK_MASK]
        along_file = FILE_SLIDES[sq][occupied >> FILE_SHIFT[sq] & FILE_MASK]
        moves += along_rank.quiet
        moves += along_file.quiet
        if code in _ROOKS:
            captures = along_rank.rook + along_file.rook
        else:
            captures = along_rank.cannon + along_file.cannon
        for to, move in captures:
            if to in enemies:
                moves.append(move)
        return
    own, squares = board._men[color], board._squares
    for blocker, targets in LEAPS[code][sq]:
        if not squares[blocker]:
            for to, move in targets:
                if to not in own:
                    moves.append(move)


_Dangers = tuple[bool, list[Square], list[Square]]


def _dangers(board: BaseBoard, color: Color) -> _Dangers:
    """Whether the king of ``color`` is in check, and what may change that.

    The first list has the squares that a piece may not simply leave, or that it can leave to end
    a check; the second those where an arriving piece gives or ends a check.
    """
    king = board._kings[color]
    sources: list[Square] = []
    targets: list[Square] = []
    if king == NO_SQUARE:
        return False, sources, targets
    in_check = _line_dangers(board, color, king, sources, targets)
    squares = board._squares
    for code in _LEAPERS[not color]:
        for source, leg in SOURCES[code][king]:
            if squares[source] == code:
                if squares[leg]:
                    sources.append(leg)
                else:
                    in_check = True
                    targets += (source, leg)
    return in_check, sources, targets


def _line_dangers(
    board: BaseBoard, color: Color, king: Square, sources: list[Square], targets: list[Square]
) -> bool:
    """Look along the four lines from the king, over the nearest three pieces on each."""
    squares, occupied = board._squares, board._occupied
    other = BLACK_CODES if color else 0
    rook, cannon = other + ROOK, other + CANNON
    along_file = FILE_BLOCKERS[king][occupied >> FILE_SHIFT[king] & FILE_MASK]
    along_rank = RANK_BLOCKERS[king][occupied >> RANK_SHIFT[king] & RANK_MASK]
    in_check = False
    for line, strikers in ((along_file, (rook, other + KING)), (along_rank, (rook,))):
        for first, second, third in line:
            code = squares[first]
            if code in strikers:
                in_check = True
                targets += (first, *BETWEEN[king, first])
            elif code == cannon:
                targets += BETWEEN[king, first]
            code = squares[second]
            if code == cannon:
                in_check = True
                targets += (second, *BETWEEN[king, second])
                sources.append(first)
            elif code in strikers:
                sources.append(first)
            if squares[third] == cannon:
                sources += (first, second)
    return in_check


def is_safe(board: BaseBoard, color: Color, move: Move) -> bool:
    """Whether the king of ``color`` is out of check after a pseudo-legal move."""
    source, target = move
    squares = board._squares
    king = board._kings[color]
    if king == NO_SQUARE:
        return True
    code, captured = squares[source], squares[target]
    occupied = board._occupied ^ OCCUPANCY[source]
    if not captured:
        occupied ^= OCCUPANCY[target]
    squares[source], squares[target] = 0, code
    safe = not board._is_king_attacked(color, target if source == king else king, occupied)
    squares[source], squares[target] = code, captured
    return safe


def legal_moves(board: BaseBoard, color: Color) -> list[Move]:
    """The legal moves of ``color``."""
    moves = pseudo_legal_moves(board, color, king=False)
    in_check, sources, targets = _dangers(board, color)
    if in_check or sources or targets:
        moves = [
            move
            for move in moves
            if (
                is_safe(board, color, move)
                if move[0] in sources or move[1] in targets
                else not in_check
            )
        ]
    king = board._kings[color]
    if king != NO_SQUARE:
        steps: list[Move] = []
        _add_moves(board, color, king, board._squares[king], steps)
        moves += [move for move in steps if is_safe(board, color, move)]
    return moves


def moves_from(board: BaseBoard, color: Color, sq: Square) -> list[Move]:
    """The pseudo-legal moves of the piece of ``color`` on one square, if there is one."""
    moves: list[Move] = []
    code = board._men[color].get(sq)
    if code is not None:
        _add_moves(board, color, sq, code, moves)
    return moves


class MoveList:
    """Moves as python-chess offers them: iterate, count, choose from, ask for membership."""

    __slots__ = ("_moves",)

    def __init__(self, moves: list[Move]) -> None:
        self._moves = moves

    def __iter__(self) -> Iterator[Move]:
        return iter(self._moves)

    def __len__(self) -> int:
        return len(self._moves)

    def __getitem__(self, index: int) -> Move:
        return self._moves[index]

    def __contains__(self, move: object) -> bool:
        return move in self._moves

    def count(self) -> int:
        """How many moves there are."""
        return len(self._moves)

    def __repr__(self) -> str:
        return f"<MoveList of {len(self._moves)}: {', '.join(map(str, self._moves))}>"
