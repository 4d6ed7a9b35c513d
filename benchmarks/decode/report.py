"""Results of benchmarks/decode as Markdown tables, each number beside its ratio to ours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.decode.peers.sizes import Size

BYTES: Final = {"float32": 4, "bfloat16": 2, "int8": 1}
NAMES: Final = {
    "ours": "**ours**",
    "llama_cpp": "llama.cpp",
    "ctranslate2": "CTranslate2",
    "transformers": "transformers",
    "keras_hub": "keras-hub",
    "bert4keras": "bert4keras",
}


@dataclass
class Result:
    """What one peer's process reported.

    Attributes:
        bandwidth: of the memory, in bytes a second, measured just before.
        rates: tokens a second by batch size.
        first: seconds to the first token by length of the prompt.
        failure: why there is no more; empty where all is there.
    """

    peer: str
    precision: str
    bandwidth: float = 0.0
    load: float | None = None
    peak: float | None = None
    tokens: list[int] = field(default_factory=list)
    rates: dict[int, float] = field(default_factory=dict)
    first: dict[int, float] = field(default_factory=dict)
    users: dict[str, float] = field(default_factory=dict)
    failure: str = ""

    def read(self, output: str) -> None:
        """Takes the results out of what the process printed; libraries print too."""
        for line in output.splitlines():
            if line.startswith('{"kind"'):
                self._take(json.loads(line))

    def _take(self, found: dict[str, Any]) -> None:
        match found.pop("kind"):
            case "load":
                self.load = found["seconds"]
            case "greedy":
                self.tokens = found["tokens"]
            case "decode":
                self.rates[found["batch"]] = found["rate"]
            case "first":
                self.first[found["prompt"]] = found["seconds"]
            case "memory":
                self.peak = found["peak"]
            case "users":
                self.users = found


def report(name: str, size: Size, results: Sequence[Result]) -> str:
    """The tables of one size."""
    bandwidths = [result.bandwidth / 1e9 for result in results]
    lines = [
        f"### {name}: {size.layers} x {size.hidden}, vocabulary {size.vocabulary:,}",
        "",
        f"Memory read at {min(bandwidths):.1f} to {max(bandwidths):.1f} GB/s, measured before each "
        "peer. In brackets: relative to ours at the same precision.",
        "",
        *_table(size, results),
        *_users(results),
    ]
    return "\n".join(lines) + "\n"


def _table(size: Size, results: Sequence[Result]) -> list[str]:
    batches = sorted({batch for result in results for batch in result.rates})
    prompts = sorted({prompt for result in results for prompt in result.first})
    titles = ["runtime", "precision"]
    titles += [f"tokens/s, batch {batch}" for batch in batches]
    titles += [f"first token of {prompt}, ms" for prompt in prompts]
    titles += ["load s", "peak GB", "equal tokens"]
    lines = [_row(titles), _row(["---", "---"] + ["---:"] * (len(titles) - 2))]
    reference = next((r.tokens for r in results if r.precision == "float32" and r.tokens), [])
    for precision in dict.fromkeys(result.precision for result in results):
        group = [result for result in results if result.precision == precision]
        ours = next((result for result in group if result.peer == "ours"), Result("", ""))
        for result in group:
            cells = [NAMES[result.peer], precision]
            cells += [_cell(result.rates, ours.rates, batch) for batch in batches]
            cells += [_cell(result.first, ours.first, prompt, 1000) for prompt in prompts]
            cells += [_number(result.load), _number(result.peak), _equal(result, reference)]
            lines.append(_row(cells))
        if 1 in batches:
            lines.append(_row(_limit(size, precision, group, ours, len(titles))))
    return lines


def _cell(
    values: Mapping[int, float], ours: Mapping[int, float], key: int, scale: float = 1
) -> str:
    if key not in values:
        return ""
    value = values[key] * scale
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{shown} ({values[key] / ours[key]:.2f})" if key in ours else shown


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _equal(result: Result, reference: Sequence[int]) -> str:
    """How many of the first greedy tokens are those of the first float32 peer, in float32.

    Below that, rounding alone soon takes a random model elsewhere.
    """
    if result.precision != "float32":
        return ""
    both = list(zip(result.tokens, reference, strict=False))
    if not both:
        return ""
    equal = next((i for i, (one, other) in enumerate(both) if one != other), len(both))
    return f"{equal} of {len(both)}"


def _limit(
    size: Size, precision: str, group: Sequence[Result], ours: Result, columns: int
) -> list[str]:
    """Tokens a second if reading each weight once, at the best bandwidth seen, were all."""
    rate = max(result.bandwidth for result in group) / (size.weights_read * BYTES[precision])
    cell = _cell({1: rate}, ours.rates, 1)
    return ["*limit: memory*", precision, cell, *[""] * (columns - 3)]


def _users(results: Sequence[Result]) -> list[str]:
    found = [result for result in results if result.users]
    if not found:
        return []
    titles = ["ours", "one person, tokens/s", "ten people, tokens/s", "ten : one"]
    titles += ["first token alone, ms", "of ten: median", "slowest"]
    lines = ["", "Ten people with Poisson arrivals at one batcher:", ""]
    lines += [_row(titles), _row(["---"] + ["---:"] * (len(titles) - 1))]
    for result in found:
        users = result.users
        cells = [result.precision, f"{users['one']:,.0f}", f"{users['together']:,.0f}"]
        cells.append(f"{users['together'] / users['one']:.1f}")
        cells += [
            f"{1000 * users[name]:,.0f}"
            for name in ("first_alone", "first_median", "first_slowest")
        ]
        lines.append(_row(cells))
    return lines


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
