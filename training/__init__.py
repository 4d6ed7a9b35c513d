"""Scripts that make the bundled models; the application never imports them."""
