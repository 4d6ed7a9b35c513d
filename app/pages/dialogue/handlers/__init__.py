"""What happens on the page at once: undo, redo, begin anew, choose, stop, open, share, save. What
takes time is in replies and talks; ``run`` is how each of those goes from beginning to end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeVar

import gradio as gr

from app.pages.dialogue import say
from app.pages.dialogue.inputs import Choices, Inputs, examples
from app.pages.dialogue.saved import SAVED, shared
from app.pages.dialogue.state import Bubble, Chat, Dialogue, Visit, in_script, next_side, script
from app.pages.dialogue.view import Display, Screen, export, ranked
from app.text.checks import checked_int, explain
from app.text.controls import OWN, StrategyInputs, strategy_values
from app.text.drafts import Draft, ExportKind
from app.text.models import TextModels
from app.web.inputs import SavedError
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.run import Run
from app.web.texts import Language, language, text
from app.web.widget import event_value
from engine.dialogue import spoken
from engine.generation import PRESETS, STRATEGIES, Strategy

CHANGES: Final = ("undo", "redo", "fresh", "rewind", "persona", "choose", "put_away")
#: A person clicks less often than this.
_CLICKS, _SECONDS = 60, 10.0
#: Seconds for a run to end after Stop.
_PATIENCE: Final = 5.0
#: What opening the page fills.
OPENED: Final = tuple(dict.fromkeys((*Screen._fields, "model", "last", *StrategyInputs.names())))
#: What the settings of CDial-GPT fill.
CDIAL: Final = ("about", "last", *StrategyInputs.names())

Work = Callable[[Run, Dialogue], Generator[Screen, None, int | None]]
"""What a run does: it changes the dialogue, shows screens, and returns the seed to show at last."""

Chosen = TypeVar("Chosen", bound=Choices)


class Handlers:
    """The handlers, for the models of the page; ``values`` are those of Inputs."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_CLICKS, _SECONDS)

    def change(
        self, visit: Visit, event: gr.EventData, request: gr.Request, *values: object
    ) -> Screen:
        """What the chat asks for, see CHANGES."""
        lang = language(request)
        check_remembered(visit, event, lang)
        display = Display(visit, self.models, lang)
        try:
            self.limiter.check(request, lang)
            inputs = checked(Inputs, values, self.models, lang)
            display = replace(display, choices=inputs)
            change = checked_choice(event_value(event, "act"), CHANGES, lang)
            check_seq(visit, event, lang)
            dialogue = visit.settled()
            self._change(change, dialogue, inputs, event, lang)
        except Refusal as refusal:
            return refused(display, refusal)
        with visit.begin(dialogue):
            return display.settled()

    def _change(
        self, change: str, dialogue: Dialogue, inputs: Inputs, event: gr.EventData, lang: Language
    ) -> None:
        changes: dict[str, Callable[[], None]] = {
            "undo": dialogue.undo,
            "redo": dialogue.redo,
            "fresh": lambda: dialogue.push(()),
            "put_away": dialogue.put_away,
            "rewind": lambda: _rewind(dialogue, event, lang),
            "persona": lambda: _begin_with_persona(dialogue, event, lang),
            "choose": lambda: self._choose(dialogue, inputs, event, lang),
        }
        changes[change]()

    def _choose(
        self, dialogue: Dialogue, inputs: Inputs, event: gr.EventData, lang: Language
    ) -> None:
        cards = dialogue.cards
        if cards is None or cards.base > len(dialogue.chat):
            raise Refusal(text("text.error.branch", lang))
        found = ranked(cards, inputs)
        one = found[checked_int(event_value(event, "card"), 0, len(found) - 1, lang)]
        strategy, _ = inputs.strategy(lang)
        strategy = spoken(self.models.get(cards.model, lang), strategy)
        chat = dialogue.chat[: cards.base]
        draft = Draft(
            *(cards.model, "", one.tokens, strategy, one.seed or 0, one.finish),
            seconds=cards.seconds,
        )
        words = in_script(one.text, script(chat))
        dialogue.push((*chat, Bubble(next_side(chat), "model", words, draft, seen=cards.seen)))

    def stop(self, visit: Visit, request: gr.Request, *values: object) -> Screen:
        """End what is being written; what there is of it stays. Of a visit that showed nothing, or
        was forgotten, there is nothing to show. Values are those of Choices."""
        if not visit.seq:
            return Screen(visit)
        visit.runs.stop()
        visit.runs.wait(_PATIENCE)
        with visit.begin():
            return self._display(visit, values, request).settled()

    def look(self, visit: Visit, request: gr.Request, *values: object) -> Screen:
        """Another model, length or ranking: the context and the order of the cards follow; values
        are those of Choices."""
        if not visit.seq or visit.dialogue.is_running:
            return Screen(visit)
        visit.seq += 1
        return self._display(visit, values, request).settled()

    def _display(self, visit: Visit, values: Sequence[object], request: gr.Request) -> Display:
        lang = language(request)
        with suppress(Refusal):
            return Display(visit, self.models, lang, checked(Choices, values, self.models, lang))
        return Display(visit, self.models, lang)

    def opened(self, kept: object, visit: Visit, request: gr.Request) -> list[Any]:
        """The values of OPENED: from a share link, or from what the browser kept."""
        if visit.dialogue.chat:
            # Somebody has asked before this answer came.
            return [gr.skip()] * len(OPENED)
        link, restored = SAVED.opened(kept, request)
        shown: dict[str, Any] = {}
        dialogue = visit.settled()
        if link is not None:
            dialogue.push(link.bubbles())
            model = link.model if link.model in self.models.names else self.models.default
            shown = {"model": model, "last": link.last}
            shown |= strategy_values(preset_of(link.strategy), link.strategy, link.seed)
        elif restored is not None:
            dialogue.push(restored.bubbles())
        with visit.begin(dialogue):
            shown = Display(visit, self.models, language(request)).settled()._asdict() | shown
        return [shown.get(name, gr.skip()) for name in OPENED]

    def share(self, request: gr.Request, visit: Visit, *values: object) -> gr.Textbox:
        """A link to the conversation, or to as much of its end as a link holds."""
        lang = language(request)
        chat = _settled_chat(visit, lang)
        inputs = checked(Inputs, values, self.models, lang)
        strategy, seed = inputs.strategy(lang)
        for bubble in chat:
            seed = seed if bubble.draft is None else bubble.draft.seed
        link, dropped = shared(
            chat, model=inputs.model, strategy=strategy, seed=seed, last=inputs.last
        )
        box = SAVED.link_box(link, lang)
        if dropped:
            gr.Info(say("share_dropped", lang, count=dropped))
        return box


