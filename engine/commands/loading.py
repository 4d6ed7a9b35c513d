"""Options that every command with a language model has, and the model that they ask for."""

import argparse
import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TextIO

from engine.models import memory
from engine.models.catalogue import BUNDLED, LANGUAGE_MODEL
from engine.models.errors import EngineError

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """--model, --family, --dtype, --runtime, --tokenizer."""
    group = parser.add_argument_group("the model")
    group.add_argument(
        *("-m", "--model"),
        required=True,
        metavar="NAME",
        help='a name that "python -m engine models" lists, a file, a folder, the prefix of a '
        'TensorFlow checkpoint, or "owner/name" on the Hugging Face hub',
    )
    group.add_argument("--family", help="of the checkpoint, where it cannot be recognised")
    group.add_argument("--dtype", choices=("float32", "bfloat16", "float16", "int8"))
    group.add_argument("--runtime", choices=("openvino", "keras"))
    group.add_argument("--tokenizer", metavar="PATH", help="another vocabulary than the model's")


def load(options: argparse.Namespace) -> "LanguageModel":
    """The model that the options name; what takes time is shown on stderr.

    Raises EngineError.
    """
    from engine.transformer.checkpoints import load_checkpoint

    for spec in BUNDLED:
        if spec.name == options.model and spec.loader != LANGUAGE_MODEL:
            raise EngineError(f"{spec.name} is no language model: it is a {spec.family}")
    began = time.monotonic()
    model = load_checkpoint(
        options.model,
        options.family,
        dtype=options.dtype,
        runtime=options.runtime,
        tokenizer=options.tokenizer,
        progress=Progress("download"),
    )
    print(
        f"{options.model}: {model.config.family}, {model.dtype} on {model.device}, "
        f"loaded in {time.monotonic() - began:.1f} s",
        file=sys.stderr,
    )
    return model


class Progress:
    """Bytes done of bytes in all, as one line of stderr that is written over; where nobody
    watches it grow, the last state only."""

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self._what = what
        self._stream = stream or sys.stderr
        self._shown = -1

    def __call__(self, done: int, total: int) -> None:
        percent = 100 * done // max(total, 1)
        if percent == self._shown or (done < total and not self._stream.isatty()):
            return
        self._shown = percent
        end = "\n" if done >= total else "\r"
        size = f"{memory.readable(done)} of {memory.readable(total)}"
        print(f"{self._what}: {percent:3}%  {size}", end=end, file=self._stream, flush=True)


def reports_errors(command: Callable[..., int]) -> Callable[..., int]:
    """A command that says an EngineError in one line and gives exit status 1."""

    @wraps(command)
    def run(*arguments: Any) -> int:
        try:
            return command(*arguments)
        except EngineError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1

    return run
