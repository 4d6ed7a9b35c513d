"""How long a sentence takes from text to drawing, beside the published model's loop in PyTorch."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.models.devices import available_cores
from engine.onlstm import weights
from engine.onlstm.analysis import OnLstm
from engine.onlstm.drawing import to_svg
from engine.onlstm.sentences import Language, sentences
from engine.onlstm.trees import parse

WORDS: Final = 30
#: Sentences of so many words.
TEXTS: Final[Mapping[Language, str]] = {
    "zh": "小时候我们全家人住在河边的一座老房子里，每天早上父亲都要走很远的路去学校给孩子们上课，"
    "晚上回来以后做饭。",
    "en": "When I was a child, my whole family lived in an old house by the river, and every "
    "morning my father had to walk a long way to the school.",
}


def ours(model: OnLstm, text: str) -> tuple[float, float]:
    """Milliseconds from text to distances, and from those to a drawing."""
    began = time.perf_counter()
    (read,) = sentences(text, model.config.language)
    (analysis,) = model.analyse([read.forms])
    middle = time.perf_counter()
    found = analysis.layers[model.default_layer].distances
    words = [word.text for word in read.words]
    to_svg(parse(found, model.default_parser), words, distances=found.tolist())
    return 1e3 * (middle - began), 1e3 * (time.perf_counter() - middle)


def published(folder: Path) -> Callable[[Sequence[int]], NDArray[np.float32]] | None:
    """The same model as a loop in PyTorch over layers and words, which is how its authors run it.

    Returns what gives each layer's distances [layers, words] of word numbers, computing the
    probabilities of the words besides; None where there is no PyTorch.
    """
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(available_cores())
    settings, _, arrays = weights.load(folder)
    config = settings.model
    of = {name: torch.from_numpy(array) for name, array in arrays.items()}

    def cumax(z: torch.Tensor) -> torch.Tensor:
        return torch.softmax(z, -1).cumsum(-1)

    def step(
        layer: int, z: torch.Tensor, h: torch.Tensor, c: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        size, levels = config.hidden_sizes[layer], config.levels(layer)
        z = z + h @ of[f"layers/{layer}/recurrent/kernel"]
        f, i, o = torch.sigmoid(z[:, : 3 * size]).chunk(3, -1)
        u = torch.tanh(z[:, 3 * size : 4 * size])
        if config.cell == "lstm":
            c, closed = f * c + i * u, 1 - f.mean()
            return o * torch.tanh(c), c, closed
        first, second = z[:, 4 * size : 4 * size + levels], z[:, 4 * size + levels :]
        forget, reverse = cumax(first), torch.softmax(second, -1).flip(-1).cumsum(-1).flip(-1)
        master = 1 - cumax(second) if config.master_input == "complement" else reverse
        wide_f, wide_i = (x.repeat_interleave(config.chunk_size, -1) for x in (forget, master))
        both = wide_f * wide_i
        c = both * (f * c + i * u) + (wide_f - both) * c + (wide_i - both) * u
        return o * torch.tanh(c), c, 1 - forget.mean()

    def run(ids: Sequence[int]) -> NDArray[np.float32]:
        with torch.inference_mode():
            x = of["embeddings/word"][[0, *ids]]
            found = []
            for layer, size in enumerate(config.hidden_sizes):
                inputs = x @ of[f"layers/{layer}/input/kernel"] + of[f"layers/{layer}/bias"]
                h = c = torch.zeros(1, size)
                steps = []
                for z in inputs.split(1):
                    h, c, closed = step(layer, z, h, c)
                    steps.append((h, closed))
                x = torch.cat([hidden for hidden, _ in steps])
                found.append(torch.stack([closed for _, closed in steps[1:]]))
            kernel = of["embeddings/word"].T if config.tied else of["output/kernel"]
            torch.log_softmax(x @ kernel + of["output/bias"], -1)
            heights: NDArray[np.float32] = torch.stack(found).numpy()
            return heights

    return run


def latency_rows(folder: Path, times: int = 100) -> list[list[str]]:
    """Rows of a table: what, median and 95th percentile in milliseconds, and the median as a
    multiple of our analysis.

    Ours and the loop take turns, so that both meet the machine in the same state.

    Raises ArithmeticError where the loop finds other distances than the model.
    """
    model = OnLstm.load(folder)
    text = TEXTS[model.config.language]
    (read,) = sentences(text, model.config.language)
    (analysis,) = model.analyse([read.forms])
    loop = published(folder)
    ids = model.vocabulary.ids(read.forms)
    if loop is not None:
        other = loop(ids)
        for layer, gates in enumerate(analysis.layers):
            if not np.allclose(other[layer], gates.distances, atol=1e-2):
                raise ArithmeticError(f"{folder}: layer {layer + 1} is another in PyTorch")
    taken: dict[str, list[float]] = {"analysed": [], "parsed and drawn": [], "loop": []}
    for _ in range(times):
        analysed, drawn = ours(model, text)
        taken["analysed"].append(analysed)
        taken["parsed and drawn"].append(drawn)
        if loop is not None:
            began = time.perf_counter()
            loop(ids)
            taken["loop"].append(1e3 * (time.perf_counter() - began))
    both = [sum(pair) for pair in zip(taken["analysed"], taken["parsed and drawn"], strict=True)]
    rows = {"from text to drawing": both, **taken}
    name = {"loop": "the model alone, as a loop in PyTorch"}
    base = float(np.median(taken["analysed"]))
    return [
        [
            f"{folder.name}: {name.get(what, what)}",
            f"{np.median(ms):.1f}",
            f"{np.percentile(ms, 95):.1f}",
            f"{np.median(ms) / base:.2f}",
        ]
        for what, ms in rows.items()
        if ms
    ]
