"""What the pages that write share: models, strategies, drafts, comparison and reading."""
