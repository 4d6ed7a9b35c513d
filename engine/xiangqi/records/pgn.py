"""Portable game notation for xiangqi, read and written.

The format is chess's PGN with the tags Game, Red and Black that 中国象棋电脑应用规范 part 3
(xqbase.com) lays down; moves are Chinese, WXF or ICCS (``H2-E2``), each recognised by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move, XiangqiError
from engine.xiangqi.board.notation import chinese, parse_move, wxf
from engine.xiangqi.records.encodings import decode_text
from engine.xiangqi.records.game import MAX_DEPTH, RESULTS, Game, InvalidRecordError, Line, Notation

_TOKEN: Final = re.compile(
    # After a row of = some programs write about themselves.
    r"(?P<blank>\s+|;[^\n]*|%[^\n]*|\$\d+|={5,}[^\[]*)"
    r"|\{(?P<comment>[^}]*)\}"
    r'|\[\s*(?P<key>\w+)\s+"(?P<value>(?:[^"\\\n]|\\.)*)"\s*\]'
    # Some programs leave the quotation marks within a value as they are.
    r'|\[\s*(?P<loose_key>\w+)\s+"(?P<loose_value>.*)"\s*\]'
    r"|(?P<result>(?:1-0|0-1|1/2-1/2|\*)(?![^\s{}();\[]))"
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<word>[^\s{}();\[]+)"
)
# "1.", "1..." and "1、", but not the start of the WXF moves "33.4" and "3+.4".
_NUMBER: Final = re.compile(r"^(?:\d+(?:[.．…、]+(?=$|\D|\d[-+\d][-+.=]\d)|$)|[.…]+$)")
_ESCAPE: Final = re.compile(r'\\(["\\])')
_FIRST_KEYS: Final[tuple[str, ...]] = (
    "Game",
    "Event",
    "Site",
    "Date",
    "Round",
    "Red",
    "Black",
    "Result",
)
_START: Final = Board()
_FORMATS: Final[dict[Notation, str]] = {"chinese": "Chinese", "wxf": "WXF", "iccs": "ICCS"}


def read_games(data: bytes | str) -> Iterator[Game]:
    """The games of a PGN file, one after the other; the time grows with the size alone.

    Bytes are decoded by `decode_text`. Comments and variations are kept, ``$1`` and ``!?`` are
    dropped. A missing Result header is taken from the end of the moves.

    Raises:
        InvalidRecordError: the text is not PGN.
        InvalidFenError: a FEN header is not one.
        InvalidMoveError, IllegalMoveError, AmbiguousMoveError: a move is wrong.
    """
    text = data if isinstance(data, str) else decode_text(data)
    text = text.removeprefix("\ufeff")
    builder, number, position = _Builder(), 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        try:
            if match is None:
                raise InvalidRecordError(f"cannot be read: {text[position : position + 50]!r}")
            if builder.is_finished_by(match):
                yield builder.finish()
                builder, number = _Builder(), number + 1
            builder.add(match)
        except XiangqiError as error:
            raise type(error)(f"game {number}: {error}") from error
        position = match.end()
    if builder.headers or builder.game:
        try:
            yield builder.finish()
        except XiangqiError as error:
            raise type(error)(f"game {number}: {error}") from error


class _Builder:
    """One game in the making: tokens go in, `finish` gives the game."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.game: Game | None = None
        self.board = _START
        self.line = Line()
        self.parents: list[tuple[Line, Move]] = []
        self.has_result = False

    def is_finished_by(self, token: re.Match[str]) -> bool:
        """Whether a token belongs to the next game."""
        key = token["key"] or token["loose_key"]
        if key:
            return self.game is not None or key in self.headers
        return self.has_result and token["comment"] is None and token["blank"] is None

    def add(self, token: re.Match[str]) -> None:
        """Take in the next token of the text."""
        if token["blank"] is not None:
            return
        if key := token["key"]:
            self.headers[key] = _ESCAPE.sub(r"\1", token["value"])
        elif key := token["loose_key"]:
            self.headers[key] = token["loose_value"]
        else:
            self.start()
            self.add_to_movetext(token)

    def start(self) -> None:
        """Set up the board; the headers are complete."""
        if self.game is None:
            fen = self.headers.get("FEN")
            board = Board(fen) if fen else _START.copy()
            self.game = Game(headers=self.headers, board=board)
            self.board = board.copy()
            self.line = self.game

    def add_to_movetext(self, token: re.Match[str]) -> None:
        """Take in a token that is not a header."""
        if token["comment"] is not None:
            self.line.add_comment(token["comment"])
        elif token["open"]:
            self.open_variation()
        elif token["close"]:
            self.close_variation()
        elif result := token["result"]:
            if not self.parents:
                self.has_result = True
                if self.headers.get("Result", "*") not in RESULTS[:-1]:
                    self.headers["Result"] = result
        elif word := _NUMBER.sub("", token["word"], count=1).rstrip("!?"):
            move = parse_move(self.board, word)
            self.board.push(move)
            self.line.moves.append(move)

    def open_variation(self) -> None:
        """Take the last move back; what follows is played in its place."""
        if not self.line.moves:
            raise InvalidRecordError("a variation before the first move: '('")
        if len(self.parents) == MAX_DEPTH:
            raise InvalidRecordError(f"variations nested more than {MAX_DEPTH} deep: '('")
        variation = Line()
        variations = self.line.variations.setdefault(len(self.line.moves) - 1, [])
        variations.append(variation)
        self.parents.append((self.line, self.board.pop()))
        self.line = variation

    def close_variation(self) -> None:
        """Return to the line that the variation left."""
        if not self.parents:
            raise InvalidRecordError("a variation ends that did not start: ')'")
        for _ in self.line.moves:
            self.board.pop()
        self.line, move = self.parents.pop()
        self.board.push(move)

    def finish(self) -> Game:
        """The game, complete."""
        self.start()
        if self.parents:
            raise InvalidRecordError("a variation does not end: '('")
        assert self.game is not None
        return self.game


