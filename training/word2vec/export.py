"""Turn a run of training.word2vec.train into the bundled model.

    python -m training.word2vec.export runs/word2vec PACK assets/models/word2vec

Vectors and nodes become int8 with a scale for each row; the map of the most frequent words is
computed once, here (t-SNE takes minutes).
"""

import argparse
from pathlib import Path

from engine.word2vec.maps import word_map
from engine.word2vec.model import Word2Vec
from engine.word2vec.vectors import Vectors
from training.common.state import read_state
from training.word2vec.pack import read


def trained(run: Path, pack: Path) -> Word2Vec:
    """What a run has learned so far, without a map."""
    vocabulary, tokens = read(pack)
    settings, state = read_state(run)
    recipe = settings["recipe"]
    vectors = Vectors(vocabulary.words, state["inputs"][:-1], vocabulary.counts)
    nodes = state["outputs"][:-1] if recipe["output"] == "hierarchical" else None
    *_, done = state["place"].tolist()
    return Word2Vec(vectors, nodes, recipe=recipe | {"text": len(tokens), "words_read": done})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("pack", type=Path, help="what the run was trained on")
    parser.add_argument("folder", type=Path, help="for the model")
    parser.add_argument("--map-words", type=int, default=20_000)
    parser.add_argument("--map-method", choices=("tsne", "pca"), default="tsne")
    parser.add_argument("--clusters", type=int, default=24)
    args = parser.parse_args()
    model = trained(args.run, args.pack)
    model.map = word_map(model.vectors, args.map_words, args.clusters, method=args.map_method)
    model.save(args.folder)
    for path in sorted(args.folder.iterdir()):
        print(f"{path.stat().st_size:>12,} {path.name}")


if __name__ == "__main__":
    main()
