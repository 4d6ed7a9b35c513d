"""ON-LSTM language models."""
