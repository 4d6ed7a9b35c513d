"""What the xiangqi page stands on: a visitor's game, how it is shown, what comes in and out."""
