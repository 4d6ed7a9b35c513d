"""Weights and tokenizer together, ready to be asked."""

import importlib.util
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.models.catalogue import LARGE
from engine.models.devices import available_cores, may_have_gpu
from engine.models.errors import EngineError
from engine.transformer.config import TransformerConfig
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.runtimes import DTYPES, Dtype, Floats, Runtime
from engine.transformer.weights import Weights, shapes
from engine.weights.quantization import Quantized

if TYPE_CHECKING:
    from engine.tokenizers import Tokenizer


class LanguageModel:
    """A loaded model.

    Attributes:
        name: for people.
        tokenizer: None where only token ids are wanted.
        dtype: of the weights in memory.
        device: what they run on, for people.
    """

    def __init__(
        self, name: str, config: TransformerConfig, runtime: Runtime, tokenizer: "Tokenizer | None"
    ) -> None:
        self.name = name
        self.config = config
        self.runtime = runtime
        self.tokenizer = tokenizer

    @classmethod
    def build(
        cls,
        config: TransformerConfig,
        weights: Weights,
        tokenizer: "Tokenizer | None" = None,
        *,
        name: str = "",
        dtype: Dtype | None = None,
        runtime: str | None = None,
    ) -> "LanguageModel":
        """Read the weights into a runtime.

        Args:
            dtype: "float32", "bfloat16", "float16" or "int8"; None lets the device decide.
            runtime: "openvino" or "keras"; None takes OpenVINO on a CPU if it is installed.

        Raises CheckpointError, and EngineError for a dtype or runtime that there is not.
        """
        if dtype is not None and dtype not in DTYPES:
            raise EngineError(f"no dtype {dtype!r}; there are: {', '.join(DTYPES)}")
        runtime = runtime or default_runtime(dtype)
        chosen = dtype or default_dtype(config, weights, runtime)
        return cls(
            name or config.family, config, _runtime(runtime, config, weights, chosen), tokenizer
        )

    @property
    def dtype(self) -> Dtype:
        return self.runtime.dtype

    @property
    def device(self) -> str:
        return self.runtime.device

    def decoder(self, slots: int = 1) -> Decoder:
        """A decoder with so many slots; all decoders share the weights."""
        return Decoder(self.runtime, slots)

    def logits(
        self,
        tokens: Sequence[int],
        segments: Sequence[int] | None = None,
        *,
        source: Sequence[int] | None = None,
        bidirectional: bool = False,
    ) -> Floats:
        """Logits [S, V] at each of the tokens, in one pass without a past."""
        decoder = self.decoder()
        slot = decoder.open(source=source)
        chunk = Chunk(slot, tokens, segments, bidirectional)
        return decoder.extend([chunk], every_position=True)[0]


def default_runtime(dtype: Dtype | None = None) -> str:
    """ "openvino" on a CPU that has it, else "keras".

    float16 is Keras's: no CPU kernel of OpenVINO multiplies it, so it would be kept in float32.
    """
    if dtype == "float16" or _on_gpu() or importlib.util.find_spec("openvino") is None:
        return "keras"
    return "openvino"


def default_dtype(config: TransformerConfig, weights: Weights, runtime: str) -> Dtype:
    """What suits the device: two bytes on a GPU; on a CPU, where OpenVINO runs whatever else there
    is, float32, or int8 for a large model and for one that is stored so."""
    if runtime == "keras" and _on_gpu():
        from engine import backend

        return "bfloat16" if backend.compute_dtype() == "bfloat16" else "float16"
    parameters = sum(math.prod(shape) for shape in shapes(config).values())
    stored = weights.read("layers/0/feed_forward/up/kernel")
    fits_int8 = parameters > LARGE or isinstance(stored, Quantized)
    return "int8" if runtime == "openvino" and fits_int8 else "float32"


def _on_gpu() -> bool:
    if not may_have_gpu():
        return False
    from engine import backend

    return backend.device().kind == "gpu"


def _runtime(name: str, config: TransformerConfig, weights: Weights, dtype: Dtype) -> Runtime:
    if name == "openvino":
        from engine.transformer.runtimes.openvino_runtime import OpenVINORuntime

        return OpenVINORuntime(config, weights, dtype, available_cores())
    if name == "keras":
        from engine.transformer.runtimes.keras_runtime import KerasRuntime

        return KerasRuntime(config, weights, dtype)
    raise EngineError(f"no runtime {name!r}; there are: openvino, keras")
