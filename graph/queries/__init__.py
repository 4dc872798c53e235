"""SPARQL queries, one question a file."""
