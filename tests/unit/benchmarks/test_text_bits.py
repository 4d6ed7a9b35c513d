"""Bits per character: every target once, with enough before it, and n-grams by the same rules."""

import json
import math
import stat
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.text.bits import bits_table
from benchmarks.text.ngram import NGram, NGramBits, kind, lines, symbols
from engine.tokenizers.cpm import CPMTokenizer
from tests.unit.benchmarks.tiny_text import DIALOGUE, small_pack
from tests.unit.training.corpus_folder import write_tokenizer
from training.language_model.documents import Texts
from training.language_model.evaluate import Bits, measure, surprises


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("text")
    tokenizer = CPMTokenizer(write_tokenizer(folder) / "chinese.model", words=False)
    return small_pack(folder / "pack", tokenizer)


class Counting:
    """Gives the token after token t the probability 1/2 if it is (t + 1) % V, and the rest to all
    others alike; keeps what it was shown."""

    def __init__(self, vocabulary: int) -> None:
        self.vocabulary = vocabulary
        self.shown: list[list[int]] = []

    def logits(self, tokens: list[int], segments: list[int]) -> np.ndarray:
        assert len(tokens) == len(segments)
        self.shown.append(tokens)
        found = np.full((len(tokens), self.vocabulary), math.log(0.5 / (self.vocabulary - 1)))
        found[np.arange(len(tokens)), (np.array(tokens) + 1) % self.vocabulary] = math.log(0.5)
        return found.astype(np.float32)


def expected(tokens: list[int], vocabulary: int) -> list[float]:
    wrong = -math.log2(0.5 / (vocabulary - 1))
    return [1.0 if b == (a + 1) % vocabulary else wrong for a, b in pairwise(tokens)]


@pytest.mark.parametrize("context", [4, 6, 512])
def test_every_target_counts_once(texts: Texts, context: int) -> None:
    model = Counting(texts.pieces.tokenizer.vocab_size)
    for document in texts.documents("story_children"):
        model.shown.clear()
        found = surprises(model, document, context)
        whole = [texts.pieces.end, *document.tokens.tolist()]
        np.testing.assert_allclose(found, expected(whole, model.vocabulary), rtol=1e-5)
        assert max(map(len, model.shown)) <= context


def test_only_replies_count_in_a_dialogue(texts: Texts) -> None:
    model = Counting(texts.pieces.tokenizer.vocab_size)
    document = next(texts.documents("dialogue_lccc"))
    found = surprises(model, document, 512)
    assert len(found) == document.loss.sum()
    assert model.shown[0][0] == texts.pieces.start
    bits = measure(model, [document], context=512)
    assert bits.characters == len(DIALOGUE[1]) + len(DIALOGUE[2])
    assert bits.bits == pytest.approx(found.sum())


def test_perplexity_and_bits_per_character() -> None:
    bits = Bits(30.0, 10, 5) + Bits(10.0, 10, 5)
    assert bits.per_character == 2
    assert bits.perplexity == 16


def test_documents_as_symbols(texts: Texts) -> None:
    ended, cut = texts.documents("story_children")
    assert symbols(cut, "characters")[0] == list("春天，\u2583小兔子种了三棵树")
    assert (ended.ends, cut.ends) == (True, False)
    assert [int(s) for s in symbols(cut, "tokens")[0]] == cut.tokens.tolist()
    found, wanted = symbols(next(texts.documents("dialogue_lccc")), "characters")
    kept = "".join(s for s, w in zip(found, wanted, strict=True) if w)
    assert kept == f"{DIALOGUE[1]}<sep>{DIALOGUE[2]}<sep>"
    assert next(lines([cut], "characters")) == "春 天 ， \u2583 小 兔 子 种 了 三 棵 树\n"


QUERY = """#!{python}
import sys
for line in sys.stdin:
    for word in [*line.split(), "</s>"]:
        id = 0 if word == "兔" else 5
        print(f"{{word}}={{id}} 1 {{-2 if id == 0 else -1}}", end="\\t")
"""


@pytest.fixture
def ngram(tmp_path: Path, texts: Texts) -> NGram:
    query = tmp_path / "query"
    query.write_text(QUERY.format(python=sys.executable), encoding="utf8")
    query.chmod(query.stat().st_mode | stat.S_IEXEC)
    for name in ("texts", "story_children"):
        facts = {"types": 2**16 - 16, "megabytes": 1, "seconds": 1}
        (tmp_path / f"characters-3-{name}.json").write_text(json.dumps(facts), encoding="utf8")
    return NGram(tmp_path, "characters", 3, tmp_path, texts.pieces.tokenizer.vocab_size)


def test_an_unknown_character_costs_its_share_of_all_that_are_unknown(
    ngram: NGram, texts: Texts
) -> None:
    ended, cut = texts.documents("story_children")
    found = ngram.logprobs("texts", [ended, cut])
    # An end that is there is a target, one that is not is none.
    assert len(found) == len(ended.text) + 1 + len(cut.text)
    a_symbol = -math.log2(10)
    unknown = 2 * a_symbol - math.log2(16)
    wanted = [unknown if c == "兔" else a_symbol for c in ended.text + "。" + cut.text]
    np.testing.assert_allclose(found, wanted)


def test_a_mixture_is_never_worse_than_the_general_model(ngram: NGram, texts: Texts) -> None:
    found = ngram.measure("story_children", list(texts.documents("story_children")))
    assert found.alone == pytest.approx(found.mixed)
    assert 0 <= found.weight < 1


def test_kinds_of_ngrams() -> None:
    assert kind("tokens-4") == ("tokens", 4)
    with pytest.raises(ValueError, match="words"):
        kind("words-4")


def test_the_table_has_every_source_and_their_sum() -> None:
    columns = {"float32": {"a": Bits(20, 10, 5), "b": Bits(40, 10, 5)}}
    found = bits_table(columns, {"a": NGramBits(30, 25, 0.5), "b": NGramBits(60, 50, 0.5)})
    rows = [line.split(" | ") for line in found.splitlines()]
    assert rows[2][-3:] == ["2.000", "3.000", "2.500 |"]
    assert rows[4][-3:] == ["3.000", "4.500", "3.750 |"]
