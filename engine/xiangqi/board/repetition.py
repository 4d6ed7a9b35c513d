"""Repetition: who checks or chases perpetually.

The rule text is that of the World Xiangqi Federation (the rules of the Asian Xiangqi Federation
with their numbered diagrams), read as Tan and Watkinson Medina do in "Complete Implementation of
WXF Chinese Chess Rules" (arXiv 2412.17334). The Chinese association (CXA) also counts threats of
mate and more; these are free here.

When a position occurs for the third time, the moves since its first occurrence are judged, each
side's worst persistent offence against the other's:

- Perpetual check: every move gives check, by whatever pieces.
- Perpetual chase: every move makes a new threat to capture one and the same piece, by whatever
  pieces. A check is not a chase, so checking and chasing in turn is free, and so is chasing two
  pieces in turn.
- Perpetual uncovering: as a chase, but on some moves the threatened piece was under attack already
  and only lost its protection. This is held against a side only if the other one does not itself
  threaten something with every move.

The worse offence loses, equal ones draw. A threat to capture counts unless

- king or pawn would capture (they may chase), or a king or a pawn on its own side of the river
  would be captured;
- the capture would leave the own king in check (a pinned piece threatens nothing);
- pieces of one kind attack each other and either could capture, which is an offer to exchange;
- the piece is protected: it could be taken back at once, legally. A rook attacked by a horse or a
  cannon counts as unprotected.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from engine.xiangqi.board.attacks import in_home_half
from engine.xiangqi.board.generation import is_safe, moves_from, pseudo_legal_moves
from engine.xiangqi.board.moves import CANNON, HORSE, KING, PAWN, ROOK, Color, Move, Square
from engine.xiangqi.board.position import Position

OCCURRENCES: Final = 3


class Offence(IntEnum):
    """What a side does with every move of a repetition, the worst last."""

    NONE = 0
    UNCOVERING = 1
    CHASE = 2
    CHECK = 3


def repetition_span(board: Position) -> int:
    """Plies since the first of three occurrences of the position, 0 if there are fewer."""
    if not board.is_repetition(OCCURRENCES):
        return 0
    key, keys = board.key(), board.earlier_keys()
    earlier = [ply for ply, other in enumerate(keys) if other == key]
    return len(keys) - earlier[1 - OCCURRENCES]


def judge(board: Position, span: int) -> tuple[Color | None, Offence]:
    """The side that loses by the last ``span`` plies (None: a draw), and its offence."""
    plies = _replay(board, span)
    mover, other = plies[0::2], plies[1::2]
    offence, others_offence = _offence(mover, other), _offence(other, mover)
    if offence == others_offence:
        return None, offence
    loser = board.turn if offence > others_offence else not board.turn
    return loser, max(offence, others_offence)


@dataclass(frozen=True)
class _Ply:
    """A move of a repetition; pieces are named by where they stood at its start."""

    check: bool
    chased: frozenset[Square]
    """Pieces under a new attack."""
    uncovered: frozenset[Square]
    """Pieces newly threatened, by a new attack or for want of protection."""


def _offence(plies: list[_Ply], others: list[_Ply]) -> Offence:
    if all(ply.check for ply in plies):
        return Offence.CHECK
    if frozenset.intersection(*(ply.chased for ply in plies)):
        return Offence.CHASE
    uncovered = frozenset.intersection(*(ply.uncovered for ply in plies))
    if uncovered and not all(ply.chased for ply in others):
        return Offence.UNCOVERING
    return Offence.NONE


def _replay(board: Position, span: int) -> list[_Ply]:
    game = board.copy()
    moves = [game.pop() for _ in range(span)][::-1]
    names = {sq: sq for sq in game.piece_map()}
    plies = []
    for move in moves:
        color = game.turn
        attacks = _named(_safe_captures(game, color), names)
        threats = _named(_threats(game, color), names)
        game.push(move)
        names[move.to_square] = names.pop(move.from_square)
        if game.is_check():
            plies.append(_Ply(True, frozenset(), frozenset()))
            continue
        now = _named(_threats(game, color), names)
        chased = frozenset(victim for _, victim in now - attacks)
        uncovered = frozenset(victim for _, victim in now - threats)
        plies.append(_Ply(False, chased, uncovered))
    return plies


def _named(captures: list[Move], names: dict[Square, Square]) -> set[tuple[Square, Square]]:
    return {(names[source], names[target]) for source, target in captures}


def _safe_captures(board: Position, color: Color) -> list[Move]:
    """The captures of ``color`` that do not leave its king in check, were it to move."""
    moves = pseudo_legal_moves(board, color)
    return [move for move in moves if board.is_capture(move) and is_safe(board, color, move)]


def _threats(board: Position, color: Color) -> list[Move]:
    """The captures of ``color`` that count as threats, were it to move."""
    scratch = board.copy(stack=False)
    scratch.turn = color
    return [move for move in _safe_captures(scratch, color) if _is_threat(scratch, move)]


def _is_threat(board: Position, capture: Move) -> bool:
    """Whether a safe capture by the side to move counts as a threat."""
    source, target = capture
    attacker, victim = board.piece_type_at(source), board.piece_type_at(target)
    other = not board.turn
    if attacker in (KING, PAWN) or victim == KING:
        return False
    if victim == PAWN and in_home_half(target, other):
        return False
    if attacker == victim and _can_move(board, other, Move(target, source)):
        return False
    if victim == ROOK and attacker in (HORSE, CANNON):
        return True
    return not _is_protected(board, capture)


def _can_move(board: Position, color: Color, move: Move) -> bool:
    return move in moves_from(board, color, move.from_square) and is_safe(board, color, move)


def _is_protected(board: Position, capture: Move) -> bool:
    """Whether the other side could take back at once; a pinned protector cannot."""
    board.push(capture)
    protected = any(
        move.to_square == capture.to_square and is_safe(board, board.turn, move)
        for move in pseudo_legal_moves(board, board.turn)
    )
    board.pop()
    return protected
