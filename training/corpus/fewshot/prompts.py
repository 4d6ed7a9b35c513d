"""Few-shot prompts: examples of one relation in one template, as GPT-3 and CPM are asked.

CPM (Zhang et al. 2020) is asked with lines such as 美国的首都是华盛顿; a small model has to
see many such lists to go on with one. Whole relations are never trained on, nor is a tenth of the
items of the others, so that the benchmark can tell the two kinds of generalization apart. (An item
may have been seen the other way round: the word for a meaning, not the meaning of the word.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from training.corpus.fewshot import words
from training.corpus.fewshot.relation import Relation
from training.corpus.fewshot.relations import read_relations
from training.corpus.text import Document, fraction

MOST_EXAMPLES = 12
LONGEST_PROMPT = 560
"""Characters: about as much as the models can see at once."""
HELD_OUT_ITEMS = 0.1
LOOKUPS: Final = ("{q} -> {a}", "{q}：{a}", "{q}有{a}", "{q}喜欢{a}", "{q}={a}", "{q}和{a}")
LOOKUP_SHARE = 0.08
"""Of the prompts of known relations."""


def prompt(
    relation: Relation, template: str, examples: Sequence[tuple[str, str]], question: str
) -> str:
    """The examples, each with its answer, and the question up to where its answer begins."""
    end = relation.end(template)
    shown = "".join(template.format(q=q, a=a) + end for q, a in examples)
    return shown + template.partition("{a}")[0].format(q=question)


def is_held_out(relation: Relation, question: str) -> bool:
    """Whether training must not see this item."""
    return relation.held_out or fraction(f"{relation.name}/{question}") < HELD_OUT_ITEMS


@dataclass(frozen=True)
class Task:
    """What the benchmark asks about one relation.

    Attributes:
        relation: its name, templates and so on.
        examples: items to show; of a relation that was held out as well, never trained on.
        items: held-out items with the wanted answer.
        candidates: all answers to choose from; None where there is no small set of them.
    """

    relation: Relation
    examples: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str], ...]
    candidates: tuple[str, ...] | None


def held_out_tasks(data: Path) -> list[Task]:
    """A task for each relation. `data`: the corpus folder, with the files of facts in `qa`."""
    tasks = []
    for relation in read_relations(data):
        if relation.held_out:
            shown = [p for p in relation.pairs if fraction("shown/" + p[0]) < 0.5]
            items = [p for p in relation.pairs if fraction("shown/" + p[0]) >= 0.5]
        else:
            shown = [p for p in relation.pairs if not is_held_out(relation, p[0])]
            items = [p for p in relation.pairs if is_held_out(relation, p[0])]
        answers = sorted({answer for _, answer in relation.pairs})
        candidates = tuple(answers) if relation.closed else None
        if items and shown:
            tasks.append(Task(relation, tuple(shown), tuple(items), candidates))
    return tasks


def _one(
    relation: Relation,
    shown: Sequence[tuple[str, str]],
    last: Sequence[tuple[str, str]],
    random: np.random.Generator,
) -> str:
    """A prompt with its answer: examples of `shown`, then one of `last`."""
    template = relation.templates[random.integers(len(relation.templates))]
    end = relation.end(template)
    count = min(int(random.integers(1, MOST_EXAMPLES + 1)), len(shown))
    chosen = [shown[i] for i in random.choice(len(shown), count, replace=False)]
    final = last[int(random.integers(len(last)))]
    text = template.format(q=final[0], a=final[1]) + "\n"
    for q, a in chosen:
        example = template.format(q=q, a=a) + end
        if (q, a) == final or len(text) + len(example) > LONGEST_PROMPT:
            continue
        text = example + text
    return text


def lookup(random: np.random.Generator) -> Document:
    """Random words go with random words, and one of them is asked again: only the prompt tells."""
    names = [word for word, _ in words.CATEGORIES]
    count = int(random.integers(2, 9))
    asked = [names[i] for i in random.choice(len(names), count, replace=False)]
    answers = [names[i] for i in random.choice(len(names), count)]
    template = LOOKUPS[int(random.integers(len(LOOKUPS)))]
    shown = [template.format(q=q, a=a) for q, a in zip(asked, answers, strict=True)]
    again = [shown[i] for i in random.choice(count, int(random.integers(1, 4)))]
    return Document("lookup", "\n".join([*shown, *again]) + "\n")


def prompts(data: Path, characters: int, *, held_out: bool, seed: int) -> Iterator[Document]:
    """Random prompts with their answers, as many characters in all.

    With `held_out`, what is asked last was held out from training (the examples before it only
    if the whole relation was).
    """
    random = np.random.default_rng(seed)
    pools = []
    for relation in read_relations(data):
        trained = [p for p in relation.pairs if not is_held_out(relation, p[0])]
        kept = [p for p in relation.pairs if is_held_out(relation, p[0])]
        shown = list(relation.pairs) if relation.held_out else trained
        last = kept if held_out else trained
        if last and shown:
            pools.append((relation, shown, last))
    shares = np.array([relation.weight for relation, _, _ in pools])
    while characters > 0:
        if not held_out and random.random() < LOOKUP_SHARE:
            document = lookup(random)
            characters -= len(document.text)
            yield document
            continue
        relation, shown, last = pools[random.choice(len(pools), p=shares / shares.sum())]
        text = _one(relation, shown, last, random)
        characters -= len(text)
        yield Document(relation.name, text)
