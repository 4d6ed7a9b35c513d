"""What each phase of training draws from."""

from typing import Final

_OLD: Final = {
    "story_wuxia": 0.02,
    "story_history": 0.02,
    "story_essay": 0.01,
    "story_scifi": 0.01,
}
"""Manners of writing that a small model learns at the cost of sense."""
MIXES: Final[dict[str, dict[str, float]]] = {
    "base": {
        "dialogue_smile": 0.23,
        "prose_smile": 0.16,
        "sentences": 0.15,
        "story_novel": 0.09,
        "story_children": 0.045,
        "story_modern": 0.04,
        "story_tales": 0.025,
        "fewshot": 0.10,
        "general": 0.07,
        "reading": 0.01,
        "dialogue_emollm": 0.02,
        "dialogue_cpsycoun": 0.02,
        "dialogue_lccc": 0.02,
        "dialogue_kdconv": 0.01,
        "dialogue_oasst": 0.003,
        "dialogue_crosswoz": 0.003,
        "dialogue_talk": 0.005,
        "dialogue_chatterbot": 0.001,
        **_OLD,
    },
    "story": {
        "story_tales": 0.14,
        "story_children": 0.18,
        "story_modern": 0.18,
        "story_novel": 0.13,
        "sentences": 0.03,
        "prose_smile": 0.03,
        "fewshot": 0.18,
        "general": 0.04,
        "reading": 0.02,
        **{name: share * 1.2 for name, share in _OLD.items()},
    },
    "dialogue": {
        "dialogue_smile": 0.42,
        "dialogue_cpsycoun": 0.06,
        "dialogue_emollm": 0.10,
        "dialogue_talk": 0.16,
        "dialogue_lccc": 0.12,
        "dialogue_kdconv": 0.06,
        "dialogue_oasst": 0.02,
        "dialogue_crosswoz": 0.03,
        "dialogue_chatterbot": 0.01,
        "story_tales": 0.02,
    },
}
"""Of each phase, the weights of its sources, whatever they add up to: sense first."""
SOURCES: Final = tuple(sorted(set().union(*MIXES.values())))
"""All sources of a pack."""
