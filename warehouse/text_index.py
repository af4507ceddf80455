"""The index of search (检索索引): which tickets hold a word, without reading every text.

Chinese has no spaces and most search words have two characters, too short for trigrams. So the index holds every pair
of neighbouring characters of a folded text: a word of two is one lookup, a longer one the tickets that hold all its
pairs, which the text itself then confirms. The answer is that of reading every text, only sooner.

SQLite keeps the pairs in the FTS5 table ``text_search`` (made by migration 0006, filled here, because SQLite cannot cut
pairs itself); PostgreSQL reckons them in an index of its own over ``search_grams(body)`` and needs nothing from here.
Both hold masked text only. Another database reads every text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import add
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col, func, select

from warehouse.models import SearchTextRow
from warehouse.upsert import chunks

LOADED: Final = 2000
"""Texts of one transaction step while the index is made anew."""
MOST: Final = 24
"""Pairs of one word that the index is asked for; FTS5 takes 256 terms, and the text confirms the rest."""
_END: Final = "\ue0ff"
_NUMBER: Final = "\ue0fe"
# FTS5's tokenizer `ascii` parts at ASCII signs and keeps all others: signs move to the private area to be kept as well
_SIGNS: Final = {code: chr(0xE000 + code) for code in range(128) if not chr(code).isalnum()}
_INDEX: Final = sa.table("text_search", sa.column("rowid", sa.Integer))
_PLACES: Final = sa.table("text_search_ticket", sa.column("id", sa.Integer), sa.column("ticket_no", sa.String))


def pairs(text: str) -> set[str]:
    """Every two neighbouring characters of a folded text, and the last with an end mark: what FTS5 gets as tokens."""
    signs = text.translate(_SIGNS)
    return set(map(add, signs, signs[1:] + _END))


def index_texts(session: Session, texts: Sequence[tuple[str, str]]) -> None:
    """Put (ticket number, folded text) into SQLite's index in place of what it held of them. Does not commit.

    A changed ticket gets a new place and its old one leads nowhere: an index without the texts cannot take words out.
    """
    if session.get_bind().dialect.name != "sqlite" or not texts:
        return
    index_on(session.connection(), texts)


def index_on(connection: sa.Connection, texts: Iterable[tuple[str, str]]) -> None:
    """:func:`index_texts` on a plain connection, for the migration that first fills the index."""
    place = sa.text("INSERT OR REPLACE INTO text_search_ticket (ticket_no) VALUES (:number)")
    fill = sa.text("INSERT INTO text_search (rowid, grams) VALUES (:id, :grams)")
    for part in chunks(texts, LOADED):
        newest = dict(part)
        connection.execute(place, [{"number": number} for number in newest])
        for numbers in chunks(newest):
            found = connection.execute(
                sa.select(_PLACES.c.id, _PLACES.c.ticket_no).where(_PLACES.c.ticket_no.in_(numbers))
            ).all()
            rows = [{"id": at, "grams": _tokens(number, newest[number])} for at, number in found]
            connection.execute(fill, rows)


def _tokens(number: str, text: str) -> str:
    return " ".join((*pairs(text), _NUMBER + number.translate(_SIGNS)))


def holding(session: Session, words: Sequence[str]) -> Any:
    """A query for the numbers of the tickets that hold every one of ``words`` (folded, not empty) in title or
    content, or begin with it in their number."""
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        places = sa.select(_INDEX.c.rowid).where(
            sa.text("text_search MATCH :jiesu_words").bindparams(jiesu_words=" AND ".join(map(_asked, words)))
        )
        near = sa.select(_PLACES.c.ticket_no).where(_PLACES.c.id.in_(places))
        doubtful = [word for word in words if not _exact(word)]
        if not doubtful:
            return near
        return select(SearchTextRow.ticket_no).where(
            col(SearchTextRow.ticket_no).in_(near), *(holds(session, word) for word in doubtful)
        )
    conditions = [holds(session, word) for word in words]
    if dialect == "postgresql":
        conditions += [_near(word) for word in words if len(word) > 1]
    return select(SearchTextRow.ticket_no).where(*conditions)


def holds(session: Session, word: str) -> sa.ColumnElement[bool]:
    """Whether a text or a number holds ``word``, by reading it: what the index must agree with."""
    body = col(SearchTextRow.body)
    if session.get_bind().dialect.name == "sqlite":
        inside = func.instr(body, word) > 0  # LIKE is slower here, and folds letters that are folded already
    else:
        inside = body.contains(word, autoescape=True)
    return sa.or_(inside, func.lower(SearchTextRow.ticket_no).startswith(word, autoescape=True))


def _exact(word: str) -> bool:
    """Whether the index alone decides: one pair, and no sign that could be mistaken for a moved one."""
    return len(word) <= 2 and word.isalnum()


def _asked(word: str) -> str:
    """The word in FTS5's query language; moved signs leave no quotation mark to escape."""
    signs = word.translate(_SIGNS)
    two = list(dict.fromkeys(map(add, signs, signs[1:])))[:MOST]
    inside = " AND ".join(f'"{pair}"' for pair in two) or f'"{signs}" *'
    return f'(({inside}) OR "{_NUMBER}{signs}" *)'


def _near(word: str) -> sa.ColumnElement[bool]:
    wanted = sa.cast(sorted(set(map(add, word, word[1:]))), postgresql.ARRAY(sa.Text))
    return sa.or_(
        func.search_grams(SearchTextRow.body).op("@>", is_comparison=True)(wanted),
        func.lower(SearchTextRow.ticket_no).startswith(word, autoescape=True),
    )
