"""Share links and kept pages hold what was put in, and nothing else opens as one."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Final

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import saved
from app.web.inputs import Model, SavedError, clean_text
from app.web.limits import Refusal
from app.web.saved import Format, Saved

values = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=60)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@given(st.dictionaries(st.text(max_size=10), values, max_size=5))
def test_a_state_comes_back_as_it_was(state: saved.State) -> None:
    assert saved.decode(saved.encode(state)) == state


@given(st.text(max_size=200) | st.binary(max_size=200).map(encoded))
def test_no_text_does_worse_than_an_error_of_ours(text: str) -> None:
    try:
        state = saved.decode(text)
    except SavedError:
        return
    assert isinstance(state, dict)


@pytest.mark.parametrize(
    "data",
    [
        b"[1]",
        b"1",
        b'{"a":[1]}',
        b'{"a":{}}',
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b"[" * 3000,
        b'{"a":' * 800,
        b"\xff\xfe",
        b"",
    ],
)
def test_only_a_flat_object_opens(data: bytes) -> None:
    with pytest.raises(SavedError):
        saved.decode(encoded(data))


@pytest.mark.parametrize("text", ["e30\n", "e3 0", "e30=%", "é", "+/+/", "a" * 6001])
def test_only_base64url_of_a_fair_length_opens(text: str) -> None:
    with pytest.raises(SavedError):
        saved.decode(text)


def test_a_state_too_large_for_a_link_is_an_error() -> None:
    with pytest.raises(SavedError, match="a link holds"):
        saved.encode({"pgn": "x" * 10_000})


def test_the_query_reopens_the_page() -> None:
    state = {"fen": "9/9 w", "orientation": "black"}
    query = saved.query("xiangqi", state)
    assert query.startswith("?xiangqi=")
    assert "=" not in query.removeprefix("?xiangqi=")
    request = SimpleNamespace(query_params={"xiangqi": query.removeprefix("?xiangqi=")})
    assert saved.from_request("xiangqi", request) == state
    assert saved.from_request("story", request) is None
    assert saved.from_request("xiangqi", None) is None


def test_encoding_is_compact_json() -> None:
    data = base64.urlsafe_b64decode(saved.encode({"a": "将"}) + "==")
    assert data == json.dumps({"a": "将"}, ensure_ascii=False, separators=(",", ":")).encode()


class Page(Model):
    text: Annotated[str, clean_text(10_000)] = ""
    layer: str = "auto"


class NewPage(Model):
    text: Annotated[str, clean_text(10_000)] = ""
    layer: int = 0


def _layer_is_a_number(old: dict[str, Any]) -> dict[str, Any]:
    return {**old, "layer": 0 if old.get("layer", "auto") == "auto" else int(old["layer"])}


OLD: Final = Format(Page)
NEW: Final = Format(NewPage, (_layer_is_a_number,))
PAGE: Final = Saved(
    "parse_tree",
    OLD,
    OLD,
    too_long="parse_tree.error.too_long_to_share",
    bad_kept="parse_tree.error.bad_saved",
)


def visit(**query: str) -> Any:
    return SimpleNamespace(headers={"accept-language": "en"}, query_params=query)


def test_a_format_keeps_what_differs_and_its_version() -> None:
    assert OLD.dump(Page(text="花")) == {"text": "花", "version": 1}
    assert OLD.load(OLD.dump(Page(text="花"))) == Page(text="花")


def test_older_versions_are_brought_up_to_date() -> None:
    assert NEW.load({"text": "花", "layer": "2"}) == NewPage(text="花", layer=2)
    assert NEW.load(OLD.dump(Page())) == NewPage()
    assert NEW.load(NEW.dump(NewPage(layer=3))) == NewPage(layer=3)


@pytest.mark.parametrize(
    "value",
    [
        *(None, 3, [], "x"),
        *({"version": version} for version in (0, 3, -1, "1", True, 1.0, None)),
        *({"layer": "x"}, {"layer": []}, {"version": 2, "layer": "2"}, {"text": 3}),
    ],
)
def test_what_is_of_no_version_is_an_error(value: object) -> None:
    with pytest.raises(SavedError):
        NEW.load(value)


def test_a_link_wins_over_what_was_kept_and_bad_ones_count_as_nothing() -> None:
    link = saved.encode(OLD.dump(Page(text="link")))
    kept = OLD.dump(Page(text="kept"))
    assert PAGE.opened(kept, visit(parse_tree=link)) == (Page(text="link"), None)
    assert PAGE.opened(kept, visit(parse_tree="@@")) == (None, Page(text="kept"))
    assert PAGE.opened(kept, visit()) == (None, Page(text="kept"))
    assert PAGE.opened({"text": 3}, visit()) == PAGE.opened(None, visit()) == (None, None)


def test_bad_links_and_bad_kept_pages_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    PAGE.warn({"text": 3}, visit(parse_tree=saved.encode({"text": "good"})))
    PAGE.warn(None, visit())
    assert said == []
    PAGE.warn({"text": 3}, visit(parse_tree=saved.encode({"text": 3})))
    assert "link" in said[0] and "kept" in said[1] and len(said) == 2


def test_a_link_is_shown_or_too_long() -> None:
    box = PAGE.link_box(Page(text="花"), "en")
    query = str(box.value).removeprefix("?parse_tree=")
    assert box.visible and PAGE.linked(visit(parse_tree=query)) == Page(text="花")
    with pytest.raises(Refusal, match="1,300"):
        PAGE.link_box(Page(text="花" * 2_000), "en")


def test_the_script_keeps_the_fields_by_name() -> None:
    script = PAGE._script(opened=True)
    assert '["text", "layer"]' in script and "version: 1" in script
    assert 'opened.add("parse_tree")' in script
    assert 'opened.add("parse_tree")' not in PAGE._script()


LINKS: Final = Path(__file__).parent / "links"


def _open_parse_tree(link: dict[str, Any], kept: object) -> tuple[object, object]:
    from app.pages.parse_tree.saved import SAVED

    return SAVED.link.load(link), SAVED.kept.load(kept)


def _open_story(link: dict[str, Any], kept: object) -> tuple[object, object]:
    from app.pages.story.inputs import Page
    from app.pages.story.saved import SAVED

    found = SAVED.link.load(link)
    assert (found.model, found.preset, found.seed) == ("story", "su_top_k", 20240229)
    assert (found.strategy.settings.top_k, found.strategy.max_tokens) == (5, 32)
    return Page.restore(dict(found)), SAVED.kept.load(kept)


def _open_fewshot(link: dict[str, Any], kept: object) -> tuple[object, object]:
    from app.pages.fewshot.inputs import Task
    from app.pages.fewshot.saved import SAVED

    linked, restored = SAVED.link.load(link), SAVED.kept.load(kept)
    assert (linked.model, linked.seed, linked.strategy.max_tokens) == ("story", 7, 24)
    assert linked.strategy.settings.top_k == 5
    assert (linked.examples[0].question, linked.examples[0].answer) == ("狗", "dog")
    assert restored.questions.startswith("question,answer\n马,horse")
    assert len(restored.questions.splitlines()) == 13
    assert (linked.question, linked.candidates[0]) == ("鸟", "bird")
    return Task.restore(linked.model_dump()), Task.restore(restored.model_dump())


def _open_dialogue(link: dict[str, Any], kept: object) -> tuple[object, object]:
    from app.pages.dialogue.saved import SAVED

    linked, chat = SAVED.link.load(link), SAVED.kept.load(kept).bubbles()
    assert (linked.model, linked.seed, linked.last) == ("dialogue", 7, 5)
    assert linked.strategy.settings.typical_p == 0.2
    assert [bubble.author for bubble in chat] == ["person", "model", "call", "help", "person"]
    draft = chat[1].draft
    assert draft is not None and (draft.text, draft.seed, draft.finish) == ("好啊", 7, "stop")
    assert (chat[1].name, chat[1].seen) == ("甲", 1)
    heard = [(b.side, b.author, b.text, b.name) for b in chat if b.heard]
    return [(b.side, b.author, b.text, b.name) for b in linked.bubbles()], heard


def _open_xiangqi(link: dict[str, Any], kept: object) -> tuple[object, object]:
    from app.pages.xiangqi.saved import SAVED

    linked, game = SAVED.link.load(link).visit(), SAVED.kept.load(kept).visit()
    assert (linked.cursor, linked.side, linked.orientation) == (2, "both", "red")
    assert (game.side, game.level, game.look.notation) == ("black", "master", "wxf")
    assert game.look.flipped and game.look.arrows and game.look.bar
    assert game.ended is not None and game.ended.termination.name == "RESIGNATION"
    assert game.clock is not None and (game.clock.minutes, game.clock.increment) == (5, 2)
    return linked.board.fen(), game.board.fen()


def _open_word2vec(link: dict[str, Any], kept: object) -> tuple[object, object]:
    from app.pages.word2vec.saved import SAVED

    linked, restored = SAVED.link.load(link), SAVED.kept.load(kept)
    assert restored.model_dump() == kept
    return linked, restored


OPENERS: Final[dict[str, Callable[[dict[str, Any], object], tuple[object, object]]]] = {
    "parse_tree": _open_parse_tree,
    "story": _open_story,
    "fewshot": _open_fewshot,
    "dialogue": _open_dialogue,
    "xiangqi": _open_xiangqi,
    "word2vec": _open_word2vec,
}


@pytest.mark.parametrize("name", OPENERS)
def test_links_and_kept_pages_of_the_first_version_open(name: str) -> None:
    """The files hold what the pages wrote before there were versions, a link and a kept page of
    the same: they must open forever, and say the same."""
    told = json.loads((LINKS / f"{name}.json").read_text(encoding="utf-8"))
    encoded = told["link"].removeprefix(f"?{name}=")
    linked, kept = OPENERS[name](saved.decode(encoded), told["kept"])
    assert linked == kept
