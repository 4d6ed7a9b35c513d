"""The same question to a model that reads both ways, as a gap to fill: BERT's [MASK].

Pattern-Exploiting Training without the training (Schick and Schütze 2020); Su Jianlin,
"必须要GPT3吗？不，BERT的MLM模型也能小样本学习", kexue.fm/archives/7764.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.fewshot.ranking import CONTENT_FREE, Ranking, ranking, shares
from engine.fewshot.template import Example, Template, build_prompt
from engine.generation.processors import checked, log_normalizer
from engine.generation.prompts import tokenizer_of
from engine.generation.text import Token
from engine.models.errors import GenerationError, PromptError

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel

Filling = Literal["independent", "iterative"]
FILLINGS: Final[tuple[Filling, ...]] = get_args(Filling)
MASK: Final = "[MASK]"
_SENTENCE: Final = "。"
_PASSES: Final = Lock()
"""One text at a time: a pass takes all cores, and nobody else of the visitors should wait for
more than the one that is running."""

LogProbabilities = NDArray[np.float64]
Look = Callable[[tuple[int, ...]], LogProbabilities]


@dataclass(frozen=True)
class Cloze:
    """A text with a gap between two parts.

    Attributes:
        before, after: the text around the gap, without line breaks.
        left_out: how many of the first examples did not fit.
    """

    before: str
    after: str
    left_out: int = 0

    def text(self, masks: int) -> str:
        """The text with so many masks, for people."""
        return self.before + MASK * masks + self.after


def is_masked_model(model: "LanguageModel") -> bool:
    """Whether the model fills gaps, and can be asked here."""
    return model.config.attention == "bidirectional" and model.config.head == "mlm"


def make_cloze(examples: Sequence[Example], question: str, template: Template) -> Cloze:
    """The prompt with a gap for the answer.

    BERT's vocabulary has no line break, and a model that sees what follows the gap should see
    that the answer ends there: each line becomes a sentence, that of the question too.
    """
    before = _one_line(build_prompt(examples, question, template))
    after = _one_line(template.after) or _SENTENCE
    return Cloze(before, after)


def rank_masked(
    model: "LanguageModel",
    examples: Sequence[Example],
    question: str,
    template: Template,
    candidates: Sequence[str],
    *,
    filling: Filling = "independent",
) -> tuple[Cloze, Ranking]:
    """How well each candidate fits the gap, by its log-probability token by token.

    A candidate of n tokens (mostly characters) stands for n masks. "independent" asks for all of
    them at once, in one pass for each length, as the article does: the tokens know nothing of
    each other, and a candidate's probability is the product of theirs. "iterative"
    puts the candidate's most probable token in first and asks again for the others (Schick and
    Schütze 2021, section 3.1), which takes n passes. Both are pseudo-likelihoods: candidates of
    different lengths see different texts, so "mean" may be the fairer score.

    Args:
        examples: to show, in their order; the first ones are left out where they do not fit.
        candidates: different answers, at least one.

    Raises GenerationError for a model that reads one way only or a filling that there is not, and
    PromptError for a candidate without tokens or a question too long for the context.
    """
    if not is_masked_model(model):
        raise GenerationError(f"{model.config.family} has no masks to fill: take a BERT")
    if filling not in FILLINGS:
        raise GenerationError(f"no filling {filling!r}; there are: {', '.join(FILLINGS)}")
    if not candidates:
        raise GenerationError("there are no candidates to rank: give at least one")
    tokenizer = tokenizer_of(model)
    ids = [tuple(tokenizer.encode(text)) for text in candidates]
    for text, tokens in zip(candidates, ids, strict=True):
        if not tokens:
            raise PromptError(f"the candidate {text!r} has no tokens")
    longest = max(map(len, ids))
    cloze = _fit(model, examples, question, template, longest)
    shown = examples[cloze.left_out :]
    found = _logprobs(model, cloze, ids, filling)
    return cloze, ranking(
        candidates,
        [
            [Token(tokenizer.decode([id]), id, logprob) for id, logprob in zip(*each, strict=True)]
            for each in zip(ids, found, strict=True)
        ],
        _prior(
            model, [make_cloze(shown, nothing, template) for nothing in CONTENT_FREE], ids, filling
        ),
    )


def fill(model: "LanguageModel", cloze: Cloze, length: int) -> tuple[Token, ...]:
    """What the model itself would put into a gap of so many masks, the surest token first put in.

    Raises PromptError where the text is too long.
    """
    tokenizer = tokenizer_of(model)
    look = _look(model, cloze)
    masked = tokenizer.id(MASK)
    gap, tokens = [masked] * length, [Token("", masked, 0.0)] * length
    while masked in gap:
        rows = look(tuple(gap))
        rows[:, [id for id in _specials(model) if id is not None]] = -np.inf
        rows[[at for at, id in enumerate(gap) if id != masked]] = -np.inf
        at, id = divmod(int(rows.argmax()), rows.shape[1])
        gap[at] = id
        tokens[at] = Token(tokenizer.decode([id]), id, float(rows[at, id]))
    return tuple(tokens)


def _prior(
    model: "LanguageModel",
    clozes: Sequence[Cloze],
    candidates: Sequence[tuple[int, ...]],
    filling: Filling,
) -> list[float] | None:
    """How probable each candidate is, among all, where the question says nothing; None where such
    a question is longer than the context."""
    longest = max(map(len, candidates))
    if any(_length(model, cloze, longest) > model.config.max_positions for cloze in clozes):
        return None
    found = (_logprobs(model, cloze, candidates, filling) for cloze in clozes)
    return [
        float(share) for share in np.mean([shares([*map(sum, each)]) for each in found], axis=0)
    ]


def _logprobs(
    model: "LanguageModel", cloze: Cloze, candidates: Sequence[tuple[int, ...]], filling: Filling
) -> list[list[float]]:
    """For each candidate the log-probability of each of its tokens."""
    look = _look(model, cloze)
    masked = tokenizer_of(model).id(MASK)
    one = _independent if filling == "independent" else _iterative
    return [one(look, masked, tokens) for tokens in candidates]


def _independent(look: Look, masked: int, tokens: tuple[int, ...]) -> list[float]:
    rows = look((masked,) * len(tokens))
    return [float(row[id]) for row, id in zip(rows, tokens, strict=True)]


def _iterative(look: Look, masked: int, tokens: tuple[int, ...]) -> list[float]:
    gap = [masked] * len(tokens)
    found = [0.0] * len(tokens)
    open_places = set(range(len(tokens)))
    while open_places:
        rows = look(tuple(gap))
        at = max(sorted(open_places), key=lambda place: float(rows[place, tokens[place]]))
        found[at] = float(rows[at, tokens[at]])
        gap[at] = tokens[at]
        open_places.remove(at)
    return found


def _look(model: "LanguageModel", cloze: Cloze) -> Look:
    """What the model says of each place of a gap [n, V]; asked once for each gap."""
    tokenizer = tokenizer_of(model)
    before = [tokenizer.id("[CLS]"), *tokenizer.encode(cloze.before)]
    after = [*tokenizer.encode(cloze.after), tokenizer.id("[SEP]")]
    seen: dict[tuple[int, ...], LogProbabilities] = {}

    def look(gap: tuple[int, ...]) -> LogProbabilities:
        if gap not in seen:
            with _PASSES:
                logits = model.logits([*before, *gap, *after])
            rows = [checked(row) for row in logits[len(before) : len(before) + len(gap)]]
            seen[gap] = np.stack([row - log_normalizer(row) for row in rows])
        return seen[gap].copy()

    return look


def _fit(
    model: "LanguageModel",
    examples: Sequence[Example],
    question: str,
    template: Template,
    masks: int,
) -> Cloze:
    for left_out in range(len(examples) + 1):
        cloze = make_cloze(examples[left_out:], question, template)
        if _length(model, cloze, masks) <= model.config.max_positions:
            return Cloze(cloze.before, cloze.after, left_out)
    raise PromptError(
        f"the question is too long for the model's context of {model.config.max_positions:,} "
        "tokens: shorten it"
    )


def _length(model: "LanguageModel", cloze: Cloze, masks: int) -> int:
    encode = tokenizer_of(model).encode
    return 2 + len(encode(cloze.before)) + masks + len(encode(cloze.after))


def _specials(model: "LanguageModel") -> tuple[int | None, ...]:
    tokenizer = tokenizer_of(model)
    named = (tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id, tokenizer.unk_id)
    return (*named, tokenizer.id(MASK))


def _one_line(text: str) -> str:
    """Lines as sentences: a line break after punctuation goes, another becomes a full stop."""
    lines = [line.strip() for line in text.split("\n")]
    found = ""
    for line in filter(None, lines):
        found += (_SENTENCE if found and found[-1] not in "。！？；：，、.!?;:," else "") + line
    return found
