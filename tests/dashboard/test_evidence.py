"""Ticket text is shown as text, whatever it holds, and the marked spans are where the evidence is."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.evidence import highlight, merged, spans_of

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.floats(0, 5)), max_size=8)


@given(st.text(max_size=60), SPANS)
def test_nothing_is_lost_or_interpreted(text: str, spans: list[tuple[int, int, float]]) -> None:
    shown = highlight(text, spans)
    plain = re.sub(r"</?(?:mark|i)(?: title=\"[^\"<>]*\")?>", "", shown)
    assert "<" not in plain
    assert html.unescape(plain) == html.unescape(html.escape(text))


@given(SPANS)
def test_merged_spans_do_not_overlap(spans: list[tuple[int, int, float]]) -> None:
    out = merged(spans, 50)
    assert all(a[1] < b[0] for a, b in pairwise(out))
    assert all(0 <= start < end <= 50 for start, end, _ in out)


def test_marks_and_tags() -> None:
    shown = highlight("电话〔手机〕,油烟直排", [(7, 11, 1.7)])
    assert shown == '电话<i>〔手机〕</i>,<mark title="判断依据,权重 1.70">油烟直排</mark>'


def test_broken_evidence_is_dropped() -> None:
    rows = [
        {"field": "content", "start": 3, "end": 1, "weight": 1},
        {"field": "content", "start": None, "end": 2, "weight": 1},
        {"field": "title", "start": 0, "end": 2, "weight": None},
    ]
    assert spans_of(rows, "content") == []
    assert spans_of(rows, "title") == [(0, 2, 0.0)]
