"""Undo and redo over plain frozen states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

State = TypeVar("State")
MAX_STEPS: Final = 100


@dataclass(frozen=True)
class History(Generic[State]):
    """States in the order in which they came about, and which of them holds now.

    Frozen as its states are: every method returns another history, so that one in a session may
    be read while it changes.

    Attributes:
        states: the oldest first, at least one.
        at: the place of the current one.
        limit: the most states that are kept; the oldest go.
    """

    states: tuple[State, ...]
    at: int = 0
    limit: int = MAX_STEPS

    @classmethod
    def of(cls, state: State, limit: int = MAX_STEPS) -> History[State]:
        """A history that begins now."""
        return cls((state,), 0, limit)

    @property
    def current(self) -> State:
        """The state that holds."""
        return self.states[self.at]

    @property
    def can_undo(self) -> bool:
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        return self.at < len(self.states) - 1

    def push(self, state: State) -> History[State]:
        """A new state after the current one; what was undone is forgotten."""
        states = (*self.states[: self.at + 1], state)[-self.limit :]
        return replace(self, states=states, at=len(states) - 1)

    def amend(self, state: State) -> History[State]:
        """The current state as it is now, as while a text is being written: no step to undo."""
        states = (*self.states[: self.at], state, *self.states[self.at + 1 :])
        return replace(self, states=states)

    def undo(self) -> History[State]:
        """One step back; nothing happens at the first."""
        return replace(self, at=max(0, self.at - 1))

    def redo(self) -> History[State]:
        """One step forward; nothing happens at the last."""
        return replace(self, at=min(len(self.states) - 1, self.at + 1))
