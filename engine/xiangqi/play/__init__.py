"""The opponent: its network, search, levels, and UCI for other programs."""
