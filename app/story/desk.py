"""A visitor's desk: the manuscript, and the tree of continuations that were tried.

Everything here is plain values without a browser or a model; nothing grows without bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from engine.chinese import Script, converted
from engine.story import StoryRequest

if TYPE_CHECKING:
    from app.text.drafts import Draft

#: Of a manuscript; memory and note have limits of their own.
MAX_CHARS: Final = 20_000
MAX_MEMORY_CHARS: Final = 2_000
MAX_TITLE_CHARS: Final = 60
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
        run: continuations that were written side by side have the same.
    """

    id: int
    parent: int | None
    request: StoryRequest
    draft: Draft
    written: str
    text: str
    run: int
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
class Run:
    """Continuations that are being written, and the desk has not taken in yet."""

    id: int
    parent: int | None
    request: StoryRequest
    script: Script
    drafts: list[Draft] = field(default_factory=list)


class Desk:
    """The state of one visitor's page; its methods change it between two events.

    Attributes:
        nodes: by id, in the order in which they were written.
        past, future: what undo and redo go to, the nearest last.
        now: the manuscript as the server saw it last.
        run: what is being written; None between runs.
    """

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {}
        self.past: list[Snapshot] = []
        self.future: list[Snapshot] = []
        self.now = Snapshot()
        self.run: Run | None = None
        self._last_id = 0

    @property
    def node(self) -> Node | None:
        """The continuation that is looked at."""
        return None if self.now.node is None else self.nodes.get(self.now.node)

    def new_id(self) -> int:
        """A number that nothing of this desk has had."""
        self._last_id += 1
        return self._last_id

    def see(self, text: str) -> None:
        """The manuscript as the browser has it: what was typed since is a step of its own."""
        if text != self.now.text:
            self.show(Snapshot(text, self.now.node))

    def show(self, snapshot: Snapshot) -> None:
        """Go to a manuscript; undo leads back."""
        if snapshot.text != self.now.text:
            self.past = [*self.past, self.now][-MAX_UNDO:]
            self.future = []
        self.now = snapshot

    def undo(self) -> bool:
        """Back by one step; whether there was one."""
        if not self.past:
            return False
        self.future.append(self.now)
        self.now = self.past.pop()
        return True

    def redo(self) -> bool:
        """Forward again; whether there was something."""
        if not self.future:
            return False
        self.past.append(self.now)
        self.now = self.future.pop()
        return True

    def begin(self, request: StoryRequest, script: Script, parent: int | None) -> Run:
        """Start to write; what was written until now but not taken in is dropped."""
        self.run = Run(self.new_id(), parent, request, script)
        return self.run

    def settle(self, text: str) -> list[Node]:
        """Take in what was written, and return the new continuations, in the order of the run.

        A single one becomes part of the manuscript; of several the visitor chooses one.

        Args:
            text: the manuscript as it is now: it may have been edited during the run.
        """
        run, self.run = self.run, None
        if run is None:
            return []
        self.see(text)
        nodes = [self._node(run, draft) for draft in run.drafts if draft.text]
        for node in nodes:
            self.nodes[node.id] = node
        if len(nodes) == 1 and len(run.drafts) == 1:
            self.accept(nodes[0])
        self._forget()
        return nodes

    def accept(self, node: Node) -> None:
        """Put a continuation into the manuscript.

        Where the manuscript was only edited since, the continuation's place has moved with the
        edits; where it holds another continuation by now, the one's own manuscript comes back.
        """
        if self.now.node == node.parent and self.now.text != node.request.text:
            node = moved(node, self.now.text)
            self.nodes[node.id] = node
        self.show(Snapshot(node.text, node.id))

    def go_to(self, id: object) -> Node | None:
        """Bring a continuation's manuscript back; None for a number that is none."""
        node = self.nodes.get(id) if isinstance(id, int) else None
        if node is not None:
            self.show(Snapshot(node.text, node.id))
        return node

    def siblings(self, run: int) -> list[Node]:
        """The continuations of one run."""
        return [node for node in self.nodes.values() if node.run == run]

    def _node(self, run: Run, draft: Draft) -> Node:
        written = draft.text
        if run.script == "traditional":
            written = converted(written, "traditional")
        request = run.request
        text = request.before + written + request.after
        parent = run.parent if run.parent in self.nodes else None
        return Node(self.new_id(), parent, request, draft, written, text, run.id, run.script)

    def _forget(self) -> None:
        """Let the oldest continuations go until the rest is small enough."""
        size = sum(len(node.text) + len(node.request.text) for node in self.nodes.values())
        for id in list(self.nodes):
            if len(self.nodes) <= MAX_NODES and size <= MAX_TREE_CHARS:
                return
            if id != self.now.node:
                gone = self.nodes.pop(id)
                size -= len(gone.text) + len(gone.request.text)


def moved(node: Node, text: str) -> Node:
    """The continuation for a manuscript that was edited while it was written."""
    old = node.request.text
    cursor = moved_cursor(old, text, len(node.request.before))
    request = replace(node.request, text=text, cursor=cursor)
    return replace(node, request=request, text=request.before + node.written + request.after)


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
