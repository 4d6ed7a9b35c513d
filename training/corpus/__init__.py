"""Text corpora as packs of tokens."""
