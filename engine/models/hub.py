"""Checkpoints from the Hugging Face hub, by huggingface_hub: resumed, cached, and checked.

Only the files of a checkpoint are fetched. Nothing of them is executed, so .bin files are welcome.
HF_HOME, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they mean to huggingface_hub.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final, Self

from engine.models.catalogue import CATALOGUE
from engine.models.errors import CheckpointError

Progress = Callable[[int, int], None]
"""Called with how many bytes there are already, and how many there will be."""

TOKENIZERS: Final = (
    "*vocab*.txt",
    "vocab.json",
    "merges.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "*.model",
)
SETTINGS: Final = ("*config.json", "mega.json", "latest_checkpointed_iteration.txt", *TOKENIZERS)
WEIGHTS: Final[tuple[tuple[str, ...], ...]] = (
    ("model.safetensors", "model-*-of-*.safetensors", "model.safetensors.index.json"),
    ("pytorch_model.bin", "pytorch_model-*-of-*.bin", "pytorch_model.bin.index.json"),
    ("*.ckpt*.index", "*.ckpt*.data-*"),
    ("*/mp_rank_*_model_states.pt", "mp_rank_*_model_states.pt"),
    ("*.weights", "*.h5"),
)
"""Files of each format, the best first: one of them is fetched."""

_REPOSITORY: Final = re.compile(r"([\w-][\w.-]*/[\w-][\w.-]*)(?:@([\w./-]+))?", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Repository:
    """A repository and a branch, tag or commit of it; None is the main branch."""

    name: str
    revision: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What "owner/name" or "owner/name@revision" says; None for any other text."""
        match = _REPOSITORY.fullmatch(text)
        return cls(match[1], match[2]) if match else None

    def __str__(self) -> str:
        return f"{self.name}@{self.revision}" if self.revision else self.name


def locate(path_or_repo: str | Path, progress: Progress | None = None) -> Path:
    """Where the files are: a path as it is, a model of the catalogue, or the hub's files.

    Raises:
        CheckpointError: there is nothing there and it is no name on the hub, or the hub cannot be
            reached.
    """
    for spec in CATALOGUE:
        if spec.name == path_or_repo:
            path_or_repo = spec.folder() or spec.location
    path = Path(path_or_repo).expanduser()
    if path.exists() or any(path.parent.glob(path.name + ".index")):
        return path
    repository = Repository.parse(str(path_or_repo))
    if repository is None or path.parent.is_dir():
        raise CheckpointError(
            f"there is no {path}: give a file, a folder, the prefix of a TensorFlow checkpoint, "
            'or "owner/name" of a repository on the Hugging Face hub'
        )
    return download(repository, progress=progress)


def download(repository: Repository, *, progress: Progress | None = None) -> Path:
    """The folder of a repository's checkpoint on this machine; what is there already is kept.

    Raises:
        CheckpointError: there is no such repository or no checkpoint in it, it cannot be reached
            and is not there from before, or a file does not have the checksum that the hub says.
    """
    from huggingface_hub import hf_hub_download, snapshot_download
    from huggingface_hub.errors import DryRunError, GatedRepoError, HfHubHTTPError

    patterns = [*SETTINGS, *(pattern for kind in WEIGHTS for pattern in kind)]
    try:
        listing = snapshot_download(
            repository.name,
            revision=repository.revision,
            allow_patterns=patterns,
            dry_run=True,
            tqdm_class=_Meter(None, 0).bar(),
        )
        files = {file.filename: file for file in listing}
        wanted = choose(files, repository)
        new = [name for name in wanted if files[name].will_download]
        meter = _Meter(progress, sum(files[name].file_size or 0 for name in new))
        for name in wanted:
            path = hf_hub_download(
                repository.name, name, revision=files[name].commit_hash, tqdm_class=meter.bar()
            )
            if name in new:
                verify(Path(path))
    except DryRunError as error:
        return _from_before(repository, error)
    except GatedRepoError as error:
        raise CheckpointError(
            f"{repository} asks for its licence to be accepted: do so on its page, then set "
            "HF_TOKEN to a token of yours"
        ) from error
    except (HfHubHTTPError, OSError) as error:
        raise CheckpointError(_unreachable(repository, error)) from error
    return Path(path).parents[name.count("/")]


def choose(names: Iterable[str], repository: Repository) -> list[str]:
    """Settings, vocabulary, and the weights in the best of the formats that there are.

    Raises:
        CheckpointError: there are no weights.
    """
    names = sorted(names)
    for kind in WEIGHTS:
        weights = _matching(names, kind)
        # A file with everything comes before shards of the same.
        whole = [name for name in weights if name in ("model.safetensors", "pytorch_model.bin")]
        if weights:
            return [*_matching(names, SETTINGS), *(whole or weights)]
    raise CheckpointError(
        f"{repository} has no weights that are read here; looked for "
        + ", ".join(pattern for kind in WEIGHTS for pattern in kind)
    )


def _matching(names: Iterable[str], patterns: Sequence[str]) -> list[str]:
    return [
        name
        for name in names
        if any(fnmatch(name, p) and name.count("/") == p.count("/") for p in patterns)
    ]


def verify(file: Path) -> None:
    """Compare a large file with its checksum, which the hub's cache has for the name of its blob.

    Raises:
        CheckpointError: it is not what the hub has; it is deleted, to be fetched again.
    """
    blob = file.resolve()
    if not _SHA256.fullmatch(blob.name):
        return
    with blob.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != blob.name:
        blob.unlink()
        raise CheckpointError(
            f"{file.name} arrived damaged (SHA-256 {found}, not {blob.name}); fetch it again"
        )


def _from_before(repository: Repository, error: Exception) -> Path:
    """The files that were fetched before, where the hub cannot be reached."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    for kind in WEIGHTS:
        try:
            folder = Path(
                snapshot_download(
                    repository.name,
                    revision=repository.revision,
                    allow_patterns=list(kind),
                    local_files_only=True,
                )
            )
        except LocalEntryNotFoundError:
            continue
        if any(any(folder.glob(pattern)) for pattern in kind):
            return folder
    raise CheckpointError(_unreachable(repository, error.__cause__ or error)) from error


def _unreachable(repository: Repository, error: BaseException) -> str:
    reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return (
        f"{repository} cannot be fetched from the Hugging Face hub ({reason}). Needed are its "
        "config.json, its vocabulary (vocab.txt, tokenizer.json, vocab.json, *.model) "
        f"and its weights ({', '.join(kind[0] for kind in WEIGHTS)}): get them on another machine, "
        "put them in one folder, and give that folder in place of the name. HF_ENDPOINT names a "
        "mirror; HF_HUB_OFFLINE must not be set"
    )


class _Meter:
    """Counts the bytes of several files, one after the other, from huggingface_hub's own bars."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def bar(self) -> type[Any]:
        """The class of a silent bar for one more file."""
        from huggingface_hub.utils.tqdm import tqdm

        meter, before = self, self._done
        untyped: Any = tqdm

        class Bar(untyped):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **{**kwargs, "disable": True})
                self.count = kwargs.get("initial") or 0

            def update(self, n: float | None = 1) -> None:
                self.count += int(n or 0)
                meter._advance(before + self.count)

        return Bar

    def _advance(self, done: int) -> None:
        # Some files have two bars, of bytes that arrived and of bytes that were written.
        if done > self._done and self._progress is not None:
            self._progress(min(done, self._total), self._total)
        self._done = max(self._done, done)
