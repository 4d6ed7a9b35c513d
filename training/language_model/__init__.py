"""The bundled text models: a decoder-only Transformer."""
