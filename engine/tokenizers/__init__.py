"""Text in, token ids out, and back: the vocabularies of the published models and our own."""
