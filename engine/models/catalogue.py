"""The models there are, as data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

LARGE: Final = 300_000_000
"""Parameters from which a CPU holds a model in int8: float32 would be slow and fill the memory."""

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class ModelSpec:
    """One line of the catalogue.

    Attributes:
        name: what pages and commands call it.
        family: the kind of network, for people ("decoder-only Transformer").
        source: where `location` leads: "bundled" (a folder of this repository), "hub" (a
            repository on the Hugging Face hub) or "local" (a folder anywhere).
        location: that folder or "owner/name".
        loader: "package.module:attribute", called with the folder's Path; imported when the
            model is loaded.
        licence: of the weights, as an SPDX expression.
        parameters: numbers in the weights; 0 where nobody counted.
    """

    name: str
    family: str
    source: Literal["bundled", "hub", "local"]
    location: str
    loader: str
    licence: str
    parameters: int = 0

    def memory(self) -> int:
        """Bytes that the loaded weights of a published model take on a CPU; 0 if nobody counted.

        A large model is kept in int8. A small one is kept in float32, and twice: kernels read a
        copy in an order of their own.
        """
        return self.parameters * (1 if self.parameters > LARGE else 8)

    def folder(self) -> Path | None:
        """The folder on this machine, or None for a hub repository."""
        if self.source == "hub":
            return None
        path = Path(self.location).expanduser()
        return ROOT / path if self.source == "bundled" else path


LANGUAGE_MODEL: Final = "engine.transformer.checkpoints:load_checkpoint"
"""Loader of those that write text."""

BUNDLED: Final[tuple[ModelSpec, ...]] = (
    *(
        ModelSpec(
            name=name,
            family="decoder-only Transformer with Conditional Layer Normalization",
            source="bundled",
            location=f"assets/models/{name}",
            loader=LANGUAGE_MODEL,
            licence="CC-BY-SA-4.0",  # as part of what they were trained on
        )
        for name in ("story", "dialogue")
    ),
    ModelSpec(
        name="xiangqi",
        family="decoder-only Transformer over moves",
        source="bundled",
        location="assets/models/xiangqi",
        loader="engine.xiangqi.play.player:Player.load",
        licence="Apache-2.0",
    ),
    ModelSpec(
        name="onlstm",
        family="ordered-neurons LSTM",
        source="bundled",
        location="assets/models/onlstm",
        loader="engine.onlstm.analysis:OnLstmModels.load",
        licence="CC-BY-SA-4.0",  # as part of what they were trained on
    ),
    ModelSpec(
        name="word2vec",
        family="skip-gram with hierarchical softmax",
        source="bundled",
        location="assets/models/word2vec",
        loader="engine.word2vec.model:Word2Vec.load",
        licence="CC-BY-SA-4.0",  # as part of what it was trained on
    ),
)

PUBLISHED: Final[tuple[ModelSpec, ...]] = tuple(
    ModelSpec(name, family, "hub", location, LANGUAGE_MODEL, licence, parameters=parameters)
    for name, family, location, licence, parameters in (
        ("gpt2-ml-15g", "GPT2_ML", "Tongjilibo/gpt2-ml_15g_corpus", "Apache-2.0", 1_393_944_576),
        ("gpt2-ml-30g", "GPT2_ML", "Tongjilibo/gpt2-ml_30g_corpus", "Apache-2.0", 1_373_809_152),
        ("cpm", "CPM-LM", "TsinghuaAI/CPM-Generate", "MIT", 2_597_073_920),
        ("cpm-distill", "CPM-LM", "mymusise/CPM-Generate-distill", "MIT", 108_882_432),
        ("cdial-base", "CDial-GPT", "thu-coai/CDial-GPT_LCCC-base", "MIT", 95_500_032),
        ("cdial-large", "CDial-GPT", "thu-coai/CDial-GPT_LCCC-large", "MIT", 95_500_032),
        (
            "nezha-dialog",
            "NEZHA-GPT-dialog",
            "Tongjilibo/nezha_gpt_dialog",
            "NOASSERTION",
            96_565_619,
        ),
        ("bert", "BERT", "google-bert/bert-base-chinese", "Apache-2.0", 102_290_312),
        ("mt5-small", "mT5", "google/mt5-small", "Apache-2.0", 300_176_768),
        ("gpt2", "GPT-2 (English)", "openai-community/gpt2", "MIT", 124_439_808),
    )
)
"""Fetched when somebody asks for one: nothing of them is in this repository."""

CATALOGUE: Final = BUNDLED + PUBLISHED