def tell_opened(kept: object, request: gr.Request) -> None:
    """Say that a link was opened, or that it or what the browser kept could not be: an event of
    its own, see ``SAVED.warn``."""
    SAVED.warn(kept, request)
    with suppress(SavedError):
        if SAVED.linked(request) is not None:
            gr.Info(say("opened_link", language(request)))


def exported(kind: ExportKind) -> Callable[..., str]:
    """The handler that makes a file of the conversation."""

    def content(request: gr.Request, visit: Visit) -> str:
        lang = language(request)
        return export(_settled_chat(visit, lang), kind, lang)

    return content


def as_cdial(request: gr.Request) -> list[Any]:
    """The values of CDIAL: the settings of CDial-GPT's demonstration."""
    preset = PRESETS["cdial"]
    strategy = Strategy(settings=preset.settings, max_tokens=preset.max_tokens)
    shown = {"about": say("cdial.about", language(request)), "last": preset.turns}
    shown |= strategy_values(OWN, strategy, None, lucky=True)
    return [shown[name] for name in CDIAL]


def preset_of(strategy: Strategy) -> str:
    """The preset that it is, whatever its length; OWN for none."""
    for name, preset in STRATEGIES.items():
        if replace(preset, max_tokens=strategy.max_tokens) == strategy:
            return name
    return OWN


# What replies and talks use too


def run(display: Display, work: Work) -> Iterator[Screen]:
    """A run from its beginning to its end. An error ends it as Stop does: what was written stays,
    and the visitor is told why there is no more."""
    visit = display.visit
    with visit.begin() as begun:
        yield from begun.screens(_work(display, work, begun, visit.dialogue))


def _work(
    display: Display, work: Work, begun: Run, dialogue: Dialogue
) -> Generator[Screen, None, None]:
    seed = None
    try:
        seed = yield from work(begun, dialogue)
    except Exception as error:
        if not begun.overtaken():
            gr.Warning(explain(error, display.lang))
    finally:
        dialogue.settle()
    yield display.settled(seed=seed)


def refused(display: Display, refusal: Refusal) -> Screen:
    """Nothing was done, and the visitor is told why: what was written stays in its field."""
    gr.Warning(str(refusal))
    display.visit.seq += 1
    return replace(display, ack=0).settled()


def checked(
    model: type[Chosen], values: Sequence[object], models: TextModels, lang: Language
) -> Chosen:
    """The values of an event, with a model that the page offers. Raises Refusal."""
    inputs = model.read(values, lang)
    checked_choice(inputs.model, models.names, lang)
    return inputs


def check_remembered(visit: Visit, event: gr.EventData, lang: Language) -> None:
    """Raises Refusal where the page shows a dialogue that nobody here knows any more.

    Nothing may be shown then: an empty dialogue would take the place of the one that the browser
    keeps, and can bring back.
    """
    if not visit.seq and event_value(event, "seq"):
        raise Refusal(say("error.forgotten", lang))


def check_seq(visit: Visit, event: gr.EventData, lang: Language) -> None:
    """An event names what was on the screen when somebody clicked. Raises Refusal."""
    if event_value(event, "seq") != visit.seq:
        raise Refusal(text("text.error.branch", lang))


def index_of(event: gr.EventData, dialogue: Dialogue, lang: Language) -> int:
    """Which turn an event is about. Raises Refusal."""
    if not dialogue.chat:
        raise Refusal(text("text.error.branch", lang))
    return checked_int(event_value(event, "index"), 0, len(dialogue.chat) - 1, lang)


def _rewind(dialogue: Dialogue, event: gr.EventData, lang: Language) -> None:
    index = index_of(event, dialogue, lang)
    end = index + 2 if dialogue.chat[index].author == "call" else index + 1
    dialogue.push(dialogue.chat[:end])


def _begin_with_persona(dialogue: Dialogue, event: gr.EventData, lang: Language) -> None:
    personas = examples().personas
    turns = personas[checked_choice(event_value(event, "key"), tuple(personas), lang)].turns
    dialogue.push(Bubble(index % 2, "given", turn) for index, turn in enumerate(turns))


def _settled_chat(visit: Visit, lang: Language) -> Chat:
    chat = visit.settled().chat
    if not chat:
        raise Refusal(text("text.error.nothing", lang))
    return chat
