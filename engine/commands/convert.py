"""python -m engine convert: any supported checkpoint as sharded safetensors."""

import argparse
from collections.abc import Sequence

from engine.commands.loading import Progress, reports_errors
from engine.models import memory
from engine.models.errors import CheckpointError


@reports_errors
def main(arguments: Sequence[str]) -> int:
    """Convert, with progress on stderr. Returns the exit status."""
    from engine.transformer.checkpoints.convert import LARGE_SHARD_BYTES, convert
    from engine.weights.bundle import SHARD_BYTES

    parser = argparse.ArgumentParser(
        prog="python -m engine convert",
        description="Write a checkpoint of any supported format as sharded safetensors with its "
        "config.json and vocabulary, so that --model FOLDER reads it.",
    )
    parser.add_argument("source", help="as --model of the other commands")
    parser.add_argument("target", help="a folder; made if it is not there")
    parser.add_argument(
        "--dtype", default="float32", choices=("float32", "bfloat16", "float16", "int8")
    )
    parser.add_argument("--family", help="of the source, where it cannot be recognised")
    parser.add_argument(
        "--small-shards",
        action="store_true",
        help=f"files below {SHARD_BYTES / 1e6:g} MB, which a plain git push can carry, instead of "
        f"{LARGE_SHARD_BYTES / 1e9:g} GB",
    )
    options = parser.parse_args(arguments)
    if not options.target:  # as a path, it would be the folder that the command was typed in
        raise CheckpointError("the target has no name: give a folder")
    folder = convert(
        options.source,
        options.target,
        options.dtype,
        family=options.family,
        shard_bytes=SHARD_BYTES if options.small_shards else LARGE_SHARD_BYTES,
        progress=Progress("convert"),
    )
    print(f"{folder}: {memory.readable(memory.folder_bytes(folder))}")
    return 0
