"""Moves as people write them: 炮二平五, C2.5 and h2e2.

Both file notations name a piece, the file it stands on (each side counts from its own right), a
direction and a number: the file it goes to, or the ranks that a piece moves along its file.

- Chinese: 象棋竞赛规则 (2020) article 7.5 for 前, 中 and 后; for what that leaves open
  中国象棋电脑应用规范 part 2 (xqbase.com): four or five pawns on a file are 一二三四五 from the
  front, and where several files hold more than one pawn each, these pawns are 一二三四五 from the
  mover's right to left and from front to back. Red writes Chinese numerals and black digits, but
  一二三四五 in place of 前 is Chinese for both.
- WXF: "Official xiangqi piece names and notation" (wxf.org): ``C2.5``, ``R+.3``, ``C--1``; three
  pawns on a file are ``P+`` ``P3`` ``P-``, four ``++`` ``P+`` ``P-`` ``--``, five have ``P3`` in
  the middle, and with doubled pawns on two files the file comes first: ``3+.4 33.4 3-.4 7+.6``.

Two advisors or elephants on a file are told apart by their direction alone in both notations.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.xiangqi.board.moves import (
    ADVISOR,
    CANNON,
    ELEPHANT,
    HORSE,
    KING,
    PAWN,
    ROOK,
    AmbiguousMoveError,
    IllegalMoveError,
    InvalidMoveError,
    Move,
    PieceType,
)
from engine.xiangqi.board.notation_places import (
    ADVANCE,
    RETREAT,
    TRAVERSE,
    Description,
    Position,
    find_moves,
    normalize,
    place_of,
    step_of,
)

if TYPE_CHECKING:
    from engine.xiangqi.board import Board

_NUMERALS: Final = "一二三四五六七八九"
_NAMES: Final = {
    False: ("卒士象马炮车将", "兵仕相马炮车帅"),
    True: ("卒士象馬炮車將", "兵仕相馬炮車帥"),
}
_DIRECTIONS: Final = {
    False: {ADVANCE: "进", RETREAT: "退", TRAVERSE: "平"},
    True: {ADVANCE: "進", RETREAT: "退", TRAVERSE: "平"},
}
_POSITIONS: Final = {
    False: {2: "前后", 3: "前中后"},
    True: {2: "前後", 3: "前中後"},
}

# Every way of writing a character, to the one that the patterns below use.
_VARIANTS: Final = str.maketrans(
    "馬傌砲包車俥帅將将卒仕象後進上下" + _NUMERALS,
    "马马炮炮车车帥帥帥兵士相后进进退" + "123456789",
)
_CHINESE_PIECES: Final = {
    "兵": PAWN, "士": ADVISOR, "相": ELEPHANT, "马": HORSE, "炮": CANNON, "车": ROOK, "帥": KING,
}  # fmt: skip
_CHINESE_DIRECTIONS: Final = {"进": ADVANCE, "退": RETREAT, "平": TRAVERSE}
_CHINESE_POSITIONS: Final = {"前": Position.FRONT, "中": Position.MIDDLE, "后": Position.REAR}
_CHINESE: Final = re.compile(
    r"(?:(?P<rank>[前中后1-9])(?P<piece>[兵士相马炮车帥])(?P<file>[1-9])?"
    r"|(?P<piece2>[兵士相马炮车帥])(?:(?P<file2>[1-9])|(?P<rank2>[前中后]))"
    r"|(?P<rank3>[前中后])(?P<file3>[1-9])兵?)"
    r"(?P<direction>[进退平])(?P<number>[1-9])"
)

_LETTERS: Final = ".PAEHCRK"
_WXF_PIECES: Final = {
    "P": PAWN, "S": PAWN, "A": ADVISOR, "E": ELEPHANT, "B": ELEPHANT, "H": HORSE, "N": HORSE,
    "C": CANNON, "R": ROOK, "K": KING, "G": KING,
}  # fmt: skip
_WXF_DIRECTIONS: Final = {"+": ADVANCE, "-": RETREAT, ".": TRAVERSE}
_WXF_SYMBOLS: Final = {direction: symbol for symbol, direction in _WXF_DIRECTIONS.items()}
_WXF_VARIANTS: Final = str.maketrans("=,·", "...")
_WXF_POSITIONS: Final = {
    "+": Position.PLUS, "-": Position.MINUS, ".": Position.MIDDLE,
    "++": Position.FRONT, "--": Position.REAR,
}  # fmt: skip
_WXF: Final = re.compile(
    r"(?:(?P<piece>[PSAEBHNCRKG])(?:(?P<file>[1-9])|(?P<rank>[-+.]))"
    r"|(?P<rank2>[-+])(?P<piece2>[PSAEBHNCRKG])"
    r"|P(?P<letter>[A-E])"
    r"|(?P<rank3>\+\+|--)"
    r"|(?P<file4>[1-9])(?:(?P<rank4>[-+])|(?P=file4)))"
    r"(?P<direction>[-+.])(?P<number>[1-9])",
    re.ASCII,
)
_ICCS: Final = re.compile(r"[a-i][0-9]-?[a-i][0-9]", re.ASCII | re.IGNORECASE)


def chinese(board: Board, move: Move, *, traditional: bool = False) -> str:
    """The move as 炮二平五, or with ``traditional`` characters (馬8進7 rather than 马8进7).

    The move need not be legal, but there must be a piece to make it. A move that the notation has
    no words for, which no game can reach, comes out as ICCS.

    Raises:
        IllegalMoveError: no piece stands on the move's first square.
    """
    piece, place = place_of(board, move.from_square)
    step = step_of(piece, move)
    name = _NAMES[traditional][piece.color][piece.piece_type - 1]
    if step is None or place.ordinal >= len(_NUMERALS):
        return str(move)
    digits = _NUMERALS if piece.color else "123456789"
    end = _DIRECTIONS[traditional][step.direction] + digits[step.number - 1]
    if place.height == 1 or _is_told_by_direction(piece.piece_type):
        return name + digits[place.file - 1] + end
    if place.stacks == 1 and place.height in _POSITIONS[traditional]:
        return _POSITIONS[traditional][place.height][place.depth] + name + end
    return _NUMERALS[place.ordinal] + name + end


def wxf(board: Board, move: Move) -> str:
    """The move as ``C2.5``, capitals for both sides; see `chinese` for moves out of the ordinary.

    Raises:
        IllegalMoveError: no piece stands on the move's first square.
    """
    piece, place = place_of(board, move.from_square)
    step = step_of(piece, move)
    if step is None:
        return str(move)
    letter = _LETTERS[piece.piece_type]
    end = f"{_WXF_SYMBOLS[step.direction]}{step.number}"
    if place.height == 1 or _is_told_by_direction(piece.piece_type):
        return f"{letter}{place.file}{end}"
    if place.stacks > 1:
        signs = {2: "+-", 3: f"+{place.file}-"}.get(place.height)
        return f"{place.file}{signs[place.depth]}{end}" if signs else str(move)
    if place.height > 3 and piece.piece_type != PAWN:
        return str(move)
    file = f"{letter}{place.file}"
    starts = {
        2: (f"{letter}+", f"{letter}-"),
        3: (f"{letter}+", file, f"{letter}-"),
        4: ("++", "P+", "P-", "--"),
        5: ("++", "P+", file, "P-", "--"),
    }.get(place.height)
    return starts[place.depth] + end if starts else str(move)


def _is_told_by_direction(piece_type: PieceType) -> bool:
    """Whether of two such pieces on a file only one can advance, so that nobody writes 前 or 后."""
    return piece_type in (ADVISOR, ELEPHANT)


def parse_chinese(board: Board, text: str) -> Move:
    """The legal move written 炮二平五, in simplified or traditional characters.

    Either side's names, numerals of any kind (五, 5, ５) and blanks are accepted; so are 前兵九平八
    and 前九平八 where several files hold more than one pawn, 炮前进二, and 上 and 下 for 进 and 退.

    Raises:
        InvalidMoveError: the text is not a move in this notation.
        IllegalMoveError: no legal move is written so here.
        AmbiguousMoveError: more than one legal move is.
    """
    match = _CHINESE.fullmatch(normalize(text).translate(_VARIANTS))
    if match is None:
        raise InvalidMoveError(f"not a move: {text!r}")
    rank = match["rank"] or match["rank2"] or match["rank3"]
    file = match["file"] or match["file2"] or match["file3"]
    ordinal = int(rank) if rank and rank.isdigit() else None
    description = Description(
        piece_type=_CHINESE_PIECES[match["piece"] or match["piece2"] or "兵"],
        file=int(file) if file else None,
        position=_CHINESE_POSITIONS[rank] if rank and not ordinal else None,
        ordinal=ordinal,
        direction=_CHINESE_DIRECTIONS[match["direction"]],
        number=int(match["number"]),
    )
    return _only_move(board, description, text)


def parse_wxf(board: Board, text: str) -> Move:
    """The legal move written ``C2.5``.

    ``=`` for ``.``, small letters, B or N or G or S for the piece, ``+C.5`` for ``C+.5`` and
    ``Pa.5`` (the letters a to e for 一 to 五) are accepted.

    Raises:
        InvalidMoveError: the text is not a move in this notation.
        IllegalMoveError: no legal move is written so here.
        AmbiguousMoveError: more than one legal move is.
    """
    match = _WXF.fullmatch(normalize(text).translate(_WXF_VARIANTS).upper())
    if match is None:
        raise InvalidMoveError(f"not a move: {text!r}")
    rank = match["rank"] or match["rank2"] or match["rank3"] or match["rank4"]
    file = match["file"] or match["file4"]
    letter = match["letter"]
    description = Description(
        piece_type=_WXF_PIECES[match["piece"] or match["piece2"] or "P"],
        file=int(file) if file else None,
        position=_WXF_POSITIONS[rank] if rank else Position.CENTER if file else None,
        ordinal="ABCDE".index(letter) + 1 if letter else None,
        direction=_WXF_DIRECTIONS[match["direction"]],
        number=int(match["number"]),
    )
    return _only_move(board, description, text)


def parse_move(board: Board, text: str) -> Move:
    """The legal move written in any notation: ``h2e2``, ``H2-E2``, ``C2.5`` or 炮二平五.

    Raises:
        InvalidMoveError: the text is not a move in any notation.
        IllegalMoveError: no legal move is written so here.
        AmbiguousMoveError: more than one legal move is.
    """
    plain = normalize(text)
    if _ICCS.fullmatch(plain):
        return board.parse_uci(plain)
    return parse_wxf(board, text) if plain.isascii() else parse_chinese(board, text)


def _only_move(board: Board, description: Description, text: str) -> Move:
    moves = find_moves(board, description)
    if not moves:
        raise IllegalMoveError(f"illegal move: {text!r} in {board.fen()}")
    if len(moves) > 1:
        choices = " or ".join(str(move) for move in moves)
        raise AmbiguousMoveError(f"ambiguous move: {text!r} is {choices} in {board.fen()}")
    return moves[0]
