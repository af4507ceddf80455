"""A small warehouse for the page tests: made-up tickets, a fixed stand-in for triage, an issue ledger and alarms.

Everything is reckoned from ``NOW``, so every run and every screenshot is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from classify.sealing import Piece, seal
from classify.ticket import SHANGHAI, Event, Ticket
from routing.result import CategoryGuess, Clock, Evidence, Gate, Place, Suggestion, TriageResult
from warehouse import accounts
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.intake import take_events, take_in
from warehouse.ledger import catch_up
from warehouse.models import AlertRow, AlertStepRow, AlertTicketRow
from warehouse.settings import secret

NOW = datetime(2026, 3, 18, 9, 40, tzinfo=SHANGHAI)
"""What the pages call now."""

MATTERS = (
    # title, content, code, path, word, lead, type, urgency, gate, question
    (
        "{poi}楼下烧烤店夜间油烟直排扰民",
        "来电人反映:{district}{street}{poi}3号楼楼下的烧烤店每天营业到凌晨两点,油烟直排,风机噪声很大,家里孩子无法入睡。"
        "多次与店家沟通无果,店家称已办理手续。希望相关部门查处,责令安装油烟净化设备并限制夜间营业时间。"
        "来电人:〔姓名〕,电话:〔手机〕。",
        "0903", ("生态环境", "餐饮油烟"), "油烟直排", "{district}城市管理局", "城管执法", "一般", None, None,
    ),
    (
        "{poi}旁工地夜间浇筑噪声大",
        "{district}{street}{poi}东侧工地连续三晚施工到夜里一点,混凝土泵车声音很大,老人睡不着。"
        "请核实是否办理夜间施工许可。",
        "0503", ("规划建设", "工地夜间施工"), "夜里一点",
        "{district}住房和城乡建设局", "住建房产", "一般", None, "是否取得夜间施工许可?",
    ),
    (
        "{poi}整个单元暖气不热",
        "{district}{street}{poi}2单元从上周起暖气不热,室内只有 14 度,家里有老人和婴儿,"
        "拨打供热公司电话无人接听,请尽快处理。",
        "0601", ("供热", "供热温度"), "暖气不热", "{district}供热服务中心", "供热", "紧急", None, None,
    ),
    (
        "{street}路口井盖缺失有人险些坠入",
        "{street}与主干道交叉口人行道上一处井盖缺失,昨晚有行人险些坠入,附近是小学,非常危险。"
        "井盖上的字样看不清。",
        "0202", ("市政设施", "井盖"), "井盖缺失", "{district}城乡水务局", "水利水务", "特急",
        ("转办", "119", "有人身危险时请立即拨打 119,本件同时加急转办。"), "井盖上是否有单位名称?",
    ),
    (
        "{poi}健身房关门后预付卡不退",
        "我在{poi}一层的健身房办了三年卡,本月突然关门,老板联系不上,"
        "有四十多人和我一样,群里准备一起去要说法。",
        "1005", ("市场监管", "预付卡/跑路"), "突然关门", "{district}市场监督管理局", "市场监管", "紧急",
        ("引导", "12315", "消费纠纷也可拨打 12315 反映。"), None,
    ),
    (
        "咨询{district}小学新生入学登记时间",
        "户口在{street},想咨询今年秋季小学新生登记什么时候开始,"
        "需要准备哪些材料,租房能不能报名。",
        "1301", ("教育", "招生入学"), "新生登记", "{district}教育和体育局", "教育", "一般", None, None,
    ),
)  # fmt: skip
SPOTS = (
    ("历下区", "文化东路街道", "青杨苑小区"),
    ("市中区", "七贤街道", "南坡家园"),
    ("槐荫区", "张庄路街道", "匡山花园"),
    ("天桥区", "无影山街道", "北园新居"),
    ("历城区", "洪家楼街道", "山大花苑"),
    ("章丘区", "明水街道", "绣水佳园"),
)
ALTERNATIVES = (
    ("0904", ("生态环境", "社会生活噪声")),
    ("0801", ("城市管理", "占道经营")),
    ("1203", ("公安", "治安纠纷")),
)


class FixedTriage:
    """Stands where ``Triager`` stands: answers by the matter that made the ticket, with probabilities of its own."""

    def triage(self, tickets: Sequence[Ticket]) -> list[TriageResult]:
        """One result a ticket, in order."""
        return [_answer(ticket) for ticket in tickets]


def _answer(ticket: Ticket) -> TriageResult:
    n = int(ticket.ticket_no[-5:])
    _, _, code, path, word, lead, kind, urgency, gate, question = MATTERS[n % len(MATTERS)]
    district, street, poi = SPOTS[(n // 2) % len(SPOTS)]
    probability = 0.55 + (n * 37 % 40) / 100
    start = ticket.content.find(word)
    evidence = (Evidence("content", start, start + len(word), word, 1.7),) if start >= 0 else ()
    at = ticket.title.find(word[-2:])
    if at >= 0:
        evidence = (Evidence("title", at, at + 2, word[-2:], 0.9), *evidence)
    unit = lead.format(district=district)
    why = f"“{path[-1]}”按职责清单由{kind}部门主办,事发地在{district}。"
    clock = Clock("hour", 24) if urgency == "特急" else Clock("working_day", 3 if urgency == "紧急" else 5)
    return TriageResult(
        ticket_no=ticket.ticket_no,
        category=CategoryGuess(code, path, probability),
        alternatives=tuple(CategoryGuess(c, p, 0.2 - i * 0.06) for i, (c, p) in enumerate(ALTERNATIVES)),
        second=None,
        request_type="咨询" if code == "1301" else "投诉",
        urgency=urgency,  # type: ignore[arg-type]
        urgency_why={"特急": "文中出现“危险”“小学”", "紧急": "家中有老人、婴儿"}.get(urgency),
        gate=Gate(f"G{code}", *gate) if gate else None,  # type: ignore[arg-type]
        place=Place(district, street, poi, f"{district}{street}{poi}", ()),
        attributes={"场所": "小区旁", "时段": "夜间" if "夜" in ticket.content else None, "人数": None},
        suggestions=(
            Suggestion(unit, kind, "条线", "主办", 0.62, f"D{code}-1", why),
            Suggestion(f"{street}办事处", "街道乡镇", "属地", "协办", 0.24, f"D{code}-9", "属地街道配合现场核实。"),
            Suggestion(f"市生态环境局{district[:-1]}分局", "生态环境", "条线", "协办", 0.09, "D0903-3", "涉及监测。"),
        ),
        question=question,
        due_at=ticket.received_at + timedelta(hours=24 if urgency == "特急" else 24 * clock.n),
        clock=clock,
        lane="forced" if urgency == "特急" or gate else ("auto" if probability > 0.88 else "review"),
        evidence=evidence,
        keywords=(word, path[-1]),
        crosswalk={"xinfang": None},
        block_keys=(f"{code}|{district}|{poi}",),
        versions={"pack": "tests:1", "model": "fixed", "code": "0"},
    )  # fmt: skip


PHONE = "13800000001"
"""Of every caller; nobody may see it without a reason."""


def ticket(n: int, **changes: object) -> Ticket:
    """The n-th made-up ticket."""
    title, content, *_ = MATTERS[n % len(MATTERS)]
    district, street, poi = SPOTS[(n // 2) % len(SPOTS)]
    words = {"district": district, "street": street, "poi": poi}
    values: dict[str, object] = {
        "ticket_no": f"JN2603{n:05d}",
        # most of the day's calls come in the morning; older tickets go back four weeks
        "received_at": NOW - timedelta(hours=n * 3.1, minutes=(n * 17) % 50),
        "title": title.format(**words),
        "content": content.format(**words),
        "channel": ("电话", "微信小程序", "网站")[n % 3],
        "request_type": None,
        "area_hint": district,
        "caller_key": f"c{n % 90:04d}",
    }
    number = str(changes.get("ticket_no", values["ticket_no"]))
    values["sealed"] = seal([Piece("caller", "caller_phone", PHONE)], number, secret())
    return Ticket(**{**values, **changes})  # type: ignore[arg-type]


ODD = (
    "<script>window.hacked=1</script> <b>加粗</b> **星号** [链接](http://example.invalid) $x^2$ :red[红] "
    "<img src=x onerror=alert(1)>"
)
"""Markup of every kind; the page must show it as it is."""


def fill(url: str | None = None, count: int = 220, whole: bool = True) -> list[str]:
    """Migrate, take in ``count`` tickets with events, an issue ledger and alarms, make the demo logins.

    Returns the ticket numbers. ``url`` None is the settings' own database; ``whole`` False leaves all but tickets out.
    """
    upgrade(url)
    tickets = [ticket(n) for n in range(count)]
    # enough waits for an hour of a dispatcher
    tickets += [ticket(1000 + n, received_at=NOW - timedelta(hours=30 + n)) for n in range(12 if whole else 0)]
    tickets.append(ticket(90001, title="", content="", received_at=NOW - timedelta(hours=2)))
    tickets.append(ticket(90002, title=ODD, content=ODD * 3, received_at=NOW - timedelta(hours=3)))
    tickets.append(ticket(90003, title="很长的一件", content="路灯不亮。" * 4000, received_at=NOW - timedelta(hours=4)))
    with open_session(make_engine(url)) as session:
        take_in(session, FixedTriage(), tickets, "fill", at=NOW)
        if not whole:
            return [one.ticket_no for one in tickets]
        take_events(session, _events(count), "fill", at=NOW)
        catch_up(session, "fill")
        session.commit()
        _alarms(session)
        accounts.demo_users(session, officer_units=["历下区城市管理局"])
    return [one.ticket_no for one in tickets]


RETURNED = {48: "R02", 54: "R01", 61: "R07", 66: "R02"}
"""Tickets whose unit asks to return them, with the reason's code."""
RULED = {100: "退单驳回", 102: "退单通过", 106: "退单驳回", 108: "退单驳回"}
"""Tickets whose return was ruled on: the precedents."""


