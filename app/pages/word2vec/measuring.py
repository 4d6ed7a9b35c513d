"""Test sets: how well vectors follow people's judgements, and how many analogies they get right."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import gradio as gr

from app.pages.word2vec.arithmetic import METHODS
from app.pages.word2vec.spaces import Spaces
from app.pages.word2vec.widgets import dumps
from app.pages.word2vec.words import damage, decoded, say
from app.text.drafts import Stop
from app.web.limits import MIB, RateLimiter, Refusal, checked_bytes, checked_choice, checked_text
from app.web.texts import Language, language
from engine.word2vec.errors import FormatError, Word2VecError

if TYPE_CHECKING:
    from engine.word2vec.evaluation import Analogies, Section
    from engine.word2vec.vectors import Vectors

MAX_CHARS: Final = 1_000_000
MAX_BYTES: Final = 2 * MIB
MAX_LINES: Final = 40_000
_SECTION: Final = ": "
_SECONDS: Final = 120.0
_SCORES: Final = 40_000_000
"""Scores between two views, and with them the questions of one part of a section."""


class Measuring:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.limiter = RateLimiter(8, 60)

    def measure(
        self,
        stop: Stop,
        key: object,
        words: object,
        file: object,
        method: object,
        all_count: object,
        request: gr.Request,
    ) -> Iterator[str]:
        """Run a test set: the file if there is one, or the text."""
        lang = language(request)
        self.limiter.check(request, lang)
        content = _content(words, file, lang)
        how = checked_choice(method, METHODS, lang)
        vectors = self.spaces.get(key, lang).vectors
        whole = all_count is True
        try:
            if any(line.startswith(_SECTION) for line in content.splitlines()):
                yield from self._analogies(stop, content, vectors, how, whole, lang)
            else:
                yield _similarity(content, vectors, whole, lang)
        except FormatError as error:
            raise Refusal(damage(error, lang)) from error
        except Word2VecError as error:
            raise Refusal(say("error.test_words", lang)) from error

    def _analogies(
        self, stop: Stop, content: str, vectors: Vectors, how: Any, whole: bool, lang: Language
    ) -> Iterator[str]:
        from engine.word2vec.evaluation import analogies, read_analogies, total

        sections = read_analogies(content.encode())
        questions = sum(len(section.questions) for section in sections)
        parts = [
            (number, part)
            for number, section in enumerate(sections)
            for part in _parts(section, len(vectors))
        ]
        stopped, ends = stop.watch(), time.monotonic() + _SECONDS
        results: dict[int, Analogies] = {}
        done = 0
        yield _scores([], lang, say("measure.running", lang, done=0, total=questions), 0.0)
        answers = analogies(vectors, (part for _, part in parts), method=how, count_unknown=whole)
        for (number, part), answered in zip(parts, answers, strict=True):
            before = [results[number]] if number in results else []
            results[number] = total([*before, answered], part.name)
            done += len(part.questions)
            note = say("measure.running", lang, done=done, total=questions)
            yield _scores([*results.values()], lang, note, done / questions)
            if stopped() or time.monotonic() > ends:
                break
        whole_test = total([*results.values()], say("measure.total", lang))
        note = _note("done" if done == questions else "part", whole_test, lang)
        yield _scores([*results.values(), whole_test], lang, note)


def _content(words: object, file: object, lang: Language) -> str:
    if file is None:
        content = checked_text(words, MAX_CHARS, lang)
    elif isinstance(file, bytes):
        checked_bytes(len(file), MAX_BYTES, lang)
        content = decoded(file, lang)
    else:
        raise Refusal(say("error.files", lang))
    if not content.strip():
        raise Refusal(say("error.no_test", lang))
    if content.count("\n") > MAX_LINES:
        raise Refusal(say("error.test_lines", lang, most=f"{MAX_LINES:,}"))
    return content


def _parts(section: Section, words: int) -> Iterator[Section]:
    """A section in parts that do not take long."""
    from engine.word2vec.evaluation import Section as Part

    step = max(1, _SCORES // words)
    for begin in range(0, len(section.questions) or 1, step):
        yield Part(section.name, section.questions[begin : begin + step])


def _similarity(content: str, vectors: Vectors, whole: bool, lang: Language) -> str:
    from engine.word2vec.evaluation import read_similarity, word_similarity

    pairs = read_similarity(content.encode())
    found = word_similarity(vectors, pairs, count_unknown=whole)
    covered = f"{found.known}/{found.pairs} = {found.coverage:.1%}"
    rows = [
        {
            "name": name,
            "score": max(value, 0.0),
            "scored": f"{100 * value:.1f}",
            "coverage": found.coverage,
            "covered": covered,
        }
        for name, value in (
            ("Spearman ρ × 100", found.spearman),
            ("Pearson r × 100", found.pearson),
        )
    ]
    heads = ["", say("measure.correlation", lang), say("measure.coverage", lang)]
    note = say("measure.pairs", lang, known=found.known, total=found.pairs)
    return dumps({"heads": heads, "rows": rows, "note": note})


def _scores(results: list[Analogies], lang: Language, note: str, share: float = 1.0) -> str:
    rows = [
        {
            "name": one.section,
            "score": one.accuracy,
            "scored": f"{one.accuracy:.1%} ({one.correct}/{one.counted})",
            "coverage": one.coverage,
            "covered": f"{one.coverage:.1%} ({one.known}/{one.questions})",
            "total": one.section == say("measure.total", lang),
        }
        for one in results
    ]
    heads = [say(f"measure.{name}", lang) for name in ("section", "accuracy", "coverage")]
    value = {"heads": heads, "rows": rows, "note": note, "share": share, "running": share < 1}
    return dumps(value)


def _note(key: str, whole: Analogies, lang: Language) -> str:
    return say(
        f"measure.{key}",
        lang,
        accuracy=f"{whole.accuracy:.1%}",
        known=f"{whole.known:,}",
        total=f"{whole.questions:,}",
    )
