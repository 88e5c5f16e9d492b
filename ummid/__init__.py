"""Nexus-UMMID: one catalogue of titles and rights out of many partner feeds."""

__version__ = "0.1.0"
