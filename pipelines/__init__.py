"""Launchable jobs: one package each, with its options, its graph and its command."""
