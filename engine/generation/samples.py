"""Several texts at once from one prompt, as bert4keras's random_sample draws them."""

from engine.generation import checks
from engine.generation.batcher import Batcher, shared_batcher
from engine.generation.beam import Hypothesis
from engine.generation.endings import Stop
from engine.generation.presets import bert4keras
from engine.generation.sampling import SEEDS
from engine.generation.stream import TokenStream, stream
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel


def random_sample(
    model: LanguageModel,
    prompt: str | Prompt,
    n: int = 1,
    *,
    top_k: int | None = None,
    top_p: float | None = None,
    temperature: float = 1.0,
    max_tokens: int = 128,
    min_tokens: int = 1,
    min_ends: int = 1,
    stop: Stop = (),
    seed: int | None = None,
    deadline: float | None = None,
    batcher: Batcher | None = None,
) -> list[Hypothesis]:
    """n texts, drawn independently; their prompt is read once.

    The semantics of AutoRegressiveDecoder.random_sample (bert4keras 0.11.5), but for the order:
    there it is that in which the texts end, here that of the seeds. ``score`` of each is its
    logprob.

    Args:
        min_tokens: before so many, an end is text like any other (minlen).
        min_ends: how many stop ids end a text.
        stop: ids or strings, see ``stream``.
        seed: of the first text; the others have the following ones, and 0 follows 2**64 - 1.

    Raises what ``stream`` raises.
    """
    batcher = batcher or shared_batcher(model)
    n = checks.integer("n", n, 1)
    if seed is not None:
        seed = checks.integer("seed", seed, 0, SEEDS - 1)
    waiting: list[TokenStream] = []
    found: list[Hypothesis] = []
    for number in range(n):
        if len(waiting) == batcher.slots:
            found.append(_collected(waiting.pop(0), model))
        waiting.append(
            stream(
                *(model, prompt),
                sampler=bert4keras(top_k=top_k, top_p=top_p, temperature=temperature),
                max_tokens=max_tokens,
                ends_from=min_tokens,
                min_ends=min_ends,
                stop=stop,
                seed=None if seed is None else (seed + number) % SEEDS,
                alternatives=0,
                deadline=deadline,
                # The first one stands for all: they begin alike and then differ by chance.
                remember=not number,
                batcher=batcher,
            )
        )
    return found + [_collected(tokens, model) for tokens in waiting]


def _collected(tokens: TokenStream, model: LanguageModel) -> Hypothesis:
    """A whole text."""
    read = list(tokens)
    logprob = sum(token.logprob for token in read)
    text = "".join(token.text for token in read)
    return Hypothesis(tuple(token.id for token in read), text, logprob, logprob)
