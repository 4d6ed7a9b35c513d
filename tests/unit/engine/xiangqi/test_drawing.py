"""The SVG: well-formed, complete, in the right places, and standing alone."""

import re
from xml.etree import ElementTree

import pytest

from engine.xiangqi import BLACK, RED, Board, Move, parse_square
from engine.xiangqi.board.drawing import Arrow, to_svg

SVG = "{http://www.w3.org/2000/svg}"
MARGIN, RIGHT, BOTTOM = 90, 890, 990


def parse(**options):
    return ElementTree.fromstring(to_svg(options.pop("board", Board()), **options))


def letters_at(root):
    """The letters on the pieces by the x of their disc and the y of their line."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("font-weight") == "bold":
            for text in group:
                found[int(text.get("x")), int(text.get("y")) // 10] = text.text
    return found


def test_every_piece_is_drawn_once_with_its_letter():
    letters = letters_at(parse())
    assert sorted(letters.values()) == sorted(
        "俥傌相仕帥仕相傌俥炮炮兵兵兵兵兵車馬象士將士象馬車砲砲卒卒卒卒卒"
    )


def test_sides():
    red, black = letters_at(parse()), letters_at(parse(orientation=BLACK))
    bottom = max(y for _, y in red)
    assert red[MARGIN + 400, bottom] == "帥"
    assert black[MARGIN + 400, bottom] == "將"
    board = Board("4k4/9/9/9/9/9/9/9/9/R3K4")
    assert letters_at(parse(board=board))[MARGIN, bottom] == "俥"
    top = min(y for _, y in black)
    assert letters_at(parse(board=board, orientation=BLACK))[RIGHT, top] == "俥"


def test_western_letters():
    letters = letters_at(parse(letters="western"))
    assert sorted(letters.values()) == sorted("RHEAKAEHRCCPPPPP" * 2)


def test_river_and_coordinates():
    def texts(**options):
        return [text.text for text in parse(**options).iter(f"{SVG}text")]

    assert {"楚河", "漢界", "一", "９"} <= set(texts())
    assert {"a", "i", "0", "9"} <= set(texts(letters="western"))
    assert len(texts(coordinates=False)) == 2 + 32
    # Red's first file is at red's right, and on black's side of the board it is black's ninth.
    xs = {text.text: int(text.get("x")) for text in parse().iter(f"{SVG}text")}
    assert xs["一"] == xs["９"] == RIGHT
    xs = {text.text: int(text.get("x")) for text in parse(orientation=BLACK).iter(f"{SVG}text")}
    assert xs["一"] == xs["９"] == MARGIN


def circles_at(x, y, **options):
    return [
        circle
        for circle in parse(**options).iter(f"{SVG}circle")
        if (circle.get("cx"), circle.get("cy")) == (str(x), str(y))
    ]


def test_marks():
    last = Move.from_uci("h2e2")
    board = Board()
    board.push(last)
    assert not circles_at(790, 790, board=board)
    (dot,) = circles_at(790, 790, board=board, last_move=last)
    assert float(dot.get("fill-opacity")) < 1
    (dot,) = circles_at(190, 290, board=board, last_move=last, orientation=BLACK)
    paths = [path.get("d") for path in parse(board=board, last_move=last).iter(f"{SVG}path")]
    assert any(path.startswith("M441 763") for path in paths)
    king = parse_square("e9")
    assert len(circles_at(490, 90, check=king)) == 3 + len(circles_at(490, 90))


def test_arrows():
    move = Move.from_uci("h2e2")
    svg = to_svg(Board(), arrows=[move, Arrow(move, 0.31, "#123456"), Arrow(move, 7)])
    opacities = re.findall(r'z" fill="(.*?)" fill-opacity="(.*?)"', svg)
    assert [opacity for _, opacity in opacities] == ["0.80", "0.31", "1.00"]
    assert opacities[1][0] == "#123456"
    assert "490.0 790.0" in svg
    root = parse(arrows=[Arrow(move, 1, '"/><script>alert(1)</script>')])
    assert not list(root.iter(f"{SVG}script"))


def test_size():
    root = parse(size=490)
    assert (root.get("width"), root.get("height")) == ("490", "540")
    assert parse().get("width") is None


@pytest.mark.parametrize("orientation", [RED, BLACK])
def test_it_stands_alone_and_is_small(orientation):
    svg = Board().to_svg(orientation=orientation, arrows=[Move.from_uci("h2e2")])
    assert svg.count("http") == 1  # The name space.
    assert not re.search(r"href|<script|<style|@import|url\(|id=", svg)
    assert len(svg.encode()) < 12_000
    ElementTree.fromstring(svg)


def test_the_notebook_shows_the_board():
    assert Board()._repr_svg_() == to_svg(Board())
