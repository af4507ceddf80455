"""The main job on the real public messages; skips, visibly, where they are missing. No text of theirs stands here."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from flows.source import ticket_batches
from routing.triage import Triager

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "triage_result.schema.json").read_text(encoding="utf-8"))

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.mark.parametrize(
    ("file", "rows"),
    [("hot_dev.xlsx", 2135), ("labelled_dev.csv", 456), ("unlabelled.jsonl", 2801), ("replies_dev.jsonl", 1426)],
)
def test_every_row_is_read_and_answered_in_form(real: Path, anonymous: Triager, file: str, rows: int) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    answered = 0
    for batch in ticket_batches(str(real / file), b"k" * 32):
        assert not batch.rejects
        for ticket, result in zip(batch.tickets, anonymous.triage(batch.tickets), strict=True):
            record = result.to_dict()
            validator.validate(record)
            for span in record["evidence"]:
                assert getattr(ticket, span["field"])[span["start"] : span["end"]] == span["text"]
            answered += 1
    assert answered == rows


def test_traps_of_the_texts_are_cleaned(real: Path) -> None:
    for batch in ticket_batches(str(real / "hot_dev.xlsx"), b"k" * 32):
        for ticket in batch.tickets:
            assert "_x000D_" not in ticket.content
            assert "\t" not in ticket.text
            assert not set("\u00a0\u200b\u3000\ufeff") & set(ticket.text)
            assert ticket.received_at.tzinfo is not None
