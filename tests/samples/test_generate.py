"""The generator: same seed same bytes, truth beside every ticket, chains, surges, gates and traps inside."""

import csv
import json
import random
from collections import Counter
from datetime import date

import pytest

from samples import generate
from samples.events import QUEUE
from samples.people import PHONE_PREFIX, REGION, identity
from samples.write import EVENT_COLUMNS, TICKET_COLUMNS

DAYS, N = 400, 3000


def read(path, encoding="utf-8-sig"):
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines))


def jsonl(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("samples")
    return generate(5, DAYS, N, out), out


def test_counts_and_columns(made):
    result, out = made
    rows, events = read(out / "tickets.csv"), read(out / "events.csv")
    assert result.tickets == N
    assert len(rows) == result.rows
    assert len(events) == result.events
    assert tuple(rows[0]) == TICKET_COLUMNS
    assert tuple(events[0]) == EVENT_COLUMNS
    assert (out / "tickets.xlsx").stat().st_size > 10_000


def test_every_good_ticket_has_one_truth(made):
    _, out = made
    truth = jsonl(out / "truth.jsonl")
    numbers = [one["ticket_no"] for one in truth]
    assert len(numbers) == len(set(numbers)) == N
    assert set(numbers) <= {row["工单编号"] for row in read(out / "tickets.csv")}
    assert len({one["category"] for one in truth}) > 170
    assert {one["unit_type"] for one in truth} >= {"城管执法", "人社", "供热", "街道乡镇", "公安"}
    assert {"特急", "紧急", "一般"} == {one["urgency"] for one in truth}
    assert {"民事纠纷", "外省市事项"} < {one["gate"] for one in truth}


def test_repeats_of_every_kind_share_issue_and_place(made):
    _, out = made
    truth = jsonl(out / "truth.jsonl")
    kinds = Counter(one["repeat"] for one in truth)
    assert set(kinds) == {
        None, "催办", "重复", "多次重复", "多人同诉", "反弹", "历史遗留", "群体性", "基层无力解决",
    }  # fmt: skip
    issues = {}
    for one in truth:
        issues.setdefault(one["issue"], []).append(one)
    for ones in issues.values():
        assert len({one["street"] for one in ones}) == 1
        assert len({one["category"] for one in ones}) == 1


def test_events_come_after_their_ticket_and_before_the_end(made):
    _, out = made
    called = {row["工单编号"]: row["来电时间"] for row in read(out / "tickets.csv")}
    kinds = Counter()
    for event in read(out / "events.csv"):
        kinds[event["操作类型"]] += 1
        assert event["操作时间"] >= called[event["工单编号"]]
        assert event["操作时间"] <= "2026-11-20 23:59:59"
    assert set(kinds) >= {
        "派单", "签收", "退单申请", "退单通过", "延期申请", "延期通过", "答复", "办结", "回访", "重办", "督办", "并单",
    }  # fmt: skip


def test_at_least_a_third_of_the_tickets_are_oblique(made):
    _, out = made
    manners = Counter(one["manner"] for one in jsonl(out / "truth.jsonl"))
    assert set(manners) == {"plain", "oblique"}
    assert manners["oblique"] / N >= 1 / 3
    assert manners["plain"] / N >= 0.55


def told(out):
    rows = {row["工单编号"]: row for row in read(out / "tickets.csv")}
    return [(one, rows[one["ticket_no"]]) for one in jsonl(out / "truth.jsonl")]


def test_different_issues_differ_in_text_or_place_and_questions_are_issues_of_their_own(made):
    seen = {}
    for one, row in told(made[1]):
        if one["request_type"] == "咨询":
            assert one["repeat"] is None
        else:
            assert seen.setdefault((row["诉求内容"], one["place"]), one["issue"]) == one["issue"]
    asked = [one["issue"] for one, _ in told(made[1]) if one["request_type"] == "咨询"]
    assert len(asked) == len(set(asked))


def test_chasers_call_again_from_the_same_number_while_their_ticket_is_open(made):
    _, out = made
    ended = {}
    for event in read(out / "events.csv"):
        if event["操作类型"] in ("办结", "结案"):
            ended.setdefault(event["工单编号"], event["操作时间"])
    first, chasers = {}, 0
    for one, row in told(out):
        if one["repeat"] is None:
            first.setdefault(one["issue"], row)
        elif one["repeat"] == "催办":
            chasers += 1
            earlier = first[one["issue"]]
            assert row["联系电话"] == earlier["联系电话"] != ""
            assert ended.get(earlier["工单编号"], "9") > row["来电时间"]
    assert chasers > 20


def test_repeats_are_told_in_other_words(made):
    issues = {}
    for one, row in told(made[1]):
        if one["repeat"] and not one["claimant"]:
            issues.setdefault(one["issue"], []).append(row["诉求内容"])
    told_again = [texts for texts in issues.values() if len(texts) > 1]
    assert sum(len(set(texts)) == len(texts) for texts in told_again) / len(told_again) > 0.95


def test_titles_of_plain_tickets_mostly_name_the_place(made):
    placed = [(one, row) for one, row in told(made[1]) if one["manner"] == "plain" and one["place"]]
    placed = [(one, row) for one, row in placed if one["request_type"] != "咨询"]
    assert sum(one["place"][:4] in row["标题"] for one, row in placed) / len(placed) > 0.6


def test_the_newest_tickets_wait_for_dispatch_and_old_ones_are_closed(made):
    _, out = made
    kinds = {}
    for event in read(out / "events.csv"):
        kinds.setdefault(event["工单编号"], []).append(event["操作类型"])
    rows = {row["工单编号"]: row["来电时间"] for row in read(out / "tickets.csv") if row["工单编号"]}
    numbers = [one["ticket_no"] for one in jsonl(out / "truth.jsonl")]
    waiting = [number for number in numbers if number not in kinds]
    assert 6 <= len(waiting) <= QUEUE * N + 8
    assert min(rows[number] for number in waiting) >= "2026-11-18 23:59:59"
    old = [number for number in numbers if rows[number] < "2026-10-20"]
    assert sum(kinds[number][-1] in ("结案", "并单") for number in old) / len(old) > 0.99
    recent = [number for number in numbers if rows[number] > "2026-11-10" and number in kinds]
    assert sum(kinds[number][-1] not in ("结案", "并单") for number in recent) > 10


def test_surges_are_named_and_counted(made):
    _, out = made
    truth = jsonl(out / "truth.jsonl")
    surges = jsonl(out / "surges.jsonl")
    assert {one["surge"] for one in surges} == {"wage", "heating", "gym"}
    for surge in surges:
        mine = [one for one in truth if one["issue"] == surge["issue"]]
        assert len(mine) == surge["size"]
        assert {one["place"] for one in mine} == {surge["subject"]}


def test_feed_has_its_traps(made):
    _, out = made
    rows = read(out / "tickets.csv")
    assert max(Counter(row["工单编号"] for row in rows if row["工单编号"]).values()) == 2
    truth = jsonl(out / "truth.jsonl")
    assert any(one["wrong_district"] for one in truth)
    assert any(one["second"] for one in truth)
    assert any(one["joke"] for one in truth)
    assert any(one["claimant"] for one in truth)
    assert any(one["private"] for one in truth)
    assert max(len(row["诉求内容"]) for row in rows) > 900


def test_nobody_can_be_called(made):
    _, out = made
    assert all(row["联系电话"].startswith(PHONE_PREFIX) for row in read(out / "tickets.csv") if row["联系电话"])
    assert identity(random.Random(1)).startswith(REGION)


def test_winter_is_cold_and_monday_is_busy(made):
    _, out = made
    truth = jsonl(out / "truth.jsonl")
    cold = Counter(one["ticket_no"][2:4] for one in truth if one["category"] == "0601")
    assert cold["12"] > 10 * max(1, cold["07"])
    days = Counter(date.fromisoformat("20" + one["ticket_no"][:6]).weekday() for one in truth)
    assert days[0] > days[6]


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    for turn in "ab":
        generate(9, 90, 200, tmp_path / turn, end=date(2026, 3, 1))
    generate(10, 90, 200, tmp_path / "c", end=date(2026, 3, 1))
    for name in ("tickets.csv", "events.csv", "truth.jsonl", "surges.jsonl"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert (tmp_path / "a" / "tickets.csv").read_bytes() != (tmp_path / "c" / "tickets.csv").read_bytes()


@pytest.mark.parametrize(("days", "n", "city"), [(1, 200, "jinan"), (30, 3, "jinan"), (30, 200, "qingdao")])
def test_what_cannot_be_made_is_refused(tmp_path, days, n, city):
    with pytest.raises(ValueError, match="样例"):
        generate(1, days, n, tmp_path, city=city)
