"""Questions over claims: store, consolidation, network, analysis, views and services."""
