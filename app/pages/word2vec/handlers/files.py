"""Files: vectors to bring and to take away, and test sets that say how good vectors are."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr

from app.pages.word2vec import say
from app.pages.word2vec.inputs import MAX_TEST_BYTES, MAX_TEST_LINES, Measuring, file_or_text
from app.pages.word2vec.spaces import Space, Spaces
from app.pages.word2vec.state import Visit
from app.web.limits import MAX_UPLOAD_BYTES, RateLimiter, Refusal, checked_bytes
from app.web.run import Run
from app.web.texts import Language, language
from app.web.widget import dumps
from engine.word2vec.errors import FormatError, Word2VecError

if TYPE_CHECKING:
    from engine.word2vec.evaluation import Analogies, Section
    from engine.word2vec.vectors import Vectors

#: What is saved: the projector's pair, and word2vec's text.
NAMES: Final = ("vectors.tsv", "metadata.tsv", "vectors.txt")
_MAX_WORDS: Final = 200_000
_MAX_SIZE: Final = 1_024
#: Words of a file for the projector, which is slow with more.
_MAX_SAVED: Final = 10_000
#: Characters of a file's name that are its vectors' name.
_TITLE: Final = 40
_SECTION: Final = ": "
#: How long a test may take.
_SECONDS: Final = 120.0
#: Scores between two screens, and with them the questions of one part of a section.
_SCORES: Final = 40_000_000


class Screen(NamedTuple):
    """What changes with new vectors, by the components' names."""

    visit: Visit
    space: gr.Radio


class Files:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.limiter = RateLimiter(6, 60)
        self.measuring = RateLimiter(8, 60)

    def upload(self, visit: Visit, paths: object, request: gr.Request) -> Screen:
        """Choose the vectors of a file, or of a projector's pair."""
        lang = language(request)
        self.limiter.check(request, lang)
        files = [Path(str(path)) for path in (paths if isinstance(paths, list) else [paths])]
        if not paths or len(files) > 2:
            raise Refusal(say("error.files", lang))
        checked_bytes(sum(file.stat().st_size for file in files), MAX_UPLOAD_BYTES, lang)
        from engine.word2vec.model import Word2Vec

        try:
            vectors = _read(files)
            if len(vectors) < 2:
                raise FormatError("there is one word only", "one")
            model = Word2Vec(vectors)
        except FormatError as error:
            raise Refusal(damage(error, lang)) from error
        visit.add(self.spaces.add(model, files[0].name[:_TITLE]).key)
        return Screen(visit, self.spaces.choice(visit.own, lang))

    def saving(self, name: str) -> Callable[[object, gr.Request], str]:
        """The handler of the button that saves the file of this name: what it answers is the
        value of widgets.saver."""

        def save(key: object, request: gr.Request) -> str:
            lang = language(request)
            self.limiter.check(request, lang)
            space = self.spaces.get(key, lang)
            try:
                return dumps({"name": name, "content": _written(space, name)})
            except Word2VecError as error:
                raise Refusal(say("error.export", lang)) from error

        return save

    def measure(
        self, visit: Visit, key: object, file: object, request: gr.Request, *values: object
    ) -> Iterator[str]:
        """Run a test set, the file if there is one, or the text; values are those of Measuring."""
        lang = language(request)
        self.measuring.check(request, lang)
        asked = Measuring.read(values, lang)
        content = file_or_text(file, asked.test, MAX_TEST_BYTES, lang)
        if not content.strip():
            raise Refusal(say("error.no_test", lang))
        if content.count("\n") > MAX_TEST_LINES:
            raise Refusal(say("error.test_lines", lang, most=f"{MAX_TEST_LINES:,}"))
        vectors = self.spaces.get(key, lang).vectors
        from engine.word2vec.evaluation import read_analogies

        try:
            if any(line.startswith(_SECTION) for line in content.splitlines()):
                sections = read_analogies(content.encode())
                with visit.measuring.begin() as run:
                    yield from run.screens(_analogies(run, sections, vectors, asked, lang))
            else:
                scores = _similarity(content, vectors, asked, lang)
                with visit.measuring.begin():
                    yield scores
        except FormatError as error:
            raise Refusal(damage(error, lang)) from error
        except Word2VecError as error:
            raise Refusal(say("error.test_words", lang)) from error

    def stop(self, visit: Visit) -> None:
        """End the test."""
        visit.measuring.stop()