BEYOND = (72, 84)
"""Tickets of the smoke below 青杨苑小区 that the street answers with 超职责: its issue earns the proposal of a lead."""


def _events(count: int) -> list[Event]:
    out = []
    for n in range(44, count):
        one = ticket(n)
        unit = _answer(one).suggestions[0].unit
        if n in BEYOND:
            street = _answer(one).suggestions[1].unit
            said = "经现场核实,油烟排放的查处超出我街道职责范围,我街道没有执法权,建议由城市管理部门处理。"
            out.append(Event(one.ticket_no, one.received_at + timedelta(hours=30), "答复", street, text=said))
        out.append(Event(one.ticket_no, one.received_at + timedelta(minutes=20), "派单", unit))
        if n % 5:
            out.append(Event(one.ticket_no, one.received_at + timedelta(hours=3), "签收", unit))
        if n in RETURNED:
            asked, at = {"建议单位": "济南市城市管理局"}, NOW - timedelta(hours=n / 10)
            out.append(Event(one.ticket_no, at, "退单申请", unit, f"{RETURNED[n]} 不在辖区", asked))
        elif n % 23 == 0:
            out.append(Event(one.ticket_no, NOW - timedelta(hours=2), "延期申请", unit, "等检测报告,申请延期"))
        elif n in RULED:
            out.append(Event(one.ticket_no, one.received_at + timedelta(hours=9), "退单申请", unit, "R01 非本单位职责"))
            out.append(
                Event(one.ticket_no, one.received_at + timedelta(hours=20), RULED[n], unit, "职责清单有规定,先行办理")
            )
        elif n > 90 and n % 7:
            out.append(Event(one.ticket_no, one.received_at + timedelta(hours=50), "办结", unit, text="已现场处理。"))
    return out


