"""One ticket against its history."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from classify.ticket import SHANGHAI, PackError, Ticket
from routing.repeats import Fingerprint, Prior, RepeatPolicy, fingerprint, link

POLICY = RepeatPolicy.load()
START = datetime(2024, 3, 1, 8, tzinfo=SHANGHAI)
TITLE = "投诉锦绣华庭小区物业乱涨停车费"
FEES = (
    "物业公司未经业主大会同意擅自上调停车费,每月由八十元涨到二百元,不交就不让车辆进入,要求公示收费依据并退还多收部分。"
)


def at(no: str, day: float, caller: str | None = "u1", title: str = TITLE, content: str = FEES) -> Fingerprint:
    return fingerprint(Ticket(no, START + timedelta(days=day), title, content, caller_key=caller))


@pytest.mark.parametrize(
    ("prior", "caller", "kind"),
    [
        (Prior(at("A", 0)), "u1", "催办"),
        (Prior(at("A", 0), "closed"), "u1", "重复"),
        (Prior(at("A", 0)), "u2", "多人同诉"),
        (Prior(at("A", 0), "closed", START + timedelta(days=3), True), "u2", "反弹"),
        (Prior(at("A", 0), "closed", START + timedelta(days=3), False), "u1", "重复"),
    ],
)
def test_kinds(prior: Prior, caller: str, kind: str) -> None:
    found = link(at("B", 10, caller), [prior], POLICY)
    assert found is not None
    assert (found.kind, found.tier, found.tickets) == (kind, "same", ("A",))
    assert "A" in found.why


def test_only_earlier_tickets_count_and_their_order_does_not_matter() -> None:
    priors = [Prior(at("A", 0), issue="IA"), Prior(at("C", 1), issue="IA"), Prior(at("Z", 30))]
    new = at("B", 2)
    found = link(new, priors, POLICY)
    assert found is not None
    assert set(found.tickets) == {"A", "C"}
    assert found == link(new, priors[::-1], POLICY)
    assert found.issue == "IA"
    assert link(new, [Prior(at("Z", 30))], POLICY) is None
    assert link(new, [], POLICY) is None


def test_another_estate_in_the_same_words_is_not_the_same() -> None:
    other = at("A", 0, "u2", TITLE.replace("锦绣华庭", "金桂花园"))
    found = link(at("B", 1), [Prior(other)], POLICY)
    assert found is None or found.tier == "possible"


def test_policy_refuses_unknown_and_missing_keys(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "routing/data/packs/base/repeats.toml").read_text(encoding="utf-8")
    for changed in (
        shipped.replace("bias =", "bais =", 1),
        "x = 1\n" + shipped,
        shipped.replace("same = 0.5", 'same = "a"'),
    ):
        path = tmp_path / "repeats.toml"
        path.write_text(changed, encoding="utf-8")
        with pytest.raises(PackError):
            RepeatPolicy.load(path)
