"""A session as the JSON that the board and the record draw, and as a list of thoughts."""

from __future__ import annotations

import html
from collections import Counter
from typing import TYPE_CHECKING, Literal

from app.pages.xiangqi import puzzles
from app.pages.xiangqi.board import Arrow, Banner, Clocks, Players, board_value
from app.pages.xiangqi.record import record_value
from app.pages.xiangqi.session import Session
from app.pages.xiangqi.words import level_short_name, move_name, move_names, say, side_name, verdict
from app.web.texts import Language
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import BLACK, RED, Color, Move, square_name

if TYPE_CHECKING:
    from engine.xiangqi.play.player import Choice, Prediction

#: More arrows than this hide the pieces.
_ARROWS = 6
#: Wishes below this are noise.
_LEAST = 0.01


def board_json(
    session: Session,
    lang: Language,
    now: float,
    *,
    hint: Move | None = None,
) -> str:
    """The position that is looked at; it gets a number of its own (BoardValue.seq)."""
    seq, thinking = session.next_seq(), session.thinking
    look = session.look
    if session.draft is not None:
        return board_value(
            fen=session.draft,
            seq=seq,
            orientation=session.orientation,
            letters=look.letters,
            lang=lang,
            editor=True,
        )
    board = session.shown()
    movable = session.live and session.person_to_move
    return board_value(
        fen=board.fen(),
        seq=seq,
        orientation=session.orientation,
        letters=look.letters,
        lang=lang,
        movable=_color_name(board.turn) if movable else None,
        legal=_legal(board) if movable else None,
        last=board.peek().uci() if board.move_stack else None,
        check=_checked_king(board),
        thinking=thinking,
        arrows=_arrows(session) if look.arrows and not thinking else (),
        hint=None if hint is None else hint.uci(),
        captured=_captured(board),
        score=_score(session) if look.bar and session.puzzle is None else None,
        players=_players(session, lang),
        clocks=_clocks(session, now),
        banner=_banner(session, lang),
    )


def record_json(session: Session, lang: Language) -> str:
    """The moves of the whole game, and how the chances went."""
    root = session.board.root()
    outcome = session.outcome
    scores = [session.scores.get(ply) for ply in range(session.ply + 1)]
    return record_value(
        moves=move_names(session.board, session.look.notation),
        current=session.cursor,
        first=_color_name(root.turn),
        number=root.fullmove_number,
        scores=scores if session.scores and session.puzzle is None else (),
        verdict=None if outcome is None else " · ".join(verdict(outcome, lang)),
        lang=lang,
    )


def thoughts_html(session: Session, lang: Language) -> str:
    """What the model wanted to play, as a list; every text in it is escaped."""
    if session.puzzle is not None:
        return f"<p>{html.escape(_source(puzzles.catalogue()[session.puzzle], lang))}</p>"
    found = thought(session)
    if found is None:
        return f"<p>{html.escape(say('thoughts.none', lang))}</p>"
    ply, choice = found
    board = session.shown()
    if ply < session.cursor:
        played = board.pop()
        name = move_name(board, played, session.look.notation)
        head = say("thoughts.before", lang, move=name)
    else:
        head = say("thoughts.now", lang)
    items = "".join(_wish_item(session, board, wish, lang) for wish in _worth_showing(choice))
    return f'<p>{html.escape(head)}</p><ol class="xq-wishes">{items}</ol>'


def _source(puzzle: puzzles.Puzzle, lang: Language) -> str:
    same = puzzles.group(puzzle.group)
    return say(
        "puzzle_source",
        lang,
        number=same.index(puzzle) + 1,
        count=len(same),
        source=puzzle.source,
        licence=puzzle.licence,
        name=puzzle.name,
    )


