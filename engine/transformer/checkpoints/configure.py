"""Sizes of a published model: from its config.json, or from the shapes of its tensors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.layouts import Layout, Recipe
from engine.transformer.config import TransformerConfig
from engine.transformer.families import FAMILIES, family_config
from engine.weights.mapped import TensorSource

Shape = tuple[int, ...]
Settings = Mapping[str, Any]

CONFIG_FILES: Final = (
    "config.json",
    "bert4torch_config.json",
    "bert_config.json",
    "gpt_config.json",
    "mega.json",
)
"""Where published folders keep a model's sizes, the most telling first."""

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "vocab_size": ("vocab_size",),
    "hidden_size": ("hidden_size", "n_embd", "d_model"),
    "num_layers": ("num_hidden_layers", "n_layer", "num_decoder_layers", "num_layers"),
    "num_heads": ("num_attention_heads", "n_head", "num_heads"),
    "intermediate_size": ("intermediate_size", "n_inner", "d_ff"),
    "max_positions": ("max_position_embeddings", "n_positions", "max_position"),
    "head_size": ("d_kv", "attention_head_size", "attention_key_size"),
    "norm_epsilon": ("layer_norm_epsilon", "layer_norm_eps"),
}
_ENCODER_LAYERS: Final = ("num_layers", "num_hidden_layers")
_SEGMENTS: Final = ("type_vocab_size", "segment_vocab_size")
_DISTANCE: Final = ("max_relative_position", "relative_attention_max_distance")
_ACTIVATION: Final = ("activation_function", "afn", "hidden_act", "dense_act_fn")
_HEAD_WIDTHS: Final[Mapping[str, int]] = {"cpm": 80}
_HEAD_WIDTH: Final = 64
_UNLIMITED: Final = 512
"""Tokens that fit where positions are relative and nothing says how many: as in training."""


def read_settings(folder: Path) -> dict[str, Any]:
    """What the folder's configuration file says, or nothing; CheckpointError if it is broken."""
    for name in CONFIG_FILES:
        path = folder / name
        if path.is_file():
            try:
                settings = json.loads(path.read_text(encoding="utf8"))
            except ValueError as error:
                raise CheckpointError(f"{path} is no JSON: {error}") from error
            if not isinstance(settings, dict):
                raise CheckpointError(f"{path} is no JSON object")
            return settings
    return {}


def configure(
    layout: Layout, family: str, source: TensorSource, settings: Settings
) -> TransformerConfig:
    """The configuration of a checkpoint of this layout and family.

    The configuration file comes before the shapes of the tensors, so that a file of another size
    is not taken for the one that was meant.

    Raises:
        CheckpointError: something is in neither of the two, or is none of the engine's.
    """
    shapes = _Shapes(layout, source)
    shared = {**FAMILIES[family], **layout.architecture}
    sizes = _inferred(shapes, layout, shared) | _stated(settings, layout, shared)
    sizes.setdefault("intermediate_size", 4 * sizes["hidden_size"])
    sizes.setdefault("max_positions", _UNLIMITED)
    if "num_heads" not in sizes:
        sizes["num_heads"] = _num_heads(shapes, family, sizes["hidden_size"])
    sizes.setdefault("head_size", _head_size(shapes, sizes["num_heads"]))
    if sizes["head_size"] == sizes["hidden_size"] // sizes["num_heads"]:
        del sizes["head_size"]
    try:
        return family_config(family, **{**layout.architecture, **sizes})
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{source.path}: its configuration does not hold: {error}") from error


class _Shapes:
    """Shapes of canonical weights, as the file has them."""

    def __init__(self, layout: Layout, source: TensorSource) -> None:
        self.layout = layout
        self.source = source
        self.present = layout.present_names(source.names())

    def get(self, name: str) -> Shape | None:
        """The canonical weight's shape, or None where the file lacks a part of it."""
        recipe = self.layout.recipe(name)
        if recipe is None or not self.present.keys() >= set(recipe.parts):
            return None
        return joined_shape(recipe, [self.source.shape(self.present[p]) for p in recipe.parts])


def joined_shape(recipe: Recipe, shapes: list[Shape]) -> Shape:
    """The shape of what the recipe makes of tensors of these shapes."""
    turned = [shape[::-1] if recipe.transposed else shape for shape in shapes]
    return (*turned[0][:-1], sum(shape[-1] for shape in turned)) if turned[0] else ()


def _inferred(shapes: _Shapes, layout: Layout, shared: Settings) -> dict[str, Any]:
    token = shapes.get("embeddings/token")
    if token is None or len(token) != 2:
        raise CheckpointError(f"{shapes.source.path}: the token table is {token}, not a matrix")
    found: dict[str, Any] = {"vocab_size": token[0], "hidden_size": token[1]}
    found["num_layers"] = layout.layers(shapes.present)
    if _has_encoder(layout):
        found["encoder_layers"] = layout.layers(shapes.present, "encoder/")
    inner = shapes.get("layers/0/feed_forward/up/kernel")
    if inner:
        found["intermediate_size"] = inner[-1]
    positions = shapes.get("embeddings/position")
    if positions and shared.get("position", "learned") == "learned":
        found["max_positions"] = positions[0]
    segments = shapes.get("embeddings/segment")
    if segments and shared.get("num_segments"):
        found["num_segments"] = segments[0]
    buckets = shapes.get("relative_bias")
    if buckets:
        found["relative_buckets"], found["num_heads"] = buckets
    return found


def _stated(settings: Settings, layout: Layout, shared: Settings) -> dict[str, Any]:
    stated = {ours: _first(settings, theirs) for ours, theirs in _KEYS.items()}
    if _has_encoder(layout):
        stated["encoder_layers"] = _first(settings, _ENCODER_LAYERS)
    if shared.get("num_segments"):
        stated["num_segments"] = _first(settings, _SEGMENTS)
    if shared.get("relative_distance"):
        stated["relative_distance"] = _first(settings, _DISTANCE)
    found = {name: value for name, value in stated.items() if value is not None}
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise CheckpointError(f"the configuration says {value!r} for {name}, no size")
    activation = _activation(settings, layout)
    return found | ({"activation": activation} if activation else {})


def _activation(settings: Settings, layout: Layout) -> str | None:
    # Only transformers means by a name what it computes: bert4keras's configurations say "gelu"
    # for CPM-LM and CDial-GPT, which were trained with the tanh form.
    name = _first(settings, _ACTIVATION)
    if (
        name is None
        or not layout.activations
        or not {"model_type", "architectures"} & set(settings)
    ):
        return None
    if name not in layout.activations:
        known = ", ".join(layout.activations)
        raise CheckpointError(f"config.json: no activation {name!r} here; there are: {known}")
    return layout.activations[name]


def _has_encoder(layout: Layout) -> bool:
    return "encoder/final_norm" in layout.names


def _num_heads(shapes: _Shapes, family: str, hidden: int) -> int:
    width = _HEAD_WIDTHS.get(family, _HEAD_WIDTH)
    if hidden % width:
        raise CheckpointError(
            f"{shapes.source.path}: no tensor says how many attention heads a width of {hidden} "
            "has; put a config.json with num_attention_heads beside it"
        )
    return hidden // width


def _head_size(shapes: _Shapes, num_heads: int) -> int:
    output = shapes.get("layers/0/attention/output/kernel")
    token = shapes.get("embeddings/token")
    rows = (output or token or (0,))[0 if output else -1]
    return int(rows) // num_heads


def _first(settings: Settings, keys: tuple[str, ...]) -> Any:
    return next((settings[key] for key in keys if settings.get(key) is not None), None)
