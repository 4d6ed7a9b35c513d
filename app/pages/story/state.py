"""What a visit has: the manuscript, and the tree of continuations that were tried.

Everything here is plain values without a browser or a model; nothing grows without bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from app.text.history import History
from app.web.run import Runs
from engine.story import StoryRequest, Title
from engine.tokenizers.scripts import Script, converted

if TYPE_CHECKING:
    from app.text.drafts import Draft

#: Continuations that are kept, and their manuscripts' characters together: the oldest go first.
MAX_NODES: Final = 40
MAX_TREE_CHARS: Final = 400_000
#: Manuscripts that undo reaches.
MAX_UNDO: Final = 30


@dataclass(frozen=True)
class Node:
    """A continuation that was tried.

    Attributes:
        parent: the continuation whose manuscript this one went on from; None for a first one.
        request: what was continued, in the visitor's own script.
        draft: what the model wrote, in the model's script.
        written: the same in the visitor's script.
        text: the manuscript with it.
        group: continuations that were written side by side have the same.
    """

    id: int
    parent: int | None
    request: StoryRequest
    draft: Draft
    written: str
    text: str
    group: int
    script: Script = "simplified"

    @property
    def end(self) -> int:
        """Where the continuation ends in the manuscript."""
        return len(self.text) - len(self.request.after)


@dataclass(frozen=True)
class Snapshot:
    """The manuscript at one time, and the continuation that is looked at."""

    text: str = ""
    node: int | None = None


@dataclass
class Writing:
    """Continuations that are being written, and the manuscript has not yet.

    Attributes:
        requests: one for each; they differ in their conditions only.
        drafts: as far as they are written.
        notice: what is to be said about it.
    """

    id: int
    parent: int | None
    requests: Sequence[StoryRequest]
    script: Script
    drafts: list[Draft] = field(default_factory=list)
    notice: str = ""


@dataclass
class Visit:
    """What one visitor has; its methods change it between two events.

    Attributes:
        nodes: by id, in the order in which they were written.
        history: the manuscripts as the server saw them.
        writing: what has been written since ``begin``; None once it is settled.
        group: whose continuations stand side by side to choose from; None for none.
        titles: those that were found last.
    """

    nodes: dict[int, Node] = field(default_factory=dict)
    history: History[Snapshot] = field(default_factory=lambda: History.of(Snapshot(), MAX_UNDO))
    writing: Writing | None = None
    group: int | None = None
    titles: list[Title] = field(default_factory=list)
    runs: Runs = field(default_factory=Runs)
    last_id: int = 0

    @property
    def now(self) -> Snapshot:
        """The manuscript as the server saw it last."""
        return self.history.current

    @property
    def node(self) -> Node | None:
        """The continuation that is looked at."""
        return None if self.now.node is None else self.nodes.get(self.now.node)

    def new_id(self) -> int:
        """A number that nothing of this visit has had."""
        self.last_id += 1
        return self.last_id

    def see(self, text: str) -> None:
        """The manuscript as the browser has it: what was typed since is a step of its own."""
        self.show(Snapshot(text, self.now.node))

    def show(self, snapshot: Snapshot) -> None:
        """Go to a manuscript; undo leads back."""
        if snapshot.text == self.now.text:
            self.history = self.history.amend(snapshot)
        else:
            self.history = self.history.push(snapshot)

    def begin_page(self, text: str) -> None:
        """Another manuscript; undo leads back, and the tree stays."""
        self.history = self.history.push(Snapshot(text))
        self.group = None

    def undo(self) -> None:
        """Back by one step, if there is one."""
        self.history = self.history.undo()

    def redo(self) -> None:
        """Forward again, if there is something."""
        self.history = self.history.redo()

    def begin(
        self, requests: Sequence[StoryRequest], script: Script, parent: int | None
    ) -> Writing:
        """Start to write; what was written until now but not settled is dropped."""
        self.writing = Writing(self.new_id(), parent, requests, script)
        self.group = None
        return self.writing

    def settle(self, text: str) -> list[Node]:
        """Take in what was written, and return the new continuations, in their order.

        A single one becomes part of the manuscript; of several the visitor chooses one.

        Args:
            text: the manuscript as it is now: it may have been edited meanwhile.
        """
        writing, self.writing = self.writing, None
        self.see(text)
        if writing is None:
            return []
        # There are no drafts where the model was not reached.
        drafted = zip(writing.requests, writing.drafts, strict=bool(writing.drafts))
        nodes = [self._node(writing, request, draft) for request, draft in drafted if draft.text]
        for node in nodes:
            self.nodes[node.id] = node
        if len(nodes) == 1:
            self.accept(nodes[0])
        elif nodes:
            self.group = writing.id
        self._forget()
        return nodes

    def accept(self, node: Node) -> None:
        """Put a continuation into the manuscript.

        It goes where it was asked for, or takes the place of the one that it was written instead
        of, also where the manuscript was edited around that place. In a manuscript that has
        neither, its own one comes back.
        """
        other = self.node
        base, begin = node.request.text, len(node.request.before)
        end = begin
        if other is not None and _same_place(other.request, node.request):
            base, end = other.text, other.end
        elif self.now.node != node.parent:
            self.show(Snapshot(node.text, node.id))
            return
        now = self.now.text
        begin, end = (moved_cursor(base, now, place) for place in (begin, end))
        node = placed(node, now[:begin], now[end:])
        self.nodes[node.id] = node
        self.show(Snapshot(node.text, node.id))

    def go_to(self, id: object) -> Node | None:
        """Bring a continuation's manuscript back; None for a number that is none."""
        if not isinstance(id, int) or isinstance(id, bool):
            return None
        node = self.nodes.get(id)
        if node is not None:
            self.show(Snapshot(node.text, node.id))
        return node

    def choices(self) -> list[Node]:
        """The continuations that stand side by side."""
        return [node for node in self.nodes.values() if node.group == self.group]

    def _node(self, writing: Writing, request: StoryRequest, draft: Draft) -> Node:
        written, script = draft.text, writing.script
        if script == "traditional":
            written = converted(written, script)
        text = request.before + written + request.after
        parent = writing.parent if writing.parent in self.nodes else None
        return Node(self.new_id(), parent, request, draft, written, text, writing.id, script)

    def _forget(self) -> None:
        """Let the oldest continuations go until the rest is small enough."""
        size = sum(len(node.text) + len(node.request.text) for node in self.nodes.values())
        for id in list(self.nodes):
            if len(self.nodes) <= MAX_NODES and size <= MAX_TREE_CHARS:
                return
            if id != self.now.node:
                gone = self.nodes.pop(id)
                size -= len(gone.text) + len(gone.request.text)


def placed(node: Node, before: str, after: str) -> Node:
    """The continuation between these two parts of a manuscript."""
    request = replace(node.request, text=before + after, cursor=len(before) if after else None)
    return replace(node, request=request, text=before + node.written + after)


def _same_place(one: StoryRequest, other: StoryRequest) -> bool:
    return (one.before, one.after) == (other.before, other.after)


def moved_cursor(old: str, new: str, cursor: int) -> int:
    """Where a place of a text is after one edit: it moves with what stands around it.

    If it was inside of what was replaced, it is after the replacement.
    """
    shortest = min(len(old), len(new))
    start = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    if cursor <= start:
        return cursor
    end = next((i for i in range(shortest - start) if old[-1 - i] != new[-1 - i]), shortest - start)
    if cursor >= len(old) - end:
        return cursor + len(new) - len(old)
    return len(new) - end
