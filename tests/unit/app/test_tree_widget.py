import json
import re
from typing import Any

import gradio as gr
import numpy as np
import pytest

from app.pages.parse_tree.widgets import tree, tree_value
from app.web.texts import catalogue
from app.web.theme import COLOURS
from app.web.widget import FOLDER

WIDGETS = FOLDER / "pages" / "parse_tree" / "widgets"
SOURCES = "".join(path.read_text("utf-8") for path in WIDGETS.glob("*.js"))


def test_a_value_is_one_string_of_json_and_holds_no_tag() -> None:
    sentence: Any = {"text": "<script>", "words": ["<b>"], "facts": "", "panels": []}
    value = tree_value([sentence], lang="en", message="</p>")
    assert "<" not in value
    assert json.loads(value) == {"lang": "en", "message": "</p>", "sentences": [sentence]}
    with pytest.raises(ValueError):
        tree_value([{**sentence, "facts": float("nan")}])


def test_the_component_has_no_event_and_a_constant_template() -> None:
    with gr.Blocks():
        view = tree(elem_id="trees")
    assert "value" not in view.html_template and view.css_template == ""
    with pytest.raises(AttributeError):
        _ = view.move  # type: ignore[attr-defined]


def test_every_phrase_has_words_and_all_words_are_used() -> None:
    keys = {key.partition(".")[2] for key in catalogue() if key.startswith("tree.")}
    assert set(re.findall(r'phrase\(\s*"(\w+)"', SOURCES)) <= keys
    put_together = {
        *(key for key in keys if re.match("(track|switch|word)_", key)),
        *("brackets", "json", "forest"),
    }
    assert {key for key in keys if f'"{key}"' not in SOURCES} <= put_together


# The colours. A theme's panel as in app/web/theme.py.
PANELS = {"light": "#fdfbf6", "dark": "#211e1a"}


def colour(theme: str, name: str) -> np.ndarray:
    style = COLOURS.read_text("utf-8")
    begin = style.index(".dark {") if theme == "dark" else style.index(":root {")
    found = re.search(rf"--pt-{name}: (#[0-9a-f]{{6}})", style[begin : style.index("}", begin)])
    assert found is not None
    return rgb(found[1])


def rgb(text: str) -> np.ndarray:
    return np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)]) / 255


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """WCAG 2.2, relative luminance."""

    def luminance(c: np.ndarray) -> float:
        linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", PANELS)
def test_lines_and_bars_stand_out(theme: str) -> None:
    for name in ("edge", "on", "differs", "distance", "surprisal"):
        assert contrast(colour(theme, name), rgb(PANELS[theme])) >= 3, name


@pytest.mark.parametrize("theme", PANELS)
@pytest.mark.parametrize("gate", ["forget", "input"])
def test_a_heat_map_tells_by_lightness_alone(theme: str, gate: str) -> None:
    shades = [
        contrast(rgb(PANELS[theme]), (1 - share) * rgb(PANELS[theme]) + share * colour(theme, gate))
        for share in np.linspace(0, 1, 11)
    ]
    assert shades == sorted(shades) and shades[-1] > 7
