"""A prompt continued as a Strategy says: draws and searches through one interface."""

from collections.abc import Generator, Iterator, Sequence
from typing import Final, Protocol

from engine.generation import ends
from engine.generation.batcher import Batcher
from engine.generation.jobs import FinishReason
from engine.generation.reading import as_prompt
from engine.generation.searching import SearchWriter
from engine.generation.strategy import Strategy
from engine.generation.stream import stream
from engine.generation.token import Token
from engine.models.errors import PromptError
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel

_PATIENCE: Final = 0.05
"""Seconds to wait for one of several texts before the others are looked at again."""


class Writer(Protocol):
    """A text that is being written; TokenStream is one.

    Attributes:
        finish_reason: see TokenStream.
    """

    finish_reason: FinishReason | None

    def __iter__(self) -> Iterator[Token]: ...
    def __next__(self) -> Token: ...

    def poll(self, seconds: float | None) -> Token | None:
        """The next token; None where none came within so many seconds, or none will come."""

    def close(self) -> None:
        """Stop, and free the place; the tokens that were not read yet are lost."""


class _Whole:
    """A text of which nothing more comes."""

    def __init__(self, reason: FinishReason) -> None:
        self.finish_reason: FinishReason | None = reason

    def __iter__(self) -> Iterator[Token]:
        return self

    def __next__(self) -> Token:
        raise StopIteration

    def poll(self, seconds: float | None) -> Token | None:
        """See Writer."""
        return None

    def close(self) -> None:
        """See Writer."""


def write(
    model: LanguageModel,
    prompt: str | Prompt,
    strategy: Strategy,
    *,
    seed: int | None,
    begin: Sequence[int] = (),
    alternatives: int = 5,
    deadline: float | None = None,
    batcher: Batcher | None = None,
) -> Writer:
    """Continue a prompt.

    A search shows nothing until it is done; then the tokens of its answer come one by one, each
    with its probability and the alternatives, as the model reads them once more.

    Args:
        seed: for "sample", see ``stream``.
        begin: tokens that the text has already, with which it goes on: its limits, endings and
            penalties count them, and the same seed writes the same rest after them. Where they
            are a whole text, nothing comes.
        alternatives: how many of the most probable tokens to show at each step.
        deadline: seconds; then a text that is drawn ends where it is, and a search fails.

    Raises what ``stream`` and ``beam_search`` raise, and TokenizerError where the vocabulary has
    nothing of ``strategy.keep``.
    """
    before = as_prompt(model, prompt).tokens if strategy.whole_quotations else ()
    endings = ends.endings(model.tokenizer, strategy, before)
    _, _, reason = ends.begun(model.tokenizer, endings, begin)
    if reason is not None:
        return _Whole(reason)
    if strategy.kind == "beam":
        return SearchWriter(
            *(model, prompt, strategy),
            begin=begin,
            alternatives=alternatives,
            deadline=deadline,
            batcher=batcher,
        )
    return stream(
        *(model, prompt),
        sampler=strategy.settings,
        max_tokens=strategy.max_tokens,
        min_tokens=strategy.min_tokens,
        ends_from=strategy.ends_from,
        stop=(*strategy.stop, *ends.kept_ids(model.tokenizer, strategy)),
        quotations=ends.quotations(model.tokenizer, strategy),
        seed=seed,
        alternatives=alternatives,
        deadline=deadline,
        begin=begin,
        batcher=batcher,
    )


def begun(model: LanguageModel, strategy: Strategy, begin: Sequence[int]) -> list[str]:
    """What each token of a begin adds to the text; what may begin a stop string is held back, and
    comes with the first token after them."""
    return ends.begun(model.tokenizer, ends.endings(model.tokenizer, strategy), begin)[0]


def fit(model: LanguageModel, prompt: str | Prompt, room: int) -> tuple[Prompt, int]:
    """The last tokens of a prompt that leave room for an answer, and how many were cut off.

    The piece that texts begin with stays where the prompt has one. An encoder reads its prompt
    apart from the answer, so there nothing is left free for it.

    Args:
        room: tokens to leave free; at least one of the prompt stays.

    Raises PromptError for a prompt without tokens.
    """
    whole = as_prompt(model, prompt)
    if not len(whole):
        raise PromptError("the prompt is empty: there must be at least one token to continue")
    if model.config.encoder_layers:
        room = 0
    most = max(1, model.config.max_positions - room)
    cut = len(whole) - most
    if cut <= 0:
        return whole, 0
    first = model.tokenizer.bos_id if model.tokenizer is not None else None
    kept = 1 if most > 1 and whole.tokens[0] == first else 0
    tokens = (*whole.tokens[:kept], *whole.tokens[kept + cut :])
    segments = (*whole.segments[:kept], *whole.segments[kept + cut :])
    return Prompt(tokens, segments, whole.reply_segment, whole.dropped_turns), cut


def together(writers: Sequence[Writer]) -> Generator[tuple[int, Token], None, None]:
    """The tokens of several texts as they come, each with the number of its writer.

    One that waits for its place, or searches, does not keep the others waiting. All are closed
    at the end, whatever it is; an error of one of them ends all.
    """
    live = dict(enumerate(writers))
    try:
        while live:
            came = False
            for number, writer in list(live.items()):
                token = writer.poll(0)
                if token is not None:
                    came = True
                    yield number, token
                elif writer.finish_reason is not None:
                    del live[number]
            if live and not came:
                number, writer = next(iter(live.items()))
                token = writer.poll(_PATIENCE)
                if token is not None:
                    yield number, token
    finally:
        for writer in writers:
            writer.close()
