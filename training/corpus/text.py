"""Clean lines of text, and documents made of them."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

HAN: Final = "\u4e00-\u9fff"
"""The range of common Chinese characters, for regular expressions."""
_JUNK_LINE: Final = re.compile(
    r"https?:|www\.|\.com\b|xiaoshuotxt|LCTT|LINUX\.CN|freeCodeCamp|pull request|issue|"
    r"小说天堂|TXT小说|书评和最新|更多精彩|Linux中国|"
    r"^\s*(作者|译者|校对|原文|来源|选题|编译|图片|封面|文章来源|转载|版权|摘自)\S{0,6}[:：]|"
    r"^\s*(via|本文由)\S{0,6}[:：]|^\s*-?\s*(译者|校对者?|作者)|^原文|"
    r"^\s*\d+\s*$|^[-=*_#~+|\s]{2,}$",
    re.IGNORECASE,
)
_MARKUP: Final = re.compile(
    r"<[^<>\n]{1,80}>|!?\[([^\[\]\n]*)\]\([^()\n]*\)|\[\d+\]|\\[ntr\\ ]|"
    r"[`\u200b-\u200f\ufeff\u00ad\ue000-\uf8ff]|[（(](?:[学外]?[名文语]?：)?[\s，,；;]*[)）]|"
    r"\*{1,3}|_{2,}|^#+ |&[a-z]+;|&#\d+;"
)
_VARIANTS: Final = re.compile(r"-\{(?:zh-(?:cn|hans)[:：])?([^;；{}]*)[^{}]*\}-")
_WIDE: Final = str.maketrans({",": "，", ";": "；", ":": "：", "?": "？", "!": "！"})
_HALF: Final = re.compile(rf"(?<=[{HAN}”’」』》）])[,;:?!](?!//)|[,;:?!](?=[{HAN}“‘「『《])")
_STOP: Final = re.compile(rf"(?<=[{HAN}”’》）])\.(?=[{HAN}“‘《（\s]|$)")
_DOTS: Final = re.compile(rf"(?<=[{HAN}”’，。！？])(\.{{2,}}|…(?!…)|。{{2,}})")
_PARENS: Final = re.compile(rf"\(([^()\n]*[{HAN}][^()\n]*)\)")
_QUOTES: Final = re.compile(r'"([^"\n]{1,300})"')
_CORNERS: Final = str.maketrans("「」『』", "“”‘’")
_WIDE_ALNUM: Final = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_HAN_BLANK: Final = re.compile(
    rf"(?<=[{HAN}，。！？；：、“”])[ \t\u3000]+(?=[{HAN}，。！？；：、“”])"
)
_EMOJI_RUN: Final = re.compile(
    r"([\U0001f000-\U0001ffff\u2600-\u27bf])[\U0001f000-\U0001ffff\u2600-\u27bf\ufe0f\u200d]+"
)
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

    @property
    def characters(self) -> int:
        """Its size."""
        return len(self.text)


def fraction(text: str) -> float:
    """A number in 0..1 that depends on the text alone."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:6]) / 2**48


def clean(line: str) -> str:
    """A line without markup, with the punctuation of Chinese among Chinese characters."""
    line = _VARIANTS.sub(r"\1", line)
    line = _MARKUP.sub(lambda found: found[1] or "", line).translate(_CORNERS)
    line = (
        line.translate(_WIDE_ALNUM).replace("\u3000", " ").replace("\t", " ").replace("\xa0", " ")
    )
    line = _HALF.sub(lambda found: found[0].translate(_WIDE), line)
    line = _DOTS.sub("……", line)
    line = _QUOTES.sub(r"“\1”", _PARENS.sub(r"（\1）", _STOP.sub("。", line)))
    line = _RUNS.sub(lambda found: found[1] * (2 if found[1] in "…—" else 1), line)
    line = _EMOJI_RUN.sub(r"\1", _HAN_BLANK.sub("", line))
    return re.sub(" {2,}", " ", line).strip()


def han_share(text: str) -> float:
    """How much of a text is Chinese characters and Chinese punctuation."""
    return len(re.findall(f"[{HAN}，。！？；：、“”《》（）…—]", text)) / max(len(text), 1)


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
