"""The command ``nthtier``."""

from graph.cli.app import main

__all__ = ["main"]
