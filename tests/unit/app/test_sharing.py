"""Share links hold what was put in, and nothing else opens as one."""

import base64
import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import sharing
from app.web.sharing import ShareError

values = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=60)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@given(st.dictionaries(st.text(max_size=10), values, max_size=5))
def test_a_state_comes_back_as_it_was(state: sharing.State) -> None:
    assert sharing.decode(sharing.encode(state)) == state


@given(st.text(max_size=200) | st.binary(max_size=200).map(encoded))
def test_no_text_does_worse_than_an_error_of_ours(text: str) -> None:
    try:
        state = sharing.decode(text)
    except ShareError:
        return
    assert isinstance(state, dict)


@pytest.mark.parametrize(
    "data",
    [
        b"[1]",
        b"1",
        b'{"a":[1]}',
        b'{"a":{}}',
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b"[" * 3000,
        b'{"a":' * 800,
        b"\xff\xfe",
        b"",
    ],
)
def test_only_a_flat_object_opens(data: bytes) -> None:
    with pytest.raises(ShareError):
        sharing.decode(encoded(data))


@pytest.mark.parametrize("text", ["e30\n", "e3 0", "e30=%", "é", "+/+/", "a" * 6001])
def test_only_base64url_of_a_fair_length_opens(text: str) -> None:
    with pytest.raises(ShareError):
        sharing.decode(text)


def test_a_state_too_large_for_a_link_is_an_error() -> None:
    with pytest.raises(ShareError, match="a link holds"):
        sharing.encode({"pgn": "x" * 10_000})


def test_the_query_reopens_the_page() -> None:
    state = {"fen": "9/9 w", "orientation": "black"}
    query = sharing.query("xiangqi", state)
    assert query.startswith("?xiangqi=")
    assert "=" not in query.removeprefix("?xiangqi=")
    request = SimpleNamespace(query_params={"xiangqi": query.removeprefix("?xiangqi=")})
    assert sharing.from_request("xiangqi", request) == state
    assert sharing.from_request("story", request) is None
    assert sharing.from_request("xiangqi", None) is None


def test_encoding_is_compact_json() -> None:
    data = base64.urlsafe_b64decode(sharing.encode({"a": "将"}) + "==")
    assert data == json.dumps({"a": "将"}, ensure_ascii=False, separators=(",", ":")).encode()
