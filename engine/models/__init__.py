"""Models: which there are, where their files lie, each loaded once; devices, memory, errors.

All rooms of the engine stand on this one, and it on none: a model's loader is named in a string.
"""