def _alarms(session: Session) -> None:
    for n, (grade, rule, title, why, count, expected) in enumerate(
        (
            (
                "橙",
                "A05",
                "健身房关门:多人投诉同一主体",
                "7 天内 12 名不同来电人反映“预付卡不退”,已达 10 人的橙色线",
                12,
                None,
            ),
            ("黄", "A04", "天桥区供热质量突增", "当日 18 件,前八周同星期均值 5.2 件,超过上限 11.4 件", 18, 5.2),
            ("蓝", "A04", "历下区餐饮油烟上升", "当日 9 件,均值 4.1 件", 9, 4.1),
        )
    ):
        row = AlertRow(
            alert_key=f"{rule}|{n}", rule=rule, grade=grade, title=title, why=why, day=NOW.date(),
            fired_at=NOW - timedelta(hours=n + 1), last_at=NOW - timedelta(minutes=20 * (n + 1)), district="天桥区",
            unit="历下区市场监督管理局", count=count, callers=count - 1, expected=expected,
            upper=None if expected is None else expected * 2.2, score=3.4, tickets="[]",
            category=None if expected is None else "0903",
            due_at=NOW + timedelta(minutes=30 * (n + 1)),
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(AlertStepRow(alert_id=row.id, step="触发", at=row.fired_at, by="system", grade=grade, reason=why))
        for i in range(4):
            session.add(AlertTicketRow(alert_id=row.id, ticket_no=f"JN2603{4 + i * 6:05d}"))
    session.commit()
