"""What is useful without a browser: python -m engine COMMAND ...

A command's module is imported when it is called, so that one which needs no model (perft)
does not wait for TensorFlow.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final

#: Name: (what it does, "module:function" that takes the arguments and gives the exit status).
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "chat": ("talk with a dialogue model", "engine.commands.chat:main"),
    "convert": ("any checkpoint to sharded safetensors", "engine.commands.convert:main"),
    "evaluate": ("measure word vectors on test sets", "engine.commands.evaluate:main"),
    "generate": ("continue a text", "engine.commands.generate:main"),
    "models": ("list the models, where they are and how large", "engine.commands.models:main"),
    "neighbours": ("what word vectors say of words", "engine.commands.neighbours:main"),
    "parse": ("the syntax trees of sentences", "engine.commands.parse:main"),
    "perft": ("count the move paths of a xiangqi position", "engine.commands.perft:main"),
    "play": ("play xiangqi over UCI, for tournament managers", "engine.xiangqi.play.uci:main"),
    "score": ("how probable a text is, or each of several answers", "engine.commands.score:main"),
}


def main(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="Chinese language models without a browser.",
        epilog="\n".join(f"  {name:10}{about}" for name, (about, _) in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...", help="COMMAND --help")
    chosen = parser.parse_args(arguments)
    module, _, function = COMMANDS[chosen.command][1].partition(":")
    run: Callable[[Sequence[str]], int] = getattr(import_module(module), function)
    return run(chosen.rest)


if __name__ == "__main__":
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):  # not every terminal can show what a model writes
            output.reconfigure(errors="replace")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever was reading, as in "| head", has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
