"""How a model sees a text that is given: every token by its rank among all that might have stood
there, as in GLTR (Gehrmann, Strobelt and Rush 2019, "GLTR: Statistical Detection and
Visualization of Generated Text")."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, Final, get_args

import gradio as gr
from gradio.components import Component

from app.text.checks import checked_prompt, explain, explained
from app.text.controls import read_seed
from app.text.download import file_buttons
from app.text.drafts import Plan, running
from app.text.models import TextModels, model_dropdown
from app.text.tokens import Shading, tokens, tokens_value
from app.text.windows import Reading, read_windows
from app.web.events import QUIET, SLOW
from app.web.events import visit as visit_state
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.run import Run, Runs
from app.web.texts import Language, label, language, text
from engine.generation import STRATEGIES, fit
from engine.models.errors import EngineError

#: Characters of a text.
MAX_CHARACTERS: Final = 5_000
#: Seconds after which a reading ends; a bundled model needs a few for the longest text.
DEADLINE: Final = 120.0
#: Readings of one visitor in a minute.
_LIMIT: Final = 30
#: Tokens that are named as the least expected ones.
_SURPRISES: Final = 4
#: Probability below which a token is one of them.
_SURPRISING: Final = 0.05

EXAMPLES: Final = {
    # Zhu Ziqing, "The Sight of Father's Back" (1925).
    "human": "我说道：“爸爸，你走吧。”他望车外看了看，说：“我买几个橘子去。"
    "你就在此地，不要走动。”我看那边月台的栅栏外有几个卖东西的等着顾客。",
    # Wang Zhihuan, "On the Stork Tower" (8th century).
    "poem": "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。",
    "broken": "昨天了我去苹果把商店，三个吃很高兴地，因为所以天气不冷过。",
}
#: What the model goes on from when it is to write an example itself.
_OPENING: Final = "从前，山脚下住着一位老人，"
#: As in the article's examples of generated texts, only the likeliest tokens.
_WRITTEN: Final = replace(STRATEGIES["top_k"], max_tokens=72)

_COPY: Final = "content => { if (content) navigator.clipboard.writeText(content); }"


@dataclass
class Visit:
    """What is on the screen.

    Attributes:
        seq: counts readings.
    """

    reading: Reading | None = None
    seq: int = 0
    runs: Runs = field(default_factory=Runs)


def render(models: TextModels, page: str, source: Component | None = None) -> None:
    """Place the reading, folded, and connect its events.

    Args:
        page: the beginning of the components' ids.
        source: a text of the page that can be taken over with one click.
    """
    ids = f"{page}-reading"
    reader = Reader(models)
    with gr.Accordion(label("reading.title"), open=False, elem_id=ids):
        gr.Markdown(label("reading.about"), elem_classes=["text-about"])
        box = gr.Textbox(
            lines=4,
            max_lines=14,
            label=label("reading.text"),
            placeholder=label("reading.placeholder"),
            elem_id=f"{ids}-text",
        )
        with gr.Row(elem_classes=["text-chips"]):
            chips = {name: _chip(ids, name) for name in (*EXAMPLES, "model")}
            mine = None if source is None else _chip(ids, "mine")
        with gr.Row():
            model = model_dropdown(models, f"{ids}-model")
            mode = gr.Radio(
                [(label(f"reading.by_{name}"), name) for name in ("rank", "probability")],
                value="rank",
                label=label("reading.mode"),
                min_width=200,
                elem_id=f"{ids}-mode",
            )
        with gr.Row():
            read = gr.Button(label("reading.read"), variant="primary", elem_id=f"{ids}-read")
            stop = gr.Button(label("text.stop"), variant="stop", elem_id=f"{ids}-stop")
        view = tokens(
            elem_id=f"{ids}-view", elem_classes=["tk-scrolls"], placeholder="reading.empty"
        )
        visit = visit_state(Visit())
        with gr.Row(elem_classes=["text-files"]):
            _place_copy(ids, visit)
            file_buttons(ids, {"json": _as_json}, [visit])

    shown = [visit, view]
    run: dict[str, Any] = {
        "fn": reader.run,
        "inputs": [visit, model, mode, box],
        "outputs": shown,
        **SLOW,
    }
    read.click(**run)
    for name, words in EXAMPLES.items():
        chips[name].click(lambda words=words: words, None, [box], **QUIET).then(**run)
    chips["model"].click(reader.write, [visit, model, mode], [visit, box, view], **SLOW)
    if mine is not None and source is not None:
        mine.click(_end, [source], [box], **QUIET).success(**run)
    stop.click(reader.stop, [visit, mode], shown, **QUIET)
    mode.input(reader.look, [visit, mode], [view], **QUIET)


def _end(value: object) -> str:
    """As much of the page's text as can be read; its end is what somebody has just written."""
    return value[-MAX_CHARACTERS:] if isinstance(value, str) else ""


def _chip(ids: str, name: str) -> gr.Button:
    words = label(f"reading.chip.{name}")
    return gr.Button(words, size="sm", min_width=90, elem_id=f"{ids}-{name}")


def _place_copy(ids: str, visit: gr.State) -> None:
    """A button that puts the tokens on the clipboard as a table."""
    copy = gr.Button(label("reading.copy"), size="sm", min_width=80, elem_id=f"{ids}-copy")
    # Hidden and not left out: what is not in the page has no value that a script can read.
    held = gr.Textbox(visible="hidden", elem_id=f"{ids}-copy-content")
    copy.click(_as_table, [visit], [held], **QUIET).success(None, [held], None, js=_COPY)


