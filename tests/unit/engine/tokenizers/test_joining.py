"""Blanks in the text of WordPiece models."""

import pytest

from engine.tokenizers import WordPieceTokenizer, read_vocabulary
from tests.unit.engine.tokenizers.samples import BERT

TOKENIZER = WordPieceTokenizer(read_vocabulary(BERT))


@pytest.mark.parametrize(
    "text",
    [
        "今天天气不错，我们去公园吧！",
        "「你好，」他说，「再见。」",
        "我爱python3.11和c++，也会一点java/javascript。",
        "水的沸点是100℃，占12.5%，共1,000人，比分3-2，12:30开始。",
        "the quick brown fox jumps over the lazy dog.",
        "it's true, isn't it? they've said so; i'm sure.",
        '"don\'t panic," she said, "we\'ll find another way."',
        "dr. smith (of boston) paid $10 for [two] books: a and b!",
        "state-of-the-art results",
        "the u.s. and the u.k.",
        "请打开www.example.com/path/page.html看看",
        "请把文件发到someone@test.org，谢谢。",
        "人工智能(ai)和gpt-2(english)正在改变生活",
        "f(x)=a+b*c，a<b，x_1",
        "《红楼梦》共120回",
        "こんにちは、世界。カタカナ",
        "он сказал: привет",
    ],
)
def test_texts_come_back_as_they_were_written(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


def test_pieces_of_a_word_are_joined() -> None:
    ids = TOKENIZER.encode("unaffable")
    assert [TOKENIZER.piece(id) for id in ids] == ["u", "##na", "##ff", "##able"]
    assert TOKENIZER.decode(ids) == "unaffable"


def test_chinese_and_latin_stand_together() -> None:
    assert TOKENIZER.decode(TOKENIZER.encode("使用 Python 编程 3 天")) == "使用python编程3天"
