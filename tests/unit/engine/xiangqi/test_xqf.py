"""XQF files: the author's example, every version, damage, and cchess on the same bytes."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.xiangqi import BLACK, Board, IllegalMoveError, Move, XiangqiError
from engine.xiangqi.records import Game, InvalidRecordError, Line, read_record, read_xqf
from tests.unit.engine.xiangqi.xqf_writer import byte_of, write_xqf

# The moves of the example in the description of version 1.0: eight bytes a move from byte 400h.
EXAMPLE = """
    1820F0FF 2F38F000 6763F000 5760F000 293BF000 2C4AF000 2B27F000 2236F000 2133F000
    182AF000 2B2FF000 2422F000 276BF000 606DF000 336DF000 5E5EF000 716F0000
"""
OPENING = "兵七进一 马8进7 兵三进一 炮2平3 相七进五 马2进1 马八进七 车1平2"
SECRETS = (0x5B, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF1)


def game_with_everything():
    return Game.from_pgn(
        '[Title "七星聚会"][Event "全国个人赛"][Site "北京"][Date "1997.11.16"][Red "许银川"]'
        '[Black "吕钦"][Annotator "某人"][Author "过河象"][Result "1/2-1/2"]'
        "{开局前的话} 1. 炮二平五 {中炮} (1. 炮八平五 {左中炮} 马2进3) (1. 兵七进一)"
        " 马8进7 2. 马二进三 车9平8 (2... 卒7进1 3. 车一平二 (3. 兵七进一 车9平8) 3... 车9平8)"
        " 3. 车一平二 {完} 1/2-1/2"
    )


def same(a, b):
    return (a.board, a.moves, a.comments, a.variations, a.result) == (
        b.board,
        b.moves,
        b.comments,
        b.variations,
        b.result,
    )


def test_the_authors_example():
    nodes = b"".join(bytes.fromhex(node) + bytes(4) for node in EXAMPLE.split())
    game = read_xqf(write_xqf(Game())[:0x400] + nodes)
    assert len(game.moves) == 16
    board = Board()
    for text in OPENING.split():
        board.push(board.parse_chinese(text))
    assert game.moves[:8] == board.move_stack
    assert game.board == Board()


@pytest.mark.parametrize("version", [10, 11, 12, 18])
def test_versions(version):
    game = game_with_everything()
    found = read_xqf(write_xqf(game, version=version, secrets=SECRETS))
    assert same(found, game)
    assert found.headers == game.headers


def test_a_position_with_black_to_move():
    board = Board("3k5/4a4/9/9/9/9/4R4/9/4p4/3K5 b")
    game = Game(board=board, moves=[Move.from_uci("e1d1")])
    for version in (10, 18):
        found = read_xqf(write_xqf(game, version=version, secrets=SECRETS, mode=3))
        assert same(found, game)
        # Old files do not say who is to move, so the first move tells.
        data = bytearray(write_xqf(game, version=version, secrets=SECRETS))
        data[0x32] = 0
        assert same(read_xqf(bytes(data)), game)
    empty = read_xqf(write_xqf(Game(board=board)))
    assert empty.board.turn == BLACK
    assert empty.moves == []


def test_header_texts_that_do_not_fit():
    data = bytearray(write_xqf(Game()))
    data[0x130] = 200
    data[0x131:0x140] = "一二三四五六七八".encode("gb18030")[:15]
    headers = read_xqf(bytes(data)).headers
    assert headers["Red"].startswith("一二三四五六七")
    assert "Black" not in headers
    data[0x33] = 9
    assert read_xqf(bytes(data)).result == "*"


@pytest.mark.parametrize("version", [10, 18])
def test_a_file_cut_short(version):
    data = write_xqf(game_with_everything(), version=version, secrets=SECRETS)
    for size in (0, 2, 3, 0x3FF, 0x400, 0x402, 0x410, len(data) // 2 + 0x200, len(data) - 1):
        with pytest.raises(InvalidRecordError):
            read_xqf(data[:size])
    (game,) = read_record(data + b"what follows the last node is not read")
    assert same(game, game_with_everything())


def test_a_last_comment_without_size():
    data = write_xqf(Game(moves=[Move.from_uci("h2e2")]))
    assert read_xqf(data[:-4]).moves == [Move.from_uci("h2e2")]


def test_moves_that_are_not_legal():
    data = bytearray(write_xqf(Game(moves=[Move.from_uci("h2e2")])))
    data[0x409] = 32 + 43
    with pytest.raises(IllegalMoveError, match="'h2e3'"):
        read_xqf(bytes(data))
    data[0x409] = 32 + 90
    with pytest.raises(IllegalMoveError, match="not two squares"):
        read_xqf(bytes(data))


def test_a_variation_ends_before_a_move_that_is_not_legal():
    game = Game.from_pgn("1. 炮二平五 (1. 炮八平五 马8进7 (1... 马2进3 2. 兵七进一)) 1... 卒7进1")
    data = bytearray(write_xqf(game))
    at = data.rindex(bytes([byte_of(27 + 2) + 24, byte_of(36 + 2) + 32]))
    data[at] = byte_of(0) + 24
    (variation,) = read_xqf(bytes(data)).variations[0]
    assert [line.moves for line in variation.variations[1]] == [[Move.from_uci("b9c7")]]
    at = data.rindex(bytes([byte_of(19) + 24, byte_of(22) + 32]))
    data[at] = byte_of(0) + 24
    found = read_xqf(bytes(data))
    assert found.moves == game.moves
    assert found.variations == {}


def nested(depth, ply=0):
    """A line with another in place of its second move, and so on."""
    path, aside = ("h0g2", "h9g7", "g2h0", "g7h9"), ("b0c2", "b9c7")
    line = Line([Move.from_uci(path[ply % 4]), Move.from_uci(aside[(ply + 1) % 2])])
    if depth:
        line.variations[1] = [nested(depth - 1, ply + 1)]
    return line


def test_deep_variations_are_refused_not_crashed_on():
    line = nested(100)
    game = Game(line.moves, variations=line.variations)
    assert same(read_xqf(write_xqf(game)), game)
    line = nested(101)
    with pytest.raises(InvalidRecordError, match="nested"):
        read_xqf(write_xqf(Game(line.moves, variations=line.variations)))


def test_time_grows_with_size_alone():
    moves = [Move.from_uci(uci) for uci in ("h0g2", "h9g7", "g2h0", "g7h9")]
    node = b"".join(
        bytes([(sq % 9 * 10 + sq // 9) + shift for sq, shift in zip(move, (24, 32), strict=True)])
        + b"\xff\0\0\0\0\0"
        for move in moves
    )
    start = write_xqf(Game(moves=moves))[:0x408]
    times = []
    for count in (1_000, 5_000):
        begin = time.process_time()
        with pytest.raises(InvalidRecordError, match="cut short"):
            read_xqf(start + node * count)
        times.append(time.process_time() - begin)
    assert times[1] < 15 * times[0] + 0.5


def test_cchess_reads_the_same(tmp_path):
    cchess = pytest.importorskip("cchess")

    def leaves(line, before=()):
        """All lines of a game from the start to where nothing follows, as cchess lists them."""
        found = [[*before, *line.moves]]
        for at, others in line.variations.items():
            for other in others:
                found += leaves(other, (*before, *line.moves[:at]))
        return found

    for version in (10, 11, 12, 18):
        data = write_xqf(game_with_everything(), version=version, secrets=SECRETS)
        path = tmp_path / "game.xqf"
        path.write_bytes(data)
        peer = cchess.Game.read_from(str(path))
        game = read_xqf(data)
        assert sorted(peer.dump_iccs_moves()) == sorted(
            [move.uci() for move in line] for line in leaves(game)
        )
        assert peer.annote == game.comments[0]
        assert (peer.info["red"], peer.info["black"]) == ("许银川", "吕钦")
        assert peer.info["result"] == game.result
        assert peer.init_board.to_fen().split()[:2] == game.board.fen().split()[:2]


@st.composite
def lines(draw, board, depth=2):
    """Random lines from a position with comments and variations, as the format can hold them.

    What stands beside the first move of a variation is another variation of the same move, and
    there is no place for words before it.
    """
    line, words = Line(), st.text("象棋abc，\n", max_size=5)
    inner = depth < 2
    if not inner:
        line.add_comment(draw(words))
    for at in range(draw(st.integers(1, 4))):
        choices = board.generate_legal_moves()
        if not choices:
            break
        if depth and not (inner and at == 0) and draw(st.booleans()):
            line.variations[at] = draw(st.lists(lines(board, depth - 1), min_size=1, max_size=2))
        move = draw(st.sampled_from(choices))
        board.push(move)
        line.moves.append(move)
        line.add_comment(draw(words))
    for _ in line.moves:
        board.pop()
    return line


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(10, 18), st.tuples(*[st.integers(0, 255)] * 9))
def test_any_game_any_version_any_keys(data, version, secrets):
    line = data.draw(lines(Board()))
    game = Game(line.moves, line.comments, line.variations)
    assert same(read_xqf(write_xqf(game, version=version, secrets=secrets)), game)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([10, 18]), st.data())
def test_damaged_files_give_games_or_errors(version, data):
    good = bytearray(write_xqf(game_with_everything(), version=version, secrets=SECRETS))
    places = st.one_of(st.integers(0, 0x60), st.integers(0x400, len(good) - 1))
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=6)):
        good[place] = byte
    try:
        for game in read_record(bytes(good)):
            game.to_pgn()
    except XiangqiError:
        pass
