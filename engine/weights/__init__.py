"""Weights in files: mapped tensors, safetensors in shards, int8, and the bundle of our models."""
