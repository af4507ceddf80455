"""Tiers: like with like, nobody judged on a handful, low is good where it is."""

from __future__ import annotations

from dashboard.tiers import LEAST, lines
from warehouse.metrics import Figure


def figure(code: str, part: str, over: int, under: int) -> Figure:
    return Figure(code, code, part, over, under, "")


def test_thirds_among_those_with_enough_tickets() -> None:
    figures = [figure("M01", f"u{n}", n * 10, 100) for n in range(1, 10)]
    figures.append(figure("M01", "small", LEAST - 1, LEAST - 1))
    told = {line.name: line.tiers["M01"] for line in lines(figures)}
    assert [told[f"u{n}"] for n in (9, 8, 7)] == ["居前"] * 3
    assert [told[f"u{n}"] for n in (3, 2, 1)] == ["靠后"] * 3
    assert told["u5"] == "居中"
    assert told["small"] is None


def test_few_returns_are_good() -> None:
    told = {line.name: line.tiers["M05"] for line in lines([figure("M05", f"u{n}", n, 100) for n in (1, 50, 90)])}
    assert told == {"u1": "居前", "u50": "居中", "u90": "靠后"}


def test_equal_units_are_not_parted() -> None:
    assert {line.tiers["M01"] for line in lines([figure("M01", f"u{n}", 50, 100) for n in range(6)])} == {None}


def test_no_denominator_is_no_rate() -> None:
    assert lines([figure("M01", "u", 0, 0)])[0].tiers["M01"] is None
