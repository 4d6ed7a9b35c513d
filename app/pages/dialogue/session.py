"""A visitor's conversation as plain values: its bubbles, undo and redo, and replies to choose from.

Nothing here knows a browser, and nothing grows without bound.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from app.text.history import History
from engine.dialogue import Conversation
from engine.tokenizers.scripts import Script, converted, script_of

if TYPE_CHECKING:
    from app.text.drafts import Draft
    from engine.dialogue import Candidate
    from engine.tokenizers.prompt import Prompt

Author = Literal["person", "model", "given", "call", "help"]
AUTHORS: Final[tuple[Author, ...]] = ("person", "model", "given", "call", "help")
#: Bubbles; the oldest go. No bundled model looks back so far.
MAX_BUBBLES: Final = 200
MAX_TURN_CHARS: Final = 20_000
MAX_UNDO: Final = 30
_ENDS: Final = "。！？，；：…!?,;:~～"


@dataclass(frozen=True)
class Bubble:
    """One turn as it is shown.

    Attributes:
        side: 0 for whoever spoke first, 1 for the other.
        author: "person", "model" (with a draft, unless somebody changed the words), "given" (from
            a preset), "call" (for help) or "help" (its answer); no model hears the last two.
        text: in the visitor's script.
        draft: what the model wrote, in the model's script.
        name: who says it where two models talk; else "".
        seen: how many turns the model looked at.
    """

    side: int
    author: Author
    text: str
    draft: Draft | None = None
    name: str = ""
    seen: int = 0

    @property
    def heard(self) -> bool:
        """Whether a model gets to see it."""
        return self.author not in ("call", "help")

    @property
    def is_running(self) -> bool:
        """Whether it is being written."""
        return self.draft is not None and self.draft.finish is None


@dataclass(frozen=True)
class Cards:
    """Replies that were drawn at once, to choose from.

    Attributes:
        base: how many bubbles stand before the reply.
        found: the candidates; while they are written in the order of their seeds.
        running: whether they are being written.
        model, prompt, seen, seconds: what a draft needs to know.
    """

    base: int
    found: tuple[Candidate, ...]
    running: bool
    model: str
    prompt: Prompt
    seen: int
    seconds: float = 0.0


Chat = tuple[Bubble, ...]


class Ongoing:
    """The runs of a session, the only thing of it that changes in place.

    Whoever presses Stop must not settle the session while a run that was told to end may still
    write a newer one.

    Attributes:
        runs: how many are not over.
        latest: the session as the last of them left it.
    """

    def __init__(self) -> None:
        self.runs = 0
        self.latest: Session | None = None

    @contextmanager
    def run(self) -> Iterator[None]:
        """A run, from its beginning to its end."""
        self.runs += 1
        try:
            yield
        finally:
            self.runs -= 1

    def wait(self, seconds: float) -> None:
        """Until all runs are over, so long at most."""
        until = time.monotonic() + seconds
        while self.runs and time.monotonic() < until:
            time.sleep(0.02)


@dataclass(frozen=True)
class Session:
    """Everything that a visitor's page stands on.

    Attributes:
        history: conversations, for undo and redo.
        cards: replies to choose from, or None.
        seq: counts what was shown; an event that names another one came too late.
        watching: whether two models are talking.
        ongoing: the runs that write it.
    """

    history: History[Chat] = History.of((), MAX_UNDO)  # noqa: RUF009 (it never changes)
    cards: Cards | None = None
    seq: int = 0
    watching: bool = False
    ongoing: Ongoing = field(default_factory=Ongoing, compare=False)

    @property
    def chat(self) -> Chat:
        """The conversation that is shown."""
        return self.history.current

    def push(self, chat: Iterable[Bubble]) -> Session:
        """With another conversation, as a step that can be undone."""
        kept = _bounded(tuple(chat))
        return replace(self, history=self.history.push(kept), cards=None)

    def amend(self, chat: Iterable[Bubble]) -> Session:
        """With the conversation as it is now, while a reply is being written."""
        return replace(self, history=self.history.amend(tuple(chat)))

    def next(self) -> Session:
        """About to be shown anew."""
        return replace(self, seq=self.seq + 1)

    def settled(self) -> Session:
        """Nothing is being written: what was ends where it is, and says that it was stopped."""
        chat = tuple(
            replace(bubble, draft=replace(bubble.draft, finish="closed"))
            if bubble.draft is not None and bubble.draft.finish is None
            else bubble
            for bubble in self.chat
            if not (bubble.is_running and not bubble.text)
        )
        cards = self.cards
        if cards is not None and cards.running:
            left = tuple(one for one in cards.found if one.text)
            cards = replace(cards, running=False, found=left) if left else None
        return replace(self.amend(chat), cards=cards, watching=False)


def conversation(chat: Chat) -> Conversation:
    """What a model hears of it, in the script that models read.

    Turns of one side in a row (a reply was stopped before its first word) are one turn.
    """
    texts: list[str] = []
    side = -1
    for bubble in chat:
        if not bubble.heard:
            continue
        text = model_text(bubble)
        if bubble.side == side:
            gap = "" if not texts[-1] or texts[-1][-1] in _ENDS else "，"
            texts[-1] += gap + text
        else:
            texts.append(text)
        side = bubble.side
    return Conversation.of(texts)


def model_text(bubble: Bubble) -> str:
    """A turn as a model reads it: simplified, in one line."""
    text = bubble.draft.text if bubble.draft is not None else bubble.text
    return " ".join(converted(text, "simplified").split())


def next_side(chat: Chat) -> int:
    """Whose turn it is after this conversation, if the one who spoke last is done."""
    heard = [bubble.side for bubble in chat if bubble.heard]
    return 1 - heard[-1] if heard else 0


def script(chat: Chat) -> Script:
    """The script in which the person writes; replies are shown in it."""
    return script_of("".join(b.text for b in chat if b.author in ("person", "call")))


def _bounded(chat: Chat) -> Chat:
    """The last bubbles; they begin with the same side as ever, so that sides keep alternating."""
    if len(chat) <= MAX_BUBBLES:
        return chat
    kept = chat[-MAX_BUBBLES:]
    return kept[1:] if kept[0].side else kept
