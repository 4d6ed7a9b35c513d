"""Stories, sentences and articles of a corpus folder as clean documents of a few pages each."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.common.files import corpus_file, read_lines, read_objects
from training.corpus.overlap import Overlap
from training.corpus.text import Document, clean, fraction, paragraphs

MIN_CUT, MAX_CUT = 1500, 3000
"""Works longer than MAX_CUT characters are cut where a paragraph ends after MIN_CUT."""

STORIES: Final = {
    "novel": ("pd_minguo", "pd_minguo_collected", "pd_xiaohong_hulanhe"),
    "wuxia": ("pd_wuxia",),
    "children": (
        "cmrc2019_children_stories",
        "cmrc2017_children_passages",
        "cft_children_tales",
        "storybooks_zh",
    ),
    "history": ("classics_in_modern_chinese",),
    "essay": ("pd_essay",),
    "scifi": ("scp_cn",),
}
"""Files of the folder `story` by genre."""

SIMPLE: Final = {
    "tales": ("stories_bedbook",),
    "modern": (
        "stories_tinychinese_gpt35",
        "stories_dict_gpt4",
        "stories_tombench",
        "stories_emobench",
    ),
    "sentences": (
        "sentences_tatoeba_cmn",
        "sentences_dict_gpt4",
        "sentences_vocab_llm",
        "scenes_vocab_llm",
    ),
}
"""Files of the folder `simple` by kind: simple modern Chinese."""
WRITTEN: Final = {"tales": "tales", "modern": "fiction"}
"""Files of the folder `written` beside this file, by kind: written for these models."""

GENERAL: Final = {
    "tech_articles_lctt": 1.0,
    "tech_articles_freecodecamp": 1.0,
    "wiki_paragraphs_mrc": 1.0,
    "wiki_sample_readwiki": 1.0,
    "csl_abstracts": 1.0,
    "chid_passages": 1.0,
    "howtocook": 1.0,
    "bible_cuv": 0.5,
    "laws_prc": 0.06,
}
"""Files of the folder `general`, and the share of their documents that is used."""


def read_documents(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Title and lines of each <doc title="...">...</doc> block."""
    title = ""
    lines: list[str] = []
    for line in read_lines(path):
        if line.startswith("<doc "):
            found = re.search(r'title="(.*?)"(?: author=|>|$)', line)
            title, lines = found[1] if found else "", []
        elif line.startswith("</doc>"):
            yield title, lines
        elif line.strip():
            lines.append(line)


def cut(lines: list[str]) -> list[tuple[str, bool]]:
    """Paragraphs as texts of about MIN_CUT to MAX_CUT characters, and whether each is the last."""
    texts: list[str] = []
    present: list[str] = []
    size = 0
    for line in (part for whole in lines for part in _sentences(whole)):
        if size and size + len(line) > MAX_CUT:
            texts.append("\n".join(present))
            present, size = [], 0
        present.append(line)
        size += len(line) + 1
        if size >= MIN_CUT:
            texts.append("\n".join(present))
            present, size = [], 0
    if size >= MIN_CUT // 3 or (size and not texts):
        texts.append("\n".join(present))
    elif size:
        texts[-1] += "\n" + "\n".join(present)
    return [(text, i + 1 == len(texts)) for i, text in enumerate(texts)]


def _sentences(line: str) -> list[str]:
    """A paragraph of more than MAX_CUT characters in parts that end with a sentence."""
    if len(line) <= MAX_CUT:
        return [line]
    parts = [""]
    for sentence in re.findall(r".*?[。！？…][”’」）]*|.+$", line):
        if len(parts[-1]) > MIN_CUT:
            parts.append("")
        parts[-1] += sentence
    return parts


def story_documents(folder: Path, genre: str) -> Iterator[Document]:
    """The stories of a genre (a key of STORIES)."""
    seen = Overlap()
    short = genre in ("children", "scifi")
    for name in STORIES[genre]:
        for title, lines in read_documents(corpus_file(folder / "story", f"{name}.txt")):
            kept = paragraphs(lines, 0.5)
            text = "\n".join(kept)
            if len(text) < 60 or (short and seen.repeats(text)):
                continue
            for part, last in cut(kept):
                yield Document(f"{name}/{title}", part, last)


def written_blocks(name: str) -> Iterator[list[str]]:
    """The lines of each text of a file that was written for these models: an empty line ends it."""
    block: list[str] = []
    for line in (*read_lines(corpus_file(Path(__file__).parent / "written", f"{name}.txt")), ""):
        if line.strip():
            block.append(clean(line))
        elif block:
            yield block
            block = []


def simple_documents(folder: Path, kind: str) -> Iterator[Document]:
    """Simple modern stories or sentences (a key of SIMPLE), each text once.

    A sentence does not end a text: nothing is known of what could follow it.
    """
    seen = Overlap()
    if kind in WRITTEN:
        for title, *lines in written_blocks(WRITTEN[kind]):
            yield Document(f"written/{title}", "\n".join(lines))
    for name in SIMPLE[kind]:
        for row in read_objects(corpus_file(folder / "simple", f"{name}.jsonl")):
            text = "\n".join(paragraphs(row["text"].split("\n"), 0.6)).strip("“”")
            least = 6 if kind == "sentences" else 24
            if len(text) < least or seen.repeats(text):
                continue
            yield Document(f"{name}/{text[:24]}", text, kind != "sentences")


def general_documents(folder: Path) -> Iterator[Document]:
    """Articles, encyclopedia, abstracts, recipes, and a few laws."""
    seen = Overlap()
    for name, share in GENERAL.items():
        for title, lines in read_documents(corpus_file(folder / "general", f"{name}.txt")):
            if fraction(f"share/{name}/{title}") >= share or "README" in title:
                continue
            kept = paragraphs(lines, 0.65)
            text = "\n".join(kept)
            if len(text) < 60 or text.endswith(("...", "…")) or seen.repeats(text):
                continue
            for part, last in cut(kept):
                yield Document(f"{name}/{title}", part, last)
