"""Cleaning, cutting, comparing texts, plainness and moods."""

from pathlib import Path

import pytest

from tests.unit.training.corpus_folder import TALES, write_corpus
from training.corpus.mood import WINDOW, mood, passages
from training.corpus.overlap import Overlap
from training.corpus.plainness import COMMONEST, common_characters, is_plain, plainness
from training.corpus.stories import (
    MAX_CUT,
    MIN_CUT,
    SIMPLE,
    WRITTEN,
    cut,
    general_documents,
    simple_documents,
    story_documents,
)
from training.corpus.text import clean, fraction, han_share, paragraphs


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('他说:"好的,走吧!"', "他说：“好的，走吧！”"),
        ("「走」，他说", "“走”，他说"),
        ("我 们　走", "我们走"),
        ("用 Linux 系统 , 3.5 版", "用 Linux 系统 , 3.5 版"),
        ("见[这里](http://a.b/c)和**粗体**[3]", "见这里和粗体"),
        ("锦地罗（学名：），又称-{zh-cn:毛毡苔;zh-hk:茅}-", "锦地罗，又称毛毡苔"),
        ("等等...后来。。。。", "等等……后来……"),
        ("１２ＡＢ", "12AB"),
        ("好😀😀😀啊", "好😀啊"),
        ("结束了.", "结束了。"),
    ],
)
def test_lines_are_cleaned(line: str, wanted: str) -> None:
    assert clean(line) == wanted


def test_junk_and_foreign_lines_are_dropped() -> None:
    lines = [
        "正文在这里。",
        "更多请看 http://a.com",
        "译者：某某",
        "----",
        "12",
        "all English here",
    ]
    assert paragraphs(lines, 0.5) == ["正文在这里。"]


def test_share_of_chinese() -> None:
    assert han_share("中文，ab") == 0.6
    assert han_share("") == 0


def test_fractions_are_spread_and_always_the_same() -> None:
    found = [fraction(str(i)) for i in range(1000)]
    assert found == [fraction(str(i)) for i in range(1000)]
    assert 0 <= min(found) < 0.01 < 0.99 < max(found) < 1
    assert 0.45 < sum(found) / 1000 < 0.55


def test_long_works_are_cut_between_paragraphs() -> None:
    lines = [f"{i}" * 400 + "。" for i in range(10)] * 3
    texts = cut(lines)
    assert "\n".join(text for text, _ in texts).split("\n") == lines
    assert all(MIN_CUT <= len(text) <= MAX_CUT for text, _ in texts[:-1])
    assert [last for _, last in texts] == [False] * (len(texts) - 1) + [True]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    texts = [text for text, _ in cut(["这是一句话。" * 1500])]
    assert len(texts) > 3
    assert all(len(text) <= MAX_CUT + MIN_CUT and text.endswith("。") for text in texts)
    assert "".join(texts).replace("\n", "") == "这是一句话。" * 1500


def test_repetitions_are_found() -> None:
    seen = Overlap()
    text = "".join(chr(0x4E00 + i) for i in range(300))
    assert not seen.repeats(text)
    assert seen.repeats("新的开头" + text[20:])
    assert not seen.repeats(text[::-1])


def test_a_text_overlaps_what_it_has_a_part_of() -> None:
    def part(begin: int, size: int) -> str:
        return "".join(chr(0x4E00 + i) for i in range(begin, begin + size))

    known = Overlap()
    known.add([part(0, 300)])
    for shift in (0, 1):  # every second run is kept
        assert known.overlaps(part(shift, 120) + part(1000, 180))
        assert not known.overlaps(part(shift, 60) + part(1000, 240))
    assert known.overlaps("，".join(part(0, 100))), "only characters are compared"
    assert not known.overlaps(part(0, 15)), "so few may be the same by chance"
    known.add(["你好吗"])
    assert known.overlaps("你好吗？")


PLAIN = "小兔子在河边种了一棵树。树长得又高又大，结了很多果子。它高兴地叫朋友来吃。"
OLD = "却说那贾雨村因谋补了此缺，拜辞政老，择日上任去了，不在话下。遂问曰：“汝乃何人之子？”"
LONG = "他走过山，" * 30 + "停了。"


def test_plainness() -> None:
    assert len(common_characters()) == COMMONEST
    assert [is_plain(text) for text in (PLAIN, OLD, LONG, "OK")] == [True, False, False, True]
    plain, old = plainness(PLAIN), plainness(OLD)
    assert plain.common == 1 and old.common < 0.95
    assert plain.classical == 0 and old.classical > 0.1
    assert plain.sentence == len(PLAIN) / 3
    assert plainness(LONG).sentence == len(LONG)


def test_passages_make_up_the_text() -> None:
    text = "他走了。\n她哭了！“真的？”\n\n" * 40 + "没有句号"
    found = passages(text)
    assert "".join(found) == text
    assert len(found) > 3
    assert all(WINDOW <= len(passage) < 2 * WINDOW for passage in found[:-1])


@pytest.mark.parametrize(
    ("passage", "genre", "wanted"),
    [
        ("小兔子高兴地笑着，唱起歌来。", "children", "bright"),
        ("她流着眼泪，伤心地坐在坟墓旁边。", "novel", "sad"),
        ("忽听一声尖叫，他吓得拼命逃跑。", "novel", "tense"),
        ("他高兴地笑着，又伤心地哭了。", "novel", "any"),
        ("桌子上放着一本书。", "novel", "any"),
        ("敌人大败，逃走了。", "novel", "tense"),
        ("敌人大败，逃走了。", "wuxia", "any"),
    ],
)
def test_moods(passage: str, genre: str, wanted: str) -> None:
    assert mood(passage, genre) == wanted


def test_documents_of_a_folder(tmp_path: Path) -> None:
    data = write_corpus(tmp_path)
    tales = list(story_documents(data, "children"))
    assert {document.key.split("/")[0] for document in tales} == {
        "cmrc2019_children_stories",
        "cmrc2017_children_passages",
        "cft_children_tales",
        "storybooks_zh",
    }
    assert all(document.ends and "小兔子" in document.text for document in tales)
    general = [document.key.split("/")[0] for document in general_documents(data)]
    assert general.count("tech_articles_lctt") == len(TALES)
    assert 0 < general.count("bible_cuv") < len(TALES), "only a share of it is used"


@pytest.mark.parametrize("kind", SIMPLE)
def test_simple_documents(tmp_path: Path, kind: str) -> None:
    found = list(simple_documents(write_corpus(tmp_path), kind))
    files = {document.key.split("/")[0] for document in found}
    assert files == {*SIMPLE[kind], *(["written"] if kind in WRITTEN else [])}
    assert {document.ends for document in found} == {kind != "sentences"}
    assert all(document.text and "#" not in document.text for document in found)


def test_simple_documents_come_once(tmp_path: Path) -> None:
    data = write_corpus(tmp_path)
    path = data / "simple" / f"{SIMPLE['sentences'][0]}.jsonl"
    path.with_suffix(".jsonl.xz").unlink()
    texts = ["“小猫在花园里睡觉。”", "小猫在花园里睡觉。", "小猫。", "The cat sleeps."]
    path.write_text("".join(f'{{"text": "{text}"}}\n' for text in texts), encoding="utf8")
    found = [d.text for d in simple_documents(data, "sentences") if d.key.startswith(path.stem)]
    assert found == ["小猫在花园里睡觉。"]
