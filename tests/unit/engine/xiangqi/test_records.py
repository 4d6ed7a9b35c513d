"""PGN files: reading, writing, encodings."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.xiangqi import (
    STARTING_FEN,
    Board,
    IllegalMoveError,
    Move,
)
from engine.xiangqi.records import (
    Game,
    Line,
    decode_text,
    read_games,
    read_record,
)

SAMPLE = Path(__file__).parents[3] / "data/xiangqi/sample_games.tsv"
NOTATIONS = ("chinese", "wxf", "iccs")

TEXT = """\
[Game "Chinese Chess"]
[Event "第24届“五羊杯”全国冠军邀请赛"]
[Red "许银川"]
[Black "吕钦"]
[Result "1/2-1/2"]

{开局前的话}
  1. 炮二平五 马８进７ {应以屏风马}
  2. 馬二進三 (2. 炮八平六 {五六炮} 卒7进1 (2... 车9平8) 3. 马八进七) 2... 车9平8
  3. 车一平二 1/2-1/2
"""


def moves(text):
    return [Move.from_uci(uci) for uci in text.split()]


def same(a, b):
    return (a.board, a.moves, a.comments, a.variations, a.result) == (
        b.board,
        b.moves,
        b.comments,
        b.variations,
        b.result,
    )


def test_a_game_with_comments_and_variations():
    game = Game.from_pgn(TEXT)
    assert game.headers["Event"] == "第24届“五羊杯”全国冠军邀请赛"
    assert (game.headers["Red"], game.headers["Black"], game.result) == (
        "许银川",
        "吕钦",
        "1/2-1/2",
    )
    assert game.moves == moves("h2e2 h9g7 h0g2 i9h9 i0h0")
    assert game.comments == {0: "开局前的话", 2: "应以屏风马"}
    (variation,) = game.variations[2]
    assert variation.moves == moves("b2d2 g6g5 b0c2")
    assert variation.comments == {1: "五六炮"}
    assert variation.variations == {1: [Line(moves("i9h9"))]}
    assert game.end().move_stack == game.moves


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("traditional", [False, True])
def test_writing_and_reading_back(notation, traditional):
    game = Game.from_pgn(TEXT)
    text = game.to_pgn(notation, traditional=traditional)
    assert same(Game.from_pgn(text), game)


def test_what_is_written():
    game = Game.from_pgn(TEXT)
    assert game.to_pgn() == (
        '[Game "Chinese Chess"]\n'
        '[Event "第24届“五羊杯”全国冠军邀请赛"]\n'
        '[Red "许银川"]\n[Black "吕钦"]\n[Result "1/2-1/2"]\n[Format "Chinese"]\n\n'
        "{开局前的话}\n"
        "1. 炮二平五 马8进7 {应以屏风马}\n"
        "2. 马二进三 ( 2. 炮八平六 {五六炮} 2... 卒7进1 ( 2... 车9平8 ) 3. 马八进七 ) 2... 车9平8\n"
        "3. 车一平二 1/2-1/2\n"
    )
    assert "1. H2-E2 H9-G7" in game.to_pgn("iccs")
    assert "1. C2.5 H8+7" in game.to_pgn("wxf")
    assert "1. 炮二平五 馬8進7" in game.to_pgn(traditional=True)


def test_a_game_from_any_position():
    fen = "3k5/9/9/9/9/9/4R4/9/9/4K4 b - - 3 41"
    game = Game.from_pgn(f'[FEN "{fen}"]\n41... 将4进1 42. 车五平六 1-0')
    assert game.board.fen() == fen
    assert game.moves == moves("d9d8 e3d3")
    text = game.to_pgn()
    assert f'[FEN "{fen}"]' in text
    assert "\n41... 将4进1\n42. 车五平六 1-0" in text
    assert same(Game.from_pgn(text), game)
    assert "FEN" not in Game().to_pgn()


def test_a_game_is_a_sequence_of_boards():
    game = Game.from_pgn(TEXT)
    boards = list(game)
    assert boards[0].fen() == STARTING_FEN
    assert [board.ply() for board in boards] == [0, 1, 2, 3, 4, 5]
    assert boards[-1] == game.end()
    assert Game.from_board(boards[-1]).moves == game.moves
    assert Game.from_board(boards[-1]).board.fen() == STARTING_FEN


@pytest.mark.parametrize(
    "movetext",
    [
        "1. 炮二平五 马8进7 2. 马二进三",
        "1.炮二平五 马8进7 2.马二进三 *",
        "1、炮二平五 马8进7 2、马二进三",
        "１．炮二平五 馬８進７ ２．馬二進三",
        "1 炮二平五 马8进7 2 马二进三",
        "1. C2.5 H8+7 2. H2+3",
        "1.C2=5 1...h8+7 2.H2+3",
        "1. H2-E2 H9-G7 2. H0-G2",
        "h2e2 h9g7 h0g2",
        "1. 炮二平五! 马8进7?! $14 2. 马二进三!!",
        "; to the end of the line\n1. 炮二平五 ; another\n1... 马8进7\n% and one\n2. 马二进三",
        "1. 炮二平五\n1. ... 马8进7\n2. 马二进三 …",
        "1. 炮二平五(1. 炮八平五)1... 马8进7{好}2. 马二进三",
    ],
)
def test_ways_to_write_moves(movetext):
    assert Game.from_pgn(movetext).moves == moves("h2e2 h9g7 h0g2")


def test_wxf_moves_that_look_like_move_numbers():
    fen = "3k5/6P2/6P2/2P3P2/2P6/9/9/9/9/4K4 w"
    game = Game.from_pgn(f'[FEN "{fen}"]\n1.33.4 K4+1 2.3+.2 K4-1 3. 7-.8 K4+1')
    assert game.moves == moves("g7f7 d9d8 g8h8 d8d9 c5b5 d9d8")
    game = Game.from_pgn(f'[FEN "{fen}"]\n33.4 K4+1 3+.2')
    assert game.moves == moves("g7f7 d9d8 g8h8")


def test_several_games_in_a_file():
    one, two = '[Event "1"]\n[Result "1-0"]\n\nh2e2 1-0\n', '[Event "2"]\n\nh9g7'
    games = list(read_games(f"{one}\n{one}"))
    assert [game.moves for game in games] == [moves("h2e2")] * 2
    with pytest.raises(IllegalMoveError, match=r"game 2: .*'h9g7'"):
        list(read_games(one + two))
    assert len(list(read_games("h2e2 * b2e2 *"))) == 2
    assert len(list(read_games('[FEN "4k4/9/9/9/9/9/9/9/9/3K5"]\n' * 3))) == 3
    (game,) = read_games("h2e2 1-0 {红胜}")
    assert game.comments == {1: "红胜"}
    assert list(read_games(" \n\n")) == []


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ('"中立杯"赛', r'[Event "\"中立杯\"赛"]'),
        (r"a\b", r'[Event "a\\b"]'),
        ("a]b", '[Event "a]b"]'),
        ("two\nlines", '[Event "two lines"]'),
    ],
)
def test_header_values(value, written):
    text = Game(headers={"Event": value}).to_pgn()
    assert written in text
    assert Game.from_pgn(text).headers["Event"] == value.replace("\n", " ")


def test_headers_as_other_programs_write_them():
    game = Game.from_pgn(
        '[Event ""中立杯"赛"]\n[Red "胡荣华"][Black "柳大华"]\n[ Site  "上海" ]\nh2e2 0-1'
    )
    assert game.headers == {
        "Event": '"中立杯"赛',
        "Red": "胡荣华",
        "Black": "柳大华",
        "Site": "上海",
        "Result": "0-1",
    }
    assert Game(headers={"Result": "红胜"}).result == "*"


@pytest.mark.parametrize(
    ("encoding", "traditional"),
    [
        ("utf-8", False),
        ("utf-8", True),
        ("utf-8-sig", False),
        ("utf-16", True),
        ("gb18030", False),
        ("gb18030", True),
        ("big5", True),
    ],
)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_encodings(encoding, traditional, notation):
    headers = {"Event": "全国象棋个人赛", "Red": "胡荣华", "Black": "杨官璘"}
    if traditional:
        headers = {"Event": "全國象棋個人賽", "Red": "胡榮華", "Black": "楊官璘"}
    game = Game(headers=headers, moves=moves("h2e2 h9g7 h0g2"))
    data = game.to_pgn(notation, traditional=traditional).encode(encoding)
    (found,) = read_record(data)
    assert same(found, game)
    assert {key: found.headers[key] for key in headers} == headers


def test_decoding_of_bytes_that_fit_nothing():
    assert decode_text(b"\xff\xff\x00 h2e2").endswith("h2e2")
    assert decode_text("炮二平五".encode("gb18030") + b"\xff").startswith("炮二平五")


def corpus(limit):
    for line in SAMPLE.read_text(encoding="utf-8").splitlines()[:limit]:
        _, result, date, red, black, event, text = line.split("\t")
        yield Game(
            headers={
                "Event": event,
                "Date": date,
                "Red": red,
                "Black": black,
                "Result": result.replace("?", "*"),
            },
            moves=moves(text),
        )


def test_human_games_round_trip():
    for number, game in enumerate(corpus(30)):
        for notation in NOTATIONS:
            text = game.to_pgn(notation, traditional=number % 2 == 1)
            found = Game.from_pgn(text)
            assert same(found, game)
            assert game.headers.items() <= found.headers.items()


def test_cchess_reads_what_we_write(tmp_path):
    cchess = pytest.importorskip("cchess")
    for game in corpus(5):
        path = tmp_path / "game.pgn"
        path.write_text(game.to_pgn("iccs"), encoding="utf-8")
        (line,) = cchess.Game.read_from(str(path)).dump_iccs_moves()
        assert moves(" ".join(line)) == game.moves


@st.composite
def lines(draw, board, depth=2):
    """Random lines from a position, with comments and variations."""
    line, made = Line(), 0
    words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"))
    line.add_comment(draw(words))
    for _ in range(draw(st.integers(1, 5))):
        choices = board.generate_legal_moves()
        if not choices:
            break
        move = draw(st.sampled_from(choices))
        if depth and draw(st.booleans()):
            line.variations[made] = [draw(lines(board, depth - 1))]
        line.moves.append(move)
        line.add_comment(draw(words))
        board.push(move)
        made += 1
    for _ in range(made):
        board.pop()
    return line


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(NOTATIONS))
def test_any_game_round_trips(data, notation):
    line = data.draw(lines(Board()))
    game = Game(line.moves, line.comments, line.variations)
    assert same(Game.from_pgn(game.to_pgn(notation)), game)
