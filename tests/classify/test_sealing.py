"""Sealed originals: they open with the right secret and ticket only, and a ticket says nothing of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.parsing import parse_ticket
from classify.sealing import Piece, seal, unseal
from classify.ticket import InputError

SECRET = b"s" * 32
RECORD = {
    "ticket_no": "T1", "received_at": "2026-03-01 09:00", "title": "路灯不亮",
    "content": "我叫王小明,电话13800001111,身份证号370102199003071238,请回复。",
    "联系电话": "13800002222", "诉求人": "王小明",
}  # fmt: skip
TEXT = st.text(alphabet=st.characters(codec="utf-8"))


@given(st.lists(st.builds(Piece, TEXT, TEXT, TEXT), min_size=1))
def test_opens_to_what_went_in(pieces: list[Piece]) -> None:
    sealed = seal(pieces, "T1", SECRET)
    assert sealed is not None
    assert unseal(sealed, "T1", SECRET) == pieces
    assert sealed == seal(pieces, "T1", SECRET)


def test_another_ticket_secret_or_text_does_not_open_it() -> None:
    sealed = seal([Piece("content", "mobile", "13800001111")], "T1", SECRET)
    assert sealed is not None
    for text, number, secret in ((sealed, "T2", SECRET), (sealed, "T1", b"t" * 32), ("AAAA" + sealed, "T1", SECRET)):
        with pytest.raises(InputError, match="打不开"):
            unseal(text, number, secret)


def test_nothing_to_seal() -> None:
    assert seal([], "T1", SECRET) is None


def test_parsing_keeps_what_masking_took_out() -> None:
    ticket = parse_ticket(RECORD, SECRET, sealed=True)
    assert ticket.sealed
    kept = {(one.kind, one.value) for one in unseal(ticket.sealed, "T1", SECRET)}
    assert {("caller_phone", "13800002222"), ("caller_name", "王小明"), ("mobile", "13800001111")} <= kept
    assert ("id_card", "370102199003071238") in kept


def test_a_sealed_ticket_says_what_an_open_one_says() -> None:
    plain, sealed = parse_ticket(RECORD, SECRET), parse_ticket(RECORD, SECRET, sealed=True)
    assert plain.sealed is None
    assert plain == sealed
    assert "13800001111" not in repr(sealed)
    assert sealed.sealed not in (None, repr(sealed))
