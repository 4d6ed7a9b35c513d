"""Files of vectors: a visitor's own to look at, and any to take away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import gradio as gr

from app.pages.word2vec.spaces import Space, Spaces
from app.pages.word2vec.widgets import dumps
from app.pages.word2vec.words import damage, say
from app.web.limits import MAX_UPLOAD_BYTES, RateLimiter, Refusal, checked_bytes, checked_choice
from app.web.texts import language
from engine.word2vec.errors import FormatError, Word2VecError

MAX_WORDS: Final = 200_000
MAX_SIZE: Final = 1_024
MAX_EXPORT: Final = 10_000
"""Words of a file for the projector, which is slow with more."""
NAMES: Final = ("vectors.tsv", "metadata.tsv", "vectors.txt")
_TITLE: Final = 40


class Files:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.limiter = RateLimiter(6, 60)

    def upload(self, paths: object, request: gr.Request) -> Space:
        """The vectors of a file, or of a projector's pair. Raises Refusal."""
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
        return self.spaces.add(model, files[0].name[:_TITLE])

    def saving(self, name: str) -> Callable[[object, gr.Request], str]:
        """The handler of the button that saves the file of this name."""

        def save(key: object, request: gr.Request) -> str:
            return self.save(key, name, request)

        return save

    def save(self, key: object, name: str, request: gr.Request) -> str:
        """A file for the browser to save, as the value of widgets.saver."""
        lang = language(request)
        self.limiter.check(request, lang)
        space = self.spaces.get(key, lang)
        try:
            content = exported(space, checked_choice(name, NAMES, lang))
        except Word2VecError as error:
            raise Refusal(say("error.export", lang)) from error
        return dumps({"name": name, "content": content})


def _read(files: list[Path]) -> Any:
    from engine.word2vec.formats import Limits, read, read_tsv

    # Bytes, because the file is gone once the visitor is, and a map of it would be, too.
    limits = Limits(bytes=16 * MAX_UPLOAD_BYTES, words=MAX_WORDS, size=MAX_SIZE, word_bytes=400)
    contents = {file.name: file.read_bytes() for file in files}
    if len(contents) == 1:
        (content,) = contents.values()
        return read(content, limits)
    # The projector calls them vectors.tsv and metadata.tsv; otherwise the words are the smaller.
    first, second = sorted(contents.items(), key=lambda one: ("meta" in one[0], -len(one[1])))
    return read_tsv(first[1], second[1], limits)


def exported(space: Space, name: str) -> str:
    """A file of the most frequent words: one of the projector's pair, or word2vec's text.

    Raises Word2VecError where a word cannot be written.
    """
    from engine.word2vec.formats import write, write_tsv
    from engine.word2vec.vectors import Vectors

    whole = space.vectors
    count = min(len(whole), MAX_EXPORT)
    counts = None if whole.counts is None else whole.counts[:count]
    some = Vectors(whole.words[:count], whole.matrix[:count], counts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if path.suffix == ".tsv":
            write_tsv(some, *(Path(folder) / pair for pair in NAMES[:2]))
        else:
            write(some, path)
        return path.read_text(encoding="utf-8")
