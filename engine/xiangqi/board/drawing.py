"""Boards as SVG that stands alone: no script, no style sheet, no font file.

One unit is a hundredth of the distance between two lines of the board.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from engine.xiangqi.board.moves import (
    BLACK,
    FILE_NAMES,
    FILES,
    PIECE_TYPES,
    RANKS,
    RED,
    Color,
    Move,
    Piece,
    Square,
    square,
)

if TYPE_CHECKING:
    from engine.xiangqi.board import Board

Letters = Literal["chinese", "western"]

_MARGIN: Final = 90
_WIDTH: Final = 100 * (FILES - 1) + 2 * _MARGIN
_HEIGHT: Final = 100 * (RANKS - 1) + 2 * _MARGIN
_RADIUS: Final = 44

_WOOD: Final = "#f0d9ab"
_FRAME: Final = "#7a4d21"
_LINE: Final = "#6b4423"
_IVORY: Final = "#fdf4df"
_EDGE: Final = "#b98d4f"
_INK: Final = {RED: "#b3211b", BLACK: "#1f2a33"}
_LAST: Final = "#2f7fb8"
_CHECK: Final = "#d8281e"
_ARROW: Final = "#2e7d4f"
_CHINESE_FONTS: Final = (
    "'Kaiti TC','Kaiti SC',STKaiti,BiauKai,KaiTi,'AR PL UKai CN','Noto Serif CJK TC',"
    "'Noto Serif TC','Source Han Serif TC','Songti TC',SimSun,serif"
)
_WESTERN_FONTS: Final = "Georgia,'Times New Roman','DejaVu Serif',serif"
_CHINESE_NUMERALS: Final = "一二三四五六七八九"
_DIGITS: Final = "１２３４５６７８９"
_WESTERN: Final = ".PAEHCRK"

_CROSSES: Final = tuple(
    [square(file, rank) for rank in (2, 7) for file in (1, 7)]
    + [square(file, rank) for rank in (3, 6) for file in (0, 2, 4, 6, 8)]
)


class Arrow(NamedTuple):
    """An arrow along a move: opacity from 0 to 1, any CSS colour."""

    move: Move
    opacity: float = 0.8
    color: str = _ARROW


def to_svg(
    board: Board,
    *,
    orientation: Color = RED,
    last_move: Move | None = None,
    check: Square | None = None,
    arrows: Iterable[Arrow | Move] = (),
    size: int | None = None,
    letters: Letters = "chinese",
    coordinates: bool = True,
) -> str:
    """The position as an SVG document.

    Args:
        board: the position.
        orientation: the side at the bottom.
        last_move: a move to mark.
        check: the square of a king to mark as in check.
        arrows: arrows to draw over the pieces; a move alone is an arrow in the usual colour.
        size: width in pixels; None leaves it to the page.
        letters: ``chinese`` (俥 and 車) or ``western`` (R) on the pieces.
        coordinates: whether to write files, and in ``western`` ranks, beside the board. Chinese
            files are numbered from each player's right.
    """
    place = _Placing(orientation)
    dimensions = f' width="{size}" height="{round(size * _HEIGHT / _WIDTH)}"' if size else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"{dimensions}'
        f' role="img" aria-label="{board.fen()}">',
        *_board_lines(),
        *(_coordinates(place, letters) if coordinates else ()),
        *(_last_move(place, last_move) if last_move else ()),
        *(_check(place, check) if check is not None else ()),
        *_pieces(board, place, letters),
        *(_arrow(place, arrow) for arrow in arrows),
        "</svg>",
    ]
    return "".join(parts)


class _Placing(NamedTuple):
    """Where squares are, seen from one side."""

    orientation: Color

    def point(self, sq: Square) -> tuple[int, int]:
        """The x and y of a square."""
        file, rank = sq % FILES, sq // FILES
        if self.orientation == RED:
            return _MARGIN + 100 * file, _MARGIN + 100 * (RANKS - 1 - rank)
        return _MARGIN + 100 * (FILES - 1 - file), _MARGIN + 100 * rank


def _board_lines() -> Iterator[str]:
    """The wood, the grid with river and palaces, and the marks of cannons and pawns."""
    left, right, top, bottom = _MARGIN, _WIDTH - _MARGIN, _MARGIN, _HEIGHT - _MARGIN
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="18" fill="{_WOOD}"/>'
    yield f'<g fill="none" stroke="{_FRAME}">'
    yield f'<rect x="3" y="3" width="{_WIDTH - 6}" height="{_HEIGHT - 6}" rx="15"'
    yield ' stroke-width="6"/>'
    yield f'<rect x="{left - 10}" y="{top - 10}" width="{right - left + 20}"'
    yield f' height="{bottom - top + 20}" stroke-width="4"/></g>'
    path = [f"M{left} {top + 100 * rank}H{right}" for rank in range(RANKS)]
    near, far = top + 400, top + 500
    for file in range(FILES):
        x = left + 100 * file
        path.append(
            f"M{x} {top}V{bottom}" if file in (0, 8) else f"M{x} {top}V{near}M{x} {far}V{bottom}"
        )
    for y in (top, bottom - 200):
        path.append(f"M{left + 300} {y}l200 200M{left + 500} {y}l-200 200")
    path += [_cross(sq) for sq in _CROSSES]
    yield f'<path d="{"".join(path)}" fill="none" stroke="{_LINE}" stroke-width="2"/>'
    middle = (near + far) // 2
    yield f'<g font-family="{_CHINESE_FONTS}" font-size="58" text-anchor="middle" fill="{_LINE}">'
    for x, text in ((left + 200, "楚河"), (right - 200, "漢界")):
        yield f'<text x="{x}" y="{middle + 21}" letter-spacing="44" dx="22">{text}</text>'
    yield "</g>"


def _cross(sq: Square) -> str:
    """The four small corners around a point, as far as they lie on the board."""
    x, y = _Placing(RED).point(sq)
    sides = [side for side in (-1, 1) if 0 <= sq % FILES + side < FILES]
    return "".join(
        f"M{x + 8 * side} {y + 24 * up}v{-16 * up}h{16 * side}" for side in sides for up in (-1, 1)
    )


def _coordinates(place: _Placing, letters: Letters) -> Iterator[str]:
    """Files above and below the board, and ranks to the left if the letters are western."""
    fonts = _CHINESE_FONTS if letters == "chinese" else _WESTERN_FONTS
    yield f'<g font-family="{fonts}" font-size="27" text-anchor="middle" fill="{_FRAME}">'
    for file in range(FILES):
        x, _ = place.point(square(file, 0))
        red, black = FILE_NAMES[file], FILE_NAMES[file]
        if letters == "chinese":
            red, black = _CHINESE_NUMERALS[FILES - 1 - file], _DIGITS[file]
        top, bottom = (black, red) if place.orientation == RED else (red, black)
        yield f'<text x="{x}" y="36">{top}</text><text x="{x}" y="{_HEIGHT - 17}">{bottom}</text>'
    if letters == "western":
        for rank in range(RANKS):
            _, y = place.point(square(0, rank))
            yield f'<text x="27" y="{y + 9}">{rank}</text>'
    yield "</g>"


def _last_move(place: _Placing, move: Move) -> Iterator[str]:
    """A dot where the piece came from and corners around where it went."""
    x, y = place.point(move.from_square)
    yield f'<circle cx="{x}" cy="{y}" r="15" fill="{_LAST}" fill-opacity=".55"/>'
    x, y = place.point(move.to_square)
    corners = "".join(
        f"M{x + 49 * side} {y + 27 * up}v{22 * up}h{-22 * side}"
        for side in (-1, 1)
        for up in (-1, 1)
    )
    yield f'<path d="{corners}" fill="none" stroke="{_LAST}" stroke-width="6"/>'


def _check(place: _Placing, sq: Square) -> Iterator[str]:
    """A red glow around a king."""
    x, y = place.point(sq)
    for radius, opacity in ((58, 0.25), (53, 0.45), (48, 0.7)):
        yield f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{_CHECK}" fill-opacity="{opacity}"/>'


def _pieces(board: Board, place: _Placing, letters: Letters) -> Iterator[str]:
    """Discs first, then the letters of each colour."""
    points = {sq: place.point(sq) for sq in board.piece_map()}
    discs = "".join(_circle(*point, _RADIUS) for point in points.values())
    shadows = "".join(_circle(x + 2, y + 4, _RADIUS) for x, y in points.values())
    yield f'<g fill-opacity=".25">{shadows}</g>'
    yield f'<g fill="{_IVORY}" stroke="{_EDGE}" stroke-width="3">{discs}</g>'
    fonts, size = (_CHINESE_FONTS, 56) if letters == "chinese" else (_WESTERN_FONTS, 50)
    for color in (RED, BLACK):
        squares = [sq for kind in PIECE_TYPES for sq in board.pieces(kind, color)]
        rings = "".join(_circle(*points[sq], _RADIUS - 7) for sq in squares)
        yield f'<g fill="none" stroke="{_INK[color]}" stroke-width="2.5">{rings}</g>'
        yield f'<g font-family="{fonts}" font-size="{size}" font-weight="bold"'
        yield f' text-anchor="middle" fill="{_INK[color]}">'
        for sq in squares:
            x, y = points[sq]
            text = _letter(board.piece_at(sq), letters)
            yield f'<text x="{x}" y="{y + round(0.36 * size)}">{text}</text>'
        yield "</g>"


def _letter(piece: Piece | None, letters: Letters) -> str:
    if piece is None:
        return ""
    return piece.chinese() if letters == "chinese" else _WESTERN[piece.piece_type]


def _circle(x: int, y: int, radius: int) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}"/>'


def _arrow(place: _Placing, arrow: Arrow | Move) -> str:
    """A shaft with a head whose tip is on the middle of the square."""
    arrow = arrow if isinstance(arrow, Arrow) else Arrow(arrow)
    x, y = place.point(arrow.move.from_square)
    to_x, to_y = place.point(arrow.move.to_square)
    length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    along_x, along_y = (to_x - x) / length, (to_y - y) / length

    def at(forward: float, aside: float) -> str:
        return (
            f"{x + forward * along_x - aside * along_y:.1f}"
            f" {y + forward * along_y + aside * along_x:.1f}"
        )

    neck = length - 42
    outline = [at(10, -7), at(neck, -9), at(neck, -25), at(length, 0)]
    outline += [at(neck, 25), at(neck, 9), at(10, 7)]
    opacity = min(max(arrow.opacity, 0.0), 1.0)
    color = escape(arrow.color, quote=True)
    return f'<path d="M{"L".join(outline)}z" fill="{color}" fill-opacity="{opacity:.2f}"/>'
