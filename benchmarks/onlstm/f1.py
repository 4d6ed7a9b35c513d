"""What the trees of ON-LSTM models are worth beside trees that know nothing of the sentence.

    python -m benchmarks.onlstm.f1 assets/models/onlstm --data DATA --packs runs/onlstm/zh

Prints tables in Markdown: F1 of every model's layers with both parsers beside all trivial trees on
the treebanks in DATA/trees, recall by label, perplexity of held-out text, and latency. A model is a
folder that training.onlstm.export wrote, or a folder of such folders; without any, only the trivial
trees are measured.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.onlstm.latency import WORDS, latency_rows
from benchmarks.onlstm.treebanks import (
    TREEBANKS,
    commas_cells,
    distances,
    f1_rows,
    tree_of,
    trivial_commas_cells,
    unknown_share,
)
from benchmarks.report import table
from engine.onlstm.analysis import OnLstm
from engine.onlstm.evaluation import Gold, baselines, recall_by_label
from engine.onlstm.trees import PARSERS
from engine.onlstm.weights import CONFIG
from training.onlstm.data import Pack
from training.onlstm.evaluate import perplexities

TRIVIAL_NAMES: Final = {
    "left": "left-branching",
    "right": "right-branching",
    "balanced_floor": "balanced, the left half the shorter",
    "balanced_ceil": "balanced, the left half the longer",
    "random": "random, mean of 5",
    "random_shen": "random distances with Shen's parser, mean of 5",
    "best": "the best binary tree",
}
WITH_COMMAS: Final = ("right", "balanced_floor", "balanced_ceil")
"""Trivial trees that are divided at commas as well."""
LANGUAGES: Final = {"zh": "Chinese", "en": "English"}
SHORT: Final = 10
"""Words of a short sentence, as in WSJ10."""
LABELS: Final = 8
"""The commonest ones, in the table of recall."""

Golds = Mapping[str, Sequence[Gold]]


def model_folders(paths: Sequence[Path]) -> Iterator[Path]:
    """The folders of models among the paths and right below them."""
    for path in paths:
        if (path / CONFIG).is_file():
            yield path
            continue
        below = sorted(config.parent for config in path.glob(f"*/{CONFIG}"))
        if not below:
            raise SystemExit(f"there is no model in {path}")
        yield from below


def f1_table(golds: Golds, models: Mapping[str, OnLstm]) -> str:
    """Trivial trees first, then each model's layers with both parsers."""
    columns = {}
    for name, gold in golds.items():
        short = [sentence for sentence in gold if len(sentence.words) <= SHORT]
        columns[f"{name} ({len(gold):,})"] = gold
        columns[f"{name}, {SHORT} words or fewer ({len(short):,})"] = short
    trivial = [baselines(gold) for gold in columns.values()]
    rows = [[name, *(f"{f1[key]:.1f}" for f1 in trivial)] for key, name in TRIVIAL_NAMES.items()]
    for name, model in models.items():
        for (layer, parser), cells in f1_rows(model, list(columns.values())).items():
            rows.append([f"{name}, layer {layer}, {parser}", *cells])
    return table(["trees", *columns], rows)


def recall_table(gold: Sequence[Gold], models: Mapping[str, OnLstm]) -> str:
    """The commonest labels of a treebank, by each model's own layer and parser."""
    columns = {}
    for name, model in models.items():
        found = distances(model, gold)
        made = [tree_of(model, sentence) for sentence in found]
        columns[name] = recall_by_label(made, gold)
    labels = list(next(iter(columns.values())).items())[:LABELS]
    rows = [
        [label, there.spans, *(f"{100 * column[label].recall:.1f}" for column in columns.values())]
        for label, there in labels
    ]
    return table(["label", "spans", *columns], rows)


def commas_table(gold: Sequence[Gold], models: Mapping[str, OnLstm]) -> str:
    """What it is worth to divide at commas before the distances do: the best of the trivial trees,
    and each model's own layer with both parsers."""
    rows = [[TRIVIAL_NAMES[name], *trivial_commas_cells(gold, name)] for name in WITH_COMMAS]
    for name, model in models.items():
        layer = model.default_layer
        found = [layers[layer] for layers in distances(model, gold)]
        rows += [
            [f"{name}, layer {layer + 1}, {parser}", *commas_cells(found, gold, parser)]
            for parser in PARSERS
        ]
    return table(["trees", "by distances alone", "commas first"], rows)


def report_trees(data: Path, models: Mapping[str, OnLstm]) -> Iterator[str]:
    """Tables of F1, and of recall where a treebank has labels."""
    for language, title in LANGUAGES.items():
        golds = {
            bank.name: bank.read(data / "trees" / bank.file)
            for bank in TREEBANKS
            if bank.language == language
        }
        mine = {name: m for name, m in models.items() if m.config.language == language}
        yield f"### {title}\n\n{f1_table(golds, mine)}"
        for name, model in mine.items():
            shares = (
                f"{unknown_share(model.vocabulary, gold):.1%} of {bank}'s"
                for bank, gold in golds.items()
            )
            yield f"Words that {name} reads as unknown: {', '.join(shares)}.\n"
        for bank, gold in golds.items():
            borders = sum(bool(sentence.borders) for sentence in gold)
            if borders:
                yield (
                    f"{bank}, {borders:,} of whose sentences have a comma or other mark "
                    f"that divides:\n\n{commas_table(gold, mine)}"
                )
            if mine and any(sentence.labels for sentence in gold):
                yield f"Recall by label, {bank}, in percent:\n\n{recall_table(gold, mine)}"


def report_perplexity(models: Mapping[Path, OnLstm], packs: Sequence[Path]) -> Iterator[str]:
    """A table for each pack, of the models that have its vocabulary: no others compare."""
    for path in packs:
        pack = Pack(path)
        rows = {
            folder.name: perplexities(folder, pack)
            for folder, model in models.items()
            if model.vocabulary.words == pack.vocabulary.words
        }
        if rows:
            cells = [
                [name, *(f"{value:.1f}" for value in row.values())] for name, row in rows.items()
            ]
            heads = ["model", *next(iter(rows.values()))]
            yield f"Perplexity of held-out text, {path.name}:\n\n{table(heads, cells)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="*", help="folders of models, or of such ones")
    parser.add_argument("--data", type=Path, required=True, help="has a folder trees")
    parser.add_argument(
        *("--packs", "-p"),
        type=Path,
        nargs="*",
        default=(),
        help="folders that training.onlstm.data wrote, for perplexity",
    )
    parser.add_argument("--times", type=int, default=100, help="sentences, for latency; 0: none")
    args = parser.parse_args()
    models = {folder: OnLstm.load(folder) for folder in model_folders(args.models)}
    for text in report_trees(args.data, {folder.name: m for folder, m in models.items()}):
        print(text, flush=True)
    for text in report_perplexity(models, args.packs):
        print(text, flush=True)
    if models and args.times:
        print(f"### A sentence of {WORDS} words\n")
        rows = [row for folder in models for row in latency_rows(folder, args.times)]
        print(table(["", "median ms", "95% ms", "times our analysis"], rows))


if __name__ == "__main__":
    main()
