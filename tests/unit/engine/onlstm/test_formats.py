"""Trees as text and back."""

import json
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.onlstm import trees
from engine.onlstm.formats import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_WORDS,
    BracketError,
    from_brackets,
    to_brackets,
    to_forest,
    to_json,
    to_nested,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda word: word.split() == [word] and "-LRB-" not in word and "-RRB-" not in word
)
DEEP = 1_000


@st.composite
def sentences(draw):
    """A tree, flat in places, and its words."""
    words = draw(st.lists(WORDS, min_size=1, max_size=12))
    made = list(range(len(words)))
    while len(made) > 1:
        start = draw(st.integers(0, len(made) - 2))
        stop = draw(st.integers(start + 2, len(made)))
        made[start:stop] = [tuple(made[start:stop])]
    return made[0], words


def lists(tree, words):
    return words[tree] if isinstance(tree, int) else [lists(child, words) for child in tree]


def read_forest(text):
    """The tree of a forest environment, its escapes undone."""
    body = text.split("\n")[-3]
    names = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^"}
    tokens = re.findall(r"\[\{(?:\\[a-z]+\{\}|\\.|[^\\}])*\}\]|\[|\]", body)
    stack = [[]]
    for token in tokens:
        if token == "[":
            stack.append([])
        elif token == "]":
            done = stack.pop()
            stack[-1].append(done)
        else:
            word = re.sub(
                r"\\([a-z]+)\{\}|\\(.)", lambda m: names[m[1]] if m[1] else m[2], token[2:-2]
            )
            stack[-1].append(word)
    return stack[0][0]


@given(sentences())
def test_round_trips(sentence):
    tree, words = sentence
    assert from_brackets(to_brackets(tree, words), labelled=False) == (tree, tuple(words))
    assert json.loads(to_nested(tree, words)) == lists(tree, words)
    document = json.loads(to_json(tree, words))
    assert document["words"] == words
    assert document["tree"] == lists(tree, range(len(words)))
    assert {tuple(span) for span in document["spans"]} == trees.spans(tree)
    assert read_forest(to_forest(tree, words)) == lists(tree, words)


def test_each_format():
    tree, words = (0, (1, 2)), ["我", "看", "(书)"]
    assert to_brackets(tree, words) == "(我 (看 -LRB-书-RRB-))"
    assert to_nested(tree, words) == '["我", ["看", "(书)"]]'
    assert to_json(tree, words) == (
        '{"words": ["我", "看", "(书)"], "tree": [0, [1, 2]], "spans": [[0, 3], [1, 3]]}'
    )
    forest = to_forest((0, 1), ["50%", "A_{b}\\"])
    assert r"[[{50\%}] [{A\_\{b\}\textbackslash{}}]]" in forest
    assert forest.index(r"\begin{forest}") < forest.index("50") < forest.index(r"\end{forest}")


def test_a_word_alone():
    assert to_brackets(0, ["好"]) == "(好)"
    assert to_nested(0, ["好"]) == '"好"'
    assert from_brackets("(好)") == from_brackets("好") == (0, ("好",))


def test_a_thousand_words_deep():
    words = [f"w{number}" for number in range(DEEP)]
    for tree in (trees.right(DEEP), trees.left(DEEP)):
        read, found = from_brackets(to_brackets(tree, words))
        assert found == tuple(words)
        assert trees.spans(read) == trees.spans(tree)
        assert to_forest(tree, words).count("[") == to_nested(tree, words).count("[") + DEEP
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(20 * DEEP)  # Python's own reader of JSON does recurse
        try:
            document = json.loads(to_json(tree, words))
        finally:
            sys.setrecursionlimit(before)
        assert {tuple(span) for span in document["spans"]} == trees.spans(tree)


@pytest.mark.parametrize(
    ("text", "tree", "words"),
    [
        ("(S (NP (PRP She)) (VP (VBZ sleeps)))", (0, 1), "She sleeps"),
        ("( (S (NP (DT The) (NN cat)) (VP (VBD sat)) (. .)) )", ((0, 1), 2, 3), "The cat sat ."),
        (
            "(S (NP-SBJ-1 (PRP I)) (VP (VBD tried) (S (NP (-NONE- *-1)) (VP (VB it)))))",
            (0, (1, 2)),
            "I tried it",
        ),
        ("(NP (-NONE- *) cats)", 0, "cats"),
        ("(IP (NP (PN 我)) (VP (VV 看) (NP (NN 书))))", (0, (1, 2)), "我 看 书"),
        ("(NP the old cat)", (0, 1, 2), "the old cat"),
        ("(I (saw (A cat)))", (0, (1, (2, 3))), "I saw A cat"),
        ("(我 (看 书))", (0, (1, 2)), "我 看 书"),
        ("（我 （看 书））", (0, (1, 2)), "我 看 书"),
        ("(((a)) ((b c)))", (0, (1, 2)), "a b c"),
        ("(a\n  (b\tc))", (0, (1, 2)), "a b c"),
        ("(NN (-LRB- -LRB-) (NN x))", (0, 1), "( x"),
    ],
)
def test_brackets_as_people_write_them(text, tree, words):
    assert from_brackets(text) == (tree, tuple(words.split()))


def test_who_knows_better_says_whether_there_are_labels():
    assert from_brackets("(IBM (UN HP))")[1] == ("HP",)
    assert from_brackets("(IBM (UN HP))", labelled=False) == ((0, (1, 2)), ("IBM", "UN", "HP"))
    assert from_brackets("(np (d the) (n cat))", labelled=True) == ((0, 1), ("the", "cat"))


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("", "empty", 0),
        ("  \n", "empty", 0),
        ("(NP (-NONE- *))", "empty", 0),
        ("(a (b c)", "unclosed", 0),
        ("(a b))", "unopened", 5),
        (")", "unopened", 0),
        ("(a ())", "hollow", 4),
        ("a (b c)", "loose", 0),
        ("(a b) c", "loose", 6),
        ("(a b) (c d)", "second", 6),
        ("(" * (MAX_DEPTH + 1), "depth", MAX_DEPTH),
        (f"({' a' * (MAX_WORDS + 1)})", "words", 2 * MAX_WORDS + 2),
        ("a" * (MAX_CHARACTERS + 1), "characters", MAX_CHARACTERS),
    ],
)
def test_what_is_no_tree(text, kind, position):
    with pytest.raises(BracketError) as refused:
        from_brackets(text)
    error = refused.value
    assert (error.kind, error.position, error.text) == (kind, position, text)
    assert error.limit == {
        "depth": MAX_DEPTH,
        "words": MAX_WORDS,
        "characters": MAX_CHARACTERS,
    }.get(kind, 0)


@given(st.text("()（ab NP-S）\n ", max_size=40))
def test_any_text_is_a_tree_or_a_clear_error(text):
    try:
        tree, words = from_brackets(text)
    except BracketError as error:
        assert 0 <= error.position <= len(text)
        assert str(error)
    else:
        assert trees.word_count(tree) == len(words) > 0


@pytest.mark.parametrize("write", [to_brackets, to_nested, to_json, to_forest])
def test_words_of_another_tree(write):
    with pytest.raises(ValueError, match="a tree of 3 words with 2 words"):
        write((0, (1, 2)), ["a", "b"])


@pytest.mark.parametrize("word", ["", "a b", "a\n", "\u3000"])
def test_white_space_in_a_word(word):
    with pytest.raises(ValueError, match="no white space"):
        to_brackets((0, 1), ["a", word])
