"""Training of word vectors: CBOW and skip-gram, with three ways to predict a word."""
