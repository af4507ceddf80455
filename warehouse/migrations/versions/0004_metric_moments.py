"""indexes on the moments that metrics are reckoned over"""

from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

MOMENTS = {'due': 'due_at', 'dispatched': 'dispatched_at', 'closed': 'closed_at', 'visited': 'visited_at'}


def upgrade() -> None:
    for name, column in MOMENTS.items():
        op.create_index(f'ix_ticket_{name}', 'ticket', [column])


def downgrade() -> None:
    for name in MOMENTS:
        op.drop_index(f'ix_ticket_{name}', table_name='ticket')
