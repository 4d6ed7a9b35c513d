"""Few-shot prompts: relations, their items and templates."""
