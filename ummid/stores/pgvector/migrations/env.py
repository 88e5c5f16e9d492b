"""Run by Alembic: on the connection that `schema.py` hands over, or as text."""

from alembic import context
from sqlalchemy import text

_LOCK = 0x756D6D6964
"""Of two that bring one database up to date, one waits and then finds nothing to do."""

_given = context.config.attributes

if context.is_offline_mode():
    context.configure(
        dialect_name="postgresql", version_table=_given["versions"], literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    connection = _given["connection"]
    context.configure(connection=connection, version_table=_given["versions"])
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        context.run_migrations()
    connection.commit()
