"""The page's place in the application: its tab, its components, and which event calls what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import gradio as gr

from app.pages.xiangqi import PAGE
from app.pages.xiangqi.handlers import Handlers
from app.pages.xiangqi.handlers.setup import Export, export, share
from app.pages.xiangqi.handlers.turns import Handler, Screen
from app.pages.xiangqi.inputs import Page, Switches
from app.pages.xiangqi.layout import Controls, build
from app.pages.xiangqi.opponent import Opponent
from app.pages.xiangqi.saved import SAVED
from app.web.events import QUIET, SLOW, root
from app.web.files import save_script
from app.web.inputs import components
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = "xiangqi"

#: Of games that are watched at the same time; each keeps the model busy.
_WATCHED: Final = 4


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return SAVED.state()


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    opponent = Opponent(models)
    handlers = Handlers(opponent)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["xq-idea"])
    controls = build(opponent.levels, saved)
    screen = components(controls, Screen._fields)

    def on(
        listener: Callable[..., Any],
        handler: Handler,
        inputs: Sequence[Any] = (),
        limit: int | None = None,
    ) -> None:
        """Let an event call a handler with the visit and the inputs. Several may run at once for
        one visitor: undo has to reach a model that is still thinking."""
        more: dict[str, Any] = {**QUIET, "trigger_mode": "multiple", "concurrency_limit": limit}
        listener(handler, [controls.visit, *inputs], screen, **more)

    _connect_game(controls, handlers, on)
    _connect_setup(controls, handlers, on)
    _connect_exchange(controls, handlers, on)
    root().load(SAVED.warn, [saved], None, **SLOW)
    fields = components(controls, Page)
    loaded = root().load(handlers.opened, [controls.visit, saved], [*screen, *fields], **QUIET)
    on(loaded.then, handlers.resume)


def _connect_game(controls: Controls, handlers: Handlers, on: Callable[..., None]) -> None:
    table, opponent = controls.table, controls.opponent
    board: Any = table.board
    record: Any = controls.record
    on(board.move, handlers.move)
    on(board.flagfall, handlers.flag)
    on(opponent.new.click, handlers.new, [controls.display.time])
    on(opponent.side.input, handlers.seat, [opponent.side])
    on(opponent.level.input, handlers.level, [opponent.level])
    on(table.undo.click, handlers.undo)
    on(table.hint.click, handlers.hint)
    on(table.flip.click, handlers.flip)
    on(table.draw.click, handlers.draw)
    on(table.resign.click, handlers.resign)
    on(table.go_on.click, handlers.go_on)
    on(record.goto, handlers.goto)
    switches = components(controls, Switches)
    for switch in switches:
        on(switch.input, handlers.switch, switches)


def _connect_setup(controls: Controls, handlers: Handlers, on: Callable[..., None]) -> None:
    board: Any = controls.table.board
    editor, puzzle, watch = controls.editor, controls.puzzle, controls.watch
    on(board.edit, handlers.edit)
    on(editor.open.click, handlers.open_editor)
    on(editor.clear.click, handlers.clear_draft)
    on(editor.start.click, handlers.start_draft, [editor.turn])
    on(editor.cancel.click, handlers.close_editor)
    on(puzzle.next.click, handlers.next_puzzle, [puzzle.group])
    on(puzzle.again.click, handlers.same_puzzle)
    on(watch.start.click, handlers.watch, [watch.red, watch.black], _WATCHED)
    on(watch.stop.click, handlers.stop)


def _connect_exchange(controls: Controls, handlers: Handlers, on: Callable[..., None]) -> None:
    parts = controls.exchange
    on(parts.read.click, handlers.paste, [parts.text])
    on(parts.upload.upload, handlers.upload, [parts.upload])
    parts.export.click(export, [controls.visit], components(controls, Export._fields), **QUIET)
    save = save_script("xiangqi.pgn", "application/x-chess-pgn")
    parts.download.click(None, [parts.pgn], None, js=save)
    parts.share.connect(share, [controls.visit])
