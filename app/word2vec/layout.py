"""The components of the page: a search on top, and below it a tab for each thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import gradio as gr
from gradio.components import Component

from app.texts import label
from app.widgets.cloud import cloud
from app.word2vec import training, widgets
from app.word2vec.arithmetic import MAX_END, MAX_ODD, MAX_PLACED, METHODS
from app.word2vec.files import NAMES
from app.word2vec.mapping import LAYOUTS, complete_function, points_function
from app.word2vec.measuring import MAX_CHARS as MAX_TEST
from app.word2vec.presets import ANALOGIES, AXES, ODD, PAIRS, SEARCHES, SENTENCES, TEXTS
from app.word2vec.reading import MAX_KEYWORDS, MAX_SENTENCES_CHARS, MAX_TEXT
from app.word2vec.spaces import NAME, Spaces
from app.word2vec.store import Page
from app.word2vec.words import MAX_WORD, PAGE

TABS: Final = ("look", "calculate", "map", "axes", "text", "train", "files")
"""Ids of the tabs within the page."""


@dataclass(frozen=True)
class Search:
    """What is looked up, in which vectors."""

    space: gr.Radio
    about: gr.Markdown
    completion: gr.HTML
    word: gr.Textbox
    look: gr.Button
    examples: gr.HTML


@dataclass(frozen=True)
class Lists:
    """What was found."""

    alpha: gr.Slider
    near: gr.HTML
    related: gr.HTML


@dataclass(frozen=True)
class Calculate:
    """Analogies, two words compared, the odd one out."""

    a: gr.Textbox
    b: gr.Textbox
    c: gr.Textbox
    method: gr.Radio
    run: gr.Button
    examples: gr.HTML
    answers: gr.HTML
    picture: gr.HTML
    one: gr.Textbox
    other: gr.Textbox
    compare: gr.Button
    pairs: gr.HTML
    compared: gr.HTML
    words: gr.Textbox
    odd: gr.Button
    groups: gr.HTML
    found: gr.HTML


@dataclass(frozen=True)
class Axes:
    """Words between two pairs of opposites."""

    left: gr.Textbox
    right: gr.Textbox
    bottom: gr.Textbox
    top: gr.Textbox
    words: gr.Textbox
    draw: gr.Button
    examples: gr.HTML
    plot: gr.HTML


@dataclass(frozen=True)
class Map:
    """The map."""

    layout: gr.Radio
    view: gr.HTML


@dataclass(frozen=True)
class Texts:
    """Keywords, and sentences compared."""

    text: gr.Textbox
    count: gr.Slider
    run: gr.Button
    examples: gr.HTML
    passage: gr.HTML
    keywords: gr.HTML
    sentences: gr.Textbox
    compare: gr.Button
    sets: gr.HTML
    matrix: gr.HTML


@dataclass(frozen=True)
class Train:
    """Training on a visitor's own text."""

    text: gr.Textbox
    file: gr.File
    settings: list[Component]
    run: gr.Button
    stop: gr.Button
    progress: gr.HTML
    map: gr.HTML
    done: gr.State


