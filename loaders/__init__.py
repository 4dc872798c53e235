"""From files to documents and claims."""
