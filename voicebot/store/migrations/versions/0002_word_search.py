"""Words spoken in calls can be searched: an index that the database keeps in step with the turns."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The two spaces behind each text let the last one and two characters begin a trigram too.
SQLITE = (
    "CREATE VIRTUAL TABLE turn_search USING fts5(text, content='', tokenize='trigram')",
    "CREATE VIRTUAL TABLE turn_search_terms USING fts5vocab('turn_search', 'instance')",
    """CREATE TRIGGER turn_search_insert AFTER INSERT ON turns BEGIN
        INSERT INTO turn_search(rowid, text) VALUES (new.id, new.text || '  ');
    END""",
    """CREATE TRIGGER turn_search_delete AFTER DELETE ON turns BEGIN
        INSERT INTO turn_search(turn_search, rowid, text) VALUES ('delete', old.id, old.text || '  ');
    END""",
    """CREATE TRIGGER turn_search_update AFTER UPDATE OF text ON turns WHEN old.text <> new.text BEGIN
        INSERT INTO turn_search(turn_search, rowid, text) VALUES ('delete', old.id, old.text || '  ');
        INSERT INTO turn_search(rowid, text) VALUES (new.id, new.text || '  ');
    END""",
    "INSERT INTO turn_search(rowid, text) SELECT id, text || '  ' FROM turns",
)
POSTGRESQL = (
    """CREATE FUNCTION search_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(array_agg(DISTINCT gram), '{}') FROM (
            SELECT unnest(ARRAY[c, c || lead(c) OVER (ORDER BY place)]) AS gram
            FROM unnest(string_to_array(lower(words), NULL)) WITH ORDINALITY AS characters(c, place)
        ) AS grams WHERE gram IS NOT NULL
    $$""",
    "CREATE INDEX turn_search ON turns USING gin (search_grams(text))",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER turn_search_{what}")
        op.execute("DROP TABLE turn_search_terms")
        op.execute("DROP TABLE turn_search")
    else:
        op.execute("DROP INDEX turn_search")
        op.execute("DROP FUNCTION search_grams(text)")
