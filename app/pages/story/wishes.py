"""What a visitor asks for, checked: every value may come from anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from app.pages.story.desk import MAX_CHARS, MAX_MEMORY_CHARS
from app.pages.story.words import say
from app.text.checks import checked_int
from app.text.controls import read_strategy
from app.text.models import TextModels
from app.web.inputs import cleaned
from app.web.limits import checked_choice, checked_text
from app.web.texts import Language
from engine.story import GENRES, StoryRequest, until_sentence_end, without_gaps
from engine.tokenizers.conditions import LENGTHS, MOODS
from engine.tokenizers.scripts import SCRIPTS, Script, converted, script_of

if TYPE_CHECKING:
    from engine.generation.strategy import Strategy
    from engine.transformer.language_model import LanguageModel

MAX_BRANCHES: Final = 6
Vary = Literal["seed", "mood", "genre"]
VARY: Final[tuple[Vary, ...]] = ("seed", "mood", "genre")
ScriptChoice = Literal["auto", "simplified", "traditional"]
SCRIPT_CHOICES: Final[tuple[ScriptChoice, ...]] = ("auto", *SCRIPTS)


@dataclass(frozen=True)
class Wish:
    """How to write on.

    Attributes:
        request: what is continued, in the visitor's own script.
        script: what the continuation is written in.
        model_name: in the catalogue.
        branches: continuations at once, 1 to MAX_BRANCHES.
        vary: what differs between them besides the seed.
        seed: of the first.
    """

    request: StoryRequest
    script: Script
    model_name: str
    model: LanguageModel
    branches: int
    vary: Vary
    strategy: Strategy
    seed: int

    def requests(self) -> list[StoryRequest]:
        """One for each continuation."""
        told = replace(self.request)
        if self.branches == 1 or self.vary == "seed":
            return [told] * self.branches
        values = [value for value in _VALUES[self.vary] if value != "any"]
        # More moods than there are: they come again, with other seeds.
        chosen = [values[i % len(values)] for i in range(self.branches)]
        if self.vary == "mood":
            return [replace(told, mood=value) for value in chosen]
        return [replace(told, genre=value) for value in chosen]


_FIRST_GENRE: Final = "novel"
_VALUES: Final = {"mood": MOODS, "genre": GENRES}


@dataclass(frozen=True)
class Asked:
    """The values of the page's controls, in the order in which events send them.

    Attributes:
        cursor: None for the end.
        sentence: whether to stop at the end of a sentence.
        strategy: those of app.text.controls.
    """

    text: object
    cursor: object
    memory: object
    note: object
    genre: object
    mood: object
    length: object
    script: object
    model: object
    branches: object
    vary: object
    sentence: object
    strategy: tuple[object, ...]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Asked:
        """From the values that an event sends."""
        names = [field.name for field in fields(cls)][:-1]
        fixed: dict[str, Any] = dict(zip(names, values, strict=False))
        return cls(**fixed, strategy=tuple(values[len(names) :]))

    def request(self, lang: Language) -> StoryRequest:
        """What to continue. Raises Refusal."""
        text = checked_text(self.text, MAX_CHARS, lang)
        before, after = cleaned(text), ""
        if self.cursor is not None:
            cursor = checked_int(self.cursor, 0, len(text), lang, say("cursor", lang))
            before, after = cleaned(text[:cursor]), cleaned(text[cursor:])
        return StoryRequest(
            text=before + after,
            cursor=len(before) if after else None,
            memory=cleaned(checked_text(self.memory, MAX_MEMORY_CHARS, lang)),
            note=cleaned(checked_text(self.note, MAX_MEMORY_CHARS, lang)),
            genre=checked_choice(self.genre, GENRES, lang),
            mood=checked_choice(self.mood, MOODS, lang),
            length=checked_choice(self.length, LENGTHS, lang),
        )

    def wish(self, models: TextModels, lang: Language) -> Wish:
        """Everything, and the model. Raises Refusal."""
        request = self.request(lang)
        if not request.text.strip() and request.genre == "any":
            # Of all that the bundled model learned, lists of facts begin most easily by themselves.
            request = replace(request, genre=_FIRST_GENRE)
        script = self._script(request, lang)
        branches = checked_int(self.branches, 1, MAX_BRANCHES, lang, say("branches", lang))
        vary = checked_choice(self.vary, VARY, lang)
        strategy, seed = read_strategy(self.strategy, lang)
        model = models.get(self.model, lang)
        if self.sentence is True:
            strategy = until_sentence_end(strategy, model.tokenizer)
        strategy = without_gaps(strategy, model.tokenizer)
        if vary == "seed" and is_certain(strategy):
            branches = 1
        return Wish(request, script, str(self.model), model, branches, vary, strategy, seed)

    def _script(self, request: StoryRequest, lang: Language) -> Script:
        chosen = checked_choice(self.script, SCRIPT_CHOICES, lang)
        return script_of(request.text + request.memory) if chosen == "auto" else chosen


def is_certain(strategy: Strategy) -> bool:
    """Whether every seed writes the same text."""
    return strategy.kind == "beam" or strategy.settings.temperature == 0


def for_model(request: StoryRequest) -> StoryRequest:
    """The request in the script that models read: Simplified."""
    before = converted(request.before, "simplified")
    after = converted(request.after, "simplified")
    return replace(
        request,
        text=before + after,
        cursor=len(before) if after else None,
        memory=converted(request.memory, "simplified"),
        note=converted(request.note, "simplified"),
    )


def manuscript_of(text: object, lang: Language) -> str:
    """A manuscript as it comes with an event. Raises Refusal."""
    return cleaned(checked_text(text, MAX_CHARS, lang))
