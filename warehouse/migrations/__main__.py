"""Writes the next migration from the difference between the database of the settings and the models."""

from __future__ import annotations

import sys

from alembic import command

from warehouse.engine import alembic_config

if __name__ == "__main__":
    number, message = sys.argv[1:3]
    command.revision(alembic_config(), message=message, autogenerate=True, rev_id=number)
