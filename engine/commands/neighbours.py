"""python -m engine neighbours: what word vectors say of words."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.loading import reports_errors
from engine.word2vec.errors import Word2VecError

if TYPE_CHECKING:
    from engine.word2vec.model import Word2Vec

BUNDLED = "word2vec"


@reports_errors
def main(arguments: Sequence[str]) -> int:
    """Print a word and its score a line. Returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.topn < 1:
        raise Word2VecError(f"-n must be at least 1, not {options.topn}")
    model = load(options.vectors)
    for word, score in _answers(model, options):
        print(f"{word}\t{score:.4f}")
    return 0


def add_vectors_option(parser: argparse.ArgumentParser) -> None:
    """-v, --vectors."""
    parser.add_argument(
        *("-v", "--vectors"),
        type=Path,
        metavar="PATH",
        help="a folder of a model, or a file of word2vec's text or binary, or npz "
        "(default: the bundled model)",
    )


def load(path: Path | None) -> "Word2Vec":
    """A model's folder, a file of vectors, or the bundled model. Raises EngineError."""
    from engine.models.catalogue import ROOT
    from engine.word2vec.formats import read
    from engine.word2vec.model import Word2Vec

    folder = ROOT / "assets/models" / BUNDLED if path is None else path
    if folder.is_dir():
        return Word2Vec.load(folder)
    if path is None:
        raise Word2VecError(f"{folder} is not there; name vectors with --vectors")
    return Word2Vec(read(path))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine neighbours",
        description="The nearest words of a word, or of several together, by the cosine.",
        epilog="王后 男人 -a 女人: 女人 is to 王后 as 男人 is to what?",
    )
    parser.add_argument("words", nargs="+", metavar="WORD")
    parser.add_argument(
        *("-a", "--without"),
        action="append",
        default=[],
        metavar="WORD",
        help="take its vector away; may come several times",
    )
    parser.add_argument("-n", "--topn", type=int, default=10, metavar="N", help="(default: 10)")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--mul", action="store_true", help="multiply cosines (3CosMul)")
    kinds.add_argument("--odd", action="store_true", help="the words themselves, the odd one last")
    kinds.add_argument(
        "--related",
        type=float,
        metavar="ALPHA",
        help="by log p(y | word) - ALPHA log p(y), where the model has a Huffman tree",
    )
    add_vectors_option(parser)
    return parser


def _answers(model: "Word2Vec", options: argparse.Namespace) -> Iterable[tuple[str, float]]:
    vectors = model.vectors
    if options.odd:
        return vectors.centrality(options.words)
    if options.related is not None:
        from engine.word2vec.keywords import related

        if len(options.words) > 1 or options.without:
            raise Word2VecError("--related takes a single word")
        return related(model, options.words[0], options.related, options.topn)
    ask = vectors.most_similar_cosmul if options.mul else vectors.most_similar
    return ask(options.words, options.without, options.topn)
