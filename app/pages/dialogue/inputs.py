"""What is chosen on the page, checked: every value may come from anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from app.text.controls import StrategyInputs
from app.web.inputs import Model, number, one_of, whole
from app.web.texts import Language
from engine.dialogue import MAX_CANDIDATES, MMI_WEIGHT
from engine.generation import STRATEGIES, Strategy

#: Models to choose from, the default first.
MODELS: Final = ("dialogue", "nezha-dialog", "cdial-base", "cdial-large")
#: The preset at first, and the second speaker's where two models talk.
DEFAULT: Final = "su_top_k"
SECOND_DEFAULT: Final = "top_p"
#: How many turns a model may be shown; 0 for as many as fit.
LAST: Final = (0, 1, 3, 5, 9)
#: Tokens of a reply.
LONGEST: Final = 256
RANKINGS: Final = ("logprob", "mmi")
#: Turns of two models.
MAX_TURNS: Final = 40

_Preset = Annotated[str, one_of(tuple(STRATEGIES))]


class Choices(Model):
    """What decides how a dialogue is shown: the context of its next reply, and the order of cards.

    Attributes:
        model: its name; app.text.models knows which there are.
        last: how many turns the model sees; 0 for all that fit.
        by, weight: what ranks replies to choose from, see engine.dialogue.rank.
    """

    model: Any = MODELS[0]
    last: Annotated[int, whole(0, max(LAST), "dialogue.last")] = 0
    by: Literal["logprob", "mmi"] = "logprob"
    weight: Annotated[float, number(0, 1, "dialogue.weight")] = MMI_WEIGHT
    max_tokens: Annotated[int, whole(1, LONGEST, "text.max_tokens")] = Strategy().max_tokens


class Inputs(Choices, StrategyInputs):
    """All that a reply needs.

    Attributes:
        count: how many replies to choose from.
    """

    count: Annotated[int, whole(2, MAX_CANDIDATES, "dialogue.count")]

    @property
    def keeps_seed(self) -> bool:
        """Whether the visitor's own seed is to be used."""
        return not self.lucky and self.seed not in (None, "")


class TalkInputs(Inputs):
    """All that a talk of two models needs.

    Attributes:
        opening: what the first one says.
        turns: how many follow.
    """

    opening: Any
    turns: Annotated[int, whole(1, MAX_TURNS, "dialogue.watch.turns")]
    first_model: Any
    first_preset: _Preset
    second_model: Any
    second_preset: _Preset


@dataclass(frozen=True)
class Persona:
    """Somebody to talk to.

    The bundled model has no token for a persona: a person is a few invented turns that stand in
    the conversation, and in the context, like any others.

    Attributes:
        name: on the button.
        turns: a question, an answer, and so on; the person's are the odd ones.
    """

    key: str
    name: dict[Language, str]
    turns: tuple[str, ...]


@dataclass(frozen=True)
class Examples:
    """Ways to begin.

    Attributes:
        openings: first lines to say.
        topics: first lines for two models.
        personas: by their keys.
    """

    openings: tuple[str, ...]
    topics: tuple[str, ...]
    personas: dict[str, Persona]


@cache
def examples() -> Examples:
    """Those of examples.json."""
    found = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    personas = [Persona(one["key"], one["name"], tuple(one["turns"])) for one in found["personas"]]
    return Examples(
        tuple(found["openings"]), tuple(found["topics"]), {one.key: one for one in personas}
    )
