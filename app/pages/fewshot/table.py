"""Questions with their answers as CSV or TSV: in with a sentence for what is wrong, and out."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from app.pages.fewshot import say
from app.web.inputs import cleaned
from app.web.limits import KIB, Refusal, checked_bytes, checked_text
from app.web.texts import Language
from engine.fewshot import Example, Judged

MAX_QUESTIONS: Final = 500
MAX_BYTES: Final = 256 * KIB
#: Characters of a question or an answer.
MAX_CELL: Final = 300

_QUESTION_NAMES: Final = ("question", "问题", "问", "题目", "q")
_ANSWER_NAMES: Final = ("answer", "expected", "答案", "答", "a")


def read_questions(value: object, lang: Language) -> tuple[Example, ...]:
    """The questions of a table in CSV or, if its first line has a tab, TSV.

    A first row with the names of the columns is understood; without one, there are two columns.
    An answer may be several with "|" between them. Rows without anything are left out.

    Raises Refusal, which names the line.
    """
    content = cleaned(checked_text(value, MAX_BYTES, lang))
    checked_bytes(len(content.encode()), MAX_BYTES, lang)
    rows = _rows(content, lang)
    if not rows:
        raise Refusal(say("error.no_questions", lang))
    columns = _columns(rows[0][1])
    if columns is not None:
        rows = rows[1:]
    examples = [_example(line, cells, columns, lang) for line, cells in rows]
    if not examples:
        raise Refusal(say("error.no_questions", lang))
    if len(examples) > MAX_QUESTIONS:
        raise Refusal(say("error.questions", lang, count=len(examples), maximum=MAX_QUESTIONS))
    return tuple(examples)


def one_line(text: str) -> str:
    """Clean text in one line."""
    return " ".join(cleaned(text).split("\n")).strip()


def _rows(content: str, lang: Language) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its line."""
    first = next((line for line in content.split("\n") if line.strip()), "")
    reader = csv.reader(io.StringIO(content), delimiter="\t" if "\t" in first else ",", strict=True)
    rows = []
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begin, cells))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise Refusal(say("error.quotes", lang, line=begin)) from error
    return rows


def _columns(names: Sequence[str]) -> tuple[int, int] | None:
    """Where the question and the answer are, if these are names of columns."""
    plain = [name.strip().casefold() for name in names]
    question = next((at for at, name in enumerate(plain) if name in _QUESTION_NAMES), None)
    answer = next((at for at, name in enumerate(plain) if name in _ANSWER_NAMES), None)
    return None if question is None or answer is None else (question, answer)


def _example(
    line: int, cells: Sequence[str], columns: tuple[int, int] | None, lang: Language
) -> Example:
    if columns is None and len(cells) != 2:
        raise Refusal(say("error.columns", lang, line=line, count=len(cells)))
    question_at, answer_at = columns or (0, 1)
    if len(cells) <= max(question_at, answer_at):
        raise Refusal(say("error.columns", lang, line=line, count=len(cells)))
    question, answer = one_line(cells[question_at]), one_line(cells[answer_at])
    if not question or not answer:
        raise Refusal(say("error.half", lang, line=line))
    if max(len(question), len(answer)) > MAX_CELL:
        raise Refusal(say("error.long", lang, line=line, maximum=MAX_CELL))
    return Example(question, answer)


def write_questions(examples: Iterable[Example]) -> str:
    """A table as CSV with its header."""
    return _csv(("question", "answer"), ((one.question, one.answer) for one in examples))


def write_judged(judged: Sequence[Judged]) -> str:
    """What was asked and answered as CSV: with candidates, also what the model chose."""
    header = ["question", "expected", "answer", "exact", "shots"]
    methods = judged[0].ranking.methods if judged and judged[0].ranking else ()
    for method in methods:
        header += [f"chosen_{method}", f"right_{method}", f"probability_{method}"]
    return _csv(header, (_cells(one) for one in judged))


def _cells(judged: Judged) -> list[object]:
    example = judged.example
    cells: list[object] = [example.question, example.answer, judged.answer]
    cells += [int(judged.exact), judged.shots]
    if judged.ranking is not None:
        for method in judged.ranking.methods:
            best = judged.ranking.best(method)
            right = int(bool(judged.chose(method)))
            cells += [best.text, right, f"{best.probabilities[method]:.4f}"]
    return cells


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue()
