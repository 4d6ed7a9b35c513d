import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.generation.ending import StopStrings
from engine.models.errors import GenerationError

TEXTS = st.text(alphabet="ab。\n", max_size=30)
STRINGS = st.lists(st.text(alphabet="ab。\n", min_size=1, max_size=4), max_size=4)


def pushed(strings: list[str], pieces: list[str]) -> tuple[list[str], bool]:
    stops = StopStrings(strings)
    out = [stops.push(piece) for piece in pieces]
    return [*out, stops.flush()], stops.met


def expected(strings: list[str], text: str) -> str:
    """Letter by letter: the first moment when the text ends with a stop string."""
    for end in range(1, len(text) + 1):
        ends = [s for s in strings if text[:end].endswith(s)]
        if ends:
            return text[: end - max(map(len, ends))]
    return text


@given(STRINGS, TEXTS, st.data())
def test_however_the_text_is_cut_the_same_comes_out(strings, text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    out, met = pushed(strings, pieces)
    assert "".join(out) == expected(strings, text)
    assert met == any(string in text for string in strings)


@given(STRINGS, TEXTS)
def test_no_part_of_a_stop_string_ever_shows(strings, text):
    stops = StopStrings(strings)
    shown = ""
    for letter in text:
        shown += stops.push(letter)
        assert expected(strings, text).startswith(shown)


def test_text_is_held_back_only_while_it_may_begin_a_stop_string():
    assert pushed(["\n\n"], ["a\n", "b", "\n", "\n", "c"]) == (["a", "\nb", "", "", "", ""], True)
    assert pushed(["END"], ["E", "N", "X"]) == (["", "", "ENX", ""], False)
    assert pushed(["END"], ["E", "N"]) == (["", "", "EN"], False)


def test_an_empty_stop_string_is_refused():
    with pytest.raises(GenerationError, match="empty"):
        StopStrings([""])
