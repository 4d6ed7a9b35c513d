"""The panels that ask: a word, calculating with words, the map, axes and texts."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from app.pages.word2vec import widgets
from app.pages.word2vec.arithmetic import ENDS, MAX_END, MAX_ODD, MAX_PLACED, METHODS
from app.pages.word2vec.cloud import cloud
from app.pages.word2vec.fields import about, button, title, word_field, words_field
from app.pages.word2vec.mapping import LAYOUTS, complete_function, points_function
from app.pages.word2vec.presets import ANALOGIES, AXES, ODD, PAIRS, SEARCHES, SENTENCES, TEXTS
from app.pages.word2vec.reading import MAX_KEYWORDS, MAX_SENTENCES_CHARS, MAX_TEXT
from app.pages.word2vec.spaces import NAME, Spaces
from app.pages.word2vec.store import Page
from app.pages.word2vec.words import MAX_WORD, PAGE
from app.web.texts import label

#: Ids of the fields that are not called as in store.Page.
_IDS = {"top": "topmost"}


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


def search(spaces: Spaces, begin: Page) -> Search:
    """The search, and the choice of vectors."""
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
        look = button("look", "w2v-look")
    examples = widgets.examples(SEARCHES, elem_id="w2v-examples")
    space = gr.Radio(
        [(label(f"{PAGE}.space.bundled"), NAME)],
        value=NAME,
        label=label(f"{PAGE}.space"),
        visible=False,
        elem_id="w2v-space",
    )
    about = gr.Markdown(elem_id="w2v-about", elem_classes=["text-idea"])
    completion = widgets.completion(NAME, complete_function(spaces), elem_id="w2v-completion")
    return Search(space, about, completion, word, look, examples)


def lists(begin: Page) -> Lists:
    """Neighbours beside related words."""
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


def calculate(begin: Page) -> Calculate:
    """Three ways of calculating with words."""
    title("analogy")
    examples = widgets.examples(
        [f"{a} : {b} = {c} : ?" for a, b, c in ANALOGIES], elem_id="w2v-analogies"
    )
    with gr.Row(elem_classes=["wv-fields"], equal_height=False):
        a = word_field("a", begin.a, "w2v-a")
        b = word_field("b", begin.b, "w2v-b")
        c = word_field("c", begin.c, "w2v-c")
        run = button("calculate", "w2v-calculate")
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
            title("compare")
            pairs = widgets.examples([" · ".join(pair) for pair in PAIRS], elem_id="w2v-pairs")
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                one = word_field("one", begin.one, "w2v-one")
                other = word_field("other", begin.other, "w2v-other")
                compare = button("compare.run", "w2v-compare", variant="secondary")
            compared = widgets.bars(elem_id="w2v-compared")
        with gr.Column(min_width=300):
            title("odd")
            groups = widgets.examples(ODD, elem_id="w2v-groups")
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                words = words_field(
                    "odd_words", begin.odd, MAX_ODD, "w2v-words", lines=1, max_lines=2
                )
                odd = button("odd.run", "w2v-odd", variant="secondary")
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


def mapped(spaces: Spaces) -> Map:
    """The map with the choice of its arrangement."""
    about("map.about")
    layout = gr.Radio(
        [(label(f"{PAGE}.map.{name}"), name) for name in LAYOUTS],
        value=LAYOUTS[0],
        show_label=False,
        container=False,
        elem_id="w2v-layout",
    )
    return Map(layout, cloud(points_function(spaces), elem_id="w2v-map"))


def axes(begin: Page) -> Axes:
    """The ends of two axes, words to place, and the plot."""
    about("axes.about")
    examples = widgets.examples([axes.name for axes in AXES], elem_id="w2v-axes")
    with gr.Row(elem_classes=["wv-fields"], equal_height=False):
        left, right, bottom, top = (
            words_field(
                f"axes.{name}",
                getattr(begin, name),
                MAX_END,
                f"w2v-{_IDS.get(name, name)}",
                max_lines=1,
                min_width=90,
            )
            for name in ENDS
        )
        draw = button("axes.run", "w2v-draw")
    words = words_field("axes.words", begin.placed, MAX_PLACED, "w2v-placed", lines=2, max_lines=5)
    return Axes(left, right, bottom, top, words, draw, examples, widgets.plot(elem_id="w2v-plane"))


def texts() -> Texts:
    """A text for keywords, and sentences to compare."""
    title("keywords")
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300):
            examples = widgets.examples([f"{text[:12]}…" for text in TEXTS], elem_id="w2v-texts")
            text = gr.Textbox(
                TEXTS[0],
                label=label(f"{PAGE}.keywords.text"),
                lines=5,
                max_lines=14,
                elem_id="w2v-text",
                max_length=MAX_TEXT,
            )
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                count = gr.Slider(
                    *(1, MAX_KEYWORDS, 8),
                    step=1,
                    label=label(f"{PAGE}.keywords.count"),
                    elem_id="w2v-count",
                )
                run = button("keywords.run", "w2v-find")
            passage = widgets.passage(elem_id="w2v-passage")
        with gr.Column(scale=5, min_width=280):
            keywords = widgets.bars(elem_id="w2v-keywords")
    title("sentences")
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
                max_length=MAX_SENTENCES_CHARS,
            )
            compare = button("sentences.run", "w2v-alike", variant="secondary")
        with gr.Column(scale=7, min_width=300):
            matrix = widgets.matrix(elem_id="w2v-matrix")
    return Texts(
        *(text, count, run, examples, passage, keywords, sentences, compare, sets, matrix),
    )
