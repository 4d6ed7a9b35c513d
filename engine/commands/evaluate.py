"""python -m engine evaluate: measure word vectors on test sets."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.loading import reports_errors
from engine.commands.neighbours import add_vectors_option, load
from engine.word2vec.errors import FormatError, Word2VecError

if TYPE_CHECKING:
    from engine.word2vec.evaluation import Analogies
    from engine.word2vec.vectors import Vectors


@reports_errors
def main(arguments: Sequence[str]) -> int:
    """Print a test or a section a line, as columns with tabs. Returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.restrict < 1:
        raise Word2VecError(f"--restrict must be at least 1, not {options.restrict}")
    vectors = load(options.vectors).vectors
    print("test", "score", "measured", "of", "coverage", sep="\t")
    for path in options.tests:
        _print(path, vectors, options)
    return 0


def _parser() -> argparse.ArgumentParser:
    from engine.word2vec.evaluation import RESTRICT

    parser = argparse.ArgumentParser(
        prog="python -m engine evaluate",
        description="Measure word vectors: Spearman's correlation on a file of pairs (word, word "
        'and score, tabs between), accuracy on one of analogies (": section", then four words a '
        "line).",
    )
    parser.add_argument("tests", nargs="+", type=Path, metavar="FILE")
    add_vectors_option(parser)
    parser.add_argument("--mul", action="store_true", help="answer analogies by 3CosMul")
    parser.add_argument(
        "--restrict",
        type=int,
        default=RESTRICT,
        metavar="N",
        help="use the first N words of the vocabulary (default: %(default)s)",
    )
    parser.add_argument("--case", action="store_true", help="take upper and lower case apart")
    parser.add_argument(
        "--all", action="store_true", help="count what has an unknown word as wrong, or as 0"
    )
    return parser


def _print(path: Path, vectors: "Vectors", options: argparse.Namespace) -> None:
    from engine.word2vec import evaluation

    name = path.stem
    try:
        pairs = evaluation.read_similarity(path)
    except FormatError:
        sections = evaluation.read_analogies(path)
    else:
        found = evaluation.word_similarity(
            vectors,
            pairs,
            restrict=options.restrict,
            ignore_case=not options.case,
            count_unknown=options.all,
        )
        print(name, f"{found.spearman:.4f}", *_coverage(found.known, found.pairs), sep="\t")
        return
    results = []
    for result in evaluation.analogies(
        vectors,
        sections,
        method="mul" if options.mul else "add",
        restrict=options.restrict,
        ignore_case=not options.case,
        count_unknown=options.all,
    ):
        results.append(result)
        _print_analogies(f"{name} {result.section}", result)
    _print_analogies(name, evaluation.total(results))


def _print_analogies(name: str, result: "Analogies") -> None:
    counts = _coverage(result.known, result.questions)
    print(name, f"{result.accuracy:.4f}", *counts, sep="\t", flush=True)


def _coverage(known: int, total: int) -> tuple[int, int, str]:
    return known, total, f"{known / max(total, 1):.1%}"
