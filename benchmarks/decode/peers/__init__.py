"""The runtimes that benchmarks/decode sets side by side, one module and one process each.

A module imports its own library, numpy and safetensors, and nothing of the engine (but ours.py):
each runs under the interpreter of the environment that its library needs.
"""
