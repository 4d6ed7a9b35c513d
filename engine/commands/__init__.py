"""Subcommands of python -m engine, one module each with main(arguments) -> exit status."""
