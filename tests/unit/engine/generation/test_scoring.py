import itertools
import math

import numpy as np
import pytest

from engine.generation.batcher import Batcher
from engine.generation.scoring import score
from engine.generation.token_ranks import character_perplexity, perplexity, read_text
from engine.models.errors import DeadlineError, GenerationError, PromptError
from engine.tokenizers.prompt import Prompt
from tests.unit.engine.generation.toy import LETTERS, LetterTokenizer, ToyModel


def logprobs(model) -> np.ndarray:
    table = model.table.astype(np.float64)
    return table - np.log(np.exp(table).sum(axis=1, keepdims=True))


def test_each_candidate_gets_the_probability_of_its_tokens():
    model = ToyModel()
    expected = logprobs(model)
    candidates = ["b", "cde", "f", LETTERS * 4, "gh", *(letter * 9 for letter in LETTERS)]
    found = score(model, "xyza", candidates)
    assert [item.text for item in found] == candidates
    for item in found:
        ids = [LETTERS.index(letter) for letter in "a" + item.text]
        by_hand = [expected[a, b] for a, b in itertools.pairwise(ids)]
        assert [token.logprob for token in item.per_token] == pytest.approx(by_hand)
        assert item.logprob == pytest.approx(sum(by_hand))
        assert item.mean_logprob == pytest.approx(sum(by_hand) / len(item.text))
        assert "".join(token.text for token in item.per_token) == item.text
    assert model.decoders[0].held == {}


def test_the_prompt_is_read_once_and_not_again_for_the_next_question():
    model = ToyModel()
    batcher = Batcher(model)
    score(model, LETTERS, ["ab", "cd", "ef"], batcher=batcher)
    assert model.decoders[0].extended == len(LETTERS) + 3
    score(model, LETTERS + "xyz", ["ab", "c"], batcher=batcher)
    assert model.decoders[0].extended == len(LETTERS) + 3 + 3 + 1
    batcher.close()


class Merging(LetterTokenizer):
    """Writes "ab" as one token."""

    def encode(self, text):
        return super().encode(text.replace("ab", "z"))


def test_a_token_across_the_border_belongs_to_the_candidates():
    model = ToyModel()
    model.tokenizer = Merging()
    expected = logprobs(model)
    first, second = score(model, "xa", ["b", "c"])
    x, a, c, z = (LETTERS.index(letter) for letter in "xacz")
    assert first.logprob == pytest.approx(expected[x, z])
    assert second.logprob == pytest.approx(expected[x, a] + expected[a, c])
    # Tokens as a prompt are taken as they are.
    (first,) = score(model, Prompt((x, a), (0, 0)), ["b"])
    assert first.logprob == pytest.approx(expected[a, LETTERS.index("b")])


class Whole(LetterTokenizer):
    """Writes a whole text of up to three letters as one token, and longer ones by the letter."""

    def encode(self, text):
        return [len(text)] if 0 < len(text) <= 3 else super().encode(text)


def test_candidates_that_share_no_token_with_the_prompt():
    model = ToyModel()
    model.tokenizer = Whole()
    expected = logprobs(model)
    # Without a piece to begin with: "a" is 1, "b" is 1 and "bc" is 2.
    first, second = score(model, "a", ["b", "bc"])
    assert first.logprob == pytest.approx(expected[1, 1])
    assert second.logprob == pytest.approx(expected[1, 2])
    # With one: "ab" is 2 and "abc" is 3, both after it.
    model.tokenizer.bos_id = 9
    first, second = score(model, "a", ["b", "bc"])
    assert first.logprob == pytest.approx(expected[9, 2])
    assert second.logprob == pytest.approx(expected[9, 3])
    # Where something is shared it is not needed.
    (first,) = score(model, "abcd", ["e"])
    assert first.logprob == pytest.approx(expected[3, 4])


