"""Every read query. Each public function takes a :class:`Scope` and answers with frozen rows, never with table rows."""

from warehouse.readings import Reading
from warehouse.scope import RIGHTS, ROLE_TITLES, SYSTEM, Scope
from warehouse.views.alert_curve import AlertCurve, alert_curve
from warehouse.views.alert_outcomes import RuleOutcome, alert_outcomes, newest_alert_day
from warehouse.views.announced import AnnouncementItem, MessageItem, Outbox, announcements_list, outbox
from warehouse.views.drift import Drift, drift
from warehouse.views.filters import Filters, Page, as_dict
from warehouse.views.operations import (
    BatchItem,
    QuarantineItem,
    StageItem,
    batches,
    quarantine_list,
    stages,
)
from warehouse.views.progress import (
    Acceptance,
    ClassAcceptance,
    Deadlines,
    acceptance,
    acceptance_by_class,
    deadlines,
    lanes,
)
from warehouse.views.queue import QueueItem, queue, tickets
from warehouse.views.repeats import ActionItem, IssueDetail, IssueItem, issue_detail, issues_list
from warehouse.views.returns import returns_by_reason
from warehouse.views.search import search
from warehouse.views.ticket import (
    DecisionItem,
    EventItem,
    LinkItem,
    TicketDetail,
    TriageItem,
    VersionItem,
    answer_diff,
    similar_tickets,
    ticket_detail,
)
from warehouse.views.volumes import (
    Count,
    newest_moment,
    volumes_by,
    volumes_by_category,
    volumes_by_day,
    volumes_by_district,
    volumes_by_hour,
)
from warehouse.views.warnings import AlertDetail, AlertItem, StepItem, alert_detail, alerts_list
from warehouse.views.words import keywords_of

__all__ = [
    "RIGHTS",
    "ROLE_TITLES",
    "SYSTEM",
    "Acceptance",
    "ActionItem",
    "AlertCurve",
    "AlertDetail",
    "AlertItem",
    "AnnouncementItem",
    "BatchItem",
    "ClassAcceptance",
    "Count",
    "Deadlines",
    "DecisionItem",
    "Drift",
    "EventItem",
    "Filters",
    "IssueDetail",
    "IssueItem",
    "LinkItem",
    "MessageItem",
    "Outbox",
    "Page",
    "QuarantineItem",
    "QueueItem",
    "Reading",
    "RuleOutcome",
    "Scope",
    "StageItem",
    "StepItem",
    "TicketDetail",
    "TriageItem",
    "VersionItem",
    "acceptance",
    "acceptance_by_class",
    "alert_curve",
    "alert_detail",
    "alert_outcomes",
    "alerts_list",
    "announcements_list",
    "answer_diff",
    "as_dict",
    "batches",
    "deadlines",
    "drift",
    "issue_detail",
    "issues_list",
    "keywords_of",
    "lanes",
    "newest_alert_day",
    "newest_moment",
    "outbox",
    "quarantine_list",
    "queue",
    "returns_by_reason",
    "search",
    "similar_tickets",
    "stages",
    "ticket_detail",
    "tickets",
    "volumes_by",
    "volumes_by_category",
    "volumes_by_day",
    "volumes_by_district",
    "volumes_by_hour",
]
