"""Simplified and Traditional characters (OpenCC): models read one, people write both."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Literal

Script = Literal["simplified", "traditional"]
SCRIPTS: Final[tuple[Script, ...]] = ("simplified", "traditional")
_CONFIGS: Final[dict[Script, str]] = {"simplified": "t2s", "traditional": "s2t"}


def converted(text: str, script: Script) -> str:
    """The text in that script; a word at a time, so that 皇后 and 後來 both come out right."""
    converter = _converter(script)
    return str(converter.convert(text))


def script_of(text: str) -> Script:
    """The script that a text is written in; "simplified" where its characters do not tell.

    Characters that only the other script writes otherwise are counted, and the fewer win: one 乾
    in a Simplified text does not make it Traditional.
    """
    foreign = {
        script: sum(a != b for a, b in zip(text, converted(text, script), strict=False))
        for script in SCRIPTS
    }
    return "traditional" if foreign["simplified"] > foreign["traditional"] else "simplified"


def converted_pieces(pieces: Sequence[str], script: Script) -> list[str]:
    """Pieces of one text, each in that script, as the whole text would be converted.

    Words across the borders of pieces count where both writings are equally long, as they nearly
    always are; else each piece is converted by itself.
    """
    whole = "".join(pieces)
    changed = converted(whole, script)
    if len(changed) != len(whole):
        return [converted(piece, script) for piece in pieces]
    found, begin = [], 0
    for piece in pieces:
        found.append(changed[begin : begin + len(piece)])
        begin += len(piece)
    return found


@cache
def _converter(script: Script) -> Any:
    from opencc import OpenCC  # reads its dictionaries when it is made: 0.2 s

    return OpenCC(_CONFIGS[script])
