"""What is refused, and that the refusal is a sentence in the visitor's language."""

from types import SimpleNamespace

import pytest

from app.web import limits
from app.web.limits import RateLimiter, Refusal
from app.web.texts import LANGUAGES, Language, text


@pytest.mark.parametrize("value", [None, 7, ["a"], {"a": "b"}, b"a", True])
def test_only_a_text_is_a_text(value: object) -> None:
    with pytest.raises(Refusal):
        limits.checked_text(value, 10, "en")


def test_a_text_may_be_as_long_as_the_maximum() -> None:
    assert limits.checked_text("a" * 10, 10, "en") == "a" * 10
    with pytest.raises(Refusal, match="11 characters, the most is 10"):
        limits.checked_text("a" * 11, 10, "en")
    with pytest.raises(Refusal, match="最多 10 个"):
        limits.checked_text("a" * 11, 10, "zh")


def test_a_file_may_be_as_large_as_the_maximum() -> None:
    limits.checked_bytes(limits.MAX_GAME_BYTES, limits.MAX_GAME_BYTES, "en")
    with pytest.raises(Refusal, match="10240 KiB, the most is 256 KiB"):
        limits.checked_bytes(10 * limits.MIB, limits.MAX_GAME_BYTES, "en")


def test_a_choice_must_be_among_the_choices() -> None:
    assert limits.checked_choice("red", ("red", "black"), "en") == "red"
    for value in ("green", None, ["red"], {}):
        with pytest.raises(Refusal):
            limits.checked_choice(value, ("red", "black"), "en")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_one_call_too_many_waits_until_the_first_is_old_enough() -> None:
    clock = Clock()
    limiter = RateLimiter(2, 10.0, clock)
    assert limiter.wait("ann") == 0.0
    clock.now += 4
    assert limiter.wait("ann") == 0.0
    assert limiter.wait("ann") == 6.0
    assert limiter.wait("bob") == 0.0
    clock.now += 6
    assert limiter.wait("ann") == 0.0
    assert limiter.wait("ann") == 4.0


def test_refused_calls_do_not_count() -> None:
    clock = Clock()
    limiter = RateLimiter(1, 10.0, clock)
    limiter.wait("ann")
    for _ in range(40):
        clock.now += 0.125
        assert limiter.wait("ann") > 0
    clock.now += 5.0
    assert limiter.wait("ann") == 0.0


def test_the_refusal_says_for_how_long() -> None:
    clock = Clock()
    limiter = RateLimiter(1, 10.0, clock)
    request = SimpleNamespace(session_hash="ann")
    limiter.check(request, "en")
    with pytest.raises(Refusal, match="try again in 10 s"):
        limiter.check(request, "en")


def test_invented_sessions_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MAX_SESSIONS", 100)
    limiter = RateLimiter(1, 10.0)
    for number in range(1000):
        limiter.wait(str(number))
    assert len(limiter._times) == 100


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_refusal_has_a_title_in_its_own_language(lang: Language) -> None:
    refusal = Refusal(text("limits.not_a_choice", lang))
    assert refusal.title == {"zh": "请留意", "en": "Please note"}[lang]
