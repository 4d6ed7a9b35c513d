"""What the page shows of a visit: the board, the record, the model's thoughts, and what is said of
the game in the visitor's language and notation."""

from __future__ import annotations

import html
from collections import Counter
from typing import TYPE_CHECKING, Final

from app.pages.xiangqi import PAGE, puzzles, say
from app.pages.xiangqi.inputs import ColorName, NotAllowed, Notation
from app.pages.xiangqi.opponent import Level
from app.pages.xiangqi.state import Visit
from app.pages.xiangqi.widgets import Arrow, Banner, BoardValue, Clocks, RecordValue
from app.web.texts import Language, catalogue
from engine.xiangqi import records
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import BLACK, RED, Color, Move, XiangqiError, square_name
from engine.xiangqi.board.rules import Outcome

if TYPE_CHECKING:
    from engine.xiangqi.play.player import Choice, Prediction

#: More arrows than this hide the pieces.
_ARROWS: Final = 6
#: Predictions below this are noise.
_LEAST: Final = 0.01


def board_value(visit: Visit, lang: Language, now: float, *, hint: Move | None = None) -> str:
    """The position that is looked at; it gets a number of its own (BoardValue.seq)."""
    seq, look = visit.next_seq(), visit.look
    if visit.draft is not None:
        return BoardValue(
            visit.draft, seq, visit.orientation, look.letters, lang, editor=True
        ).dump()
    board = visit.shown()
    movable = visit.live and visit.person_to_move
    king = board.king(board.turn)
    return BoardValue(
        board.fen(),
        seq,
        visit.orientation,
        look.letters,
        lang,
        movable=_color_name(board.turn) if movable else None,
        legal=_legal(board) if movable else {},
        last=board.peek().uci() if board.move_stack else None,
        check=square_name(king) if king is not None and board.is_check() else None,
        thinking=visit.thinking,
        arrows=_arrows(visit) if look.arrows and not visit.thinking else (),
        hint=None if hint is None else hint.uci(),
        captured=_captured(board),
        score=_score(visit) if look.bar and visit.puzzle is None else None,
        players={"red": _player(visit, RED, lang), "black": _player(visit, BLACK, lang)},
        clocks=_clocks(visit, now),
        banner=_banner(visit, lang),
    ).dump()


def record_value(visit: Visit, lang: Language) -> str:
    """The moves of the whole game, and how the chances went."""
    root, outcome = visit.board.root(), visit.outcome
    scores = [visit.scores.get(ply) for ply in range(visit.ply + 1)]
    return RecordValue(
        moves=_move_names(visit.board, visit.look.notation),
        current=visit.cursor,
        first=_color_name(root.turn),
        number=root.fullmove_number,
        scores=scores if visit.scores and visit.puzzle is None else (),
        verdict=None if outcome is None else " · ".join(_verdict(outcome, lang)),
        lang=lang,
    ).dump()


def _color_name(color: Color) -> ColorName:
    return "red" if color is RED else "black"


def _legal(board: Board) -> dict[str, list[str]]:
    legal: dict[str, list[str]] = {}
    for source, target in board.legal_moves:
        legal.setdefault(square_name(source), []).append(square_name(target))
    return legal


def _arrows(visit: Visit) -> list[Arrow]:
    found = _thought(visit)
    return [
        {"move": one.uci, "p": one.probability, "legal": one.legal}
        for one in (_worth_showing(found[1]) if found else ())
    ]


def _captured(board: Board) -> dict[ColorName, str]:
    """What each side has taken since the start of this game."""
    pieces = Counter(piece.symbol() for piece in board.root().piece_map().values())
    pieces.subtract(piece.symbol() for piece in board.piece_map().values())
    gone = "".join(sorted(pieces.elements(), key="RNCBAPrncbap".find))
    return {
        "red": "".join(filter(str.islower, gone)),
        "black": "".join(filter(str.isupper, gone)),
    }


def _score(visit: Visit) -> float:
    """Red's expected score here; where nobody has computed it, that of the position before."""
    known = (visit.scores.get(ply) for ply in range(visit.cursor, -1, -1))
    return next((score for score in known if score is not None), 0.5)


def _player(visit: Visit, color: Color, lang: Language) -> str:
    name, headers = _color_name(color), visit.headers
    if visit.watched:
        return _model_name(visit.watched[name], lang)
    if visit.person == "both" or (headers is not None and not visit.played):
        return (headers or {}).get(name.capitalize()) or side_name(color, lang)
    if visit.person == name:
        return say("you", lang)
    return side_name(color, lang) if visit.puzzle else _model_name(visit.level, lang)


def _model_name(level_key: str, lang: Language) -> str:
    return say("model_at", lang, level=_level_name(level_key, lang))


def _clocks(visit: Visit, now: float) -> Clocks | None:
    clock = visit.clock
    if clock is None:
        return None
    return {
        "red": round(1000 * clock.remaining(RED, now)),
        "black": round(1000 * clock.remaining(BLACK, now)),
        "running": None if clock.running is None else _color_name(clock.running),
    }


def _banner(visit: Visit, lang: Language) -> Banner | None:
    """Over the last position of a finished game; looking back at the game, it is out of the way."""
    if not visit.live or visit.draft is not None:
        return None
    if visit.solved:
        return {"title": say("status.puzzle_solved", lang), "detail": ""}
    if visit.outcome is None:
        return None
    title, detail = _verdict(visit.outcome, lang)
    return {"title": title, "detail": detail}


# What the model thinks


