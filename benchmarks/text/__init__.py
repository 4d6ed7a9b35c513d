"""The bundled text models on held-out text."""
