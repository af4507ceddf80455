"""Actions on issues are found by their first ticket, ties by either ticket"""

import json

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('issue_action', schema=None) as batch_op:
        batch_op.add_column(sa.Column('anchor', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True))
        batch_op.create_index('ix_issue_action_anchor', ['anchor', 'kind'], unique=False)
    with op.batch_alter_table('tie', schema=None) as batch_op:
        batch_op.create_index('ix_tie_high', ['high'], unique=False)
    action = sa.table('issue_action', sa.column('id'), sa.column('anchor'), sa.column('tickets'))
    connection = op.get_bind()
    for number, tickets in connection.execute(sa.select(action.c.id, action.c.tickets)).all():
        first = next(iter(json.loads(tickets)), None)
        connection.execute(sa.update(action).where(action.c.id == number).values(anchor=first))


def downgrade() -> None:
    with op.batch_alter_table('tie', schema=None) as batch_op:
        batch_op.drop_index('ix_tie_high')
    with op.batch_alter_table('issue_action', schema=None) as batch_op:
        batch_op.drop_index('ix_issue_action_anchor')
        batch_op.drop_column('anchor')
