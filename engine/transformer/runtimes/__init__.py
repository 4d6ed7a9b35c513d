"""What a Transformer's one forward pass runs on."""
