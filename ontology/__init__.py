"""The words: terms, shapes and the catalogue of known parties and products."""
