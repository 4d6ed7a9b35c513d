"""The components of the page: the board first, then what belongs to every game, and behind
accordions what is used now and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import gradio as gr
from gradio.i18n import I18nData

from app.pages.xiangqi import puzzles
from app.pages.xiangqi.board import board
from app.pages.xiangqi.opponent import Level
from app.pages.xiangqi.play import TIME_CONTROLS
from app.pages.xiangqi.record import record
from app.pages.xiangqi.session import LETTERS, NOTATIONS, SIDES, Session
from app.pages.xiangqi.view import board_json, record_json
from app.pages.xiangqi.words import PAGE
from app.web.texts import catalogue, label

#: What is read, and the value it stands for.
Choice = tuple[str | I18nData, str | int | float]

#: The value is a plain text, set as such; the line is announced when it changes.
_STATUS_TEMPLATE: Final = '<p role="status" aria-live="polite"></p>'
_STATUS_SCRIPT: Final = """
const line = element.querySelector('p');
const draw = () => { line.textContent = props.value || ''; };
draw();
watch('value', draw);
"""


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from."""

    session: gr.State
    saved: gr.BrowserState
    board: gr.HTML
    record: gr.HTML
    status: gr.HTML
    thoughts: gr.HTML
    go_on: gr.Button
    undo: gr.Button
    hint: gr.Button
    flip: gr.Button
    draw: gr.Button
    resign: gr.Button
    level: gr.Dropdown
    side: gr.Radio
    new: gr.Button
    letters: gr.Radio
    notation: gr.Dropdown
    arrows: gr.Checkbox
    bar: gr.Checkbox
    time: gr.Dropdown
    exchange: Exchange
    editor: Editor
    puzzle: PuzzleControls
    watch: Watch


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
    share: gr.Button
    link: gr.Textbox


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


def build(levels: tuple[Level, ...], saved: gr.BrowserState) -> Controls:
    """Place the components in the open block."""
    session = Session()
    with gr.Row(elem_classes=["xq-page"], equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_classes=["xq-left"]):
            status = gr.HTML(
                "",
                html_template=_STATUS_TEMPLATE,
                js_on_load=_STATUS_SCRIPT,
                elem_classes=["xq-status"],
                elem_id="xq-status",
            )
            board_widget = board(board_json(session, "zh", 0.0), elem_id="xq-board")
            with gr.Row(elem_classes=["xq-actions"]):
                undo, hint, flip, draw, resign = (
                    gr.Button(label(f"{PAGE}.{key}"), size="sm", min_width=56, elem_id=f"xq-{key}")
                    for key in ("undo", "hint", "flip", "draw", "resign")
                )
            go_on = gr.Button(
                label(f"{PAGE}.go_on"), visible=False, variant="primary", elem_id="xq-go-on"
            )
        with gr.Column(scale=5, min_width=320, elem_classes=["xq-right"]):
            level, side, new = _game(levels)
            record_widget = record(record_json(session, "zh"), elem_id="xq-record")
            thoughts = gr.HTML("", elem_id="xq-thoughts")
            arrows = gr.Checkbox(
                label=label(f"{PAGE}.arrows"), container=False, elem_id="xq-arrows"
            )
            with gr.Accordion(label(f"{PAGE}.puzzles"), open=False, elem_id="xq-puzzles"):
                puzzle = _puzzles()
            with gr.Accordion(label(f"{PAGE}.watch"), open=False, elem_id="xq-watch"):
                watch = _watch(levels)
            with gr.Accordion(label(f"{PAGE}.exchange"), open=False, elem_id="xq-exchange"):
                exchange = _exchange()
            with gr.Accordion(label(f"{PAGE}.editor"), open=False, elem_id="xq-editor"):
                editor = _editor()
            with gr.Accordion(label(f"{PAGE}.display"), open=False, elem_id="xq-display"):
                letters, notation, bar, time = _display()
            gr.Markdown(label(f"{PAGE}.idea_source"), elem_classes=["xq-idea"])
    return Controls(
        session=gr.State(session),
        saved=saved,
        board=board_widget,
        record=record_widget,
        status=status,
        thoughts=thoughts,
        go_on=go_on,
        undo=undo,
        hint=hint,
        flip=flip,
        draw=draw,
        resign=resign,
        level=level,
        side=side,
        new=new,
        letters=letters,
        notation=notation,
        arrows=arrows,
        bar=bar,
        time=time,
        exchange=exchange,
        editor=editor,
        puzzle=puzzle,
        watch=watch,
    )


def _game(levels: tuple[Level, ...]) -> tuple[gr.Dropdown, gr.Radio, gr.Button]:
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
    return level, side, new


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
    return Exchange(text, read, upload, export, fen, pgn, download, share, link)


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


def _display() -> tuple[gr.Radio, gr.Dropdown, gr.Checkbox, gr.Dropdown]:
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
    return letters, notation, bar, time


def _choices(key: str, values: tuple[str, ...]) -> list[Choice]:
    return [(label(f"{PAGE}.{key}.{value}"), value) for value in values]
