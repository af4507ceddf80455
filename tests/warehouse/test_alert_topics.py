"""Emerging topics are named by their own words; what a class or an alarm explains, or was always said, is none."""

from datetime import timedelta

import pytest
from sqlmodel import select

from routing.pack import Pack
from tests.warehouse.test_alerts import NOW, SmallTriager, background, closing, ticket
from warehouse.alert_topics import _whole
from warehouse.alerts import raise_alerts
from warehouse.intake import take_in
from warehouse.models import AlertRow, LinkRow, TicketRow

TALES = (
    "家门口飞的蓝精灵无人机太吵了", "蓝精灵无人机天天从窗外过", "这个蓝精灵无人机送货能不能管管",
    "请问蓝精灵无人机谁批的",
    "被蓝精灵无人机吓着孩子了", "蓝精灵无人机掉在楼下", "我要投诉蓝精灵无人机扰民", "蓝精灵无人机拍我家阳台",
)  # fmt: skip
DISTRICTS = ("历下区", "市中区", "槐荫区", "天桥区")


class TopicTriager(SmallTriager):
    """The drones fall into whatever class; lamps have one."""

    codes = ("99", "0101", "0902", "0707")

    def _one(self, one):
        made = super()._one(one)
        if "无人机" in one.text:
            code = self.codes[int(one.ticket_no[1:]) % len(self.codes)]
            made = made._replace(category=made.category._replace(code=code, path=("某", "某")))
        return made


class OneClassTriager(TopicTriager):
    codes = ("0902",)


class OutsideTriager(TopicTriager):
    codes = ("99",)


@pytest.fixture(scope="module")
def pack():
    return Pack.load("jinan")


def drones(count, days=0, prefix="N"):
    start = NOW - timedelta(days=days, minutes=5)
    return [
        ticket(f"{prefix}{n:02d}", f"{DISTRICTS[n % 4]}{TALES[n % len(TALES)]}", start - n * timedelta(minutes=40))
        for n in range(count)
    ]


def topics(session):
    return session.exec(select(AlertRow).where(AlertRow.rule == "A23")).all()


@pytest.mark.parametrize("triager", [TopicTriager, OutsideTriager])
def test_a_new_topic_is_told_once_with_its_words_and_samples(session, pack, triager):
    take_in(session, triager(), background() + drones(10), "b1")
    raise_alerts(session, pack, NOW)
    (alarm,) = topics(session)
    assert "蓝精灵无人机" in alarm.title
    assert (alarm.grade, alarm.callers, alarm.category) == ("黄", 10, None)
    assert '"samples"' in alarm.details
    assert not [row for row in raise_alerts(session, pack, NOW) if row.rule == "A23"]


def test_seven_callers_are_no_topic(session, pack):
    take_in(session, TopicTriager(), background() + drones(7), "b1")
    raise_alerts(session, pack, NOW)
    assert topics(session) == []


def test_what_was_always_said_is_not_new(session, pack):
    old = [one for day in range(8, 60, 4) for one in drones(3, day, f"{day:02d}")]
    take_in(session, TopicTriager(), background() + old + drones(10), "b1")
    raise_alerts(session, pack, NOW)
    assert topics(session) == []


def test_one_class_or_a_named_alarm_explains(session, pack):
    take_in(session, OneClassTriager(), background() + drones(10) + closing(12, NOW - timedelta(hours=12)), "b1")
    raise_alerts(session, pack, NOW)
    assert topics(session) == []


def test_a_unit_whose_matters_come_back_is_told(session, pack):
    made = [ticket(f"R{n:03d}", f"历下区第{n}件路灯事", NOW - timedelta(days=n % 60, minutes=n)) for n in range(200)]
    take_in(session, TopicTriager(), made, "b1")
    for n in range(200):
        row = session.get_one(TicketRow, f"R{n:03d}")
        row.unit = "甲局" if n < 40 else "乙局" if n < 120 else "丙局"
        session.add(row)
        back = n < 10 or n in (50, 60, 130, 140)
        link = session.get(LinkRow, row.ticket_no)
        if link is not None:
            link.kind = "反弹" if back else "重复诉求"
            session.add(link)
        elif back:
            session.add(LinkRow(ticket_no=row.ticket_no, issue="x", related="x", kind="反弹"))
    session.commit()
    raise_alerts(session, pack, NOW)
    (alarm,) = session.exec(select(AlertRow).where(AlertRow.rule == "A18")).all()
    assert (alarm.unit, alarm.grade, alarm.count) == ("甲局", "橙", 10)


@pytest.mark.parametrize(
    ("phrases", "kept"),
    [
        (["育局"], []),
        (["的教育局"], []),
        (["相关问题"], []),
        (["体育局"], ["体育局"]),
        (["蓝精灵无人机", "灵无人机"], ["蓝精灵无人机"]),
    ],
)
def test_a_piece_of_words_or_a_plain_phrase_names_nothing(phrases, kept):
    texts = {
        "1": "体育局的相关问题", "2": "市体育局的教育局的相关问题", "3": "教育局的相关问题", "4": "蓝精灵无人机",
        "5": "一架蓝精灵无人机",
    }  # fmt: skip
    tickets = {phrase: {number for number, text in texts.items() if phrase in text} for phrase in phrases}
    assert _whole(phrases, tickets, texts) == kept
