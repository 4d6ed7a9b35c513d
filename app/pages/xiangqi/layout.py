"""The components of the page: the board first, then what belongs to every game, and behind
accordions what is used now and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

from app.pages.xiangqi import PAGE, puzzles
from app.pages.xiangqi.inputs import LETTERS, NOTATIONS, SIDES, TIME_CONTROLS
from app.pages.xiangqi.opponent import Level
from app.pages.xiangqi.state import Visit
from app.pages.xiangqi.view import board_value, record_value
from app.pages.xiangqi.widgets import board, record, status_line
from app.web import events
from app.web.saved import ShareLink
from app.web.texts import catalogue, label

#: What is read, and the value it stands for.
Choice = tuple[str | I18nData, str | int | float]


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from, by the name of what it holds."""

    visit: gr.State
    saved: gr.BrowserState
    table: Table
    opponent: OpponentControls
    record: gr.HTML
    thoughts: gr.HTML
    arrows: gr.Checkbox
    puzzle: PuzzleControls
    watch: Watch
    exchange: Exchange
    editor: Editor
    display: Display


@dataclass(frozen=True)
class Table:
    """The board, and what is pressed in every game."""

    status: gr.HTML
    board: gr.HTML
    undo: gr.Button
    hint: gr.Button
    flip: gr.Button
    draw: gr.Button
    resign: gr.Button
    go_on: gr.Button


@dataclass(frozen=True)
class OpponentControls:
    """Who plays."""

    level: gr.Dropdown
    side: gr.Radio
    new: gr.Button


@dataclass(frozen=True)
class Exchange:
    """Games and positions in and out."""

    text: gr.Textbox
    read: gr.Button
    upload: gr.UploadButton
    export: gr.Button
    fen: gr.Textbox
    pgn: gr.Textbox
    download: gr.Button
    share: ShareLink


@dataclass(frozen=True)
class Editor:
    """Setting up a position."""

    open: gr.Button
    clear: gr.Button
    turn: gr.Radio
    start: gr.Button
    cancel: gr.Button


@dataclass(frozen=True)
class PuzzleControls:
    """Choosing a puzzle."""

    group: gr.Dropdown
    next: gr.Button
    again: gr.Button


@dataclass(frozen=True)
class Watch:
    """The model against itself."""

    red: gr.Dropdown
    black: gr.Dropdown
    start: gr.Button
    stop: gr.Button


@dataclass(frozen=True)
class Display:
    """How a game is shown, and the clock of the next one."""

    letters: gr.Radio
    notation: gr.Dropdown
    bar: gr.Checkbox
    time: gr.Dropdown


def build(levels: tuple[Level, ...], saved: gr.BrowserState) -> Controls:
    """Place the components in the open block."""
    visit = Visit()
    with gr.Row(elem_classes=["xq-page"], equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_classes=["xq-left"]):
            table = _table(visit)
        with gr.Column(scale=5, min_width=320, elem_classes=["xq-right"]):
            opponent = _opponent(levels)
            record_widget = record(record_value(visit, "zh"), elem_id="xq-record")
            thoughts = gr.HTML("", elem_id="xq-thoughts")
            arrows = gr.Checkbox(
                label=label(f"{PAGE}.arrows"), container=False, elem_id="xq-arrows"
            )
            with _accordion("puzzles"):
                puzzle = _puzzles()
            with _accordion("watch"):
                watch = _watch(levels)
            with _accordion("exchange"):
                exchange = _exchange()
            with _accordion("editor"):
                editor = _editor()
            with _accordion("display"):
                display = _display()
            gr.Markdown(label(f"{PAGE}.idea_source"), elem_classes=["xq-idea"])
    return Controls(
        visit=events.visit(visit),
        saved=saved,
        table=table,
        opponent=opponent,
        record=record_widget,
        thoughts=thoughts,
        arrows=arrows,
        puzzle=puzzle,
        watch=watch,
        exchange=exchange,
        editor=editor,
        display=display,
    )


def _accordion(key: str) -> gr.Accordion:
    return gr.Accordion(label(f"{PAGE}.{key}"), open=False, elem_id=f"xq-{key}")


def _table(visit: Visit) -> Table:
    status = status_line(elem_id="xq-status")
    board_widget = board(board_value(visit, "zh", 0.0), elem_id="xq-board")
    with gr.Row(elem_classes=["xq-actions"]):
        undo, hint, flip, draw, resign = (
            gr.Button(label(f"{PAGE}.{key}"), size="sm", min_width=56, elem_id=f"xq-{key}")
            for key in ("undo", "hint", "flip", "draw", "resign")
        )
    go_on = gr.Button(label(f"{PAGE}.go_on"), visible=False, variant="primary", elem_id="xq-go-on")
    return Table(status, board_widget, undo, hint, flip, draw, resign, go_on)