def damage(error: FormatError, lang: Language) -> str:
    """What is wrong with a file of vectors or a test."""
    return say(f"format.{error.kind}", lang, value=error.value)


def _read(files: list[Path]) -> Any:
    from engine.word2vec.formats import Limits, read, read_tsv

    # Bytes, because the file is gone once the visitor is, and a map of it would be, too.
    limits = Limits(bytes=16 * MAX_UPLOAD_BYTES, words=_MAX_WORDS, size=_MAX_SIZE, word_bytes=400)
    contents = {file.name: file.read_bytes() for file in files}
    if len(contents) == 1:
        (content,) = contents.values()
        return read(content, limits)
    # The projector calls them vectors.tsv and metadata.tsv; otherwise the words are the smaller.
    first, second = sorted(contents.items(), key=lambda one: ("meta" in one[0], -len(one[1])))
    return read_tsv(first[1], second[1], limits)


def _written(space: Space, name: str) -> str:
    """A file of the most frequent words: one of the projector's pair, or word2vec's text.

    Raises Word2VecError where a word cannot be written.
    """
    from engine.word2vec.formats import write, write_tsv
    from engine.word2vec.vectors import Vectors

    whole = space.vectors
    count = min(len(whole), _MAX_SAVED)
    counts = None if whole.counts is None else whole.counts[:count]
    some = Vectors(whole.words[:count], whole.matrix[:count], counts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if path.suffix == ".tsv":
            write_tsv(some, *(Path(folder) / pair for pair in NAMES[:2]))
        else:
            write(some, path)
        return path.read_text(encoding="utf-8")


def _analogies(
    run: Run, sections: Sequence[Section], vectors: Vectors, asked: Measuring, lang: Language
) -> Generator[str, None, None]:
    from engine.word2vec.evaluation import analogies, total

    questions = sum(len(section.questions) for section in sections)
    parts = [
        (number, part)
        for number, section in enumerate(sections)
        for part in _parts(section, len(vectors))
    ]
    ends = time.monotonic() + _SECONDS
    results: dict[int, Analogies] = {}
    done = 0
    yield _scores([], lang, say("measure.running", lang, done=0, total=questions), 0.0)
    answers = analogies(
        vectors,
        (part for _, part in parts),
        method=asked.test_method,
        count_unknown=asked.all_count,
    )
    for (number, part), answered in zip(parts, answers, strict=True):
        before = [results[number]] if number in results else []
        results[number] = total([*before, answered], part.name)
        done += len(part.questions)
        note = say("measure.running", lang, done=done, total=questions)
        yield _scores([*results.values()], lang, note, done / questions)
        if run.stopped() or time.monotonic() > ends:
            break
    whole_test = total([*results.values()], say("measure.total", lang))
    note = say(
        "measure.done" if done == questions else "measure.part",
        lang,
        accuracy=f"{whole_test.accuracy:.1%}",
        known=f"{whole_test.known:,}",
        total=f"{whole_test.questions:,}",
    )
    yield _scores([*results.values(), whole_test], lang, note)


def _parts(section: Section, words: int) -> Iterator[Section]:
    """A section in parts that do not take long."""
    from engine.word2vec.evaluation import Section as Part

    step = max(1, _SCORES // words)
    for begin in range(0, len(section.questions) or 1, step):
        yield Part(section.name, section.questions[begin : begin + step])


def _similarity(content: str, vectors: Vectors, asked: Measuring, lang: Language) -> str:
    from engine.word2vec.evaluation import read_similarity, word_similarity

    pairs = read_similarity(content.encode())
    found = word_similarity(vectors, pairs, count_unknown=asked.all_count)
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
