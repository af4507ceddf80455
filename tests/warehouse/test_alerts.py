"""Alarms: a surge is told once with its name, news updates it, a higher level is a step, a backtest writes nothing."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import func, select

from classify.ticket import SHANGHAI, PackError, Ticket
from routing.pack import Pack
from tests.warehouse.conftest import FakeTriager
from warehouse.alert_backtest import backtest_alerts
from warehouse.alert_rules import COLUMNS, load_rules, rule_names
from warehouse.alerts import raise_alerts
from warehouse.intake import take_in
from warehouse.models import AlertRow, AlertStepRow, AlertTicketRow, TicketRow

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=SHANGHAI)
CODES = {
    "健身": ("1505", "文旅体", "体育健身场所"),
    "工资": ("1101", "人社", "拖欠工资"),
    "暖气": ("0601", "公用事业", "供热温度"),
    "食堂": ("1304", "教育", "校园食品安全"),
}
TALES = (
    "路灯不亮了走夜路害怕", "窗口排队太久没人叫号", "公交车等了半天不来", "咨询医保怎么报销", "门口垃圾没人清运",
    "楼上半夜拖凳子", "快递放驿站不送上门", "公园长椅油漆掉了", "井盖响得睡不着", "停车场收费太贵",
)  # fmt: skip


class SmallTriager(FakeTriager):
    """The fake, with three matters told by their words and 燃气 as an emergency."""

    def _one(self, ticket: Ticket):
        made = super()._one(ticket)
        for word, (code, level1, level2) in CODES.items():
            if word in ticket.text:
                made = made._replace(category=made.category._replace(code=code, path=(level1, level2)))
        if "煤气味" in ticket.text:
            made = made._replace(urgency="特急", urgency_why="燃气泄漏:“楼道有煤气味”")
        if "食堂" in ticket.text:
            made = made._replace(urgency="特急", urgency_why="食物中毒:“吐了”")
        return made


@pytest.fixture(scope="module")
def pack():
    return Pack.load("jinan")


def ticket(number, text, at, caller=None):
    return Ticket(number, at, title=text[:20], content=text, channel="电话", caller_key=caller or f"who-{number}")


def background(days=70, per_day=6):
    """Ordinary weeks: a few unlike tickets a day, the newest of them an hour before now."""
    made = []
    for day in range(days):
        for turn in range(per_day):
            at = NOW - timedelta(days=day, hours=1 + turn * 1.5)
            district = ("历下区", "市中区", "槐荫区")[turn % 3]
            text = f"{district}{TALES[(day * 7 + turn) % len(TALES)]}，第{day}天第{turn}次"
            made.append(ticket(f"B{day:03d}{turn}", text, at))
    return made


def closing(count, start, prefix="G", name="飞燕健身房"):
    """Callers who lost their money at one gym, an hour apart."""
    tales = ("关门了卡里还有钱", "昨天搬空了老板联系不上", "锁门了会员怎么办", "刚续了三年就停业")
    return [
        ticket(f"{prefix}{n:02d}", f"历下区{name}{tales[n % 4]}，我是第{n}个", start + timedelta(hours=n))
        for n in range(count)
    ]


def alerts(session, rule):
    return session.exec(select(AlertRow).where(AlertRow.rule == rule).execution_options(populate_existing=True)).all()


def test_a_closing_is_named_once_and_grows(session, pack):
    take_in(session, SmallTriager(), background() + closing(6, NOW - timedelta(days=2)), "b1")
    raised = raise_alerts(session, pack, NOW)
    gym = [row for row in raised if row.rule == "A08"]
    assert [row.entity for row in gym] == ["飞燕健身房"]
    assert (gym[0].grade, gym[0].callers, gym[0].district, gym[0].state) == ("黄", 6, "历下区", "触发")
    assert not [row for row in raised if row.rule in ("A04", "A05")], "one surge is one alarm"
    assert raise_alerts(session, pack, NOW) == []

    take_in(session, SmallTriager(), closing(12, NOW - timedelta(hours=20), prefix="H"), "b2")
    up = [row for row in raise_alerts(session, pack, NOW) if row.rule == "A08"]
    assert [(row.grade, row.count) for row in up] == [("橙", 18)]
    assert len(alerts(session, "A08")) == 1
    steps = session.exec(select(AlertStepRow.step).where(AlertStepRow.alert_id == up[0].id)).all()
    assert sorted(steps) == ["升级", "触发"]
    linked = session.exec(select(func.count()).select_from(AlertTicketRow).where(AlertTicketRow.alert_id == up[0].id))
    assert linked.one() == 18


def test_one_angry_caller_is_one(session, pack):
    angry = [replace(one, caller_key="same") for one in closing(8, NOW - timedelta(days=1))]
    take_in(session, SmallTriager(), background() + angry, "b1")
    raise_alerts(session, pack, NOW)
    assert not alerts(session, "A08")
    assert not alerts(session, "A05")


def test_wages_and_heating_have_their_rules(session, pack):
    wages = [ticket(f"W{n}", f"鲁锦机械厂拖欠工资{n}个月", NOW - timedelta(days=1, hours=n), f"w{n}") for n in range(6)]
    cold = [
        ticket(f"C{n}", f"市中区泉润小区暖气不热，{n}号楼都这样", NOW - timedelta(hours=2 + n), f"c{n}")
        for n in range(7)
    ]
    take_in(session, SmallTriager(), background() + wages + cold, "b1")
    raise_alerts(session, pack, NOW)
    assert [row.entity for row in alerts(session, "A07")] == ["鲁锦机械厂"]
    assert [row.callers for row in alerts(session, "A09")] == [7]


def test_a_dangerous_ticket_is_an_alarm_by_itself(session, pack):
    take_in(session, SmallTriager(), [ticket("D1", "楼道有煤气味越来越浓", NOW - timedelta(minutes=5))], "b1")
    raised = raise_alerts(session, pack, NOW)
    assert [(row.rule, row.grade) for row in raised] == [("A12", "橙")]
    assert raised[0].due_at - raised[0].fired_at == timedelta(minutes=30)


def test_a_matter_all_over_the_city_is_a_surge(session, pack):
    many = [
        ticket(f"S{n}", f"{d}区噪声太大了{n}", NOW - timedelta(hours=n % 9), f"s{n}")
        for n, d in enumerate(["历下", "市中", "槐荫"] * 5)
    ]
    take_in(session, SmallTriager(), background() + many, "b1")
    raise_alerts(session, pack, NOW)
    surges = alerts(session, "A04")
    assert [(row.category, row.district) for row in surges] == [("0901", None)]
    assert surges[0].expected < 1 < surges[0].count
    assert "全市" in surges[0].title


def test_a_feed_that_stopped_is_not_a_quiet_city(session, pack):
    busy = background(per_day=8)
    quiet = [one for one in busy if one.received_at < NOW - timedelta(hours=22)]
    take_in(session, SmallTriager(), quiet, "b1")
    raise_alerts(session, pack, NOW)
    gaps = [row for row in alerts(session, "A25") if "中断" in row.why]
    assert len(gaps) <= 1  # six calls a day are too few to be sure; ten times as many are not
    assert all(row.expected >= 9 for row in gaps)


def test_a_backtest_says_what_would_have_fired_and_writes_nothing(session, pack):
    take_in(session, SmallTriager(), background() + closing(7, NOW - timedelta(days=3, hours=9)), "b1")
    fired = backtest_alerts(session, pack, date(2026, 11, 10), date(2026, 11, 20))
    gym = [one for one in fired if one.rule_id == "A08"]
    assert [(one.entity, one.level) for one in gym] == [("飞燕健身房", "黄")]
    assert gym[0].day == date(2026, 11, 17)
    assert session.exec(select(func.count()).select_from(AlertRow)).one() == 0


def test_rules_are_data_and_bad_rows_are_refused(pack, tmp_path):
    rules = load_rules(pack)
    assert {f"A{n:02d}" for n in range(1, 26)} == {one.rule for one in rules}
    assert rule_names(rules)["A09"] == "供热"
    wages = next(one for one in rules if one.rule == "A07")
    assert wages.grade(4, NOW) is None
    assert wages.grade(4, NOW.replace(month=1)) == "黄"
    good = dict.fromkeys(COLUMNS, "") | {
        "id": "W1",
        "rule": "A05",
        "name": "n",
        "kind": "callers",
        "hours": "24",
        "red": "3",
    }
    for change in ({"kind": "magic"}, {"hours": "0"}, {"red": ""}, {"pattern": "("}, {"months": "13"}, {"red": "x"}):
        folder = tmp_path / str(sorted(change.items()))[:12].strip("[(' ")
        folder.mkdir(exist_ok=True)
        (folder / "pack.toml").write_text('name = "t"\nextends = "base"\n', "utf-8")
        row = good | change
        (folder / "alerts.csv").write_text(
            ",".join(COLUMNS) + "\n" + ",".join(row[column] for column in COLUMNS) + "\n", "utf-8"
        )
        with pytest.raises(PackError):
            load_rules(Pack.load(folder))


def test_a_lifted_alarm_fires_anew_only_with_enough_new_callers(session, pack):
    take_in(session, SmallTriager(), background() + closing(6, NOW - timedelta(days=2)), "b1")
    raise_alerts(session, pack, NOW)
    (alarm,) = alerts(session, "A08")
    alarm.state = "解除"
    session.add(alarm)
    session.commit()
    take_in(session, SmallTriager(), closing(1, NOW - timedelta(hours=5), "H"), "b2")
    assert [row for row in raise_alerts(session, pack, NOW) if row.rule == "A08"] == []
    take_in(session, SmallTriager(), closing(5, NOW - timedelta(hours=4, minutes=50), "K"), "b3")
    (anew,) = [row for row in raise_alerts(session, pack, NOW) if row.rule == "A08"]
    assert anew.id != alarm.id
    assert "K00" in anew.tickets
    assert raise_alerts(session, pack, NOW) == []


def test_one_event_is_one_alarm_however_many_call(session, pack):
    """Two calls of one place within the hour are one alarm; a third an hour later is its news, no second alarm."""
    gas = [
        ticket(f"D{n}", f"历下区鲁能领秀城小区楼道有煤气味{tail}", NOW - timedelta(minutes=50 - 20 * n), f"d{n}")
        for n, tail in enumerate(("越来越浓", ",一楼也有", ",还没人来"))
    ]
    take_in(session, SmallTriager(), gas[:2], "b1")
    raised = raise_alerts(session, pack, NOW - timedelta(minutes=25))
    assert [(row.rule, row.count) for row in raised] == [("A12", 2)]
    assert "等 2 件" in raised[0].title
    take_in(session, SmallTriager(), gas[2:], "b2")
    assert raise_alerts(session, pack, NOW) == []
    assert [row.count for row in alerts(session, "A12")] == [3]
    far = ticket("D9", "市中区阳光舜城小区楼道有煤气味", NOW - timedelta(minutes=5), "d9")
    take_in(session, SmallTriager(), [far], "b3")
    assert [row.count for row in raise_alerts(session, pack, NOW)] == [1]


class GuessingTriager(SmallTriager):
    """What only sounds like danger."""

    def _one(self, one: Ticket):
        made = super()._one(one)
        return made._replace(urgency="紧急", urgency_why="疑似" + ("火情" if "烟" in one.text else "自杀风险") + ":“x”")


def test_what_only_sounds_like_danger_wakes_nobody(session, pack):
    take_in(session, GuessingTriager(), [ticket("S1", "历下区邻居抽烟", NOW - timedelta(minutes=9))], "b1")
    take_in(session, GuessingTriager(), [ticket("S2", "历下区钉子露在外面", NOW - timedelta(minutes=5))], "b2")
    raised = raise_alerts(session, pack, NOW)
    assert [(row.rule, row.grade) for row in raised] == [("A02", "蓝")]
    assert "人工核实" in raised[0].why


def test_an_issue_that_a_subject_explains_is_not_told_again(session, pack):
    take_in(session, SmallTriager(), background() + closing(8, NOW - timedelta(hours=30)), "b1")
    for row in session.exec(select(TicketRow).where(TicketRow.ticket_no.startswith("G"))):
        row.issue_no = "I1"
    session.commit()
    assert {row.rule for row in raise_alerts(session, pack, NOW) if "G" in row.tickets} == {"A08"}


def test_one_sick_child_of_a_school_is_told_once_by_the_rule_of_its_matter(session, pack):
    take_in(
        session, SmallTriager(), [ticket("F1", "历下区育英小学食堂吃完饭孩子吐了", NOW - timedelta(minutes=9))], "b1"
    )
    assert [(row.rule, row.grade) for row in raise_alerts(session, pack, NOW)] == [("A11", "橙")]


def test_a_heating_station_that_is_down_is_told_at_once(session, pack):
    take_in(session, SmallTriager(), [ticket("H1", "历下区暖气不热，换热站设备停了", NOW - timedelta(minutes=9))], "b1")
    assert [(row.rule, row.grade) for row in raise_alerts(session, pack, NOW)] == [("A09", "橙")]
