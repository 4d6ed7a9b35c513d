"""What a visit has, as plain values: its conversation, undo and redo, and replies to choose from.

Nothing here knows a browser, and nothing grows without bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, Self

from app.text.history import History
from app.web.run import Run, Runs
from engine.dialogue import Conversation
from engine.tokenizers.scripts import Script, converted, script_of

if TYPE_CHECKING:
    from app.text.drafts import Draft
    from engine.dialogue import Candidate
    from engine.tokenizers.prompt import Prompt

Author = Literal["person", "model", "given", "call", "help"]
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

    @property
    def is_unsaid(self) -> bool:
        """Whether it is a reply that was stopped before its first word."""
        return self.draft is not None and self.draft.finish in (None, "closed") and not self.text


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


@dataclass
class Dialogue:
    """A conversation with its past, and what is being written of it.

    A run changes the one with which it began. Whatever begins after it gives the visit another one,
    so a run that goes on too long changes nothing that is shown.

    Attributes:
        history: conversations, for undo and redo.
        cards: replies to choose from, or None.
        talking: whether two models are talking.
    """

    history: History[Chat] = field(default_factory=lambda: History.of((), MAX_UNDO))
    cards: Cards | None = None
    talking: bool = False

    @property
    def chat(self) -> Chat:
        """The conversation that is shown."""
        return self.history.current

    @property
    def is_running(self) -> bool:
        """Whether something is being written."""
        cards_run = self.cards is not None and self.cards.running
        return self.talking or cards_run or any(bubble.is_running for bubble in self.chat)

    def push(self, chat: Iterable[Bubble]) -> None:
        """Another conversation, as a step that can be undone."""
        self.history = self.history.push(_bounded(tuple(chat)))
        self.cards = None

    def amend(self, chat: Iterable[Bubble]) -> None:
        """The conversation as it is now, while a reply is being written."""
        self.history = self.history.amend(tuple(chat))

    def undo(self) -> None:
        """Back by one step, if there is one."""
        self.history, self.cards = self.history.undo(), None

    def redo(self) -> None:
        """Forward again, if there is something."""
        self.history, self.cards = self.history.redo(), None

    def put_away(self) -> None:
        """None of the replies to choose from."""
        self.cards = None

    def settle(self) -> Self:
        """Nothing is being written any more: what was ends where it is, and says that it was
        stopped. Returns itself."""
        self.amend(
            replace(bubble, draft=replace(bubble.draft, finish="closed"))
            if bubble.draft is not None and bubble.is_running
            else bubble
            for bubble in self.chat
            if not bubble.is_unsaid
        )
        cards, self.talking = self.cards, False
        if cards is not None and cards.running:
            left = tuple(one for one in cards.found if one.text)
            self.cards = replace(cards, running=False, found=left) if left else None
        return self


@dataclass
class Visit:
    """What one visitor has.

    Attributes:
        seq: counts what was shown; an event that names another one came too late.
    """

    dialogue: Dialogue = field(default_factory=Dialogue)
    seq: int = 0
    runs: Runs = field(default_factory=Runs)

    def settled(self) -> Dialogue:
        """A copy of the dialogue in which nothing is being written."""
        return replace(self.dialogue).settle()

    def begin(self, dialogue: Dialogue | None = None) -> Run:
        """Begin to change the dialogue, or show another one; whatever is being written ends."""
        self.dialogue = dialogue or self.settled()
        self.seq += 1
        return self.runs.begin()


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


def in_script(text: str, script: Script) -> str:
    """What a model wrote, as the person reads it; models write Simplified."""
    return converted(text, script) if script == "traditional" else text


def _bounded(chat: Chat) -> Chat:
    """The last bubbles; they begin with the same side as ever, so that sides keep alternating."""
    if len(chat) <= MAX_BUBBLES:
        return chat
    kept = chat[-MAX_BUBBLES:]
    return kept[1:] if kept[0].side else kept
