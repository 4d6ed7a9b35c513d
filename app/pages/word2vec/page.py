"""The page's place in the application: its tab, its components, and which event calls what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import gradio as gr
from gradio.events import api as endpoint

from app.pages.word2vec import PAGE, api, inputs
from app.pages.word2vec.handlers import (
    Handlers,
    Screen,
    files,
    opened,
    refuse,
    share,
    take,
    training,
    turn,
)
from app.pages.word2vec.handlers.map import complete_function, points_function
from app.pages.word2vec.inputs import EXAMPLES
from app.pages.word2vec.layout import Controls, build
from app.pages.word2vec.saved import SAVED
from app.pages.word2vec.spaces import NAME, Spaces
from app.pages.word2vec.view import Answer, Lists, Read
from app.web.events import QUICK, QUIET, RUNS, SLOW
from app.web.inputs import Model, components
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = NAME

#: What keeps a processor busy for seconds.
_BUSY: Final[dict[str, Any]] = {
    **QUIET,
    "concurrency_limit": training.AT_ONCE,
    "trigger_mode": "once",
}


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return SAVED.state()


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    spaces = Spaces(models)
    handlers = Handlers(spaces)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["text-idea"])
    controls = build(points_function(spaces), complete_function(spaces))
    _connect_search(controls, handlers)
    _connect_questions(controls, handlers)
    _connect_map(controls, handlers)
    _connect_training(controls, training.Training(spaces))
    _connect_files(controls, files.Files(spaces))
    page, screen = components(controls, inputs.Page), components(controls, Screen._fields)
    SAVED.connect(saved, page, opened).then(handlers.begin, page, screen, **SLOW)
    space = controls.search.space
    space.change(handlers.change, [space, *page], screen, **SLOW)
    controls.share.connect(share, page)
    gr.Markdown(label(f"{PAGE}.source"), elem_classes=["text-idea"])
    endpoint(api.endpoint(spaces), api_name="neighbours", concurrency_limit=RUNS)


def _connect_search(controls: Controls, handlers: Handlers) -> None:
    search, lists, visit = controls.search, controls.lists, controls.visit
    screen = components(controls, Screen._fields)
    for name, place in controls.places.items():
        place.select(turn(name), [visit], None, **QUICK)
    asked = components(controls, inputs.Search)
    look: dict[str, Any] = {
        "fn": handlers.search,
        "inputs": [visit, search.space, controls.map.layout, *asked],
        "outputs": screen,
        **SLOW,
    }
    gr.on([search.look.click, search.word.submit], **look)
    examples: Any = search.examples
    examples.pick(take(EXAMPLES.searches), None, [search.word], **QUICK).success(**look)
    lists.alpha.release(
        handlers.look, [search.space, *asked], components(controls, Lists._fields), **SLOW
    )
    calculate = controls.calculate
    clickable: list[Any] = [
        *(lists.near, lists.related, calculate.answers, calculate.picture),
        *(calculate.compared, calculate.found, controls.axes.plane, controls.texts.keywords),
    ]
    for one in clickable:  # gr.on takes no events that a widget has of its own
        one.pick(handlers.pick, [search.space, lists.alpha], screen, **SLOW)
    completion: Any = search.completion
    completion.refuse(refuse, None, None, **SLOW)


def _connect_questions(controls: Controls, handlers: Handlers) -> None:
    """Fields that are filled in or taken from an example, and what is made of them."""
    space, one = controls.search.space, controls.calculate
    axes, texts = controls.axes, controls.texts

    def connect(
        panel: object,
        handler: Callable[..., Any],
        asked: type[Model],
        shown: Sequence[str],
        starts: Sequence[Any],
        chips: Any,
        examples: Sequence[Any],
        filled: Sequence[str] = (),
    ) -> None:
        event: dict[str, Any] = {
            "fn": handler,
            "inputs": [space, *components(panel, asked)],
            "outputs": components(panel, shown),
            **SLOW,
        }
        gr.on([*starts], **event)
        fields = components(panel, filled or asked.names())
        chips.pick(take(examples), None, fields, **QUICK).success(**event)

    def submits(asked: type[Model]) -> list[Any]:
        fields = components(controls, asked)
        return [field.submit for field in fields if isinstance(field, gr.Textbox)]

    connect(
        *(one, handlers.analogy, inputs.Analogy, Answer._fields),
        [one.run.click, one.method.input, *submits(inputs.Analogy)],
        *(one.examples, EXAMPLES.analogies, ("a", "b", "c")),
    )
    connect(
        *(one, handlers.compare, inputs.Pair, ["compared"]),
        [one.compare.click, *submits(inputs.Pair)],
        *(one.pairs, EXAMPLES.pairs),
    )
    connect(
        *(one, handlers.odd, inputs.Group, ["found"]),
        [one.find.click, *submits(inputs.Group)],
        *(one.groups, EXAMPLES.odd),
    )
    connect(
        *(axes, handlers.axes, inputs.Axes, ["plane"]),
        [axes.draw.click, *submits(inputs.Axes)],
        *(axes.examples, EXAMPLES.axes),
    )
    connect(
        *(texts, handlers.keywords, inputs.Keywords, Read._fields),
        [texts.run.click, texts.count.release],
        *(texts.examples, EXAMPLES.texts, ["text"]),
    )
    connect(
        *(texts, handlers.matrix, inputs.Sentences, ["matrix"]),
        [texts.compare.click],
        *(texts.sets, EXAMPLES.sentences),
    )
    controls.places["text"].select(
        handlers.read,
        [texts.passage, space, texts.sentences, *components(texts, inputs.Keywords)],
        [texts.passage, texts.keywords, texts.matrix],
        **SLOW,
    )


def _connect_map(controls: Controls, handlers: Handlers) -> None:
    layout = controls.map.layout
    cloud: Any = controls.map.cloud
    place = [controls.search.space, layout]
    cloud.pick(handlers.map.pick, place, [cloud], **SLOW)
    cloud.pair(handlers.map.pair, place, [cloud], **SLOW)
    layout.input(handlers.map.show, place, [cloud], **{**_BUSY, "show_progress": "full"})


def _connect_training(controls: Controls, handlers: training.Training) -> None:
    train, visit = controls.train, controls.visit
    examples: Any = train.examples
    asked = [visit, train.file, *components(train, inputs.Training)]
    screen = components(controls, training.Screen._fields)
    novels = take(inputs.contents(EXAMPLES.novels))
    taken = examples.pick(novels, None, [train.text, train.file], **QUICK)
    for event in (train.run.click, taken.success):
        event(handlers.train, asked, screen, **_BUSY)
    train.stop.click(handlers.stop, [visit], None, **QUICK)


def _connect_files(controls: Controls, handlers: files.Files) -> None:
    parts, space, visit = controls.files, controls.search.space, controls.visit
    screen = components(controls, files.Screen._fields)
    parts.upload.upload(handlers.upload, [visit, parts.upload], screen, **_BUSY)
    for name, button in zip(files.NAMES, parts.saves, strict=True):
        button.click(handlers.saving(name), [space], [parts.saver], **_BUSY)
    examples: Any = parts.examples
    tests = take(inputs.contents(EXAMPLES.tests))
    taken = examples.pick(tests, None, [parts.test, parts.file], **QUICK)
    asked = [visit, space, parts.file, *components(parts, inputs.Measuring)]
    for event in (parts.run.click, taken.success):
        event(handlers.measure, asked, [parts.scores], **_BUSY)
    parts.stop.click(handlers.stop, [visit], None, **QUICK)