def test_a_prompt_that_is_nothing_to_the_tokenizer():
    model = ToyModel()

    class Blind(LetterTokenizer):
        def encode(self, text):
            return super().encode(text.strip())

    model.tokenizer = Blind()
    with pytest.raises(PromptError, match="empty"):
        score(model, " ", ["b"])
    model.tokenizer.bos_id = 9
    (found,) = score(model, " ", ["bc"])
    assert [token.id for token in found.per_token] == [1, 2]
    assert found.per_token[0].logprob == pytest.approx(logprobs(model)[9, 1])


class Larger(LetterTokenizer):
    """Knows signs that the model does not."""

    def encode(self, text):
        return [99 if letter == "!" else LETTERS.index(letter) for letter in text]

    def decode(self, ids):
        return "".join("!" if id == 99 else LETTERS[id] for id in ids)


def test_tokens_that_the_model_does_not_have():
    model = ToyModel()
    model.tokenizer = Larger()
    with pytest.raises(PromptError, match="token 99 of the candidate 'c!'"):
        score(model, "ab", ["c", "c!"])
    with pytest.raises(PromptError, match="token 99 of the text"):
        read_text(model, "abc!")
    with pytest.raises(PromptError, match="token 99 of the prompt"):
        read_text(model, "!abc")
    assert not model.decoders


def test_candidates_that_cannot_be_scored():
    model = ToyModel(positions=6)
    assert score(model, "abc", []) == []
    with pytest.raises(PromptError, match="no tokens"):
        score(model, "abc", ["a", ""])
    with pytest.raises(PromptError, match="by 1"):
        score(model, "abc", ["aaaaa"])
    assert len(score(model, "abc", ["aaaa"])[0].per_token) == 4
    with pytest.raises(PromptError, match="by 2"):
        score(model, "abcdefgh", ["a"])
    with pytest.raises(DeadlineError):
        score(model, "abc", ["a"], deadline=0)


def test_a_text_is_judged_token_by_token():
    model = ToyModel()
    expected = logprobs(model)
    text = LETTERS * 6
    ranks = read_text(model, text, alternatives=3)
    assert "".join(token.text for token in ranks) == text[1:]
    for before, token in zip(text, ranks, strict=False):
        row = expected[LETTERS.index(before)]
        assert token.logprob == pytest.approx(row[token.id])
        assert token.rank == 1 + (row > row[token.id]).sum()
        assert [a.id for a in token.alternatives] == list(np.argsort(-row)[:3])
        if token.rank <= 3:
            assert token.alternatives[token.rank - 1].text == token.text


def test_a_context_is_not_judged_and_gives_the_first_token_a_probability():
    model = ToyModel()
    ranks = read_text(model, "bc", context="za")
    assert [token.text for token in ranks] == ["b", "c"]
    assert ranks[0].logprob == pytest.approx(logprobs(model)[0, 1])
    assert [t.logprob for t in ranks[1:]] == [t.logprob for t in read_text(model, "bc")]


def test_perplexity_by_token_and_by_character():
    model = ToyModel(np.zeros((27, 27)))
    ranks = read_text(model, "abcd")
    assert perplexity(ranks) == pytest.approx(27)
    assert character_perplexity(ranks) == pytest.approx(27)

    class Pairs(LetterTokenizer):
        def decode(self, ids):
            return super().decode(i for id in ids for i in (id, id))

    model.tokenizer = Pairs()
    assert character_perplexity(read_text(model, "abcd")) == pytest.approx(math.sqrt(27))
    with pytest.raises(GenerationError, match="longer"):
        perplexity([])


def test_texts_that_cannot_be_judged():
    model = ToyModel(positions=5)
    with pytest.raises(PromptError, match="no token"):
        read_text(model, "a")
    with pytest.raises(PromptError, match="by 2"):
        read_text(model, "abcdefgh")
    assert len(read_text(model, "abcdef")) == 5
    with pytest.raises(DeadlineError):
        read_text(model, "abc", deadline=0)
