"""Ports to storage and their adapters: one contract, several implementations."""
