"""Decoding: speed beside peers, precision, and checkpoints of full size."""
