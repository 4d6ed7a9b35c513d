"""The map widget: what of a map reaches the browser, and in what form."""

import base64
import json
import re

import gradio as gr
import numpy as np
import pytest

from app.pages.word2vec.widgets import Link, cloud, cloud_value, points_json, points_object
from app.web.texts import catalogue
from app.web.widget import FOLDER


def places_of(found: dict[str, object]) -> np.ndarray:
    xy = np.frombuffer(base64.b64decode(str(found["xy"])), "<u2")
    return xy.reshape(-1, 2) / 65535


def points(source: str) -> str:
    return source


def test_words_keep_their_places_and_their_scale() -> None:
    places = [[-2, 0], [2, 0], [0, 1], [0, -1]]
    found = points_object(list("左右上下"), places, [0, 1, 2, 3])
    sent = places_of(found)
    assert found["words"] == "左\n右\n上\n下" and found["count"] == 4
    assert base64.b64decode(str(found["clusters"])) == bytes([0, 1, 2, 3])
    # Down the screen is down the map, and a unit is as long across as up.
    left, right, top, bottom = sent
    assert left[0] < right[0] and top[1] < bottom[1]
    assert (right - left)[0] == pytest.approx(2 * (bottom - top)[1], rel=1e-3)
    assert sent.mean(axis=0) == pytest.approx([0.5, 0.5], abs=1e-3)


def test_a_word_far_out_leaves_the_others_their_room() -> None:
    random = np.random.default_rng(1)
    places = np.vstack([random.uniform(-1, 1, (5000, 2)), [[1e6, 0]]])
    sent = places_of(points_object(["词"] * 5001, places, np.zeros(5001)))
    assert np.ptp(sent[:5000], axis=0).min() > 0.9 and sent[5000, 0] == 1


@pytest.mark.parametrize("places", [[], [[3, 3]], [[1, 1], [1, 1]]])
def test_maps_without_extent_are_still_maps(places: list[list[float]]) -> None:
    found = points_object(["词"] * len(places), places, [0] * len(places))
    assert np.isfinite(places_of(found)).all()


def test_twenty_thousand_words_are_a_third_of_a_megabyte() -> None:
    random = np.random.default_rng(1)
    words = [f"词{number}" for number in range(20_000)]
    content = points_json(words, random.normal(size=(20_000, 2)), random.integers(0, 24, 20_000))
    assert len(content.encode()) < 400_000 and json.loads(content)["count"] == 20_000


def test_a_value_holds_no_points_but_what_is_shown_on_them() -> None:
    value = cloud_value(source="a:map", seq=3, selected="<b>", near=[("猫", 0.51239)], lang="zh")
    assert "<" not in value
    found = json.loads(value)
    assert found["selected"] == "<b>" and found["near"] == [["猫", 0.5124]]
    assert "inline" not in found
    links = json.loads(cloud_value(links=[Link("中国", "北京"), Link("日本", "东京", 0.8)]))
    assert links["arrows"][1] == {"from": "日本", "to": "东京", "share": 0.8}


def test_the_component_has_its_events_and_its_function() -> None:
    with gr.Blocks():
        widget = cloud(points, elem_id="map")
    assert callable(widget.pick) and callable(widget.pair) and widget.server_fns == [points]
    with pytest.raises(AttributeError):
        _ = widget.paint


def test_every_phrase_has_words_and_all_words_are_used() -> None:
    sources = "".join(
        path.read_text("utf-8") for path in (FOLDER / "pages/word2vec/widgets/cloud").glob("*.js")
    )
    keys = {key.partition(".")[2] for key in catalogue() if key.startswith("cloud.")}
    assert set(re.findall(r'phrase\(\s*"(\w+)"', sources)) <= keys
    assert {key for key in keys if f'"{key}"' not in sources} == set()
