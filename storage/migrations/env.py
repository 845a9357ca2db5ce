"""What Alembic runs; `storage.schema` hands it the open connection."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite's as well: it begins and ends with the connection's own transaction.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
