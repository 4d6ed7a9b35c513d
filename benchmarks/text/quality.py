"""What the bundled text models are worth, on text that they were not trained on.

    python -m benchmarks.text.quality --data DATA --pack PACK --ngrams FOLDER --kenlm BIN \\
        --exact story=runs/story/float32 dialogue=runs/dialogue/float32 --samples samples.md

Prints tables in Markdown: bits per character in each precision and beside n-gram models
(benchmarks/text/ngram.py), variety of samples, few-shot and classification accuracy, replies. DATA
is the folder of the corpora and PACK what training/corpus/pack.py made of it.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.report import table
from benchmarks.text import choices, fewshot, replies, samples
from benchmarks.text.bits import bits_table
from benchmarks.text.ngram import NGram, NGramBits, kind
from engine.generation.strategy import STRATEGIES
from engine.tokenizers.conditions import segment
from engine.transformer.checkpoints import load_checkpoint
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Dtype
from training.corpus.fewshot.prompts import held_out_tasks
from training.language_model.data import Pack
from training.language_model.documents import PASSAGES, Document, Texts
from training.language_model.evaluate import Bits, measure

DTYPES: Final[tuple[Dtype, ...]] = ("float32", "bfloat16", "int8")
STORIES: Final = tuple(
    f"story_{genre}" for genre in ("novel", "wuxia", "children", "history", "essay", "scifi")
)
CONTEXTS: Final = ("story_novel", "story_children", "dialogue_smile", "dialogue_lccc")
"""Sources that show what a longer context brings."""


NGRAMS: Final = "tokens-4"


@dataclass(frozen=True)
class Amount:
    """How much is measured."""

    characters: int
    """Of each source, for bits per character."""
    samples: int
    known: int
    """Items of each known relation."""
    held_out: int
    """Items of each held-out relation."""
    passages: int
    """Of each topic, and of each genre."""
    choices: int
    """Idioms, and sentences."""
    replies: int
    """Of each source."""


FULL: Final = Amount(16_000, 50, 8, 60, 12, 150, 40)
QUICK: Final = Amount(2_000, 4, 1, 4, 2, 6, 3)


class Measured:
    """One model and the held-out text that it is measured on."""

    def __init__(self, name: str, options: argparse.Namespace, amount: Amount) -> None:
        self.name, self.amount, self.options = name, amount, options
        self.model: LanguageModel = load_checkpoint(options.models[name])
        if self.model.tokenizer is None:
            raise SystemExit(f"{options.models[name]} has no tokenizer")
        self.texts = Texts(Pack(options.pack), self.model.tokenizer)
        self.samples = {
            source: self.texts.some(source, amount.characters)
            for source in self.texts.pack.measured(name)
            if source != PASSAGES
        }

    def bits(self) -> Iterator[str]:
        """Bits per character in every precision, and of n-grams; of contexts and conditions."""
        columns: dict[str, dict[str, Bits]] = {
            dtype: {name: measure(model, part) for name, part in self.samples.items()}
            for dtype, model in self.precisions()
        }
        yield bits_table(columns, self.ngrams())
        yield self.contexts()

    def ngrams(self) -> dict[str, NGramBits] | None:
        """What n-grams make of the same text; None where there are none."""
        if self.options.ngrams is None:
            return None
        unit, order = kind(self.options.ngram_kinds.get(self.name, NGRAMS))
        model = NGram(
            self.options.ngrams, unit, order, self.options.kenlm, self.model.config.vocab_size
        )
        return {name: model.measure(name, part) for name, part in self.samples.items()}

    def precisions(self) -> Iterator[tuple[Dtype, LanguageModel]]:
        """The model in every precision, all made of the same exact weights where there are any."""
        place = self.options.exact.get(self.name, self.options.models[self.name])
        for dtype in DTYPES:
            yield dtype, load_checkpoint(place, dtype=dtype)
            gc.collect()

    def contexts(self) -> str:
        """What a longer context and the conditions bring."""
        names = [name for name in CONTEXTS if name in self.samples] or list(self.samples)[:1]
        chosen = [document for name in names for document in self.samples[name]]
        whole = self.model.config.max_positions
        rows = []
        sizes = (whole // 4, whole // 2, whole)
        untold = "no condition told" if self.name == "story" else "speakers not told apart"
        labels = [(f"context of {size} tokens", size, None) for size in sizes]
        for label, context, told in [*labels, (untold, whole, 0)]:
            found = measure(self.model, chosen, context, told)
            rows.append((label, f"{found.per_character:.3f}"))
        return table((f"as shipped, on {' and '.join(names)}", "bits per character"), rows)


def story(measured: Measured, data: Path) -> Iterator[tuple[str, str]]:
    """All that is measured of the story model: headings and what stands under them."""
    model, amount = measured.model, measured.amount
    yield "Bits per character", "\n".join(measured.bits())
    stories = {name: measured.samples[name] for name in STORIES}
    starts = samples.openings(stories, amount.samples)
    kinds: dict[str, Sequence[str]] = {
        name: samples.written(model, starts, STRATEGIES[name])
        for name in (measured.options.strategy, "greedy")
    }
    kinds["people"] = [opening.human for opening in starts]
    keep(measured.options.samples, "Stories", samples.to_read(starts, kinds))
    yield "Samples", samples.variety(kinds)
    answered = fewshot.ask(model, held_out_tasks(data), amount.known, amount.held_out)
    yield "Few-shot", fewshot.curve(answered) + "\n" + fewshot.by_relation(answered)
    yield "Classification", choices.report(classified(measured, data))


def classified(measured: Measured, data: Path) -> Iterator[tuple[str, Sequence[bool], int]]:
    """The tasks of classification."""
    model, amount = measured.model, measured.amount
    everything = {name: list(measured.texts.documents(name)) for name in (*STORIES, "general")}
    by_file: dict[str, list[Document]] = {}
    for name, document in choices.origins(data, everything["general"]):
        by_file.setdefault(name, []).append(document)
    stories = {name: everything[name] for name in STORIES if name in choices.TOPICS}
    files = {name: part for name, part in by_file.items() if name in choices.TOPICS}
    found, among = choices.topics(model, files | stories, amount.passages)
    yield "topic of a passage, by CPM's template", found, among
    genres = {name: everything[name] for name in (*STORIES, "general")}
    told = choices.genres(model, genres, amount.passages)
    yield "genre of a passage, by conditions", told, len(choices.GENRES)
    texts = [document.text for part in everything.values() for document in part]
    idioms = choices.known_idioms(data)
    asked = choices.idiom_questions(texts, idioms, amount.choices)
    any_text = segment()
    right = choices.idioms(model, asked, any_text)
    yield "the idiom of a passage", right, choices.IDIOMS
    children = [document.text for document in everything["story_children"]]
    questions = choices.cloze_questions(children, amount.choices)
    means, gains = choices.cloze(model, questions, segment("children"))
    yield "the next sentence of a story, by log-probability a token", means, choices.SENTENCES
    yield "the next sentence of a story, by what the story adds", gains, choices.SENTENCES


def dialogue(measured: Measured, data: Path) -> Iterator[tuple[str, str]]:
    """All that is measured of the dialogue model."""
    model, amount = measured.model, measured.amount
    yield "Bits per character of replies", "\n".join(measured.bits())
    whole = {name: list(measured.texts.documents(name)) for name in measured.samples}
    exchanges = replies.exchanges(whole, amount.replies)
    yield "The true reply among random ones", replies.hits(model, exchanges)
    kinds = {
        name: replies.replies(model, exchanges, STRATEGIES[name])
        for name in (measured.options.dialogue_strategy, "greedy")
    }
    kinds["people"] = [exchange.human for exchange in exchanges]
    keep(measured.options.samples, "Replies", replies.to_read(exchanges, kinds))
    yield "Replies", replies.variety(exchanges, kinds)


def keep(path: Path | None, heading: str, text: str) -> None:
    """Append samples to the file for them, if there is one."""
    if path is not None:
        with path.open("a", encoding="utf8") as file:
            file.write(f"# {heading}\n\n{text}\n")


PARTS: Final[dict[str, Callable[[Measured, Path], Iterator[tuple[str, str]]]]] = {
    "story": story,
    "dialogue": dialogue,
}


def pairs(given: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE as a mapping; NAME alone stands for itself."""
    return {name: value or name for name, _, value in (item.partition("=") for item in given)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=["story", "dialogue"], metavar="NAME[=PATH]")
    parser.add_argument(
        "--exact", nargs="+", default=[], metavar="NAME=PATH", help="the same in float32"
    )
    parser.add_argument("--ngrams", type=Path, help="what benchmarks.text.ngram wrote")
    parser.add_argument(
        "--ngram-kinds", nargs="+", default=[], metavar="NAME=UNIT-ORDER", help=f"not {NGRAMS}"
    )
    parser.add_argument("--kenlm", type=Path, help="folder of KenLM's query")
    parser.add_argument("--strategy", default="balanced", choices=STRATEGIES)
    parser.add_argument("--dialogue-strategy", default="su_top_k", choices=STRATEGIES)
    parser.add_argument("--samples", type=Path, help="a file to append samples to")
    parser.add_argument("--quick", action="store_true", help="a little of everything")
    options = parser.parse_args()
    options.models, options.exact = pairs(options.models), pairs(options.exact)
    options.ngram_kinds = pairs(options.ngram_kinds)
    if options.ngrams is not None and options.kenlm is None:
        parser.error("--ngrams needs --kenlm")
    for name in options.models:
        measured = Measured(name, options, QUICK if options.quick else FULL)
        print(
            f"# {name}: {measured.model.config.num_layers} x "
            f"{measured.model.config.hidden_size}, {measured.model.dtype}\n"
        )
        began = time.monotonic()
        for heading, text in PARTS[name](measured, options.data):
            print(f"## {heading}\n\n{text}", flush=True)
            print(f"{name}, {heading}: {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
