"""Alembic reads this folder: `ummid vectors plan` and `apply`."""
