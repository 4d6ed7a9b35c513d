"""The best n-gram model to stand beside ours: KenLM's modified Kneser-Ney on the same split.

    python -m benchmarks.text.ngram --pack PACK --tokenizer chinese.model --kenlm build/bin \\
        --out FOLDER --unit characters --order 6

KenLM (Heafield et al. 2013; PyPI has its source, and its BUILDING file says how lmplz, build_binary
and query are made; -DKENLM_MAX_ORDER=8) estimates one model of all texts, one of all dialogues and
one of each source. Over characters or over our tokens. A document is a line: its end is </s>.
"""

import argparse
import json
import math
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import table
from engine.tokenizers.cpm import CPMTokenizer
from training.language_model.data import Pack
from training.language_model.documents import Document, Texts, is_dialogue

Unit = Literal["characters", "tokens"]
Floats = NDArray[np.float64]

SEPARATOR: Final = "<sep>"
"""The end of a turn, as a symbol."""
OPEN_VOCABULARY: Final = 2**16
"""Characters that there might be: one that was never seen costs what <unk> costs and its share of
these, so that no model gains by not knowing a character."""
_WHITE: Final = str.maketrans({c: "\u2582" for c in " \t\v\f\r\0"} | {"\n": "\u2583"})


def symbols(document: Document, unit: Unit) -> tuple[list[str], list[bool]]:
    """What a document is to KenLM, without its end, and which symbols are targets."""
    found: list[str] = []
    wanted: list[bool] = []
    for turn in document.turns():
        if unit == "tokens":
            units = [str(token) for token in turn.tokens]
        else:
            units = list(turn.text.translate(_WHITE))
        if turn.ended:
            units.append(SEPARATOR)
        found += units
        wanted += [turn.target] * len(units)
    return found, wanted


def lines(documents: Iterable[Document], unit: Unit) -> Iterator[str]:
    """Documents as lmplz and query read them."""
    for document in documents:
        yield " ".join(symbols(document, unit)[0]) + "\n"


def sets(pack: Pack) -> dict[str, list[str]]:
    """The models to estimate and the sources of each: all texts, all dialogues, each by itself."""
    names = list(pack.mix("base"))
    everything = {
        "texts": [name for name in names if not is_dialogue(name)],
        "dialogues": [name for name in names if is_dialogue(name)],
    }
    return everything | {name: [name] for name in names}


def train(
    texts: Texts, sources: Sequence[str], unit: Unit, order: int, kenlm: Path, out: Path
) -> None:
    """Write OUT.bin, and OUT.json that tells what it was made of."""
    began = time.monotonic()
    corpus, arpa = out.with_suffix(".txt"), out.with_suffix(".arpa")
    types: set[str] = set()
    with corpus.open("w", encoding="utf8") as file:
        for name in sources:
            for line in lines(texts.documents(name, held_out=False), unit):
                types.update(line.split())
                file.write(line)
    # Repeated text (templates) leaves too few n-grams that occur once or twice to estimate from.
    estimate = [str(kenlm / "lmplz"), "-o", str(order), "-S", "7G", "-T", str(out.parent / "sort")]
    with corpus.open("rb") as read, arpa.open("wb") as write:
        subprocess.run([*estimate, "--discount_fallback"], stdin=read, stdout=write, check=True)
    binary = out.with_suffix(".bin")
    build = [str(kenlm / "build_binary"), "-T", str(out.parent / "sort"), "-S", "7G", "trie"]
    subprocess.run([*build, str(arpa), str(binary)], check=True)
    corpus.unlink()
    arpa.unlink()
    facts = {
        "types": len(types),
        "megabytes": round(binary.stat().st_size / 1e6),
        "seconds": round(time.monotonic() - began),
    }
    out.with_suffix(".json").write_text(json.dumps(facts) + "\n", encoding="utf8")


