"""How Alembic runs here: the URL comes from the configuration's attributes, the tables from ``warehouse.models``."""

from __future__ import annotations

from alembic import context

from warehouse.engine import make_engine, ours
from warehouse.models import METADATA

with make_engine(context.config.attributes.get("url")).connect() as connection:
    # batch mode: SQLite cannot alter a table, so Alembic copies it
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        include_object=ours,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
