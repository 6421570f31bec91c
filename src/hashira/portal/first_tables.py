"""The tables of an empty database, made as they are now instead of as they came to be (最初の表).

Applying each migration in turn, Django draws up all models anew for nearly every operation: seconds, which
grow with the square of what there is, before a first start does anything. In a database that has no table
yet, what the models are after the last migration can be made in one go, and it is the same (a test compares
every table, index, constraint and trigger on both databases): ADR 0007.

What a migration does beyond models (``RunPython``, ``RunSQL``: triggers, collations, the index of the search)
is done afterwards in its order. It finds the models as they are at the end and no row; an operation that
needs the models of its own time must be ``elidable``, as for squashing, which leaves it out here.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython, RunSQL


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database has not a single table, not even of somebody else."""
    return not connection.introspection.table_names()


def make_tables(connection: BaseDatabaseWrapper) -> int:
    """Makes everything in one transaction and enters the migrations as applied; gives their number.

    Killed in the middle, it leaves the database as empty as it was.
    """
    executor = MigrationExecutor(connection)
    migrations = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    state = executor.loader.project_state()
    migrated = executor.loader.migrated_apps
    with connection.schema_editor() as editor:
        editor.create_model(executor.recorder.Migration)
        for model in state.apps.get_models(include_swapped=True):
            if model._meta.app_label in migrated and model._meta.can_migrate(connection):
                editor.create_model(model)
        for migration in migrations:
            for operation in migration.operations:
                if isinstance(operation, RunPython | RunSQL) and not operation.elidable:
                    operation.database_forwards(migration.app_label, editor, state, state)
            executor.record_migration(migration)
    return len(migrations)
