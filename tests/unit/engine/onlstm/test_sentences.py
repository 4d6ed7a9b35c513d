"""Texts as sentences and words: quotes, abbreviations, mixed scripts, and what is no sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.onlstm.punctuation import split
from engine.onlstm.sentences import (
    LIMITS,
    Limits,
    SentenceError,
    cleaned,
    is_word,
    language_of,
    sentences,
    words,
)


def texts(text, **options):
    return [sentence.text for sentence in sentences(text, **options)]


def word_texts(text):
    (sentence,) = sentences(text)
    return [word.text for word in sentence.words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我喜欢看书。你呢？好！", ["我喜欢看书。", "你呢？", "好！"]),
        ("下雨了；我们回家……明天再来", ["下雨了；", "我们回家……", "明天再来"]),
        ("他问：“真的吗？！”没有人回答。", ["他问：“真的吗？！”", "没有人回答。"]),
        ("「走吧。」他說。", ["「走吧。」", "他說。"]),
        ('他说："走吧。"她说："好。"', ['他说："走吧。"', '她说："好。"']),
        ("（他走了。）我也走了。", ["（他走了。）", "我也走了。"]),
        ("第一行\n第二行\r\n第三行\u2028第四行", ["第一行", "第二行", "第三行", "第四行"]),
        ("你好.我们走吧.", ["你好.", "我们走吧."]),
        ("真的吗?真的!", ["真的吗?", "真的!"]),
        ("圆周率是3.14。", ["圆周率是3.14。"]),
        ("他用Node.js写程序。", ["他用Node.js写程序。"]),
        ("It rains. We stay here! Do you?", ["It rains.", "We stay here!", "Do you?"]),
        ("Dr. Smith met Mrs. Jones. They left.", ["Dr. Smith met Mrs. Jones.", "They left."]),
        ("J. R. Smith lives in the U.S. now.", ["J. R. Smith lives in the U.S. now."]),
        ("He lives in the U.S. He likes it.", ["He lives in the U.S.", "He likes it."]),
        ("The U.S. Senate met.", ["The U.S. Senate met."]),
        ("Come at 3.5 p.m. on Jan. 5.", ["Come at 3.5 p.m. on Jan. 5."]),
        ("See No. 5. Then say no. I did.", ["See No. 5.", "Then say no.", "I did."]),
        ('"Really?" he asked. "Yes."', ['"Really?" he asked.', '"Yes."']),
        ("“Go!” She went.", ["“Go!”", "She went."]),
        ("Wait... what? Well... Yes.", ["Wait... what?", "Well...", "Yes."]),
        ("Apples, pears, etc. are sold.", ["Apples, pears, etc. are sold."]),
        ("我爱你。I love you. 再见!", ["我爱你。", "I love you.", "再见!"]),
        ("他在U.S.的家里等Mr.王。I see.好的。", ["他在U.S.的家里等Mr.王。", "I see.", "好的。"]),
        ("1.苹果很甜。 2. 我爱吃。", ["1.苹果很甜。", "2. 我爱吃。"]),
        ("1. It rains. 2. We stay.", ["1. It rains.", "2. We stay."]),
        ("'Go!' she said. 'Now.' She went.", ["'Go!' she said.", "'Now.'", "She went."]),
    ],
)
def test_where_sentences_end(text, expected):
    assert split(cleaned(text)) == expected
    assert texts(text) == expected


@given(st.text("我好。！？；…“”\"' aB.!?\n1)", max_size=60))
def test_splitting_loses_nothing_but_white_space(text):
    parts = split(cleaned(text))
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part == part.strip() != "" for part in parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他有2024本书，增长了5%！", ["他", "有", "2024", "本书", "增长", "了", "5%"]),
        ("我在学machine learning。", ["我", "在", "学", "machine", "learning"]),
        ("“你好”，——世界😀！", ["你好", "世界"]),
        (
            "I don't know; can't you? won't",
            ["I", "do", "n't", "know", "ca", "n't", "you", "wo", "n't"],
        ),
        ("It's Mary's, they’ve won", ["It", "'s", "Mary", "'s", "they", "’ve", "won"]),
        ("Mr. O'Brien paid $3,000.50 & 5%.", ["Mr.", "O'Brien", "paid", "3,000.50", "&", "5", "%"]),
        ("A well-known 30-year U.S. bond", ["A", "well-known", "30-year", "U.S.", "bond"]),
        ("Say no.", ["Say", "no"]),
        ("See No. 5 (p. 7)", ["See", "No.", "5", "p.", "7"]),
        ("J. Smith and I.", ["J.", "Smith", "and", "I"]),
        ("He read 红楼梦 twice or more", ["He", "read", "红楼梦", "twice", "or", "more"]),
        ("naïve cafe\u0301", ["naïve", "caf\u00e9"]),
    ],
)
def test_words(text, expected):
    found = [word.text for sentence in sentences(text) for word in sentence.words]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "borders"),
    [
        ("我来了，你走了。", (2,)),
        ("苹果、梨和桃子都好吃。", ()),
        ("他说：“好”，她——笑了。", (2, 3, 4)),
        ("On Monday, at 3:45, 1,000 people left -- all of them.", (2, 4, 7)),
        ("“，”他说", ()),
        ("大约有1,000人参加了3:45的会议。", ()),
        ("甲队3：2赢了1990—2000年的乙队。", ()),
        ("See http://a.org/b:c for New York–London 1990–2000.", ()),
        ("He left - all of them—all!", (2, 5)),
        ("我用iPhone，你用Android。", (2,)),
        ("第3，第4。", (2,)),
    ],
)
def test_where_commas_divide(text, borders):
    (found,) = sentences(text)
    assert found.borders == borders, found.words


def test_what_a_model_reads():
    (english,) = sentences("They’re in the U.S.")
    assert english.forms == ("they", "'re", "in", "the", "u.s.")
    (chinese,) = sentences("我們住在同一條巷子裡。")
    assert chinese.text == "我們住在同一條巷子裡。"
    assert "".join(chinese.forms) == "我们住在同一条巷子里"
    assert "".join(word.text for word in chinese.words) == "我們住在同一條巷子裡"


@given(st.text(max_size=80))
def test_words_lie_where_they_say(text):
    for part in split(cleaned(text)):
        for language in ("zh", "en"):
            end = 0
            for word in words(part, language):
                assert part[word.start : word.stop] == word.text
                assert word.start >= end
                assert word.text.split() == [word.text]
                assert is_word(word.text) or "'" in word.text
                end = word.stop


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我喜欢书", "zh"),
        ("I like books", "en"),
        ("我在学 machine learning", "zh"),
        ("He wrote a book about 孔子 in 1990", "en"),
        ("我用 GPT", "zh"),
        ("iPhone 15 Pro Max很贵", "zh"),
        ("OpenAI 发布了 GPT-4o mini", "zh"),
        ("请发到a.b@c.com", "zh"),
        ("The Great Wall 长城 is long", "en"),
        ("HELLO", "en"),
        ("2024", None),
        ("可愛の猫", "zh"),
        ("α is a letter", "en"),
    ],
)
def test_language(text, language):
    assert language_of(text) == language


def test_each_sentence_has_its_language():
    found = sentences("我爱你。I love you. 2024.")
    assert [sentence.language for sentence in found] == ["zh", "en", "en"]
    assert [sentence.language for sentence in sentences("2024", "en")] == ["en"]
    assert [sentence.language for sentence in sentences("2024")] == ["zh"]
    assert [sentence.language for sentence in sentences("日本語の本です。", "zh")] == ["zh"]


def test_what_nobody_sees_is_taken_out():
    assert cleaned("你\u200b好\x00 \t\u3000世\u202e界\ufeff\r\n\ud800") == "你好 世界"
    assert cleaned("Ｈｅｌｌｏ　１２３，ﬁnd") == "Hello 123，find"
    assert word_texts("你\u200b好，世\u00ad界。") == ["你好", "世界"]


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("", "empty", {}),
        (" \n\u200b\x07", "empty", {}),
        ("😀👍🏽❤️🇨🇳", "no_words", {}),
        ("……！？", "no_words", {}),
        ("好" * 10_000, "characters", {"count": 10_000, "limit": LIMITS.characters}),
        ("好。" * 21, "sentences", {"count": 21, "limit": 20}),
        ("word " * 101, "words", {"count": 101, "limit": 100, "text": "word word word word "}),
        ("a" * 51, "long_word", {"count": 51, "limit": 50, "text": "a" * 20}),
        ("私は学生です。", "language", {"text": "私は学生です。"}),
        ("Привет, мир", "language", {"text": "Привет, мир"}),
        ("안녕하세요", "language", {"text": "안녕하세요"}),
    ],
)
def test_what_is_refused(text, kind, values):
    with pytest.raises(SentenceError) as refused:
        sentences(text)
    assert (refused.value.kind, dict(refused.value.values)) == (kind, values)
    for value in values.values():
        assert str(value) in str(refused.value)


def test_sentences_without_words_do_not_count():
    assert texts("😀！\n好。\n……") == ["好。"]


def test_other_limits():
    assert len(sentences("好。" * 30, limits=Limits(sentences=30))) == 30
    with pytest.raises(SentenceError, match="3 characters, which are more than 2"):
        sentences("你好吗", limits=Limits(characters=2))


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text):
    try:
        found = sentences(text)
    except SentenceError as error:
        assert str(error)
    else:
        assert found
        assert all(sentence.words for sentence in found)
        assert all(all(sentence.forms) for sentence in found)
