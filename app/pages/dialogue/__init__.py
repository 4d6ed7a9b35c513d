"""What the dialogue page stands on: a conversation, its replies, how they are shown and kept."""
