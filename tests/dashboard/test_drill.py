"""From a figure to its tickets: conditions travel as text and can only narrow."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dashboard import drill
from warehouse.views import Filters


def test_conditions_are_read() -> None:
    told = drill.parse("since=2026-03-01&until=2026-03-07&level1=教育&overdue=yes&hour=9", Filters(district="历下区"))
    assert told == Filters(
        district="历下区", since=date(2026, 3, 1), until=date(2026, 3, 7), level1="教育", overdue=True, hour=9
    )
    assert "历下区" in drill.said(told)
    assert "已逾期" in drill.said(told)


@given(st.text(max_size=80))
def test_any_text_is_harmless(text: str) -> None:
    assert isinstance(drill.parse(text, Filters()), Filters)


def test_no_condition_is_said() -> None:
    assert drill.said(Filters()) == "全部工单"
