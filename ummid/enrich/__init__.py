"""Enriching titles: every enricher through what is already known, within a budget."""
