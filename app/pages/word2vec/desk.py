"""What concerns the page as a whole: opening it, looking a word up, and changing the vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import gradio as gr

from app.pages.word2vec import store
from app.pages.word2vec.arithmetic import Arithmetic
from app.pages.word2vec.files import Files
from app.pages.word2vec.looking import Looked, Looking
from app.pages.word2vec.mapping import Map
from app.pages.word2vec.spaces import NAME, Space, Spaces, describe, title
from app.pages.word2vec.store import Page, StoreError
from app.pages.word2vec.words import MAX_WORD, say
from app.text.checks import checked_int
from app.web import sharing
from app.web.limits import Refusal
from app.web.texts import Language, language, text
from app.web.widget import event_value

LOOK: Final = "look"
MAP: Final = "map"
_MAX_OWN: Final = 4
"""Of a visitor's own vectors that are offered."""
_EVERYWHERE: Final = 60
"""The most frequent words of a text are of every text."""
_MANY: Final = 10**12

Own = tuple[str, ...]


class Opened(NamedTuple):
    """What the panels show when the page opens, in this order."""

    about: Any = ""
    near: Any = ""
    related: Any = ""
    answers: Any = ""
    picture: Any = ""
    compared: Any = ""
    found: Any = ""
    plane: Any = ""
    map: Any = ""


class Searched(NamedTuple):
    """The outputs of a search, in this order."""

    near: Any
    related: Any
    map: Any
    tabs: Any


class Desk:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.looking = Looking(spaces)
        self.arithmetic = Arithmetic(spaces)
        self.map = Map(spaces)
        self.files = Files(spaces)

    def opened(self, kept: object, request: gr.Request) -> list[Any]:
        """The fields as they were left, or as a link has them, and what they lead to.

        Where there is neither, the fields stay: the page was served with the beginning, and what a
        visitor has typed before this answer comes is not lost.
        """
        page = self._page(kept, request)
        fields = [gr.skip()] * len(store.FIELDS) if page == Page() else page.values()
        return [*fields, *self._panels(NAME, page, request)]

    def changed(self, key: object, request: gr.Request, *values: object) -> list[Any]:
        """Everything that other vectors say differently.

        A word that they do not have makes room for one of theirs.
        """
        space = self.spaces.get(key, language(request))
        try:
            page = store.restore(dict(zip(store.FIELDS, values, strict=True)))
        except StoreError:
            page = Page()
        if page.word not in space.vectors:
            page = replace(page, word=_some_word(space))
        return [page.word, key, *self._panels(key, page, request), "", "", ""]

    def search(
        self,
        key: object,
        word: object,
        alpha: object,
        layout: object,
        tab: object,
        request: gr.Request,
    ) -> Searched:
        """Look a word up; on the map it is shown there, from any other tab in the first one."""
        near, related = self.looking.look(key, word, alpha, request)
        if tab != MAP:
            return Searched(near, related, gr.skip(), gr.Tabs(selected=LOOK))
        try:
            return Searched(near, related, self.map.select(key, layout, word, request), gr.skip())
        except Refusal:
            # It has no vector, which the first tab says with what may have been meant.
            return Searched(near, related, gr.skip(), gr.Tabs(selected=LOOK))

    def picked(
        self, key: object, alpha: object, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, ...]:
        """A word that was clicked in any list is looked up."""
        word = event_value(event, "word")
        looked: Looked = self.looking.look(key, word, alpha, request)
        return word, *looked, gr.Tabs(selected=LOOK)

    def upload(self, own: Own, paths: object, request: gr.Request) -> tuple[Own, Any]:
        """A visitor's file of vectors."""
        space = self.files.upload(paths, request)
        return self.arrived(own, space.key, request)

    def arrived(self, own: Own, key: str, request: gr.Request) -> tuple[Own, Any]:
        """New vectors can be chosen, and are; without a key nothing has come."""
        if not key:
            return own, gr.skip()
        lang = language(request)
        kept = (*own, self.spaces.get(key, lang).key)[-_MAX_OWN:]
        choices = [(say("space.bundled", lang), NAME)]
        choices += [(self._title(one, number, lang), one) for number, one in enumerate(kept, 1)]
        return kept, gr.Radio(choices, value=key, visible=True)

    def share(self, request: gr.Request, *values: object) -> gr.Textbox:
        """A link to the page as it is filled in."""
        lang = language(request)
        try:
            page = store.restore(dict(zip(store.FIELDS, values, strict=True)))
            query = sharing.query("word2vec", store.share(page))
        except (StoreError, sharing.ShareError) as error:
            raise Refusal(say("error.share", lang)) from error
        return gr.Textbox(query, visible=True)

    def _page(self, kept: object, request: gr.Request) -> Page:
        try:
            shared = sharing.from_request("word2vec", request)
            return store.restore(kept if shared is None else shared)
        except StoreError:
            return Page()
        except sharing.ShareError:
            gr.Warning(text("limits.bad_link", language(request)))
            return Page()

    def _panels(self, key: object, page: Page, request: gr.Request) -> Opened:
        """What each panel says of the page. Where one has no answer it stays empty: nobody has
        asked yet."""
        lang = language(request)
        try:
            space = self.spaces.get(key, lang)
        except Refusal:
            return Opened()
        near, related = _quiet(2, self.looking.look, key, page.word, page.alpha, request)
        arithmetic = self.arithmetic
        answers, picture = _quiet(
            2, arithmetic.analogy, key, page.a, page.b, page.c, page.method, request
        )
        (compared,) = _quiet(1, arithmetic.compare, key, page.one, page.other, request)
        (found,) = _quiet(1, arithmetic.odd, key, page.odd, request)
        ends = (page.left, page.right, page.bottom, page.top)
        (plane,) = _quiet(1, arithmetic.axes, key, *ends, page.placed, request)
        shown = self.map.first(space, lang)
        return Opened(
            describe(space, lang),
            *(near, related, answers, picture, compared, found, plane, shown),
        )

    def _title(self, key: str, number: int, lang: Language) -> str:
        try:
            space = self.spaces.get(key, lang)
        except Refusal:
            return f"{number}"
        return f"{number} · {title(space, lang)} ({len(space.vectors):,})"


def _some_word(space: Space) -> str:
    """A frequent word, but none of those that are in every sentence."""
    words = space.vectors.words
    longer = (word for word in words[_EVERYWHERE:] if 1 < len(word) <= MAX_WORD)
    return next(longer, words[0][:MAX_WORD])


def _quiet(outputs: int, handler: Callable[..., Any], *values: Any) -> Sequence[Any]:
    try:
        found = handler(*values)
    except Refusal:
        return ("",) * outputs
    return (found,) if outputs == 1 else found


def refuse(event: gr.EventData, request: gr.Request) -> None:
    """A paste that is longer than its field takes. Raises Refusal always."""
    lang = language(request)
    length, maximum = (
        checked_int(event_value(event, name), 0, _MANY, lang) for name in ("length", "maximum")
    )
    raise Refusal(text("limits.too_long", lang, length=f"{length:,}", maximum=f"{maximum:,}"))


def example(values: Sequence[Any]) -> Callable[[gr.EventData, gr.Request], Any]:
    """A handler of a row of examples: the values of the one that was picked."""

    def chosen(event: gr.EventData, request: gr.Request) -> Any:
        lang = language(request)
        return values[checked_int(event_value(event, "index"), 0, len(values) - 1, lang)]

    return chosen
