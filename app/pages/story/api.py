"""The endpoint for programs: one text in, its continuation out.

Annotations are evaluated here: gradio describes the endpoint by them.
"""

from collections.abc import Callable
from typing import Final

import gradio as gr

from app.pages.story.inputs import Asked
from app.pages.story.task import Task
from app.text.api import Answer, answer, api_seed, finished, named_strategy
from app.text.checks import explained
from app.text.drafts import running
from app.text.models import TextModels
from app.web.limits import RateLimiter
from app.web.texts import language
from engine.tokenizers.scripts import converted

_CALLS: Final = 60
_SECONDS: Final = 60.0


def endpoint(models: TextModels) -> Callable[..., Answer]:
    """The function behind /story."""
    limiter = RateLimiter(_CALLS, _SECONDS)

    def story(
        text: str,
        genre: str = "any",
        mood: str = "any",
        length: str = "any",
        memory: str = "",
        note: str = "",
        strategy: str = "balanced",
        max_tokens: int = 96,
        seed: int = -1,
        sentence: bool = True,
        model: str = "story",
        request: gr.Request | None = None,
    ) -> Answer:
        """Continue a Chinese text; the same values give the same continuation.

        Args:
            text: what to continue, at most 20,000 characters; Traditional text is continued in
                Traditional characters.
            genre: any, novel, wuxia, children, history, essay or scifi, for the bundled model.
            mood: any, bright, sad or tense.
            length: any, short, medium or long: of the whole text.
            memory: what the model reads before the text.
            note: what it reads three sentences before the end.
            strategy: a preset: balanced, greedy, temperature, top_k, top_p, typical, penalty,
                beam, su_random_sample, su_top_k or su_beam.
            max_tokens: 1 to 1024.
            seed: with the same one comes the same text; below 0 one is drawn.
            sentence: whether to end at the first end of a sentence in the second half, within a
                quotation or brackets once they close.
            model: story, or a published model that this server has: gpt2-ml-15g, gpt2-ml-30g,
                cpm, cpm-distill or gpt2.

        Returns the continuation as `text`, and everything that is needed to make it again.
        """
        lang = language(request)
        limiter.check(request, lang)
        conditions = {"genre": genre, "mood": mood, "length": length, "sentence": bool(sentence)}
        told = {"text": text, "memory": memory, "note": note, "model": model}
        asked = Asked.read_named({**told, **conditions}, lang)
        how = named_strategy(strategy, max_tokens, lang)
        task = Task.of(asked, how, api_seed(seed, lang), models, lang)
        with explained(lang):
            (prompt,), (plan,) = task.prepared()
        draft = finished(running(plan), lang)
        written = converted(draft.text, task.script)
        (request_,) = task.requests
        return answer(draft) | {"prompt": request_.text, "text": written, "cut": prompt.cut}

    return story
