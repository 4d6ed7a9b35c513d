"""From a path or a name on the hub to a model: what it is, its weights, its tokenizer."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from engine.models import hub
from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import bundled, megatron
from engine.transformer.checkpoints.canonical import MappedWeights
from engine.transformer.checkpoints.configure import configure, read_settings
from engine.transformer.checkpoints.formats.source import open_source
from engine.transformer.checkpoints.recognition import Evidence, recognise
from engine.transformer.checkpoints.vocabulary_rows import ChosenRows
from engine.transformer.config import TransformerConfig
from engine.transformer.weights import Weights
from engine.weights.mapped import TensorSource

if TYPE_CHECKING:
    from engine.tokenizers import Tokenizer
    from engine.transformer.language_model import LanguageModel
    from engine.transformer.runtimes import Dtype

MOST_PADDING = 1024
"""Rows that a published table may have beyond its vocabulary."""


class Opened(NamedTuple):
    """A checkpoint before anything is read of it but names and shapes.

    Attributes:
        config: what it is.
        weights: one array at a time.
        folder: where its tokenizer's files are, if it has any.
        settings: what its config.json says; empty if it has none.
    """

    config: TransformerConfig
    weights: Weights
    folder: Path
    settings: Mapping[str, Any]


def open_weights(
    path_or_repo: str | Path,
    family: str | None = None,
    *,
    progress: hub.Progress | None = None,
) -> Opened:
    """Open a checkpoint in any published format, or one of ours.

    Args:
        path_or_repo: a name of the catalogue; a file, a folder or the prefix of a TensorFlow
            checkpoint; or "owner/name" on the Hugging Face hub, "owner/name@revision" for a
            certain state of it.
        family: a name of ``engine.transformer.families.FAMILIES``; recognised where it is None.
        progress: called with (bytes so far, bytes in all) while files are downloaded.

    Raises:
        CheckpointError: there is nothing, it is damaged, it is of no known family, or a tensor is
            missing, unknown or of another shape than it should be.
    """
    path = hub.locate(path_or_repo, progress)
    folder = path if path.is_dir() else path.parent
    settings = read_settings(folder)
    if path.is_dir() and bundled.is_bundled(settings):
        config = bundled.read_config(settings, folder)
        return Opened(config, bundled.BundledWeights(folder, config), folder, settings)
    source = _open(path)
    layout, found = recognise(Evidence(source, folder, settings), family)
    config = configure(layout, found, source, settings)
    return Opened(config, MappedWeights(source, layout, config), folder, settings)


def _open(path: Path) -> TensorSource:
    return megatron.open_megatron(path) if megatron.rank_files(path) else open_source(path)


def load_checkpoint(
    path_or_repo: str | Path,
    family: str | None = None,
    *,
    dtype: "Dtype | None" = None,
    tokenizer: "Tokenizer | str | Path | Literal[False] | None" = None,
    runtime: str | None = None,
    progress: hub.Progress | None = None,
) -> "LanguageModel":
    """A published model with its tokenizer, ready to be asked.

    Args:
        path_or_repo, family, progress: as in ``open_weights``.
        dtype: of the weights in memory; None lets the device decide.
        tokenizer: where it is not to be that of the checkpoint's folder: another one, the path of
            another vocabulary, or False for a model of ids without text. If a tokenizer's
            vocabulary was simplified, extended or reordered, the same is done to the weights.
        runtime: as in ``LanguageModel.build``.

    Raises:
        CheckpointError: as ``open_weights``; the weights have other rows than the tokenizer; or,
            when they are read, a value is not finite.
        TokenizerError: there is no vocabulary, or it is damaged or of another model.
    """
    from engine.transformer.language_model import LanguageModel

    opened = open_weights(path_or_repo, family, progress=progress)
    config, weights = opened.config, opened.weights
    text = _tokenizer(opened, tokenizer)
    rows = getattr(getattr(text, "vocabulary", None), "rows", None)
    if rows is not None:
        chosen = ChosenRows(config, weights, rows)
        config, weights = chosen.config, chosen
    if text is not None:
        check_vocabulary(config, text.vocab_size, path_or_repo)
    name = Path(path_or_repo).name
    return LanguageModel.build(config, weights, text, name=name, dtype=dtype, runtime=runtime)


def check_vocabulary(config: TransformerConfig, pieces: int, label: object) -> None:
    """CheckpointError unless the token table has a row for each piece, and at most some more:
    GPT2_ML has 21,130 for 21,128 pieces."""
    if not 0 <= config.vocab_size - pieces < MOST_PADDING:
        raise CheckpointError(
            f"{label} has {config.vocab_size:,} rows of tokens, but the vocabulary has "
            f"{pieces:,} pieces: it is that of another model; take the one that came with it"
        )


def _tokenizer(
    opened: Opened, tokenizer: "Tokenizer | str | Path | Literal[False] | None"
) -> "Tokenizer | None":
    if tokenizer is False:
        return None
    if tokenizer is not None and not isinstance(tokenizer, str | Path):
        return tokenizer
    from engine.tokenizers.loading import load_tokenizer

    options = bundled.tokenizer_options(opened.settings) if tokenizer is None else {}
    place = tokenizer or opened.folder
    try:
        return load_tokenizer(place, opened.config.family, rows=opened.config.vocab_size, **options)
    except TypeError as error:
        raise CheckpointError(f"{opened.folder / 'config.json'}: its tokenizer: {error}") from error
