"""Chinese, WXF and ICCS notation: worked cases of the rule texts, round trips, and peers."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.xiangqi import (
    SQUARES,
    AmbiguousMoveError,
    Board,
    IllegalMoveError,
    InvalidMoveError,
    Move,
    Piece,
    XiangqiError,
)
from engine.xiangqi.board.notation import chinese, parse_chinese, parse_move, parse_wxf, wxf

SAMPLE = Path(__file__).parents[3] / "data/xiangqi/sample_games.tsv"

TWO_ROOKS = "3k5/9/4r4/4r4/8R/9/9/9/9/5K2R"
HORSES = "3k5/9/4n4/4n4/9/4N4/9/4N4/9/5K3"
THREE_PAWNS = "3k5/6P2/6P2/9/6P2/9/9/9/9/4K4"
FOUR_PAWNS = "3k5/6P2/6P2/6P2/6P2/9/9/9/9/4K4"
FIVE_PAWNS = "3k5/6P2/6P2/6P2/6P2/6P2/9/9/9/4K4"
TWO_AND_TWO = "4k4/3P1P3/9/3P1P3/9/9/9/9/9/3K5"
THREE_AND_TWO = "3k5/6P2/6P2/2P3P2/2P6/9/9/9/9/4K4"
FOUR_BLACK = "4k4/9/9/9/9/6p2/6p2/6p2/6p2/3K5"
TWO_AND_TWO_BLACK = "4k4/9/9/9/9/2p3p2/9/2p3p2/9/3K5"
GUARDS = "3a1k3/9/3a5/9/2b6/2B6/9/3A5/9/2BAK4"


def test_names_of_the_opening_moves():
    board = Board()
    moves = [
        ("h2e2", "炮二平五", "炮二平五", "C2.5"),
        ("h9g7", "马8进7", "馬8進7", "H8+7"),
        ("h0g2", "马二进三", "馬二進三", "H2+3"),
        ("i9h9", "车9平8", "車9平8", "R9.8"),
        ("i0h0", "车一平二", "車一平二", "R1.2"),
        ("c9e7", "象3进5", "象3進5", "E3+5"),
        ("g0i2", "相三进一", "相三進一", "E3+1"),
        ("d9e8", "士4进5", "士4進5", "A4+5"),
        ("f0e1", "仕四进五", "仕四進五", "A4+5"),
        ("e9d9", "将5平4", "將5平4", "K5.4"),
        ("e0f0", "帅五平四", "帥五平四", "K5.4"),
        ("g6g5", "卒7进1", "卒7進1", "P7+1"),
        ("c3c4", "兵七进一", "兵七進一", "P7+1"),
    ]
    for uci, simplified, traditional, letters in moves:
        move = Move.from_uci(uci)
        assert chinese(board, move) == simplified
        assert chinese(board, move, traditional=True) == traditional
        assert wxf(board, move) == letters
        for text in (uci, uci.upper(), simplified, traditional, letters):
            assert parse_move(board, text) == move
        board.push(move)


# Position, side to move, move, Chinese, WXF. The pawns follow wxf.org's examples (three, four and
# five pawns on the third file, pawns on two files) and the table of xqbase.com's part 2.
STACKS = [
    (TWO_ROOKS, "w", "i5i7", "前车进二", "R++2"),
    (TWO_ROOKS, "w", "i0h0", "后车平二", "R-.2"),
    (TWO_ROOKS, "b", "e7f7", "后车平6", "R-.6"),
    (TWO_ROOKS, "b", "e6e0", "前车进6", "R++6"),
    (HORSES, "w", "e4d6", "前马进六", "H++6"),
    (HORSES, "w", "e2c1", "后马退七", "H--7"),
    (HORSES, "b", "e6g5", "前马进7", "H++7"),
    (HORSES, "b", "e7c8", "后马退3", "H--3"),
    (THREE_PAWNS, "w", "g8f8", "前兵平四", "P+.4"),
    (THREE_PAWNS, "w", "g7f7", "中兵平四", "P3.4"),
    (THREE_PAWNS, "w", "g5f5", "后兵平四", "P-.4"),
    (THREE_PAWNS, "w", "g5g6", "后兵进一", "P-+1"),
    (FOUR_PAWNS, "w", "g8f8", "一兵平四", "++.4"),
    (FOUR_PAWNS, "w", "g7f7", "二兵平四", "P+.4"),
    (FOUR_PAWNS, "w", "g6f6", "三兵平四", "P-.4"),
    (FOUR_PAWNS, "w", "g5f5", "四兵平四", "--.4"),
    (FOUR_PAWNS, "w", "g8g9", "一兵进一", "+++1"),
    (FIVE_PAWNS, "w", "g8f8", "一兵平四", "++.4"),
    (FIVE_PAWNS, "w", "g7f7", "二兵平四", "P+.4"),
    (FIVE_PAWNS, "w", "g6f6", "三兵平四", "P3.4"),
    (FIVE_PAWNS, "w", "g5f5", "四兵平四", "P-.4"),
    (TWO_AND_TWO, "w", "f8e8", "一兵平五", "4+.5"),
    (TWO_AND_TWO, "w", "f6e6", "二兵平五", "4-.5"),
    (TWO_AND_TWO, "w", "d8e8", "三兵平五", "6+.5"),
    (TWO_AND_TWO, "w", "d6e6", "四兵平五", "6-.5"),
    (THREE_AND_TWO, "w", "g8f8", "一兵平四", "3+.4"),
    (THREE_AND_TWO, "w", "g7f7", "二兵平四", "33.4"),
    (THREE_AND_TWO, "w", "g6f6", "三兵平四", "3-.4"),
    (THREE_AND_TWO, "w", "c6d6", "四兵平六", "7+.6"),
    (THREE_AND_TWO, "w", "c5d5", "五兵平六", "7-.6"),
    (FOUR_BLACK, "b", "g1f1", "一卒平6", "++.6"),
    (FOUR_BLACK, "b", "g4f4", "四卒平6", "--.6"),
    (TWO_AND_TWO_BLACK, "b", "c2d2", "一卒平4", "3+.4"),
    (TWO_AND_TWO_BLACK, "b", "g4f4", "四卒平6", "7-.6"),
    (GUARDS, "w", "d0e1", "仕六进五", "A6+5"),
    (GUARDS, "w", "d2e1", "仕六退五", "A6-5"),
    (GUARDS, "w", "c4a2", "相七退九", "E7-9"),
    (GUARDS, "w", "c0a2", "相七进九", "E7+9"),
]


@pytest.mark.parametrize(("placement", "turn", "uci", "text", "letters"), STACKS)
def test_pieces_on_one_file(placement, turn, uci, text, letters):
    board = Board(f"{placement} {turn}")
    move = Move.from_uci(uci)
    assert board.is_legal(move)
    assert chinese(board, move) == text
    assert wxf(board, move) == letters
    assert parse_chinese(board, text) == move
    assert parse_chinese(board, chinese(board, move, traditional=True)) == move
    assert parse_wxf(board, letters) == move


@pytest.mark.parametrize(
    ("placement", "text", "uci"),
    [
        *[(None, text, "h2e2") for text in ("炮2平5", "炮２平５", " 砲二 平 五", "包二平五")],
        *[(None, text, "h2e2") for text in ("C2=5", "c2.5", "Ｃ２．５", "C2,5", "h2-e2")],
        *[(None, text, "h0g2") for text in ("傌二进三", "馬2進3", "马二上三", "N2+3")],
        *[(None, text, "e0e1") for text in ("将五进一", "帥5进1", "G5+1", "K5+1")],
        *[(None, text, "f0e1") for text in ("士四进五", "仕4進5", "a4+5")],
        *[(None, text, "g0e2") for text in ("象三进五", "相3進5", "B3+5", "e3+5")],
        *[(None, text, "c3c4") for text in ("卒七进一", "S7+1", "P7+1")],
        *[(TWO_ROOKS, text, "i5i7") for text in ("車前进二", "前俥進2", "+R+2", "R++2")],
        *[(TWO_ROOKS, text, "i0h0") for text in ("後車平二", "-R=2", "R-=2", "R–.2")],
        (THREE_PAWNS, "二兵平四", "g7f7"),
        (THREE_PAWNS, "P..4", "g7f7"),
        (FOUR_PAWNS, "前兵平四", "g8f8"),
        (FIVE_PAWNS, "中兵平四", "g6f6"),
        (FOUR_PAWNS, "后兵平四", "g5f5"),
        (FOUR_PAWNS, "Pb.4", "g7f7"),
        (TWO_AND_TWO, "前兵四平五", "f8e8"),
        (TWO_AND_TWO, "前六平五", "d8e8"),
        (TWO_AND_TWO, "后四兵平五", "f6e6"),
        (TWO_AND_TWO, "Pd=5", "d6e6"),
        (THREE_AND_TWO, "中兵三平四", "g7f7"),
        (GUARDS, "前仕退五", "d2e1"),
        (GUARDS, "E+-9", "c4a2"),
    ],
)  # fmt: skip
def test_other_ways_to_write(placement, text, uci):
    board = Board(f"{placement} w") if placement else Board()
    assert parse_move(board, text) == Move.from_uci(uci)


@pytest.mark.parametrize(
    ("placement", "text", "error"),
    [
        (None, "", InvalidMoveError),
        (None, "炮二", InvalidMoveError),
        (None, "炮二平十", InvalidMoveError),
        (None, "王五进一", InvalidMoveError),
        (None, "C2/5", InvalidMoveError),
        (None, "C0.5", InvalidMoveError),
        (None, "h2h12", InvalidMoveError),
        (None, "+", InvalidMoveError),
        (None, "车一平二", IllegalMoveError),
        (None, "车一进九", IllegalMoveError),
        (None, "炮二退三", IllegalMoveError),
        (None, "前车进一", IllegalMoveError),
        (None, "H2.3", IllegalMoveError),
        (None, "A4+9", IllegalMoveError),
        (None, "h2e3", IllegalMoveError),
        (None, "一兵进一", IllegalMoveError),
        (FOUR_PAWNS, "中兵平四", IllegalMoveError),
        (FOUR_PAWNS, "五兵平四", IllegalMoveError),
        (TWO_ROOKS, "车一进一", AmbiguousMoveError),
        (THREE_PAWNS, "兵三平四", AmbiguousMoveError),
        (TWO_AND_TWO, "前兵平五", AmbiguousMoveError),
        (TWO_AND_TWO, "P+=5", AmbiguousMoveError),
    ],
)
def test_errors_carry_the_text(placement, text, error):
    board = Board(f"{placement} w") if placement else Board()
    with pytest.raises(error) as caught:
        parse_move(board, text)
    assert repr(text) in str(caught.value)


def test_a_long_text_is_quoted_short():
    with pytest.raises(InvalidMoveError) as caught:
        parse_move(Board(), "炮" * 1_000_000)
    assert len(str(caught.value)) < 100


def test_moves_without_words():
    board = Board("3k5/9/9/9/9/9/9/PPPPPP3/PPPPPPPPP/PPPPKPPPP w")
    with pytest.raises(IllegalMoveError, match="no piece on i9"):
        chinese(board, Move.from_uci("i9i8"))
    assert chinese(board, Move.from_uci("f2f3")) == "七兵进一"
    assert chinese(board, Move.from_uci("a0a1")) == "a0a1"
    assert wxf(Board(), Move.from_uci("a0b1")) == "a0b1"


def walk(games, limit):
    """Boards and moves of the first games of a file."""
    for line in games.read_text(encoding="utf-8").splitlines()[:limit]:
        board = Board()
        for uci in line.split("\t")[-1].split():
            move = Move.from_uci(uci)
            yield board, move
            board.push(move)


def test_human_games_round_trip():
    plies = 0
    for board, move in walk(SAMPLE, 100):
        texts = chinese(board, move), chinese(board, move, traditional=True), wxf(board, move)
        assert [parse_move(board, text) for text in texts] == [move] * 3
        plies += 1
    assert plies > 7_000


def test_agrees_with_cchess():
    cchess = pytest.importorskip("cchess")
    for line in SAMPLE.read_text(encoding="utf-8").splitlines()[:4]:
        board, peer = Board(), cchess.ChessBoard(cchess.FULL_INIT_FEN)
        for uci in line.split("\t")[-1].split():
            move = Move.from_uci(uci)
            assert parse_chinese(board, peer.copy().move_iccs(uci).to_text()) == move
            peer.move_iccs(uci)
            peer.next_turn()
            board.push(move)


def test_reads_pyffish():
    pyffish = pytest.importorskip("pyffish")
    for board, move in walk(SAMPLE, 4):
        text = pyffish.get_san(
            "xiangqi",
            board.fen(),
            move.uci(one_based=True),
            False,
            pyffish.NOTATION_XIANGQI_WXF,
        )
        assert parse_wxf(board, text) == move


@st.composite
def crowded_boards(draw):
    """Valid positions with up to five pawns a side on few files, and pairs of other pieces."""
    board = Board(None)
    free = set(SQUARES)

    def put(symbol, squares):
        choices = sorted(free.intersection(squares))
        if choices:
            sq = draw(st.sampled_from(choices))
            free.discard(sq)
            board.set_piece_at(sq, Piece.from_symbol(symbol))

    put("K", [3, 4, 5, 12, 13, 14, 21, 22, 23])
    put("k", [66, 67, 68, 75, 76, 77, 84, 85, 86])
    files = draw(st.lists(st.integers(0, 8), min_size=1, max_size=3))
    in_files = [sq for sq in SQUARES if sq % 9 in files]
    for _ in range(draw(st.integers(0, 5))):
        put("P", [sq for sq in in_files if sq >= 45])
    for _ in range(draw(st.integers(0, 5))):
        put("p", [sq for sq in in_files if sq < 45])
    for symbol in draw(st.lists(st.sampled_from("RHCrhc"), unique=True)):
        put(symbol, in_files)
        put(symbol, in_files)
    for symbol in draw(st.lists(st.sampled_from("AE"), unique=True)):
        for _ in range(2):
            put(symbol, {"A": [3, 5, 13, 21, 23], "E": [2, 6, 18, 22, 26, 38, 42]}[symbol])
    board.turn = draw(st.booleans())
    return board


@settings(max_examples=150, deadline=None)
@given(crowded_boards())
def test_every_legal_move_has_a_text_of_its_own(board):
    moves = list(board.legal_moves)
    for write in (
        chinese,
        wxf,
        lambda board, move: chinese(board, move, traditional=True),
    ):
        texts = [write(board, move) for move in moves]
        assert len(set(texts)) == len(moves)
        assert [parse_move(board, text) for text in texts] == moves


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="前中后一二三兵车炮进退平123+-=.PRCah ", max_size=7), crowded_boards())
def test_any_text_is_a_legal_move_or_an_error(text, board):
    try:
        move = parse_move(board, text)
    except XiangqiError:
        return
    assert board.is_legal(move)
