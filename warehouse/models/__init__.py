"""All tables, and the only ones. Other rooms import rows from here; migrations compare the database with these."""

from sqlmodel import SQLModel

from warehouse.models.alerts import AlertRow, AlertStepRow, AlertTicketRow
from warehouse.models.base import NAME, NUMBER, from_json, now_utc, to_json
from warehouse.models.checks import SpotCheckRow
from warehouse.models.jobs import BatchRow, ExportRow, MetricRow, OwnerStatRow, QuarantineRow, StageRow, SwitchRow
from warehouse.models.outbox import AnnouncementRow, MessageRow
from warehouse.models.people import AccountRow, AuditRow, LoginRow, MutexRow
from warehouse.models.repeats import BlockKeyRow, FingerprintRow, IssueActionRow, IssueRow, LinkRow, TieRow
from warehouse.models.tickets import (
    ClaimRow,
    DecisionRow,
    EventRow,
    PartyRow,
    SealedRow,
    SearchTextRow,
    TicketRow,
    TicketVersionRow,
    TriageRow,
)

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "NAME",
    "NUMBER",
    "AccountRow",
    "AlertRow",
    "AlertStepRow",
    "AlertTicketRow",
    "AnnouncementRow",
    "AuditRow",
    "BatchRow",
    "BlockKeyRow",
    "ClaimRow",
    "DecisionRow",
    "EventRow",
    "ExportRow",
    "FingerprintRow",
    "IssueActionRow",
    "IssueRow",
    "LinkRow",
    "LoginRow",
    "MessageRow",
    "MetricRow",
    "MutexRow",
    "OwnerStatRow",
    "PartyRow",
    "QuarantineRow",
    "SealedRow",
    "SearchTextRow",
    "SpotCheckRow",
    "StageRow",
    "SwitchRow",
    "TicketRow",
    "TicketVersionRow",
    "TieRow",
    "TriageRow",
    "from_json",
    "now_utc",
    "to_json",
]
