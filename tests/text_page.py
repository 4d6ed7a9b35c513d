"""A small page made of what the writing pages share, over models that are quick to build."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from app.text import compare
from app.text.checks import checked_prompt, explain
from app.text.controls import StrategyInputs, strategy_controls
from app.text.download import download_buttons
from app.text.drafts import Draft, Plan, branch, running, summary
from app.text.models import TextModels, model_dropdown
from app.text.tokens import tokens, tokens_value
from app.web.inputs import components
from app.web.run import Runs
from app.web.texts import Language, language
from app.web.widget import event_value
from engine.generation import Strategy, fit
from engine.models.catalogue import ModelSpec
from engine.models.errors import EngineError
from engine.models.registry import Models
from tests.story_model import StoryModel
from tests.unit.engine.generation.toy import ToyDecoder

ROOM = 96


class SlowDecoder(ToyDecoder):
    """Takes its time for each pass."""

    def extend(self, chunks: Any, *, every_position: bool = False) -> Any:
        time.sleep(self.model.seconds)
        return super().extend(chunks, every_position=every_position)

    def __init__(self, model: "SlowStoryModel", slots: int) -> None:
        super().__init__(model, slots)
        self.model = model


class SlowStoryModel(StoryModel):
    seconds = 0.02

    def decoder(self, slots: int = 1) -> SlowDecoder:
        decoder = SlowDecoder(self, slots)
        self.decoders.append(decoder)
        return decoder


def quick(folder: Path) -> StoryModel:
    """A loader of the catalogue."""
    return StoryModel()


def slow(folder: Path) -> StoryModel:
    """Another one: fifty passes a second."""
    return SlowStoryModel()


def broken(folder: Path) -> StoryModel:
    """One that fails."""
    raise OSError("no such weights: /a/path/that/nobody/should/see")


def spec(name: str, folder: Path, loader: str, **options: Any) -> ModelSpec:
    """A line of a catalogue; its files are in the folder."""
    options = {"source": "local", "licence": "MIT", **options}
    return ModelSpec(
        name=name,
        family="toy",
        location=str(folder),
        loader=f"tests.text_page:{loader}",
        **options,
    )


def toy_models(folder: Path, *, budget: int = 10**9) -> Models:
    """story and dialogue are here, one of them slow; cpm is to be fetched, gpt2 not here, and
    mt5-small cannot be read."""
    for name in ("story", "dialogue", "mt5-small"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "weights").write_bytes(b"1234")
    return Models(
        (
            spec("story", folder / "story", "quick"),
            spec("dialogue", folder / "dialogue", "slow"),
            spec("mt5-small", folder / "mt5-small", "broken"),
            spec("gpt2", folder / "gpt2", "quick"),
            spec("cpm", folder / "cpm", "quick", source="hub", parameters=2_597_073_920),
        ),
        budget=budget,
    )


NAMES = ("story", "dialogue", "mt5-small", "gpt2", "cpm")


def prepared(
    name: str, model: Any, strategy: Strategy, seed: int, lang: Language, *parts: object
) -> Plan:
    """What a page makes of its prompt, in one field or in several."""
    checked = "".join(checked_prompt(part, lang) for part in parts)
    prompt, cut = fit(model, checked, ROOM)
    return Plan(name, model, checked, prompt, strategy, seed, cut=cut)


def build(models: Models) -> gr.Blocks:
    """The page: /write for the whole of it, and a comparison."""
    text_models = TextModels(models, NAMES)
    with gr.Blocks(analytics_enabled=False) as demo:
        title = gr.Textbox("小狐狸，", label="title", elem_id="page-title")
        prompt = gr.Textbox("从前", label="prompt", elem_id="page-prompt")
        model = model_dropdown(text_models, "page-model")
        controls = strategy_controls("page", "balanced", max_tokens=96)
        with gr.Row():
            run = gr.Button("run", elem_id="page-run")
            stop = gr.Button("stop", elem_id="page-stop")
        view: Any = tokens(elem_id="page-view")
        draft = gr.State()
        seq, runs = gr.State(0), gr.State(Runs())
        download_buttons("page", lambda draft: draft, [draft])
        compare.render(text_models, "page", [title, prompt], prepared)

        def shown(request: gr.Request, found: Draft, number: int) -> tuple[Draft, int, str, int]:
            lang = language(request)
            value = tokens_value(
                found.tokens,
                seq=number,
                lang=lang,
                prompt=found.prompt,
                status=summary(found, lang),
                running=found.finish is None,
            )
            return found, number, value, found.seed

        def write(
            request: gr.Request,
            number: int,
            runs: Runs,
            words: object,
            name: object,
            *values: object,
        ) -> Iterator[Any]:
            lang = language(request)
            found = text_models.get(name, lang)
            strategy, seed = StrategyInputs.read(values, lang).strategy(lang)
            plan = prepared(str(name), found, strategy, seed, lang, words)
            try:
                for one in running(plan, stopped=runs.begin().stopped):
                    yield shown(request, one, number + 1)
            except EngineError as error:
                gr.Warning(explain(error, lang))

        def branched(
            request: gr.Request, old: Draft, number: int, event: gr.EventData
        ) -> Iterator[Any]:
            lang = language(request)
            begin = branch(old, event_value(event, "index"), event_value(event, "id"), lang)
            found = text_models.get(old.model, lang)
            plan = prepared(old.model, found, old.strategy, old.seed, lang, old.prompt)
            for one in running(replace(plan, begin=begin)):
                yield shown(request, one, number + 1)

        outputs = [draft, seq, view, controls.seed]
        run.click(
            *(write, [seq, runs, prompt, model, *components(controls, StrategyInputs)], outputs),
            show_progress="hidden",
            concurrency_limit=16,
        )
        view.branch(branched, [draft, seq], outputs, concurrency_limit=16, api_name="branch")
        stop.click(Runs.stop, [runs], None, queue=False)
    return demo
