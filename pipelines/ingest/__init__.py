"""Partner feeds in, views out, on any Beam runner."""
