"""index of what search sorts and filters its hits by"""

from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

COLUMNS = [
    'ticket_no', 'received_at', 'restricted', 'district', 'street', 'state', 'urgency', 'unit', 'unit_from',
]


def upgrade() -> None:
    op.create_index('ix_ticket_search', 'ticket', COLUMNS)


def downgrade() -> None:
    op.drop_index('ix_ticket_search', table_name='ticket')
