"""One loaded copy of each model for everybody: found, loaded and counted here.

Nothing of a model is read or imported before it is loaded, so a page can be shown, and
`python -m engine models` can answer, without TensorFlow.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final

from engine.models import hub, memory
from engine.models.catalogue import CATALOGUE, ModelSpec
from engine.models.errors import ModelError, UnknownModelError

logger = logging.getLogger(__name__)

#: Bundled weights are int8 or float16 on disk and float32 in memory: at most four times as large.
MEMORY_PER_BYTE: Final = 4


class State(StrEnum):
    """Where a model stands."""

    ABSENT = "absent"  # its files are not on this machine
    REMOTE = "remote"  # they are to be fetched from the hub once somebody asks for the model
    WAITING = "waiting"  # they are; it loads when its turn comes or somebody asks for it
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class ModelStatus:
    """What there is to know about a model now.

    Attributes:
        bytes: size of its files.
        device: what it runs on, once it is ready.
        seconds: how long loading took, or has taken so far.
        error: why it failed.
    """

    name: str
    state: State
    bytes: int
    device: str | None = None
    seconds: float | None = None
    error: str | None = None


class _Entry:
    """A model's spec, its lock, and what is loaded of it."""

    def __init__(self, spec: ModelSpec, folder: Path | None) -> None:
        self.spec = spec
        self.folder = folder
        self.lock = Lock()
        self.model: Any = None
        self.started = 0.0
        self.status = ModelStatus(spec.name, State.WAITING, 0)


class Models:
    """The models of a catalogue, each loaded at most once. Safe to use from several threads.

    Args:
        catalogue: the models there are.
        folder: a folder that is looked into first: its NAME/ stands in for the catalogue's
            location of that model.
        budget: bytes that preload() may fill; by default half of the memory that this
            process may use.
    """

    def __init__(
        self,
        catalogue: Iterable[ModelSpec] = CATALOGUE,
        *,
        folder: Path | None = None,
        budget: int | None = None,
    ) -> None:
        self.budget = memory.available() // 2 if budget is None else budget
        self._entries = {spec.name: _Entry(spec, _locate(spec, folder)) for spec in catalogue}

    @property
    def names(self) -> tuple[str, ...]:
        """The models' names, in the catalogue's order."""
        return tuple(self._entries)

    def spec(self, name: str) -> ModelSpec:
        """The catalogue's line. Raises UnknownModelError."""
        return self._entry(name).spec

    def folder(self, name: str) -> Path | None:
        """Where the model's files are on this machine; None if they are to be downloaded."""
        return self._entry(name).folder

    def get(self, name: str) -> Any:
        """The model, loaded if it is not; a second caller waits for the first.

        Raises UnknownModelError, or ModelError where loading fails (the next call tries again).
        """
        entry = self._entry(name)
        with entry.lock:
            if entry.model is None:
                self._load(entry)
            return entry.model

    def status(self, name: str | None = None) -> list[ModelStatus]:
        """Of one model or of all, without waiting for any that is being loaded."""
        entries = self._entries.values() if name is None else [self._entry(name)]
        return [_current(entry) for entry in entries]

    def preload(self, names: Iterable[str] | None = None) -> Thread:
        """Load models one after another in a thread of its own, as far as the budget goes.

        Args:
            names: which ones, most wanted first; by default all that need not be downloaded.

        Raises UnknownModelError. Failures to load are logged and show in status().
        """
        wanted = self.names if names is None else tuple(names)
        entries = [self._entry(name) for name in wanted]
        if names is None:
            entries = [entry for entry in entries if _current(entry).state is State.WAITING]
        chosen = ", ".join(entry.spec.name for entry in entries) or "no model"
        logger.info("preloading %s, within %s of memory", chosen, memory.readable(self.budget))
        thread = Thread(target=self._preload, args=(entries,), name="preload", daemon=True)
        thread.start()
        return thread

    def _entry(self, name: str) -> _Entry:
        try:
            return self._entries[name]
        except KeyError:
            known = ", ".join(self._entries)
            raise UnknownModelError(f"no model {name!r}; there are: {known}") from None

    def _preload(self, entries: list[_Entry]) -> None:
        for entry in entries:
            need = _memory(entry)
            ready = (e for e in self._entries.values() if e.status.state is State.READY)
            used = sum(_memory(other) for other in ready if other is not entry)
            if used + need > self.budget:
                logger.warning(
                    "%s: not preloaded, %s of memory would pass the budget of %s",
                    *(entry.spec.name, memory.readable(need), memory.readable(self.budget)),
                )
                continue
            try:
                self.get(entry.spec.name)
            except ModelError as error:
                logger.error("%s", error)

    def _load(self, entry: _Entry) -> None:
        spec = entry.spec
        entry.started = time.monotonic()
        entry.status = replace(_current(entry), state=State.LOADING, error=None)
        logger.info("%s: loading (%s, %s)", spec.name, spec.source, spec.location)
        try:
            entry.folder = entry.folder or hub.locate(spec.location)
            if not entry.folder.is_dir():
                raise FileNotFoundError(f"{entry.folder} is not there")
            entry.model = _loader(spec.loader)(entry.folder)
            device = str(getattr(entry.model, "device", "CPU"))
        # A loader may fail in any way, and the thread that preloads must outlive it.
        except Exception as error:
            seconds = time.monotonic() - entry.started
            reason = f"{type(error).__name__}: {error}"
            entry.status = ModelStatus(
                spec.name, State.FAILED, entry.status.bytes, seconds=seconds, error=reason
            )
            raise ModelError(f"{spec.name} cannot be loaded: {reason}") from error
        seconds = time.monotonic() - entry.started
        size = memory.folder_bytes(entry.folder)
        entry.status = ModelStatus(spec.name, State.READY, size, device, seconds)
        logger.info(
            "%s: ready in %.1f s, %s on %s", spec.name, seconds, memory.readable(size), device
        )


def _locate(spec: ModelSpec, folder: Path | None) -> Path | None:
    if folder is not None and (folder / spec.name).is_dir():
        return folder / spec.name
    return spec.folder()


def _current(entry: _Entry) -> ModelStatus:
    """The status now: files may have come or gone, and loading takes longer and longer."""
    status = entry.status
    if status.state is State.LOADING:
        return replace(status, seconds=time.monotonic() - entry.started)
    if status.state is not State.WAITING:
        return status
    if entry.folder is None:
        return replace(status, state=State.REMOTE)
    if not entry.folder.is_dir():
        return replace(status, state=State.ABSENT)
    return replace(status, bytes=memory.folder_bytes(entry.folder))


def _memory(entry: _Entry) -> int:
    """Bytes that the loaded model takes: as it was counted, or by the size of its files, which
    nobody knows before they are downloaded."""
    return entry.spec.memory() or MEMORY_PER_BYTE * _current(entry).bytes


def _loader(path: str) -> Callable[[Path], Any]:
    module, _, attributes = path.partition(":")
    found: Any = import_module(module)
    for attribute in attributes.split("."):
        found = getattr(found, attribute)
    loader: Callable[[Path], Any] = found
    return loader
