"""Announcements written on the page: on the record, once, ended with a reason; fields named in Chinese."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from classify.ticket import SHANGHAI, AccessError, InputError, StateError
from tests.warehouse.conftest import NOON
from warehouse.announcements import read_announcements
from warehouse.announcing import announce, end_announcement
from warehouse.models import AnnouncementRow, AuditRow
from warehouse.scope import Scope
from warehouse.views import announcements_list

HEAD = Scope("shenhe", "reviewer")
CUT = {
    "kind": "停供", "title": "检修停水,联系13800138000", "codes": "0604", "area": "历下区",
    "starts_at": "2026-03-04 08:00", "ends_at": "2026-03-04 20:00",
}  # fmt: skip


def states(session: Session) -> list[str]:
    return [one.state for one in announcements_list(session, HEAD, NOON)]


def test_written_once_masked_and_ended(session: Session) -> None:
    key = announce(session, HEAD, CUT, NOON)
    assert announce(session, HEAD, CUT, NOON) == key
    (item,) = announcements_list(session, HEAD, NOON)
    assert (item.kind, item.state, item.area) == ("停供", "生效中", "历下区")
    assert "138" not in item.title
    assert item.starts_at.astimezone(SHANGHAI).hour == 8
    with pytest.raises(InputError, match="原因"):
        end_announcement(session, HEAD, key, reason=" ", at=NOON)
    end_announcement(session, HEAD, key, reason="提前恢复", at=NOON)
    assert states(session) == ["已结束"]
    assert read_announcements(session, NOON + timedelta(minutes=1), NOON + timedelta(days=1)) == ()
    with pytest.raises(StateError):
        end_announcement(session, HEAD, key, reason="再来", at=NOON + timedelta(minutes=1))
    acts = session.exec(select(AuditRow.action)).all()
    assert acts.count("announce.end") == 1
    assert "announce" in acts


def test_one_that_has_not_begun_never_holds(session: Session) -> None:
    key = announce(session, HEAD, CUT | {"starts_at": "2026-03-05 08:00", "ends_at": "2026-03-05 20:00"}, NOON)
    assert states(session) == ["未开始"]
    end_announcement(session, HEAD, key, reason="取消", at=NOON)
    row = session.exec(select(AnnouncementRow)).one()
    assert row.ends_at == row.starts_at


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "标题"),
        ({"kind": "台风"}, "类型"),
        ({"starts_at": "昨天"}, "开始"),
        ({"ends_at": "2026-03-03 08:00"}, "结束"),
        ({"codes": "", "area": ""}, "事项代码"),
    ],
)
def test_what_is_wrong_is_said_by_the_name_on_the_page(session: Session, change: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        announce(session, HEAD, CUT | change)


@pytest.mark.parametrize("role", ["dispatcher", "leader", "analyst", "administrator"])
def test_who_may_not(session: Session, role: str) -> None:
    with pytest.raises(AccessError):
        announce(session, Scope("x", role), CUT)
    with pytest.raises(AccessError):
        end_announcement(session, Scope("x", role), "k", reason="x")
