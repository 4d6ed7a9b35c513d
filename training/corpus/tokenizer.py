"""Train the SentencePiece model of the bundled language models.

CPM's convention (engine/tokenizers/cpm.py): U+2582 is a blank and U+2583 a line break, so that
SentencePiece (Kudo and Richardson 2018) sees neither. A line break is always a piece of its own:
generation that ends with a line must be able to see it.
"""

import argparse
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from engine.tokenizers.cpm import BLANK, NEWLINE
from training.common.files import corpus_file, read_lines
from training.corpus.dialogues import DIALOGUES, dialogues
from training.corpus.stories import STORIES, general_documents, story_documents

VOCABULARY = 12_000
LONGEST_SENTENCE = 200
SPECIALS = ("<cls>", "<sep>", "<eod>")
_SENTENCE = re.compile(rf".{{0,{LONGEST_SENTENCE}}}?[。！？]|.{{1,{LONGEST_SENTENCE}}}")

STORY_CHARACTERS = {
    "novel": 1_100_000,
    "wuxia": 350_000,
    "children": 700_000,
    "history": 500_000,
    "essay": 250_000,
    "scifi": 120_000,
}
DIALOGUE_CHARACTERS = {
    "smile": 400_000,
    "cpsycoun": 100_000,
    "emollm": 150_000,
    "lccc": 600_000,
    "kdconv": 120_000,
    "crosswoz": 60_000,
    "chatterbot": 20_000,
}
GENERAL_CHARACTERS = 900_000
FACTS_CHARACTERS = 150_000
"""Of each file of facts."""


def sentences(texts: Iterable[str], characters: int, seed: int) -> Iterator[str]:
    """Sentences of random texts, as many characters in all, in SentencePiece's writing."""
    chosen = list(texts)
    np.random.default_rng(seed).shuffle(chosen)
    for text in chosen:
        marked = text.replace(" ", BLANK).replace("\n", NEWLINE)
        for sentence in _SENTENCE.findall(marked):
            yield sentence
            characters -= len(sentence)
        if characters <= 0:
            return


def facts(folder: Path) -> Iterator[Iterator[str]]:
    """The lines of each file of facts, as they are read by people."""
    for name in (
        "facts_world",
        "facts_china_admin",
        "words_explained",
        "xiehouyu",
        "tatoeba_zh_en",
    ):
        rows = read_lines(corpus_file(folder / "qa", f"{name}.tsv"))
        yield (row.replace("\t", "：") for row in rows)
    idioms = map(json.loads, read_lines(corpus_file(folder / "qa", "idioms.jsonl")))
    yield (f"{row['word']}：{row['explanation']}" for row in idioms if row["freq"] > 20)
    poems = map(json.loads, read_lines(corpus_file(folder / "qa", "poems.jsonl")))
    yield ("".join(row["lines"]) for row in itertools.islice(poems, 20_000))


def sample(folder: Path) -> Iterator[str]:
    """Sentences of all sources, in the proportions above."""
    for genre in STORIES:
        texts = (document.text for document in story_documents(folder, genre))
        yield from sentences(texts, STORY_CHARACTERS[genre], seed=1)
    yield from sentences((d.text for d in general_documents(folder)), GENERAL_CHARACTERS, seed=2)
    for name in DIALOGUES:
        turns = ("\n".join(turns) for turns in itertools.islice(dialogues(folder, name), 8000))
        yield from sentences(turns, DIALOGUE_CHARACTERS[name], seed=3)
    for lines in facts(folder):
        yield from sentences(lines, FACTS_CHARACTERS, seed=4)


def train(texts: Iterable[str], path: Path, vocabulary: int = VOCABULARY) -> None:
    """Write the .model file. `texts`: sentences in SentencePiece's writing, without blanks."""
    import sentencepiece

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=file,
            model_type="unigram",
            vocab_size=vocabulary,
            character_coverage=0.998,
            byte_fallback=True,
            split_digits=True,
            max_sentencepiece_length=6,
            normalization_rule_name="identity",
            add_dummy_prefix=False,
            remove_extra_whitespaces=False,
            user_defined_symbols=[NEWLINE, BLANK],
            control_symbols=list(SPECIALS),
            pad_id=0,
            pad_piece="<pad>",
            unk_id=1,
            bos_id=-1,
            eos_id=-1,
            num_threads=2,
            train_extremely_large_corpus=False,
            shuffle_input_sentence=False,
            seed_sentencepiece_size=300_000,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="folder with story, general, dialogue and qa")
    parser.add_argument("--out", type=Path, required=True, help="folder for chinese.model")
    options = parser.parse_args()
    try:
        train(sample(options.corpus), options.out / "chinese.model")
    except OSError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
