"""Classification by the probability of each candidate, as FewCLUE's tasks are put to such models.

CPM's zero-shot template, the idiom that fits, the sentence that follows; held-out text only.
"""

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.report import asked, share, table
from engine.generation.scoring import Score, score
from engine.tokenizers.conditions import segment
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel
from training.common.files import corpus_file, read_lines
from training.corpus.stories import read_documents
from training.corpus.text import paragraphs
from training.language_model.documents import Document

IDIOMS: Final = 7
"""Candidates of ChID (Zheng et al. 2019), as FewCLUE has it."""
SENTENCES: Final = 5
PASSAGE: Final = 120
"""Characters to be classified."""
TOPICS: Final = {
    "tech_articles_lctt": "科技",
    "tech_articles_freecodecamp": "科技",
    "wiki_paragraphs_mrc": "百科",
    "wiki_sample_readwiki": "百科",
    "csl_abstracts": "科研",
    "howtocook": "做菜",
    "bible_cuv": "圣经",
    "laws_prc": "法律",
    "story_wuxia": "武侠",
    "story_children": "童话",
    "story_history": "历史",
}
"""What each file or source is about."""
TEMPLATE: Final = "这是关于{label}的文章："
"""CPM's for articles, see engine/generation/strategy.py for its other settings."""
GENRES: Final = ("novel", "wuxia", "children", "history", "essay", "scifi", "general")


def told(model: LanguageModel, text: str, condition: int) -> Prompt:
    """A text at the beginning of a document, under a condition of engine.tokenizers.conditions."""
    assert model.tokenizer is not None
    tokens = [model.tokenizer.id("<eod>"), *model.tokenizer.encode(text)]
    return Prompt(tuple(tokens), (condition,) * len(tokens), reply_segment=condition)


def best(scores: Sequence[float]) -> int:
    """The first of the highest."""
    return max(range(len(scores)), key=scores.__getitem__)


def origins(data: Path, documents: Sequence[Document]) -> Iterator[tuple[str, Document]]:
    """The file that each held-out article is from, found by its first line; parts of an article
    other than the first are left out."""
    wanted = {document.text[:30]: document for document in documents}
    for name in (key for key in TOPICS if not key.startswith("story_")):
        for _, lines in read_documents(corpus_file(data / "general", f"{name}.txt")):
            # The beginning is enough, and a few lines of it may be no text.
            start = "\n".join(paragraphs(lines[:12], 0.65))[:30]
            if start in wanted:
                yield name, wanted.pop(start)


def passages(sources: Mapping[str, Sequence[Document]], each: int) -> Iterator[tuple[str, str]]:
    """So many passages of PASSAGE characters of each source, from different documents."""
    for name, documents in sources.items():
        long = [document for document in documents if len(document.text) >= PASSAGE]
        for document in long[:each]:
            yield name, document.text[:PASSAGE]


def topics(
    model: LanguageModel, sources: Mapping[str, Sequence[Document]], each: int
) -> tuple[list[bool], int]:
    """Which label makes the passage most probable; how many labels there are."""
    labels = sorted({TOPICS[name] for name in sources})
    general = segment("general")
    prompts = [told(model, TEMPLATE.format(label=label), general) for label in labels]

    def right(item: tuple[str, str]) -> bool:
        name, text = item
        found = [score(model, prompt, [text])[0].logprob for prompt in prompts]
        return labels[best(found)] == TOPICS[name]

    return asked(right, passages(sources, each)), len(labels)


def genres(
    model: LanguageModel, sources: Mapping[str, Sequence[Document]], each: int
) -> list[bool]:
    """Which genre, told as a condition, makes the passage most probable: Bayes' rule."""

    def right(item: tuple[str, str]) -> bool:
        name, text = item
        found = [score(model, told(model, "", segment(g)), [text])[0].logprob for g in GENRES]
        return GENRES[best(found)] == name.removeprefix("story_")

    return asked(right, passages(sources, each))


def known_idioms(data: Path, frequency: int = 100) -> list[str]:
    """The idioms of four characters that are used at least so often."""
    rows = map(json.loads, read_lines(corpus_file(data / "qa", "idioms.jsonl")))
    return [row["word"] for row in rows if len(row["word"]) == 4 and row["freq"] >= frequency]


def idiom_questions(
    texts: Iterable[str], idioms: Sequence[str], count: int
) -> Iterator[tuple[str, list[str], str, str]]:
    """Held-out passages with an idiom: what stands before it, candidates, what follows, and the
    right one. One of each text."""
    chance = random.Random(0)
    known = set(idioms)
    mixed = list(texts)
    chance.shuffle(mixed)
    for text in mixed:
        at = next((i for i in range(20, len(text) - 4) if text[i : i + 4] in known), None)
        if at is None:
            continue
        right = text[at : at + 4]
        candidates = [right, *chance.sample([i for i in idioms if i != right], IDIOMS - 1)]
        chance.shuffle(candidates)
        yield text[max(at - 100, 0) : at], candidates, text[at + 4 : at + 34], right
        count -= 1
        if not count:
            return


def idioms(
    model: LanguageModel, questions: Iterable[tuple[str, list[str], str, str]], condition: int
) -> list[bool]:
    """Whether the passage is most probable with the right idiom."""

    def right(question: tuple[str, list[str], str, str]) -> bool:
        before, candidates, after, answer = question
        found = score(
            model, told(model, before, condition), [idiom + after for idiom in candidates]
        )
        return candidates[best([one.logprob for one in found])] == answer

    return asked(right, questions)


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its end."""
    return re.findall(r"[^。！？\n]+[。！？][”’」）]*", text)


def cloze_questions(texts: Sequence[str], count: int) -> list[tuple[str, list[str], str]]:
    """Three sentences of a story, candidates for the next one from other stories, the right one."""
    chance = random.Random(0)
    stories = [found for text in texts if len(found := sentences(text)) >= 5]
    questions = []
    for number, story in enumerate(stories):
        others = [s for i, other in enumerate(stories) if i != number for s in other]
        for at in range(3, len(story) - 1, 4):
            right = story[at]
            alike = [s for s in others if abs(len(s) - len(right)) <= 3]
            if not 8 <= len(right) <= 50 or len(alike) < SENTENCES - 1:
                continue
            candidates = [right, *chance.sample(alike, SENTENCES - 1)]
            chance.shuffle(candidates)
            questions.append(("".join(story[at - 3 : at]), candidates, right))
    chance.shuffle(questions)
    return questions[:count]


def cloze(
    model: LanguageModel, questions: Iterable[tuple[str, list[str], str]], condition: int
) -> tuple[list[bool], list[bool]]:
    """Whether the right sentence is the most probable a token, and whether the story makes it
    more probable than any other (Holtzman et al. 2021)."""

    def right(question: tuple[str, list[str], str]) -> tuple[bool, bool]:
        before, candidates, answer = question
        after = score(model, told(model, before, condition), candidates)
        alone = score(model, told(model, "", condition), candidates)
        means = [one.mean_logprob for one in after]
        gains = [_gain(a, b) for a, b in zip(after, alone, strict=True)]
        return candidates[best(means)] == answer, candidates[best(gains)] == answer

    found = asked(right, questions)
    return [mean for mean, _ in found], [gain for _, gain in found]


def _gain(after: Score, alone: Score) -> float:
    return after.logprob - alone.logprob


def report(rows: Iterable[tuple[str, Sequence[bool], int]]) -> str:
    """What each task came to, beside chance."""
    return table(
        ("task", "items", "right", "chance"),
        [(name, len(right), share(right), f"{1 / among:.1%}") for name, right, among in rows],
    )
