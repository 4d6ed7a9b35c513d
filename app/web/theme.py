"""The look: ink on rice paper, with the vermilion of a seal. Gradio's colours are here, others in
colours.css, and shapes in the other style sheets.

Every font is one that the visitor's system has: a web font would be a request to another host,
and a Chinese one is several megabytes.
"""

from pathlib import Path
from typing import Final

import gradio as gr
from gradio.themes.utils.colors import Color

APP: Final = Path(__file__).resolve().parent.parent
CSS: Final = APP / "web" / "theme.css"
COLOURS: Final = APP / "web" / "colours.css"
ICON: Final = APP / "web" / "icon.svg"

INK: Final = Color(
    name="ink",
    c50="#fdfbf6",
    c100="#f7f2e7",
    c200="#ebe4d4",
    c300="#d8cdb8",
    c400="#b0a48c",
    c500="#857a66",
    c600="#635a4a",
    c700="#463f34",
    c800="#2d2923",
    c900="#211e1a",
    c950="#171512",
)
VERMILION: Final = Color(
    name="vermilion",
    c50="#fdf2ef",
    c100="#f9ddd6",
    c200="#f1b8ab",
    c300="#e58f7c",
    c400="#d9694f",
    c500="#c2412b",
    c600="#a93523",
    c700="#8a2a1c",
    c800="#6b2117",
    c900="#4c1a13",
    c950="#2e100b",
)


def css() -> str:
    """The style sheets of the shell and of the pages, the shell's first."""
    sheets = (COLOURS, CSS, APP / "text" / "text.css", *sorted(APP.glob("pages/*/page.css")))
    return "\n".join(path.read_text(encoding="utf-8") for path in sheets)


def theme() -> gr.themes.Base:
    """The theme for launch()."""
    base = gr.themes.Base(
        primary_hue=VERMILION,
        secondary_hue=VERMILION,
        neutral_hue=INK,
        radius_size=gr.themes.sizes.radius_md,
        font=["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
    return base.set(
        body_background_fill="*neutral_100",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_200",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        background_fill_primary="*neutral_50",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        border_color_primary="*neutral_300",
        border_color_primary_dark="*neutral_700",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*neutral_800",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_300",
        block_background_fill="*neutral_50",
        block_background_fill_dark="*neutral_900",
        block_border_color="*neutral_300",
        block_border_color_dark="*neutral_700",
        block_border_width="1px",
        block_label_background_fill="*neutral_100",
        block_label_background_fill_dark="*neutral_800",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_300",
        block_title_text_weight="600",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        block_shadow="none",
        block_shadow_dark="none",
        input_background_fill="white",
        input_background_fill_dark="*neutral_950",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        input_border_color_focus="*primary_500",
        input_border_color_focus_dark="*primary_400",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_500",
        input_border_width="1px",
        input_shadow="none",
        input_shadow_focus="none",
        checkbox_background_color_selected="*primary_500",
        checkbox_background_color_selected_dark="*primary_500",
        checkbox_border_color_selected="*primary_500",
        checkbox_border_color_selected_dark="*primary_500",
        checkbox_label_background_fill_selected="*primary_50",
        checkbox_label_background_fill_selected_dark="*primary_950",
        checkbox_label_border_color_selected="*primary_500",
        checkbox_label_border_color_selected_dark="*primary_400",
        slider_color="*primary_500",
        slider_color_dark="*primary_400",
        button_primary_background_fill="*primary_500",
        button_primary_background_fill_dark="*primary_500",
        button_primary_background_fill_hover="*primary_600",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        button_secondary_background_fill="*neutral_50",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover="*neutral_200",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_secondary_text_color="*neutral_800",
        button_secondary_text_color_dark="*neutral_200",
        button_border_width="1px",
        button_transition="background-color 120ms ease, border-color 120ms ease",
    )
