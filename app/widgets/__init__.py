"""Factories of components that gradio does not have, each a gr.HTML with a constant template."""
