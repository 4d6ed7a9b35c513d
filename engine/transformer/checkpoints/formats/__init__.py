"""File formats of published weights, read as data: nothing in them is executed."""
