"""The xiangqi board, its model and its players."""
