"""Slow, obvious versions of the analysis, to hold the fast ones against."""