def to_pgn(game: Game, notation: Notation = "chinese", *, traditional: bool = False) -> str:
    """The game as PGN text, one pair of moves a line, variations in brackets.

    The headers Game, Result, Format and, unless the game starts from the usual position, FEN are
    set by what the game is. A ``}`` in a comment, which PGN cannot hold, becomes ``｝``.
    """
    headers = {"Game": "Chinese Chess", **game.headers, "Result": game.result}
    headers.pop("FEN", None)
    if not game.is_standard_start():
        headers["FEN"] = game.board.fen()
    headers["Format"] = _FORMATS[notation]
    keys = [key for key in _FIRST_KEYS if key in headers]
    keys += [key for key in headers if key not in _FIRST_KEYS]
    tags = "".join(f'[{key} "{_escape(headers[key])}"]\n' for key in keys)
    write: Callable[[Board, Move], str] = {
        "chinese": lambda board, move: chinese(board, move, traditional=traditional),
        "wxf": wxf,
        "iccs": _iccs,
    }[notation]
    words = [*_words(game, game.board.copy(), write, "\n"), game.result]
    movetext = "".join(word if word.startswith("\n") else f" {word}" for word in words)
    return f"{tags}\n{movetext.lstrip()}\n"


def _iccs(board: Board, move: Move) -> str:
    text = move.uci().upper()
    return f"{text[:2]}-{text[2:]}"


def _escape(value: str) -> str:
    return " ".join(value.splitlines()).replace("\\", "\\\\").replace('"', '\\"')


def _words(
    line: Line, board: Board, write: Callable[[Board, Move], str], start: str
) -> Iterator[str]:
    """The words of a line; ``start`` is put before the number of each of red's moves."""
    if 0 in line.comments:
        yield _comment(line.comments[0])
    needs_number = True
    for index, move in enumerate(line.moves):
        if board.turn:
            yield f"{start}{board.fullmove_number}."
        elif needs_number:
            yield f"{board.fullmove_number}..."
        yield write(board, move)
        if comment := line.comments.get(index + 1):
            yield _comment(comment)
        for variation in line.variations.get(index, ()):
            yield "("
            yield from _words(variation, board, write, "")
            yield ")"
        needs_number = bool(comment or index in line.variations)
        board.push(move)
    for _ in line.moves:
        board.pop()


def _comment(text: str) -> str:
    return "{" + text.replace("}", "｝") + "}"
