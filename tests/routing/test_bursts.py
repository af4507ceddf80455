"""Bursts: many callers of one place in a week are one event, and what stays out of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from classify.ticket import SHANGHAI, Ticket
from routing.fingerprint import Fingerprint, fingerprint
from routing.groups import HumanLink
from routing.linking import link_all
from routing.policy import RepeatPolicy

POLICY = RepeatPolicy.load()
START = datetime(2025, 12, 1, 8, tzinfo=SHANGHAI)
HEAT, OTHER = (("0601", 95),), (("0402", 95),)
TOLD = (
    ("屋里只有十四度", "暖气片摸着一点热气没有,孩子穿着羽绒服写作业"),
    ("老人冻得睡不着", "八十岁的母亲瘫在床上,夜里盖三床被子还是凉"),
    ("供热公司来看了三次", "说是换热站压力不够,到现在也没有人给句准话"),
    ("交着全价的钱", "早晚两头不热,测温员登记完就走了"),
    ("又是冰凉的一天", "刚出月子的抱着孩子回娘家住了"),
    ("收费没有公示", "今年每平方米涨了三毛,开票要先交清去年欠的"),
    ("想问几点办事", "周末上不上班,需要带什么材料"),
)


def call(
    no: int, day: float, codes: tuple[tuple[str, int], ...], estate: str = "柳岸公馆", **more: object
) -> Fingerprint:
    title, text = TOLD[no % len(TOLD)]
    ticket = Ticket(f"T{no:03d}", START + timedelta(days=day), f"{estate}{title}", text, caller_key=f"caller{no:04d}")
    return replace(fingerprint(ticket), codes=codes, **more)  # type: ignore[arg-type]


def groups(prints: list[Fingerprint], *said: HumanLink) -> dict[str, str]:
    return {one.ticket_no: one.issue for one in link_all(prints, POLICY, said)}


def burst() -> list[Fingerprint]:
    """Two say it clearly, three in words of which nothing is known."""
    return [call(0, 0, HEAT), call(1, 1, ()), call(2, 2, HEAT), call(3, 3, (("1401", 20),)), call(4, 5, ())]


def test_what_many_callers_of_one_place_say_in_a_week_is_one_event() -> None:
    assert len(set(groups(burst()).values())) == 1


def test_the_same_words_a_month_apart_or_at_four_places_are_not() -> None:
    spread = [call(k, 31 * k, one.codes) for k, one in enumerate(burst())]
    assert len(set(groups(spread).values())) > 3
    places = [
        call(k, k, one.codes, f"{'柳岸泉景凤凰东岳锦绣'[2 * k : 2 * k + 2]}公馆") for k, one in enumerate(burst())
    ]
    assert len(set(groups(places).values())) == 5


def test_another_matter_and_a_question_stay_out() -> None:
    other, asks = call(5, 2, OTHER), call(6, 2, (), marks=("ask",))
    found = groups([*burst(), other, asks])
    assert len({found["T000"], found["T005"], found["T006"]}) == 3


def test_a_place_where_as_many_call_every_week_has_no_burst() -> None:
    usual = [call(100 + k, -56 + k, ((f"{2 + k % 15:02d}01", 95),)) for k in range(55)]
    found = groups([*usual, *burst()])
    assert len({found[f"T00{k}"] for k in range(5)}) > 2


def test_people_are_not_overruled() -> None:
    apart = HumanLink("T000", "T004", same=False)
    found = groups(burst(), apart)
    assert found["T000"] != found["T004"]
    assert found["T000"] == found["T002"]
