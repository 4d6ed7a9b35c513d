"""What is behind the word2vec page."""
