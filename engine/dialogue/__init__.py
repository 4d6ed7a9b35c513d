"""Conversations with a model: what it sees, one reply or several to choose from, two models
talking, and what comes before any of that: whether somebody needs a person to talk to."""

from engine.dialogue.conversation import Context, ContextTurn, Conversation, Turn, context
from engine.dialogue.crisis import is_call_for_help
from engine.dialogue.replies import (
    MAX_CANDIDATES,
    MMI_WEIGHT,
    Candidate,
    Ranking,
    candidates,
    draw,
    rank,
    reply,
    spoken,
)
from engine.dialogue.talk import Ending, Speaker, TalkStep, talk

__all__ = [
    "MAX_CANDIDATES",
    "MMI_WEIGHT",
    "Candidate",
    "Context",
    "ContextTurn",
    "Conversation",
    "Ending",
    "Ranking",
    "Speaker",
    "TalkStep",
    "Turn",
    "candidates",
    "context",
    "draw",
    "is_call_for_help",
    "rank",
    "reply",
    "spoken",
    "talk",
]
