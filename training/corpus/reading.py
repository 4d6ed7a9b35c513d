"""Passages of an encyclopedia with questions about them, as documents."""

import re
from collections.abc import Iterator
from pathlib import Path

from training.common.files import corpus_file, read_objects
from training.corpus.text import Document, clean


def reading_rows(folder: Path) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Title, passage, and the questions with their answers, of each passage of an encyclopedia."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in read_objects(corpus_file(folder / "qa", "reading_comprehension.jsonl")):
        asked = found.setdefault((row["title"], clean(row["context"].replace("\n", ""))), [])
        asked.append((clean(row["question"]), clean(row["answer"])))
    for (title, context), asked in found.items():
        yield title, context, asked


def passage_around(context: str, answers: list[str], longest: int = 360) -> str:
    """Whole sentences of a passage around the place of the first answer."""
    sentences = re.findall(r".*?[。！？]|.+$", context)
    at, chosen = context.find(answers[0]), ""
    begin = 0
    for sentence in sentences:
        end = begin + len(sentence)
        near = end > at - longest // 3
        if near and (not chosen or len(chosen) + len(sentence) <= longest):
            chosen += sentence
        elif chosen:
            break
        begin = end
    return chosen


def reading(data: Path) -> Iterator[Document]:
    """Passages of an encyclopedia, each with one to three questions about it."""
    for title, context, questions in reading_rows(data):
        passage = passage_around(context, [answer for _, answer in questions])
        asked = [(q, a) for q, a in questions if a in passage][:3]
        if asked:
            lines = "\n".join(f"问：{question}\n答：{answer}" for question, answer in asked)
            yield Document(title, f"段落：{passage}\n{lines}\n")
