"""Position: pieces, side to move and the moves made so far, with what changes them."""

from __future__ import annotations

from typing import Self

from engine.xiangqi.board.attacks import BLACK_CODES, KING_CODES, NO_SQUARE, OCCUPANCY
from engine.xiangqi.board.generation import (
    MoveList,
    is_safe,
    legal_moves,
    moves_from,
    pseudo_legal_moves,
)
from engine.xiangqi.board.moves import RED, Color, IllegalMoveError, Move, Square
from engine.xiangqi.board.placement import PIECE_KEYS, TURN_KEY, BaseBoard


class Position(BaseBoard):
    """What a search needs of a game: moves, making and unmaking them, check, a key.

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
    _stack: list[tuple[int, int, int, int]]
    _keys: list[int]
    _legal: list[Move]
    _legal_key: int | None

    def clear_board(self) -> None:
        """Take all pieces off, forget the history; red is to move."""
        super().clear_board()
        self._legal, self._legal_key = [], None
        self.turn = RED
        self.fullmove_number = 1
        self.halfmove_clock = 0
        self.clear_stack()

    def clear_stack(self) -> None:
        """Forget the moves that led here."""
        self.move_stack = []
        self._stack = []
        self._keys = []

    def _set_code(self, sq: Square, code: int) -> None:
        super()._set_code(sq, code)
        self.clear_stack()

    @property
    def legal_moves(self) -> MoveList:
        """The legal moves."""
        return MoveList(self.generate_legal_moves())

    def generate_legal_moves(self) -> list[Move]:
        """The legal moves as a list; kept until the position changes, so do not change it."""
        key = self.key()
        if self._legal_key != key:
            self._legal = legal_moves(self, self.turn)
            self._legal_key = key
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
            raise IllegalMoveError(f"no piece to move: {move} on {self.board_fen()}")
        squares = self._squares
        captured = squares[target]
        occupied, key = self._occupied, self._key
        self._stack.append((captured, occupied, self.halfmove_clock, key))
        self._keys.append(key if color else key ^ TURN_KEY)
        self.move_stack.append(move)
        keys = PIECE_KEYS[code]
        key ^= keys[source] ^ keys[target]
        if captured:
            del self._men[captured <= BLACK_CODES][target]
            if self._kings[not color] == target:
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
        if self._kings[color] == source:
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
        captured, self._occupied, self.halfmove_clock, self._key = self._stack.pop()
        self._keys.pop()
        color = self.turn = not self.turn
        own, squares = self._men[color], self._squares
        code = own.pop(target)
        own[source] = code
        squares[source] = code
        squares[target] = captured
        if captured:
            self._men[captured <= BLACK_CODES][target] = captured
            if captured in KING_CODES and self._kings[not color] == NO_SQUARE:
                self._kings[not color] = target
        if self._kings[color] == target:
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
        board._legal_key = self._legal_key
        return board

    def key(self) -> int:
        """A 60-bit Zobrist key of pieces and side to move, the same for equal positions."""
        return self._key if self.turn else self._key ^ TURN_KEY

    def earlier_keys(self) -> list[int]:
        """The keys of the positions since the last capture, the present one left out."""
        return self._keys[-self.halfmove_clock :] if self.halfmove_clock else []

    def is_repetition(self, count: int = 3) -> bool:
        """Whether the position has occurred ``count`` times in this game."""
        shortest = 4 * (count - 1)
        return (
            self.halfmove_clock >= shortest and self.earlier_keys().count(self.key()) >= count - 1
        )

    def ply(self) -> int:
        """Plies since the start of the game, by `fullmove_number`."""
        return 2 * (self.fullmove_number - 1) + (not self.turn)

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
