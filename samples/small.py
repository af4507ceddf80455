"""The small committed part: 300 tickets as .xlsx and as GB18030 .csv, with events, truth and surges."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from samples.generate import generate

FOLDER: Final = Path(__file__).parent / "data"
SEED, DAYS, TICKETS = 7, 60, 300
FILES: Final = {
    "tickets.xlsx": "jinan_small.xlsx",
    "tickets.csv": "jinan_small.csv",
    "events.csv": "jinan_small_events.csv",
    "truth.jsonl": "jinan_small_truth.jsonl",
    "surges.jsonl": "jinan_small_surges.jsonl",
}


def write_small(folder: Path = FOLDER) -> list[Path]:
    """Write the committed files anew into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        generate(SEED, DAYS, TICKETS, scratch, encoding="gb18030")
        return [Path(shutil.copy(Path(scratch) / name, folder / own)) for name, own in FILES.items()]
