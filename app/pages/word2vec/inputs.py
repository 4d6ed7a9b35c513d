"""What is filled in and chosen on the page, checked: every value may come from anybody."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from app.pages.word2vec import PAGE, say
from app.web.files import decoded
from app.web.inputs import Model, clean_text, cleaned, number, plain_text, whole
from app.web.limits import MIB, Refusal, checked_bytes, checked_text
from app.web.texts import Language
from engine.word2vec.training.recipe import Architecture, Output

Method = Literal["add", "mul"]
#: How the map is arranged: the model's own map, or t-SNE of the most frequent words.
Layout = Literal["map", "tsne"]

#: Tabs within the page.
TABS: Final = ("look", "calculate", "map", "axes", "text", "train", "files")
METHODS: Final[tuple[Method, ...]] = get_args(Method)
LAYOUTS: Final[tuple[Layout, ...]] = get_args(Layout)
ARCHITECTURES: Final[tuple[Architecture, ...]] = get_args(Architecture)
OUTPUTS: Final[tuple[Output, ...]] = get_args(Output)
#: The two ends of the axis across, and of the one that goes up.
ENDS: Final = ("left", "right", "bottom", "top")

#: Characters of a word.
MAX_WORD: Final = 40
#: Words among which one is odd, at one end of an axis, and between axes.
MAX_ODD: Final = 16
MAX_END: Final = 6
MAX_PLACED: Final = 60
#: Characters of a text whose keywords are looked for.
MAX_TEXT: Final = 20_000
MAX_KEYWORDS: Final = 20
MAX_SENTENCES: Final = 10
MAX_SENTENCES_CHARS: Final = 5_000
#: Characters of a text to train on, a long novel, or of a test set; and bytes of their files.
MAX_CHARS: Final = 1_000_000
MAX_TRAINING_BYTES: Final = 4 * MIB
MAX_TEST_BYTES: Final = 2 * MIB
MAX_TEST_LINES: Final = 40_000
SIZES: Final = (16, 128)
WINDOWS: Final = (2, 10)
COUNTS: Final = (1, 20)
EPOCHS: Final = (1, 50)

_EXAMPLES: Final = Path(__file__).with_name("examples")
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")

Word = Annotated[str, clean_text(MAX_WORD)]
Words = Annotated[str, clean_text(MAX_PLACED * (MAX_WORD + 1))]


@dataclass(frozen=True)
class Examples:
    """To try; the first of each is what the page begins with. They are Chinese in both languages,
    as the vectors are.

    Attributes:
        axes: the two ends across, the two that go up, and words to place.
        novels, tests: names of files by language, and "file". The novel's author died in 1942; the
            tests are small ones of our own, whose scores are one person's.
    """

    searches: list[str]
    analogies: list[list[str]]
    pairs: list[list[str]]
    odd: list[str]
    axes: list[list[str]]
    texts: list[str]
    sentences: list[str]
    novels: list[dict[str, str]]
    tests: list[dict[str, str]]


EXAMPLES: Final = Examples(**json.loads((_EXAMPLES / "examples.json").read_text(encoding="utf-8")))


def contents(files: list[dict[str, str]]) -> list[tuple[str, None]]:
    """For each file its text, and that no file of a visitor's own is used instead."""
    return [((_EXAMPLES / file["file"]).read_text(encoding="utf-8"), None) for file in files]


class Search(Model):
    """A word to look up; alpha says how far common words are marked down."""

    word: Word = EXAMPLES.searches[0]
    alpha: Annotated[float, number(0, 1, f"{PAGE}.alpha_name")] = 1.0

    def asked(self, lang: Language) -> str:
        """The word. Raises Refusal where there is none."""
        return read_word(self.word, lang)


class Analogy(Model):
    """a is to b as c is to what?"""

    a: Word = EXAMPLES.analogies[0][0]
    b: Word = EXAMPLES.analogies[0][1]
    c: Word = EXAMPLES.analogies[0][2]
    method: Method = METHODS[0]

    def given(self, lang: Language) -> list[str]:
        """a, b and c. Raises Refusal that names an empty one."""
        return [_named_word(getattr(self, name), name, lang) for name in ("a", "b", "c")]


class Pair(Model):
    """Two words to compare."""

    one: Word = EXAMPLES.pairs[0][0]
    other: Word = EXAMPLES.pairs[0][1]

    def compared(self, lang: Language) -> list[str]:
        """The two. Raises Refusal that names an empty one."""
        return [_named_word(getattr(self, name), name, lang) for name in ("one", "other")]


