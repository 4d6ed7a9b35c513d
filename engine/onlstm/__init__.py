"""Ordered-neurons language models: from raw text to distances between words, gates and trees."""
