"""Share links: a page's state as a query parameter, ?PAGE=base64url(compact JSON).

The state is a flat mapping of short values (a FEN, an orientation, moves as one text). There
is no compression, so what is decoded is never larger than the link, and nothing is kept on
the server: a link works as long as the page does.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Final

import gradio as gr

#: Characters of the encoded state; servers and messengers commonly cut addresses at 8,192.
MAX_CHARS: Final = 6_000

Value = str | int | float | bool | None
State = dict[str, Value]


class ShareError(ValueError):
    """A text that no share link of ours holds, or a state that does not fit into one."""


def encode(state: Mapping[str, Value]) -> str:
    """The state as base64url without padding. Raises ShareError where it is too large."""
    compact = json.dumps(state, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    encoded = base64.urlsafe_b64encode(compact.encode()).rstrip(b"=").decode()
    if len(encoded) > MAX_CHARS:
        raise ShareError(f"{len(encoded)} characters; a link holds {MAX_CHARS}")
    return encoded


def decode(encoded: str) -> State:
    """The state in the value of a query parameter.

    Only the form is checked (base64url, UTF-8, a flat JSON object): what the values mean is
    the page's to check, since anybody can write a link. Raises ShareError.
    """
    if len(encoded) > MAX_CHARS:
        raise ShareError(f"{len(encoded)} characters; a link holds {MAX_CHARS}")
    try:
        padded = encoded.encode("ascii") + b"=" * (-len(encoded) % 4)
        compact = base64.b64decode(padded, altchars=b"-_", validate=True)
        state = json.loads(compact, parse_constant=_refuse_constant)
        # JSON can write half of a character that UTF-16 has two codes for; no answer can.
        json.dumps(state, ensure_ascii=False).encode()
    except (binascii.Error, ValueError, RecursionError) as error:
        raise ShareError(f"not a share link: {encoded[:40]!r}") from error
    if not isinstance(state, dict) or not all(map(_is_value, state.values())):
        raise ShareError(f"not a flat object: {encoded[:40]!r}")
    return state


def _refuse_constant(name: str) -> None:
    # Python reads NaN and Infinity, which JSON does not have.
    raise ValueError(name)


def _is_value(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def query(page: str, state: Mapping[str, Value]) -> str:
    """The query string that reopens a page: "?xiangqi=eyJm..."; the browser adds the rest."""
    return f"?{page}={encode(state)}"


def from_request(page: str, request: gr.Request | None) -> State | None:
    """The state for a page in the address that was opened; None if it holds none.

    Raises ShareError.
    """
    if request is None:
        return None
    encoded = request.query_params.get(page)
    return None if encoded is None else decode(str(encoded))
