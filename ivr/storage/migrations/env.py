"""Alembic's entry: migrates the connection that `migrating.upgrade` hands over, in its transaction."""

from alembic import context

from ivr.storage.mapping import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
