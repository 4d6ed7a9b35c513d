"""The endpoint for programs: a text in, its trees out.

Annotations are evaluated here: gradio describes the endpoint by them.
"""

from collections.abc import Callable
from typing import TypedDict

import gradio as gr

from app.pages.parse_tree.inputs import MAX_TEXT, Choices
from app.pages.parse_tree.models import Reading, Variants, readings
from app.pages.parse_tree.state import Passage, Source
from app.pages.parse_tree.view import explain
from app.web.limits import RateLimiter, Refusal, checked_text
from app.web.texts import language as browser_language
from engine.onlstm import formats, trees
from engine.onlstm.sentences import SentenceError

_CALLS = 60
_SECONDS = 60.0


class ParsedSentence(TypedDict):
    """A sentence.

    Attributes:
        text: with its punctuation.
        language: "zh" or "en".
        words: without punctuation.
        known: whether each of them is in the model's vocabulary.
        model: its name in the bundle.
        layer: counted from 1.
        parser: "unbiased" or "shen".
        borders: the words before which a comma divided the sentence; none where commas are ignored.
        brackets: the tree, (The (cat sleeps)).
        spans: of its nodes, from the first word to the one after the last.
        distances: the syntactic distance of each word from what is before it.
        surprisal: bits of each word, given those before it.
    """

    text: str
    language: str
    words: list[str]
    known: list[bool]
    model: str
    layer: int
    parser: str
    borders: list[int]
    brackets: str
    spans: list[list[int]]
    distances: list[float]
    surprisal: list[float]


def endpoint(variants: Variants) -> Callable[..., list[ParsedSentence]]:
    """The function behind /parse."""
    limiter = RateLimiter(_CALLS, _SECONDS)

    def parse(
        text: str,
        language: str = "auto",
        model: str = "auto",
        layer: str = "auto",
        parser: str = "auto",
        commas: str = "first",
        request: gr.Request | None = None,
    ) -> list[ParsedSentence]:
        """Draw the syntax of Chinese or English sentences from an ordered-neurons LSTM.

        Args:
            text: one or several sentences, at most 2,000 characters.
            language: zh, en, or auto.
            model: auto for the language's own, or onlstm-complement-word, onlstm-reverse-word,
                lstm-word, and the same with -character, where the server has them.
            layer: auto for that with the best trees, or 1, 2, 3.
            parser: auto, unbiased, or shen.
            commas: first divides the sentence at commas, colons, semicolons and dashes before the
                distances do; ignored does not look at them.

        Returns one object a sentence: its words without punctuation, its tree as brackets and as
        spans, and for each word its syntactic distance and its surprisal in bits.
        """
        lang = browser_language(request)
        limiter.check(request, lang)
        asked = {"language": language, "kind": model, "layer": layer, "parser": parser}
        choices = Choices.read_named({**asked, "commas": commas}, lang)
        source = Source(checked_text(text, MAX_TEXT, lang), False, choices.text_language)
        try:
            passage = Passage.of(source)
        except SentenceError as error:
            raise Refusal(explain(error, lang)) from error
        found = readings(passage, variants.load(lang), choices, lang)
        return [_parsed(reading) for reading in found]

    return parse


def _parsed(reading: Reading) -> ParsedSentence:
    item, tree = reading.item, reading.tree
    return {
        "text": item.text,
        "language": item.language,
        "words": [*item.words],
        "known": [*reading.analysis.known],
        "model": reading.name,
        "layer": reading.layer + 1,
        "parser": reading.parser,
        "borders": [*reading.borders],
        "brackets": formats.to_brackets(tree, item.words),
        "spans": [list(span) for span in sorted(trees.spans(tree), key=lambda s: (s[0], -s[1]))],
        "distances": [round(float(value), 6) for value in reading.distances],
        "surprisal": [round(float(value), 4) for value in reading.analysis.surprisal],
    }
