"""GPT2_ML and CPM-LM at their full size: random weights in the published layout, loaded, asked.

python -m benchmarks.decode.full_size --folder /tmp/full

Writes each checkpoint as it was published (CPM-LM: two Megatron ranks of torch.save in float16,
5.2 GB; GPT2_ML: TensorFlow's bundle in float32 without the optimizer, 5.6 GB), loads it in a fresh
process for each precision, generates 16 tokens, and removes it (--keep leaves it). --layers makes
them smaller. CPM-LM needs torch to be written, GPT2_ML TensorFlow; what is missing is skipped.
"""

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.decode.checkpoints import CHECKPOINTS
from engine.transformer.runtimes import Dtype

TOKENS: Final = 16
PROMPT: Final = tuple(range(100, 116))


class MemoryWatch:
    """The most anonymous memory of this process: what mapped files and caches are not (Linux)."""

    def __init__(self) -> None:
        self.anonymous = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            self.anonymous = max(self.anonymous, status("RssAnon"))

    def stop(self) -> None:
        self._done.set()
        self._thread.join()


def status(name: str) -> float:
    """A figure of /proc/self/status, in GB."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024 / 1e9
    raise KeyError(name)


def load_and_ask(path: Path, dtype: Dtype) -> dict[str, float]:
    """What one process measures: memory in GB, times in seconds."""
    from engine.transformer.checkpoints import load_checkpoint
    from engine.transformer.decoder import Chunk

    before = status("RssAnon")
    watch = MemoryWatch()
    began = time.perf_counter()
    model = load_checkpoint(path, dtype=dtype, tokenizer=False)
    loaded = time.perf_counter()
    watch.stop()
    loading_peak, loading_anonymous = status("VmHWM"), watch.anonymous
    decoder = model.decoder()
    slot = decoder.open()
    logits = decoder.extend([Chunk(slot, PROMPT)])[0]
    first = time.perf_counter()
    for _ in range(TOKENS - 1):
        logits = decoder.extend([Chunk(slot, [int(logits.argmax())])])[0]
    if not np.isfinite(logits).all():
        raise ArithmeticError("the logits are not finite")
    return {
        "peak": loading_peak,
        "anonymous": loading_anonymous - before,
        "load": loaded - began,
        "first": first - loaded,
        "rate": (TOKENS - 1) / (time.perf_counter() - first),
    }


def rows(name: str, folder: Path, layers: int | None) -> Iterator[list[str]]:
    """Writes a checkpoint, loads it in each precision, and says what that took."""
    published = CHECKPOINTS[name]
    if importlib.util.find_spec(published.writer) is None:
        print(f"{published.title}: skipped, {published.writer} is not installed", file=sys.stderr)
        return
    blocks = min(layers or published.layers, published.layers)
    # Each in a process of its own, so that no memory of one counts for another.
    writer = [sys.executable, "-m", "benchmarks.decode.checkpoints", name, str(folder), str(blocks)]
    subprocess.run(writer, check=True)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e9
    for dtype in published.dtypes:
        loader = [sys.executable, "-m", "benchmarks.decode.full_size"]
        loader += [f"--folder={folder}", "--load", published.path, dtype]
        done = subprocess.run(loader, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        cells = [published.title, dtype, f"{size:.2f}"]
        for kind in ("peak", "anonymous"):
            cells += [f"{found[kind]:.2f}", f"{found[kind] / size:.2f}"]
        cells += [f"{found['load']:.1f}", f"{found['first']:.2f}", f"{found['rate']:.1f}"]
        yield cells


def table(args: argparse.Namespace) -> None:
    titles = ["checkpoint", "held in", "file GB", "peak resident GB", ": file"]
    titles += ["peak anonymous GB", ": file", "load s", "first token s", "tokens/s"]
    print("| " + " | ".join(titles) + " |")
    print("| --- | --- |" + " ---: |" * (len(titles) - 2))
    for name in args.models:
        folder = args.folder / name
        for cells in rows(name, folder, args.layers):
            print("| " + " | ".join(cells) + " |", flush=True)
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="where there is room for 6 GB")
    parser.add_argument("--models", nargs="+", choices=CHECKPOINTS, default=list(CHECKPOINTS))
    parser.add_argument("--layers", type=int, help="fewer blocks than the published model has")
    parser.add_argument("--keep", action="store_true", help="leave the written checkpoints there")
    parser.add_argument("--load", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.load:
        path, dtype = args.load
        print(json.dumps(load_and_ask(args.folder / path, dtype)))
    else:
        table(args)


if __name__ == "__main__":
    main()
