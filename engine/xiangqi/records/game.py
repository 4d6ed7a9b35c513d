"""Game: a start position, moves with comments and variations, and headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, Self

from engine.xiangqi.board import STARTING_FEN, Board
from engine.xiangqi.board.moves import Move, XiangqiError

Notation = Literal["chinese", "wxf", "iccs"]
RESULTS: Final = ("1-0", "0-1", "1/2-1/2", "*")
MAX_DEPTH: Final = 100
"""How deep variations may nest in a record."""


class InvalidRecordError(XiangqiError):
    """The text or the bytes are not a record of a game in the format asked for."""


@dataclass
class Line:
    """A sequence of moves with what a record says about them.

    Attributes:
        moves: the moves in order.
        comments: by number of moves made: 0 for what is said before the first move.
        variations: by index in `moves`: other lines that start with a move in its place.
    """

    moves: list[Move] = field(default_factory=list)
    comments: dict[int, str] = field(default_factory=dict)
    variations: dict[int, list[Line]] = field(default_factory=dict)

    def add_comment(self, text: str) -> None:
        """Say something after the last move; what was said there before stays."""
        if text := text.strip():
            made = len(self.moves)
            self.comments[made] = "\n".join(filter(None, (self.comments.get(made), text)))


@dataclass
class Game(Line):
    """A game: iterate over it for the boards before the first and after each move.

    Attributes:
        headers: PGN's tags, such as Event, Date, Red, Black, Result.
        board: the start position.
    """

    headers: dict[str, str] = field(default_factory=dict)
    board: Board = field(default_factory=Board)

    @classmethod
    def from_board(cls, board: Board) -> Self:
        """The game that led to a board."""
        return cls(moves=board.move_stack[:], board=board.root())

    @classmethod
    def from_pgn(cls, text: str) -> Game:
        """The first game of a PGN text; see `pgn.read_games`.

        Raises:
            InvalidRecordError: there is no game in the text, or not in this format.
            InvalidFenError: the FEN header is not one.
            InvalidMoveError, IllegalMoveError, AmbiguousMoveError: a move is wrong.
        """
        from engine.xiangqi.records.pgn import read_games

        for game in read_games(text):
            return game
        raise InvalidRecordError(f"no game in the text: {text[:50]!r}")

    def to_pgn(self, notation: Notation = "chinese", *, traditional: bool = False) -> str:
        """The game as PGN text with moves such as 炮二平五, C2.5 or H2-E2; see `pgn.to_pgn`."""
        from engine.xiangqi.records.pgn import to_pgn

        return to_pgn(self, notation, traditional=traditional)

    @property
    def result(self) -> str:
        """``1-0``, ``0-1``, ``1/2-1/2``, or ``*`` if the headers do not tell."""
        result = self.headers.get("Result", "*")
        return result if result in RESULTS else "*"

    def is_standard_start(self) -> bool:
        """Whether the game starts from the usual position."""
        return self.board.fen() == STARTING_FEN

    def end(self) -> Board:
        """The position after the main line, its moves on the stack."""
        board = self.board.copy()
        for move in self.moves:
            board.push(move)
        return board

    def __iter__(self) -> Iterator[Board]:
        board = self.board.copy()
        yield board.copy()
        for move in self.moves:
            board.push(move)
            yield board.copy()
