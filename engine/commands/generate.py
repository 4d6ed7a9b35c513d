"""python -m engine generate: continue a text, token by token."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from engine.commands.loading import add_model_options, load, reports_errors
from engine.commands.sampling import add_sampling_options, preset
from engine.models.errors import GenerationError

if TYPE_CHECKING:
    from engine.generation.strategy import Preset
    from engine.transformer.language_model import LanguageModel


@reports_errors
def main(arguments: Sequence[str]) -> int:
    """Print the continuation as it comes. Returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.samples < 1:
        raise GenerationError(f"samples must be at least 1, not {options.samples}")
    prompt = sys.stdin.read().rstrip("\n") if options.prompt == "-" else options.prompt
    model = load(options)
    chosen = preset(options, model.config.family)
    if options.beams is not None:
        _beams(model, prompt, chosen, options)
        return 0
    for number in range(options.samples):
        if number and not options.json:
            print("\n")
        seed = None if options.seed is None else options.seed + number
        _stream(model, prompt, chosen, seed, as_json=options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine generate", description="Continue a text."
    )
    parser.add_argument("prompt", help="the beginning; - reads it from stdin")
    add_model_options(parser)
    add_sampling_options(parser)
    parser.add_argument("--samples", type=int, default=1, metavar="N", help="so many texts")
    parser.add_argument("--beams", type=int, metavar="N", help="beam search instead of drawing")
    parser.add_argument("--length-penalty", type=float, default=0.0, metavar="X")
    parser.add_argument(
        "--json", action="store_true", help="one token a line, with its probability and others"
    )
    return parser


def _stream(
    model: "LanguageModel", prompt: str, chosen: "Preset", seed: int | None, *, as_json: bool
) -> None:
    from engine.generation.stream import stream

    began, count, logprob = time.perf_counter(), 0, 0.0
    first = None
    tokens = stream(
        *(model, prompt),
        sampler=chosen.settings,
        max_tokens=chosen.max_tokens,
        min_tokens=chosen.min_length,
        ends_from=chosen.ends_from,
        stop=chosen.stops(model.tokenizer),
        seed=seed,
    )
    if not as_json:
        print(prompt, end="", flush=True)
    for token in tokens:
        first = first or time.perf_counter() - began
        count, logprob = count + 1, logprob + token.logprob
        text = json.dumps(asdict(token), ensure_ascii=False) + "\n" if as_json else token.text
        print(text, end="", flush=True)
    if not as_json:
        print()
    seconds = time.perf_counter() - began
    print(
        f"{count} tokens in {seconds:.2f} s ({count / seconds:.1f} a second, the first after "
        f"{first or seconds:.2f} s), log-probability {logprob:.2f}",
        file=sys.stderr,
    )


def _beams(
    model: "LanguageModel", prompt: str, chosen: "Preset", options: argparse.Namespace
) -> None:
    from engine.generation.beam import beam_search

    for found in beam_search(
        *(model, prompt),
        beams=options.beams,
        max_tokens=chosen.max_tokens,
        length_penalty=options.length_penalty,
        stop=chosen.stops(model.tokenizer),
    ):
        print(f"{found.logprob:9.3f}  {prompt}{found.text}")
