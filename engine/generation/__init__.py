"""From a model's next-token distribution to text: sampling, search, streams, batches."""

from engine.generation.beam import Hypothesis, beam_search
from engine.generation.presets import PRESETS, Preset
from engine.generation.ranks import TokenRank, read_text
from engine.generation.samples import random_sample
from engine.generation.scoring import Score, score
from engine.generation.settings import Settings
from engine.generation.strategy import STRATEGIES, Strategy
from engine.generation.stream import TokenStream, stream
from engine.generation.token import Alternative, Token
from engine.generation.writer import Writer, begun, fit, together, write

__all__ = [
    "PRESETS",
    "STRATEGIES",
    "Alternative",
    "Hypothesis",
    "Preset",
    "Score",
    "Settings",
    "Strategy",
    "Token",
    "TokenRank",
    "TokenStream",
    "Writer",
    "beam_search",
    "begun",
    "fit",
    "random_sample",
    "read_text",
    "score",
    "stream",
    "together",
    "write",
]
