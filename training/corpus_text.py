"""Stories and articles of a corpus folder as clean documents of a few pages each."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.xiangqi_data import corpus_file, read_lines

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

_HAN: Final = "\u4e00-\u9fff"
_JUNK_LINE: Final = re.compile(
    r"https?:|www\.|\.com\b|小说天堂|xiaoshuotxt|TXT小说|书评和最新|更多精彩|[Pp]ull [Rr]equest|issue|"
    r"^\s*(作者|译者|校对|原文|来源|选题|编译|via|图片|本文由|封面|文章来源|转载|版权|摘自)\S{0,6}[:：]|"
    r"^\s*-?\s*(译者|校对者?|作者)|LCTT|LINUX\.CN|Linux中国|^\s*\d+\s*$|^[-=*_#~+|\s]{2,}$|"
    r"freeCodeCamp|^原文",
    re.IGNORECASE,
)
_MARKUP: Final = re.compile(
    r"<[^<>\n]{1,80}>|!?\[([^\[\]\n]*)\]\([^()\n]*\)|\[\d+\]|\\[ntr\\ ]|[`\u200b-\u200f\ufeff\u00ad]"
    r"|[（(](?:[学外]?[名文语]?：)?[\s，,；;]*[)）]|\*{1,3}|_{2,}|^#+ |&[a-z]+;|&#\d+;|[\ue000-\uf8ff]"
)
_VARIANTS: Final = re.compile(r"-\{(?:zh-(?:cn|hans)[:：])?([^;；{}]*)[^{}]*\}-")
_WIDE: Final = str.maketrans({",": "，", ";": "；", ":": "：", "?": "？", "!": "！"})
_HALF: Final = re.compile(rf"(?<=[{_HAN}”’」』》）])[,;:?!](?!//)|[,;:?!](?=[{_HAN}“‘「『《])")
_STOP: Final = re.compile(rf"(?<=[{_HAN}”’》）])\.(?=[{_HAN}“‘《（\s]|$)")
_DOTS: Final = re.compile(rf"(?<=[{_HAN}”’，。！？])(\.{{2,}}|…(?!…)|。{{2,}})")
_PARENS: Final = re.compile(rf"\(([^()\n]*[{_HAN}][^()\n]*)\)")
_QUOTES: Final = re.compile(r'"([^"\n]{1,300})"')
_CORNERS: Final = str.maketrans("「」『』", "“”‘’")
_WIDE_ALNUM: Final = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A),
                      *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_HAN_BLANK: Final = re.compile(rf"(?<=[{_HAN}，。！？；：、“”])[ \t\u3000]+(?=[{_HAN}，。！？；：、“”])")
_EMOJI_RUN: Final = re.compile(r"([\U0001f000-\U0001ffff\u2600-\u27bf])[\U0001f000-\U0001ffff\u2600-\u27bf\ufe0f\u200d]+")
_RUNS: Final = re.compile(r"([。，！？、；：~～—…\-=.])\1{2,}")


@dataclass(frozen=True)
class Document:
    """A text to learn from.

    Attributes:
        key: of what it is a part; all parts of one are held out together.
        text: paragraphs joined by line breaks.
        ends: whether the text really ends here and is not cut.
    """

    key: str
    text: str
    ends: bool = True


def fraction(text: str) -> float:
    """A number in 0..1 that depends on the text alone."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:6]) / 2**48


def clean(line: str) -> str:
    """A line without markup, with the punctuation of Chinese among Chinese characters."""
    line = _VARIANTS.sub(r"\1", line)
    line = _MARKUP.sub(lambda found: found[1] or "", line).translate(_CORNERS)
    line = line.translate(_WIDE_ALNUM).replace("\u3000", " ").replace("\t", " ").replace("\xa0", " ")
    line = _HALF.sub(lambda found: found[0].translate(_WIDE), line)
    line = _DOTS.sub("……", line)
    line = _QUOTES.sub(r"“\1”", _PARENS.sub(r"（\1）", _STOP.sub("。", line)))
    line = _RUNS.sub(lambda found: found[1] * (2 if found[1] in "…—" else 1), line)
    line = _EMOJI_RUN.sub(r"\1", _HAN_BLANK.sub("", line))
    return re.sub(" {2,}", " ", line).strip()


def han_share(text: str) -> float:
    """How much of a text is Chinese characters and Chinese punctuation."""
    return len(re.findall(f"[{_HAN}，。！？；：、“”《》（）…—]", text)) / max(len(text), 1)


def read_documents(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Title and lines of each <doc title="...">...</doc> block."""
    title, lines = "", []
    for line in read_lines(path):
        if line.startswith("<doc "):
            found = re.search(r'title="(.*?)"(?: author=|>|$)', line)
            title, lines = found[1] if found else "", []
        elif line.startswith("</doc>"):
            yield title, lines
        elif line.strip():
            lines.append(line)


def paragraphs(lines: Iterable[str], least_han: float = 0.0) -> list[str]:
    """Clean lines without junk, and without those that are hardly Chinese."""
    kept = []
    for line in lines:
        if _JUNK_LINE.search(line):
            continue
        line = clean(line)
        if line and han_share(line) >= least_han:
            kept.append(line)
    return kept


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


class Seen:
    """Finds texts that mostly repeat earlier ones, by runs of 16 characters."""

    def __init__(self) -> None:
        self._runs: set[int] = set()

    def repeats(self, text: str, share: float = 0.3) -> bool:
        """Whether so much of the text was there before; remembers it if not."""
        plain = re.sub(rf"[^{_HAN}]", "", text)
        runs = [hash(plain[i : i + 16]) for i in range(0, max(len(plain) - 15, 1))]
        if sum(run in self._runs for run in runs) > share * len(runs):
            return True
        self._runs.update(runs[::2])
        return False


def story_documents(folder: Path, genre: str) -> Iterator[Document]:
    """The stories of a genre (a key of STORIES)."""
    seen = Seen()
    whole = genre in ("children", "scifi")
    for name in STORIES[genre]:
        for title, lines in read_documents(corpus_file(folder / "story", f"{name}.txt")):
            kept = paragraphs(lines, 0.5)
            text = "\n".join(kept)
            if len(text) < 60 or (whole and len(text) < 60_000 and seen.repeats(text)):
                continue
            for part, last in cut(kept):
                yield Document(f"{name}/{title}", part, last)


def general_documents(folder: Path) -> Iterator[Document]:
    """Articles, encyclopedia, abstracts, recipes, and a few laws."""
    seen = Seen()
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


def reading_rows(folder: Path) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Title, passage, and the questions with their answers, of each passage of an encyclopedia."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for line in read_lines(corpus_file(folder / "qa", "reading_comprehension.jsonl")):
        row = json.loads(line)
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
