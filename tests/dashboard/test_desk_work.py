"""The rules of the desk without a page: accept, correct, reasons, undo, late keys, claims, restore."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from dashboard import desk_batch, desk_queue, desk_state, desk_work
from dashboard.desk_state import Desk, Narrow
from tests.dashboard import filling
from warehouse import claims, views
from warehouse.engine import make_engine, open_session
from warehouse.scope import Scope

ME = Scope("paidan", "dispatcher")
OTHER = Scope("shenhe", "reviewer")
NOW = filling.NOW


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small warehouse, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    filling.fill(f"sqlite:///{path}", count=12, whole=False)
    return path


@pytest.fixture
def session(template: Path, tmp_path: Path) -> Iterator[Session]:
    """A copy that the test may change."""
    for part in template.parent.glob("desk.db*"):
        shutil.copy(part, tmp_path / part.name)
    with open_session(make_engine(f"sqlite:///{tmp_path / 'desk.db'}")) as opened:
        yield opened


def sit(session: Session, scope: Scope = ME, narrow: Narrow | None = None) -> Desk:
    desk = Desk()
    desk_queue.resume(session, scope, desk, narrow or Narrow(), NOW)
    return desk


def press(session: Session, desk: Desk, act: str, form: dict[str, Any] | None = None, **event: Any) -> dict[str, Any]:
    form = {} if form is None else form
    told = {"act": act, "ticket": desk.ticket, **event}
    desk_work.take(session, ME, desk, Narrow(), told, form, NOW, {"0503": ("规划建设", "工地夜间施工")})
    return form


def test_accept_saves_and_moves_on(session: Session) -> None:
    desk = sit(session)
    first = desk.ticket
    assert first
    press(session, desk, "accept", pick=2)
    assert not desk.bad, desk.said
    assert desk.ticket not in (None, first)
    detail = views.ticket_detail(session, ME, first, now=NOW)
    assert detail.decisions[-1].chosen == 2
    assert detail.now.state == "已派单"


def test_late_key_cannot_hit_the_next_ticket(session: Session) -> None:
    desk = sit(session)
    first = desk.ticket
    press(session, desk, "accept", pick=1)
    second = desk.ticket
    desk_work.take(session, ME, desk, Narrow(), {"act": "accept", "ticket": first, "pick": 1}, {}, NOW)
    assert desk.ticket == second
    assert desk.count == 1


@pytest.mark.parametrize("pick", [0, 9, None, "1", -1, True])
def test_impossible_choice_is_refused(session: Session, pick: Any) -> None:
    desk = sit(session)
    first = desk.ticket
    press(session, desk, "accept", pick=pick)
    assert desk.ticket == first
    assert desk.bad


def test_undo_brings_the_ticket_back(session: Session) -> None:
    desk = sit(session)
    first = desk.ticket
    press(session, desk, "accept", pick=1)
    press(session, desk, "accept", pick=1)
    press(session, desk, "undo")
    press(session, desk, "undo")
    assert desk.ticket == first
    assert desk.count == 0
    assert views.ticket_detail(session, ME, first or "", now=NOW).now.state == "待派单"
    press(session, desk, "undo")
    assert desk.bad
    assert "没有可撤销" in desk.said


def test_two_people_never_get_the_same(session: Session) -> None:
    mine, yours = sit(session), sit(session, OTHER)
    assert mine.ticket
    assert yours.ticket
    assert mine.ticket != yours.ticket
    press(session, mine, "open", value=yours.ticket)
    assert mine.bad
    assert mine.ticket != yours.ticket


def test_reload_keeps_the_ticket(session: Session) -> None:
    desk = sit(session)
    again = sit(session)
    assert again.ticket == desk.ticket


def test_correction_keeps_what_was_not_changed(session: Session) -> None:
    desk = sit(session)
    first = desk.ticket or ""
    before = views.ticket_detail(session, ME, first, now=NOW)
    form = press(session, desk, "correct")
    assert desk.mode == "correct"
    form.update(
        draft_category="0503", draft_unit="某某局", draft_urgency=(before.result or {})["urgency"], draft_place="三号门"
    )
    press(session, desk, "submit", form)
    assert not desk.bad, desk.said
    made = views.ticket_detail(session, ME, first, now=NOW).decisions[-1]
    assert (made.kind, made.category, made.unit, made.urgency) == ("correct", "0503", "某某局", None)
    assert made.place
    assert made.place["poi"] == "三号门"
    assert made.place["district"] == (before.result or {})["place"]["district"]
    assert not [name for name in form if name.startswith("draft_")]


def test_correction_without_a_unit_is_refused(session: Session) -> None:
    desk = sit(session)
    form = press(session, desk, "correct")
    form["draft_unit"] = "  "
    press(session, desk, "submit", form)
    assert desk.bad
    assert desk.mode == "correct"


@pytest.mark.parametrize("act", sorted(desk_state.REASONED))
def test_acts_that_need_a_reason(session: Session, act: str) -> None:
    desk = sit(session)
    first = desk.ticket or ""
    form = press(session, desk, act)
    press(session, desk, "submit", form)
    assert desk.bad
    assert desk.ticket == first
    form["draft_ready"] = desk_state.REASONED[act][2][0]
    form["draft_reason"] = "补充一句"
    press(session, desk, "submit", form)
    assert not desk.bad, desk.said
    assert desk.ticket != first
    made = views.ticket_detail(session, ME, first, now=NOW).decisions[-1]
    assert made.kind == act
    assert made.reason == f"{desk_state.REASONED[act][2][0]};补充一句"


def test_skip_leaves_it_in_the_queue(session: Session) -> None:
    desk = sit(session)
    first = desk.ticket or ""
    press(session, desk, "skip")
    assert desk.ticket != first
    assert first in [row.ticket_no for row in desk_queue.waiting(session, ME, Narrow(), NOW).rows]
    assert first not in claims.held_by(session, ME, NOW)


def test_narrowed_queue_gives_the_next_from_it(session: Session) -> None:
    narrow = Narrow(text="井盖")
    desk = sit(session, narrow=narrow)
    assert desk.ticket
    assert "井盖" in views.ticket_detail(session, ME, desk.ticket, now=NOW).title


def test_empty_queue_is_no_error(session: Session) -> None:
    desk = sit(session, narrow=Narrow(text="查无此词"))
    assert desk.ticket is None
    press(session, desk, "accept", pick=1)
    assert desk.ticket is None


def test_restore_only_on_the_same_ticket_and_known_fields(session: Session) -> None:
    desk = sit(session)
    draft = {
        "ticket": desk.ticket, "mode": "hold", "form": {"draft_ready": "等上级答复", "evil": "x"},
        "typed": {"draft_reason": "写到一半"},
    }  # fmt: skip
    form = press(session, desk, "restore", draft={**draft, "ticket": "other"})
    assert desk.mode is None
    form = press(session, desk, "restore", draft={**draft, "mode": "accept"})
    assert desk.mode is None
    form = press(session, desk, "restore", draft=draft)
    assert desk.mode == "hold"
    assert form["draft_reason"] == "写到一半"
    assert "evil" not in form


def test_unknown_act_does_nothing(session: Session) -> None:
    desk = sit(session)
    first = desk.ticket
    press(session, desk, "drop tables")
    assert (desk.ticket, desk.mode, desk.bad) == (first, None, False)


def batch(session: Session, desk: Desk, **form: Any) -> dict[str, Any]:
    """The batch form opened, with its preview as the page would draw it."""
    press(session, desk, "batch")
    wanted = desk_batch.wanted_of(form)
    desk.batch = desk_batch.preview(session, ME, wanted, NOW)
    return form


def test_batch_accepts_what_was_shown_and_nothing_else(session: Session) -> None:
    desk = sit(session)
    form = batch(session, desk, batch_lane="待审", batch_least="不限")
    assert desk.batch
    shown = [row.ticket_no for row in desk.batch.rows]
    assert len(shown) >= 2
    left_out = shown[0]
    press(session, desk, "toggle", form, value=left_out)
    press(session, desk, "submit", form)
    assert not desk.bad, desk.said
    assert desk.count == len(shown) - 1
    for number in shown:
        detail = views.ticket_detail(session, ME, number, now=NOW)
        assert (detail.now.state == "待派单") == (number == left_out)
        if number != left_out:
            assert (detail.decisions[-1].kind, detail.decisions[-1].chosen) == ("accept", 1)
    press(session, desk, "undo")
    assert desk.count == 0
    assert all(views.ticket_detail(session, ME, number, now=NOW).now.state == "待派单" for number in shown)


def test_batch_holds_nothing_urgent_gated_or_held_by_another(session: Session) -> None:
    held = desk_batch.preview(session, ME, desk_batch.Wanted("review", None), NOW).rows[0].ticket_no
    claims.claim(session, OTHER, held, NOW)
    for lane in ("auto", "review"):
        for row in desk_batch.preview(session, ME, desk_batch.Wanted(lane, None), NOW).rows:
            assert (row.urgency, row.gate, row.lane) == ("一般", None, lane)
            assert row.ticket_no != held


def test_batch_with_changed_conditions_is_shown_again_first(session: Session) -> None:
    desk = sit(session)
    batch(session, desk, batch_lane="待审", batch_least="不限")
    press(session, desk, "submit", {"batch_lane": "待审", "batch_least": "不限", "batch_district": "历下区"})
    assert desk.bad
    assert "预览已更新" in desk.said
    assert desk.count == 0


def test_batch_goes_on_past_a_ticket_that_another_took_meanwhile(session: Session) -> None:
    desk = sit(session)
    form = batch(session, desk, batch_lane="待审", batch_least="不限")
    assert desk.batch
    taken = desk.batch.rows[-1].ticket_no
    claims.claim(session, OTHER, taken, NOW)
    press(session, desk, "submit", form)
    assert "1 件没有办成" in desk.said
    assert taken in desk.said
    assert desk.count > 0
    assert views.ticket_detail(session, ME, taken, now=NOW).now.state == "待派单"


def test_ticket_that_another_person_finished_makes_room(session: Session) -> None:
    desk = sit(session)
    lost = desk.ticket
    assert lost
    claims.release(session, ME, lost)
    claims.claim(session, OTHER, lost, NOW)
    detail = desk_queue.on_desk(session, ME, desk, Narrow(), NOW)
    assert detail is not None
    assert detail.ticket_no != lost
    assert "已由他人处理" in desk.said


def test_put_aside_tickets_are_found_again(session: Session) -> None:
    desk = sit(session)
    first = desk.ticket
    press(session, desk, "hold")
    press(session, desk, "submit", {"draft_reason": "等上级答复"})
    rows = desk_queue.waiting(session, ME, Narrow(state="挂起"), NOW).rows
    assert [row.ticket_no for row in rows] == [first]
    press(session, desk, "open", value=first)
    assert desk.ticket == first
    press(session, desk, "accept", pick=1)
    assert not desk.bad, desk.said


def test_draft_of_a_ticket_that_another_person_took_is_told(session: Session) -> None:
    desk = sit(session)
    other = next(row.ticket_no for row in desk_queue.waiting(session, ME, Narrow(), NOW).rows if not row.holder)
    claims.claim(session, OTHER, other, NOW)
    draft = {"ticket": other, "mode": "hold", "form": {}, "typed": {"draft_reason": "写了一半"}}
    press(session, desk, "restore", draft=draft)
    assert desk.bad
    assert "写了一半" in desk.said
    assert desk.mode is None
