"""The HTTP API: Flask over the materialised views, one read per lookup."""
