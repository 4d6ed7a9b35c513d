"""The theme: readable in the light and in the dark, and made of what is here already."""

import re

import pytest

from app.web.theme import APP, COLOURS, CSS, ICON, INK, VERMILION, theme


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def resolve(name: str, dark: bool) -> str:
    value = getattr(theme(), f"{name}_dark" if dark else name)
    if value == "white":
        return "#ffffff"
    hue, _, step = value.lstrip("*").partition("_")
    return str(getattr({"neutral": INK, "primary": VERMILION}[hue], f"c{step}"))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("body_text_color", "body_background_fill"),
        ("body_text_color", "block_background_fill"),
        ("body_text_color_subdued", "body_background_fill"),
        ("body_text_color_subdued", "block_background_fill"),
        ("block_info_text_color", "block_background_fill"),
        ("block_title_text_color", "block_background_fill"),
        ("link_text_color", "body_background_fill"),
        ("button_primary_text_color", "button_primary_background_fill"),
        ("button_primary_text_color", "button_primary_background_fill_hover"),
        ("button_secondary_text_color", "button_secondary_background_fill"),
        ("button_secondary_text_color", "button_secondary_background_fill_hover"),
    ],
)
def test_text_stands_out_as_wcag_asks(text: str, background: str, dark: bool) -> None:
    assert contrast(resolve(text, dark), resolve(background, dark)) >= 4.5


def test_nothing_of_the_look_comes_from_elsewhere() -> None:
    sheet = CSS.read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(|//", sheet)
    assert "http" not in ICON.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not [font for font in theme()._stylesheets if font]


#: A drawing may have its own.
BOARD = APP / "pages" / "xiangqi" / "widgets" / "colours.css"


def test_only_one_style_sheet_says_what_colours_are() -> None:
    for path in {*APP.rglob("*.css")} - {COLOURS, BOARD}:
        colours = re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*[;}])", path.read_text("utf-8"))
        assert not colours, path


def test_what_the_dark_changes_is_there_in_the_light() -> None:
    rules = COLOURS.read_text("utf-8").split(".dark {")
    light, dark = (set(re.findall(r"(--[\w-]+):", rule)) for rule in rules)
    assert dark <= light
