"""The page's own widgets; like all of them, each takes one string and builds with textContent.

table = examples_editor(examples_value(examples, "zh"), elem_id="fs-examples")
table.edit(on_edit, [table, ...])     # its value is what the visitor made of it
chips = preset_chips(elem_id="fs-presets")
chips.pick(on_pick)                   # evt: gr.EventData with evt.key
"""

import html
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import gradio as gr

from app.pages.fewshot import PAGE, say
from app.pages.fewshot.inputs import GROUPS, MAX_ROWS, presets
from app.web.texts import LANGUAGES, Language
from app.web.widget import dumps, widget
from engine.fewshot import CurvePoint, Example, Judged, Proportion, Ranking
from engine.fewshot.ranking import METHODS, Method

_CHIPS: Final = """
element.addEventListener("click", (event) => {
  const chip = event.target instanceof Element && event.target.closest("button[data-key]");
  if (chip) trigger("pick", { key: chip.getAttribute("data-key") });
});
"""

_versions = itertools.count(1)


def preset_chips(*, elem_id: str) -> gr.HTML:
    """The presets by group, each name in both languages; the style sheet hides one of them."""
    groups = []
    for group in GROUPS:
        members = [preset for preset in presets().values() if preset.group == group]
        names = {lang: say(f"group.{group}", lang) for lang in LANGUAGES}
        chips = "".join(
            f'<button type="button" data-key="{preset.key}">{_both(preset.name)}</button>'
            for preset in members
        )
        groups.append(f'<p class="text-chips"><b>{_both(names)}</b>{chips}</p>')
    return gr.HTML(
        f'<div class="fs-chips">{"".join(groups)}</div>',
        js_on_load=_CHIPS,
        apply_default_css=False,
        elem_id=elem_id,
    )


def examples_editor(value: str, *, elem_id: str) -> gr.HTML:
    """The table of examples; `value` is examples_value's, and in events what it became."""
    return _widget(value, "examples", elem_id)


def examples_value(examples: Sequence[Example], lang: Language) -> str:
    """Examples for the editor.

    Their version differs from every value before: the browser redraws only what is new, and may
    have been edited since.
    """
    rows = [[example.question, example.answer] for example in examples]
    return dumps({"rows": rows, "lang": lang, "most": MAX_ROWS, "version": next(_versions)})


def prompt_view(value: str, *, elem_id: str) -> gr.HTML:
    """The exact prompt; `value` is prompt_value's."""
    return _widget(value, "prompt", elem_id)


def prompt_value(
    prompt: str, question_at: int, lang: Language, *, note: str = "", error: str = ""
) -> str:
    """The value of prompt_view.

    Args:
        question_at: characters before the question that is asked; those are the examples.
        note: a line about its length and what did not fit.
        error: shown in place of a prompt that cannot be made.
    """
    return dumps({"text": prompt, "at": question_at, "lang": lang, "note": note, "error": error})


def bars(value: str = "", *, elem_id: str) -> gr.HTML:
    """Ranked candidates; `value` is bars_value's."""
    return _widget(value, "bars", elem_id)


def bars_value(
    ranking: Ranking | None,
    lang: Language,
    *,
    beside: Ranking | None = None,
    title: str = "",
    note: str = "",
) -> str:
    """Candidates with a bar for each way of comparing them.

    Args:
        beside: what BERT says of the same candidates, as one more column.
        title: above them.
        note: below them, or in their place.
    """
    rows: list[dict[str, Any]] = []
    methods: list[str] = []
    if ranking is not None:
        methods = [*ranking.methods]
        for one in ranking.candidates:
            shares = [one.probabilities[method] for method in ranking.methods]
            rows.append({"text": one.text, "logprob": round(one.logprob, 2), "shares": shares})
    if beside is not None:
        methods.append("bert")
        for row, other in zip(rows, beside.candidates, strict=True):
            row["shares"].append(other.probabilities["mean"])
    for row in rows:
        row["shares"] = [round(share, 7) for share in row["shares"]]
    value = {"lang": lang, "title": title, "note": note, "methods": methods, "rows": rows}
    return dumps(value)


def results(value: str = "", *, elem_id: str) -> gr.HTML:
    """Questions with their answers, as they come; `value` is results_value's."""
    return _widget(value, "results", elem_id)


def results_value(judged: Sequence[Judged], total: int, lang: Language, run: int) -> str:
    """JSON Lines: a head, and a line a question. The values of one run begin with each other, so
    gradio sends what was added."""
    return "".join(f"{line}\n" for line in _result_lines(judged, total, lang, run))


def _result_lines(judged: Sequence[Judged], total: int, lang: Language, run: int) -> Iterator[str]:
    yield dumps({"lang": lang, "total": total, "run": run})
    for one in judged:
        line: list[object] = [one.example.question, one.example.answer, one.answer, one.exact]
        if one.ranking is not None:
            method = best_method(one.ranking)
            best = one.ranking.best(method)
            line += [best.text, bool(one.chose(method)), percent(best.probabilities[method])]
        yield dumps(line)


def best_method(ranking: Ranking) -> Method:
    """Calibrated where that was possible."""
    return "calibrated" if "calibrated" in ranking.methods else METHODS[0]


def curve_view(value: str = "", *, elem_id: str) -> gr.HTML:
    """Accuracy by the number of examples; `value` is curve_value's."""
    return _widget(value, "curve", elem_id)


def curve_value(
    points: Sequence[CurvePoint], chance: float | None, lang: Language, *, done: int, total: int
) -> str:
    """The curve so far.

    Args:
        chance: the share right by guessing among the candidates; None without candidates.
        done, total: questions asked, and to be asked.
    """
    return dumps(
        {
            "lang": lang,
            "chance": chance,
            "done": done,
            "total": total,
            "points": [
                {
                    "shots": point.shots,
                    "exact": _interval(point.exact),
                    "chosen": None if point.chosen is None else _interval(point.chosen),
                    "seeds": [round(share, 4) for share in point.seeds],
                }
                for point in points
            ],
        }
    )


def percent(share: float) -> str:
    """87%, and a decimal where it tells something: 0.4%."""
    value = 100 * share
    if 0 < value < 0.1:
        return "<0.1%"
    return f"{value:.1f}%" if 0 < value < 1 or 99 < value < 100 else f"{value:.0f}%"


def _interval(found: Proportion) -> list[float]:
    return [round(value, 4) for value in (found.share, *found.interval)]


def _widget(value: str, name: str, elem_id: str) -> gr.HTML:
    return widget(
        f"pages/{PAGE}/widgets",
        [f"{name}.js"],
        texts=f"{PAGE}.w",
        template=f'<div class="fs-{name}"></div>',
        value=value,
        elem_id=elem_id,
    )


def _both(names: Mapping[Language, str]) -> str:
    return "".join(
        f'<span lang="{lang}" data-lang="{lang}">{html.escape(names[lang])}</span>'
        for lang in LANGUAGES
    )
