"""Segment the corpora into words: shards of token numbers, made once and gone on with at will.

    python -m training.word2vec.corpus CORPUS --out SHARDS

A shard NAME.npz has `tokens` (numbers of the shard's own words, uint32) and `starts` (where each
document begins, and the end of the last one); NAME.txt has the words, one a line. A shard that is
there is complete and is not made again. Punctuation and numbers are no words; Latin letters become
small ones. A document is an article, a chapter, a dialogue or an explanation: a window of training
never reaches from one into the next.
"""

import argparse
import importlib
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from training.common.files import corpus_file, read_lines
from training.corpus.stories import read_documents
from training.corpus.text import HAN, fraction, paragraphs

Segmenter = Callable[[str], Iterable[str]]

SOURCES: Final[dict[str, float]] = {
    "dialogue/smile_psych_multiturn.jsonl": 1.0,
    "dialogue/kdconv_devtest.jsonl": 1.0,
    "story/classics_in_modern_chinese.txt": 1.0,
    "story/pd_minguo.txt": 1.0,
    "story/pd_minguo_collected.txt": 1.0,
    "story/pd_essay.txt": 1.0,
    "story/cmrc2017_children_passages.txt": 1.0,
    "general/tech_articles_lctt.txt": 1.0,
    "general/tech_articles_freecodecamp.txt": 1.0,
    "general/wiki_paragraphs_mrc.txt": 1.0,
    "general/wiki_sample_readwiki.txt": 1.0,
    "general/chid_passages.txt": 1.0,
    "general/csl_abstracts.txt": 1.0,
    "general/laws_prc.txt": 0.3,
    "qa/words_explained.tsv": 1.0,
}
"""Modern text of a corpus folder, and the share of each file's documents that is used."""

SHARD_DOCUMENTS: Final = {"dialogue": 4000, "story": 400, "general": 400, "qa": 40_000}
_WORD: Final = re.compile(f"[{HAN}A-Za-z]")
_BLANKS: Final = re.compile(r"\s+")


@cache
def segmenter(name: str) -> Segmenter:
    """jieba, or rjieba: the same dictionary and algorithm in Rust, if it is installed.

    Of modern Chinese the two make the same words (99.999% of those of the classics); they cut
    names such as `evt.dir` differently.
    """
    library = importlib.import_module(name)
    if name == "jieba":
        library.setLogLevel("WARNING")
    cut: Segmenter = library.cut
    return cut


def words(text: str, segment: Segmenter) -> list[str]:
    """The words of a text: no punctuation, no numbers, small letters."""
    found = (_BLANKS.sub("", word).lower() for word in segment(text) if _WORD.search(word))
    return [word for word in found if word]


def documents(corpus: Path, source: str) -> Iterator[str]:
    """The texts of a file (a key of SOURCES) as they are drawn."""
    kind, name = source.split("/")
    path = corpus_file(corpus / kind, name)
    if kind == "dialogue":
        texts = ("\n".join(json.loads(line)["turns"]) for line in read_lines(path))
    elif kind == "qa":
        texts = (line.replace("\t", "\n") for line in read_lines(path))
    else:
        texts = ("\n".join(paragraphs(lines, 0.3)) for _, lines in read_documents(path))
    share = SOURCES[source]
    for number, text in enumerate(texts):
        if share == 1.0 or fraction(f"{source}/{number}") < share:
            yield text


def write_shard(path: Path, texts: Iterable[str], segment: Segmenter) -> int:
    """Segment texts into PATH.npz and PATH.txt. Returns the number of tokens."""
    ids: defaultdict[str, int] = defaultdict()
    ids.default_factory = ids.__len__
    tokens: list[int] = []
    starts = [0]
    for text in texts:
        tokens += [ids[word] for word in words(text, segment)]
        if len(tokens) > starts[-1]:
            starts.append(len(tokens))
    path.with_suffix(".txt").write_text("".join(f"{word}\n" for word in ids), encoding="utf8")
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as file:
        np.savez(
            file, tokens=np.array(tokens, dtype=np.uint32), starts=np.array(starts, dtype=np.int64)
        )
    unfinished.rename(path.with_suffix(".npz"))
    return len(tokens)


def segment_source(source: str, corpus: Path, out: Path, name: str) -> dict[str, Any]:
    """Make the shards of a source that are not there. Returns what was made."""
    began, tokens, characters = time.time(), 0, 0
    kind, stem = source.split("/")
    texts = documents(corpus, source)
    parts = iter(lambda: list(islice(texts, SHARD_DOCUMENTS[kind])), [])
    for number, part in enumerate(parts):
        path = out / f"{stem.split('.')[0]}-{number:03d}"
        if not path.with_suffix(".npz").exists():
            tokens += write_shard(path, part, segmenter(name))
            characters += sum(map(len, part))
    seconds = round(time.time() - began)
    return {"source": source, "tokens": tokens, "characters": characters, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="folder with story, general, dialogue and qa")
    parser.add_argument("--out", type=Path, required=True, help="folder for the shards")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--segmenter", choices=("jieba", "rjieba"), default="jieba")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    work = partial(segment_source, corpus=args.corpus, out=args.out, name=args.segmenter)
    with ProcessPoolExecutor(args.processes) as pool:
        for made in pool.map(work, SOURCES):
            print(json.dumps(made, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
