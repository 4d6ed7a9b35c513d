"""What the page says about a game, in the visitor's language and notation."""

from typing import Final

from app.pages.xiangqi import puzzles
from app.pages.xiangqi.opponent import Level
from app.pages.xiangqi.session import NotAllowed, Notation, Session
from app.web.texts import Language, catalogue, text
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import RED, Color, Move, XiangqiError
from engine.xiangqi.board.rules import Outcome

PAGE: Final = "xiangqi"


def say(key: str, lang: Language, **values: object) -> str:
    """A text of this page."""
    return text(f"{PAGE}.{key}", lang, **values)


def refusal(error: NotAllowed, lang: Language) -> str:
    """Why something was not allowed."""
    return say(error.key, lang, **error.values)


def side_name(color: Color, lang: Language) -> str:
    """红方 or 黑方."""
    return say("red" if color is RED else "black", lang)


def move_name(board: Board, move: Move, notation: Notation) -> str:
    """A move in the position before it; h2e2 where the notation has no words for it."""
    try:
        if notation == "iccs":
            return move.uci()
        if notation == "wxf":
            return board.wxf(move)
        return board.chinese(move, traditional=notation == "traditional")
    except XiangqiError:
        return move.uci()


def move_names(board: Board, notation: Notation) -> list[str]:
    """The moves that led to a position."""
    walk = board.root()
    names = []
    for move in board.move_stack:
        names.append(move_name(walk, move, notation))
        walk.push(move)
    return names


def level_name(level: Level, lang: Language) -> str:
    """入门 · Elo 350±80."""
    key = f"{PAGE}.level.{level.key}"
    name = text(key, lang) if key in catalogue() else level.key
    if level.elo is None:
        return name
    return say("level_elo", lang, name=name, elo=level.elo, error=level.elo_error)


def level_short_name(level_key: str, lang: Language) -> str:
    """入门; nothing for a level that has no name."""
    key = f"{PAGE}.level.{level_key}"
    return text(key, lang) if key in catalogue() else level_key


def verdict(outcome: Outcome, lang: Language) -> tuple[str, str]:
    """Who won, and why: 红胜, 将死."""
    winner = outcome.winner
    won = "none" if winner is None else "red" if winner is RED else "black"
    reason = outcome.termination.name.lower()
    if winner is None and f"{PAGE}.end.both.{reason}" in catalogue():
        return say(f"won.{won}", lang), say(f"end.both.{reason}", lang)
    loser = "" if winner is None else side_name(not winner, lang)
    return say(f"won.{won}", lang), say(f"end.{reason}", lang, loser=loser)


def status(session: Session, lang: Language) -> str:
    """The one line about where the game stands."""
    side = side_name(session.board.turn, lang)
    if session.draft is not None:
        return say("status.editing", lang)
    if not session.live:
        return say("status.past", lang, ply=session.cursor, plies=session.ply)
    if session.puzzle is not None:
        return _puzzle_status(session, lang)
    if session.outcome is not None:
        title, reason = verdict(session.outcome, lang)
        return f"{title} · {reason}"
    if session.watching:
        return say("status.watching", lang, ply=session.ply)
    if session.person == "both":
        return say("status.both", lang, side=side)
    if session.model_to_move:
        return say("status.waiting", lang, side=side)
    return say("status.check" if session.board.is_check() else "status.turn", lang, side=side)


def _puzzle_status(session: Session, lang: Language) -> str:
    puzzle = puzzles.catalogue()[session.puzzle or ""]
    if session.solved:
        return say("status.puzzle_solved", lang)
    left = puzzles.moves_left(puzzle, session.board)
    if session.ply:
        return say("status.puzzle_right", lang, moves=left)
    key = "status.puzzle_mate" if puzzle.mate else "status.puzzle_line"
    return say(key, lang, side=side_name(session.board.turn, lang), moves=left)
