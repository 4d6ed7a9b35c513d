"""Bits per character of the held-out documents of every source of a pack.

    python -m training.language_model.evaluate runs/story PACK --tokenizer FOLDER
    python -m training.language_model.evaluate assets/models/story PACK

A run is measured with the weights that it has saved last, an exported folder as the app runs it:
the difference is what int8 costs.
"""

import argparse
from pathlib import Path

from benchmarks.text_bits import bits_table, measure
from benchmarks.text_data import Texts
from engine.tokenizers.loading import load_tokenizer
from engine.transformer.checkpoints.loading import load_checkpoint
from engine.transformer.language_model import LanguageModel
from training.common.state import STATE
from training.language_model.data import Pack
from training.language_model.export import read_run


def load(model: Path, tokenizer: Path | None, dtype: str | None) -> LanguageModel:
    """A run, with the tokenizer of a folder, or an exported model."""
    if not (model / STATE).exists():
        return load_checkpoint(model, dtype=dtype)
    trained = read_run(model)
    text = None
    if tokenizer is not None:
        text = load_tokenizer(tokenizer, trained.config.family, words=False)
    return LanguageModel.build(trained.config, trained, text, name=model.name, dtype=dtype)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path, help="a run or an exported folder")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--tokenizer", type=Path, help="its folder; an exported model has its own")
    parser.add_argument("--dtype", help="how to hold the weights; by default what suits them")
    parser.add_argument("--mix", help="the sources of a mix only")
    parser.add_argument("--characters", type=int, default=10_000, help="of each source, about")
    parser.add_argument("--context", type=int, default=256, help="tokens seen at once")
    args = parser.parse_args()
    model = load(args.model, args.tokenizer, args.dtype)
    if model.tokenizer is None:
        parser.error("a run has no tokenizer of its own: give --tokenizer")
    pack = Pack(args.pack)
    texts = Texts(pack, model.tokenizer)
    names = pack.measured(args.mix or "base")
    found = {
        name: measure(model, texts.some(name, args.characters), args.context) for name in names
    }
    print(bits_table({model.dtype: found}, None))


if __name__ == "__main__":
    main()
