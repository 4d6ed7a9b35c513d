"""From a model's next-token distribution to text: sampling, search, streams, batches."""

from engine.generation.beam import Hypothesis, beam_search
from engine.generation.prompts import fit
from engine.generation.scoring import Score, score
from engine.generation.settings import Settings
from engine.generation.strategy import PRESETS, STRATEGIES, Preset, Strategy
from engine.generation.stream import TokenStream, random_sample, stream
from engine.generation.text import Alternative, Token
from engine.generation.token_ranks import TokenRank, read_text
from engine.generation.writer import Writer, interleaved, resumed_texts, write

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
    "fit",
    "interleaved",
    "random_sample",
    "read_text",
    "resumed_texts",
    "score",
    "stream",
    "write",
]