@dataclass(frozen=True)
class NGram:
    """Models of one unit and order in a folder, see ``train``."""

    folder: Path
    unit: Unit
    order: int
    kenlm: Path
    vocabulary: int
    """Of our tokenizer."""

    def _stem(self, name: str) -> Path:
        return self.folder / f"{self.unit}-{self.order}-{name}"

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.order}-grams of {self.unit}"

    def facts(self, name: str) -> dict[str, int]:
        """What ``train`` told of a set's model."""
        text = self._stem(name).with_suffix(".json").read_text(encoding="utf8")
        found: dict[str, int] = json.loads(text)
        return found

    def has(self, name: str) -> bool:
        """Whether this set's model is there."""
        return self._stem(name).with_suffix(".json").exists()

    def logprobs(self, name: str, documents: Sequence[Document]) -> Floats:
        """log2 of the probability of every target of the documents, by the set's model.

        Raises ValueError where query read other symbols than it was given.
        """
        room = self.vocabulary if self.unit == "tokens" else OPEN_VOCABULARY
        unseen = math.log2(max(room - self.facts(name)["types"], 1))
        model = self._stem(name).with_suffix(".bin")
        found = subprocess.run(
            [self.kenlm / "query", "-v", "word", "-l", "lazy", model],
            input="".join(lines(documents, self.unit)),
            capture_output=True,
            check=True,
            text=True,
        )
        # "word=id length log10-probability" for each symbol, and a tab after it.
        words = (word.rpartition("=")[2].split(" ") for word in found.stdout.split("\t"))
        values = iter([(int(word[0]), float(word[2])) for word in words if len(word) == 3])
        kept = []
        for document in documents:
            _, wanted = symbols(document, self.unit)
            for is_target in [*wanted, document.ends]:
                id, value = next(values)
                if is_target:
                    kept.append(value / math.log10(2) - (0 if id else unseen))
        if next(values, None) is not None:
            raise ValueError(f"{model}: query read more symbols than it was given")
        return np.array(kept)

    def measure(self, source: str, documents: Sequence[Document]) -> "NGramBits":
        """What a source's documents cost."""
        general = self.logprobs("dialogues" if is_dialogue(source) else "texts", documents)
        alone = -float(general.sum())
        if not self.has(source):
            return NGramBits(alone, alone, 0.0)
        own = self.logprobs(source, documents)
        weights = [i / 20 for i in range(1, 20)]
        sums = [
            -float(np.logaddexp2(math.log2(1 - w) + general, math.log2(w) + own).sum())
            for w in weights
        ]
        best = int(np.argmin(sums))
        if sums[best] < alone:
            return NGramBits(alone, sums[best], weights[best])
        return NGramBits(alone, alone, 0.0)


@dataclass(frozen=True)
class NGramBits:
    """Bits of all targets of some documents.

    Attributes:
        alone: by the model of all texts, or of all dialogues.
        mixed: by the best linear mixture of that and the source's own model. Its weight is chosen
            on the very text that is measured, which flatters the n-grams.
        weight: of the source's own model.
    """

    alone: float
    mixed: float
    weight: float


def kind(text: str) -> tuple[Unit, int]:
    """Unit and order from "tokens-4". Raises ValueError."""
    unit, _, order = text.partition("-")
    if unit not in ("characters", "tokens"):
        raise ValueError(f"no unit {unit!r}")
    return ("tokens" if unit == "tokens" else "characters"), int(order)


def found_models(folder: Path, kenlm: Path, vocabulary: int) -> list[NGram]:
    """All units and orders that ``train`` left models of in a folder."""
    kinds = sorted({path.stem.rpartition("-")[0] for path in folder.glob("*-*-*.json")})
    return [NGram(folder, *kind(name), kenlm, vocabulary) for name in kinds]


def report(texts: Texts, models: Sequence[NGram], characters: int = 20_000) -> str:
    """Every model on held-out text of its own sources."""
    rows = []
    for name, sources in sets(texts.pack).items():
        samples = [d for source in sources for d in texts.some(source, characters)]
        size = sum(document.characters for document in samples)
        for model in models:
            if model.has(name):
                facts = model.facts(name)
                bits = -float(model.logprobs(name, samples).sum()) / size
                rows.append((f"{name}, {model.name}", f"{facts['megabytes']:,}", f"{bits:.3f}"))
    return table(("n-grams", "MB", "bits per character"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True, help="the .model file")
    parser.add_argument("--kenlm", type=Path, required=True, help="folder of lmplz and the others")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--unit", choices=("characters", "tokens"), default="tokens")
    parser.add_argument("--order", type=int, default=4)
    parser.add_argument("--sets", nargs="+", help="only these, e.g. texts dialogues")
    parser.add_argument("--report", action="store_true", help="only measure what is in OUT")
    options = parser.parse_args()
    pack = Pack(options.pack)
    texts = Texts(pack, CPMTokenizer(options.tokenizer, words=False))
    if options.report:
        vocabulary = texts.pieces.tokenizer.vocab_size
        print(report(texts, found_models(options.out, options.kenlm, vocabulary)))
        return
    (options.out / "sort").mkdir(parents=True, exist_ok=True)
    for name, sources in sets(pack).items():
        stem = options.out / f"{options.unit}-{options.order}-{name}"
        if (options.sets and name not in options.sets) or stem.with_suffix(".json").exists():
            continue
        train(texts, sources, options.unit, options.order, options.kenlm, stem)
        print(stem.name, stem.with_suffix(".json").read_text(encoding="utf8").strip(), flush=True)


if __name__ == "__main__":
    main()
