"""Search (检索): words in title, content or number, with the same filters as every list."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func

from classify.text import fold
from classify.ticket import InputError
from warehouse.models import TicketRow, now_utc
from warehouse.scope import Scope
from warehouse.text_index import holding
from warehouse.upsert import storable
from warehouse.views.filters import Filters, Page, count, cut, scoped
from warehouse.views.queue import QueueItem, tickets_page

MOST_WORDS = 8
"""Words of one search; a long sentence is no search."""


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

    Words are split at spaces; %, _ and \\ stand for themselves; case of Latin letters and traditional script do
    not count. An empty text leaves the filters alone. Raises InputError for more than 8 words.
    """
    moment = now or now_utc()
    wanted = filters or Filters()
    conditions = scoped(scope, wanted, moment)
    words = list(dict.fromkeys(fold(word) for word in (storable(text) or "").split()))
    if len(words) > MOST_WORDS:
        raise InputError("检索词太多", value=str(len(words)), allowed=f"不超过 {MOST_WORDS} 个,用空格分开")
    order = [col(TicketRow.received_at).desc(), col(TicketRow.ticket_no).desc()]
    if not words:
        return tickets_page(session, conditions, order, page, size, moment)
    offset, limit = cut(page, size)
    conditions.append(col(TicketRow.ticket_no).in_(holding(session, words)))
    # one pass for the count and the page alike
    found = session.execute(
        sa.select(col(TicketRow.ticket_no), func.count().over())
        # SQLite would take the key's own index and read every hit's row, scattered over the whole file
        .with_hint(TicketRow, "INDEXED BY ix_ticket_search", "sqlite")
        .where(*conditions)
        .order_by(*order)
        .offset(offset)
        .limit(limit)
    ).all()
    if not found:
        return Page((), count(session, *conditions) if offset else 0, page, size)
    here = [*scoped(scope, wanted, moment), col(TicketRow.ticket_no).in_([row[0] for row in found])]
    return Page(tickets_page(session, here, order, 1, size, moment).rows, int(found[0][1]), page, size)
