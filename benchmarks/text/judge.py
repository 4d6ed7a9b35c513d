"""Whether texts make sense, by a larger language model that reads them.

    python -m benchmarks.text.judge --judge FOLDER_OR_GGUF --pack PACK --samples samples.md

Bits a character of a continuation after its opening: what our models write (the first and only
sample of each opening, seeds 0, 1, ...), how people went on, and sentences of other texts in random
order, all three of one length. Openings are held-out text: children's tales, modern fiction, and
dialogues to reply to. Beside them how varied the texts are. The judge is any checkpoint that the
engine reads; a GGUF file is read with transformers (requirements.txt here).
"""

import argparse
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from benchmarks.report import table
from benchmarks.text.choices import sentences
from benchmarks.text.replies import exchanges, replies
from benchmarks.text.samples import LENGTH, Opening, distinct, repetition, written
from engine.generation.prompts import plain_prompt
from engine.generation.scoring import score
from engine.generation.strategy import STRATEGIES, Strategy
from engine.tokenizers.prompt import Prompt
from engine.transformer.checkpoints import load_checkpoint
from engine.transformer.language_model import LanguageModel
from training.corpus.mood import passages
from training.language_model.data import Pack
from training.language_model.documents import Texts, is_dialogue

TALES: Final = ("story_tales", "story_children")
FICTION: Final = ("story_modern", "story_novel")
OPENING: Final = 24
"""Characters of an opening, and on to the end of a clause."""
LEAST: Final = 40
"""Characters of a continuation of people, at least."""
_ENDS: Final = "。！？，；\n"


class Judge(Protocol):
    """A causal language model that reads."""

    def bits(self, opening: str, continuation: str) -> float:
        """Bits a character of a continuation after its opening."""


class EngineJudge:
    """A checkpoint that the engine reads; of a long opening it sees the end."""

    def __init__(self, model: LanguageModel) -> None:
        if model.tokenizer is None:
            raise ValueError(f"{model.name} has no tokenizer")
        self._model, self._tokenizer = model, model.tokenizer

    def bits(self, opening: str, continuation: str) -> float:
        room = self._model.config.max_positions - len(self._tokenizer.encode(continuation))
        tokens = self._tokenizer.encode(opening)[-room:]
        (found,) = score(self._model, plain_prompt(tokens), [continuation])
        return -found.logprob / math.log(2) / len(continuation)


class GgufJudge:
    """A GGUF file, by transformers on PyTorch."""

    def __init__(self, path: Path) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        place: dict[str, Any] = {"gguf_file": path.name}
        self._tokenizer = AutoTokenizer.from_pretrained(path.parent, **place)
        self._model = AutoModelForCausalLM.from_pretrained(
            path.parent, dtype=torch.bfloat16, **place
        ).eval()

    def bits(self, opening: str, continuation: str) -> float:
        import torch

        before, after = (
            self._tokenizer(text, add_special_tokens=False)["input_ids"]
            for text in (opening, continuation)
        )
        with torch.inference_mode():
            logits = self._model(torch.tensor([before + after])).logits[0, len(before) - 1 : -1]
        logprobs = torch.log_softmax(logits.float(), -1).gather(1, torch.tensor(after)[:, None])
        return -float(logprobs.sum()) / math.log(2) / len(continuation)


def load_judge(path: Path) -> Judge:
    """By the kind of file."""
    return GgufJudge(path) if path.suffix == ".gguf" else EngineJudge(load_checkpoint(path))


@dataclass(frozen=True)
class Case:
    """An opening and its continuations by kind: "ours", "people" and "shuffled"."""

    opening: str
    texts: Mapping[str, str]


def openings(texts: Texts, sources: Sequence[str], count: int) -> list[Opening]:
    """So many passages of held-out texts, each with its beginning as the opening.

    First passages come first, then second ones; what is told of a passage is what its text is told
    at its beginning.
    """
    found: dict[int, list[Opening]] = {}
    for source in sources:
        for document in texts.documents(source):
            condition = int(document.segments[0])
            for number, passage in enumerate(passages(document.text)):
                clauses = (i + 1 for i in range(OPENING, len(passage)) if passage[i] in _ENDS)
                at = next(clauses, len(passage))
                human = passage[at : at + LENGTH].rstrip()
                if len(human) < LEAST:
                    continue
                tokens = texts.pieces.tokenizer.encode(passage[:at])
                prompt = Prompt(tuple(tokens), (condition,) * len(tokens), reply_segment=condition)
                found.setdefault(number, []).append(Opening(source, passage[:at], prompt, human))
    chance = random.Random(0)
    for group in found.values():
        chance.shuffle(group)
    return [opening for _, group in sorted(found.items()) for opening in group][:count]


