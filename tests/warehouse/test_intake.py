"""What comes in: new, changed, same, rejected; both versions kept; nothing lost to one bad ticket."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from classify.ticket import InputError, Where
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket, current
from warehouse.intake import take_in
from warehouse.models import QuarantineRow, TicketVersionRow, TriageRow
from warehouse.quarantine import Saved, close_batch, open_batch, quarantine
from warehouse.views import SYSTEM, batches, quarantine_list, queue, ticket_detail


def test_a_new_ticket_is_triaged_and_stands_in_the_queue(session: Session, triager: FakeTriager) -> None:
    saved = take_in(session, triager, [a_ticket("T1", "历下区有噪声")], "B1")
    assert (saved.read, saved.new, saved.triaged) == (1, 1, 1)
    page = queue(session, SYSTEM)
    assert page.total == 1
    item = page.rows[0]
    assert (item.ticket_no, item.category, item.district) == ("T1", "0901", "历下区")
    assert (item.unit, item.unit_from, item.state) == ("历下区生态环境局", "machine", "待派单")
    assert current(session, "T1").day.isoformat() == "2026-03-04"


def test_the_same_batch_again_changes_nothing_and_says_so(session: Session, triager: FakeTriager) -> None:
    tickets = [a_ticket(f"T{n}", f"市中区垃圾 {n}") for n in range(5)]
    take_in(session, triager, tickets, "B1")
    seen = triager.seen
    saved = take_in(session, triager, tickets, "B2")
    assert saved == Saved(read=5, same=5)
    assert triager.seen == seen


def test_other_content_is_changed_and_both_versions_are_kept(session: Session, triager: FakeTriager) -> None:
    take_in(session, triager, [a_ticket("T1", "历下区有噪声")], "B1")
    saved = take_in(session, triager, [a_ticket("T1", "历下区垃圾没人收")], "B2")
    assert (saved.new, saved.changed, saved.triaged) == (0, 1, 1)
    detail = ticket_detail(session, SYSTEM, "T1")
    assert [version.content for version in detail.versions] == ["历下区有噪声", "历下区垃圾没人收"]
    assert detail.now.category == "0601"
    assert [one.published for one in detail.answers].count(True) == 1
    assert detail.result is not None
    assert detail.result["category"]["code"] == "0601"


def test_duplicates_inside_one_batch_keep_both_versions(session: Session, triager: FakeTriager) -> None:
    tickets = [a_ticket("T1", "历下区有噪声"), a_ticket("T1", "历下区垃圾"), a_ticket("T1", "历下区垃圾")]
    saved = take_in(session, triager, tickets, "B1")
    assert (saved.read, saved.new, saved.changed, saved.same) == (3, 1, 1, 1)
    assert len(session.exec(select(TicketVersionRow)).all()) == 2
    assert current(session, "T1").category == "0601"


def test_back_to_an_earlier_content_is_a_third_version(session: Session, triager: FakeTriager) -> None:
    for text in ("历下区有噪声", "历下区垃圾", "历下区有噪声"):
        take_in(session, triager, [a_ticket("T1", text)], "B1")
    assert current(session, "T1").version == 3
    assert current(session, "T1").category == "0901"
    assert len([row for row in session.exec(select(TriageRow)) if row.published]) == 1


def test_a_ticket_that_breaks_triage_goes_to_quarantine_alone(session: Session, triager: FakeTriager) -> None:
    saved = take_in(session, triager, [a_ticket("T1"), a_ticket("T2", "坏的文本"), a_ticket("T3")], "B1")
    assert (saved.new, saved.rejected) == (2, 1)
    reason = session.exec(select(QuarantineRow.reason)).one()
    assert reason == "研判出错(RuntimeError)"
    assert take_in(session, triager, [a_ticket("T2", "坏的文本")], "B2").rejected == 1
    assert session.exec(select(QuarantineRow.seen)).one() == 2


def test_a_number_too_long_for_the_database_is_rejected(session: Session, triager: FakeTriager) -> None:
    saved = take_in(session, triager, [a_ticket("9" * 65), a_ticket("T1")], "B1")
    assert (saved.read, saved.new, saved.rejected) == (2, 1, 1)


def test_odd_characters_and_sizes_are_held(session: Session, triager: FakeTriager) -> None:
    texts = {"T1": "一", "T2": "长" * 100_000, "T3": "有\x00空\ud800字符", "T4": ""}
    saved = take_in(session, triager, [a_ticket(number, text) for number, text in texts.items()], "B1")
    assert saved.new == 4
    assert len(ticket_detail(session, SYSTEM, "T2").content) == 100_000
    assert ticket_detail(session, SYSTEM, "T3").content == "有空?字符"
    assert take_in(session, triager, [a_ticket("T3", texts["T3"])], "B2").same == 1


def test_quarantine_is_idempotent_and_lists_where(session: Session) -> None:
    batch = open_batch(session, "tickets", "a.csv", NOON)
    fault = InputError("时间无法识别", value="昨天", allowed="年-月-日", where=Where("a.csv", 7, "received_at"))
    for _ in range(2):
        assert quarantine(session, [fault], batch) == 1
    close_batch(session, batch)
    page = quarantine_list(session, SYSTEM)
    assert page.total == 1
    row = page.rows[0]
    assert (row.file_name, row.row_no, row.field_name, row.given) == ("a.csv", 7, "received_at", "昨天")
    assert batches(session, SYSTEM)[0].rows_rejected == 2


def test_the_queue_is_ordered_by_lane_urgency_deadline(session: Session, triager: FakeTriager) -> None:
    tickets = [
        a_ticket("T1", "历下区噪声 确定", NOON),
        a_ticket("T2", "历下区噪声", NOON + timedelta(hours=1)),
        a_ticket("T3", "历下区噪声", NOON),
        a_ticket("T4", "历下区噪声 急", NOON + timedelta(hours=9)),
    ]
    take_in(session, triager, tickets, "B1")
    assert [row.ticket_no for row in queue(session, SYSTEM).rows] == ["T4", "T3", "T2", "T1"]
