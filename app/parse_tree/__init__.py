"""What the parse-tree page stands on: what is read, which trees are drawn, what comes in and out."""
