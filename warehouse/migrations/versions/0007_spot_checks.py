"""spot checks of the machine's answers"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table('spot_check',
    sa.Column('sample', text(length=64), nullable=False),
    sa.Column('ticket_no', text(length=64), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('triage_key', text(length=64), nullable=True),
    sa.Column('category', text(length=64), nullable=True),
    sa.Column('level1', text(length=120), nullable=True),
    sa.Column('level2', text(length=120), nullable=True),
    sa.Column('unit', text(length=120), nullable=True),
    sa.Column('drawn_by', text(length=64), nullable=False),
    sa.Column('drawn_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('class_right', sa.Boolean(), nullable=True),
    sa.Column('unit_right', sa.Boolean(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('judged_by', text(length=64), nullable=True),
    sa.Column('judged_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['ticket_no'], ['ticket.ticket_no'], name=op.f('fk_spot_check_ticket_no')),
    sa.PrimaryKeyConstraint('sample', 'ticket_no', name=op.f('pk_spot_check'))
    )
    op.create_index('ix_spot_check_ticket', 'spot_check', ['ticket_no'])


def downgrade() -> None:
    op.drop_table('spot_check')
