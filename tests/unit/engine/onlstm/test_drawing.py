"""Drawings: well-formed, every word in its place, lines where the tree has them."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.onlstm import trees
from engine.onlstm.drawing import columns_of, ems, to_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(node, words, **options):
    """The root, its groups by class, the x of each word, and the lines."""
    root = ElementTree.fromstring(to_svg(node, words, **options))
    groups = {group.get("class"): group for group in root.iter(f"{SVG}g")}
    words_x = [float(text.get("x")) for text in groups["tree-words"]]
    path = "".join(part.get("d", "") for part in groups["tree-edges"])
    numbers = r"(-?[\d.]+) (-?[\d.]+)"
    lines = [tuple(map(float, line)) for line in re.findall(f"M{numbers}L{numbers}", path)]
    return root, groups, words_x, lines


def test_words_stand_in_a_row_under_their_lines():
    words = ["我", "喜欢", "read", "书"]
    root, groups, xs, lines = drawn(((0, 1), (2, 3)), words)
    assert [text.text for text in groups["tree-words"]] == words
    assert xs == sorted(xs)
    ends = [x for *_, x, y in lines if y == max(line[3] for line in lines)]
    assert ends == xs
    assert len(groups["tree-nodes"]) == 3
    assert len(lines) == 6
    top = min(lines, key=lambda line: line[1])
    assert top[0] == pytest.approx((sum(xs[:2]) / 2 + sum(xs[2:]) / 2) / 2, abs=0.2)
    assert float(root.get("width")) > xs[-1]
    assert root.get("viewBox").split()[2:] == [root.get("width"), root.get("height")]


def test_chinese_characters_are_as_wide_as_they_are_high():
    assert ems("汉字") == 2
    assert ems("，（") == 2
    assert ems("漢") == ems("Ａ") > ems("A") > ems("i")
    assert ems("é") == ems("e\u0301")  # a combining mark
    chinese, latin = columns_of(["图书馆", "abc"])
    assert chinese.width == 48 > latin.width
    assert latin.middle - latin.width / 2 > chinese.middle + chinese.width / 2


def test_distances_are_bars_under_their_words():
    _, groups, xs, _ = drawn((0, (1, 2)), ["a", "b", "c"], distances=[0.25, 1.0, 7.0])
    bars = list(groups["tree-distances"])
    middles = [float(bar.get("x")) + float(bar.get("width")) / 2 for bar in bars]
    assert middles == pytest.approx(xs, abs=0.1)
    heights = [float(bar.get("height")) for bar in bars]
    assert heights == [12, 48, 48]
    assert len({float(bar.get("y")) + float(bar.get("height")) for bar in bars}) == 1
    assert bars[0][0].text == "0.250"


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=8))
def test_any_word_can_be_drawn(words):
    root, groups, _, _ = drawn(trees.balanced(len(words), "floor"), words)
    assert len(groups["tree-words"]) == len(words)
    assert root.tag == f"{SVG}svg"


def test_markup_in_words_is_text():
    words = ["<script>alert(1)</script>", "\"&'"]
    root, groups, _, _ = drawn((0, 1), words)
    assert [text.text for text in groups["tree-words"]] == words
    assert root.get("aria-label") == " ".join(words)
    assert not list(root.iter(f"{SVG}script"))


def test_it_has_the_colour_of_the_text_around():
    svg = to_svg((0, 1), ["a", "b"], distances=[0.5, 0.5])
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg)) == {"currentColor", "none"}
    assert "<style" not in svg


def test_a_thousand_words_deep():
    words = ["w"] * 1_000
    root, _, xs, lines = drawn(trees.right(1_000), words)
    assert len(xs) == 1_000
    assert len(lines) == 2 * 999
    assert all(y >= 0 for line in lines for y in (line[1], line[3]))
    assert float(root.get("height")) > 999 * 10


def test_a_word_alone():
    _, groups, xs, lines = drawn(0, ["好"])
    assert (len(xs), lines, len(groups["tree-nodes"])) == (1, [], 0)


def test_too_few_words_or_distances():
    with pytest.raises(ValueError, match="a tree of 2 words with 1 words"):
        to_svg((0, 1), ["a"])
    with pytest.raises(ValueError, match="a tree of 2 words with 3 distances"):
        to_svg((0, 1), ["a", "b"], distances=[0.1, 0.2, 0.3])
