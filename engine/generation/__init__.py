"""From a model's next-token distribution to text: sampling, search, streams, batches."""
