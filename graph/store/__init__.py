"""Stores behind one Protocol."""
