"""Sentences of the corpora as words, without punctuation, for the ON-LSTM language models.

    python -m training.onlstm.corpus CORPUS --out runs/onlstm/sentences

Writes NAME.txt for each source, one sentence a line, words between blanks, and NAME.held_out.txt
with the sentences of documents that are not trained on. A file that is there is complete and is
not made again. Sentences are split and cut into words as engine/onlstm/sentences.py does it with
what a visitor types.
"""

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from engine.onlstm import english
from engine.onlstm.punctuation import split
from engine.onlstm.sentences import cleaned, is_word
from engine.onlstm.vocabulary import UNKNOWN
from training.common.files import corpus_file, read_lines
from training.corpus.dialogues import dialogues
from training.corpus.sources import held_out_keys
from training.corpus.stories import general_documents, story_documents
from training.corpus.text import Document, fraction, han_share
from training.word2vec.corpus import segmenter

SHORTEST, LONGEST = 5, 50
"""Characters of a Chinese sentence; words of an English one, of which two are enough."""
HELD_OUT: Final = ".held_out"
ARTICLES: Final = {
    "tech": ("tech_articles_lctt",),
    "wiki": ("wiki_paragraphs_mrc", "wiki_sample_readwiki"),
}
"""Files of the folder `general` by source."""
SOURCES: Final = (
    "novel",
    "children",
    "tech",
    "wiki",
    "smile",
    "tatoeba",
    "english_tatoeba",
    "english",
)

_COMMAS: Final = re.compile("[，、；：,;:]|——")
_WORDS: Final = re.compile(r"\w")
_GUTENBERG: Final = re.compile(r"\*\*\* ?START OF.*?\*\*\*(.*?)\*\*\* ?END OF", re.DOTALL)
_BLANK_LINES: Final = re.compile(r"\n\s*\n")
_NOTES: Final = re.compile(r"\[[^\]]*\]|_|^ *= .* = *$", re.MULTILINE)
_JOINED: Final = re.compile(r" @([-,.])@ ")
_TOKEN: Final = "unk"
"""What <unk>, which WikiText has for rare words, becomes when words are cut."""


def documents(corpus: Path, source: str) -> Iterator[Document]:
    """The texts of a source."""
    if source in ("novel", "children"):
        yield from story_documents(corpus, source)
    elif source in ARTICLES:
        articles = general_documents(corpus)
        yield from (text for text in articles if text.key.split("/")[0] in ARTICLES[source])
    elif source == "smile":
        for turns in dialogues(corpus, "smile"):
            yield Document(turns[0], "\n".join(turns))
    elif source == "english":
        for path in sorted((corpus / "english").glob("*.txt*")):
            whole = "\n".join(read_lines(path))
            whole = found[1] if (found := _GUTENBERG.search(whole)) else whole
            for text in _BLANK_LINES.split(_NOTES.sub(" ", _JOINED.sub(r"\1", whole))):
                yield Document(text, " ".join(text.split()))
    else:
        for line in read_lines(corpus_file(corpus / "qa", "tatoeba_zh_en.tsv")):
            chinese, other = line.split("\t")
            # Many sentences have several translations: they are held out together.
            yield Document(other, chinese if source == "tatoeba" else other)


def chinese_sentences(text: str, segmenter_name: str) -> Iterator[list[str]]:
    """The words of a text's sentences of SHORTEST to LONGEST characters, most of them Chinese.

    Half of the sentences that have commas become one sentence a clause: treebanks have both.
    """
    cut = segmenter(segmenter_name)
    for sentence in split(cleaned(text)):
        if han_share(sentence) < 0.7:
            continue
        clauses = [sentence]
        if fraction(f"clauses/{sentence}") < 0.5:
            clauses = _COMMAS.split(sentence)
        for clause in clauses:
            if SHORTEST <= len(_WORDS.findall(clause)) <= LONGEST:
                words = (word.strip() for word in cut(clause) if is_word(word))
                yield [word for word in words if word not in ("%", "&")]


def english_sentences(text: str) -> Iterator[list[str]]:
    """The words of a text's sentences, in lower case."""
    for sentence in split(cleaned(text)):
        words = [sentence[start:stop].lower() for start, stop in english.words(sentence)]
        if 2 <= len(words) <= LONGEST:
            yield [UNKNOWN if w == _TOKEN else w.replace("’", "'") for w in words]


def write_source(source: str, corpus: Path, out: Path, segmenter_name: str) -> dict[str, object]:
    """Write a source's two files. Returns how much it is."""
    began = time.time()
    path = out / f"{source}.txt"
    if path.exists():
        return {"source": source, "there": True}
    reader: Callable[[str], Iterator[list[str]]] = partial(
        chinese_sentences, segmenter_name=segmenter_name
    )
    if "english" in source:
        reader = english_sentences
    texts = list(documents(corpus, source))
    sizes: Counter[str] = Counter()
    for text in texts:
        sizes[text.key] += len(text.text)
    kept = held_out_keys(sizes)
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    with (
        (out / f"{source}{HELD_OUT}.txt").open("w", encoding="utf8") as held,
        path.with_suffix(".tmp").open("w", encoding="utf8") as train,
    ):
        # Held-out texts first: a sentence is written once, and what is measured is not trained on.
        for text in sorted(texts, key=lambda text: text.key not in kept):
            for words in reader(text.text):
                line = " ".join(words)
                if line in seen:
                    continue
                seen.add(line)
                print(line, file=held if text.key in kept else train)
                counts.update(sentences=1, words=len(words), characters=sum(map(len, words)))
    path.with_suffix(".tmp").rename(path)
    return {"source": source, **counts, "seconds": round(time.time() - began)}


def read_sentences(folder: Path, source: str, *, held_out: bool = False) -> Iterator[list[str]]:
    """The sentences of a source as ``write_source`` wrote them."""
    path = folder / f"{source}{HELD_OUT if held_out else ''}.txt"
    return (line.split() for line in read_lines(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="folder with story, general, dialogue, qa")
    parser.add_argument("--out", type=Path, required=True, help="folder for the sentences")
    parser.add_argument("--sources", nargs="+", default=SOURCES, choices=SOURCES)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--segmenter", choices=("jieba", "rjieba"), default="jieba")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    work = partial(write_source, corpus=args.corpus, out=args.out, segmenter_name=args.segmenter)
    with ProcessPoolExecutor(args.processes) as pool:
        for made in pool.map(work, args.sources):
            print(json.dumps(made, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
