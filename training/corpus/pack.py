"""Pack the corpora as tokens, with a segment and whether it is a target for each token.

A pack is a folder of arrays that training maps into memory; README.md tells what is in it.
"""

import argparse
import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from engine.models.errors import TokenizerError
from engine.tokenizers.conditions import MOODS
from engine.tokenizers.cpm import CPMTokenizer
from training.common.files import read_lines
from training.corpus.dialogues import Dialogue
from training.corpus.mixes import MIXES, SOURCES
from training.corpus.overlap import Overlap
from training.corpus.shard import Shard, add_dialogue, add_text
from training.corpus.sources import FEWSHOT_CHARACTERS, genre_of, held_out_texts, split


def pack_source(
    source: str,
    data: Path,
    model: Path,
    out: Path,
    kept_out: Overlap,
    fewshot_characters: int = FEWSHOT_CHARACTERS,
) -> dict[str, object]:
    """Write one source, and say how much it is.

    Args:
        model: the tokenizer's file.
        kept_out: the held-out texts of all sources; what has to do with them is not trained on.
    """
    tokenizer = CPMTokenizer(model, words=False)
    found, held_out = split(source, data, fewshot_characters)
    trained = [i for i in found if source == "fewshot" or not kept_out.has_passage(i.text)]
    train, kept = Shard(), Shard()
    for shard, items in ((train, trained), (kept, held_out)):
        for item in items:
            if isinstance(item, Dialogue):
                add_dialogue(shard, tokenizer, item.turns)
            else:
                add_text(shard, tokenizer, item, genre_of(source))
    train.save(out, source)
    if kept.tokens:
        kept.save(out / "held_out", source, characters=True)
    moods = train.moods + kept.moods
    return {
        **train.sizes(),
        **{f"held_out_{name}": size for name, size in kept.sizes().items()},
        "dropped": len(found) - len(trained),
        "moods": {name: round(moods[name] / moods.total(), 4) for name in MOODS if name in moods},
    }


def pack(
    data: Path,
    tokenizer: Path,
    out: Path,
    processes: int = 2,
    fewshot_characters: int = FEWSHOT_CHARACTERS,
    keep_out: Iterable[str] = (),
) -> dict[str, object]:
    """Write all sources and manifest.json. Returns what the manifest says.

    Args:
        data: the folder of the corpora.
        tokenizer: the folder of chinese.model.
        keep_out: more texts that are not to be trained on.
    """
    model = tokenizer / "chinese.model"
    kept_out = Overlap()
    kept_out.add(keep_out)
    with ProcessPoolExecutor(processes) as pool:
        for texts in pool.map(held_out_texts, SOURCES, [data] * len(SOURCES)):
            kept_out.add(texts)
        jobs = {
            source: pool.submit(pack_source, source, data, model, out, kept_out, fewshot_characters)
            for source in SOURCES
        }
        sizes = {source: job.result() for source, job in jobs.items()}
    manifest: dict[str, object] = {
        "tokenizer": hashlib.sha256(model.read_bytes()).hexdigest(),
        "sources": sizes,
        "mixes": MIXES,
    }
    (out / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf8"
    )
    return manifest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="the folder of the corpora")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of chinese.model")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pack")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep-out", type=Path, help="more texts not to train on, one a line")
    options = parser.parse_args()
    try:
        manifest = pack(
            options.corpus,
            options.tokenizer,
            options.out,
            options.processes,
            keep_out=[] if options.keep_out is None else read_lines(options.keep_out),
        )
    except (OSError, TokenizerError) as error:
        parser.error(str(error))
    print(json.dumps(manifest["sources"], ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
