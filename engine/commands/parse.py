"""python -m engine parse: the trees of sentences."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.commands.loading import reports_errors
from engine.models.catalogue import ROOT
from engine.models.errors import EngineError
from engine.onlstm import formats
from engine.onlstm.drawing import to_svg
from engine.onlstm.sentences import LANGUAGES, Sentence, sentences
from engine.onlstm.trees import PARSERS, Node, parse

if TYPE_CHECKING:
    from engine.onlstm.analysis import Analysis, OnLstm

BUNDLED: Final = ROOT / "assets" / "models" / "onlstm"
"""Has a folder for each language."""

_TEXTS: Final[dict[str, Callable[[Node, Sequence[str]], str]]] = {
    "brackets": formats.to_brackets,
    "nested": formats.to_nested,
    "forest": formats.to_forest,
}


@reports_errors
def main(arguments: Sequence[str]) -> int:
    """Print a tree for each sentence. Returns the exit status."""
    options = _parser().parse_args(arguments)
    text = sys.stdin.read() if options.text == "-" else options.text
    found = sentences(text, options.language)
    if options.format == "svg" and len(found) > 1:
        raise EngineError(f"a drawing is of one sentence, and these are {len(found)}")
    load = cache(_load)
    for sentence in found:
        model = load(options.model or BUNDLED / sentence.language)
        print(_written(sentence, model, options))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine parse",
        description="The syntax tree of each sentence of a text, as an ON-LSTM sees it that was "
        "trained on raw text alone.",
    )
    parser.add_argument("text", help="one sentence or several; - reads stdin")
    parser.add_argument(
        *("-m", "--model"),
        type=Path,
        metavar="FOLDER",
        help="of a model (default: the bundled one of the sentence's language)",
    )
    parser.add_argument("--language", choices=LANGUAGES, help="default: what its script tells")
    parser.add_argument("--layer", type=int, metavar="N", help="1 is the one that reads the words")
    parser.add_argument(
        "--parser",
        choices=PARSERS,
        help="unbiased divides between words, shen is the published code's, which prefers "
        "right-branching trees (default, as of --layer: what the model does best with)",
    )
    parser.add_argument(
        "--ignore-commas",
        action="store_true",
        help="the distances alone divide; otherwise commas, semicolons, colons and dashes do first",
    )
    parser.add_argument("--format", choices=(*_TEXTS, "json", "svg"), default="brackets")
    return parser


def _load(folder: Path) -> "OnLstm":
    from engine.onlstm.analysis import OnLstm

    return OnLstm.load(folder)


def _written(sentence: Sentence, model: "OnLstm", options: argparse.Namespace) -> str:
    """The tree in the format asked for."""
    (analysis,) = model.analyse([sentence.forms])
    layer = _layer(analysis, options.layer, model.default_layer)
    parser = options.parser or model.default_parser
    distances = analysis.layers[layer].distances
    borders = () if options.ignore_commas else sentence.borders
    tree = parse(distances, parser, borders)
    words = [word.text for word in sentence.words]
    if options.format in _TEXTS:
        return _TEXTS[options.format](tree, words)
    if options.format == "svg":
        return to_svg(tree, words, distances=distances.tolist())
    more = {
        "text": sentence.text,
        "language": sentence.language,
        "layer": layer + 1,
        "parser": parser,
        "borders": [*borders],
        "distances": [round(float(distance), 4) for distance in distances],
        "surprisal": [round(float(bits), 3) for bits in analysis.surprisal],
    }
    return json.dumps(json.loads(formats.to_json(tree, words)) | more, ensure_ascii=False)


def _layer(analysis: "Analysis", asked: int | None, default: int) -> int:
    """The index of the layer."""
    if asked is None:
        return default
    if not 1 <= asked <= len(analysis.layers):
        raise EngineError(f"layers are numbered from 1 to {len(analysis.layers)}, not {asked}")
    return asked - 1
