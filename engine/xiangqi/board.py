"""Board: a position with turn, counters and history, as python-chess has it for chess."""

from __future__ import annotations

import re
from typing import Any, Final, Self

from engine.xiangqi import rules
from engine.xiangqi.attacks import BLACK_CODES, KING_CODES, NO_SQUARE, OCCUPANCY
from engine.xiangqi.generation import (
    MoveList,
    is_safe,
    legal_moves,
    moves_from,
    pseudo_legal_moves,
)
from engine.xiangqi.moves import (
    BLACK,
    RED,
    Color,
    IllegalMoveError,
    InvalidFenError,
    Move,
    Square,
    square_mirror_file,
)
from engine.xiangqi.placement import PIECE_KEYS, TURN_KEY, BaseBoard, parse_placement
from engine.xiangqi.status import Status, status

STARTING_FEN: Final = "rnbakabnr/9/1c5c1/p1p1p1p1p/9/9/P1P1P1P1P/1C5C1/9/RNBAKABNR w - - 0 1"
_TURNS: Final = {"w": RED, "r": RED, "b": BLACK}
_DEFAULTS: Final = ["w", "-", "-", "0", "1"]
_COUNTER: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


class Board(BaseBoard):
    """A position of a game.

    Attributes:
        turn: the colour to move, `RED` or `BLACK`.
        fullmove_number: starts at 1 and grows after each move of black.
        halfmove_clock: plies since the last capture.
        move_stack: the moves made since the position was set up.
    """

    turn: Color
    fullmove_number: int
    halfmove_clock: int
    move_stack: list[Move]
    _stack: list[tuple[int, int, int]]
    _keys: list[int]
    _legal: list[Move] | None

    def __init__(self, fen: str | None = STARTING_FEN) -> None:
        """Set up a FEN; None gives an empty board.

        Raises:
            InvalidFenError: the text is not a FEN.
        """
        super().__init__()
        if fen is not None:
            self.set_fen(fen)

    def clear_board(self) -> None:
        """Take all pieces off, forget the history; red is to move."""
        super().clear_board()
        self.turn = RED
        self.fullmove_number = 1
        self.halfmove_clock = 0
        self.clear_stack()

    def clear_stack(self) -> None:
        """Forget the moves that led here."""
        self.move_stack = []
        self._stack = []
        self._keys = []
        self._legal = None

    def _set_code(self, sq: Square, code: int) -> None:
        super()._set_code(sq, code)
        self.clear_stack()

    # FEN

    def set_fen(self, fen: str) -> None:
        """Set up a position; fields after the placement may be missing.

        The side to move is ``w`` or ``r`` for red, ``b`` for black; the third and fourth field
        say nothing in xiangqi and are ``-``. Any placement is accepted, see `status`.

        Raises:
            InvalidFenError: the text is not a FEN. The board keeps its position then.
        """
        fields = fen.split()
        if not 1 <= len(fields) <= 6:
            raise InvalidFenError(f"expected 1 to 6 fields, found {len(fields)}: {fen[:200]!r}")
        placed = parse_placement(fields[0])
        turn, third, fourth, halfmoves, moves = fields[1:] + _DEFAULTS[len(fields) - 1 :]
        if turn.lower() not in _TURNS:
            raise InvalidFenError(f"neither w nor b is to move: {fen[:200]!r}")
        if (third, fourth) != ("-", "-"):
            raise InvalidFenError(f"expected - in the third and fourth field: {fen[:200]!r}")
        if not (_COUNTER.fullmatch(halfmoves) and _COUNTER.fullmatch(moves)):
            raise InvalidFenError(f"not a number of moves: {fen[:200]!r}")
        self.clear_board()
        for sq, piece in placed.items():
            self.set_piece_at(sq, piece)
        self.turn = _TURNS[turn.lower()]
        self.halfmove_clock = int(halfmoves)
        self.fullmove_number = max(int(moves), 1)

    def fen(self) -> str:
        """The position as FEN of six fields."""
        turn = "w" if self.turn else "b"
        return f"{self.board_fen()} {turn} - - {self.halfmove_clock} {self.fullmove_number}"

    # Moves

    @property
    def legal_moves(self) -> MoveList:
        """The legal moves."""
        return MoveList(self._legal if self._legal is not None else self.generate_legal_moves())

    def generate_legal_moves(self) -> list[Move]:
        """The legal moves as a list; kept until the position changes, so do not change it."""
        if self._legal is None:
            self._legal = legal_moves(self, self.turn)
        return self._legal

    @property
    def pseudo_legal_moves(self) -> MoveList:
        """The moves that would be legal if the own king could be left in check."""
        return MoveList(pseudo_legal_moves(self, self.turn))

    def is_pseudo_legal(self, move: Move) -> bool:
        """Whether a piece of the side to move can move so, its king's safety left aside."""
        return move in moves_from(self, self.turn, move.from_square)

    def is_legal(self, move: Move) -> bool:
        """Whether the side to move may make this move."""
        return self.is_pseudo_legal(move) and is_safe(self, self.turn, move)

    def is_capture(self, move: Move) -> bool:
        """Whether a move takes a piece."""
        return self._squares[move.to_square] != 0

    def gives_check(self, move: Move) -> bool:
        """Whether a pseudo-legal move puts the opponent in check."""
        return not is_safe(self, not self.turn, move)

    def push(self, move: Move) -> None:
        """Make a move without asking whether it is legal.

        Raises:
            IllegalMoveError: the side to move has no piece on the move's first square.
        """
        source, target = move
        color = self.turn
        own = self._men[color]
        code = own.pop(source, 0)
        if not code:
            raise IllegalMoveError(f"no piece to move: {move} in {self.fen()}")
        squares = self._squares
        captured = squares[target]
        occupied, key = self._occupied, self._key
        self._stack.append((captured, occupied, self.halfmove_clock))
        self._keys.append(key)
        self.move_stack.append(move)
        self._legal = None
        keys = PIECE_KEYS[code]
        key ^= keys[source] ^ keys[target] ^ TURN_KEY
        if captured:
            del self._men[captured <= BLACK_CODES][target]
            if captured in KING_CODES:
                self._kings[not color] = NO_SQUARE
            self._key = key ^ PIECE_KEYS[captured][target]
            self._occupied = occupied ^ OCCUPANCY[source]
            self.halfmove_clock = 0
        else:
            self._key = key
            self._occupied = occupied ^ OCCUPANCY[source] ^ OCCUPANCY[target]
            self.halfmove_clock += 1
        own[target] = code
        squares[source] = 0
        squares[target] = code
        if code in KING_CODES:
            self._kings[color] = target
        self.turn = not color
        if not color:
            self.fullmove_number += 1

    def pop(self) -> Move:
        """Take the last move back and return it.

        Raises:
            IndexError: no move has been made.
        """
        move = self.move_stack.pop()
        source, target = move
        captured, self._occupied, self.halfmove_clock = self._stack.pop()
        self._key = self._keys.pop()
        self._legal = None
        color = self.turn = not self.turn
        own, squares = self._men[color], self._squares
        code = own.pop(target)
        own[source] = code
        squares[source] = code
        squares[target] = captured
        if captured:
            self._men[captured <= BLACK_CODES][target] = captured
            if captured in KING_CODES:
                self._kings[not color] = target
        if code in KING_CODES:
            self._kings[color] = source
        if not color:
            self.fullmove_number -= 1
        return move

    def peek(self) -> Move:
        """The last move.

        Raises:
            IndexError: no move has been made.
        """
        return self.move_stack[-1]

    def parse_uci(self, text: str) -> Move:
        """The legal move written ``h2e2`` or ``h2-e2``.

        Raises:
            InvalidMoveError: the text is not a move.
            IllegalMoveError: the move is not legal here.
        """
        move = Move.from_uci(text)
        if not self.is_legal(move):
            raise IllegalMoveError(f"illegal move: {text!r} in {self.fen()}")
        return move

    def push_uci(self, text: str) -> Move:
        """Make the legal move written ``h2e2`` and return it; errors as `parse_uci`."""
        move = self.parse_uci(text)
        self.push(move)
        return move

    def perft(self, depth: int) -> int:
        """The number of sequences of ``depth`` legal moves."""
        if depth <= 1:
            return len(self.generate_legal_moves()) if depth == 1 else 1
        nodes = 0
        for move in self.generate_legal_moves():
            self.push(move)
            nodes += self.perft(depth - 1)
            self.pop()
        return nodes

    # Copies and comparison

    def copy(self, *, stack: bool = True) -> Self:
        """A board of its own; without ``stack`` it forgets the moves that led here."""
        board = type(self).__new__(type(self))
        board._copy_placement(self)
        board.turn = self.turn
        board.fullmove_number = self.fullmove_number
        board.halfmove_clock = self.halfmove_clock
        board.clear_stack()
        if stack:
            board.move_stack = self.move_stack[:]
            board._stack = self._stack[:]
            board._keys = self._keys[:]
        board._legal = self._legal
        return board

    def root(self) -> Self:
        """The position before the first move of `move_stack`, as a new board."""
        board = self.copy()
        while board.move_stack:
            board.pop()
        return board

    def mirror(self) -> Self:
        """The game reflected left to right, history included, as a new board."""
        root = self.root()
        board = root.copy(stack=False)
        for sq in root.piece_map():
            board.remove_piece_at(sq)
        for sq, piece in root.piece_map().items():
            board.set_piece_at(square_mirror_file(sq), piece)
        for move in self.move_stack:
            board.push(move.mirror())
        return board

    def key(self) -> int:
        """A 60-bit Zobrist key of pieces and side to move, the same for equal positions."""
        return self._key

    def ply(self) -> int:
        """Plies since the start of the game, by `fullmove_number`."""
        return 2 * (self.fullmove_number - 1) + (not self.turn)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Board):
            return NotImplemented
        return self.fen() == other.fen()

    # Check and the end of the game

    def checkers(self) -> set[Square]:
        """The squares of the pieces that give check to the side to move."""
        king = self.king(self.turn)
        return set() if king is None else self.attackers(not self.turn, king)

    def is_check(self) -> bool:
        """Whether the side to move is in check, by a facing king too."""
        king = self._kings[self.turn]
        return king != NO_SQUARE and self._is_king_attacked(self.turn, king, self._occupied)

    def is_checkmate(self) -> bool:
        """Whether the side to move is in check and cannot move."""
        return self.is_check() and not self.generate_legal_moves()

    def is_stalemate(self) -> bool:
        """Whether the side to move cannot move without being in check; it loses."""
        return not self.is_check() and not self.generate_legal_moves()

    def status(self) -> Status:
        """What is wrong with the position, `Status.VALID` if nothing is."""
        return status(self, self.turn)

    def is_valid(self) -> bool:
        """Whether nothing is wrong with the position; see `Status`."""
        return self.status() == Status.VALID

    def outcome(
        self, *, no_capture_limit: int | None = rules.NO_CAPTURE_LIMIT
    ) -> rules.Outcome | None:
        """The end of the game with winner and reason, or None while it goes on; see `rules`."""
        return rules.outcome(self, no_capture_limit)

    def result(self) -> str:
        """``1-0``, ``0-1``, ``1/2-1/2``, or ``*`` while the game goes on."""
        outcome = self.outcome()
        return outcome.result() if outcome else "*"

    # Notation and drawing

    def chinese(self, move: Move, *, traditional: bool = False) -> str:
        """A legal move as 炮二平五; see `notation.chinese`."""
        from engine.xiangqi import notation

        return notation.chinese(self, move, traditional=traditional)

    def parse_chinese(self, text: str) -> Move:
        """The legal move written 炮二平五; see `notation.parse_chinese`."""
        from engine.xiangqi import notation

        return notation.parse_chinese(self, text)

    def wxf(self, move: Move) -> str:
        """A legal move as C2.5; see `notation.wxf`."""
        from engine.xiangqi import notation

        return notation.wxf(self, move)

    def parse_wxf(self, text: str) -> Move:
        """The legal move written C2.5; see `notation.parse_wxf`."""
        from engine.xiangqi import notation

        return notation.parse_wxf(self, text)

    def parse_move(self, text: str) -> Move:
        """The legal move written in any notation; see `notation.parse_move`."""
        from engine.xiangqi import notation

        return notation.parse_move(self, text)

    def to_svg(self, **options: Any) -> str:
        """The position as an SVG; see `drawing.to_svg` for the options."""
        from engine.xiangqi import drawing

        return drawing.to_svg(self, **options)

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def __repr__(self) -> str:
        return f"Board({self.fen()!r})"
