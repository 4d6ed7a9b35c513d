"""CBR and CBL files, written here and read back, and what cchess makes of the same bytes."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.xiangqi import RED, Board, IllegalMoveError, Move, XiangqiError
from engine.xiangqi.records import Game, InvalidRecordError, Line, read_cbl, read_cbr, read_record

PIECES = {symbol: 0x10 + n for n, symbol in enumerate("RNBAKCP", start=1)}
PIECES |= {symbol: 0x20 + n for n, symbol in enumerate("rnbakcp", start=1)}
RESULTS = ("*", "1-0", "0-1", "1/2-1/2")


def index_of(sq):
    rank, file = divmod(sq, 9)
    return 9 * (9 - rank) + file


def write_node(move, has_next, has_sibling, comment):
    text = comment.encode("utf-16-le")
    flags = (not has_next) | 2 * has_sibling | 4 * bool(text)
    squares = [index_of(sq) for sq in move] if move else [0, 0]
    return bytes([flags, 0, *squares]) + (struct.pack("<I", len(text)) + text if text else b"")


def write_line(line, siblings):
    """The first move of a line, what follows it, and then the lines beside it."""
    first, *rest = line.moves
    node = write_node(first, bool(rest), bool(siblings), line.comments.get(1, ""))
    if rest:
        comments = {made - 1: text for made, text in line.comments.items() if made > 1}
        variations = {at - 1: others for at, others in line.variations.items() if at}
        node += write_line(Line(rest, comments, variations), line.variations.get(1, []))
    return node + (write_line(siblings[0], siblings[1:]) if siblings else b"")


def write_cbr(game):
    header = bytearray(2214)
    header[:20] = b"CCBridge Record\0\0\0\0\2"
    for key, at in {"Title": 180, "Event": 692, "Date": 884, "Red": 1076, "Black": 1300}.items():
        text = game.headers.get(key, "").encode("utf-16-le")
        header[at : at + len(text)] = text
    header[2076] = RESULTS.index(game.result)
    header[2112] = 1 if game.board.turn == RED else 2
    for sq, piece in game.board.piece_map().items():
        header[2120 + index_of(sq)] = PIECES[piece.symbol()]
    root = write_node(None, bool(game.moves), False, game.comments.get(0, ""))
    tree = write_line(game, game.variations.get(0, [])) if game.moves else b""
    return bytes(header) + root + tree


def write_cbl(games):
    files = [write_cbr(game) for game in games]
    padded = b"".join(data + bytes(-len(data) % 4096) for data in files)
    return b"CCBridgeLibrary\0".ljust(101952, b"\0") + padded


def example():
    return Game.from_pgn(
        '[Title "七星聚会"][Event "全国个人赛"][Date "1997.11.16"][Red "许银川"][Black "吕钦"]'
        "{开局前的话} 1. 炮二平五 {中炮} (1. 炮八平五 马2进3) (1. 兵七进一)"
        " 马8进7 2. 马二进三 车9平8 (2... 卒7进1 3. 车一平二 (3. 兵七进一)) 3. 车一平二 {完} 0-1"
    )


def same(a, b):
    return (a.board, a.moves, a.comments, a.variations, a.headers) == (
        b.board,
        b.moves,
        b.comments,
        b.variations,
        b.headers,
    )


def test_a_game():
    game = example()
    assert same(read_cbr(write_cbr(game)), game)
    (found,) = read_record(write_cbr(game))
    assert same(found, game)


def test_a_position_with_black_to_move():
    board = Board("3k5/4a4/9/9/9/9/4R4/9/4p4/3K5 b")
    for moves in ([], [Move.from_uci("e1d1")]):
        game = Game(headers={"Result": "1/2-1/2"}, board=board, moves=moves)
        assert same(read_cbr(write_cbr(game)), game)


def test_a_library():
    games = [example(), Game(headers={"Title": "空局", "Result": "*"}), example()]
    found = list(read_record(write_cbl(games)))
    assert len(found) == 3
    assert all(map(same, found, games))
    assert list(read_cbl(write_cbl([]))) == []


def test_a_root_that_promises_moves_where_none_are():
    data = bytearray(write_cbr(Game(headers={"Result": "*"})))
    data[2214] = 0
    assert read_cbr(bytes(data) + bytes(100)).moves == []


def test_errors():
    data = write_cbr(example())
    for size in (0, 16, 2213, 2216, 2230, len(data) - 1):
        with pytest.raises(InvalidRecordError):
            read_cbr(data[:size])
    with pytest.raises(InvalidRecordError, match="version 1"):
        read_cbr(data[:19] + b"\1" + data[20:])
    with pytest.raises(InvalidRecordError, match="CBL"):
        list(read_cbl(data))
    game = Game(moves=[Move.from_uci("h2e2")])
    data = bytearray(write_cbr(game))
    data[-1] = index_of(31)
    with pytest.raises(IllegalMoveError, match="'h2e3'"):
        read_cbr(bytes(data))


def test_cchess_reads_the_same(tmp_path):
    cchess = pytest.importorskip("cchess")
    path = tmp_path / "game.cbl"
    path.write_bytes(write_cbl([example(), example()]))
    library = cchess.Game.read_from_lib(str(path))
    assert len(library["games"]) == 2
    for peer in library["games"]:
        main = [move.uci() for move in example().moves]
        lines = peer.dump_iccs_moves()
        assert main in lines
        assert len(lines) == 5
        assert (peer.info["red"], peer.info["result"]) == ("许银川", "0-1")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_give_games_or_errors(data):
    good = bytearray(write_cbr(example()))
    places = st.one_of(st.integers(2112, 2214), st.integers(2214, len(good) - 1))
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=6)):
        good[place] = byte
    try:
        for game in read_record(bytes(good)):
            game.to_pgn()
    except XiangqiError:
        pass
