"""Alembic migrations, numbered, one head. New one: ``python -m warehouse.migrations 0002 "what changes"``."""
