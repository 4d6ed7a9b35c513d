"""The word2vec page: an explorer that also trains, measures and explains."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import gradio as gr
from gradio.components import Component
from gradio.events import api

from app.pages.word2vec import presets, store
from app.pages.word2vec.api import Api
from app.pages.word2vec.desk import Desk, example, refuse
from app.pages.word2vec.files import NAMES
from app.pages.word2vec.layout import TABS, Controls, build
from app.pages.word2vec.measuring import Measuring
from app.pages.word2vec.reading import Reading
from app.pages.word2vec.spaces import Spaces
from app.pages.word2vec.training import AT_ONCE, Training
from app.pages.word2vec.words import PAGE
from app.text.drafts import Stop
from app.web.events import QUICK, QUIET, SLOW, root, visit
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = "word2vec"

#: The address is known to the browser alone, which may have come through a proxy.
_ABSOLUTE: Final = "query => location.origin + location.pathname + query"
_SAVE: Final = """(...values) => {
  const names = NAMES;
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}""".replace("NAMES", json.dumps(store.FIELDS))
#: What keeps a processor busy for seconds.
_BUSY: Final[dict[str, Any]] = {**QUIET, "concurrency_limit": AT_ONCE, "trigger_mode": "once"}


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return gr.BrowserState(storage_key=PAGE, secret=PAGE)


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    spaces = Spaces(models)
    desk = Desk(spaces)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["text-idea"])
    controls = build(spaces)
    own = visit(())
    _connect_search(controls, desk)
    _connect_calculate(controls, desk)
    _connect_map(controls, desk)
    _connect_texts(controls, Reading(spaces))
    _connect_train(controls, Training(spaces), desk, own)
    _connect_files(controls, Measuring(spaces), desk, own)
    _connect_page(controls, desk, saved)
    gr.Markdown(label(f"{PAGE}.source"), elem_classes=["text-idea"])
    api(Api(spaces).neighbours, api_name="neighbours", concurrency_limit=16)


def _connect_search(controls: Controls, desk: Desk) -> None:
    search, lists, tab = controls.search, controls.lists, visit(TABS[0])
    for place, name in zip(controls.places, TABS, strict=True):
        place.select(partial(str, name), None, [tab], **QUICK)
    asked = [search.space, search.word, lists.alpha, controls.map.layout, tab]
    found = [lists.near, lists.related, controls.map.view, controls.tabs]
    gr.on([search.look.click, search.word.submit], desk.search, asked, found, **SLOW)
    lists.alpha.release(desk.looking.look, asked[:3], found[:2], **SLOW)
    examples: Any = search.examples
    examples.pick(example(presets.SEARCHES), None, [search.word], **QUICK).success(
        desk.search, asked, found, **SLOW
    )
    calculate = controls.calculate
    clickable: list[Any] = [
        *(lists.near, lists.related, calculate.answers, calculate.picture),
        *(calculate.compared, calculate.found, controls.axes.plot, controls.texts.keywords),
    ]
    for one in clickable:
        one.pick(
            desk.picked,
            [search.space, lists.alpha],
            [search.word, lists.near, lists.related, controls.tabs],
            **SLOW,
        )
    completion: Any = search.completion
    completion.refuse(refuse, None, None, **SLOW)


def _connect_calculate(controls: Controls, desk: Desk) -> None:
    space, one, axes = controls.search.space, controls.calculate, controls.axes
    arithmetic = desk.arithmetic

    def connect(
        run: Callable[..., Any],
        fields: list[gr.Textbox],
        outputs: Sequence[Component],
        starts: list[Any],
        chips: Any,
        examples: Sequence[Any],
        settings: Sequence[Component] = (),
    ) -> None:
        """Fields that are filled in or taken from an example, and what is made of them."""
        asked: dict[str, Any] = {
            "fn": run,
            "inputs": [space, *fields, *settings],
            "outputs": [*outputs],
            **SLOW,
        }
        gr.on([*starts, *(field.submit for field in fields)], **asked)
        chips.pick(example(examples), None, fields, **QUICK).success(**asked)

    connect(
        *(arithmetic.analogy, [one.a, one.b, one.c], [one.answers, one.picture]),
        *([one.run.click, one.method.input], one.examples, presets.ANALOGIES),
        settings=[one.method],
    )
    connect(
        *(arithmetic.compare, [one.one, one.other], [one.compared]),
        *([one.compare.click], one.pairs, presets.PAIRS),
    )
    connect(
        *(arithmetic.odd, [one.words], [one.found]),
        *([one.odd.click], one.groups, presets.ODD),
    )
    connect(
        arithmetic.axes,
        [axes.left, axes.right, axes.bottom, axes.top, axes.words],
        [axes.plot],
        *([axes.draw.click], axes.examples),
        [(a.left, a.right, a.bottom, a.top, a.words) for a in presets.AXES],
    )


def _connect_map(controls: Controls, desk: Desk) -> None:
    place = [controls.search.space, controls.map.layout]
    view: Any = controls.map.view
    view.pick(desk.map.pick, place, [view], **SLOW)
    view.pair(desk.map.pair, place, [view], **SLOW)
    controls.map.layout.input(desk.map.show, place, [view], **{**_BUSY, "show_progress": "full"})


def _connect_texts(controls: Controls, reading: Reading) -> None:
    space, texts = controls.search.space, controls.texts
    examples: Any = texts.examples
    sets: Any = texts.sets
    read: dict[str, Any] = {
        "fn": reading.keywords,
        "inputs": [space, texts.text, texts.count],
        "outputs": [texts.passage, texts.keywords],
        **SLOW,
    }
    compare: dict[str, Any] = {
        "fn": reading.sentences,
        "inputs": [space, texts.sentences],
        "outputs": [texts.matrix],
        **SLOW,
    }
    controls.places[TABS.index("text")].select(
        reading.begin,
        [texts.passage, space, texts.text, texts.count, texts.sentences],
        [texts.passage, texts.keywords, texts.matrix],
        **SLOW,
    )
    gr.on([texts.run.click, texts.count.release], **read)
    examples.pick(example(presets.TEXTS), None, [texts.text], **QUICK).success(**read)
    texts.compare.click(**compare)
    sets.pick(example(presets.SENTENCES), None, [texts.sentences], **QUICK).success(**compare)


def _connect_train(controls: Controls, training: Training, desk: Desk, own: gr.State) -> None:
    train, wish = controls.train, visit(Stop())
    examples: Any = train.examples
    asked = [wish, train.text, train.file, *train.settings]
    seen = [train.progress, train.map, train.done]
    texts = presets.contents(presets.NOVELS)
    picked = examples.pick(example(texts), None, [train.text, train.file], **QUICK)
    for begin in (train.run.click, picked.success):
        begin(training.train, asked, seen, **_BUSY).success(
            desk.arrived, [own, train.done], [own, controls.search.space], **QUIET
        )
    train.stop.click(Stop.ask, [wish], None, **QUICK)


def _connect_files(controls: Controls, measuring: Measuring, desk: Desk, own: gr.State) -> None:
    files, space, wish = controls.files, controls.search.space, visit(Stop())
    files.upload.upload(desk.upload, [own, files.upload], [own, space], **_BUSY)
    for name, button in zip(NAMES, files.saves, strict=True):
        button.click(desk.files.saving(name), [space], [files.saver], **_BUSY)
    examples: Any = files.examples
    tests = presets.contents(presets.TESTS)
    picked = examples.pick(example(tests), None, [files.test, files.file], **QUICK)
    asked = [wish, space, files.test, files.file, files.method, files.all_count]
    for begin in (files.run.click, picked.success):
        begin(measuring.measure, asked, [files.scores], **_BUSY)
    files.stop.click(Stop.ask, [wish], None, **QUICK)


def _connect_page(controls: Controls, desk: Desk, saved: gr.BrowserState) -> None:
    """Opening the page, keeping it, sharing it, and changing the vectors."""
    search, lists = controls.search, controls.lists
    calculate, texts = controls.calculate, controls.texts
    panels = [
        *(search.about, lists.near, lists.related, calculate.answers, calculate.picture),
        *(calculate.compared, calculate.found, controls.axes.plot, controls.map.view),
    ]
    root().load(desk.opened, [saved], [*controls.page, *panels], **SLOW)
    search.space.change(
        desk.changed,
        [search.space, *controls.page],
        [search.word, search.completion, *panels, texts.passage, texts.keywords, texts.matrix],
        **SLOW,
    )
    changes: list[Any] = [field.change for field in controls.page if hasattr(field, "change")]
    gr.on(changes, None, controls.page, [saved], js=_SAVE, show_progress="hidden")
    controls.share.click(desk.share, controls.page, [controls.link], **QUIET).success(
        None, [controls.link], [controls.link], js=_ABSOLUTE
    )