@dataclass(frozen=True)
class Files:
    """Vectors to bring and to take away, and test sets."""

    upload: gr.UploadButton
    saves: list[gr.Button]
    saver: gr.HTML
    test: gr.Textbox
    file: gr.File
    method: gr.Radio
    all_count: gr.Checkbox
    run: gr.Button
    stop: gr.Button
    scores: gr.HTML


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from."""

    tabs: gr.Tabs
    places: list[gr.Tab]
    search: Search
    lists: Lists
    calculate: Calculate
    axes: Axes
    map: Map
    texts: Texts
    train: Train
    files: Files
    share: gr.Button
    link: gr.Textbox

    @property
    def page(self) -> list[Component]:
        """The fields of store.Page, in its order."""
        calculate, axes = self.calculate, self.axes
        return [
            *(self.search.word, self.lists.alpha),
            *(calculate.a, calculate.b, calculate.c, calculate.method),
            *(calculate.one, calculate.other, calculate.words),
            *(axes.left, axes.right, axes.bottom, axes.top, axes.words),
        ]


def build(spaces: Spaces) -> Controls:
    """Place the components in the open block."""
    begin = Page()
    with gr.Column(elem_id="w2v-page"):
        search = _search(spaces, begin)
        with gr.Tabs(elem_id="w2v-tabs") as tabs:
            places = [gr.Tab(label(f"{PAGE}.tab.{name}"), id=name) for name in TABS]
        with places[0]:
            lists = _lists(begin)
        with places[1]:
            calculate = _calculate(begin)
        with places[2]:
            mapped = _map(spaces)
        with places[3]:
            axes = _axes(begin)
        with places[4]:
            texts = _texts()
        with places[5]:
            train = _train(spaces)
        with places[6]:
            files = _files()
        with gr.Accordion(label(f"{PAGE}.sharing"), open=False, elem_id="w2v-sharing"):
            share = gr.Button(label(f"{PAGE}.share"), elem_id="w2v-share")
            link = gr.Textbox(
                label=label(f"{PAGE}.link"),
                buttons=["copy"],
                interactive=False,
                visible=False,
                max_lines=4,
                elem_id="w2v-link",
            )
    return Controls(
        tabs, places, search, lists, calculate, axes, mapped, texts, train, files, share, link
    )


def _word(key: str, value: str, elem_id: str, **options: Any) -> gr.Textbox:
    """A field for one word, with completion."""
    return gr.Textbox(
        value,
        label=label(f"{PAGE}.{key}"),
        lines=1,
        max_lines=1,
        max_length=MAX_WORD,
        elem_id=elem_id,
        elem_classes=["wv-takes-word"],
        **{"min_width": 90, **options},
    )


def _words(key: str, value: str, most: int, elem_id: str, **options: Any) -> gr.Textbox:
    """A field for several words, with completion."""
    return gr.Textbox(
        value,
        label=label(f"{PAGE}.{key}"),
        max_length=most * (MAX_WORD + 1),
        elem_id=elem_id,
        elem_classes=["wv-takes-words"],
        **options,
    )


def _button(key: str, elem_id: str, **options: Any) -> gr.Button:
    return gr.Button(
        label(f"{PAGE}.{key}"),
        elem_id=elem_id,
        **{"variant": "primary", "min_width": 80, "scale": 0, **options},
    )


def _title(key: str) -> None:
    gr.Markdown(label(f"{PAGE}.{key}"), elem_classes=["wv-title"])


def _about(key: str) -> None:
    gr.Markdown(label(f"{PAGE}.{key}"), elem_classes=["wv-about"])


def _search(spaces: Spaces, begin: Page) -> Search:
    with gr.Row(elem_classes=["wv-top"], equal_height=False):
        word = gr.Textbox(
            begin.word,
            label=label(f"{PAGE}.search"),
            placeholder=label(f"{PAGE}.search_placeholder"),
            lines=1,
            max_lines=1,
            max_length=MAX_WORD,
            min_width=160,
            scale=5,
            elem_id="w2v-search",
            elem_classes=["wv-takes-word"],
        )
        look = _button("look", "w2v-look")
    examples = widgets.examples(SEARCHES, elem_id="w2v-examples")
    space = gr.Radio(
        [(label(f"{PAGE}.space.bundled"), NAME)],
        value=NAME,
        label=label(f"{PAGE}.space"),
        visible=False,
        elem_id="w2v-space",
    )
    about = gr.Markdown(elem_id="w2v-about", elem_classes=["wv-about"])
    completion = widgets.completion(NAME, complete_function(spaces), elem_id="w2v-completion")
    return Search(space, about, completion, word, look, examples)


def _lists(begin: Page) -> Lists:
    with gr.Row(equal_height=False):
        with gr.Column(min_width=280):
            near = widgets.bars(elem_id="w2v-near")
        with gr.Column(min_width=280):
            related = widgets.bars(elem_id="w2v-related")
            alpha = gr.Slider(
                *(0, 1, begin.alpha),
                step=0.05,
                label=label(f"{PAGE}.alpha"),
                info=label(f"{PAGE}.alpha_info"),
                elem_id="w2v-alpha",
            )
    return Lists(alpha, near, related)


def _calculate(begin: Page) -> Calculate:
    _title("analogy")
    examples = widgets.examples(
        [f"{a} : {b} = {c} : ?" for a, b, c in ANALOGIES], elem_id="w2v-analogies"
    )
    with gr.Row(elem_classes=["wv-fields"], equal_height=False):
        a = _word("a", begin.a, "w2v-a")
        b = _word("b", begin.b, "w2v-b")
        c = _word("c", begin.c, "w2v-c")
        run = _button("calculate", "w2v-calculate")
    method = gr.Radio(
        [(label(f"{PAGE}.method.{name}"), name) for name in METHODS],
        value=begin.method,
        show_label=False,
        container=False,
        elem_id="w2v-method",
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=280):
            answers = widgets.bars(elem_id="w2v-answers")
        with gr.Column(scale=7, min_width=300):
            picture = widgets.plot(elem_id="w2v-picture")
    with gr.Row(equal_height=False):
        with gr.Column(min_width=300):
            _title("compare")
            pairs = widgets.examples([" · ".join(pair) for pair in PAIRS], elem_id="w2v-pairs")
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                one = _word("one", begin.one, "w2v-one")
                other = _word("other", begin.other, "w2v-other")
                compare = _button("compare.run", "w2v-compare", variant="secondary")
            compared = widgets.bars(elem_id="w2v-compared")
        with gr.Column(min_width=300):
            _title("odd")
            groups = widgets.examples(ODD, elem_id="w2v-groups")
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                words = _words("odd_words", begin.odd, MAX_ODD, "w2v-words", lines=1, max_lines=2)
                odd = _button("odd.run", "w2v-odd", variant="secondary")
            found = widgets.bars(elem_id="w2v-found")
    return Calculate(
        a=a,
        b=b,
        c=c,
        method=method,
        run=run,
        examples=examples,
        answers=answers,
        picture=picture,
        one=one,
        other=other,
        compare=compare,
        pairs=pairs,
        compared=compared,
        words=words,
        odd=odd,
        groups=groups,
        found=found,
    )


def _map(spaces: Spaces) -> Map:
    _about("map.about")
    layout = gr.Radio(
        [(label(f"{PAGE}.map.{name}"), name) for name in LAYOUTS],
        value=LAYOUTS[0],
        show_label=False,
        container=False,
        elem_id="w2v-layout",
    )
    return Map(layout, cloud(points_function(spaces), elem_id="w2v-map"))


def _axes(begin: Page) -> Axes:
    _about("axes.about")
    examples = widgets.examples([axes.name for axes in AXES], elem_id="w2v-axes")
    one_line = {"lines": 1, "max_lines": 1}
    with gr.Row(elem_classes=["wv-fields"], equal_height=False):
        left = _words("axes.left", begin.left, MAX_END, "w2v-left", min_width=90, **one_line)
        right = _words("axes.right", begin.right, MAX_END, "w2v-right", min_width=90, **one_line)
        bottom = _words(
            "axes.bottom", begin.bottom, MAX_END, "w2v-bottom", min_width=90, **one_line
        )
        top = _words("axes.top", begin.top, MAX_END, "w2v-topmost", min_width=90, **one_line)
        draw = _button("axes.run", "w2v-draw")
    words = _words("axes.words", begin.placed, MAX_PLACED, "w2v-placed", lines=2, max_lines=5)
    return Axes(left, right, bottom, top, words, draw, examples, widgets.plot(elem_id="w2v-plane"))


def _texts() -> Texts:
    _title("keywords")
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300):
            examples = widgets.examples([f"{text[:12]}…" for text in TEXTS], elem_id="w2v-texts")
            text = gr.Textbox(
                TEXTS[0],
                label=label(f"{PAGE}.keywords.text"),
                lines=5,
                max_lines=14,
                elem_id="w2v-text",
                elem_classes=[f"wv-most-{MAX_TEXT}"],
            )
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                count = gr.Slider(
                    *(1, MAX_KEYWORDS, 8),
                    step=1,
                    label=label(f"{PAGE}.keywords.count"),
                    elem_id="w2v-count",
                )
                run = _button("keywords.run", "w2v-find")
            passage = widgets.passage(elem_id="w2v-passage")
        with gr.Column(scale=5, min_width=280):
            keywords = widgets.bars(elem_id="w2v-keywords")
    _title("sentences")
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=280):
            sets = widgets.examples(
                [f"{text.partition(chr(10))[0]}…" for text in SENTENCES], elem_id="w2v-sets"
            )
            sentences = gr.Textbox(
                SENTENCES[0],
                label=label(f"{PAGE}.sentences.text"),
                lines=5,
                max_lines=10,
                elem_id="w2v-sentences",
                elem_classes=[f"wv-most-{MAX_SENTENCES_CHARS}"],
            )
            compare = _button("sentences.run", "w2v-alike", variant="secondary")
        with gr.Column(scale=7, min_width=300):
            matrix = widgets.matrix(elem_id="w2v-matrix")
    return Texts(
        *(text, count, run, examples, passage, keywords, sentences, compare, sets, matrix),
    )


def _train(spaces: Spaces) -> Train:
    _about("train.about")
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            text = gr.Textbox(
                label=label(f"{PAGE}.train.text"),
                placeholder=label(f"{PAGE}.train.placeholder"),
                lines=7,
                max_lines=14,
                elem_id="w2v-train-text",
                elem_classes=[f"wv-most-{training.MAX_CHARS}"],
            )
            file = gr.File(
                label=label(f"{PAGE}.train.file"),
                file_types=[".txt"],
                type="binary",
                height=132,
                elem_id="w2v-train-file",
            )
            settings = _settings()
            with gr.Row(elem_classes=["wv-fields"]):
                run = _button("train.run", "w2v-train", scale=3)
                stop = _button("train.stop", "w2v-train-stop", variant="secondary", scale=1)
        with gr.Column(scale=7, min_width=300):
            _about("train.watch")
            progress = widgets.progress(elem_id="w2v-progress")
            live = cloud(points_function(spaces), elem_id="w2v-live")
    return Train(text, file, settings, run, stop, progress, live, gr.State(""))


def _settings() -> list[Component]:
    """In the order that training.read_wish takes."""
    choices = {"architecture": training.ARCHITECTURES, "output": training.OUTPUTS}
    radios: list[Component] = [
        gr.Radio(
            [(label(f"{PAGE}.train.{name}"), name) for name in names],
            value=names[0],
            label=label(f"{PAGE}.train.{key}"),
            elem_id=f"w2v-{key}",
        )
        for key, names in choices.items()
    ]
    ranges = {
        "size": (training.SIZES, 64, 16),
        "window": (training.WINDOWS, 5, 1),
        "min_count": (training.COUNTS, 5, 1),
        "epochs": (training.EPOCHS, 10, 1),
    }
    with gr.Accordion(label(f"{PAGE}.train.more"), open=False, elem_id="w2v-train-more"):
        sliders: list[Component] = [
            gr.Slider(
                *(*limits, value),
                step=step,
                label=label(f"{PAGE}.train.{key}"),
                elem_id=f"w2v-{key.replace('_', '-')}",
            )
            for key, (limits, value, step) in ranges.items()
        ]
    return [*radios, *sliders]


def _files() -> Files:
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            _title("upload")
            _about("upload.about")
            # Its label is declared as str, but translated like any other.
            upload_label: Any = label(f"{PAGE}.upload.run")
            upload = gr.UploadButton(
                upload_label, file_count="multiple", type="filepath", elem_id="w2v-upload"
            )
            _title("export")
            _about("export.about")
            with gr.Row(elem_classes=["text-files"]):
                saves = [
                    gr.Button(
                        name, size="sm", min_width=90, elem_id=f"w2v-{name.replace('.', '-')}"
                    )
                    for name in NAMES
                ]
            saver = widgets.saver(elem_id="w2v-saver")
        with gr.Column(scale=7, min_width=300):
            _title("measure")
            _about("measure.about")
            test = gr.Textbox(
                label=label(f"{PAGE}.measure.text"),
                placeholder=label(f"{PAGE}.measure.placeholder"),
                lines=5,
                max_lines=10,
                elem_id="w2v-test",
                elem_classes=[f"wv-most-{MAX_TEST}"],
            )
            file = gr.File(
                label=label(f"{PAGE}.measure.file"),
                file_types=[".txt", ".tsv"],
                type="binary",
                height=132,
                elem_id="w2v-test-file",
            )
            method = gr.Radio(
                [(label(f"{PAGE}.method.{name}"), name) for name in METHODS],
                value=METHODS[0],
                label=label(f"{PAGE}.measure.method"),
                elem_id="w2v-test-method",
            )
            all_count = gr.Checkbox(label=label(f"{PAGE}.measure.all"), elem_id="w2v-all")
            with gr.Row(elem_classes=["wv-fields"]):
                run = _button("measure.run", "w2v-measure", scale=3)
                stop = _button("train.stop", "w2v-measure-stop", variant="secondary", scale=1)
            scores = widgets.scores(elem_id="w2v-scores")
    return Files(upload, saves, saver, test, file, method, all_count, run, stop, scores)
