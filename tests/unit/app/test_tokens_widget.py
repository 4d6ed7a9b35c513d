import itertools
import json
import math
import re
from typing import Any

import gradio as gr
import numpy as np
import pytest

from app.text.tokens import tokens, tokens_value
from app.web.texts import catalogue
from app.web.theme import COLOURS
from app.web.widget import FOLDER
from engine.generation import Alternative, Token, TokenRank

OTHERS = (Alternative("的", 4, -0.5), Alternative("<eod>", 0, -2.25))
WRITTEN = [Token("天", 7, -1.23456, OTHERS), Token("", 8, -0.1), Token("</b>\n", 9, -3.0)]


def lines(value: str) -> list[Any]:
    assert value.endswith("\n")
    return [json.loads(line) for line in value[:-1].split("\n")]


def test_a_value_is_a_head_the_tokens_and_an_end() -> None:
    head, *written, end = lines(
        tokens_value(WRITTEN, seq=3, lang="zh", prompt="今\n", status="3 词元")
    )
    assert head == {
        "seq": 3,
        "lang": "zh",
        "mode": "probability",
        "prompt": "今\n",
        "branchable": True,
    }
    assert written[0] == ["天", 7, -1.235, [["的", 4, -0.5], ["<eod>", 0, -2.25]]]
    assert [line[0] for line in written] == ["天", "", "</b>\n"]
    assert end == {"status": "3 词元"}


def test_while_it_runs_each_value_begins_with_the_one_before() -> None:
    values = [
        tokens_value(WRITTEN[:count], seq=1, prompt="今", running=True, status=f"{count} tokens")
        for count in range(4)
    ]
    values.append(tokens_value(WRITTEN, seq=1, prompt="今", status="3 tokens"))
    assert all(after.startswith(before) for before, after in itertools.pairwise(values))
    assert all("status" not in value for value in values[:-1])


def test_ranks_are_sent_where_they_are_known() -> None:
    ranked = TokenRank("天", 7, -1.0, 12, OTHERS)
    assert lines(tokens_value([ranked], seq=1, mode="rank"))[1][4] == 12


def test_what_has_no_probability_is_still_json() -> None:
    value = tokens_value([Token("天", 7, -math.inf)], seq=1)
    assert "Infinity" not in value
    assert lines(value)[1][2] == -99.0


def test_a_tag_in_a_value_makes_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    value = tokens_value([Token("<script>", 1, -1.0)], seq=1, prompt="<script src=x>")
    assert "<" not in value
    with gr.Blocks():
        tokens(value)
    assert [str(warning.message) for warning in recwarn if "script" in str(warning.message)] == []


def test_the_component_has_its_event_and_its_placeholder() -> None:
    with gr.Blocks():
        view = tokens(placeholder="record.no_moves")
    assert callable(view.branch)
    assert view.props["placeholder"] == {"zh": "还没有走子", "en": "No moves yet"}
    assert view.css_template == ""  # it would restyle the page with every value
    with pytest.raises(KeyError):
        tokens(placeholder="record.nonsense")


def test_every_phrase_has_words_and_all_words_are_used() -> None:
    sources = "".join(
        path.read_text("utf-8") for path in (FOLDER / "text" / "widgets").glob("*.js")
    )
    keys = {key.partition(".")[2] for key in catalogue() if key.startswith("tokens.")}
    assert {key for key in keys if f'"{key}"' not in sources} == set()
    assert set(re.findall(r'phrase\(\s*"(\w+)"', sources)) <= keys


# The colours. A theme's background and text as in app/web/theme.py.
THEMES = {"light": ("#f7f2e7", "#211e1a"), "dark": ("#171512", "#ebe4d4")}

#: Linear RGB as it is seen without one kind of cone (Machado, Oliveira and Fernandes 2009,
#: "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1).
SIGHTS = {
    "trichromacy": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def colours(theme: str, name: str) -> list[str]:
    """The shades of a scale as the style sheet has them."""
    style = COLOURS.read_text("utf-8")
    begin = style.index(".dark {") if theme == "dark" else style.index(":root {")
    rule = style[begin : style.index("}", begin)]
    return re.findall(rf"--tk-{name}-\d: (#[0-9a-f]{{6}})", rule)


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Björn Ottosson's Oklab (2020), in which equal distances look alike."""
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return to_lab @ np.cbrt(to_cones @ rgb)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def distances(shades: list[str], sight: str) -> dict[tuple[int, int], float]:
    seen = [oklab(np.clip(SIGHTS[sight] @ linear(shade), 0, 1)) for shade in shades]
    return {
        (one, other): float(np.linalg.norm(seen[one] - seen[other]))
        for one, other in itertools.combinations(range(len(seen)), 2)
    }


@pytest.mark.parametrize("theme", THEMES)
def test_shades_of_probability_are_even_steps(theme: str) -> None:
    shades = [THEMES[theme][0], *colours(theme, "shade")]
    assert len(shades) == 5
    steps = [distances(shades, "trichromacy")[at, at + 1] for at in range(4)]
    assert max(steps) / min(steps) < 1.1
    lightness = [oklab(linear(shade))[0] for shade in shades]
    assert sorted(lightness, reverse=theme == "light") == lightness


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", THEMES)
def test_no_two_shades_look_alike_to_anybody(theme: str, sight: str) -> None:
    shades = colours(theme, "shade")
    ranks = colours(theme, "rank")
    assert (len(shades), len(ranks)) == (4, 4)
    assert min(distances(shades, sight).values()) > 0.05
    assert min(distances(ranks, sight).values()) > 0.08


@pytest.mark.parametrize("theme", THEMES)
def test_the_text_can_be_read_on_every_shade(theme: str) -> None:
    text = THEMES[theme][1]
    for shade in [*colours(theme, "shade"), *colours(theme, "rank")]:
        dark, light = sorted([luminance(shade), luminance(text)])
        assert (light + 0.05) / (dark + 0.05) >= 4.5, shade
