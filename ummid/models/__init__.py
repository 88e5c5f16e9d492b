"""Models that read text: embedders and enrichers, with their offline and remote adapters."""
