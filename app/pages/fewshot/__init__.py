"""What is behind the few-shot page."""