class Group(Model):
    """Words of which one does not belong to the others."""

    odd: Words = EXAMPLES.odd[0]

    def members(self, lang: Language) -> list[str]:
        """The words. Raises Refusal."""
        return _several_words(self.odd, 3, MAX_ODD, "odd_words", lang)


class Axes(Model):
    """Two pairs of opposites, and words to place between them."""

    left: Words = EXAMPLES.axes[0][0]
    right: Words = EXAMPLES.axes[0][1]
    bottom: Words = EXAMPLES.axes[0][2]
    top: Words = EXAMPLES.axes[0][3]
    placed: Words = EXAMPLES.axes[0][4]

    def ends(self, lang: Language) -> list[list[str]]:
        """The words at each of ENDS. Raises Refusal."""
        left, right, bottom, top = (
            _several_words(getattr(self, name), 1, MAX_END, f"axes.{name}", lang) for name in ENDS
        )
        if left == right or bottom == top:
            raise Refusal(say("error.same_ends", lang))
        return [left, right, bottom, top]

    def between(self, lang: Language) -> list[str]:
        """The words to place. Raises Refusal."""
        return _several_words(self.placed, 1, MAX_PLACED, "axes.words", lang)


class Page(Search, Analogy, Pair, Group, Axes):
    """All fields that are kept and linked; as it is served, they hold the first examples."""


class Keywords(Model):
    """A text, and how many keywords to look for."""

    text: Annotated[str, clean_text(MAX_TEXT)] = EXAMPLES.texts[0]
    count: Annotated[int, whole(1, MAX_KEYWORDS, f"{PAGE}.keywords.count")] = 8


class Sentences(Model):
    """Sentences to compare, one a line."""

    sentences: Annotated[str, clean_text(MAX_SENTENCES_CHARS)] = EXAMPLES.sentences[0]

    def lines(self, lang: Language) -> list[str]:
        """The sentences. Raises Refusal for too few or too many."""
        found = [line.strip() for line in self.sentences.split("\n") if line.strip()]
        if not 2 <= len(found) <= MAX_SENTENCES:
            raise Refusal(say("error.sentences", lang, count=len(found), most=MAX_SENTENCES))
        return found


class Training(Model):
    """A text to train on, and how; for the settings see engine.word2vec.training.recipe.

    Attributes:
        discover: whether new words are looked for first.
    """

    text: Annotated[str, plain_text(MAX_CHARS)] = ""
    architecture: Architecture = ARCHITECTURES[0]
    output: Output = OUTPUTS[0]
    size: Annotated[int, whole(*SIZES, f"{PAGE}.train.size")] = 64
    window: Annotated[int, whole(*WINDOWS, f"{PAGE}.train.window")] = 5
    min_count: Annotated[int, whole(*COUNTS, f"{PAGE}.train.min_count")] = 5
    epochs: Annotated[int, whole(*EPOCHS, f"{PAGE}.train.epochs")] = 10
    discover: bool = False


class Measuring(Model):
    """A test set, and how it is run.

    Attributes:
        test_method: of analogies.
        all_count: whether questions with unknown words count as wrong.
    """

    test: Annotated[str, plain_text(MAX_CHARS)] = ""
    test_method: Method = METHODS[0]
    all_count: bool = False


def file_or_text(file: object, text: str, maximum: int, lang: Language) -> str:
    """What a file of at most maximum bytes says, or the text where there is none.

    Raises Refusal.
    """
    if file is None:
        return text
    if not isinstance(file, bytes):
        raise Refusal(say("error.files", lang))
    checked_bytes(len(file), maximum, lang)
    return decoded(file, say("error.encoding", lang))


def read_word(value: object, lang: Language) -> str:
    """A word with single blanks. Raises Refusal where it is none, or too long."""
    word = " ".join(cleaned(checked_text(value, MAX_WORD, lang)).split())
    if not word:
        raise Refusal(say("error.no_word", lang))
    return word


def _named_word(word: str, field: str, lang: Language) -> str:
    if not word.strip():
        raise Refusal(say("error.empty_field", lang, name=say(field, lang)))
    return read_word(word, lang)


def _several_words(value: str, least: int, most: int, field: str, lang: Language) -> list[str]:
    """Different words between blanks or commas.

    Raises Refusal for too few or too many, with the name of the field.
    """
    checked_text(value, most * (MAX_WORD + 1), lang)
    words = list(dict.fromkeys(word for word in _BETWEEN.split(value) if word))
    name = say(field, lang)
    if not words:
        raise Refusal(say("error.empty_field", lang, name=name))
    if not least <= len(words) <= most:
        facts = {"count": len(words), "least": least, "most": most}
        raise Refusal(say("error.words", lang, name=name, **facts))
    return [read_word(word, lang) for word in words]
