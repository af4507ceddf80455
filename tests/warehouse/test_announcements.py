"""Announced cuts explain the calls they bring, danger is never explained, heat outside links with tickets here."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from classify.ticket import PackError
from routing.pack import Pack
from tests.warehouse.test_alerts import NOW, SmallTriager, background, ticket
from warehouse.alert_backtest import backtest_alerts
from warehouse.alerts import raise_alerts
from warehouse.announcements import COLUMNS, load_announcements
from warehouse.intake import take_in
from warehouse.models import AlertRow, AlertStepRow, AnnouncementRow


class WaterTriager(SmallTriager):
    """With 停水 as a matter."""

    def _one(self, one):
        made = super()._one(one)
        if "停水" in one.text:
            made = made._replace(category=made.category._replace(code="0604", path=("公用事业", "停水")))
        return made


@pytest.fixture(scope="module")
def pack():
    return Pack.load("jinan")


def dry(count, start=NOW - timedelta(hours=2)):
    """Callers of one estate without water, two minutes apart."""
    return [
        ticket(f"D{n:02d}", f"历下区安澜苑小区停水了怎么回事第{n}户", start + timedelta(minutes=2 * n))
        for n in range(count)
    ]


def table(folder, *lines):
    file = folder / "announced.csv"
    file.write_text(",".join(COLUMNS) + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def steps(session, alarm):
    return [row.step for row in session.exec(select(AlertStepRow).where(AlertStepRow.alert_id == alarm.id))]


def test_an_announced_cut_explains_its_alarm_which_stays_on_record(session, pack, tmp_path):
    file = table(tmp_path, "停供,安澜苑检修停水,0604,历下区,,2026-11-20T08:00,2026-11-20T20:00,水务")
    assert load_announcements(session, file) == load_announcements(session, file) == 1
    assert len(session.exec(select(AnnouncementRow)).all()) == 1
    take_in(session, WaterTriager(), background() + dry(8), "b1")
    assert [row for row in raise_alerts(session, pack, NOW) if row.rule == "A10"] == []
    (kept,) = session.exec(select(AlertRow).where(AlertRow.rule == "A10")).all()
    assert (kept.state, kept.outcome) == ("解除", "explained")
    assert steps(session, kept) == ["触发", "解除"]
    assert not [one for one in backtest_alerts(session, pack, NOW.date(), NOW.date()) if one.rule_id == "A10"]
    # the day after nothing is announced, and the same calls are an alarm
    tomorrow = NOW + timedelta(days=1)
    more = [replace(one, ticket_no="E" + one.ticket_no, caller_key="e" + one.ticket_no,
                    received_at=one.received_at + timedelta(days=1)) for one in dry(8)]  # fmt: skip
    take_in(session, WaterTriager(), more, "b2")
    assert [row.state for row in raise_alerts(session, pack, tomorrow) if row.rule == "A10"] == ["触发"]


def test_eight_in_an_hour_of_the_morning_are_seen_by_the_run_of_the_night(session, pack):
    take_in(session, WaterTriager(), background() + dry(8, NOW - timedelta(hours=9, minutes=17)), "b1")
    raise_alerts(session, pack, NOW)
    (alarm,) = session.exec(select(AlertRow).where(AlertRow.rule == "A10")).all()
    assert alarm.callers == 8


@pytest.mark.parametrize(
    "line",
    [
        "停供,别处停水,0604,市中区,,2026-11-20T08:00,2026-11-20T20:00,水务",
        "停供,昨天停水,0604,历下区,,2026-11-19T08:00,2026-11-19T20:00,水务",
        "停供,停电,0607,历下区,,2026-11-20T08:00,2026-11-20T20:00,供电",
        "舆情,网上说停水,0604,历下区,,2026-11-20T08:00,2026-11-20T20:00,宣传",
    ],
)
def test_what_is_announced_elsewhere_explains_nothing(session, pack, tmp_path, line):
    load_announcements(session, table(tmp_path, line))
    take_in(session, WaterTriager(), background() + dry(8), "b1")
    assert [row.rule for row in raise_alerts(session, pack, NOW) if row.rule == "A10"] == ["A10"]


def test_danger_is_never_explained_away(session, pack, tmp_path):
    load_announcements(session, table(tmp_path, "停供,燃气改造,,历下区,,2026-11-19T08:00,2026-11-21T20:00,燃气"))
    take_in(session, WaterTriager(), [ticket("E1", "历下区楼道里有煤气味", NOW - timedelta(hours=1))], "b1")
    assert [row.rule for row in raise_alerts(session, pack, NOW)] == ["A12"]


def test_heat_outside_links_with_three_callers(session, pack, tmp_path):
    load_announcements(session, table(tmp_path, "舆情,路灯不亮上热搜,,,路灯,2026-11-19T00:00,2026-11-25T00:00,宣传"))
    lamps = [ticket(f"L{n}", f"历下区文化路路灯一直黑着第{n}次", NOW - timedelta(hours=n)) for n in range(1, 4)]
    take_in(session, WaterTriager(), lamps[:2], "b1")
    assert not [row for row in raise_alerts(session, pack, NOW) if row.rule == "A24"]
    take_in(session, WaterTriager(), lamps[2:], "b2")
    (alarm,) = [row for row in raise_alerts(session, pack, NOW) if row.rule == "A24"]
    assert (alarm.grade, alarm.callers) == ("黄", 3)
    assert raise_alerts(session, pack, NOW) == []


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("停气,甲,0604,历下区,,2026-11-20T08:00,2026-11-20T20:00,", "kind"),
        ("停供,甲,0604,历下区,,昨天,2026-11-20T20:00,", "starts_at"),
        ("停供,甲,0604,历下区,,2026-11-20T08:00,2026-11-20T08:00,", "ends_at"),
        ("停供,甲,,,,2026-11-20T08:00,2026-11-20T20:00,", "codes"),
    ],
)
def test_bad_lines_are_named_and_nothing_is_kept(session, tmp_path, line, column):
    with pytest.raises(PackError) as error:
        load_announcements(session, table(tmp_path, "停供,甲,0604,,,2026-11-20T08:00,2026-11-20T20:00,", line))
    assert column in str(error.value)
    assert session.exec(select(AnnouncementRow)).all() == []
