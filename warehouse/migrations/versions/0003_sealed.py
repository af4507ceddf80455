"""sealed originals"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sealed',
    sa.Column('ticket_no', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_no'], ['ticket.ticket_no'], name=op.f('fk_sealed_ticket_no_ticket')),
    sa.PrimaryKeyConstraint('ticket_no', name=op.f('pk_sealed'))
    )


def downgrade() -> None:
    op.drop_table('sealed')
