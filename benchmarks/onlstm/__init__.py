"""Syntax trees of ON-LSTM models."""
