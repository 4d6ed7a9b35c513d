"""Which layout and family a checkpoint is of: by its tensors' names, and what lies beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import bert4keras, huggingface, megatron
from engine.transformer.checkpoints.layouts import Layout
from engine.transformer.families import FAMILIES
from engine.weights.bundle import listed
from engine.weights.mapped import TensorSource

LAYOUTS: Final = (*huggingface.LAYOUTS, *bert4keras.LAYOUTS, *megatron.LAYOUTS)


@dataclass(frozen=True)
class Evidence:
    """What a family is recognised by: tensors, their folder, and what its configuration says."""

    source: TensorSource
    folder: Path
    settings: Mapping[str, Any]

    def rows(self, layout: Layout) -> int:
        """Rows of the token table."""
        recipe = layout.recipe("embeddings/token")
        present = layout.present_names(self.source.names())
        return self.source.shape(present[recipe.parts[0]])[0] if recipe else 0

    def named(self, families: tuple[str, ...]) -> str | None:
        """Which of the families is called by its name: in the configuration, or else by a tensor,
        or else by the folder."""
        stated = [str(self.settings.get(key)) for key in ("model_type", "model", "architectures")]
        for texts in (stated, self.source.names(), [self.folder.absolute().name]):
            for family in families:
                if any(family in text.lower() for text in texts):
                    return family
        return None


def _is_cpm(layout: Layout, evidence: Evidence) -> bool:
    return evidence.rows(layout) == 30_000 or (evidence.folder / "chinese_vocab.model").is_file()


def _is_cdial(layout: Layout, evidence: Evidence) -> bool:
    if evidence.rows(layout) == 13_088:
        return True
    vocabulary = evidence.folder / "vocab.txt"
    return vocabulary.is_file() and b"[speaker1]" in vocabulary.read_bytes()


def _is_nezha(layout: Layout, evidence: Evidence) -> bool:
    relative = {"use_relative_position", "max_relative_position"} & set(evidence.settings)
    return bool(relative) or evidence.named(layout.families) == "nezha"


def _is_roformer(layout: Layout, evidence: Evidence) -> bool:
    return evidence.named(layout.families) == "roformer"


def _is_bert_lm(layout: Layout, evidence: Evidence) -> bool:
    return bool(evidence.settings.get("is_decoder"))


_SIGNS: Final[Mapping[str, Callable[[Layout, Evidence], bool]]] = {
    "cpm": _is_cpm,
    "cdial": _is_cdial,
    "nezha": _is_nezha,
    "roformer": _is_roformer,
    "bert_lm": _is_bert_lm,
}
"""How families that are published under the same names are distinguished."""


def recognise(evidence: Evidence, family: str | None = None) -> tuple[Layout, str]:
    """The layout, and the family: the one that was asked for or the one that it must be.

    Raises:
        CheckpointError: no layout fits (the message says what was looked for), or the names alone
            do not say which family it is.
    """
    if family is not None and family not in FAMILIES:
        raise CheckpointError(f"no family {family!r}; there are: {', '.join(FAMILIES)}")
    candidates = [x for x in LAYOUTS if family is None or family in x.families]
    names = evidence.source.names()
    layout = next((x for x in candidates if x.recognises(names)), None)
    if layout is None:
        raise CheckpointError(_not_recognised(evidence, candidates, family))
    return layout, family or _family(layout, evidence)


def _family(layout: Layout, evidence: Evidence) -> str:
    for family in layout.families:
        if family in _SIGNS and _SIGNS[family](layout, evidence):
            return family
    if len(layout.families) > 1 and _SIGNS.keys() >= set(layout.families):
        raise CheckpointError(
            f"{evidence.source.path} can be {' or '.join(layout.families)}, whose tensors have the "
            "same names; say which with family=, or put the config.json that came with it beside it"
        )
    return layout.families[0]


def _not_recognised(evidence: Evidence, candidates: list[Layout], family: str | None) -> str:
    wanted = f"no checkpoint of the family {family}" if family else "no checkpoint that is known"
    looked_for = "; ".join(f"{x.title}: {' and '.join(x.requires)}" for x in candidates)
    return (
        f"{evidence.source.path} is {wanted}. Looked for: {looked_for}. "
        f"It has {listed(evidence.source.names())}"
    )