def thoughts(visit: Visit, lang: Language) -> str:
    """What the model wanted to play, as a list; every text in it is escaped."""
    if visit.puzzle is not None:
        return f"<p>{html.escape(_source(puzzles.catalogue()[visit.puzzle], lang))}</p>"
    found = _thought(visit)
    if found is None:
        return f"<p>{html.escape(say('thoughts.none', lang))}</p>"
    ply, choice = found
    board, notation = visit.shown(), visit.look.notation
    if ply < visit.cursor:
        played = board.pop()
        head = say("thoughts.before", lang, move=move_name(board, played, notation))
    else:
        head = say("thoughts.now", lang)
    items = "".join(_item(board, one, notation, lang) for one in _worth_showing(choice))
    return f'<p>{html.escape(head)}</p><ol class="xq-predictions">{items}</ol>'


def _source(puzzle: puzzles.Puzzle, lang: Language) -> str:
    same = puzzles.group(puzzle.group)
    facts = {"source": puzzle.source, "licence": puzzle.licence, "name": puzzle.name}
    return say("puzzle_source", lang, number=same.index(puzzle) + 1, count=len(same), **facts)


def _thought(visit: Visit) -> tuple[int, Choice] | None:
    """What the model thought that belongs to the position that is looked at, and at which ply.

    After a move of the model's: what it thought before that move. Otherwise: what it thinks of
    the position itself, if it has looked at it.
    """
    before = visit.choices.get(visit.cursor - 1)
    if before is not None and visit.cursor - 1 in visit.played:
        return visit.cursor - 1, before
    now = visit.choices.get(visit.cursor)
    return None if now is None else (visit.cursor, now)


def _item(board: Board, one: Prediction, notation: Notation, lang: Language) -> str:
    name = move_name(board, Move.from_uci(one.uci), notation) if one.legal else one.uci
    note = "" if one.legal else f"<small>{html.escape(say('thoughts.illegal', lang))}</small>"
    return (
        f'<li data-legal="{str(one.legal).lower()}" style="--p:{one.probability:.3f}">'
        f"<span>{html.escape(name)}</span>{note}<b>{100 * one.probability:.0f}%</b></li>"
    )


def _worth_showing(choice: Choice) -> list[Prediction]:
    return [one for one in choice.predictions[:_ARROWS] if one.probability >= _LEAST]


# What is said


def explain(error: NotAllowed, lang: Language) -> str:
    """Why something was not allowed."""
    return say(error.key, lang, **error.values)


def side_name(color: Color, lang: Language) -> str:
    """红方 or 黑方."""
    return say(_color_name(color), lang)


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


def _move_names(board: Board, notation: Notation) -> list[str]:
    walk, names = board.root(), []
    for move in board.move_stack:
        names.append(move_name(walk, move, notation))
        walk.push(move)
    return names


def pgn(visit: Visit) -> str:
    """The game, in the notation that the person reads."""
    game, outcome, notation = (
        records.Game.from_board(visit.board),
        visit.outcome,
        visit.look.notation,
    )
    game.headers = {**(visit.headers or {}), "Result": "*" if outcome is None else outcome.result()}
    script: records.Notation = notation if notation in ("wxf", "iccs") else "chinese"
    return game.to_pgn(script, traditional=notation == "traditional")


def level_choices(levels: tuple[Level, ...], lang: Language) -> list[tuple[str, str]]:
    """The levels as a visitor chooses one: 入门 · Elo 350±80."""
    return [(_measured_name(level, lang), level.key) for level in levels]


def _measured_name(level: Level, lang: Language) -> str:
    name = _level_name(level.key, lang)
    if level.elo is None:
        return name
    return say("level_elo", lang, name=name, elo=level.elo, error=level.elo_error)


def _level_name(key: str, lang: Language) -> str:
    """入门; the key itself for a level that has no name."""
    return say(f"level.{key}", lang) if f"{PAGE}.level.{key}" in catalogue() else key


def _verdict(outcome: Outcome, lang: Language) -> tuple[str, str]:
    """Who won, and why: 红胜, 将死."""
    winner = outcome.winner
    won = say(f"won.{'none' if winner is None else _color_name(winner)}", lang)
    reason = outcome.termination.name.lower()
    if winner is None and f"{PAGE}.end.both.{reason}" in catalogue():
        return won, say(f"end.both.{reason}", lang)
    loser = "" if winner is None else side_name(not winner, lang)
    return won, say(f"end.{reason}", lang, loser=loser)


def status(visit: Visit, lang: Language) -> str:
    """The one line about where the game stands."""
    side = side_name(visit.board.turn, lang)
    if visit.draft is not None:
        return say("status.editing", lang)
    if not visit.live:
        return say("status.past", lang, ply=visit.cursor, plies=visit.ply)
    if visit.puzzle is not None:
        return _puzzle_status(visit, puzzles.catalogue()[visit.puzzle], lang)
    if visit.outcome is not None:
        return " · ".join(_verdict(visit.outcome, lang))
    if visit.watched:
        return say("status.watching", lang, ply=visit.ply)
    if visit.person == "both":
        return say("status.both", lang, side=side)
    if visit.model_to_move:
        return say("status.waiting", lang, side=side)
    return say("status.check" if visit.board.is_check() else "status.turn", lang, side=side)


def _puzzle_status(visit: Visit, puzzle: puzzles.Puzzle, lang: Language) -> str:
    if visit.solved:
        return say("status.puzzle_solved", lang)
    left = puzzles.moves_left(puzzle, visit.board)
    if visit.ply:
        return say("status.puzzle_right", lang, moves=left)
    key = "status.puzzle_mate" if puzzle.mate else "status.puzzle_line"
    return say(key, lang, side=side_name(visit.board.turn, lang), moves=left)
