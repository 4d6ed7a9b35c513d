"""What is written and chosen on the page, checked: every value may come from anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from app.pages.story import say
from app.text.checks import checked_int
from app.text.controls import PRESETS, StrategyInputs, StrategyText
from app.text.drafts import MAX_SEED
from app.web.inputs import Model, clean_text, cleaned, one_of, plain_text, whole
from app.web.limits import checked_text
from app.web.texts import Language
from engine.story import GENRES, StoryRequest
from engine.tokenizers.conditions import LENGTHS, MOODS
from engine.tokenizers.scripts import SCRIPTS

#: Models to choose from, the default first: it is the one that knows genre, mood and length.
MODELS: Final = ("story", "gpt2-ml-15g", "gpt2-ml-30g", "cpm", "cpm-distill", "gpt2")
#: Preset and tokens of a continuation at first; so many tokens are half as many characters again.
DEFAULT: Final = "balanced"
TOKENS: Final = 96
#: Of a manuscript; memory and note have limits of their own.
MAX_CHARS: Final = 20_000
MAX_MEMORY_CHARS: Final = 2_000
MAX_TITLE_CHARS: Final = 60
MAX_BRANCHES: Final = 6
VARY: Final = ("seed", "mood", "genre")
SCRIPT_CHOICES: Final = ("auto", *SCRIPTS)
#: What is too long for the model was typed all the same, and is not to be lost by a reload.
_MAX_KEPT: Final = 500_000
_FIRST_GENRE: Final = "novel"

_Kept = Annotated[str, clean_text(_MAX_KEPT)]
_Memory = Annotated[str, clean_text(MAX_MEMORY_CHARS)]


class Choices(Model):
    """How the text goes on.

    Attributes:
        genre, mood, length: for the model that knows them.
        script: of the continuation; "auto" is that of the manuscript.
        branches: continuations at once.
        vary: what differs between them besides the seed.
        sentence: whether to stop at the end of a sentence.
    """

    genre: Annotated[str, one_of(GENRES)] = "any"
    mood: Annotated[str, one_of(MOODS)] = "any"
    length: Annotated[str, one_of(LENGTHS)] = "any"
    script: Literal["auto", "simplified", "traditional"] = "auto"
    branches: Annotated[int, whole(1, MAX_BRANCHES, "story.branches")] = 1
    vary: Literal["seed", "mood", "genre"] = "seed"
    sentence: bool = True


class Page(Choices):
    """The fields that the browser keeps."""

    title: Annotated[str, clean_text(MAX_TITLE_CHARS)] = ""
    text: _Kept = ""
    memory: _Kept = ""
    note: _Kept = ""


class Link(Page):
    """A page, and everything that decides how its next continuation is written."""

    model: Annotated[str, one_of(MODELS)]
    preset: Annotated[str, one_of(PRESETS)]
    strategy: StrategyText
    seed: Annotated[int, whole(0, MAX_SEED)]


class Shared(Page, StrategyInputs):
    """What becomes a link."""

    model: Annotated[str, one_of(MODELS)]

    def link(self, lang: Language) -> Link:
        """With the seed that is shown, if there is one: it wrote the text. Raises Refusal."""
        strategy, seed = self.model_copy(update={"lucky": False}).strategy(lang)
        page = {name: getattr(self, name) for name in (*Page.names(), "model", "preset")}
        return Link(**page, strategy=strategy, seed=seed)


class Asked(Choices):
    """What is to be continued, and by which model.

    Attributes:
        cursor: in characters of the text as it was sent; None for the end.
        model: its name; app.text.models checks it.
    """

    text: Annotated[str, plain_text(MAX_CHARS)]
    cursor: Any = None
    memory: _Memory = ""
    note: _Memory = ""
    model: Any = MODELS[0]

    def request(self, lang: Language) -> StoryRequest:
        """What to continue, in the visitor's own script. Raises Refusal."""
        before, after = cleaned(self.text), ""
        if self.cursor is not None:
            cursor = checked_int(self.cursor, 0, len(self.text), lang, say("cursor", lang))
            before, after = cleaned(self.text[:cursor]), cleaned(self.text[cursor:])
        return StoryRequest(
            text=before + after,
            cursor=len(before) if after else None,
            memory=self.memory,
            note=self.note,
            genre=self.genre,
            mood=self.mood,
            length=self.length,
        )


class Inputs(Asked, StrategyInputs):
    """What is to be continued, and how: all that a run needs."""

    def request(self, lang: Language) -> StoryRequest:
        """The same; an empty manuscript begins as a story."""
        request = super().request(lang)
        if not request.text.strip() and request.genre == "any":
            # Of all that the bundled model learned, lists of facts begin most easily by themselves.
            return replace(request, genre=_FIRST_GENRE)
        return request


def checked_manuscript(text: object, lang: Language) -> str:
    """A manuscript as it comes with an event. Raises Refusal."""
    return cleaned(checked_text(text, MAX_CHARS, lang))


@dataclass(frozen=True)
class Opening:
    """A beginning of a text.

    Attributes:
        zh, en: its name.
        genre, mood: see engine.tokenizers.conditions.
    """

    zh: str
    en: str
    text: str
    genre: str = "any"
    mood: str = "any"


@cache
def examples() -> tuple[Opening, ...]:
    """Those of Su Jianlin's GPT2_ML example (kexue.fm/archives/7292) first, then our own."""
    found = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    return tuple(Opening(**entry) for entry in found)
