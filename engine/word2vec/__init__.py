"""Word vectors: what they say of words, how they are read, measured and trained."""
