"""A pack of a few documents, and a model with random weights for its vocabulary."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.tokenizers.conditions import NUM_SEGMENTS
from engine.tokenizers.cpm import CPMTokenizer
from engine.transformer.checkpoints import bundled
from engine.transformer.families import family_config
from engine.transformer.weights import shapes
from engine.weights import bundle
from engine.weights.writing import write_shards
from training.corpus.shard import Shard, add_dialogue
from training.language_model.data import Pack
from training.language_model.documents import Texts

DIALOGUE = ["你好，请问你是谁？", "我是小兔子的朋友。", "很高兴见到你。"]


def write_model(folder: Path, tokenizer: Path) -> Path:
    """A tiny model in the bundled format, with the tokenizer beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(tokenizer, folder)
    config = family_config(
        "bundled",
        vocab_size=CPMTokenizer(tokenizer, words=False).vocab_size,
        hidden_size=16,
        num_layers=1,
        num_heads=2,
        intermediate_size=16,
        max_positions=512,
        num_segments=NUM_SEGMENTS,
    )
    random = np.random.default_rng(0)
    packed = (
        item
        for name, shape in shapes(config).items()
        for item in bundled.pack(name, random.normal(0, 0.3, shape).astype(np.float32), "float32")
    )
    for _ in write_shards(folder, bundled.plan(config, "float32"), packed, bundle.SHARD_BYTES):
        pass
    settings = {"model": bundled.model_settings(config), "tokenizer": {"words": False}}
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf8")
    return folder


STORIES = (("山下住着一只小兔子。", True), ("春天，\n小兔子种了三棵树", False))


def small_pack(
    folder: Path, tokenizer: CPMTokenizer, stories: Sequence[tuple[str, bool]] = STORIES
) -> Texts:
    """Two held-out sources: texts that end or do not, and the same dialogue twice. What is trained
    on is the same."""
    end = tokenizer.id("<eod>")
    story, talk = Shard(), Shard()
    for text, ends in stories:
        tokens = [*tokenizer.encode(text), *[end] * ends]
        story.add(tokens, [7] * len(tokens), [1] * len(tokens), len(text))
    add_dialogue(talk, tokenizer, DIALOGUE)
    add_dialogue(talk, tokenizer, DIALOGUE)
    for part in (folder, folder / "held_out"):
        story.save(part, "story_children", characters=True)
        talk.save(part, "dialogue_lccc", characters=True)
    mix = {"story_children": 0.5, "dialogue_lccc": 0.5}
    manifest = {"sources": {}, "mixes": {name: mix for name in ("base", "story", "dialogue")}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf8")
    return Texts(Pack(folder), tokenizer)
