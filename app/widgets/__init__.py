"""Factories of components that gradio does not have, each a gr.HTML with a constant template.

The value of each is one string of JSON (a nested value freezes the browser when it changes
often), and its script in assets/widgets/ builds the DOM with textContent only, so that nothing
in a value is ever read as HTML. Factories, because gradio writes a .pyi file beside every
subclass of a component.
"""

from app.widgets.board import (
    Arrow,
    Banner,
    BoardValue,
    Clocks,
    Letters,
    Players,
    Side,
    board,
    board_value,
)
from app.widgets.record import Mark, RecordValue, record, record_value
from app.widgets.tokens import Shading, tokens, tokens_value

__all__ = [
    "Arrow",
    "Banner",
    "BoardValue",
    "Clocks",
    "Letters",
    "Mark",
    "Players",
    "RecordValue",
    "Shading",
    "Side",
    "board",
    "board_value",
    "record",
    "record_value",
    "tokens",
    "tokens_value",
]
