"""Many users, one model: continuous batching over one decoder (Yu et al. 2022, "Orca")."""

import atexit
import threading
import weakref
from typing import Final

from engine.generation.jobs import Job, check_prompt
from engine.generation.loop import DecodeLoop
from engine.models import memory
from engine.models.errors import GenerationError, QueueFullError
from engine.transformer.config import TransformerConfig
from engine.transformer.decoder import Decoder
from engine.transformer.language_model import LanguageModel

SLOTS: Final = 16
QUEUE: Final = 64
CACHE_BYTES: Final = 4 * 2**30
"""Most that the keys and values of a shared batcher may take, all slots full; a quarter of the
memory where that is less."""
PREFIX_BYTES: Final = 512 * 2**20


class _Load:
    """Slots that the jobs inside will need; shared with the loop, which outlives the batcher."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.slots = 0

    def done(self, job: Job) -> None:
        """The job is over."""
        with self.lock:
            self.slots -= job.slots


class Batcher:
    """A model's decode loop: jobs join and leave between steps, first come first served.

    It does not keep the model alive, and its thread ends when the model or the batcher is gone.
    All methods may be called from any thread.

    Args:
        slots: texts that are read or written at once.
        queue: how many slots' worth of jobs may wait for one.
        prefill_tokens: tokens of newcomers' prompts that are read between two steps of those who
            are writing: more of them, and newcomers wait less and the others longer.
        prefix_bytes: keys and values that are remembered of past texts, for prompts that begin
            as those did.
    """

    def __init__(
        self,
        model: LanguageModel,
        slots: int = SLOTS,
        queue: int = QUEUE,
        *,
        prefill_tokens: int = 64,
        prefix_bytes: int = PREFIX_BYTES,
    ) -> None:
        for name, value in (("slots", slots), ("prefill_tokens", prefill_tokens)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, not {value}")
        self.slots = slots
        self.queue = queue
        self.config = model.config
        self._load = _Load()
        self._model = reference = weakref.ref(model)
        self._loop = DecodeLoop(
            lambda: _new_decoder(reference, slots),
            *(slots, prefill_tokens, prefix_bytes, self._load.done),
        )
        self._thread = threading.Thread(
            target=self._loop.serve, name=f"decode {model.name}", daemon=True
        )
        self._closed = False
        for needed in (model, self):
            # No lock here: the collector may call this in the middle of anything.
            weakref.finalize(needed, self._loop.inbox.put, None).atexit = False
        _BATCHERS.add(self)

    def submit(self, job: Job) -> None:
        """Let a job in; what it hands out appears in its outbox.

        Raises PromptError for a prompt that the model cannot read, QueueFullError, and
        GenerationError once closed, if the model is gone or if the job needs more slots than there
        are.
        """
        # Held until the job is in: the loop ends with the model, and answers what came before.
        model = _alive(self._model)
        check_prompt(job.prompt, self.config)
        if job.slots > self.slots:
            raise GenerationError(f"{job.slots} slots are needed, and there are {self.slots}")
        with self._load.lock:
            if self._closed:
                raise GenerationError("the model was closed: load it again")
            if self._load.slots + job.slots > self.slots + self.queue:
                raise QueueFullError("too many are waiting already: try again in a moment")
            if self._thread.ident is None:
                self._thread.start()
                _THREADS.add(self._thread)
            self._load.slots += job.slots
            self._loop.inbox.put(job)
        del model

    @property
    def load(self) -> int:
        """Slots taken or waited for."""
        return self._load.slots

    def close(self) -> None:
        """End all jobs and the thread, and wait for it; closing again does nothing."""
        with self._load.lock:
            self._closed = True
            self._loop.inbox.put(None)
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()


_BATCHERS: Final[weakref.WeakSet[Batcher]] = weakref.WeakSet()
_THREADS: Final[weakref.WeakSet[threading.Thread]] = weakref.WeakSet()
_SHARED: Final[weakref.WeakKeyDictionary[LanguageModel, Batcher]] = weakref.WeakKeyDictionary()
_SHARED_LOCK: Final = threading.Lock()


def shared_batcher(model: LanguageModel) -> Batcher:
    """The model's own batcher, that all who ask this model for something share."""
    with _SHARED_LOCK:
        if model not in _SHARED:
            budget = min(CACHE_BYTES, memory.available() // 4)
            _SHARED[model] = Batcher(model, slots_within(budget, model.config))
        return _SHARED[model]


def slots_within(budget: int, config: TransformerConfig) -> int:
    """How many slots, 1 to SLOTS, fit into a budget of bytes when they are full.

    A token's float32 keys and values are 74 kB in a model of 12 layers of 768, and 655 kB in
    CPM-LM.
    """
    layers = config.num_layers * (2 if config.encoder_layers else 1)
    text = 2 * layers * config.attention_size * 4 * config.max_positions
    return max(1, min(SLOTS, budget // text))


def _new_decoder(reference: "weakref.ref[LanguageModel]", slots: int) -> Decoder:
    return _alive(reference).decoder(slots)


def _alive(reference: "weakref.ref[LanguageModel]") -> LanguageModel:
    model = reference()
    if model is None:
        raise GenerationError("the model was unloaded: load it again")
    return model


@atexit.register
def _close_all() -> None:
    """Python must not take the libraries down under a thread that is computing."""
    for batcher in list(_BATCHERS):
        batcher.close()
    for thread in list(_THREADS):  # a batcher that is gone has asked its thread to end
        thread.join()
