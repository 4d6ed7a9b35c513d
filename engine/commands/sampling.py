"""Options that say how the next token is chosen."""

import argparse
from dataclasses import replace
from typing import Final

from engine.generation.settings import Settings
from engine.generation.strategy import PRESETS, Preset
from engine.models.errors import GenerationError

_NUMBERS: Final = {
    "temperature": (float, "0 takes the most probable token"),
    "top_k": (int, "draw among so many tokens"),
    "top_p": (float, "draw from the nucleus of this probability"),
    "min_p": (float, "least probability, relative to the best token's"),
    "typical_p": (float, "draw from the locally typical set of this probability"),
    "repetition_penalty": (float, "above 1: what was there before comes less"),
    "frequency_penalty": (float, "taken off for each time a token came"),
    "presence_penalty": (float, "taken off once a token came"),
    "no_repeat_ngram": (int, "no sequence of so many tokens comes twice"),
}


def add_sampling_options(parser: argparse.ArgumentParser) -> None:
    """--preset, --temperature, --top-k and so on, --seed, --max-tokens, --stop."""
    group = parser.add_argument_group("how tokens are chosen (default: the family's preset)")
    group.add_argument(
        "--preset", choices=(*PRESETS, "none"), help="another family's, or the model's own odds"
    )
    for name, (kind, about) in _NUMBERS.items():
        group.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar="X", help=about)
    group.add_argument("--seed", type=int, help="the same seed gives the same text")
    group.add_argument("--max-tokens", type=int, metavar="N")
    group.add_argument(
        "--stop", action="append", default=[], metavar="TEXT", help="ends the text; may be repeated"
    )


def preset(options: argparse.Namespace, family: str) -> Preset:
    """The preset that the options or the family name, with what the options set in its place.

    Raises GenerationError for a value out of range.
    """
    name = options.preset or family
    base = PRESETS.get(name, Preset(settings=Settings(), max_tokens=128))
    given = {key: getattr(options, key) for key in _NUMBERS if getattr(options, key) is not None}
    if options.max_tokens is not None and options.max_tokens < 1:
        raise GenerationError(f"max_tokens must be at least 1, not {options.max_tokens}")
    settings = Settings.from_dict(base.settings.to_dict() | given) if given else base.settings
    changed = replace(base, settings=settings, max_tokens=options.max_tokens or base.max_tokens)
    if options.stop:
        return replace(changed, stop=tuple(options.stop), keeps_stop=False, ends_from=0)
    return changed
