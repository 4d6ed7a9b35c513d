"""Decoding speed of the engine beside its peers, on the same random weights, in one run.

python -m benchmarks.decode --sizes 12x768 --folder /tmp/decode \\
    --peer-python transformers=/path/to/venv/bin/python keras_hub=/path/to/other/bin/python

Every peer runs in a process of its own, under the interpreter of the environment that it needs
(benchmarks/decode/requirements.txt), one after another, on the same two cores. The weights are
written once and converted once (--prepare-only does just that). The memory bandwidth is measured
before each peer, so that a machine that was busy for a while can be told.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from benchmarks.decode.bandwidth import read_bandwidth
from benchmarks.decode.peers.measure import Plan
from benchmarks.decode.peers.sizes import SIZES
from benchmarks.decode.peers.weights import write
from benchmarks.decode.report import Result, report

ROOT: Final = Path(__file__).resolve().parents[2]
PEERS: Final[dict[str, tuple[str, ...]]] = {
    "ours": ("float32", "bfloat16", "int8"),
    "llama_cpp": ("float32", "bfloat16", "int8"),
    "ctranslate2": ("float32", "int8"),
    "transformers": ("float32", "bfloat16"),
    "keras_hub": ("float32", "bfloat16"),
    "bert4keras": ("float32",),
}
"""What each peer can be held in; CTranslate2 has no bfloat16 on a CPU."""

SLOW: Final = frozenset({"keras_hub", "bert4keras"})
"""Peers that measure less of the large sizes."""

PRECISIONS: Final[dict[str, tuple[str, ...]]] = {
    "gpt2_ml": ("float32", "bfloat16", "int8"),
    "cpm_lm": ("bfloat16", "int8"),
}
"""What a size is measured in unless --precisions says otherwise: float32 of CPM-LM is 10.4 GB."""


def plan(size_name: str, peer: str, precision: str, args: argparse.Namespace) -> Plan:
    """What one process shall do: less of it the larger the model and the slower the peer."""
    size, folder = SIZES[size_name], args.folder / size_name
    large = size.hidden > 768
    if peer in SLOW:
        new_tokens = 4 if large else 12
        batches, prompts = ((1,), (32,)) if large else ((1, 4, 16), (32, 256, 900))
    else:
        new_tokens = 12 if large else 64
        batches, prompts = (1, 4, 16), (32, 256, 900)
    return Plan(
        weights=folder / "weights",
        converted=folder / "converted",
        precision=precision,
        threads=args.threads,
        vocabulary=size.vocabulary,
        # Prefill is taken off the decoding rate, so it must not be most of what is measured.
        prompt_tokens=16 if large else 32,
        new_tokens=new_tokens,
        batches=batches,
        prompts=prompts,
        seconds=0.0 if large else 2.0,
        prepare_only=args.prepare_only,
        users=peer == "ours",
    )


def run(name: str, plan: Plan, python: str, seconds: int) -> Result:
    """One peer's process; what it said before it failed or was stopped counts."""
    command = [python, "-m", f"benchmarks.decode.peers.{name}"]
    command.append(json.dumps(asdict(plan), default=str))
    threads = str(plan.threads)
    settings = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    environment = os.environ | dict.fromkeys(settings, threads)
    environment.pop("OPENBLAS_NUM_THREADS", None)
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    result = Result(name, plan.precision)
    try:
        out, errors = process.communicate(timeout=seconds)
        if process.returncode:
            result.failure = (errors.strip().splitlines() or ["no message"])[-1]
    except subprocess.TimeoutExpired:
        process.kill()
        out, errors = process.communicate()
        result.failure = f"stopped after {seconds} s"
    result.read(out)
    if result.failure:
        print(f"{name} {plan.precision}: {result.failure}", file=sys.stderr)
    return result


def measure(size_name: str, args: argparse.Namespace, pythons: dict[str, str]) -> None:
    """All peers at one size, and their tables."""
    size = SIZES[size_name]
    write(size, args.folder / size_name / "weights")
    chosen = args.precisions or PRECISIONS.get(size_name, ("float32", "bfloat16", "int8"))
    results: list[Result] = []
    for precision in chosen:
        for name in args.peers:
            if precision in PEERS[name]:
                results.append(_one(name, precision, size_name, args, pythons))
    if not args.prepare_only:
        print(report(size_name, size, results), flush=True)


def _one(
    name: str, precision: str, size_name: str, args: argparse.Namespace, pythons: dict[str, str]
) -> Result:
    bandwidth = 0.0 if args.prepare_only else read_bandwidth(args.threads)
    job = plan(size_name, name, precision, args)
    result = run(name, job, pythons.get(name, sys.executable), args.limit)
    result.bandwidth = bandwidth
    if args.json is not None and not args.prepare_only:
        with args.json.open("a", encoding="utf-8") as log:
            log.write(json.dumps({"size": size_name, **asdict(result)}) + "\n")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["12x768"])
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--precisions", nargs="+", choices=("float32", "bfloat16", "int8"))
    parser.add_argument("--folder", type=Path, required=True, help="weights, as each peer has them")
    parser.add_argument("--peer-python", nargs="+", default=[], metavar="PEER=PYTHON")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=150, help="seconds that a peer may take")
    parser.add_argument("--json", type=Path, help="a file to append every result to")
    parser.add_argument("--prepare-only", action="store_true", help="write and convert the weights")
    args = parser.parse_args()
    args.folder = args.folder.resolve()
    # As many cores as threads, for libraries that count the cores.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: args.threads])
    pythons = dict(pair.split("=", 1) for pair in args.peer_python)
    for size_name in args.sizes:
        measure(size_name, args, pythons)


if __name__ == "__main__":
    main()
