"""The xiangqi page: a board, an opponent, and what players expect around them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import gradio as gr
from gradio.context import Context

from app.pages.xiangqi import exchange, store
from app.pages.xiangqi.layout import Controls, build
from app.pages.xiangqi.opponent import Opponent
from app.pages.xiangqi.play import Play
from app.pages.xiangqi.screen import Screen, screen
from app.pages.xiangqi.session import Session
from app.pages.xiangqi.table import Table
from app.pages.xiangqi.words import PAGE, level_name
from app.web import sharing
from app.web.texts import label, language
from engine.models.registry import Models

TITLE: Final = "xiangqi.title"
ID: Final = "xiangqi"
MODEL: Final = "xiangqi"

#: Of games that are watched at the same time; each keeps the model busy.
_WATCHED: Final = 4

#: The address is known to the browser alone, which may have come through a proxy.
_ABSOLUTE: Final = "query => location.origin + location.pathname + query"
_SAVE_FILE: Final = """pgn => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([pgn], {type: 'application/x-chess-pgn'}));
  link.download = 'xiangqi.pgn';
  link.click();
  URL.revokeObjectURL(link.href);
}"""

Handler = Callable[..., AsyncIterator[Screen]]


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return gr.BrowserState(storage_key="xiangqi", secret="xiangqi")


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    opponent = Opponent(models)
    play = Play(opponent)
    table = Table(play)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["xq-idea"])
    controls = build(opponent.levels, saved)
    _connect_game(controls, play)
    _connect_table(controls, table)
    _connect_exchange(controls, table)
    _connect_opening(controls, table)


def _screen(controls: Controls) -> list[Any]:
    """The components of a Screen, in its order."""
    return [
        controls.session,
        controls.saved,
        controls.board,
        controls.record,
        controls.status,
        controls.thoughts,
        controls.go_on,
    ]


def _on(
    listener: Callable[..., Any],
    handler: Handler,
    controls: Controls,
    *inputs: Any,
    limit: int | None = None,
) -> None:
    """Let an event call a handler with the session and the inputs, and show what it yields.

    Several may run at once for one visitor: undo has to reach a model that is still thinking.
    """
    listener(
        handler,
        [controls.session, *inputs],
        _screen(controls),
        show_progress="hidden",
        trigger_mode="multiple",
        concurrency_limit=limit,
        api_visibility="private",
    )


def _connect_game(controls: Controls, play: Play) -> None:
    board: Any = controls.board
    _on(board.move, play.move, controls)
    _on(board.flagfall, play.flag, controls)
    _on(controls.new.click, play.new, controls, controls.time)
    _on(controls.side.input, play.seat, controls, controls.side)
    _on(controls.level.input, play.level, controls, controls.level)
    _on(controls.undo.click, play.undo, controls)
    _on(controls.hint.click, play.hint, controls)
    _on(controls.draw.click, play.draw, controls)
    _on(controls.resign.click, play.resign, controls)
    _on(controls.go_on.click, play.go_on, controls)


def _connect_table(controls: Controls, table: Table) -> None:
    board: Any = controls.board
    record: Any = controls.record
    _on(record.goto, table.goto, controls)
    _on(controls.flip.click, table.flip, controls)
    look = (controls.letters, controls.notation, controls.arrows, controls.bar)
    for changed in look:
        _on(changed.input, table.look, controls, *look)
    editor, puzzle, watch = controls.editor, controls.puzzle, controls.watch
    _on(board.edit, table.edit, controls)
    _on(editor.open.click, table.open_editor, controls)
    _on(editor.clear.click, table.clear_draft, controls)
    _on(editor.start.click, table.start_draft, controls, editor.turn)
    _on(editor.cancel.click, table.close_editor, controls)
    _on(puzzle.next.click, table.next_puzzle, controls, puzzle.group)
    _on(puzzle.again.click, table.same_puzzle, controls)
    _on(watch.start.click, table.watch, controls, watch.red, watch.black, limit=_WATCHED)
    _on(watch.stop.click, table.stop, controls)


def _connect_exchange(controls: Controls, table: Table) -> None:
    parts = controls.exchange
    _on(parts.read.click, table.paste, controls, parts.text)
    _on(parts.upload.upload, table.upload, controls, parts.upload)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def exported(session: Session) -> tuple[gr.Textbox, gr.Textbox, gr.Button]:
        return (
            gr.Textbox(exchange.fen(session), visible=True),
            gr.Textbox(exchange.pgn(session), visible=True),
            gr.Button(visible=True),
        )

    def shared(session: Session) -> gr.Textbox:
        return gr.Textbox(sharing.query(PAGE, store.share(session)), visible=True)

    parts.export.click(
        exported, [controls.session], [parts.fen, parts.pgn, parts.download], **quiet
    )
    parts.download.click(None, [parts.pgn], None, js=_SAVE_FILE)
    parts.share.click(shared, [controls.session], [parts.link], **quiet).then(
        None, [parts.link], [parts.link], js=_ABSOLUTE
    )


def _connect_opening(controls: Controls, table: Table) -> None:
    demo = Context.root_block
    if demo is None:
        raise RuntimeError("render() has to be called inside gr.Blocks()")
    watch = controls.watch
    opponents = [controls.level, watch.red, watch.black]
    look = [controls.side, controls.letters, controls.notation, controls.arrows, controls.bar]

    def opened(session: Session, saved: object, request: gr.Request) -> tuple[Any, ...]:
        lang = language(request)
        session = table.opened(session, saved, request)
        choices = [(level_name(level, lang), level.key) for level in table.opponent.levels]
        shown = session.look
        return (
            *screen(session, lang),
            gr.Dropdown(choices, value=session.level or None),
            gr.Dropdown(choices),
            gr.Dropdown(choices),
            session.side,
            shown.letters,
            shown.notation,
            shown.arrows,
            shown.bar,
        )

    loaded = demo.load(
        opened,
        [controls.session, controls.saved],
        [*_screen(controls), *opponents, *look],
        show_progress="hidden",
        api_visibility="private",
    )
    _on(loaded.then, table.resume, controls)
