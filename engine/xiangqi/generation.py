"""Move generation: pseudo-legal moves from tables, legality from pins and checks.

Most positions have no check and no pin, and there every pseudo-legal move that is not the king's is
legal. Otherwise `_dangers` names the squares that matter for the king's safety, and only moves from
or to one of them are tried out on the board.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.xiangqi.attacks import (
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
from engine.xiangqi.moves import CANNON, HORSE, KING, PAWN, ROOK, Color, Move, Square
from engine.xiangqi.placement import BaseBoard

_SLIDERS = tuple(piece_code(t, c) for t in (CANNON, ROOK) for c in (True, False))
_ROOKS = tuple(piece_code(ROOK, c) for c in (True, False))


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
    if code in _SLIDERS:
        enemies = board._men[not color]
        occupied = board._occupied
        along_rank = RANK_SLIDES[sq][occupied >> RANK_SHIFT[sq] & RANK_MASK]
        along_file = FILE_SLIDES[sq][occupied >> FILE_SHIFT[sq] & FILE_MASK]
        moves += along_rank[0]
        moves += along_file[0]
        captures = 1 if code in _ROOKS else 2
        for to, move in along_rank[captures] + along_file[captures]:
            if to in enemies:
                moves.append(move)
        return
    own, squares = board._men[color], board._squares
    for blocker, targets in LEAPS[code][sq]:
        if not squares[blocker]:
            for to, move in targets:
                if to not in own:
                    moves.append(move)


class _Dangers(NamedTuple):
    """What matters for a king: only moves from or to these squares change whether it is in check."""

    in_check: bool
    sources: set[Square]
    targets: set[Square]


def _dangers(board: BaseBoard, color: Color) -> _Dangers:
    king = board._kings[color]
    dangers = _Dangers(False, set(), set())
    if king == NO_SQUARE:
        return dangers
    occupied = board._occupied
    along_file = FILE_BLOCKERS[king][occupied >> FILE_SHIFT[king] & FILE_MASK]
    along_rank = RANK_BLOCKERS[king][occupied >> RANK_SHIFT[king] & RANK_MASK]
    in_check = False
    for ray in (along_file[:3], along_file[3:], along_rank[:3], along_rank[3:]):
        in_check |= _ray_dangers(board, color, king, ray, dangers)
    in_check |= _leap_dangers(board, color, king, dangers)
    return dangers._replace(in_check=in_check)


def _ray_dangers(
    board: BaseBoard, color: Color, king: Square, ray: tuple[Square, ...], dangers: _Dangers
) -> bool:
    """Look along one line from the king over its nearest three pieces; True if it is a check."""
    first, second, third = ray
    if first == NO_SQUARE:
        return False
    squares, own = board._squares, board._men[color]
    other = 0 if not color else BLACK_CODES
    strikers = (other + ROOK, other + KING)
    cannon = other + CANNON
    check = False
    if squares[first] in strikers:
        check = True
        dangers.targets.update(BETWEEN[king, first], (first,))
    elif squares[first] == cannon:
        dangers.targets.update(BETWEEN[king, first])
    if squares[second] == cannon:
        check = True
        dangers.targets.update(BETWEEN[king, second], (second,))
    if squares[second] == cannon or squares[second] in strikers:
        dangers.sources.add(first)
    if squares[third] == cannon:
        dangers.sources.update((first, second))
    return check


def _leap_dangers(board: BaseBoard, color: Color, king: Square, dangers: _Dangers) -> bool:
    """Look for horses and pawns that strike at the king, or would from behind a blocked leg."""
    squares = board._squares
    check = False
    for piece_type in (HORSE, PAWN):
        code = piece_code(piece_type, not color)
        for source, leg in SOURCES[code][king]:
            if squares[source] != code:
                continue
            if squares[leg]:
                dangers.sources.add(leg)
            else:
                check = True
                dangers.targets.update((source, leg))
    return check


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
