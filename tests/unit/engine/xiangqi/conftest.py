from hypothesis import settings

# A busy machine is no failure: examples are small, and what is slow shows in --durations.
settings.register_profile("xiangqi", deadline=None)
settings.load_profile("xiangqi")
