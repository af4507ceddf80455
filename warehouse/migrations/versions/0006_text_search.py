"""index of search: pairs of characters, in FTS5 on SQLite and in a GIN index on PostgreSQL"""

import sqlalchemy as sa
from alembic import op

from warehouse.text_index import index_on

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

SQLITE = (
    # without AUTOINCREMENT a place could be given twice, and stale words would lead to another ticket
    'CREATE TABLE text_search_ticket (id INTEGER PRIMARY KEY AUTOINCREMENT, ticket_no VARCHAR(64) NOT NULL UNIQUE)',
    "CREATE VIRTUAL TABLE text_search USING fts5"
    "(grams, content='', detail='none', columnsize=0, tokenize='ascii')",
)
POSTGRESQL = (
    "CREATE FUNCTION search_grams(body text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ "
    "SELECT coalesce(array_agg(DISTINCT one || two), '{}') FROM (SELECT one, lead(one) OVER (ORDER BY place) AS two "
    "FROM unnest(string_to_array(body, NULL)) WITH ORDINALITY AS letters(one, place)) AS pairs "
    "WHERE two IS NOT NULL $$",
    'CREATE INDEX text_search_grams ON search_text USING gin (search_grams(body))',
    'CREATE INDEX text_search_number ON search_text (lower(ticket_no) text_pattern_ops)',
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        for statement in POSTGRESQL:
            op.execute(statement)
        return
    for statement in SQLITE:
        op.execute(statement)
    rows = connection.execute(sa.text('SELECT ticket_no, body FROM search_text')).yield_per(2000)
    index_on(connection, ((number, body or '') for number, body in rows))


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP INDEX text_search_number')
        op.execute('DROP INDEX text_search_grams')
        op.execute('DROP FUNCTION search_grams(text)')
        return
    op.execute('DROP TABLE text_search')
    op.execute('DROP TABLE text_search_ticket')
