"""python -m engine chat: a dialogue in the terminal."""

import argparse
import sys
from collections.abc import Sequence

from engine.commands.loading import add_model_options, load, told
from engine.commands.sampling import add_sampling_options, preset
from engine.errors import EngineError, GenerationError


@told
def main(arguments: Sequence[str]) -> int:
    """Answer each line of stdin until it ends. Returns the exit status."""
    from engine.generation.stream import stream
    from engine.tokenizers.dialogue import dialogue_format

    parser = argparse.ArgumentParser(
        prog="python -m engine chat",
        description="Talk with a dialogue model: one line is one turn, an empty line begins anew.",
    )
    add_model_options(parser)
    add_sampling_options(parser)
    options = parser.parse_args(arguments)
    model = load(options)
    written = dialogue_format(model.config.family, model.tokenizer)
    chosen = preset(options, model.config.family)
    turns: list[str] = []
    room = model.config.max_positions - chosen.max_tokens
    if room < 1:
        raise GenerationError(
            f"answers of {chosen.max_tokens} tokens leave no room for questions in a context of "
            f"{model.config.max_positions}: choose a smaller --max-tokens"
        )
    while (line := _read()) is not None:
        if not line:
            turns.clear()
            continue
        turns.append(line)
        try:
            prompt = written.prompt(turns, room)
            answer = ""
            for token in stream(
                *(model, prompt),
                sampler=chosen.settings,
                max_tokens=chosen.max_tokens,
                min_tokens=chosen.min_length,
                stop=chosen.stops(model.tokenizer),
                seed=options.seed,
            ):
                answer += token.text
                print(token.text, end="", flush=True)
            print()
            turns.append(answer)
        except EngineError as error:
            print(f"error: {error}", file=sys.stderr)
            turns.pop()
    return 0


def _read() -> str | None:
    """The next line, or None at the end."""
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return None
