"""Search (检索): words in title, content or number, with the same filters as every list."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from classify.ticket import InputError
from warehouse.models import TicketRow, TicketVersionRow, now_utc
from warehouse.scope import Scope
from warehouse.views.filters import Filters, Page, scoped
from warehouse.views.queue import QueueItem, tickets_page

MOST_WORDS = 8
"""Words of one search; each costs a pass over the texts."""


def search(
    session: Session,
    scope: Scope,
    text: str,
    filters: Filters | None = None,
    page: int = 1,
    size: int = 50,
    now: datetime | None = None,
) -> Page[QueueItem]:
    """Tickets in scope whose newest title, content or number holds every word of ``text``, newest first.

    Words are split at spaces; %, _ and \\ stand for themselves; case of Latin letters does not count. An empty text
    leaves the filters alone. Raises InputError for more than 8 words.
    """
    moment = now or now_utc()
    conditions = scoped(scope, filters or Filters(), moment)
    words = text.split()
    if len(words) > MOST_WORDS:
        raise InputError("检索词太多", value=str(len(words)), allowed=f"不超过 {MOST_WORDS} 个,用空格分开")
    for word in words:
        conditions.append(_holds(word))
    order = [col(TicketRow.received_at).desc(), col(TicketRow.ticket_no).desc()]
    return tickets_page(session, conditions, order, page, size, moment)


def _holds(word: str) -> sa.ColumnElement[bool]:
    in_text = sa.exists().where(
        col(TicketVersionRow.ticket_no) == col(TicketRow.ticket_no),
        col(TicketVersionRow.version) == col(TicketRow.version),
        sa.or_(
            col(TicketVersionRow.content).icontains(word, autoescape=True),
            col(TicketVersionRow.title).icontains(word, autoescape=True),
        ),
    )
    return sa.or_(col(TicketRow.ticket_no).startswith(word, autoescape=True), in_text)
