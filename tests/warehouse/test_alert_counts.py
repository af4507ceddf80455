"""A category that was split last week has a past; what was merged or renamed keeps its own; no ticket is lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from classify.ticket import SHANGHAI, PackError
from routing.pack import PACKS, Pack
from tests.warehouse.conftest import FakeTriager, a_ticket
from warehouse.alert_counts import Raw, Split, back_cast, load_splits, read_tree
from warehouse.alert_facts import read_facts
from warehouse.alert_rules import load_rules
from warehouse.alert_surges import find_surges
from warehouse.intake import take_in
from warehouse.models import TicketRow

DAY = date(2026, 3, 1)
TWO = (Split("0901", "0911", DAY, None), Split("0901", "0912", DAY, None))


def total(raw: Raw) -> int:
    return sum(sum(days.values()) for days in raw.values())


def test_the_past_is_dealt_out_as_the_present_is() -> None:
    past = {DAY - timedelta(days=back): 4 for back in range(1, 101)}
    raw: Raw = {
        ("0901", "历下区"): past | {DAY: 1},
        ("0911", "历下区"): {DAY: 25},
        ("0912", "历下区"): {DAY: 5},
        ("0101", "历下区"): dict(past),
    }
    cast = back_cast(raw, TWO)
    assert cast["0901", "历下区"] == {DAY: 1}, "what is still counted under the old code afterwards stays there"
    before = {code: sum(n for day, n in cast[code, "历下区"].items() if day < DAY) for code in ("0911", "0912")}
    assert before == {"0911": 300, "0912": 100}  # (25 + 5) to (5 + 5)
    assert max(cast["0912", "历下区"][day] for day in past if day in cast["0912", "历下区"]) == 1, "spread evenly"
    assert cast["0101", "历下区"] == past


def test_merged_and_renamed() -> None:
    raw: Raw = {("0901", "a"): {DAY - timedelta(days=1): 3}, ("0902", "a"): {DAY - timedelta(days=1): 4}}
    cast = back_cast(raw, (Split("0901", "0911", DAY, 1.0), Split("0902", "0911", DAY, None)))
    assert cast == {("0911", "a"): {DAY - timedelta(days=1): 7}}


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["0901", "0911", "0912", "0101"]), st.sampled_from(["", "a", "b"])),
        st.dictionaries(st.integers(-20, 20).map(lambda n: DAY + timedelta(days=n)), st.integers(1, 30), max_size=12),
        max_size=6,
    ),
    st.sampled_from([(None, None), (0.25, 0.75), (0.999, 0.001)]),
)
def test_no_ticket_is_lost_and_none_invented(raw: Raw, shares: tuple[float | None, float | None]) -> None:
    splits = (Split("0901", "0911", DAY, shares[0]), Split("0901", "0912", DAY, shares[1]))
    before = total(raw)
    by_area = {area: total({key: days for key, days in raw.items() if key[1] == area}) for area in ("", "a", "b")}
    cast = back_cast({key: dict(days) for key, days in raw.items()}, splits)
    assert total(cast) == before
    assert {area: total({k: d for k, d in cast.items() if k[1] == area}) for area in by_area} == by_area
    assert all(number > 0 for days in cast.values() for number in days.values())
    assert all(day >= DAY for (code, _), days in cast.items() if code == "0901" for day in days)


def test_a_category_split_last_week_is_no_surge(session: Session) -> None:
    """Forty days of 0901, twelve a day; for a week the same calls have been 0911 and 0912."""
    now = datetime(2026, 3, 7, 23, tzinfo=SHANGHAI)
    tickets = [
        a_ticket(f"N{back:02d}{n:02d}", "历下区噪声", now - timedelta(days=back, hours=n), caller_key=f"{back}-{n}")
        for back in range(47)
        for n in range(12)
    ]  # fmt: skip
    take_in(session, FakeTriager(), tickets, "B")
    for row in session.exec(select(TicketRow)):
        if row.day >= DAY:
            row.category = "0911" if int(row.ticket_no[-2:]) < 7 else "0912"
    session.commit()
    rule = next(one for one in load_rules(Pack.load("jinan")) if one.kind == "surge")
    facts = read_facts(session, now - timedelta(days=14), now)

    def surges(splits: tuple[Split, ...]) -> set[str | None]:
        tree = read_tree(session, now.date(), splits)
        assert tree is not None
        return {one.code for one in find_surges(rule, tree, facts, [], 7, {})}

    assert surges(()) >= {"0911", "0912"}, "without the crosswalk the new names look like surges"
    assert surges(TWO) == set()


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        (["0901,0902,,,"], "day"),
        (["0901,0902,2026-03-01,1.5,"], "share"),
        (["0901,0902,2026-03-01,0.5,"], "share"),
        (["0901,0902,2026-03-01,,", "0901,0902,2026-03-01,,"], "new"),
        (["0901,0902,2026-03-01,,", "0901,0903,2026-03-02,,"], "day"),
        (["0901,0999,2026-03-01,,"], "new"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, rows: list[str], field: str) -> None:
    (tmp_path / "pack.toml").write_text('name = "x"\nextends = "jinan"\n', encoding="utf-8")
    head = (PACKS / "base" / "splits.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "splits.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(PackError, match=field):
        load_splits(Pack.load(tmp_path))


def test_the_shipped_table_is_empty() -> None:
    assert load_splits(Pack.load("jinan")) == ()
