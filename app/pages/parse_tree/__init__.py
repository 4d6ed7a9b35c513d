"""What the parse-tree page stands on: what is read, what is drawn, what comes in and out."""
