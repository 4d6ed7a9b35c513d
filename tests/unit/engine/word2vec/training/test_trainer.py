"""A run of training: it learns, stops at will, goes on as if it had not, and says what is wrong."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.word2vec.errors import Word2VecError
from engine.word2vec.training.recipe import Architecture, Output, Recipe
from engine.word2vec.training.trainer import Trainer

TOPICS = ("猫狗鱼鸟马", "红橙黄绿蓝", "一二三四五", "春夏秋冬月")
KINDS: list[tuple[Architecture, Output, int]] = [
    ("skipgram", "hierarchical", 8),
    ("skipgram", "negative", 8),
    ("skipgram", "random_softmax", 1),
    ("cbow", "hierarchical", 8),
    ("cbow", "negative", 1),
    ("cbow", "random_softmax", 8),
]
RECIPES = [
    Recipe(
        architecture=architecture,
        output=output,
        size=16,
        window=3,
        negatives=8,
        group=group,
        min_count=1,
        sample=0,
        epochs=8,
        rate=0.1,
        step_words=128,
    )
    for architecture, output, group in KINDS
]


def _sentences(number: int = 600) -> list[list[str]]:
    """Each is about one topic."""
    random = np.random.default_rng(5)
    return [
        [str(word) for word in random.choice(list(TOPICS[i % len(TOPICS)]), 10)]
        for i in range(number)
    ]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: f"{r.architecture}-{r.output}")
def test_words_of_a_topic_come_together(recipe: Recipe) -> None:
    trainer = Trainer.of_sentences(_sentences(), recipe)
    reports = list(trainer.run(every=0))
    assert reports[-1].share == 1
    assert reports[-1].words == 600 * 10 * recipe.epochs
    assert np.mean([r.loss for r in reports[-5:]]) < 0.9 * reports[0].loss
    vectors = trainer.vectors()
    for topic in TOPICS:
        for word in topic:
            near = {other for other, _ in vectors.most_similar(word, topn=4)}
            assert near == set(topic) - {word}


@pytest.mark.parametrize("recipe", RECIPES[:3], ids=lambda r: r.output)
def test_a_rate_far_too_high_does_no_harm(recipe: Recipe) -> None:
    trainer = Trainer.of_sentences(_sentences(), replace(recipe, rate=10.0))
    reports = list(trainer.run(every=0))
    assert np.mean([r.loss for r in reports[-5:]]) < 0.95 * reports[0].loss


def test_a_huffman_model_knows_which_words_come_together() -> None:
    trainer = Trainer.of_sentences(_sentences(), RECIPES[0])
    list(trainer.run())
    model = trainer.model()
    log_p = model.log_probabilities("春")
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-4)
    best = {model.vectors.words[i] for i in np.argsort(-log_p)[:5]}
    assert best == set("春夏秋冬月")
    assert model.recipe["output"] == "hierarchical"


def test_other_models_have_no_probabilities() -> None:
    trainer = Trainer.of_sentences(_sentences(40), RECIPES[1])
    assert not trainer.model().has_probabilities


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not() -> None:
    sentences, recipe = _sentences(200), RECIPES[1]
    whole = Trainer.of_sentences(sentences, recipe)
    list(whole.run())
    first = Trainer.of_sentences(sentences, recipe)
    for number, _ in enumerate(first.run(every=0)):
        if number == 20:
            break
    stopped = first.state()
    assert len(first.vectors()) == 20  # there at any time
    second = Trainer(
        first.vocabulary.encode(sentences),
        first.vocabulary,
        recipe,
        {k: v.copy() for k, v in stopped.items()},
    )
    reports = list(second.run(every=0))
    assert reports[-1].share == 1
    assert second.vectors().matrix == pytest.approx(whole.vectors().matrix, abs=1e-5)
    list(first.run())  # and so does the run itself
    assert first.vectors().matrix == pytest.approx(whole.vectors().matrix, abs=1e-5)


def test_the_row_of_no_word_stays_zero() -> None:
    for recipe in RECIPES[:2]:
        trainer = Trainer.of_sentences(_sentences(60), recipe)
        list(trainer.run())
        state = trainer.state()
        assert not state["inputs"][-1].any()
        assert not state["outputs"][-1].any()


def test_rare_words_are_no_words() -> None:
    sentences = [*_sentences(40), ["鲸"], ["猫", "鲸", "狗"]]
    recipe = Recipe(min_count=3, max_words=10, size=4)
    vectors = Trainer.of_sentences(sentences, recipe).vectors()
    assert len(vectors) == 10
    assert "鲸" not in vectors
    assert vectors.counts is not None and vectors.counts[-1] >= 3


@pytest.mark.parametrize("sentences", [[], [["猫"]], [["猫", "猫"], []], [["猫", "狗"]]])
def test_too_little_text_is_said(sentences: list[list[str]]) -> None:
    with pytest.raises(Word2VecError, match="words have to occur"):
        Trainer.of_sentences(sentences, Recipe(min_count=2))


def test_a_state_of_another_run_is_said() -> None:
    sentences = _sentences(40)
    state = Trainer.of_sentences(sentences, Recipe(min_count=1, size=8)).state()
    other = Trainer.of_sentences(sentences, Recipe(min_count=1, size=4))
    with pytest.raises(Word2VecError, match="another"):
        Trainer(other.vocabulary.encode(sentences), other.vocabulary, other.recipe, state)


@pytest.mark.parametrize(
    "setting",
    [
        {"architecture": "glove"},
        {"output": "softmax"},
        {"size": 0},
        {"window": 51},
        {"epochs": 0},
        {"rate": -1.0},
        {"rate": float("nan")},
        {"rate": 0.001, "last_rate": 0.1},
        {"sample": 1.5},
    ],
)
def test_a_recipe_out_of_range_is_said(setting: dict[str, Any]) -> None:
    with pytest.raises(Word2VecError, match=next(reversed(setting))):
        Recipe(**setting)


def test_a_recipe_is_json() -> None:
    recipe = Recipe(window=7)
    assert Recipe(**recipe.as_dict()) == recipe
