"""Readers and writers of weights: names and arrays of every published format, no model."""

from engine.transformer.checkpoints.loading import Opened, load_checkpoint, open_weights

__all__ = ["Opened", "load_checkpoint", "open_weights"]
