"""Drift: PSI against figures by hand, chance is no drift, scope and days hold."""

from __future__ import annotations

from datetime import date, timedelta
from math import log

import numpy as np
import pytest
from sqlmodel import Session

from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse.intake import take_in
from warehouse.scope import Scope
from warehouse.views import drift
from warehouse.views.drift import psi


def test_psi_by_hand() -> None:
    found, _ = psi({"a": 499, "b": 499}, {"a": 799, "b": 199})
    p, q = 499.5 / 999, 799.5 / 999
    assert found == pytest.approx((p - q) * log(p / q) + ((1 - p) - (1 - q)) * log((1 - p) / (1 - q)), rel=1e-6)
    assert psi({"a": 3}, {"a": 9}) == (0.0, 0.0)


def test_chance_stays_under_its_line() -> None:
    rng = np.random.default_rng(1)
    share = np.full(20, 0.05)
    over = 0
    for _ in range(300):
        now, before = (dict(enumerate(rng.multinomial(n, share).tolist())) for n in (400, 2000))
        found, line = psi(now, before)  # type: ignore[arg-type]
        over += found >= line
    assert over <= 12


@pytest.fixture
def year(session: Session, triager: FakeTriager) -> Session:
    old = [a_ticket(f"O{n}", "历下区噪声扰民", NOON - timedelta(days=40 + n % 30)) for n in range(80)]
    new = [a_ticket(f"N{n}", "历下区路边垃圾没人清运", NOON - timedelta(days=n % 20)) for n in range(60)]
    take_in(session, triager, [*old, *new], "B1")
    return session


def test_another_mix_is_told(year: Session) -> None:
    until = NOON.date()
    found = {one.column: one for one in drift(year, Scope("x", "analyst"), until - timedelta(days=29), until)}
    assert found["level1"].state == "漂移"
    assert (found["level1"].now, found["level1"].before) == (60, 80)
    assert found["channel"].state == "平稳"


def test_without_a_past_nothing_is_said(year: Session) -> None:
    found = drift(year, Scope("x", "analyst"), date(2025, 12, 1), NOON.date(), before=5)
    assert {one.state for one in found} == {"数据不足"}
    outside = drift(year, Scope("x", "analyst", areas=frozenset({"市中区"})), date(2025, 12, 1), NOON.date())
    assert {one.now for one in outside} == {0}
