"""Story writing: what a model is given to continue a manuscript, and titles for one."""

from engine.story.prompts import (
    GENRES,
    StoryPrompt,
    StoryRequest,
    condition_segment,
    sentence_ends,
    story_prompt,
    until_sentence_end,
    without_gaps,
)
from engine.story.titles import Title, repeated_names, suggest_titles

__all__ = [
    "GENRES",
    "StoryPrompt",
    "StoryRequest",
    "Title",
    "condition_segment",
    "repeated_names",
    "sentence_ends",
    "story_prompt",
    "suggest_titles",
    "until_sentence_end",
    "without_gaps",
]
