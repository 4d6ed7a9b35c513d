"""What happens on the page: words and texts are asked about, and other vectors chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import gradio as gr

from app.pages.word2vec import inputs, view
from app.pages.word2vec.handlers.map import Map
from app.pages.word2vec.inputs import Page
from app.pages.word2vec.saved import SAVED
from app.pages.word2vec.spaces import NAME, Space, Spaces
from app.pages.word2vec.state import Visit
from app.text.checks import checked_int
from app.web.inputs import Model
from app.web.limits import RateLimiter, Refusal
from app.web.texts import Language, language, text
from app.web.widget import event_value

LOOK: Final = "look"
MAP: Final = "map"
#: The most frequent words of a text are of every text.
_EVERYWHERE: Final = 60
_MANY: Final = 10**12
#: What says something of a page that was opened.
_PANELS: Final = (
    *("about", "near", "related", "answers", "picture"),
    *("compared", "found", "plane", "cloud"),
)

Asked = TypeVar("Asked", bound=Model)
Shown = TypeVar("Shown")


class Screen(NamedTuple):
    """What changes with a word or with the vectors, by the components' names; gr.skip() for what
    stays."""

    word: Any = gr.skip()
    tabs: Any = gr.skip()
    completion: Any = gr.skip()
    about: Any = gr.skip()
    near: Any = gr.skip()
    related: Any = gr.skip()
    answers: Any = gr.skip()
    picture: Any = gr.skip()
    compared: Any = gr.skip()
    found: Any = gr.skip()
    plane: Any = gr.skip()
    cloud: Any = gr.skip()
    passage: Any = gr.skip()
    keywords: Any = gr.skip()
    matrix: Any = gr.skip()


class Handlers:
    """The handlers, for the spaces of a host; ``key`` is that of the chosen vectors.

    Attributes:
        look, analogy, compare, odd, axes, keywords, matrix: each is called with a key and the
            values of what it asks.
    """

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.map = Map(spaces)
        words, texts = RateLimiter(240, 60), RateLimiter(60, 60)
        self.limiter = words
        self.look = self._asking(inputs.Search, view.lists, words)
        self.analogy = self._asking(inputs.Analogy, view.analogy, words)
        self.compare = self._asking(inputs.Pair, view.compared, words)
        self.odd = self._asking(inputs.Group, view.odd_one, words)
        self.axes = self._asking(inputs.Axes, view.plane, words)
        self.keywords = self._asking(inputs.Keywords, view.keywords, texts)
        self.matrix = self._asking(inputs.Sentences, view.matrix, texts)

    def _asking(
        self,
        model: type[Asked],
        show: Callable[[Space, Asked, Language], Shown],
        limiter: RateLimiter,
    ) -> Callable[..., Shown]:
        def asked(key: object, request: gr.Request, *values: object) -> Shown:
            lang = language(request)
            limiter.check(request, lang)
            question = model.read(values, lang)
            return show(self.spaces.get(key, lang), question, lang)

        return asked

    def search(
        self, visit: Visit, key: object, layout: object, request: gr.Request, *values: object
    ) -> Screen:
        """Look a word up; on the map it is shown there, from any other tab in the first one."""
        near, related = self.look(key, request, *values)
        if visit.tab == MAP:
            try:
                word = inputs.Search.read(values, language(request)).word
                cloud = self.map.select(key, layout, word, request)
                return Screen(near=near, related=related, cloud=cloud)
            except Refusal:
                pass  # no vector, which the first tab says with what may have been meant
        return Screen(near=near, related=related, tabs=gr.Tabs(selected=LOOK))

    def pick(self, key: object, alpha: object, event: gr.EventData, request: gr.Request) -> Screen:
        """Look up a word that was clicked in any list."""
        word = event_value(event, "word")
        asked = inputs.Search.model_construct(word=word, alpha=alpha)
        near, related = self.look(key, request, *asked.values())
        return Screen(word=word, near=near, related=related, tabs=gr.Tabs(selected=LOOK))

    def read(
        self, passage: object, key: object, sentences: object, request: gr.Request, *asked: object
    ) -> tuple[Any, Any, Any]:
        """What there is to see of the texts before anybody has asked: passage, keywords, matrix.

        Args:
            asked: values of Keywords.
        """
        if passage:
            return gr.skip(), gr.skip(), gr.skip()
        try:
            found = self.keywords(key, request, *asked)
            return (*found, self.matrix(key, request, sentences))
        except Refusal:
            return "", "", ""

    def begin(self, request: gr.Request, *values: object) -> Screen:
        """What each panel says of the page as it was opened; values are those of Page."""
        return self._panels(NAME, _page(values, language(request)), request)

    def change(self, key: object, request: gr.Request, *values: object) -> Screen:
        """Everything that other vectors say differently; values are those of Page.

        A word that they do not have makes room for one of theirs.
        """
        lang = language(request)
        page, vectors = _page(values, lang), self.spaces.get(key, lang).vectors
        if page.word not in vectors:
            page = page.model_copy(update={"word": _some_word(vectors.words)})
        screen = self._panels(key, page, request)
        fresh = {"passage": "", "keywords": "", "matrix": ""}
        return screen._replace(word=page.word, completion=key, **fresh)

    def _panels(self, key: object, page: Page, request: gr.Request) -> Screen:
        """Where a panel has no answer it stays empty: nobody has asked yet."""
        lang = language(request)

        def shown(show: Callable[..., Any], nothing: Any = "") -> Any:
            try:
                return show(space, page, lang)
            except Refusal:
                return nothing

        try:
            self.limiter.check(request, lang)
            space = self.spaces.get(key, lang)
        except Refusal:
            return Screen(**dict.fromkeys(_PANELS, ""))
        near, related = shown(view.lists, ("", ""))
        answers, picture = shown(view.analogy, ("", ""))
        return Screen(
            about=space.about(lang),
            near=near,
            related=related,
            answers=answers,
            picture=picture,
            compared=shown(view.compared),
            found=shown(view.odd_one),
            plane=shown(view.plane),
            cloud=self.map.whole(space, lang),
        )


def opened(kept: object, request: gr.Request) -> list[Any]:
    """The values of the page's fields: from a link, from what the browser kept, or as served."""
    link, restored = SAVED.opened(kept, request)
    page = link or restored
    return Page.updates() if page is None or page == Page() else Page.updates(**dict(page))


