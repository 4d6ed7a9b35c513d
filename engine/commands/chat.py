"""python -m engine chat: a dialogue in the terminal."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from engine.commands.loading import add_model_options, load, reports_errors
from engine.commands.sampling import add_sampling_options, preset
from engine.models.errors import EngineError, GenerationError

#: In place of the model's words, where somebody may hurt themselves.
_HELP: Final = (
    "这一句模型不回答，请找一个真正的人说说 / Please talk to a person, not to a program:\n"
    "  中国内地 12356 · 香港 18111 · 台灣 1925 · US 988 · UK, Ireland 116 123 · findahelpline.com"
)


@reports_errors
def main(arguments: Sequence[str]) -> int:
    """Answer each line of stdin until it ends. Returns the exit status."""
    from engine.dialogue import is_call_for_help, spoken
    from engine.generation.strategy import Strategy
    from engine.generation.writer import write
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
    # The bundled model writes a dialogue down as NEZHA does, and answers well by its settings.
    family = model.config.family
    chosen = preset(options, "nezha" if family == "bundled" else family)
    strategy = Strategy(
        settings=chosen.settings, max_tokens=chosen.max_tokens, min_tokens=chosen.min_length
    )
    strategy = replace(spoken(model, strategy), stop=chosen.stop)
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
        if is_call_for_help(line):
            print(_HELP)
            continue
        turns.append(line)
        try:
            prompt = written.prompt(turns, room)
            answer = ""
            for token in write(model, prompt, strategy, seed=options.seed, alternatives=0):
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
