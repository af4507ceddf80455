"""Reads: pages, volumes, deadlines, search; counted in SQL, ordered, the same on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from classify.ticket import Event, InputError
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse.decisions import Decision, decide
from warehouse.intake import take_events, take_in
from warehouse.views import (
    SYSTEM,
    Filters,
    as_dict,
    deadlines,
    lanes,
    newest_moment,
    queue,
    search,
    similar_tickets,
    ticket_detail,
    tickets,
    volumes_by,
    volumes_by_category,
    volumes_by_day,
    volumes_by_district,
    volumes_by_hour,
)

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture
def week(session: Session, triager: FakeTriager) -> Session:
    """Seven days, a ticket each: 历下 噪声 on even days, 市中 垃圾 on odd ones; two callers; the last at 23:30."""
    made = [
        a_ticket(
            f"T{n}",
            "历下区工地施工噪声 ABC 100%" if n % 2 == 0 else "市中区路邊垃圾 100元",
            NOON + n * DAY + (timedelta(hours=11, minutes=30) if n == 6 else timedelta()),
            caller_key=f"c{n % 2}",
        )
        for n in range(7)
    ]
    take_in(session, triager, made, "B1")
    return session


def test_pages_are_cut_and_counted_in_sql(week: Session) -> None:
    page = tickets(week, SYSTEM, page=2, size=3)
    assert (page.total, page.pages) == (7, 3)
    assert [row.ticket_no for row in page.rows] == ["T3", "T2", "T1"]
    assert tickets(week, SYSTEM, page=9, size=3).rows == ()
    for number, size in ((0, 10), (1, 0), (1, 501)):
        with pytest.raises(InputError, match="页码"):
            tickets(week, SYSTEM, page=number, size=size)


def test_volumes_by_everything(week: Session) -> None:
    days = volumes_by_day(week, SYSTEM, FIRST, LAST)
    assert [(one.key, one.count) for one in days][:2] == [("2026-03-04", 1), ("2026-03-05", 1)]
    assert [(one.key, one.count) for one in volumes_by_hour(week, SYSTEM, FIRST, LAST)] == [("12", 6), ("23", 1)]
    districts = volumes_by_district(week, SYSTEM, FIRST, LAST)
    assert [(one.key, one.count, one.callers) for one in districts] == [("历下区", 4, 1), ("市中区", 3, 1)]
    assert [one.label for one in volumes_by_category(week, SYSTEM, FIRST, LAST)] == ["生态环境", "城市管理"]
    assert volumes_by_category(week, SYSTEM, FIRST, LAST, level=2)[0].label == "生态环境 / 噪声污染"
    assert [(one.key, one.count) for one in lanes(week, SYSTEM, FIRST, LAST)] == [("review", 7)]
    assert volumes_by_day(week, SYSTEM, date(2026, 3, 5), date(2026, 3, 5))[0].count == 1
    with pytest.raises(ValueError, match="no volumes"):
        volumes_by(week, SYSTEM, "title", FIRST, LAST)
    assert newest_moment(week, SYSTEM) == NOON + 6 * DAY + timedelta(hours=11, minutes=30)


def test_every_count_opens_the_tickets_behind_it(week: Session) -> None:
    for one in volumes_by_district(week, SYSTEM, FIRST, LAST):
        assert tickets(week, SYSTEM, Filters(district=one.key)).total == one.count
    for one in volumes_by_category(week, SYSTEM, FIRST, LAST, level=2):
        assert tickets(week, SYSTEM, Filters(category=one.key)).total == one.count
    for one in volumes_by_hour(week, SYSTEM, FIRST, LAST):
        assert tickets(week, SYSTEM, Filters(hour=int(one.key or 0))).total == one.count


def test_deadlines_divide_the_open_tickets(week: Session) -> None:
    take_events(week, [Event("T0", NOON + DAY, "派单", "甲"), Event("T1", NOON + DAY, "办结", "甲")], "B2")
    found = deadlines(week, SYSTEM, NOON + 7 * DAY)
    assert (found.open, found.at_desk, found.with_unit, found.answered, found.total) == (6, 5, 1, 1, 7)
    assert (found.overdue, found.due_today, found.due_tomorrow) == (1, 1, 1)
    assert tickets(week, SYSTEM, Filters(overdue=True), now=NOON + 7 * DAY).total == 1


def test_search_finds_every_word_and_takes_signs_as_they_are(week: Session) -> None:
    assert search(week, SYSTEM, "噪声").total == 4
    assert search(week, SYSTEM, "噪声 历下").total == 4
    assert search(week, SYSTEM, "噪声 市中").total == 0
    assert search(week, SYSTEM, "abc").total == 4
    assert search(week, SYSTEM, "100%").total == 4
    assert search(week, SYSTEM, "路边垃圾").total == 3
    assert search(week, SYSTEM, "_").total == 0
    assert [row.ticket_no for row in search(week, SYSTEM, "t3").rows] == ["T3"]
    assert search(week, SYSTEM, "").total == 7
    page = search(week, SYSTEM, "噪声", Filters(since=date(2026, 3, 6)), page=2, size=1)
    assert (page.total, [row.ticket_no for row in page.rows]) == (3, ["T4"])
    with pytest.raises(InputError, match="检索词"):
        search(week, SYSTEM, "一 二 三 四 五 六 七 八 九")


def test_search_reads_the_newest_version(week: Session, triager: FakeTriager) -> None:
    take_in(week, triager, [a_ticket("T0", "市中区路灯不亮")], "B2")
    assert search(week, SYSTEM, "路灯").total == 1
    assert search(week, SYSTEM, "噪声").total == 3


def test_filters_narrow_the_queue(week: Session) -> None:
    decide(week, Decision("T0", "system", at=NOON), SYSTEM, NOON)
    assert queue(week, SYSTEM).total == 6
    assert queue(week, SYSTEM, Filters(district="历下区")).total == 3
    assert queue(week, SYSTEM, Filters(decided=True)).total == 1
    assert queue(week, SYSTEM, Filters(state="with_unit")).total == 1
    assert queue(week, SYSTEM, Filters(caller="c1", until=date(2026, 3, 5))).total == 1
    assert as_dict(queue(week, SYSTEM).rows[0])["state"] == "待派单"


def test_similar_tickets_share_names_and_words(session: Session, triager: FakeTriager) -> None:
    text = "历下区丽山花园旁的搅拌站夜间施工噪声很大,严重影响居民休息"
    made = [a_ticket(f"S{n}", f"{text}。第{n}次", NOON + n * DAY, title="丽山花园搅拌站夜间施工") for n in range(3)]
    take_in(session, triager, [*made, a_ticket("X", "市中区路灯不亮已经一周")], "B1")
    found = similar_tickets(session, SYSTEM, "S2")
    assert [item.ticket_no for item, _ in found] == ["S1", "S0"]


def test_a_professional_claimant_is_pointed_out_to_people(session: Session, triager: FakeTriager) -> None:
    said = "本人在{}购买食品一份,标签不符合规定,依据食品安全法第一百四十八条要求退一赔十,并依法立案查处"
    shops = ("渔家烧烤店", "福满火锅店", "兄弟包子铺", "鲁家水饺店")
    made = [
        a_ticket(f"C{n}", said.format(shop), NOON + n * DAY, title=f"投诉{shop}销售不合格食品", caller_key="c9")
        for n, shop in enumerate(shops)
    ]
    take_in(session, triager, [*made, a_ticket("T1", "历下区工地施工噪声", NOON, caller_key="c1")], "B1")
    claim = ticket_detail(session, SYSTEM, "C3").claim
    assert claim is not None
    assert "请人工甄别" in claim
    assert ticket_detail(session, SYSTEM, "T1").claim is None