def thought(session: Session) -> tuple[int, Choice] | None:
    """What the model thought that belongs to the position that is looked at, and at which ply.

    After a move of the model's: what it thought before that move. Otherwise: what it thinks of
    the position itself, if it has looked at it.
    """
    before = session.choices.get(session.cursor - 1)
    if before is not None and session.cursor - 1 in session.played:
        return session.cursor - 1, before
    now = session.choices.get(session.cursor)
    return None if now is None else (session.cursor, now)


def _wish_item(session: Session, board: Board, wish: Prediction, lang: Language) -> str:
    move = Move.from_uci(wish.uci)
    name = move_name(board, move, session.look.notation) if wish.legal else wish.uci
    percent = f"{100 * wish.probability:.0f}%"
    note = "" if wish.legal else f"<small>{html.escape(say('thoughts.illegal', lang))}</small>"
    return (
        f'<li data-legal="{str(wish.legal).lower()}" style="--p:{wish.probability:.3f}">'
        f"<span>{html.escape(name)}</span>{note}<b>{percent}</b></li>"
    )


def _worth_showing(choice: Choice) -> list[Prediction]:
    return [wish for wish in choice.predictions[:_ARROWS] if wish.probability >= _LEAST]


def _color_name(color: Color) -> Literal["red", "black"]:
    return "red" if color is RED else "black"


def _legal(board: Board) -> dict[str, list[str]]:
    legal: dict[str, list[str]] = {}
    for source, target in board.legal_moves:
        legal.setdefault(square_name(source), []).append(square_name(target))
    return legal


def _checked_king(board: Board) -> str | None:
    king = board.king(board.turn)
    return square_name(king) if king is not None and board.is_check() else None


def _arrows(session: Session) -> list[Arrow]:
    found = thought(session)
    if found is None:
        return []
    return [
        {"move": wish.uci, "p": wish.probability, "legal": wish.legal}
        for wish in _worth_showing(found[1])
    ]


def _captured(board: Board) -> dict[Literal["red", "black"], str]:
    """What each side has taken since the start of this game."""
    pieces = Counter(piece.symbol() for piece in board.root().piece_map().values())
    pieces.subtract(piece.symbol() for piece in board.piece_map().values())
    gone = "".join(sorted(pieces.elements(), key="RNCBAPrncbap".find))
    return {
        "red": "".join(filter(str.islower, gone)),
        "black": "".join(filter(str.isupper, gone)),
    }


def _score(session: Session) -> float | None:
    """Red's expected score here; where nobody has computed it, that of the position before."""
    known = (session.scores.get(ply) for ply in range(session.cursor, -1, -1))
    return next((score for score in known if score is not None), 0.5)


def _players(session: Session, lang: Language) -> Players:
    return {
        "red": _player(session, RED, lang),
        "black": _player(session, BLACK, lang),
    }


def _player(session: Session, color: Color, lang: Language) -> str:
    name = _color_name(color)
    header = session.headers.get(name.capitalize())
    if session.watching:
        return _model_name(session.watched[name], lang)
    if session.person == "both" or (session.read_in and not session.played):
        return header or side_name(color, lang)
    if session.puzzle is not None:
        return say("you", lang) if session.person == name else side_name(color, lang)
    return say("you", lang) if session.person == name else _model_name(session.level, lang)


def _model_name(level_key: str, lang: Language) -> str:
    return say("model_at", lang, level=level_short_name(level_key, lang))


def _clocks(session: Session, now: float) -> Clocks | None:
    clock = session.clock
    if clock is None:
        return None
    return {
        "red": round(1000 * clock.remaining(RED, now)),
        "black": round(1000 * clock.remaining(BLACK, now)),
        "running": None if clock.running is None else _color_name(clock.running),
    }


def _banner(session: Session, lang: Language) -> Banner | None:
    """Over the last position of a finished game; looking back at the game, it is out of the way."""
    outcome = session.outcome
    if not session.live or session.draft is not None:
        return None
    if session.solved:
        return {"title": say("status.puzzle_solved", lang), "detail": ""}
    if outcome is None:
        return None
    title, detail = verdict(outcome, lang)
    return {"title": title, "detail": detail}
