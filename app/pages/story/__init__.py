"""What the story page stands on: a visitor's desk, how it is shown, what comes in and out."""
