import json
import re
from pathlib import Path

import gradio as gr
import pytest

from app.pages.xiangqi.widgets import BoardValue, RecordValue, board, record
from app.web.texts import catalogue
from app.web.widget import FOLDER, script, style

SCRIPTS = sorted(FOLDER.rglob("*.js"))
STYLES = sorted(FOLDER.rglob("*.css"))
WIDGETS = FOLDER / "pages" / "xiangqi" / "widgets"
FEN = "rnbakabnr/9/1c5c1/p1p1p1p1p/9/9/P1P1P1P1P/1C5C1/9/RNBAKABNR w - - 0 1"


def test_a_value_is_one_string_of_json() -> None:
    value = json.loads(BoardValue(FEN, 7, legal={"h2": ["e2"]}, lang="zh").dump())
    assert (value["fen"], value["seq"], value["legal"]) == (FEN, 7, {"h2": ["e2"]})
    assert (value["orientation"], value["movable"], value["clocks"]) == ("red", None, None)
    game = json.loads(RecordValue(moves=["炮二平五"], current=1, scores=[0.5, None]).dump())
    assert (game["moves"], game["scores"], game["first"]) == (["炮二平五"], [0.5, None], "red")


def test_the_components_have_their_events_and_no_others() -> None:
    with gr.Blocks():
        table = board(BoardValue(FEN, 1).dump(), elem_id="table")
        game = record(RecordValue().dump())
    for event in (table.move, table.edit, table.flagfall, game.goto):
        assert callable(event)
    with pytest.raises(AttributeError):
        _ = game.move
    # A template with a value in it would be evaluated in the browser.
    assert "value" not in table.html_template + game.html_template


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_never_read_a_value_as_html(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in source


def test_no_address_of_another_host() -> None:
    for path in [*SCRIPTS, *STYLES]:
        addresses = re.findall(r"\w+://[^\s\"')]+", path.read_text(encoding="utf-8"))
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, path


@pytest.mark.parametrize("page", ["board", "record"])
def test_every_phrase_of_a_script_has_words_and_all_words_are_used(page: str) -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (WIDGETS / page).glob("*.js"))
    keys = {key.partition(".")[2] for key in catalogue() if key.startswith(f"{page}.")}
    named = set(re.findall(r'phrase\(\s*"(\w+)"', sources))
    assert named <= keys
    assert {key for key in keys if f'"{key}"' not in sources} <= {
        # Names that scripts put together: pieces, colours, steps and marks.
        *(key for key in keys if key.startswith("piece_")),
        *("first", "previous", "next", "last"),
        *("good", "inaccuracy", "mistake", "blunder", "book"),
    }


def test_words_and_glyphs_reach_the_script() -> None:
    data = ["pages/xiangqi/widgets/glyphs.json"]
    joined = script(["web/widgets/dom.js"], texts="board", data=data)
    assert '"piece_K"' in joined and "红帅" in joined
    glyphs = json.loads((WIDGETS / "glyphs.json").read_text(encoding="utf-8"))
    assert set(glyphs) == set("俥傌炮相仕帥兵車馬砲象士將卒楚河漢界")
    assert all(re.fullmatch(r"[MLQCHVZ0-9 ,.-]+", path) for path in glyphs.values())
    assert (WIDGETS / "glyphs.json").stat().st_size < 60_000


def test_a_style_that_gradio_would_evaluate_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.css").write_text("a::before { content: '${alert(1)}' }", encoding="utf-8")
    monkeypatch.setattr("app.web.widget.FOLDER", tmp_path)
    with pytest.raises(ValueError, match=re.escape("${")):
        style(["bad.css"])
