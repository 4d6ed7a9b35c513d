"""Treebanks in their formats, by sentences made up here."""

import json
import lzma

from engine.onlstm.evaluation import Gold
from engine.onlstm.treebanks import read_dependencies, read_nested, read_penn

PENN = """
( (S
    (NP-SBJ-1 (DT The) (JJ old) (NN cat) )
    (, ,)
    (VP (VBD wanted)
      (S
        (NP-SBJ (-NONE- *-1) )
        (VP (TO to)
          (VP (VB pay)
            (NP ($ $) (CD 5) (-NONE- *U*) )))))
    (. .) ))
( (FRAG (: --) (. .)))
( (NP=2 (NP (NNP Mary) ) (POS 's) ) )
"""

CONLLU = """\
# text = 他看了一本书，走了。
1\t他\t他\tPRON\t_\t_\t2\tnsubj\t_\t_
2\t看\t看\tVERB\t_\t_\t0\troot\t_\t_
3\t了\t了\tPART\t_\t_\t2\taux\t_\t_
4\t一\t一\tNUM\t_\t_\t6\tnummod\t_\t_
5\t本\t本\tNOUN\t_\t_\t4\tclf\t_\t_
6\t书\t书\tNOUN\t_\t_\t2\tobj\t_\t_
7\t，\t，\tPUNCT\t_\t_\t2\tpunct\t_\t_
8-9\t走了\t_\t_\t_\t_\t_\t_\t_\t_
8\t走\t走\tVERB\t_\t_\t2\tconj\t_\t_
8.1\t_\t_\tVERB\t_\t_\t_\t_\t_\t_
9\t了\t了\tPART\t_\t_\t8\taux\t_\t_
10\t。\t。\tPUNCT\t_\t_\t2\tpunct\t_\t_

# text = 书他看
1\t书\t书\tNOUN\t_\t_\t3\tobj\t_\t_
2\t他\t他\tPRON\t_\t_\t0\troot\t_\t_
3\t看\t看\tVERB\t_\t_\t0\troot\t_\t_

# text = 。
1\t。\t。\tPUNCT\t_\t_\t0\troot\t_\t_
"""


def test_penn_without_punctuation_traces_and_signs(tmp_path):
    path = tmp_path / "made_up.mrg"
    path.write_text(PENN)
    first, second = read_penn(path)
    assert first.words == ("The", "old", "cat", "wanted", "to", "pay", "5")
    assert first.spans == {(0, 7), (0, 3), (3, 7), (4, 7), (5, 7)}
    # The clause without its subject is one more label of the same words.
    assert first.labels == {
        ((0, 7), "S"),
        ((0, 3), "NP"),
        ((3, 7), "VP"),
        ((4, 7), "S"),
        ((4, 7), "VP"),
        ((5, 7), "VP"),
    }
    assert second == Gold(("Mary", "'s"), frozenset({(0, 2)}), frozenset({((0, 2), "NP")}))


def test_commas_of_a_penn_tree_are_borders(tmp_path):
    path = tmp_path / "made_up.mrg"
    path.write_text(
        "( (S (`` ``) (ADVP (RB Now)) (, ,) (NP (NNP Mary)) (VP (VBZ sleeps)) (: --) (. .)) )"
    )
    (found,) = read_penn(path)
    assert (found.words, found.borders) == (("Now", "Mary", "sleeps"), (1,))


def test_nested_lists(tmp_path):
    path = tmp_path / "made_up.jsonl.xz"
    lines = [
        {"words": ["我", "看", "書", "、", "報"], "tree": ["我", ["看", ["書", "、", "報"]]]},
        {"words": ["好"], "tree": "好"},
        {"words": ["，"], "tree": "，"},
    ]
    with lzma.open(path, "wt", encoding="utf8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    assert read_nested(path) == [
        Gold(("我", "看", "書", "報"), frozenset({(0, 4), (1, 4), (2, 4)})),
        Gold(("好",), frozenset()),
    ]


def test_dependencies(tmp_path):
    path = tmp_path / "made_up.conllu"
    path.write_text(CONLLU, encoding="utf8")
    first, second = read_dependencies(path)
    assert first.words == tuple("他看了一本书走了")
    assert first.spans == {(0, 8), (3, 5), (3, 6), (6, 8)}
    assert first.borders == (6,)
    assert second == Gold(("书", "他", "看"), frozenset())  # 书 and 看 are no words in a row
