"""The xiangqi model."""
