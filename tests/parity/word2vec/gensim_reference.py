"""Make the fixtures of tests/parity/test_word2vec.py with gensim 4.4.0.

    pip install gensim==4.4.0
    python tests/parity/word2vec/gensim_reference.py

Writes vectors.txt, vectors.word2vec, similarity.txt, analogies.txt and gensim.json beside itself:
random vectors in which d = b + c - a holds now and then, and gensim's answers to questions about
them; a tree over random counts; and the scores that a small model of hierarchical softmax gives to
pairs.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

FOLDER = Path(__file__).parent
SIZE = 8
QUERIES: list[tuple[list[str], list[str]]] = [
    (["字0"], []),
    (["字3", "字4"], []),
    (["字1", "字2"], ["字0"]),
    (["字7", "IBM"], ["ibm", "字9"]),
]
GROUPS = [["字0", "字1", "字2", "字3"], ["IBM", "字50", "字51", "字52", "字53"]]
SENTENCES = [(["字0", "字1"], ["字2"]), (["字5", "字5", "字9"], ["字1", "字5", "不在"])]


def main() -> None:
    """Write all of them."""
    random = np.random.default_rng(1)
    vectors = _vectors(random)
    vectors.save_word2vec_format(str(FOLDER / "vectors.txt"))
    vectors.save_word2vec_format(str(FOLDER / "vectors.word2vec"), binary=True)
    vectors = KeyedVectors.load_word2vec_format(str(FOLDER / "vectors.word2vec"), binary=True)
    _write_tests(random, vectors)
    found = {
        "similar": [_similar(vectors, *query) for query in QUERIES],
        "centrality": [_ranked(vectors, words) for words in GROUPS],
        "sentences": [
            {"a": a, "b": b, "similarity": float(vectors.n_similarity(a, b))} for a, b in SENTENCES
        ],
        "pairs": [_pairs(vectors, options) for options in _options()],
        "analogies": [_analogies(vectors, options) for options in _options()],
        "huffman": _huffman(random),
        "probabilities": _probabilities(random),
    }
    lines = (f"{json.dumps(key)}: {_json(value)}" for key, value in found.items())
    (FOLDER / "gensim.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=int)


def _vectors(random: np.random.Generator) -> KeyedVectors:
    words = [f"字{number}" for number in range(78)] + ["IBM", "ibm"]
    matrix = random.normal(size=(len(words), SIZE)).astype(np.float32)
    for a in range(0, 72, 4):
        matrix[a + 3] = matrix[a + 1] + matrix[a + 2] - matrix[a]
        matrix[a + 3] += random.normal(scale=1.2, size=SIZE)
    vectors = KeyedVectors(SIZE)
    vectors.add_vectors(words, matrix.round(4))
    return vectors


def _write_tests(random: np.random.Generator, vectors: KeyedVectors) -> None:
    pairs = [(f"字{a}", f"字{b}") for a, b in random.integers(0, 90, (60, 2))]
    pairs += [("IBM", "字1"), ("Ibm", "字2")]
    with (FOLDER / "similarity.txt").open("w", encoding="utf-8") as file:
        file.write("# a\tb\tscore\n")
        for a, b in pairs:
            known = a in vectors and b in vectors
            score = vectors.similarity(a, b) if known else 0.0
            file.write(f"{a}\t{b}\t{score + random.normal(scale=0.3):.3f}\n")
    with (FOLDER / "analogies.txt").open("w", encoding="utf-8") as file:
        for section, begin in (("one", 0), ("two", 40)):
            file.write(f": {section}\n")
            for first in range(begin, begin + 40, 4):
                file.write(" ".join(f"字{first + i}" for i in range(4)) + "\n")
        file.write(": case\nIBM 字1 字2 字3\n字1 Ibm 字2 字3\n字5 字6 Ibm 字9\n")


def _similar(vectors: KeyedVectors, positive: list[str], negative: list[str]) -> dict[str, Any]:
    return {
        "positive": positive,
        "negative": negative,
        "add": vectors.most_similar(positive, negative, topn=12),
        "restricted": vectors.most_similar(positive, negative, topn=5, restrict_vocab=40),
        "mul": vectors.most_similar_cosmul(positive, negative, topn=12),
    }


def _ranked(vectors: KeyedVectors, words: list[str]) -> list[tuple[str, float]]:
    return [(word, float(score)) for score, word in vectors.rank_by_centrality(words)]


def _options() -> list[dict[str, Any]]:
    return [
        {"restrict_vocab": restrict, "case_insensitive": ignore_case, "dummy4unknown": unknown}
        for restrict in (300_000, 50)
        for ignore_case in (True, False)
        for unknown in (False, True)
    ]


def _pairs(vectors: KeyedVectors, options: dict[str, Any]) -> dict[str, Any]:
    pearson, spearman, unknown = vectors.evaluate_word_pairs(
        str(FOLDER / "similarity.txt"), **options
    )
    return {
        **options,
        "pearson": float(pearson[0]),
        "spearman": float(spearman[0]),
        "unknown_percent": unknown,
    }


def _analogies(vectors: KeyedVectors, options: dict[str, Any]) -> dict[str, Any]:
    accuracy, sections = vectors.evaluate_word_analogies(str(FOLDER / "analogies.txt"), **options)
    counts = [
        (section["section"], len(section["correct"]), len(section["incorrect"]))
        for section in sections[:-1]
    ]
    return {**options, "accuracy": accuracy, "sections": counts}


def _huffman(random: np.random.Generator) -> dict[str, Any]:
    counts = np.sort(random.integers(1, 1_000_000_000, 40))[::-1].tolist()
    model = Word2Vec(vector_size=2, min_count=1, hs=1, negative=0)
    model.build_vocab_from_freq({f"w{i}": count for i, count in enumerate(counts)})
    places = [model.wv.key_to_index[f"w{i}"] for i in range(len(counts))]
    return {
        "counts": counts,
        "codes": [model.wv.get_vecattr(place, "code").tolist() for place in places],
        "nodes": [model.wv.get_vecattr(place, "point").tolist() for place in places],
    }


def _probabilities(random: np.random.Generator) -> dict[str, Any]:
    """A sentence of two words a and b scores log p(a | b) + log p(b | a)."""
    counts = (3600 / np.arange(1, 31)).astype(int)  # no two alike: ties are decided otherwise
    drawn = random.permutation(np.repeat(np.arange(30), counts))
    model = Word2Vec(
        [[f"字{number}" for number in row] for row in np.array_split(drawn, 1200)],
        **{"vector_size": 6, "min_count": 1, "hs": 1, "negative": 0, "sg": 1},
        **{"window": 3, "seed": 1, "workers": 1, "epochs": 20},
    )
    words = model.wv.index_to_key
    pairs = [(words[a], words[b]) for a, b in random.integers(0, len(words), (20, 2)) if a != b]
    return {
        "words": words,
        "counts": [model.wv.get_vecattr(word, "count") for word in words],
        "vectors": model.wv.vectors.astype(float).round(6).tolist(),
        "nodes": model.syn1[:-1].astype(float).round(6).tolist(),
        "pairs": pairs,
        "scores": model.score(pairs, total_sentences=len(pairs)).astype(float).tolist(),
    }


if __name__ == "__main__":
    main()
