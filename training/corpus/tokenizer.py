"""Train the SentencePiece model of the bundled language models.

CPM's convention (engine/tokenizers/cpm.py): U+2582 is a blank and U+2583 a line break, so that
SentencePiece (Kudo and Richardson 2018) sees neither. A line break is always a piece of its own:
generation that ends with a line must be able to see it.
"""

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from engine.tokenizers.cpm import BLANK, NEWLINE
from training.corpus.sources import split

VOCABULARY = 10_000
LONGEST_SENTENCE = 200
SPECIALS = ("<cls>", "<sep>", "<eod>")
_SENTENCE = re.compile(rf".{{0,{LONGEST_SENTENCE}}}?[。！？]|.{{1,{LONGEST_SENTENCE}}}")

CHARACTERS = {
    "story_tales": 400_000,
    "story_children": 900_000,
    "story_modern": 900_000,
    "story_novel": 900_000,
    "story_wuxia": 150_000,
    "story_history": 150_000,
    "story_essay": 100_000,
    "story_scifi": 100_000,
    "sentences": 1_200_000,
    "general": 500_000,
    "fewshot": 500_000,
    "dialogue_smile": 1_400_000,
    "dialogue_cpsycoun": 100_000,
    "dialogue_emollm": 150_000,
    "dialogue_lccc": 200_000,
    "dialogue_kdconv": 100_000,
    "dialogue_crosswoz": 30_000,
    "dialogue_talk": 100_000,
}
"""Of each source, about as the mixes draw from them."""


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


def sample(folder: Path) -> Iterator[str]:
    """Sentences of all sources, in the proportions above."""
    for i, (source, characters) in enumerate(CHARACTERS.items()):
        trained, _ = split(source, folder, fewshot_characters=2 * characters)
        yield from sentences((item.text for item in trained), characters, seed=i)


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
    parser.add_argument("corpus", type=Path, help="the folder of the corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder for chinese.model")
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY)
    options = parser.parse_args()
    try:
        train(sample(options.corpus), options.out / "chinese.model", options.vocabulary)
    except OSError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
