"""How Alembic reaches the database: through the site's own engine."""

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def run():
    """Migrate in one transaction, so that a step that fails leaves nothing half done."""
    with db.engine.connect().execution_options(writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            compare_type=True,
            render_as_batch=True,
            user_module_prefix="halo_admin.db.",
        )
        with context.begin_transaction():
            context.run_migrations()


run()