def story_cases(
    model: LanguageModel, texts: Texts, sources: Sequence[str], count: int, strategy: Strategy
) -> list[Case]:
    """Continuations of passages, each as long as people's."""
    starts = openings(texts, sources, count)
    ours = written(model, starts, strategy)
    people = [start.human for start in starts]
    return [
        Case(start.text, {"ours": text[: len(human)], "people": human, "shuffled": other})
        for start, text, human, other in zip(starts, ours, people, shuffled(people), strict=True)
    ]


def reply_cases(model: LanguageModel, texts: Texts, count: int, strategy: Strategy) -> list[Case]:
    """Replies to held-out dialogues, as many of each source of the dialogue mix as of another.

    Where the model said nothing there is nothing to judge: that case is left out.
    """
    sources = [name for name in texts.pack.measured("dialogue") if is_dialogue(name)]
    found = exchanges(
        {name: list(texts.documents(name)) for name in sources}, -(-count // max(len(sources), 1))
    )
    found = random.Random(0).sample(found, min(count, len(found)))
    ours = replies(model, found, strategy)
    people = [exchange.human for exchange in found]
    return [
        Case("\n".join(exchange.turns) + "\n", {"ours": text, "people": human, "shuffled": other})
        for exchange, text, human, other in zip(found, ours, people, shuffled(people), strict=True)
        if text
    ]


def shuffled(texts: Sequence[str]) -> list[str]:
    """For each text one of its length: sentences of the others in random order."""
    parts = [sentences(text) or [text] for text in texts]
    found = []
    for number, text in enumerate(texts):
        pool = [part for i, other in enumerate(parts) if i != number for part in other]
        random.Random(number).shuffle(pool)
        found.append("".join(pool)[: len(text)] or text)
    return found


def report(judge: Judge, groups: Mapping[str, Sequence[Case]]) -> str:
    """Bits a character with the standard error of their mean over texts, and variety.

    Variety is measured on as many characters of each text as its kinds have in common.
    """
    rows = []
    for name, cases in groups.items():
        sizes = [min(map(len, case.texts.values())) for case in cases]
        for kind in cases[0].texts if cases else ():
            texts = [case.texts[kind] for case in cases]
            bits = [judge.bits(c.opening, text) for c, text in zip(cases, texts, strict=True)]
            cut = [text[:size] for text, size in zip(texts, sizes, strict=True)]
            characters = sum(map(len, texts))
            mean = sum(b * len(text) for b, text in zip(bits, texts, strict=True)) / characters
            repeated = sum(map(repetition, cut)) / len(cut)
            counts = (len(texts), f"{characters:,}", f"{mean:.2f} ± {_error(bits):.2f}")
            rows.append((f"{name}: {kind}", *counts, f"{distinct(cut, 2):.3f}", f"{repeated:.1%}"))
    headings = ("texts", "number", "characters", "bits a character")
    return table((*headings, "distinct-2", "repeated 4-grams"), rows)


def _error(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return math.sqrt(squares / max(len(values) - 1, 1) / len(values))


def to_read(groups: Mapping[str, Sequence[Case]]) -> Iterator[str]:
    """The texts for people, in Markdown."""
    for name, cases in groups.items():
        yield f"# {name}\n"
        for number, case in enumerate(cases):
            quoted = case.opening.strip().replace("\n", "  \n> ")
            yield f"## {number + 1}\n\n> {quoted}\n"
            yield from (f"**{kind}**: {text}\n" for kind, text in case.texts.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--judge", type=Path, required=True, help="a checkpoint, or a .gguf file")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--story", default="story", help="a model's name or folder")
    parser.add_argument("--dialogue", default="dialogue", help="a model's name or folder")
    parser.add_argument("--strategy", default="balanced", choices=STRATEGIES)
    parser.add_argument("--dialogue-strategy", default="su_top_k", choices=STRATEGIES)
    parser.add_argument("--openings", type=int, default=100, help="of each group")
    parser.add_argument("--samples", type=Path, help="a file for the texts")
    options = parser.parse_args()
    groups: dict[str, list[Case]] = {}
    model, texts = _loaded(options.story, options.pack)
    for name, sources in (("children's tales", TALES), ("modern fiction", FICTION)):
        held_out = [source for source in sources if texts.pack.held_out(source).exists]
        strategy = STRATEGIES[options.strategy]
        groups[name] = story_cases(model, texts, held_out, options.openings, strategy)
    model, texts = _loaded(options.dialogue, options.pack)
    strategy = STRATEGIES[options.dialogue_strategy]
    groups["replies"] = reply_cases(model, texts, options.openings, strategy)
    if options.samples is not None:
        options.samples.write_text("\n".join(to_read(groups)), encoding="utf8")
    print(report(load_judge(options.judge), groups))


def _loaded(model: str, pack: Path) -> tuple[LanguageModel, Texts]:
    loaded = load_checkpoint(model)
    if loaded.tokenizer is None:
        raise SystemExit(f"{model} has no tokenizer")
    return loaded, Texts(Pack(pack), loaded.tokenizer)


if __name__ == "__main__":
    main()