class Reader:
    """The handlers."""

    def __init__(self, models: TextModels) -> None:
        self._models = models
        self._limiter = RateLimiter(_LIMIT, 60)

    def run(
        self, visit: Visit, name: object, mode: object, value: object, request: gr.Request
    ) -> Iterator[tuple[Visit, str]]:
        """The text as far as it has been read."""
        lang = language(request)
        shading = _checked_mode(mode, lang)
        words = checked_prompt(value, lang, MAX_CHARACTERS)
        self._limiter.check(request, lang)
        with visit.runs.begin() as run:
            for shown in self._read(visit, run, str(name), words, shading, lang):
                yield visit, shown

    def write(
        self, visit: Visit, name: object, mode: object, request: gr.Request
    ) -> Iterator[tuple[Visit, Any, Any]]:
        """A text of the model's own, while it is written; then it is read."""
        lang = language(request)
        shading = _checked_mode(mode, lang)
        self._limiter.check(request, lang)
        model = self._models.get(name, lang)
        seed = read_seed(None, lang)
        with visit.runs.begin() as run:
            with explained(lang):
                prompt, _ = fit(model, _OPENING, _WRITTEN.max_tokens)
                plan = Plan(str(name), model, _OPENING, prompt, _WRITTEN, seed)
                with closing(running(plan, stopped=run.stopped)) as drafts:
                    for draft in drafts:
                        words = _OPENING + draft.text
                        yield visit, words, gr.skip()
            if not run.stopped():
                for shown in self._read(visit, run, str(name), words, shading, lang):
                    yield visit, gr.skip(), shown

    def stop(self, visit: Visit, mode: object, request: gr.Request) -> tuple[Visit, str]:
        """End what is going on, at once; what there is of it stays."""
        lang = language(request)
        shading = _checked_mode(mode, lang)
        visit.runs.stop()
        return visit, _ended(visit, shading, lang)

    def look(self, visit: Visit, mode: object, request: gr.Request) -> str:
        """The same reading with the other shades."""
        lang = language(request)
        return _value(visit, _checked_mode(mode, lang), lang)

    def _read(
        self, visit: Visit, run: Run, name: str, words: str, shading: Shading, lang: Language
    ) -> Iterator[str]:
        """The view, after each window; nothing more once the run was stopped."""
        visit.reading = Reading(name, words)
        visit.seq += 1
        yield _value(visit, shading, lang)
        model = self._models.get(name, lang)
        try:
            for reading in read_windows(name, model, words, deadline=DEADLINE):
                if run.stopped():
                    return
                visit.reading = reading
                yield _value(visit, shading, lang)
        except EngineError as error:
            if not run.stopped():
                gr.Warning(explain(error, lang))
                yield _ended(visit, shading, lang)


def _ended(visit: Visit, shading: Shading, lang: Language) -> str:
    """The view of a reading that does not go on; nothing is left of one without tokens."""
    if visit.reading is not None:
        read = visit.reading.tokens
        visit.reading = replace(visit.reading, done=True) if read else None
    return _value(visit, shading, lang)


def _value(visit: Visit, mode: Shading, lang: Language) -> str:
    """The value of the token view."""
    reading = visit.reading
    if reading is None:
        return ""
    return tokens_value(
        reading.tokens,
        seq=visit.seq,
        lang=lang,
        mode=mode,
        prompt=reading.first if reading.tokens else "",
        status=summary(reading, lang),
        running=not reading.done,
        branchable=False,
    )


def summary(reading: Reading, lang: Language) -> str:
    """One line about a reading: how surprised the model was, and by what."""
    parts = [text("reading.tokens", lang, count=f"{len(reading.tokens):,}")]
    perplexity, bits = reading.character_perplexity, reading.bits_per_character
    if perplexity is not None and bits is not None:
        values = {"perplexity": f"{perplexity:,.1f}", "bits": f"{bits:.2f}"}
        parts.append(text("reading.per_character", lang, **values))
    if reading.windows > 1:
        values = {"windows": str(reading.windows), "overlap": str(reading.overlap)}
        parts.append(text("reading.windows", lang, **values))
    named = [
        text("reading.surprise", lang, text=token.text.strip(), rank=f"{token.rank:,}")
        for token in reading.surprises(_SURPRISES, _SURPRISING)
    ]
    if named:
        listed = text("reading.separator", lang).join(named)
        parts.append(text("reading.surprises", lang, list=listed))
    return " · ".join(parts)


def _checked_mode(mode: object, lang: Language) -> Shading:
    return checked_choice(mode, get_args(Shading), lang)


def _finished(visit: Visit, request: gr.Request) -> Reading:
    if visit.reading is None or not visit.reading.tokens:
        raise Refusal(text("reading.nothing", language(request)))
    return visit.reading


def _as_json(request: gr.Request, visit: Visit) -> str:
    return json.dumps(_finished(visit, request).to_dict(), ensure_ascii=False, indent=1)


def _as_table(visit: Visit, request: gr.Request) -> str:
    """Tab-separated, as spreadsheets take it; line breaks in a token are written as \\n."""
    rows = ["token\tprobability\trank"]
    for token in _finished(visit, request).tokens:
        words = json.dumps(token.text, ensure_ascii=False)[1:-1]
        rows.append(f"{words}\t{math.exp(token.logprob):.6g}\t{token.rank}")
    return "\n".join(rows) + "\n"
