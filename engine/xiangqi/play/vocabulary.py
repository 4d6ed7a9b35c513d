"""The vocabulary of the xiangqi language model: moves as tokens, boards as codes.

Everything is seen by the side to move, which sits at the bottom: for black the ranks are turned
upside down and the colours exchanged, so that one set of weights plays both sides. There are
2,086 moves that some piece can make on an empty board, whatever its kind: the same count that
later engines use for their policy heads.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.xiangqi.board.moves import Move

Codes = NDArray[np.int8]
MoveIds = NDArray[np.int16]

SQUARES = 90
PIECE_CODES = 15
"""0 for an empty point, 1 to 7 the mover's P A B N C R K, 8 to 14 the opponent's."""


def _straight(file: int, rank: int) -> Iterator[tuple[int, int]]:
    yield from ((other, rank) for other in range(9) if other != file)
    yield from ((file, other) for other in range(10) if other != rank)


def _horse(file: int, rank: int) -> Iterator[tuple[int, int]]:
    for df, dr in ((1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2)):
        if 0 <= file + df < 9 and 0 <= rank + dr < 10:
            yield file + df, rank + dr


def _advisor(file: int, rank: int) -> Iterator[tuple[int, int]]:
    corners = {(3, 0), (5, 0), (3, 2), (5, 2), (3, 9), (5, 9), (3, 7), (5, 7)}
    centres = {(4, 1), (4, 8)}
    for to in corners if (file, rank) in centres else centres if (file, rank) in corners else ():
        if abs(to[1] - rank) == 1:
            yield to


def _elephant(file: int, rank: int) -> Iterator[tuple[int, int]]:
    points = {(2, 0), (6, 0), (0, 2), (4, 2), (8, 2), (2, 4), (6, 4)}
    points |= {(f, 9 - r) for f, r in points}
    if (file, rank) in points:
        yield from sorted(to for to in points if abs(to[0] - file) == 2 and abs(to[1] - rank) == 2)


def _all_moves() -> Iterator[tuple[int, int]]:
    for origin in range(SQUARES):
        file, rank = origin % 9, origin // 9
        for reach in (_straight, _horse, _advisor, _elephant):
            yield from sorted((origin, to[1] * 9 + to[0]) for to in reach(file, rank))


MOVE_SQUARES: NDArray[np.int16] = np.array(list(_all_moves()), dtype=np.int16)
"""[2086, 2]: from and to of every move of the vocabulary."""
MOVE_COUNT = len(MOVE_SQUARES)
MOVES: tuple[Move, ...] = tuple(Move(int(a), int(b)) for a, b in MOVE_SQUARES)
START_TOKEN = MOVE_COUNT
"""The last-move token of a game that has none yet: the beginning of the sentence."""

MOVE_IDS: MoveIds = np.full((SQUARES, SQUARES), -1, dtype=np.int16)
"""[90, 90]: the id of the move from one square to another, -1 where no piece can go."""
MOVE_IDS[MOVE_SQUARES[:, 0], MOVE_SQUARES[:, 1]] = np.arange(MOVE_COUNT, dtype=np.int16)

_FILES, _RANKS = np.arange(SQUARES) % 9, np.arange(SQUARES) // 9
MIRROR_SQUARES: NDArray[np.int64] = _RANKS * 9 + (8 - _FILES)
FLIP_SQUARES: NDArray[np.int64] = (9 - _RANKS) * 9 + _FILES
_SWAP_COLOURS = np.array([0, *range(8, 15), *range(1, 8)], dtype=np.int8)


def _permute_moves(squares: NDArray[np.int64]) -> MoveIds:
    ids = MOVE_IDS[squares[MOVE_SQUARES[:, 0]], squares[MOVE_SQUARES[:, 1]]]
    return np.append(ids, START_TOKEN).astype(np.int16)


MIRROR_MOVES: MoveIds = _permute_moves(MIRROR_SQUARES)
"""[2087]: each token after exchanging left and right."""
FLIP_MOVES: MoveIds = _permute_moves(FLIP_SQUARES)
"""[2087]: each token as the other side sees it."""


def seen_by_mover(codes: Codes, red_to_move: bool) -> Codes:
    """Board codes [..., 90] (red 1 to 7, black 8 to 14) as the side to move sees them."""
    return codes if red_to_move else _SWAP_COLOURS[codes[..., FLIP_SQUARES]]
