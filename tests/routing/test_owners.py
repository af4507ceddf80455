"""Owners learned: a district moves and the city does not, the guard holds, folders refuse every change."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.ticket import SHANGHAI, ModelError, Ticket
from routing.owner_folder import FOLDER, load_owners
from routing.owner_habits import GROUND, Habits, Owner, OwnerCount
from routing.owner_training import cases_of, train_owners
from routing.owners import Counted, OwnerModel, owner_of
from routing.result import TriageResult
from routing.triage import Triager

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=SHANGHAI)
TEXTS = (
    "路灯不亮已经三天",
    "井盖破损无人维修",
    "暖气不热室温十四度",
    "公司拖欠工资三个月",
    "小区物业乱收费",
    "工地夜间施工扰民",
)
DISTRICTS = ("历下区", "市中区", "槐荫区", "天桥区", "平阴县")
LIGHTS = "历下区路灯管理所"


def ticket(number: int, text: str, district: str = "") -> Ticket:
    return Ticket(str(number), NOON + timedelta(hours=number), text, f"{district}市民反映:{text},请处理。")


def all_tickets() -> list[Ticket]:
    pairs = [(text, district) for text in TEXTS for district in DISTRICTS]
    return [ticket(number, text, district) for number, (text, district) in enumerate(pairs)]


def answers(results: list[TriageResult]) -> list[dict[str, object]]:
    return [{**one.to_dict(), "versions": None} for one in results]


@pytest.mark.parametrize("times", [10, 50])
def test_corrections_move_their_district_and_nothing_else(jinan: Triager, times: int) -> None:
    tickets = all_tickets()
    before = jinan.triage(tickets)
    code = before[0].category.code
    moved = jinan.with_owners([(code, "历下区", LIGHTS, None, times)])
    after = moved.triage(tickets)
    for old, new in zip(before, after, strict=True):
        if old.category.code == code and old.place.district == "历下区":
            assert new.suggestions[0].unit == LIGHTS
            assert new.suggestions[0].role == "主办"
            assert {one.level for one in new.suggestions} == {"条线", "属地"}
        else:
            assert {**old.to_dict(), "versions": 0} == {**new.to_dict(), "versions": 0}
    assert moved.versions["model"] != jinan.versions["model"]
    assert jinan.versions == Triager(jinan.pack, jinan.classifier).versions


def test_a_few_corrections_are_chance(jinan: Triager) -> None:
    tickets = all_tickets()
    code = jinan.triage(tickets[:1])[0].category.code
    few = jinan.with_owners([(code, "历下区", LIGHTS, None, 3)])
    assert answers(few.triage(tickets)) == answers(jinan.triage(tickets))


def test_many_districts_of_one_mind_move_the_others() -> None:
    def counts(districts: int) -> list[OwnerCount]:
        return [OwnerCount("0202", f"{n}区", Owner("国企"), 50) for n in range(districts)]

    assert Habits(counts(1)).ask("0202", "别区") == ({}, {}, {})
    _, two, _ = Habits(counts(2)).ask("0202", "别区")
    _, four, _ = Habits(counts(4)).ask("0202", "别区")
    assert 0 < two["国企"] < 2 < four["国企"] < 4  # a voice a district, however many cases
    own, others, _ = Habits(counts(2)).ask("0202", "0区")
    assert own
    assert not others


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_counts_break_the_guard(jinan: Triager, data: st.DataObject) -> None:
    """Whatever people decided: one lead, first; no street leads a matter of role C; a line and the ground are there."""
    units = (
        "舜华路街道办事处",
        "历下区人民政府",
        "济南高新区管委会",
        "历下区教育局",
        "某某测试单位",
        "平阴县东阿镇人民政府",
    )
    tickets = all_tickets()
    codes = sorted({one.category.code for one in jinan.triage(tickets)})
    row = st.tuples(
        st.sampled_from(codes),
        st.sampled_from([*DISTRICTS, "-"]),
        st.sampled_from(units),
        st.sampled_from([None, "教育", "住建房产", "街道乡镇"]),
        st.integers(1, 500),
    )
    learned = jinan.with_owners(data.draw(st.lists(row, min_size=1, max_size=8)))
    roles = {row.id: row.role for row in jinan.duties.rows}
    for one in learned.triage(tickets):
        assert [each.role for each in one.suggestions].count("主办") == 1
        assert one.suggestions[0].role == "主办"
        assert 2 <= len(one.suggestions) <= 3
        assert len({each.unit for each in one.suggestions}) == len(one.suggestions)
        assert any(each.level == "条线" for each in one.suggestions)
        assert any(each.level == "属地" for each in one.suggestions)
        shares = [each.probability for each in one.suggestions]
        assert shares == sorted(shares, reverse=True)
        assert 0 <= shares[-1] <= shares[0] <= 1
        if roles.get(one.suggestions[0].rule_id) == "C" or jinan.duties.line_only(one.category.code):
            assert one.suggestions[0].level == "条线"


def test_labels_are_types_or_raw_names(jinan: Triager) -> None:
    units = jinan.duties.units
    assert owner_of("教育", units) == Owner("教育")
    assert owner_of("A3区洋湖街道", units) == Owner(GROUND)
    found = owner_of("市住建局", units)
    assert found is not None
    assert (found.kind, found.unit) == ("住建房产", "")
    assert owner_of(" ", units) is None
    assert owner_of("历下区某某站", units, concrete=True) == Owner("其他", unit="历下区某某站")


def many(times: int) -> tuple[list[Ticket], list[str]]:
    owners = {
        "路灯不亮已经三天": "供电",
        "井盖破损无人维修": "城管执法",
        "小区物业乱收费": "街道乡镇",
        "公司拖欠工资三个月": "人社",
    }
    tickets, labels = [], []
    for number in range(times):
        for place, (text, owner) in enumerate(owners.items()):
            spot = f"第{number * 7919 % 1009}号{chr(0x4E00 + number * 37)}{chr(0x5E00 + number * 91)}"
            tickets.append(ticket(1000 + number * 10 + place, f"{spot}{text}", DISTRICTS[number % 5]))
            labels.append(owner)
    return tickets, labels


@pytest.fixture(scope="module")
def folder(jinan: Triager, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tickets, labels = many(40)
    out = tmp_path_factory.mktemp("models") / "own"
    report = train_owners(tickets, labels, out, jinan)
    assert report["ranker"]
    assert report["tickets"] == 160
    return out


def test_a_table_teaches_and_is_calibrated(folder: Path, jinan: Triager) -> None:
    learned = Triager.load("jinan", folder)
    assert "+owners-" in learned.versions["model"]
    tickets, labels = many(45)
    fresh = learned.triage(tickets[160:])
    plain = jinan.triage(tickets[160:])
    right = [label in [s.unit_type for s in one.suggestions] for one, label in zip(fresh, labels[160:], strict=True)]
    assert all(right)
    first = [one.suggestions[0].unit_type == label for one, label in zip(fresh, labels[160:], strict=True)]
    before = [one.suggestions[0].unit_type == label for one, label in zip(plain, labels[160:], strict=True)]
    assert sum(first) > sum(before)
    said = sum(one.suggestions[0].probability for one in fresh) / len(fresh)
    assert abs(said - sum(first) / len(first)) < 0.25
    one_by_one = [learned.triage([each])[0].to_dict() for each in tickets[160:]]
    assert one_by_one == [one.to_dict() for one in fresh]


@pytest.mark.parametrize("name", ["weights.npz", "model_card.md"])
def test_a_changed_folder_is_refused(folder: Path, jinan: Triager, tmp_path: Path, name: str) -> None:
    from shutil import copytree

    other = tmp_path / "copy"
    copytree(folder, other)
    assert load_owners(other, jinan.taxonomy.hash)
    with pytest.raises(ModelError, match="分类体系"):
        load_owners(other, "another")
    path = other / FOLDER / name
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ModelError, match="校验"):
        load_owners(other, jinan.taxonomy.hash)


def test_live_counts_outrank_the_folder(folder: Path, jinan: Triager) -> None:
    model = load_owners(folder, jinan.taxonomy.hash)
    assert isinstance(model, OwnerModel)
    tickets, _ = many(1)
    cases, unknown = cases_of(tickets, ["供电"] * 4, jinan)
    assert unknown == 0
    counts: list[Counted] = [(cases[0].matter, "历下区", LIGHTS, None, 50)]
    learned = Triager.load("jinan", folder, counts)
    assert learned.triage(tickets[:1])[0].suggestions[0].unit == LIGHTS
    assert learned.versions["model"].startswith(Triager.load("jinan", folder).versions["model"])
