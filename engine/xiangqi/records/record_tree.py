"""Trees of moves in preorder, as binary records of games store them, made into lines."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import IllegalMoveError, Move, Square
from engine.xiangqi.records.game import MAX_DEPTH, Game, InvalidRecordError, Line


class Node(NamedTuple):
    """An entry of a tree: a move (None for squares off the board) and what is said about it."""

    source: Square | None
    target: Square | None
    has_next: bool
    has_sibling: bool
    comment: str

    def move_on(self, board: Board) -> Move | None:
        """The node's move if it is legal."""
        if self.source is None or self.target is None:
            return None
        move = Move(self.source, self.target)
        return move if board.is_legal(move) else None


class Tree(Protocol):
    """What reads the nodes of a file one after the other."""

    def read_node(self) -> Node:
        """The next node."""


class _Branch(NamedTuple):
    """A place in the tree where another move is still to be read."""

    line: Line
    at: int
    depth: int
    ply: int


def read_tree(tree: Tree, game: Game) -> None:
    """Read the nodes below the root into a game.

    A node comes before the moves that follow it, and they before its siblings: the other moves
    from the same position, which become variations of the first. The side whose piece moves first
    is to move. Files in the wild hold broken variations: a variation ends before a move that is
    not legal.

    Raises:
        IllegalMoveError: a move of the main line is not legal.
        InvalidRecordError: variations nested more than `MAX_DEPTH` deep.
    """
    board = game.board.copy()
    line: Line = game
    branch = _Branch(game, 0, 0, 0)
    waiting: list[_Branch] = []
    while True:
        node = tree.read_node()
        if node.has_sibling:
            waiting.append(branch)
        if not game.moves:
            _set_turn(game, board, node)
        move = node.move_on(board)
        if move is not None:
            if not line.moves and line is not game:
                branch.line.variations.setdefault(branch.at, []).append(line)
            board.push(move)
            line.moves.append(move)
            line.add_comment(node.comment)
            if node.has_next:
                depth = branch.depth + (line is not branch.line)
                branch = _Branch(line, len(line.moves), depth, len(board.move_stack))
                continue
        elif line is game:
            raise IllegalMoveError(f"illegal move: {_squares(node)} in {board.fen()}")
        elif node.has_next:
            _skip(tree)
        if not waiting:
            return
        branch = waiting.pop()
        if branch.depth == MAX_DEPTH:
            raise InvalidRecordError(f"variations nested more than {MAX_DEPTH} deep: {move}")
        while len(board.move_stack) > branch.ply:
            board.pop()
        line = Line()


def _set_turn(game: Game, board: Board, first: Node) -> None:
    piece = board.piece_at(first.source) if first.source is not None else None
    if piece is not None:
        game.board.turn = board.turn = piece.color


def _squares(node: Node) -> str:
    if node.source is None or node.target is None or node.source == node.target:
        return "not two squares"
    return repr(str(Move(node.source, node.target)))


def _skip(tree: Tree) -> None:
    """Read past the moves that follow a node."""
    pending = 1
    while pending:
        node = tree.read_node()
        pending += node.has_next + node.has_sibling - 1
