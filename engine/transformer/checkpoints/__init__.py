"""Readers and writers of weights: names and arrays, no model."""
