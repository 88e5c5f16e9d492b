"""Names of levels that more than one field has."""

UNKNOWN = "?"
"""The level of a field that one of the two does not state."""