def _opponent(levels: tuple[Level, ...]) -> OpponentControls:
    with gr.Group():
        with gr.Row():
            level = _level("level", levels, "xq-level")
            side = gr.Radio(
                _choices("side", SIDES),
                value="red",
                label=label(f"{PAGE}.side"),
                min_width=220,
                elem_id="xq-side",
            )
        new = gr.Button(label(f"{PAGE}.new"), variant="primary", elem_id="xq-new")
    return OpponentControls(level, side, new)


def _level(key: str, levels: tuple[Level, ...], elem_id: str) -> gr.Dropdown:
    """The Elo of each level is put in when the page opens, in the visitor's language."""
    choices = [
        (
            label(name) if (name := f"{PAGE}.level.{level.key}") in catalogue() else level.key,
            level.key,
        )
        for level in levels
    ]
    measured = any(level.elo is not None for level in levels)
    return gr.Dropdown(
        choices,
        value=levels[len(levels) // 2].key if levels else None,
        label=label(f"{PAGE}.{key}"),
        info=label(f"{PAGE}.level_info") if key == "level" and measured else None,
        min_width=220,
        elem_id=elem_id,
    )


def _puzzles() -> PuzzleControls:
    group = gr.Dropdown(
        _choices("group", puzzles.GROUPS),
        value=puzzles.GROUPS[0],
        label=label(f"{PAGE}.puzzle_group"),
        elem_id="xq-puzzle-group",
    )
    with gr.Row():
        following = gr.Button(
            label(f"{PAGE}.puzzle_next"), variant="primary", elem_id="xq-puzzle-next"
        )
        again = gr.Button(label(f"{PAGE}.puzzle_again"), elem_id="xq-puzzle-again")
    return PuzzleControls(group, following, again)


def _watch(levels: tuple[Level, ...]) -> Watch:
    with gr.Row():
        red = _level("watch_red", levels, "xq-watch-red")
        black = _level("watch_black", levels, "xq-watch-black")
    with gr.Row():
        start = gr.Button(label(f"{PAGE}.watch_start"), variant="primary", elem_id="xq-watch-start")
        stop = gr.Button(label(f"{PAGE}.watch_stop"), elem_id="xq-watch-stop")
    return Watch(red, black, start, stop)


def _exchange() -> Exchange:
    text = gr.Textbox(
        label=label(f"{PAGE}.paste"),
        placeholder=label(f"{PAGE}.paste_placeholder"),
        lines=3,
        max_lines=8,
        elem_id="xq-paste",
    )
    with gr.Row():
        read = gr.Button(label(f"{PAGE}.import"), variant="primary", elem_id="xq-import")
        # Its label is declared as str, but translated like any other.
        upload_label: Any = label(f"{PAGE}.upload")
        upload = gr.UploadButton(upload_label, type="binary", elem_id="xq-upload")
    with gr.Row():
        export = gr.Button(label(f"{PAGE}.export"), elem_id="xq-export")
        share = gr.Button(label(f"{PAGE}.share"), elem_id="xq-share")
    fen, pgn, link = (
        gr.Textbox(
            label=label(f"{PAGE}.{key}"),
            buttons=["copy"],
            interactive=False,
            visible=False,
            max_lines=8,
            elem_id=f"xq-{key}",
        )
        for key in ("fen", "pgn", "link")
    )
    download = gr.Button(label(f"{PAGE}.download"), visible=False, elem_id="xq-download")
    return Exchange(text, read, upload, export, fen, pgn, download, ShareLink(share, link))


def _editor() -> Editor:
    gr.Markdown(label(f"{PAGE}.editor_how"))
    with gr.Row():
        opening, clear = (
            gr.Button(label(f"{PAGE}.{key}"), elem_id=f"xq-{key}")
            for key in ("edit", "editor_clear")
        )
    turn = gr.Radio(
        [(label(f"{PAGE}.{color}"), color) for color in ("red", "black")],
        value="red",
        label=label(f"{PAGE}.turn"),
        elem_id="xq-turn",
    )
    with gr.Row():
        start = gr.Button(
            label(f"{PAGE}.editor_start"), variant="primary", elem_id="xq-editor-start"
        )
        cancel = gr.Button(label(f"{PAGE}.editor_cancel"), elem_id="xq-editor-cancel")
    return Editor(opening, clear, turn, start, cancel)


def _display() -> Display:
    letters = gr.Radio(
        _choices("letters", LETTERS),
        value=LETTERS[0],
        label=label(f"{PAGE}.letters"),
        elem_id="xq-letters",
    )
    notation = gr.Dropdown(
        _choices("notation", NOTATIONS),
        value=NOTATIONS[0],
        label=label(f"{PAGE}.notation"),
        elem_id="xq-notation",
    )
    time = gr.Dropdown(
        [(label(f"{PAGE}.time.none"), ""), *((control, control) for control in TIME_CONTROLS)],
        value="",
        label=label(f"{PAGE}.time"),
        elem_id="xq-time",
    )
    bar = gr.Checkbox(value=True, label=label(f"{PAGE}.bar"), elem_id="xq-bar")
    return Display(letters, notation, bar, time)


def _choices(key: str, values: tuple[str, ...]) -> list[Choice]:
    return [(label(f"{PAGE}.{key}.{value}"), value) for value in values]
