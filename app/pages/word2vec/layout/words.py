"""The panels that ask about words: looking one up, calculating, the map, axes; and their parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from app.pages.word2vec import PAGE, inputs, widgets
from app.pages.word2vec.inputs import EXAMPLES, MAX_WORD, Page
from app.pages.word2vec.spaces import NAME
from app.web.texts import label

#: Ids of the fields that are not called as in inputs.Page.
_IDS: Final = {"top": "topmost"}
#: Called by the browser with a text, answers with one.
Served = Callable[[str], str]


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
    odd: gr.Textbox
    find: gr.Button
    groups: gr.HTML
    found: gr.HTML


@dataclass(frozen=True)
class Axes:
    """Words between two pairs of opposites."""

    left: gr.Textbox
    right: gr.Textbox
    bottom: gr.Textbox
    top: gr.Textbox
    placed: gr.Textbox
    draw: gr.Button
    examples: gr.HTML
    plane: gr.HTML


@dataclass(frozen=True)
class Map:
    """The map."""

    layout: gr.Radio
    cloud: gr.HTML


def search(begin: Page, complete: Served) -> Search:
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
    examples = widgets.examples(EXAMPLES.searches, elem_id="w2v-examples")
    space = gr.Radio(
        [(label(f"{PAGE}.space.bundled"), NAME)],
        value=NAME,
        label=label(f"{PAGE}.space"),
        visible=False,
        elem_id="w2v-space",
    )
    about = gr.Markdown(elem_id="w2v-about", elem_classes=["text-idea"])
    completion = widgets.completion(NAME, complete, elem_id="w2v-completion")
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
        [f"{a} : {b} = {c} : ?" for a, b, c in EXAMPLES.analogies], elem_id="w2v-analogies"
    )
    with gr.Row(elem_classes=["wv-fields"], equal_height=False):
        a = word_field("a", begin.a, "w2v-a")
        b = word_field("b", begin.b, "w2v-b")
        c = word_field("c", begin.c, "w2v-c")
        run = button("calculate", "w2v-calculate")
    method = gr.Radio(
        [(label(f"{PAGE}.method.{name}"), name) for name in inputs.METHODS],
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
            pairs = widgets.examples(
                [" · ".join(pair) for pair in EXAMPLES.pairs], elem_id="w2v-pairs"
            )
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                one = word_field("one", begin.one, "w2v-one")
                other = word_field("other", begin.other, "w2v-other")
                compare = button("compare.run", "w2v-compare", variant="secondary")
            compared = widgets.bars(elem_id="w2v-compared")
        with gr.Column(min_width=300):
            title("odd")
            groups = widgets.examples(EXAMPLES.odd, elem_id="w2v-groups")
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                odd = words_field(
                    "odd_words", begin.odd, inputs.MAX_ODD, "w2v-words", lines=1, max_lines=2
                )
                find = button("odd.run", "w2v-odd", variant="secondary")
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
        odd=odd,
        find=find,
        groups=groups,
        found=found,
    )


def mapped(points: Served) -> Map:
    """The map with the choice of its arrangement."""
    about("map.about")
    layout = gr.Radio(
        [(label(f"{PAGE}.map.{name}"), name) for name in inputs.LAYOUTS],
        value=inputs.LAYOUTS[0],
        show_label=False,
        container=False,
        elem_id="w2v-layout",
    )
    return Map(layout, widgets.cloud(points, elem_id="w2v-map"))


def axes(begin: Page) -> Axes:
    """The ends of two axes, words to place, and the plot."""
    about("axes.about")
    names = [f"{left}–{right} × {bottom}–{top}" for left, right, bottom, top, _ in EXAMPLES.axes]
    examples = widgets.examples(names, elem_id="w2v-axes")
    with gr.Row(elem_classes=["wv-fields"], equal_height=False):
        left, right, bottom, top = (
            words_field(
                f"axes.{name}",
                getattr(begin, name),
                inputs.MAX_END,
                f"w2v-{_IDS.get(name, name)}",
                max_lines=1,
                min_width=90,
            )
            for name in inputs.ENDS
        )
        draw = button("axes.run", "w2v-draw")
    placed = words_field(
        "axes.words", begin.placed, inputs.MAX_PLACED, "w2v-placed", lines=2, max_lines=5
    )
    plane = widgets.plot(elem_id="w2v-plane")
    return Axes(left, right, bottom, top, placed, draw, examples, plane)


def word_field(key: str, value: str, elem_id: str, **options: Any) -> gr.Textbox:
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


def words_field(key: str, value: str, most: int, elem_id: str, **options: Any) -> gr.Textbox:
    """A field for several words, with completion."""
    return gr.Textbox(
        value,
        label=label(f"{PAGE}.{key}"),
        max_length=most * (MAX_WORD + 1),
        elem_id=elem_id,
        elem_classes=["wv-takes-words"],
        **options,
    )


def button(key: str, elem_id: str, **options: Any) -> gr.Button:
    """A button that does what its text says."""
    return gr.Button(
        label(f"{PAGE}.{key}"),
        elem_id=elem_id,
        **{"variant": "primary", "min_width": 80, "scale": 0, **options},
    )


def title(key: str) -> None:
    """The heading of a part of a tab."""
    gr.Markdown(label(f"{PAGE}.{key}"), elem_classes=["wv-title"])


def about(key: str) -> None:
    """A sentence or two in a quiet colour."""
    gr.Markdown(label(f"{PAGE}.{key}"), elem_classes=["text-idea"])
