"""Replies: the true one among random ones, and what the model says by itself."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.report import asked, share, table
from benchmarks.text.samples import distinct
from engine.dialogue import Candidate, Context, Conversation, context, rank, reply
from engine.fewshot.accuracy import normalized
from engine.generation.scoring import score
from engine.generation.strategy import Strategy
from engine.transformer.language_model import LanguageModel
from training.language_model.documents import Document

AMONG: Final = 10
"""Candidates: ConvAI2's and DialoGPT's hits@1 is of twenty and ten."""
MAX_TOKENS: Final = 64


@dataclass(frozen=True)
class Exchange:
    """Held-out turns and the reply that followed.

    Attributes:
        others: replies to other turns of the same source, AMONG - 1 if there are so many.
    """

    source: str
    turns: tuple[str, ...]
    human: str
    others: tuple[str, ...]


def exchanges(samples: Mapping[str, Sequence[Document]], each: int) -> list[Exchange]:
    """So many of each source at random; one or several turns come before the reply."""
    chance = random.Random(0)
    found = []
    for name, documents in samples.items():
        turns = [[turn.text for turn in document.turns()] for document in documents]
        pool = sorted({text for texts in turns for text in texts[1:] if text})
        places = [(texts, at) for texts in turns for at in range(1, len(texts)) if texts[at]]
        chance.shuffle(places)
        for texts, at in places[:each]:
            others = [text for text in pool if text not in texts]
            chosen = tuple(chance.sample(others, min(AMONG - 1, len(others))))
            found.append(Exchange(name, tuple(texts[:at]), texts[at], chosen))
    return found


def seen(model: LanguageModel, exchange: Exchange) -> Context:
    """What the model is given to answer."""
    return context(model, Conversation.of(exchange.turns), MAX_TOKENS)


def chose(model: LanguageModel, exchange: Exchange) -> tuple[bool, bool]:
    """Whether the true reply is the best of all by log-probability a token, and by MMI."""
    before = seen(model, exchange)
    texts = [exchange.human, *exchange.others]
    found = [Candidate(one.per_token, seed=None) for one in score(model, before.prompt, texts)]
    plain = rank(model, before, found, by="logprob")
    mutual = rank(model, before, found, by="mmi")
    return plain[0].text == exchange.human.strip(), mutual[0].text == exchange.human.strip()


def hits(model: LanguageModel, found: Sequence[Exchange]) -> str:
    """hits@1 by source."""
    right = asked(lambda exchange: chose(model, exchange), found)
    rows = []
    for name in [*dict.fromkeys(exchange.source for exchange in found), None]:
        part = [
            (*marks, 1 / (1 + len(exchange.others)))
            for marks, exchange in zip(right, found, strict=True)
            if name in (exchange.source, None)
        ]
        plain, mutual, chances = zip(*part, strict=True)
        chance = f"{sum(chances) / len(chances):.0%}"
        rows.append((name or "all", len(part), share(plain), share(mutual), chance))
    by = ("hits@1 by log-probability a token", "hits@1 by MMI")
    return table(("source", "replies", *by, "chance"), rows)


def said(model: LanguageModel, exchange: Exchange, strategy: Strategy, seed: int) -> str:
    """The model's reply."""
    writer = reply(model, seen(model, exchange), strategy, seed=seed, alternatives=0)
    return "".join(token.text for token in writer).strip()


def replies(model: LanguageModel, found: Sequence[Exchange], strategy: Strategy) -> list[str]:
    """The model's reply to each."""
    return asked(lambda item: said(model, item[1], strategy, seed=item[0]), list(enumerate(found)))


def variety(found: Sequence[Exchange], kinds: Mapping[str, Sequence[str]]) -> str:
    """How varied the replies of each kind are, and how many are of no use."""
    rows = []
    for kind, texts in kinds.items():
        plain = [normalized(text) for text in texts]
        before = [{normalized(turn) for turn in exchange.turns} for exchange in found]
        repeated = [text in turns for text, turns in zip(plain, before, strict=True) if text]
        common = Counter(text for text in plain if text).most_common(1)
        rows.append(
            (
                kind,
                len(texts),
                f"{sum(map(len, texts)) / max(len(texts), 1):.1f}",
                f"{distinct(texts, 1):.3f}",
                f"{distinct(texts, 2):.3f}",
                f"{sum(repeated) / max(len(texts), 1):.1%}",
                f"{plain.count('') / max(len(texts), 1):.1%}",
                f"{common[0][1] / len(texts):.1%}" if common else "-",
            )
        )
    headings = ("replies", "number", "characters", "distinct-1", "distinct-2")
    bad = ("repeat an earlier turn", "empty", "the commonest reply")
    return table((*headings, *bad), rows)


def to_read(found: Sequence[Exchange], kinds: Mapping[str, Sequence[str]]) -> str:
    """The replies for people, in Markdown."""
    parts = []
    for number, exchange in enumerate(found):
        lines = [f"{'AB'[i % 2]}: {turn}" for i, turn in enumerate(exchange.turns)][-4:]
        parts.append(f"## {number + 1}. {exchange.source}\n\n> " + "  \n> ".join(lines) + "\n")
        parts += [f"**{kind}**: {texts[number]}\n" for kind, texts in kinds.items()]
    return "\n".join(parts)
