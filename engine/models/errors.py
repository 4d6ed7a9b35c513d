"""The named errors of the engine, one family; each message says what is wrong and what to do."""


class EngineError(ValueError):
    """Something that whoever asked can do something about."""


class ModelError(EngineError):
    """A model that cannot be had; the message says which and why."""


class UnknownModelError(ModelError):
    """A name that is not in the catalogue."""


class CheckpointError(EngineError):
    """Weights that cannot be read; the message says which file or tensor and why."""


class TokenizerError(EngineError):
    """A vocabulary that cannot be read or does not fit, or a piece or an id that is not in it."""


class GenerationError(EngineError):
    """A request for text that cannot be served as it was made."""


class PromptError(GenerationError):
    """A prompt that is empty or too long for the context."""


class ContextFullError(GenerationError):
    """No room for another token: the model's context is used up."""


class SlotsFullError(GenerationError):
    """Every slot of the decoder is taken."""


class QueueFullError(GenerationError):
    """Too many people are waiting already."""


class DeadlineError(GenerationError):
    """The answer was not ready in the time that was given."""
