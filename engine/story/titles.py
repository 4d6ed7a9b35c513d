"""Titles for a text, ranked by how much easier each makes the text to a language model.

A small model that never saw a title writes poor ones, but it can judge: of two titles the better
one is that after which it is less surprised by the text, as in a noisy channel (Shannon 1948; for
choosing among answers, Holtzman et al. 2021). So titles come from three sources, what the model
writes after an opening 《, what the text keeps naming, and plain patterns around those names, and
the model's opinion of the text puts them in order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal

from engine.generation.scoring import score
from engine.generation.stream import random_sample
from engine.models.errors import DeadlineError, PromptError
from engine.story.prompts import StoryRequest, condition_segment, story_prompt
from engine.tokenizers.prompt import Prompt

if TYPE_CHECKING:
    from engine.tokenizers.base import Tokenizer
    from engine.transformer.language_model import LanguageModel

Source = Literal["model", "text", "pattern"]

JUDGED: Final = 96
"""Tokens of the text's beginning that titles are judged by."""
_WRITTEN: Final = 8
"""Titles that the model writes itself."""
_TEMPLATE: Final = "\n这个故事的题目叫《"
_NO_TITLE: Final = "无题"
_LONGEST: Final = 10
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_TITLE: Final = re.compile(rf"[\u3400-\u9fffA-Za-z0-9·]{{2,{_LONGEST}}}")
_EMPTY_WORDS: Final = frozenset(
    "的了着过是在有和与也都就不没我你他她它们这那个些上下里中外去来到说道想看又还把被给让对从向"
    "一二两三几很太更最再才只便却而且但因所为以之其吗呢吧啊呀哪什么怎样么得地会能可要得如若"
)


@dataclass(frozen=True)
class Title:
    """A title and the model's opinion.

    Attributes:
        text: without 《 and 》.
        gain: by how many nats a token the text's beginning is more probable after this title than
            after 《无题》; below 0 where the title misleads.
        source: "model" wrote it, it stands in the "text", or it is a "pattern" around what does.
    """

    text: str
    gain: float
    source: Source


def suggest_titles(
    model: LanguageModel,
    request: StoryRequest,
    *,
    count: int = 5,
    candidates: int = 16,
    seed: int | None = None,
    deadline: float | None = None,
) -> list[Title]:
    """Titles for a manuscript, the best first; fewer than ``count`` where there are no more.

    Args:
        request: the manuscript; the whole of its text counts, whatever the cursor.
        candidates: how many titles are judged at most.
        seed: of the titles that the model writes.
        deadline: seconds after which those judged so far are ranked.

    Raises PromptError for a manuscript without a character to judge by, QueueFullError.
    """
    tokenizer = model.tokenizer
    if tokenizer is None or not request.text.strip():
        raise PromptError("there is no text to find a title for: write a few sentences first")
    expires = None if deadline is None else monotonic() + deadline
    found = dict(_candidates(model, request, seed))
    opening = _opening(tokenizer, request.text.strip())
    segment = condition_segment(model, request)

    def mean_logprob(title: str) -> float:
        tokens = tuple(tokenizer.encode(f"《{title}》\n"))
        prompt = Prompt(tokens, (segment,) * len(tokens), reply_segment=segment)
        left = None if expires is None else max(0.0, expires - monotonic())
        return score(model, prompt, [opening], deadline=left)[0].mean_logprob

    titles: list[Title] = []
    try:
        nothing = mean_logprob(_NO_TITLE)
        for text, source in list(found.items())[:candidates]:
            titles.append(Title(text, mean_logprob(text) - nothing, source))
    except DeadlineError:
        if not titles:
            raise
    return sorted(titles, key=lambda title: -title.gain)[:count]


def _candidates(
    model: LanguageModel, request: StoryRequest, seed: int | None
) -> Iterator[tuple[str, Source]]:
    """Titles to judge and where they are from, each once."""
    names = repeated_names(request.text)
    for text in names:
        yield text, "text"
    for text in _written(model, request, seed):
        if text not in names:
            yield text, "model"
    for text in _patterns(names[:3]):
        if text not in names:
            yield text, "pattern"


def _written(model: LanguageModel, request: StoryRequest, seed: int | None) -> list[str]:
    """What the model itself writes after the text and an opening 《."""
    asked = StoryRequest(
        text=request.text.rstrip() + _TEMPLATE,
        **{name: getattr(request, name) for name in ("genre", "mood", "length")},
    )
    prompt = story_prompt(model, asked, room=_LONGEST).prompt
    texts = random_sample(
        *(model, prompt, _WRITTEN),
        top_p=0.9,
        temperature=0.8,
        max_tokens=_LONGEST,
        stop=("》", "\n", "。", "，"),
        seed=seed,
    )
    words = (found.text.strip() for found in texts)
    return list(dict.fromkeys(word for word in words if _TITLE.fullmatch(word)))


def _patterns(names: list[str]) -> list[str]:
    """Titles of the plainest kind."""
    single = [f"{name}的故事" for name in names]
    return [*single, *(f"{a}和{b}" for a, b in combinations(names, 2))]


def repeated_names(text: str, count: int = 6) -> list[str]:
    """What a text keeps naming: runs of 2 to 4 characters that come again, the weightiest first.

    No dictionary is asked, so that a name which nobody heard of counts. A run counts by how often
    it comes and by its length; one that is part of a longer run as frequent is left out, and so is
    one with a word of grammar in it.
    """
    runs: Counter[str] = Counter()
    for block in _HAN.findall(text):
        for size in (2, 3, 4):
            runs.update(block[at : at + size] for at in range(len(block) - size + 1))
    often = {run: n for run, n in runs.items() if n > 1 and not _EMPTY_WORDS.intersection(run)}
    whole = [
        run
        for run, n in often.items()
        if not any(run != other and run in other and m >= n for other, m in often.items())
    ]
    return sorted(whole, key=lambda run: -(often[run] - 1) * len(run))[:count]


def _opening(tokenizer: Tokenizer, text: str) -> str:
    """So much of a text's beginning as JUDGED tokens say."""
    return tokenizer.decode(tokenizer.encode(text[: 6 * JUDGED])[:JUDGED]) or text[:JUDGED]