def share(request: gr.Request, *values: object) -> gr.Textbox:
    """A link to the page as it is; values are those of Page."""
    lang = language(request)
    return SAVED.link_box(Page.read(values, lang), lang)


def turn(tab: str) -> Callable[[Visit], None]:
    """The handler of a tab that is opened."""

    def turned(visit: Visit) -> None:
        visit.tab = tab

    return turned


def take(values: Sequence[Any]) -> Callable[[gr.EventData, gr.Request], Any]:
    """The handler of a row of examples: the values of the one that was picked."""

    def taken(event: gr.EventData, request: gr.Request) -> Any:
        lang = language(request)
        return values[checked_int(event_value(event, "index"), 0, len(values) - 1, lang)]

    return taken


def refuse(event: gr.EventData, request: gr.Request) -> None:
    """A paste that is longer than its field takes. Raises Refusal always."""
    lang = language(request)
    length, maximum = (
        checked_int(event_value(event, name), 0, _MANY, lang) for name in ("length", "maximum")
    )
    raise Refusal(text("limits.too_long", lang, length=f"{length:,}", maximum=f"{maximum:,}"))


def _page(values: Sequence[object], lang: Language) -> Page:
    try:
        return Page.read(values, lang)
    except Refusal:
        return Page()


def _some_word(words: Sequence[str]) -> str:
    """A frequent word, but none of those that are in every sentence."""
    longer = (word for word in words[_EVERYWHERE:] if 1 < len(word) <= inputs.MAX_WORD)
    return next(longer, words[0][: inputs.MAX_WORD])
