"""What word vectors score on the test sets, beside what gensim says of the same vectors.

    pip install gensim==4.4.0
    python -m benchmarks.word2vec.quality --vectors words.vector --tests FOLDER

``--vectors`` is a file in word2vec's binary, such as synonyms/data/words.vector in the package
synonyms 3.10.2 (https://pypi.org/project/synonyms), or a model's folder. The folder of tests has
wordsim-240.txt, wordsim-297.txt, ca_translated.txt, morphological.txt and semantic.txt (CA8).
"""

import argparse
import tempfile
import time
from pathlib import Path

from gensim.models import KeyedVectors

from engine.commands.neighbours import load
from engine.word2vec import evaluation
from engine.word2vec.formats import write
from engine.word2vec.vectors import Vectors

SIMILARITY = ("wordsim-240", "wordsim-297")
ANALOGIES = ("ca_translated", "morphological", "semantic")


def similarity(path: Path, ours: Vectors, theirs: KeyedVectors, folder: Path) -> str:
    pairs = evaluation.read_similarity(path)
    cleaned = folder / "pairs.txt"  # gensim takes stray blanks for parts of the words
    cleaned.write_text("".join(f"{a}\t{b}\t{score}\n" for a, b, score in pairs), encoding="utf-8")
    began = time.process_time()
    found = evaluation.word_similarity(ours, pairs)
    halfway = time.process_time()
    _, spearman, unknown = theirs.evaluate_word_pairs(str(cleaned))
    ended = time.process_time()
    return (
        f"| {path.stem} | Spearman | {100 * found.spearman:.2f} | {100 * spearman[0]:.2f} | "
        f"{found.coverage:.1%} | {1 - unknown / 100:.1%} | {halfway - began:.2f} | "
        f"{ended - halfway:.2f} |"
    )


def analogies(path: Path, ours: Vectors, theirs: KeyedVectors) -> list[str]:
    sections = evaluation.read_analogies(path)
    began = time.process_time()
    found = list(evaluation.analogies(ours, sections))
    halfway = time.process_time()
    accuracy, counted = theirs.evaluate_word_analogies(str(path))
    ended = time.process_time()
    whole = evaluation.total(found)
    asked = [len(section["correct"]) + len(section["incorrect"]) for section in counted]
    same = [(one.correct, one.counted) for one in [*found, whole]] == [
        (len(section["correct"]), number) for section, number in zip(counted, asked, strict=True)
    ]
    return [
        f"| {path.stem} | 3CosAdd | {whole.accuracy:.2%} | {accuracy:.2%} | {whole.coverage:.1%} | "
        f"{asked[-1] / whole.questions:.1%} | {halfway - began:.1f} | {ended - halfway:.1f} |",
        f"| all {len(found)} sections | | {'the same' if same else 'NOT the same'} | | | | | |",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--tests", type=Path, required=True)
    args = parser.parse_args()
    ours = load(args.vectors).vectors
    print(f"{len(ours):,} x {ours.size}\n")
    print("| test | score | ours | gensim | coverage | gensim | processor s | gensim |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(ours, folder / "vectors.bin")
        theirs = KeyedVectors.load_word2vec_format(str(folder / "vectors.bin"), binary=True)
        for test in SIMILARITY:
            print(similarity(args.tests / f"{test}.txt", ours, theirs, folder), flush=True)
        for test in ANALOGIES:
            print("\n".join(analogies(args.tests / f"{test}.txt", ours, theirs)), flush=True)


if __name__ == "__main__":
    main()
