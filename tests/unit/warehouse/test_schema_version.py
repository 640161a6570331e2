from alembic.script import ScriptDirectory

from warehouse.migration import alembic_config
from warehouse.schema_version import HEAD


def test_the_version_known_without_alembic_is_the_last_migration() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [HEAD]


def test_migrations_form_one_line_without_gaps() -> None:
    scripts = list(ScriptDirectory.from_config(alembic_config()).walk_revisions())
    assert sorted(script.revision for script in scripts) == [f"{n:04d}" for n in range(1, len(scripts) + 1)]
